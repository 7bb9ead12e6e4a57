// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's end of a ring outside the hot path: refresh, snapshots, counters, reset.
 */
#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/processor.h>

#include "kernel_ring.h"
#include "trace.h"
#include "trace_hot.h"

const struct ion_ring_kind ion_ring_kinds[ION_RINGS] = {
	[ION_RING_TX] = {
		.name = "tx",
		.slot_size = sizeof(struct ion_packet),
		.events = EPOLLOUT | EPOLLWRNORM,
	},
	[ION_RING_RX] = {
		.name = "rx",
		.slot_size = sizeof(struct ion_packet),
		.kernel_pushes = true,
		.events = EPOLLIN | EPOLLRDNORM,
	},
	[ION_RING_CMD] = {
		.name = "cmd",
		.slot_size = sizeof(struct ion_cmd_packet),
		.events = EPOLLWRBAND,
	},
	[ION_RING_EVT] = {
		.name = "evt",
		.slot_size = sizeof(struct ion_cmd_packet),
		.kernel_pushes = true,
		/* Not EPOLLRDBAND: for select() that is something to read(). */
		.events = EPOLLPRI,
	},
};

/* Returns how far @ready is ahead of the user end's count. */
static u64 ion_ring_lead(const struct ion_ring *ring)
{
	return ring->kind->kernel_pushes ? ring->end.mask : 0;
}

/**
 * ion_ring_user() - get the position of the user end, as last seen
 * @ring: the ring
 *
 * Return: packets that it pushed to tx or cmd, or popped from rx or evt.
 */
u64 ion_ring_user(const struct ion_ring *ring)
{
	return ring->end.ready - ion_ring_lead(ring);
}

/**
 * ion_ring_count() - count the packets in the ring, as last seen
 * @ring: the ring
 *
 * Return: a number from 0 to mask.
 */
u32 ion_ring_count(const struct ion_ring *ring)
{
	u32 known = ion_end_known(&ring->end);

	return ring->kind->kernel_pushes ? ring->end.mask - known : known;
}

/**
 * ion_ring_free_slots() - count the packets that the ring has room for, as last seen
 * @ring: the ring
 *
 * Return: a number from 0 to mask.
 */
u32 ion_ring_free_slots(const struct ion_ring *ring)
{
	return ring->end.mask - ion_ring_count(ring);
}

/**
 * ion_ring_allowed_first() - get the first index that the user end may store
 * @ring: the ring
 *
 * Return: the index of the user end at the last refresh.
 */
u32 ion_ring_allowed_first(const struct ion_ring *ring)
{
	return ion_ring_user(ring) & ring->end.mask;
}

/**
 * ion_ring_allowed_last() - get the last index that the user end may store
 * @ring: the ring
 *
 * Return: the last index, counted on from ion_ring_allowed_first(), that was right
 * at the last refresh.
 */
u32 ion_ring_allowed_last(const struct ion_ring *ring)
{
	const struct ion_end *end = &ring->end;

	return (ion_ring_user(ring) + end->mask - ion_end_known(end)) &
	       end->mask;
}

/**
 * ion_ring_refresh() - refresh the position of the user end
 * @ring: the ring
 *
 * Return: false if it is poisoned.
 */
bool ion_ring_refresh(struct ion_ring *ring)
{
	return ion_end_refresh(&ring->end, ion_ring_lead(ring));
}

/* Check whether the index that the user end stored can be right. */
static void ion_snapshot_check(const struct ion_ring *ring, u64 ready,
			       struct ion_snapshot *snap)
{
	const struct ion_end *end = &ring->end;
	u64 user = ready - ion_ring_lead(ring);
	u64 step = (snap->index - user) & end->mask;

	snap->poison = READ_ONCE(end->broken);
	if (snap->poison == ION_POISON_NONE && snap->index > end->mask)
		snap->poison = ION_POISON_RANGE;
	if (snap->poison == ION_POISON_NONE &&
	    step > end->mask - (u32)(ready - snap->own))
		snap->poison = ION_POISON_ORDER;
	snap->user = snap->poison == ION_POISON_NONE ? user + step : user;
}

/*
 * @own is written before the index that a program sees, @published after it. If the
 * two are equal, before and after the load of the user end's index, the kernel end
 * did not move meanwhile. A program that moved the user end because of an index had
 * seen that index published, so @own is loaded last.
 *
 * A call that discards packets writes several counts in no order. Meanwhile
 * @published is wrong: a reader that has seen one of these counts sees that too.
 */
static bool ion_snapshot_try(const struct ion_ring *ring,
			     struct ion_snapshot *snap)
{
	const struct ion_end *end = &ring->end;
	u64 ready;

	/* Pairs with the release in ion_end_publish() and ion_ring_publish(). */
	snap->own = smp_load_acquire(&end->published);
	snap->discarded = READ_ONCE(ring->discarded);
	/* Orders this load before that of the index that @ready was made from. */
	ready = smp_load_acquire(&end->ready);
	/* (A) or (C) of <ion/ring.h>, on behalf of the kernel end. */
	snap->index = smp_load_acquire(end->peer_index);
	ion_snapshot_check(ring, ready, snap);
	smp_rmb();	/* pairs with the release of the index, and the smp_wmb() */
	return READ_ONCE(end->published) == snap->own &&
	       READ_ONCE(end->own) == snap->own &&
	       READ_ONCE(end->ready) == ready &&
	       READ_ONCE(ring->discarded) == snap->discarded;
}

/*
 * Take the snapshot that the program would see. The kernel end is between two of its
 * writes, perhaps in a preempted thread: @published may be behind the index that the
 * user end acted on. So both indices are loaded, the kernel end's last, because the
 * user end is never ahead of it. A program that writes to words that are not its own
 * misleads only itself.
 */
static void ion_snapshot_guess(const struct ion_ring *ring,
			       struct ion_snapshot *snap)
{
	const struct ion_end *end = &ring->end;
	u64 mask = end->mask;
	u32 at;

	/* (A) or (C) of <ion/ring.h>, on behalf of the kernel end. */
	snap->index = smp_load_acquire(end->peer_index);
	at = READ_ONCE(*end->own_index);
	snap->own = READ_ONCE(end->own);
	snap->own -= (snap->own - at) & mask;

	if (ring->kind->kernel_pushes)
		snap->user = snap->own - ((snap->own - snap->index) & mask);
	else
		snap->user = snap->own + ((snap->index - snap->own) & mask);
	/* A discard counted before the move must not make the popped count negative. */
	snap->discarded = min(snap->discarded, min(snap->own, snap->user));
	snap->poison = READ_ONCE(end->broken);
	if (snap->poison == ION_POISON_NONE && snap->index > mask)
		snap->poison = ION_POISON_RANGE;
}

/*
 * Load the two indices of a direct ring, which is all that is known of it. Either program
 * may write what it likes to its own. Returns false if one of them cannot be right.
 */
static __always_inline bool ion_snapshot_indices(const struct ion_ring *ring,
						 u32 *user, u32 *peer)
{
	/* (A) or (C) of <ion/ring.h>: the peer's slots are read or written next. */
	*peer = smp_load_acquire(ring->end.own_index);
	*user = READ_ONCE(*ring->user_index);
	return likely(*user <= ring->end.mask && *peer <= ring->end.mask);
}

/* The counts are no larger than a ring. */
static void ion_snapshot_direct(const struct ion_ring *ring,
				struct ion_snapshot *snap)
{
	bool pushes = ring->kind->kernel_pushes;
	u32 mask = ring->end.mask;
	u32 user, peer, queued;
	bool right;

	right = ion_snapshot_indices(ring, &user, &peer);
	*snap = (struct ion_snapshot) { .index = user };
	if (!right) {
		snap->index = user > mask ? user : peer;
		snap->poison = ION_POISON_RANGE;
		return;
	}
	queued = (pushes ? peer - user : user - peer) & mask;
	snap->own = pushes ? user + queued : peer;
	snap->user = pushes ? user : peer + queued;
}

/* As ion_snapshot_direct() would see it, without the other numbers. */
static u32 ion_snapshot_direct_slots(const struct ion_ring *ring, bool *poison)
{
	bool pushes = ring->kind->kernel_pushes;
	u32 mask = ring->end.mask;
	u32 user, peer;

	if (!ion_snapshot_indices(ring, &user, &peer)) {
		*poison = true;
		return pushes ? 0 : mask;
	}
	/* A producer leaves one slot free. */
	return (pushes ? peer - user : peer - user - 1) & mask;
}

#define ION_SNAPSHOT_TRIES	64

/* Returns false if the kernel end keeps moving the ring on. */
static bool ion_snapshot_shared(const struct ion_ring *ring,
				struct ion_snapshot *snap)
{
	int i;

	for (i = 0; i < ION_SNAPSHOT_TRIES; i++) {
		if (ion_snapshot_try(ring, snap))
			return true;
		cpu_relax();
	}
	ion_snapshot_guess(ring, snap);
	return false;
}

/**
 * ion_ring_snapshot() - take a snapshot of a ring without owning its end
 * @ring: the ring
 * @snap: written, all of it
 *
 * The end may belong to a preempted thread, so this never waits. If no try finds the
 * ring at rest, the kernel end is moving it on, and will notify all waiters.
 *
 * Context: any.
 * Return: true if the ring was at rest; false if the numbers in @snap are not all of
 * one moment.
 */
bool ion_ring_snapshot(const struct ion_ring *ring, struct ion_snapshot *snap)
{
	bool pushes = ring->kind->kernel_pushes;
	bool stable = true;

	if (ring->direct)
		ion_snapshot_direct(ring, snap);
	else
		stable = ion_snapshot_shared(ring, snap);
	snap->queued = pushes ? snap->own - snap->user : snap->user - snap->own;
	return stable;
}

/**
 * ion_ring_user_slots_slow() - count the slots that the user end can use
 * @ring: the ring
 * @poison: set if the index of the user end cannot be right
 *
 * The slow path of ion_ring_user_has().
 *
 * Context: any.
 * Return: packets to pop, or room to push, as ion_ring_snapshot() sees it.
 */
u32 ion_ring_user_slots_slow(const struct ion_ring *ring, bool *poison)
{
	struct ion_snapshot snap;

	if (ring->direct)
		return ion_snapshot_direct_slots(ring, poison);
	ion_ring_snapshot(ring, &snap);
	if (snap.poison != ION_POISON_NONE)
		*poison = true;
	return ring->kind->kernel_pushes ? snap.queued :
					   ring->end.mask - snap.queued;
}

/**
 * ion_ring_has_work() - check whether a pass might find something to do
 * @ring: the ring
 *
 * Work is a packet to pop, left over or pushed since, or room that a push waits for.
 * The end need not be owned. Changes nothing.
 *
 * Return: false if there is no work.
 */
bool ion_ring_has_work(const struct ion_ring *ring)
{
	const struct ion_end *end = &ring->end;
	u32 index = READ_ONCE(*end->peer_index);
	u32 ahead = index - (u32)READ_ONCE(end->own);

	if (READ_ONCE(end->broken) || index > end->mask)
		return true;
	if (!ring->kind->kernel_pushes)
		return ahead & end->mask;
	return READ_ONCE(ring->stalled) && ((ahead - 1) & end->mask);
}

/**
 * ion_ring_stall() - record that a push found no room
 * @ring: rx or evt
 *
 * Until the next pass the kernel end needs a kick when the user end makes room.
 * However often a push fails meanwhile, the ring counts as full once.
 */
void ion_ring_stall(struct ion_ring *ring)
{
	if (ring->end.broken)
		return;
	WRITE_ONCE(ring->stalled, true);
	if (ring->full_counted)
		return;
	WRITE_ONCE(ring->full, ring->full + 1);
	WRITE_ONCE(ring->full_counted, true);
	trace_ion_full(ring);
}

/**
 * ion_ring_publish() - write the index and the mask
 * @ring: the ring
 */
void ion_ring_publish(struct ion_ring *ring)
{
	struct ion_end *end = &ring->end;

	WRITE_ONCE(*ring->mask, end->mask);
	/* (B) or (D) of <ion/ring.h>. */
	smp_store_release(end->own_index, end->own & end->mask);
	/* Pairs with the acquire in ion_snapshot_try(). */
	smp_store_release(&end->published, end->own);
}

/* Make all snapshots fail until the ring is published. */
static void ion_ring_unpublish(struct ion_ring *ring)
{
	WRITE_ONCE(ring->end.published, ring->end.own - 1);
	smp_wmb();	/* pairs with the smp_rmb() in ion_snapshot_try() */
}

/**
 * ion_ring_discard() - release packets of tx or cmd that nobody gets
 * @ring: tx or cmd, owned
 * @count: how many packets to release
 * @lost: how many of them count as discarded
 */
void ion_ring_discard(struct ion_ring *ring, u32 count, u32 lost)
{
	ion_ring_unpublish(ring);
	WRITE_ONCE(ring->discarded, ring->discarded + lost);
	WRITE_ONCE(ring->end.own, ring->end.own + count);
	ion_ring_publish(ring);
}

static u32 ion_ring_empty(struct ion_ring *ring)
{
	struct ion_end *end = &ring->end;
	u32 discarded = ion_ring_count(ring);

	ion_ring_unpublish(ring);
	WRITE_ONCE(ring->discarded, ring->discarded + discarded);
	if (ring->kind->kernel_pushes) {
		WRITE_ONCE(end->ready, end->own + end->mask);
		WRITE_ONCE(ring->stalled, false);
		WRITE_ONCE(ring->full_counted, false);
	} else {
		WRITE_ONCE(end->own, end->ready);
		ring->stage->ahead = 0;
		ring->stage->detached = ring->stage->nr;
	}
	WRITE_ONCE(end->broken, ION_POISON_NONE);
	end->seen = 0;
	WRITE_ONCE(ring->notified, end->own);
	WRITE_ONCE(*ring->user_index, end->own & end->mask);
	ion_ring_publish(ring);
	return discarded;
}

/**
 * ion_ring_reset() - empty the ring and trust the user end again
 * @ring: the ring
 *
 * Sets both indices to where the producer's stood. Packets that the service has
 * peeked at are discarded too; their later release changes nothing. The caller must
 * notify the user end.
 *
 * Return: how many packets were discarded.
 */
u32 ion_ring_reset(struct ion_ring *ring)
{
	u32 discarded;

	if (!ring->end.broken && !ion_ring_refresh(ring))
		ion_trace_poison(ring);
	discarded = ion_ring_empty(ring);
	ion_trace_discard(ring, discarded);
	return discarded;
}

/* Report the index that poisoned the ring, or will once the kernel end checks it. */
static void ion_ring_stats_poison(const struct ion_ring *ring,
				  const struct ion_snapshot *snap,
				  struct ion_ring_stats *stats)
{
	u32 mask = ring->end.mask;
	u32 most = ring->kind->kernel_pushes ? snap->queued :
					       mask - snap->queued;

	if (snap->poison == ION_POISON_NONE)
		return;
	stats->poison = snap->poison;
	stats->poison_seen = READ_ONCE(ring->end.broken) ?
				     READ_ONCE(ring->end.seen) :
				     snap->index;
	stats->poison_first = snap->user & mask;
	stats->poison_last = (snap->user + most) & mask;
}

/**
 * ion_ring_stats() - take a snapshot of a ring's counters
 * @ring: the ring
 * @stats: written, all of it
 *
 * Context: any; the end need not be owned.
 */
void ion_ring_stats(const struct ion_ring *ring, struct ion_ring_stats *stats)
{
	bool kernel_pushes = ring->kind->kernel_pushes;
	struct ion_snapshot snap;
	u64 pushed, taken;

	ion_ring_snapshot(ring, &snap);
	pushed = kernel_pushes ? snap.own : snap.user;
	taken = kernel_pushes ? snap.user : snap.own;
	*stats = (struct ion_ring_stats) {
		.pushed = pushed,
		.popped = taken - snap.discarded,
		.discarded = snap.discarded,
		.full = READ_ONCE(ring->full),
		.queued = snap.queued,
		.capacity = ring->end.mask,
		.head = pushed & ring->end.mask,
		.tail = taken & ring->end.mask,
		.bad_id = READ_ONCE(ring->refused[ION_REFUSED_ID]),
		.bad_range = READ_ONCE(ring->refused[ION_REFUSED_RANGE]),
		.bad_owner = READ_ONCE(ring->refused[ION_REFUSED_OWNER]),
		.program_wake = READ_ONCE(*ring->end.peer_wake),
		.kernel_wake = ring->end.own_wake ? READ_ONCE(*ring->end.own_wake) : 0,
	};
	ion_ring_stats_poison(ring, &snap, stats);
}
