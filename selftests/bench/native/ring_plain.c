// SPDX-License-Identifier: GPL-2.0-only
/*
 * The original layout with the original algorithm: the other end's index is read
 * every time, and a packet is copied as a struct.
 */
#include "packet.h"

#define MASK (NATIVE_SLOTS - 1)

struct ring {
	struct ion_ring_header header;
	union {
		struct ion_packet packet[NATIVE_SLOTS];
		struct ion_cmd_packet command[NATIVE_SLOTS];
	} slots;
};

static void *open_ring(size_t size)
{
	(void)size;
	return native_alloc(sizeof(struct ring));
}

#define RING struct ring
#include "simple.h"

#define PUSH_POP(kind, type)                                                   \
	static inline bool push_##kind(struct producer *p,                     \
				       const struct type *packet)              \
	{                                                                      \
		struct ion_ring_header *h = &p->ring->header;                  \
		__u32 tail = __atomic_load_n(&h->tail, __ATOMIC_ACQUIRE);      \
		__u32 head = __atomic_load_n(&h->head, __ATOMIC_RELAXED);      \
		__u32 next = (head + 1) & MASK;                                \
		if (next == tail)                                              \
			return false;                                          \
		p->ring->slots.kind[head] = *packet;                           \
		__atomic_store_n(&h->head, next, __ATOMIC_RELEASE);            \
		return true;                                                   \
	}                                                                      \
	static inline bool pop_##kind(struct consumer *c, struct type *packet) \
	{                                                                      \
		struct ion_ring_header *h = &c->ring->header;                  \
		__u32 head = __atomic_load_n(&h->head, __ATOMIC_ACQUIRE);      \
		__u32 tail = __atomic_load_n(&h->tail, __ATOMIC_RELAXED);      \
		if (head == tail)                                              \
			return false;                                          \
		*packet = c->ring->slots.kind[tail];                           \
		__atomic_store_n(&h->tail, (tail + 1) & MASK,                  \
				 __ATOMIC_RELEASE);                            \
		return true;                                                   \
	}

PUSH_POP(packet, ion_packet)
PUSH_POP(command, ion_cmd_packet)

#include "both.h"

const struct native_ring native_plain = {
	.name = "plain",
	.open = open_ring,
	.close = native_free,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
