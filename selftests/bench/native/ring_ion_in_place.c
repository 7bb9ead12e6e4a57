// SPDX-License-Identifier: GPL-2.0-only
/* <ion/ring.h>, with packets written and read in place. */
#include "ion.h"

#define BATCHES

/* A single packet is a batch of one. */
#define IN_PLACE(kind, type)                                                   \
	static inline unsigned int put_##kind(struct producer *p, __u64 seq,   \
					      unsigned int n)                  \
	{                                                                      \
		unsigned int i;                                                \
		n = ion_ring_reserve(&p->end, n);                              \
		for (i = 0; i < n; i++)                                        \
			native_##kind##_fill((struct type *)ion_ring_slot(     \
						     &p->end, i,               \
						     sizeof(struct type)),     \
					     seq + i);                         \
		if (n)                                                         \
			ion_ring_commit(&p->end, n);                           \
		return n;                                                      \
	}                                                                      \
	static inline int get_##kind(struct consumer *c, __u64 seq,            \
				     unsigned int n)                           \
	{                                                                      \
		unsigned int i;                                                \
		n = ion_ring_peek(&c->end, n);                                 \
		for (i = 0; i < n; i++)                                        \
			if (native_##kind##_wrong(                             \
				    (const struct type *)ion_ring_peeked(      \
					    &c->end, i, sizeof(struct type)),  \
				    seq + i))                                  \
				return -1;                                     \
		if (n)                                                         \
			ion_ring_release(&c->end, n);                          \
		return (int)n;                                                 \
	}                                                                      \
	static inline bool push_##kind(struct producer *p,                     \
				       const struct type *packet)              \
	{                                                                      \
		if (!ion_ring_reserve(&p->end, 1))                             \
			return false;                                          \
		*(struct type *)ion_ring_slot(&p->end, 0,                      \
					      sizeof(struct type)) = *packet;  \
		ion_ring_commit(&p->end, 1);                                   \
		return true;                                                   \
	}                                                                      \
	static inline bool pop_##kind(struct consumer *c, struct type *packet) \
	{                                                                      \
		if (!ion_ring_peek(&c->end, 1))                                \
			return false;                                          \
		*packet = *(const struct type *)ion_ring_peeked(               \
			&c->end, 0, sizeof(struct type));                      \
		ion_ring_release(&c->end, 1);                                  \
		return true;                                                   \
	}

IN_PLACE(packet, ion_packet)
IN_PLACE(command, ion_cmd_packet)

#include "both.h"

const struct native_ring native_ion_in_place = {
	.name = "ion-in-place",
	.open = ring_open_split,
	.close = ring_close,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
