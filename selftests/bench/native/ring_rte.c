// SPDX-License-Identifier: GPL-2.0-only
/* DPDK's rte_ring, with packets copied in and out. */
#include "ring_rte.h"

#define PUSH_N(p, from, n, size) \
	rte_ring_sp_enqueue_burst_elem((p)->ring, from, size, n, NULL)
#define POP_N(c, to, n, size) \
	rte_ring_sc_dequeue_burst_elem((c)->ring, to, size, n, NULL)
#include "both.h"

const struct native_ring native_rte_ring = {
	.name = "rte_ring",
	.open = open_rte_ring,
	.close = native_free,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
