// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user end of a ring, acted by the kernel for a program that asks for it
 * by a system call. Where the user end stands is what the kernel end sees of
 * it, so nothing more of shared memory need be trusted here than there.
 */
#include <linux/errno.h>
#include <linux/minmax.h>

#include "user_end.h"

static void ion_user_publish(struct ion_ring *ring, u32 count)
{
	ring->end.ready += count;
	/* (B) or (D) of <ion/ring.h>, of the user end. */
	smp_store_release(ring->user_index,
			  ion_ring_user(ring) & ring->end.mask);
}

static int ion_user_look(struct ion_channel *ch, struct ion_ring *ring)
{
	ion_channel_look(ch, ring);
	return ion_channel_poisoned(ch) ? -EPROTO : 0;
}

/* Copy what is queued from @skip on, the oldest first. */
static u32 ion_user_copy(const struct ion_ring *ring, void *packets, u32 skip,
			 u32 count)
{
	u64 oldest = min(ring->end.own, ion_ring_user(ring)) + skip;
	u32 queued = ion_ring_count(ring);
	u32 size = ring->kind->slot_size;
	u32 n = min(count, queued - min(skip, queued));
	u32 i;

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
 * if a ring is poisoned.
 */
int ion_user_push(struct ion_channel *ch, struct ion_ring *ring,
		  const void *packets, u32 count)
{
	u32 size = ring->kind->slot_size;
	u64 at;
	u32 n, i;
	int ret;

	guard(ion_end)(ch);

	ret = ion_user_look(ch, ring);
	if (ret)
		return ret;
	n = min(count, ion_ring_free(ring));
	if (!n)
		return -EAGAIN;
	at = ion_ring_user(ring);
	for (i = 0; i < n; i++)
		ion_slot_write(ion_end_slot(&ring->end, at + i, size),
			       packets + i * size, size);
	ion_user_publish(ring, n);
	return n;
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
 * is poisoned.
 */
int ion_user_pop(struct ion_channel *ch, struct ion_ring *ring, void *packets,
		 u32 count, u64 *from)
{
	int ret;

	lockdep_assert_held(&ch->user_mutex);
	guard(ion_end)(ch);

	ret = ion_user_look(ch, ring);
	if (ret)
		return ret;
	*from = ion_ring_user(ring);
	ret = ion_user_copy(ring, packets, 0, count);
	return ret ?: -EAGAIN;
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
	int ret;

	lockdep_assert_held(&ch->user_mutex);
	guard(ion_end)(ch);

	ret = ion_user_look(ch, ring);
	if (!ret && ion_ring_user(ring) == from)
		ion_user_publish(ring, count);
	return ret;
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
	guard(ion_end)(ch);

	ion_channel_look(ch, ring);
	return ion_user_copy(ring, packets, skip, count);
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
