// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user end of a ring, acted by the kernel for a program that asks for it
 * by a system call. Where the user end stands is what the kernel end sees of
 * it, so nothing more of shared memory need be trusted here than there.
 */
#include <linux/errno.h>
#include <linux/minmax.h>

#include "trace_hot.h"
#include "user_end.h"

/* The end is owned, and was since it was seen where the user end stands. */
static void ion_user_publish(struct ion_ring *ring, u32 count)
{
	ring->end.ready += count;
	/* (B) or (D) of <ion/ring.h>, of the user end. */
	smp_store_release(ring->user_index,
			  ion_ring_user(ring) & ring->end.mask);
	if (ring->kind->kernel_pushes)
		ion_trace_pop(ring, count);
	else
		ion_trace_push(ring, count);
}

static int ion_user_look(struct ion_channel *ch, struct ion_ring *ring)
{
	ion_channel_look(ch, ring);
	return ion_channel_poisoned(ch) ? -EPROTO : 0;
}

/* As a program would: fill free slots, publish them. */
static u32 ion_user_fill(struct ion_ring *ring, const void *packets, u32 count)
{
	unsigned long flags = ion_ring_lock(ring);
	u32 n = min(count, ion_ring_free(ring));
	u32 size = ring->kind->slot_size;
	u64 at = ion_ring_user(ring);
	u32 i;

	for (i = 0; i < n; i++)
		ion_slot_write(ion_end_slot(&ring->end, at + i, size),
			       packets + i * size, size);
	if (n)
		ion_user_publish(ring, n);
	ion_ring_unlock(ring, flags);
	return n;
}

/*
 * Copy what is queued from @skip on, the oldest first. A service in another
 * context may be at the same slots, for which the user end is to blame, or take
 * them meanwhile.
 */
static u32 ion_user_copy(struct ion_ring *ring, void *packets, u32 skip,
			 u32 count, u64 *from)
{
	unsigned long flags = ion_ring_lock(ring);
	u64 oldest = min(ring->end.own, ion_ring_user(ring)) + skip;
	u32 queued = ion_ring_count(ring);
	u32 size = ring->kind->slot_size;
	u32 n = min(count, queued - min(skip, queued));
	u32 i;

	ion_ring_unlock(ring, flags);
	*from = oldest;
	for (i = 0; i < n; i++)
		ion_slot_read(packets + i * size,
			      ion_end_slot(&ring->end, oldest + i, size), size);
	return n;
}

/**
 * ion_user_push() - push at the user end of tx or cmd
 * @ch: the channel, configured
 * @ring: the ring
 * @packets: what to push, in kernel memory
 * @count: how many at the most
 *
 * Context: may sleep.
 * Return: how many were pushed; -EAGAIN if there was no room for one; -EPROTO
 * if a ring is poisoned; -EPIPE if the service hung up.
 */
int ion_user_push(struct ion_channel *ch, struct ion_ring *ring,
		  const void *packets, u32 count)
{
	int ret;

	guard(ion_end)(ch);

	ret = ion_user_look(ch, ring);
	if (ret)
		return ret;
	if (ion_channel_hungup(ch))
		return -EPIPE;
	return ion_user_fill(ring, packets, count) ?: -EAGAIN;
}

/**
 * ion_user_pop() - copy the oldest packets of rx or evt
 * @ch: the channel, configured, user_mutex held
 * @ring: the ring
 * @packets: room for @count packets in kernel memory
 * @count: how many at the most
 * @from: where in the count of the ring they begin, for ion_user_release()
 *
 * Context: may sleep.
 * Return: how many were copied; -EAGAIN if there was none; -EPROTO if a ring
 * is poisoned; -EPIPE if there was none and the service hung up.
 */
int ion_user_pop(struct ion_channel *ch, struct ion_ring *ring, void *packets,
		 u32 count, u64 *from)
{
	bool hungup = ion_channel_hungup(ch);
	int ret;

	lockdep_assert_held(&ch->user_mutex);
	guard(ion_end)(ch);

	ret = ion_user_look(ch, ring);
	if (ret)
		return ret;
	ret = ion_user_copy(ring, packets, 0, count, from);
	if (!ret)
		return hungup ? -EPIPE : -EAGAIN;
	return ret;
}

/**
 * ion_user_release() - release what was popped, once the caller has it
 * @ch: the channel, configured, user_mutex held
 * @ring: the ring
 * @from: as ion_user_pop() gave it
 * @count: how many, no more than it copied
 *
 * A program that moved the tail by itself meanwhile has released them already.
 *
 * Return: 0, or -EPROTO if a ring is poisoned.
 */
int ion_user_release(struct ion_channel *ch, struct ion_ring *ring, u64 from,
		     u32 count)
{
	unsigned long flags;
	int ret;

	lockdep_assert_held(&ch->user_mutex);
	guard(ion_end)(ch);

	ret = ion_user_look(ch, ring);
	if (ret)
		return ret;
	flags = ion_ring_lock(ring);
	if (ion_ring_user(ring) == from)
		ion_user_publish(ring, count);
	ion_ring_unlock(ring, flags);
	return 0;
}

/**
 * ion_user_peek() - copy what is queued in any ring
 * @ch: the channel, configured
 * @ring: the ring
 * @packets: room for @count packets in kernel memory
 * @skip: how many of the oldest to pass over
 * @count: how many at the most
 *
 * Context: may sleep.
 * Return: how many were copied.
 */
u32 ion_user_peek(struct ion_channel *ch, struct ion_ring *ring, void *packets,
		  u32 skip, u32 count)
{
	u64 from;

	guard(ion_end)(ch);

	ion_channel_look(ch, ring);
	return ion_user_copy(ring, packets, skip, count, &from);
}

/**
 * ion_user_kick_needed() - whether the kernel end sleeps
 * @ring: the ring that was pushed to or released
 *
 * The rule that a program goes by, but for the flag: this one is private.
 *
 * Return: true if it is to be kicked.
 */
bool ion_user_kick_needed(const struct ion_ring *ring)
{
	smp_mb();	/* (F), pairs with (E) in ion_ring_sleep() */
	return READ_ONCE(ring->asleep);
}
