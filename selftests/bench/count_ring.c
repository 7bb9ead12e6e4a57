// SPDX-License-Identifier: GPL-2.0-only
/* Counts the instructions of the inlined ring operations, in a loop. */
#include <stdlib.h>
#include <string.h>

#include "count.h"

#define SLOTS 65536U
#define FILL  (SLOTS - 32)
#define BATCH 32U

static char *ring;
static struct ion_packet batch[BATCH];
static volatile __u64 sink;

static void nothing(void)
{
	unsigned int i;

	for (i = 0; i < FILL; i++)
		__asm__ volatile("" : : "r"(i));
}

/*
 * The views are local, so that they are in registers as in a real loop. The
 * number of slots must not be a constant: a real program gets it from
 * ION_IOC_INFO.
 */
static __u32 slots(void)
{
	__u32 n = SLOTS;

	OPTIMIZER_HIDE_VAR(n);
	return n;
}

static void push(void)
{
	struct ion_producer p;
	struct ion_packet packet = { .len = 16 };
	unsigned int i;

	ion_producer_attach(&p, ring, slots());
	for (i = 0; i < FILL; i++) {
		packet.data = i;
		ion_ring_push(&p, &packet);
	}
}

static void pop(void)
{
	struct ion_consumer c;
	struct ion_packet packet = { 0 };
	unsigned int i;

	ion_consumer_attach(&c, ring, slots());
	for (i = 0; i < FILL; i++) {
		ion_ring_pop(&c, &packet);
		__asm__ volatile("" : : "r"(packet.data), "r"(packet.phys));
	}
}

static void push_wake(void)
{
	struct ion_producer p;
	struct ion_packet packet = { .len = 16 };
	unsigned int i;

	ion_producer_attach(&p, ring, slots());
	for (i = 0; i < FILL; i++) {
		packet.data = i;
		ion_ring_push(&p, &packet);
		if (ion_end_peer_sleeps(&p.end))
			sink = i;
	}
}

static void push_batches(void)
{
	struct ion_producer p;
	unsigned int i;

	ion_producer_attach(&p, ring, slots());
	for (i = 0; i < FILL; i += BATCH)
		ion_ring_push_n(&p, batch, BATCH, sizeof(*batch));
}

static void pop_batches(void)
{
	struct ion_consumer c;
	unsigned int i;

	ion_consumer_attach(&c, ring, slots());
	for (i = 0; i < FILL; i += BATCH)
		ion_ring_pop_n(&c, batch, BATCH, sizeof(*batch));
}

static double loop;

/* Count a packet; @undo makes the ring ready for the next run. */
static void cost(const char *what, void (*run)(void), void (*undo)(void))
{
	count_add(count_least(run, undo) / FILL - loop, COUNT_INSTRUCTIONS,
		  true, "%s", what);
}

void count_rings(void)
{
	ring = aligned_alloc(4096,
			     16 + SLOTS * sizeof(struct ion_packet) + 4080);
	if (!ring)
		abort();
	memset(ring, 0, 16 + SLOTS * sizeof(struct ion_packet));
	loop = count_least(nothing, NULL) / FILL;
	cost("push", push, pop);
	push();
	cost("pop", pop, push);
	pop();
	cost("push and wake check", push_wake, pop);
	loop = 0;
	cost("push, batches of 32", push_batches, pop_batches);
	push_batches();
	cost("pop, batches of 32", pop_batches, push_batches);
	free(ring);
}
