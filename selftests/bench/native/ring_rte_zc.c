// SPDX-License-Identifier: GPL-2.0-only
/* DPDK's rte_ring, with packets written and read in place. */
#include "ring_rte.h"

#define BATCHES

#define ZERO_COPY(kind, type)                                                  \
	static inline struct type *at_##kind(struct rte_ring_zc_data *zcd,     \
					     unsigned int i)                   \
	{                                                                      \
		return i < zcd->n1 ? (struct type *)zcd->ptr1 + i              \
				   : (struct type *)zcd->ptr2 + (i - zcd->n1); \
	}                                                                      \
	static inline unsigned int put_##kind(struct producer *p, __u64 seq,   \
					      unsigned int n)                  \
	{                                                                      \
		struct rte_ring_zc_data zcd;                                   \
		unsigned int i;                                                \
		n = rte_ring_enqueue_zc_burst_elem_start(                      \
			p->ring, sizeof(struct type), n, &zcd, NULL);          \
		if (!n)                                                        \
			return 0;                                              \
		for (i = 0; i < n; i++)                                        \
			native_##kind##_fill(at_##kind(&zcd, i), seq + i);     \
		rte_ring_enqueue_zc_elem_finish(p->ring, n);                   \
		return n;                                                      \
	}                                                                      \
	static inline int get_##kind(struct consumer *c, __u64 seq,            \
				     unsigned int n)                           \
	{                                                                      \
		struct rte_ring_zc_data zcd;                                   \
		unsigned int i;                                                \
		n = rte_ring_dequeue_zc_burst_elem_start(                      \
			c->ring, sizeof(struct type), n, &zcd, NULL);          \
		if (!n)                                                        \
			return 0;                                              \
		for (i = 0; i < n; i++)                                        \
			if (native_##kind##_wrong(at_##kind(&zcd, i),          \
						  seq + i))                    \
				return -1;                                     \
		rte_ring_dequeue_zc_elem_finish(c->ring, n);                   \
		return (int)n;                                                 \
	}

ZERO_COPY(packet, ion_packet)
ZERO_COPY(command, ion_cmd_packet)

#include "both.h"

/* Single packets use its copying calls. */
const struct native_ring native_rte_ring_zc = {
	.name = "rte_ring-zc",
	.open = open_rte_ring,
	.close = native_free,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
