// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints, and the out-of-line calls of those in hot paths. */
#include "trace_hot.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static u32 ion_trace_queued(const struct ion_ring *ring)
{
	struct ion_snapshot snap;

	ion_ring_snapshot(ring, &snap);
	return snap.queued;
}

/**
 * ion_trace_do_push() - trace that a batch was pushed
 * @ring: the ring
 * @count: of packets or commands
 */
void ion_trace_do_push(const struct ion_ring *ring, u32 count)
{
	if (count)
		trace_ion_push(ring, count, ion_trace_queued(ring));
}

/**
 * ion_trace_do_pop() - trace that a batch was popped
 * @ring: the ring
 * @count: of packets or commands
 */
void ion_trace_do_pop(const struct ion_ring *ring, u32 count)
{
	if (count)
		trace_ion_pop(ring, count, ion_trace_queued(ring));
}

/**
 * ion_trace_do_kick() - trace that a kick begins
 * @ch: the channel
 */
void ion_trace_do_kick(const struct ion_channel *ch)
{
	trace_ion_kick(ch);
}

/**
 * ion_trace_do_kick_done() - trace that a kick is done
 * @ch: the channel
 * @lent: the kick was left to a lent thread
 * @moved: how many packets and commands were moved
 * @spurious: there was nothing to do
 */
void ion_trace_do_kick_done(const struct ion_channel *ch, bool lent, u32 moved,
			    bool spurious)
{
	trace_ion_kick_done(ch, lent, moved, spurious);
}

/**
 * ion_trace_do_sleep() - trace that the kernel end goes to sleep
 * @ch: the channel
 */
void ion_trace_do_sleep(const struct ion_channel *ch)
{
	trace_ion_sleep(ch);
}

/**
 * ion_trace_discard() - trace that packets were refused, or discarded by a reset
 * @ring: the ring
 * @count: how many
 */
void ion_trace_discard(const struct ion_ring *ring, u32 count)
{
	if (count)
		trace_ion_discard(ring, count, ion_trace_queued(ring));
}

/**
 * ion_trace_poison() - trace that a ring was found poisoned
 * @ring: the ring, its end owned
 */
void ion_trace_poison(const struct ion_ring *ring)
{
	trace_ion_poison(ring);
}
