/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DPDK's rte_ring for one producer and one consumer. The functions that move
 * packets are inline in its headers. rte_ring_init() is not and would need the
 * rest of DPDK, so this does the same.
 */
#ifndef _ION_NATIVE_RING_RTE_H
#define _ION_NATIVE_RING_RTE_H

#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <rte_ring_peek_zc.h>

#include "packet.h"

static inline void *open_rte_ring(size_t size)
{
	struct rte_ring *ring =
		native_alloc(sizeof(*ring) + NATIVE_SLOTS * size);

	if (!ring)
		return NULL;
	ring->flags = RING_F_SP_ENQ | RING_F_SC_DEQ;
	ring->prod.sync_type = RTE_RING_SYNC_ST;
	ring->cons.sync_type = RTE_RING_SYNC_ST;
	ring->size = NATIVE_SLOTS;
	ring->mask = NATIVE_SLOTS - 1;
	ring->capacity = NATIVE_SLOTS - 1;
	return ring;
}

#define RING struct rte_ring
#include "simple.h"

#define RTE_PUSH_POP(kind, type)                                               \
	static inline bool push_##kind(struct producer *p,                     \
				       const struct type *packet)              \
	{                                                                      \
		return rte_ring_sp_enqueue_burst_elem(                         \
			p->ring, packet, sizeof(*packet), 1, NULL);            \
	}                                                                      \
	static inline bool pop_##kind(struct consumer *c, struct type *packet) \
	{                                                                      \
		return rte_ring_sc_dequeue_burst_elem(                         \
			c->ring, packet, sizeof(*packet), 1, NULL);            \
	}

RTE_PUSH_POP(packet, ion_packet)
RTE_PUSH_POP(command, ion_cmd_packet)

#endif /* _ION_NATIVE_RING_RTE_H */
