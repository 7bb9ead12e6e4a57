// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's end of a ring beside the hot path: looking, counting, emptying.
 */
#include <linux/poll.h>

#include "ring.h"
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

/* What @ready is ahead of the count of the user end. */
static u64 ion_ring_lead(const struct ion_ring *ring)
{
	return ring->kind->kernel_pushes ? ring->end.mask : 0;
}

/**
 * ion_ring_user() - where the user end stands, as last seen
 * @ring: the ring
 *
 * Return: packets that it pushed to tx or cmd, or popped from rx or evt.
 */
u64 ion_ring_user(const struct ion_ring *ring)
{
	return ring->end.ready - ion_ring_lead(ring);
}

/**
 * ion_ring_count() - packets in the ring, as last seen
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
 * ion_ring_free() - packets that the ring has room for, as last seen
 * @ring: the ring
 *
 * Return: a number from 0 to mask.
 */
u32 ion_ring_free(const struct ion_ring *ring)
{
	return ring->end.mask - ion_ring_count(ring);
}

/**
 * ion_ring_allowed_first() - where the index of the user end may be
 * @ring: the ring
 *
 * Return: the first index that was right at the last look: where it stood.
 */
u32 ion_ring_allowed_first(const struct ion_ring *ring)
{
	return ion_ring_user(ring) & ring->end.mask;
}

/**
 * ion_ring_allowed_last() - how far the index of the user end may go
 * @ring: the ring
 *
 * Return: the last index, from ion_ring_allowed_first() on, that was right at
 * the last look.
 */
u32 ion_ring_allowed_last(const struct ion_ring *ring)
{
	const struct ion_end *end = &ring->end;

	return (ion_ring_user(ring) + end->mask - ion_end_known(end)) &
	       end->mask;
}

/**
 * ion_ring_look() - see how far the user end has come
 * @ring: the ring
 *
 * Return: false if it is poisoned.
 */
bool ion_ring_look(struct ion_ring *ring)
{
	return ion_end_look(&ring->end, ion_ring_lead(ring));
}

/**
 * ion_ring_news() - whether a pass might find something to do
 * @ring: the ring
 *
 * Packets to pop that are left or were pushed since; room, if some was wanted.
 *
 * Return: false if there is nothing. Nothing is changed.
 */
bool ion_ring_news(const struct ion_ring *ring)
{
	const struct ion_end *end = &ring->end;

	if (ring->kind->kernel_pushes && !READ_ONCE(ring->stalled))
		return false;
	return end->broken || ion_end_known(end) ||
	       READ_ONCE(*end->peer_index) != ion_ring_allowed_first(ring);
}

/**
 * ion_ring_stall() - there was no room for all that was to be pushed
 * @ring: rx or evt
 *
 * Until the next pass the kernel end wants to be woken when the user end makes
 * room. However often it tries meanwhile, that is one time that it was full.
 */
void ion_ring_stall(struct ion_ring *ring)
{
	if (ring->end.broken)
		return;
	WRITE_ONCE(ring->stalled, true);
	if (ring->found_full)
		return;
	ring->full++;
	WRITE_ONCE(ring->found_full, true);
	trace_ion_full(ring);
}

/**
 * ion_ring_awake() - the kernel end runs: no kick is needed
 * @ring: the ring
 */
void ion_ring_awake(struct ion_ring *ring)
{
	WRITE_ONCE(ring->stalled, false);
	WRITE_ONCE(ring->found_full, false);
	if (!ring->asleep)
		return;
	WRITE_ONCE(ring->asleep, false);
	ion_end_awake(&ring->end);
}

/**
 * ion_ring_armed() - whether no flag need be set for the kernel end to sleep
 * @ring: the ring
 *
 * As a producer it only wants a kick if it has something to push. The end need not
 * be owned to ask; of a ring that is async the answer may be an old one then.
 *
 * Return: true if the wake flag is set, or no kick is wanted.
 */
bool ion_ring_armed(const struct ion_ring *ring)
{
	return READ_ONCE(ring->asleep) ||
	       (ring->kind->kernel_pushes && !READ_ONCE(ring->stalled));
}

/**
 * ion_ring_sleep() - ask for a kick when the user end moves on
 * @ring: the ring
 *
 * Return: true if the wake flag was set just now, (E): look at the ring again.
 */
bool ion_ring_sleep(struct ion_ring *ring)
{
	if (ring->polled || ion_ring_armed(ring))
		return false;
	WRITE_ONCE(ring->asleep, true);
	ion_end_sleep(&ring->end);
	return true;
}

/**
 * ion_ring_arm() - ask for a kick, and look once more
 * @ring: the ring
 *
 * Return: true if there was nothing to do, so that a kick will come.
 */
bool ion_ring_arm(struct ion_ring *ring)
{
	u32 staged = ring->stage->ahead;

	WRITE_ONCE(ring->stage->refused, 0);
	ring->polled = false;
	WRITE_ONCE(ring->asleep, true);
	ion_end_sleep(&ring->end);
	ion_ring_look(ring);
	return ring->end.broken || ion_end_known(&ring->end) == staged;
}

/**
 * ion_ring_publish() - write all the words that the kernel end owns
 * @ring: the ring
 */
void ion_ring_publish(struct ion_ring *ring)
{
	WRITE_ONCE(*ring->mask, ring->end.mask);
	WRITE_ONCE(*ring->end.own_wake, ring->asleep);
	/* (B) or (D) of <ion/ring.h>. */
	smp_store_release(ring->end.own_index,
			  ring->end.own & ring->end.mask);
}

/**
 * ion_ring_reset() - empty the ring and trust the user end again
 * @ring: the ring
 *
 * Both indices go to where the producer's stood. What the service has peeked at
 * is thrown away too; if it is just about to release it, it is none the wiser.
 * The user end is to be told of it.
 *
 * Return: how many packets were thrown away.
 */
u32 ion_ring_reset(struct ion_ring *ring)
{
	struct ion_end *end = &ring->end;
	u32 thrown;

	if (!end->broken && !ion_ring_look(ring))
		trace_ion_poison(ring);
	thrown = ion_ring_count(ring);
	ring->discarded += thrown;
	if (ring->kind->kernel_pushes) {
		end->ready = end->own + end->mask;
		ion_ring_awake(ring);
	} else {
		WRITE_ONCE(end->own, end->ready);
		ring->stage->ahead = 0;
		ring->stage->detached = ring->stage->nr;
	}
	WRITE_ONCE(end->broken, ION_POISON_NONE);
	end->seen = 0;
	WRITE_ONCE(ring->told, end->own);
	ion_trace_discard(ring, thrown);

	WRITE_ONCE(*ring->user_index, end->own & end->mask);
	ion_ring_publish(ring);
	return thrown;
}

static void ion_ring_stats_poison(const struct ion_ring *ring,
				  struct ion_ring_stats *stats)
{
	const struct ion_end *end = &ring->end;

	if (!end->broken)
		return;
	stats->poison = end->broken;
	stats->poison_seen = end->seen;
	stats->poison_first = ion_ring_allowed_first(ring);
	stats->poison_last = ion_ring_allowed_last(ring);
}

/**
 * ion_ring_stats() - the counters of a ring, as last seen
 * @ring: the ring
 * @stats: all of it is written
 */
void ion_ring_stats(const struct ion_ring *ring, struct ion_ring_stats *stats)
{
	bool kernel_pushes = ring->kind->kernel_pushes;
	const struct ion_end *end = &ring->end;
	u64 pushed = kernel_pushes ? end->own : ion_ring_user(ring);
	u64 taken = kernel_pushes ? ion_ring_user(ring) : end->own;

	*stats = (struct ion_ring_stats) {
		.pushed = pushed,
		.popped = taken - ring->discarded,
		.discarded = ring->discarded,
		.full = ring->full,
		.queued = ion_ring_count(ring),
		.capacity = end->mask,
		.head = pushed & end->mask,
		.tail = taken & end->mask,
		.bad_id = ring->refused[ION_REFUSED_ID],
		.bad_range = ring->refused[ION_REFUSED_RANGE],
		.bad_owner = ring->refused[ION_REFUSED_OWNER],
	};
	ion_ring_stats_poison(ring, stats);
}
