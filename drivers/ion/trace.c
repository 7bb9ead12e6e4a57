// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints themselves, and the way to those of what runs often. */
#include "trace_hot.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * ion_trace_do_push() - a batch was pushed, and somebody traces it
 * @ring: the ring, its end owned
 * @count: of packets or commands
 */
void ion_trace_do_push(const struct ion_ring *ring, u32 count)
{
	if (count)
		trace_ion_push(ring, count);
}

/**
 * ion_trace_do_pop() - a batch was popped, and somebody traces it
 * @ring: the ring, its end owned
 * @count: of packets or commands
 */
void ion_trace_do_pop(const struct ion_ring *ring, u32 count)
{
	if (count)
		trace_ion_pop(ring, count);
}

/**
 * ion_trace_do_kick() - a kick begins, and somebody traces it
 * @ch: the channel
 */
void ion_trace_do_kick(const struct ion_channel *ch)
{
	trace_ion_kick(ch);
}

/**
 * ion_trace_do_kick_done() - the kernel end ran, and somebody traces kicks
 * @ch: the channel
 * @moved: how many packets and commands it moved
 */
void ion_trace_do_kick_done(const struct ion_channel *ch, u32 moved)
{
	trace_ion_kick_done(ch, false, moved, !moved);
}

/**
 * ion_trace_do_sleep() - the kernel end goes to sleep, and somebody traces it
 * @ch: the channel
 */
void ion_trace_do_sleep(const struct ion_channel *ch)
{
	trace_ion_sleep(ch);
}

/**
 * ion_trace_discard() - packets were refused, or thrown away by a reset
 * @ring: the ring, its end owned
 * @count: how many
 */
void ion_trace_discard(const struct ion_ring *ring, u32 count)
{
	if (count)
		trace_ion_discard(ring, count);
}

/**
 * ion_trace_poison() - a ring was found poisoned
 * @ring: the ring, its end owned
 */
void ion_trace_poison(const struct ion_ring *ring)
{
	trace_ion_poison(ring);
}
