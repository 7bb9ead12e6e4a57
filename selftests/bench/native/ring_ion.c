// SPDX-License-Identifier: GPL-2.0-only
/* <ion/ring.h>, with packets copied in and out. */
#include "ion.h"

static inline bool push_packet(struct producer *p,
			       const struct ion_packet *packet)
{
	return ion_ring_push(&p->end, packet);
}

static inline bool pop_packet(struct consumer *c, struct ion_packet *packet)
{
	return ion_ring_pop(&c->end, packet);
}

static inline bool push_command(struct producer *p,
				const struct ion_cmd_packet *cmd)
{
	return ion_ring_push_cmd(&p->end, cmd);
}

static inline bool pop_command(struct consumer *c, struct ion_cmd_packet *cmd)
{
	return ion_ring_pop_cmd(&c->end, cmd);
}

#define PUSH_N(p, from, n, size) ion_ring_push_n(&(p)->end, from, n, size)
#define POP_N(c, to, n, size)	 ion_ring_pop_n(&(c)->end, to, n, size)
#include "both.h"

const struct native_ring native_ion_split = {
	.name = "ion",
	.open = ring_open_split,
	.close = ring_close,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};

const struct native_ring native_ion_compact = {
	.name = "ion-compact",
	.open = ring_open_compact,
	.close = ring_close,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
