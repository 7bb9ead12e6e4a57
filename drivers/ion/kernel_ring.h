/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's end of a ring.
 *
 * Every function here wants the end owned: see the locking in channel.h.
 */
#ifndef _DRIVERS_ION_KERNEL_RING_H
#define _DRIVERS_ION_KERNEL_RING_H

#include <ion/ring.h>
#include <linux/bottom_half.h>
#include <linux/ion.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "arena.h"

/**
 * struct ion_ring_kind - what the rings of all channels have in common
 * @name: as in the documentation
 * @slot_size: bytes
 * @kernel_pushes: the kernel end is the producer
 * @events: what poll() tells if the user end can pop from it, or push to it
 */
struct ion_ring_kind {
	const char *name;
	u32 slot_size;
	bool kernel_pushes;
	__poll_t events;
};

extern const struct ion_ring_kind ion_ring_kinds[ION_RINGS];

/**
 * struct ion_stage - packets between peek and release, or reserve and commit
 * @nr: how many there are
 * @detached: they are not in the ring any more: it was reset
 * @ahead: slots, from where the kernel end stands, that were looked at
 * @refused: packets that were refused since a pass began, or a peek found
 *	nothing: a program can make more as fast as they are passed over
 * @at: number, in the count of the ring, of the slot that each one came from
 * @slots: the packets or commands, where no program can write
 */
struct ion_stage {
	u32 nr;
	bool detached;
	u32 ahead;
	u32 refused;
	u64 at[ION_PEEK_MAX];
	union {
		struct ion_packet packets[ION_PEEK_MAX];
		struct ion_cmd_packet cmds[ION_PEEK_MAX];
	} slots;
};

/**
 * struct ion_counted - what the totals of the system have of a ring
 * @pushed: as in &struct ion_ring_totals
 * @popped: likewise
 * @discarded: likewise
 */
struct ion_counted {
	u64 pushed;
	u64 popped;
	u64 discarded;
};

/**
 * struct ion_ring - the kernel's end of one ring
 * @kind: which ring it is
 * @ch: whose it is
 * @end: the view, whichever end it is
 * @producer: the view of rx and evt
 * @consumer: the view of tx and cmd
 * @lock: owns the end, if @async
 * @async: &enum ion_async, or 0: the service uses the ring in callbacks only
 * @polled: the service checks by itself and wants no kick; state_lock
 * @stalled: since the last pass began something was to be pushed, and found no
 *	room
 * @asleep: the wake flag of the kernel end is set; state_lock
 * @discarded: packets that a reset threw away, or that were refused
 * @refused: packets that the arena refused, by &enum ion_refusal
 * @full: how often there was no room to push
 * @found_full: since there was room last, or the kernel end slept
 * @told: where the kernel end stood when the user end was last told
 * @stage: packets that the service has in hand
 * @mask: shared, for programs that read it; never read here
 * @user_index: shared, the index of the user end
 * @counted: what was told of it last, for the totals; see totals.c
 */
struct ion_ring {
	const struct ion_ring_kind *kind;
	struct ion_channel *ch;
	union {
		struct ion_end end;
		struct ion_producer producer;
		struct ion_consumer consumer;
	};
	raw_spinlock_t lock;	/* the end, if async */
	u8 async;
	bool polled;
	bool stalled;
	bool found_full;
	bool asleep;
	u64 discarded;
	u64 refused[ION_REFUSALS];
	u64 full;
	u64 told;
	struct ion_stage *stage;
	u32 *mask;
	u32 *user_index;
	struct ion_counted counted;
};

/* On PREEMPT_RT raw_spin_lock_bh() leaves preemption on, raw_spin_lock() does not. */
static inline void ion_ring_lock_bh(struct ion_ring *ring)
	__acquires(&ring->lock)
{
	local_bh_disable();
	raw_spin_lock(&ring->lock);
}

static inline void ion_ring_unlock_bh(struct ion_ring *ring)
	__releases(&ring->lock)
{
	raw_spin_unlock(&ring->lock);
	local_bh_enable();
}

/* A ring that is not async is owned by who owns all of the channel's. */
static inline unsigned long ion_ring_lock(struct ion_ring *ring)
	__acquires(&ring->lock)
{
	unsigned long flags = 0;

	if (ring->async == ION_ASYNC_ANY)
		raw_spin_lock_irqsave(&ring->lock, flags);
	else if (ring->async)
		ion_ring_lock_bh(ring);
	else
		__acquire(&ring->lock);
	return flags;
}

static inline void ion_ring_unlock(struct ion_ring *ring, unsigned long flags)
	__releases(&ring->lock)
{
	if (ring->async == ION_ASYNC_ANY)
		raw_spin_unlock_irqrestore(&ring->lock, flags);
	else if (ring->async)
		ion_ring_unlock_bh(ring);
	else
		__release(&ring->lock);
}

/**
 * ion_ring_user_slots() - slots that the user end has to use, if that is certain
 * @ring: the ring; its end need not be owned
 * @slots: packets to pop, or room to push, is written
 *
 * ion_ring_snapshot() for one number: what it finds at its first try.
 *
 * Return: false if the ring is being moved on, or if an index cannot be right.
 */
static __always_inline bool ion_ring_user_slots(const struct ion_ring *ring,
						u32 *slots)
{
	const struct ion_end *end = &ring->end;
	u64 lead = ring->kind->kernel_pushes ? end->mask : 0;
	u64 own, ready, of_kernel;
	u32 index;

	/* Pairs with the release in ion_end_publish() and ion_ring_publish(). */
	own = smp_load_acquire(&end->published);
	/* Orders it before the index that it was made from. */
	ready = smp_load_acquire(&end->ready);
	/* (A) or (C) of <ion/ring.h>, in the place of the kernel end. */
	index = smp_load_acquire(end->peer_index);
	smp_rmb();	/* pairs with the release of the index */

	of_kernel = ready - own + ((index - (ready - lead)) & end->mask);
	*slots = end->mask - of_kernel;
	return READ_ONCE(end->own) == own && READ_ONCE(end->ready) == ready &&
	       index <= end->mask && of_kernel <= end->mask &&
	       !READ_ONCE(end->broken);
}

u32 ion_ring_user_slots_slow(const struct ion_ring *ring, bool *poison);

/* The same, of numbers that need not all be of one moment. */
static __always_inline u32 ion_ring_user_has(const struct ion_ring *ring,
					     bool *poison)
{
	u32 slots;

	if (likely(ion_ring_user_slots(ring, &slots)))
		return slots;
	return ion_ring_user_slots_slow(ring, poison);
}

static inline enum ion_ring_id ion_ring_id(const struct ion_ring *ring)
{
	return ring->kind - ion_ring_kinds;
}

/**
 * struct ion_snapshot - a ring at one moment, seen without owning its end
 * @own: where the kernel end stood: packets that it has pushed or popped
 * @user: where the user end stood
 * @discarded: &ion_ring.discarded
 * @queued: packets in the ring, a number from 0 to mask
 * @index: the index of the user end, as it is stored; masked, unless @poison
 * @poison: &enum ion_poison: why @index cannot be right. @user and @queued are
 *	what was known before.
 */
struct ion_snapshot {
	u64 own;
	u64 user;
	u64 discarded;
	u32 queued;
	u32 index;
	u32 poison;
};

bool ion_ring_snapshot(const struct ion_ring *ring, struct ion_snapshot *snap);
bool ion_ring_look(struct ion_ring *ring);
u64 ion_ring_user(const struct ion_ring *ring);
u32 ion_ring_count(const struct ion_ring *ring);
u32 ion_ring_free_slots(const struct ion_ring *ring);
u32 ion_ring_allowed_first(const struct ion_ring *ring);
u32 ion_ring_allowed_last(const struct ion_ring *ring);
bool ion_ring_has_work(const struct ion_ring *ring);
void ion_ring_stall(struct ion_ring *ring);
void ion_ring_publish(struct ion_ring *ring);
void ion_ring_discard(struct ion_ring *ring, u32 count, u32 lost);
u32 ion_ring_reset(struct ion_ring *ring);
void ion_ring_stats(const struct ion_ring *ring, struct ion_ring_stats *stats);

#endif /* _DRIVERS_ION_KERNEL_RING_H */
