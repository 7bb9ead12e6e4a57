// SPDX-License-Identifier: GPL-2.0-only
/*
 * Concurrency Kit's ck_ring as it is mostly used: the ring carries pointers to
 * packets in an array. The array has more packets than the ring holds, so that
 * the packet being read is not filled again.
 */
#include <ck_ring.h>

#include "packet.h"

#define PACKETS (2 * NATIVE_SLOTS)

struct ring {
	struct ck_ring ring __attribute__((aligned(128)));
	struct ck_ring_buffer slots[NATIVE_SLOTS] __attribute__((aligned(128)));
	char pad[128];
	unsigned int next;
	union {
		struct ion_packet packet[PACKETS];
		struct ion_cmd_packet command[PACKETS];
	} packets __attribute__((aligned(128)));
};

static void *open_ring(size_t size)
{
	struct ring *ring = native_alloc(sizeof(*ring));

	(void)size;
	if (ring)
		ck_ring_init(&ring->ring, NATIVE_SLOTS);
	return ring;
}

#define RING struct ring
#include "simple.h"

#define PUSH_POP(kind, type)                                                   \
	static inline bool push_##kind(struct producer *p,                     \
				       const struct type *packet)              \
	{                                                                      \
		struct ring *ring = p->ring;                                   \
		struct type *at = &ring->packets.kind[ring->next];             \
		*at = *packet;                                                 \
		if (!ck_ring_enqueue_spsc(&ring->ring, ring->slots, at))       \
			return false;                                          \
		ring->next = (ring->next + 1) % PACKETS;                       \
		return true;                                                   \
	}                                                                      \
	static inline bool pop_##kind(struct consumer *c, struct type *packet) \
	{                                                                      \
		struct ring *ring = c->ring;                                   \
		struct type *at;                                               \
		if (!ck_ring_dequeue_spsc(&ring->ring, ring->slots, &at))      \
			return false;                                          \
		*packet = *at;                                                 \
		return true;                                                   \
	}

PUSH_POP(packet, ion_packet)
PUSH_POP(command, ion_cmd_packet)

#include "both.h"

const struct native_ring native_ck_ring_pointers = {
	.name = "ck_ring-pointers",
	.open = open_ring,
	.close = native_free,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
