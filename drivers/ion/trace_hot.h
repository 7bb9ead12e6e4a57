/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints of hot paths: a nop while nobody traces, an out-of-line call while
 * somebody does. The code of trace.h is inlined, which is too much where a ring is
 * moved, and where it would make a small function large.
 */
#ifndef _DRIVERS_ION_TRACE_HOT_H
#define _DRIVERS_ION_TRACE_HOT_H

#include <linux/tracepoint-defs.h>
#include <linux/types.h>

struct ion_channel;
struct ion_ring;

DECLARE_TRACEPOINT(ion_push);
DECLARE_TRACEPOINT(ion_pop);
DECLARE_TRACEPOINT(ion_kick);
DECLARE_TRACEPOINT(ion_kick_done);
DECLARE_TRACEPOINT(ion_sleep);

void ion_trace_do_push(const struct ion_ring *ring, u32 count);
void ion_trace_do_pop(const struct ion_ring *ring, u32 count);
void ion_trace_do_kick(const struct ion_channel *ch);
void ion_trace_do_kick_done(const struct ion_channel *ch, bool lent, u32 moved,
			    bool spurious);
void ion_trace_do_sleep(const struct ion_channel *ch);
void ion_trace_discard(const struct ion_ring *ring, u32 count);
void ion_trace_poison(const struct ion_ring *ring);

/* Trace a push of @count slots, unless it is 0. */
static __always_inline void ion_trace_push(const struct ion_ring *ring,
					   u32 count)
{
	if (tracepoint_enabled(ion_push))
		ion_trace_do_push(ring, count);
}

/* Trace a pop of @count slots, unless it is 0. */
static __always_inline void ion_trace_pop(const struct ion_ring *ring,
					  u32 count)
{
	if (tracepoint_enabled(ion_pop))
		ion_trace_do_pop(ring, count);
}

static __always_inline void ion_trace_kick(const struct ion_channel *ch)
{
	if (tracepoint_enabled(ion_kick))
		ion_trace_do_kick(ch);
}

static __always_inline void ion_trace_kick_done(const struct ion_channel *ch,
						bool lent, u32 moved,
						bool spurious)
{
	if (tracepoint_enabled(ion_kick_done))
		ion_trace_do_kick_done(ch, lent, moved, spurious);
}

static __always_inline void ion_trace_sleep(const struct ion_channel *ch)
{
	if (tracepoint_enabled(ion_sleep))
		ion_trace_do_sleep(ch);
}

#endif /* _DRIVERS_ION_TRACE_HOT_H */
