// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: calls on any ring, and the checks whether a service may use it. */
#include <linux/bug.h>
#include <linux/export.h>

#include "api_ring.h"
#include "end_state.h"
#include "stage.h"

/* Check whether the call is for rings of this kind. */
static bool ion_api_kind(const struct ion_ring *ring, u32 size, bool pushes)
{
	return !WARN_ONCE(!ring || ring->kind->slot_size != size ||
			  ring->kind->kernel_pushes != pushes,
			  "ion: a service used a ring of the wrong kind\n");
}

/**
 * ion_api_any() - check that a ring exists
 * @ring: as ion_channel_ring() returned it, NULL for the number of no ring
 *
 * Return: false, after a warning, if @ring is NULL.
 */
bool ion_api_any(const struct ion_ring *ring)
{
	return !WARN_ONCE(!ring, "ion: a service used no ring\n");
}

/**
 * ion_api_context() - check that the caller may use the kernel end of a ring
 * @ring: the ring
 *
 * On an async channel any caller may, with the ring's lock; else only the callback
 * that runs.
 *
 * Return: false, after a warning, if it may not.
 */
bool ion_api_context(const struct ion_ring *ring)
{
	if (ring->async)
		return true;
	return !WARN_ONCE(!ion_channel_in_callback(ring->ch),
			  "ion: a service used a ring outside its callbacks\n");
}

/**
 * ion_api_ok() - check that a service may make a call on a ring
 * @ring: the ring, or NULL
 * @size: slot size of the rings that the call is for
 * @pushes: the call is for a ring that the kernel end pushes to
 *
 * Return: false, after a warning, if it may not.
 */
bool ion_api_ok(const struct ion_ring *ring, u32 size, bool pushes)
{
	return ion_api_kind(ring, size, pushes) && ion_api_context(ring);
}

/**
 * ion_channel_capacity() - get the number of packets or commands that a ring holds
 * @ring: a ring
 *
 * Context: any.
 * Return: the number of slots less one.
 */
u32 ion_channel_capacity(const struct ion_ring *ring)
{
	return ion_api_any(ring) ? ring->end.mask : 0;
}
EXPORT_SYMBOL_GPL(ion_channel_capacity);

/**
 * ion_channel_empty() - check whether a ring is empty
 * @ring: a ring
 *
 * A check without a lock, for use before something more expensive: it may or may not
 * see what is pushed at the same time. A ring that the program has broken may seem
 * empty until it is used.
 *
 * Orders nothing. doorbell() sees what the program had pushed when it kicked. If the
 * ring was armed, and had no room after that, doorbell() also sees everything that
 * the context which armed it had seen.
 *
 * Context: any.
 * Return: true if everything that was pushed has been popped and released.
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
 * ion_channel_arm() - request doorbell() when there is something to do
 * @ring: a ring
 *
 * For a service that uses the ring outside doorbell(), and for a ring of
 * another channel. Rings are armed when a channel is bound and whenever
 * doorbell() returns: tx and cmd always, rx and evt if a push found no room.
 * Armed means that the program kicks when it pushes, or makes room.
 *
 * Orders the arming before the check: either the check finds something to do, or the
 * program sees that it must kick.
 *
 * Context: as for pushing to it or popping from it.
 * Return: true if there is nothing to do, so that doorbell() will be called;
 * false if there is: check the ring again.
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
	ion_ring_refresh(ring);
	idle = ring->end.broken ||
	       ion_end_known(&ring->end) == ring->stage->ahead;
	ion_api_unlock(ring, hold);
	return idle;
}
EXPORT_SYMBOL_GPL(ion_channel_arm);

/**
 * ion_channel_disarm() - request no kicks for a ring
 * @ring: a ring
 *
 * For a service that polls the ring by itself until it arms it again: meanwhile
 * programs that obey the wake flag make no system call.
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
	WRITE_ONCE(ring->full_counted, false);
	ion_wake_flag_disarm(ring);
	ion_api_unlock(ring, hold);
}
EXPORT_SYMBOL_GPL(ion_channel_disarm);

/**
 * ion_channel_want_room() - request doorbell() when the program makes room
 * @ring: rx or evt
 *
 * Acts as if a push had found no room, for a service that stopped pushing though it
 * has more to push. Lasts until the next doorbell().
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
