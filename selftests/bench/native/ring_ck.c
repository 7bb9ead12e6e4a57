// SPDX-License-Identifier: GPL-2.0-only
/* Concurrency Kit's ck_ring, over a buffer of structs. */
#include <ck_ring.h>

#include "packet.h"

CK_RING_PROTOTYPE(packet, ion_packet)
CK_RING_PROTOTYPE(command, ion_cmd_packet)

struct ring {
	struct ck_ring ring __attribute__((aligned(128)));
	union {
		struct ion_packet packet[NATIVE_SLOTS];
		struct ion_cmd_packet command[NATIVE_SLOTS];
	} slots __attribute__((aligned(128)));
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
				       struct type *packet)                    \
	{                                                                      \
		return CK_RING_ENQUEUE_SPSC(kind, &p->ring->ring,              \
					    p->ring->slots.kind, packet);      \
	}                                                                      \
	static inline bool pop_##kind(struct consumer *c, struct type *packet) \
	{                                                                      \
		return CK_RING_DEQUEUE_SPSC(kind, &c->ring->ring,              \
					    c->ring->slots.kind, packet);      \
	}

PUSH_POP(packet, ion_packet)
PUSH_POP(command, ion_cmd_packet)

#include "both.h"

const struct native_ring native_ck_ring = {
	.name = "ck_ring",
	.open = open_ring,
	.close = native_free,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
