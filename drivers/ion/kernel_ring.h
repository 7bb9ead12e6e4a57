/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's end of a ring.
 *
 * The caller of every function here must own the end: see the locking in channel.h.
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
 * struct ion_ring_kind - constants of a ring, the same in all channels
 * @name: name of the ring, as in the documentation
 * @slot_size: bytes of a slot
 * @kernel_pushes: the kernel end is the producer
 * @events: events that poll() reports if the user end can pop from it, or push to it
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
 * @nr: number of packets in the stage
 * @detached: the packets are no longer in the ring: it was reset
 * @ahead: slots that were read, counted from where the kernel end stands
 * @refused: packets that were refused since a pass began, or since a peek found
 *	nothing: a program can make more as fast as they are skipped
 * @at: number, in the count of the ring, of the slot that each packet came from
 * @slots: the packets or commands, in memory that no program can write
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
 * struct ion_counted - counters of a ring, as last added to the system's totals
 * @pushed: as in &struct ion_ring_totals
 * @popped: as in &struct ion_ring_totals
 * @discarded: as in &struct ion_ring_totals
 */
struct ion_counted {
	u64 pushed;
	u64 popped;
	u64 discarded;
};

/**
 * struct ion_ring - the kernel's end of one ring
 * @kind: which ring it is
 * @ch: the channel that the ring belongs to
 * @end: the view of either kind of end
 * @producer: the view of rx and evt
 * @consumer: the view of tx and cmd
 * @lock: its holder owns the end, if @async
 * @async: &enum ion_async, or 0: the service uses the ring in callbacks only
 * @polled: the service polls the ring by itself and needs no kick; state_lock
 * @direct: the peer's program has the end, and the kernel none: see direct.c
 * @stalled: a push found no room since the last pass began
 * @asleep: the wake flag of the kernel end is set; state_lock
 * @discarded: packets that a reset discarded, or that were refused
 * @refused: packets that the arena refused, by &enum ion_refusal
 * @full: how often there was no room to push
 * @full_counted: @full counts the ring being full already; cleared once there is room,
 *	or before the pass of a sleeping kernel end
 * @notified: position of the kernel end when the user end was last notified
 * @stage: packets that the service peeked at or reserved
 * @mask: shared, for programs that read it; never read here
 * @user_index: shared, the index of the user end
 * @kernel_wake: shared, @direct: the half of the user end's wake flag that the kernel
 *	writes
 * @counted: counters that the totals reported last; see totals.c
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
	bool direct;
	bool stalled;
	bool full_counted;
	bool asleep;
	u64 discarded;
	u64 refused[ION_REFUSALS];
	u64 full;
	u64 notified;
	struct ion_stage *stage;
	u32 *mask;
	u32 *user_index;
	u16 *kernel_wake;
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

/* A ring that is not async belongs to the owner of the kernel end of the channel. */
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
 * ion_ring_user_slots() - count the slots that the user end can use, in one try
 * @ring: the ring; its end need not be owned
 * @slots: set to the packets to pop, or the room to push
 *
 * A reduced ion_ring_snapshot(): one number, and only the first try.
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
	/* (A) or (C) of <ion/ring.h>, on behalf of the kernel end. */
	index = smp_load_acquire(end->peer_index);
	smp_rmb();	/* pairs with the release of the index */

	of_kernel = ready - own + ((index - (ready - lead)) & end->mask);
	*slots = end->mask - of_kernel;
	return READ_ONCE(end->own) == own && READ_ONCE(end->ready) == ready &&
	       index <= end->mask && of_kernel <= end->mask &&
	       !READ_ONCE(end->broken);
}

u32 ion_ring_user_slots_slow(const struct ion_ring *ring, bool *poison);

/* Count them even if the numbers may not be of one moment. */
static __always_inline u32 ion_ring_user_has(const struct ion_ring *ring,
					     bool *poison)
{
	u32 slots;

	/* The kernel has no end of a direct ring, and knows nothing of it. */
	if (likely(!ring->direct) && likely(ion_ring_user_slots(ring, &slots)))
		return slots;
	return ion_ring_user_slots_slow(ring, poison);
}

static inline enum ion_ring_id ion_ring_id(const struct ion_ring *ring)
{
	return ring->kind - ion_ring_kinds;
}

/**
 * struct ion_snapshot - a ring at one moment, seen without owning its end
 * @own: position of the kernel end: packets that it has pushed or popped
 * @user: position of the user end
 * @discarded: &ion_ring.discarded
 * @queued: packets in the ring, a number from 0 to mask
 * @index: the index of the user end, as it is stored; masked, unless @poison
 * @poison: &enum ion_poison: why @index cannot be right. @user and @queued then
 *	have the values that were known before.
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
bool ion_ring_refresh(struct ion_ring *ring);
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
