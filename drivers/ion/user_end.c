// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user end of a ring, run by the kernel for a program that pushes, pops or peeks
 * by a system call.
 *
 * It behaves like any user end: the kernel end learns of it by the index alone, and
 * may run at the same time, in a thread that is preempted for long. So no lock of the
 * kernel end is taken here. The user end's index in shared memory is checked as the
 * kernel end checks it.
 */
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>

#include "calls.h"
#include "kernel_end.h"
#include "trace_hot.h"

static void ion_user_publish(struct ion_ring *ring, u32 index, u32 count)
{
	/* (B) or (D) of <ion/ring.h>, of the user end. */
	smp_store_release(ring->user_index, (index + count) & ring->end.mask);
	if (ring->kind->kernel_pushes)
		ion_trace_pop(ring, count);
	else
		ion_trace_push(ring, count);
}

/* Take a snapshot of both ends, and check that the channel still works. */
static int ion_user_look(struct ion_channel *ch, const struct ion_ring *ring,
			 struct ion_snapshot *snap, bool nowait)
{
	if (ion_channel_poisoned(ch))
		return -EPROTO;
	ion_ring_snapshot(ring, snap);
	if (likely(snap->poison == ION_POISON_NONE))
		return 0;
	return ion_kernel_end_confirm(ch, nowait) ?: -EAGAIN;
}

/* Do as a program would: fill free slots, then publish them. */
static u32 ion_user_fill(struct ion_ring *ring, const struct ion_snapshot *snap,
			 const void *packets, u32 count)
{
	u32 n = min_t(u32, count, ring->end.mask - snap->queued);
	u32 size = ring->kind->slot_size;
	u32 i;

	for (i = 0; i < n; i++)
		ion_slot_write(ion_end_slot(&ring->end, snap->index + i, size),
			       packets + i * size, size);
	if (n)
		ion_user_publish(ring, snap->index, n);
	return n;
}

/*
 * Copy what is queued from @skip on, the oldest first. Meanwhile the kernel end may
 * take some of it, and the program may fill the slots again.
 */
static u32 ion_user_copy(const struct ion_ring *ring,
			 const struct ion_snapshot *snap, void *packets,
			 u32 skip, u32 count)
{
	u64 oldest = min(snap->own, snap->user) + skip;
	u32 size = ring->kind->slot_size;
	u32 n = min(count, snap->queued - min(skip, snap->queued));
	u32 i;

	for (i = 0; i < n; i++)
		ion_slot_read(packets + i * size,
			      ion_end_slot(&ring->end, oldest + i, size), size);
	return n;
}

/*
 * A peer that has gone gets nothing. The service still needs empty buffers, for
 * payloads that the peer sent before. Returns how many packets, from the first one on,
 * may be pushed.
 */
static u32 ion_user_allowed(const struct ion_channel *ch,
			    const struct ion_ring *ring,
			    const struct ion_packet *packets, u32 count)
{
	u32 n = 0;

	if (ion_channel_hungup(ch))
		return 0;
	if (likely(!READ_ONCE(ch->peer_gone)))
		return count;
	if (ch->arena && ring->kind->slot_size == sizeof(*packets))
		while (n < count && !packets[n].len)
			n++;
	return n;
}

/**
 * ion_user_push() - push at the user end of tx or cmd
 * @ch: the channel, configured, push_mutex held
 * @ring: the ring
 * @packets: packets to push, in kernel memory
 * @count: how many at most
 * @nowait: wait for no other thread
 *
 * Context: may sleep.
 * Return: how many were pushed; -EAGAIN if there was no room for one; -EPROTO
 * if a ring is poisoned; -EPIPE if the service hung up or its peer has gone; -EINTR
 * for a fatal signal.
 */
int ion_user_push(struct ion_channel *ch, struct ion_ring *ring,
		  const void *packets, u32 count, bool nowait)
{
	struct ion_snapshot snap;
	int ret;

	lockdep_assert_held(&ch->push_mutex);

	ret = ion_user_look(ch, ring, &snap, nowait);
	if (ret)
		return ret;
	count = ion_user_allowed(ch, ring, packets, count);
	if (!count)
		return -EPIPE;
	return ion_user_fill(ring, &snap, packets, count) ?: -EAGAIN;
}

/**
 * ion_user_pop() - copy the oldest packets of rx or evt
 * @ch: the channel, configured, pop_mutex held
 * @ring: the ring
 * @packets: room for @count packets in kernel memory
 * @count: how many at most
 * @nowait: wait for no other thread
 * @index: set to the index of the first one, for ion_user_release()
 *
 * Context: may sleep.
 * Return: how many were copied; -EAGAIN if there was none; -EPROTO if a ring
 * is poisoned; -EPIPE if there was none and the service hung up; -EINTR for a
 * fatal signal.
 */
int ion_user_pop(struct ion_channel *ch, struct ion_ring *ring, void *packets,
		 u32 count, bool nowait, u32 *index)
{
	bool hungup = ion_channel_hungup(ch);
	struct ion_snapshot snap;
	int ret;

	lockdep_assert_held(&ch->pop_mutex);

	ret = ion_user_look(ch, ring, &snap, nowait);
	if (ret)
		return ret;
	*index = snap.index;
	ret = ion_user_copy(ring, &snap, packets, 0, count);
	if (!ret)
		return hungup ? -EPIPE : -EAGAIN;
	return ret;
}

/**
 * ion_user_release() - release popped packets, once the caller has them
 * @ch: the channel, configured, pop_mutex held
 * @ring: the ring
 * @index: as set by ion_user_pop()
 * @count: how many, no more than it copied
 *
 * A program that moved the tail by itself meanwhile has released them already.
 *
 * Return: 0, or -EPROTO if a ring is poisoned.
 */
int ion_user_release(struct ion_channel *ch, struct ion_ring *ring, u32 index,
		     u32 count)
{
	lockdep_assert_held(&ch->pop_mutex);

	if (ion_channel_poisoned(ch))
		return -EPROTO;
	if (READ_ONCE(*ring->user_index) == index)
		ion_user_publish(ring, index, count);
	return 0;
}

/**
 * ion_user_peek() - copy what is queued in any ring
 * @ring: the ring
 * @packets: room for @count packets in kernel memory
 * @skip: how many of the oldest to pass over
 * @count: how many at most
 *
 * Context: any.
 * Return: how many were copied.
 */
u32 ion_user_peek(const struct ion_ring *ring, void *packets, u32 skip,
		  u32 count)
{
	struct ion_snapshot snap;

	ion_ring_snapshot(ring, &snap);
	return ion_user_copy(ring, &snap, packets, skip, count);
}

/**
 * ion_user_kick_needed() - check whether the kernel end needs a kick
 * @ring: the ring that was pushed to or released
 *
 * A program follows the same rule, but reads the shared flag: this one is private.
 *
 * Return: true if the caller must kick.
 */
bool ion_user_kick_needed(const struct ion_ring *ring)
{
	/* The flags of a direct channel's peer are checked by the kick. */
	if (ring->direct)
		return true;
	smp_mb();	/* (F), pairs with (E) in end_state.c */
	return READ_ONCE(ring->asleep);
}
