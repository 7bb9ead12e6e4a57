// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's end of a ring beside the hot path: looking, counting, emptying.
 */
#include "ring.h"

const struct ion_ring_kind ion_ring_kinds[ION_RINGS] = {
	[ION_RING_TX] = {
		.name = "tx",
		.slot_size = sizeof(struct ion_packet),
	},
	[ION_RING_RX] = {
		.name = "rx",
		.slot_size = sizeof(struct ion_packet),
		.kernel_pushes = true,
	},
	[ION_RING_CMD] = {
		.name = "cmd",
		.slot_size = sizeof(struct ion_cmd_packet),
	},
	[ION_RING_EVT] = {
		.name = "evt",
		.slot_size = sizeof(struct ion_cmd_packet),
		.kernel_pushes = true,
	},
};

/**
 * ion_ring_count() - packets in the ring, as last seen
 * @ring: the ring
 *
 * Return: a number from 0 to mask.
 */
u32 ion_ring_count(const struct ion_ring *ring)
{
	const struct ion_end *end = &ring->end;

	return ring->kind->kernel_pushes ? end->own - end->peer :
					   end->peer - end->own;
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

/* Slots that the kernel end may use: free ones to push, filled ones to pop. */
static u32 ion_ring_known(const struct ion_ring *ring)
{
	return ring->kind->kernel_pushes ? ion_ring_free(ring) :
					   ion_ring_count(ring);
}

/**
 * ion_ring_look() - see how far the user end has come
 * @ring: the ring; poisoned afterwards if the user end broke the protocol
 */
void ion_ring_look(struct ion_ring *ring)
{
	ion_end_look(&ring->end, ion_ring_known(ring));
}

/**
 * ion_ring_publish() - write all the words that the kernel end owns
 * @ring: the ring
 *
 * The wake flag says that the kernel end sleeps: it runs when it is kicked.
 */
void ion_ring_publish(struct ion_ring *ring)
{
	WRITE_ONCE(*ring->mask, ring->end.mask);
	WRITE_ONCE(*ring->kernel_wake, 1);
	smp_store_release(ring->end.own_index,
			  (u32)ring->end.own & ring->end.mask);
}

/**
 * ion_ring_reset() - empty the ring and trust the user end again
 * @ring: the ring
 *
 * Both indices go to where the producer's stood.
 *
 * Return: how many packets were thrown away.
 */
u32 ion_ring_reset(struct ion_ring *ring)
{
	struct ion_end *end = &ring->end;
	u32 thrown;

	ion_ring_look(ring);
	thrown = ion_ring_count(ring);
	ring->discarded += thrown;
	if (ring->kind->kernel_pushes)
		end->peer = end->own;
	else
		end->own = end->peer;
	end->broken = ION_POISON_NONE;
	end->seen = 0;

	WRITE_ONCE(*ring->user_index, (u32)end->own & end->mask);
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
	stats->poison_first = (u32)end->peer & end->mask;
	stats->poison_last =
		((u32)end->peer - ion_ring_known(ring) - 1) & end->mask;
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
	u64 pushed = kernel_pushes ? end->own : end->peer;
	u64 taken = kernel_pushes ? end->peer : end->own;

	*stats = (struct ion_ring_stats) {
		.pushed = pushed,
		.popped = taken - ring->discarded,
		.discarded = ring->discarded,
		.full = ring->full,
		.queued = ion_ring_count(ring),
		.capacity = end->mask,
		.head = (u32)pushed & end->mask,
		.tail = (u32)taken & end->mask,
	};
	ion_ring_stats_poison(ring, stats);
}
