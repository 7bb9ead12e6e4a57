// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: a ring of either kind, and whether a service may use it. */
#include <linux/bug.h>
#include <linux/export.h>

#include "api_ring.h"
#include "end_state.h"
#include "stage.h"

/* Whether the ring is of the kind that the call is for. */
static bool ion_api_kind(const struct ion_ring *ring, u32 size, bool pushes)
{
	return !WARN_ONCE(!ring || ring->kind->slot_size != size ||
			  ring->kind->kernel_pushes != pushes,
			  "ion: a service used a ring of the wrong kind\n");
}

/**
 * ion_api_any() - whether there is a ring
 * @ring: what ion_channel_ring() gave, NULL for a number that there is not
 *
 * Return: false, and a warning, if there is none.
 */
bool ion_api_any(const struct ion_ring *ring)
{
	return !WARN_ONCE(!ring, "ion: a service used no ring\n");
}

/**
 * ion_api_context() - whether the caller may touch the end
 * @ring: the ring
 *
 * Anybody may, by its lock, if the channel is async; else the callback that
 * runs.
 *
 * Return: false, and a warning, if not.
 */
bool ion_api_context(const struct ion_ring *ring)
{
	if (ring->async)
		return true;
	return !WARN_ONCE(!ion_channel_in_callback(ring->ch),
			  "ion: a service used a ring outside its callbacks\n");
}

/**
 * ion_api_ok() - whether a service may do this
 * @ring: the ring, or NULL
 * @size: size of what the call is for
 * @pushes: the call is for a ring that the kernel end pushes to
 *
 * Return: false, and a warning, if not.
 */
bool ion_api_ok(const struct ion_ring *ring, u32 size, bool pushes)
{
	return ion_api_kind(ring, size, pushes) && ion_api_context(ring);
}

/**
 * ion_channel_capacity() - packets or commands that a ring holds
 * @ring: a ring
 *
 * Context: any.
 * Return: one less than it has slots.
 */
u32 ion_channel_capacity(const struct ion_ring *ring)
{
	return ion_api_any(ring) ? ring->end.mask : 0;
}
EXPORT_SYMBOL_GPL(ion_channel_capacity);

/**
 * ion_channel_empty() - whether nothing is in a ring
 * @ring: a ring
 *
 * A look without a lock, before something dearer is done: what is pushed at the
 * same time may be seen or not. A ring that the program has broken may look empty
 * until it is used.
 *
 * Orders nothing. doorbell() finds what the program had pushed when it kicked, and
 * for a ring that was armed, and had no room after that, what else was seen by
 * whoever armed it.
 *
 * Context: any.
 * Return: true if all that was pushed was popped and released.
 */
bool ion_channel_empty(const struct ion_ring *ring)
{
	const struct ion_end *end;

	if (!ion_api_any(ring))
		return true;
	end = &ring->end;
	return READ_ONCE(*end->peer_index) == (READ_ONCE(end->own) & end->mask);
}
EXPORT_SYMBOL_GPL(ion_channel_empty);

/**
 * ion_channel_arm() - have doorbell() called when there is something to do
 * @ring: a ring
 *
 * For a service that uses the ring outside doorbell(), and for a ring of
 * another channel. Rings are armed when a channel is bound and whenever
 * doorbell() returns: tx and cmd always, rx and evt if a push found no room.
 * Armed means that the program kicks when it pushes, or makes room.
 *
 * Orders the arming before the look: either there is something to do, or the
 * program sees that it must kick.
 *
 * Context: as for pushing to it or popping from it.
 * Return: true if there is nothing to do, so that doorbell() will be called;
 * false if there is: look again.
 */
bool ion_channel_arm(struct ion_ring *ring)
{
	struct ion_api_hold hold;
	bool idle;

	if (!ion_api_any(ring) || !ion_api_context(ring))
		return true;
	hold = ion_api_lock(ring);
	WRITE_ONCE(ring->stage->refused, 0);
	ion_wake_flag_arm(ring);
	ion_ring_look(ring);
	idle = ring->end.broken ||
	       ion_end_known(&ring->end) == ring->stage->ahead;
	ion_api_unlock(ring, hold);
	return idle;
}
EXPORT_SYMBOL_GPL(ion_channel_arm);

/**
 * ion_channel_disarm() - have no kicks for a ring
 * @ring: a ring
 *
 * For a service that will look at the ring by itself, until it arms it again:
 * programs that obey the wake flag need no system call meanwhile.
 *
 * Context: as for pushing to it or popping from it.
 */
void ion_channel_disarm(struct ion_ring *ring)
{
	struct ion_api_hold hold;

	if (!ion_api_any(ring) || !ion_api_context(ring))
		return;
	hold = ion_api_lock(ring);
	WRITE_ONCE(ring->stalled, false);
	WRITE_ONCE(ring->found_full, false);
	ion_wake_flag_disarm(ring);
	ion_api_unlock(ring, hold);
}
EXPORT_SYMBOL_GPL(ion_channel_disarm);

/**
 * ion_channel_want_room() - have doorbell() called when the program makes room
 * @ring: rx or evt
 *
 * As if a push had found none: for a service that stopped pushing though it has
 * more. Until the next doorbell().
 *
 * Context: as for pushing to it.
 */
void ion_channel_want_room(struct ion_ring *ring)
{
	struct ion_api_hold hold;

	if (!ion_api_any(ring) || !ion_api_context(ring))
		return;
	hold = ion_api_lock(ring);
	WRITE_ONCE(ring->stalled, ring->kind->kernel_pushes);
	ion_api_unlock(ring, hold);
}
EXPORT_SYMBOL_GPL(ion_channel_want_room);
