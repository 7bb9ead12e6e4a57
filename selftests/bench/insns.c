// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions of the inlined ring operations. Run it in a guest whose clock
 * counts instructions (tools/guest/run --icount), where a nanosecond is one;
 * elsewhere it prints nanoseconds and says so.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ion/barrier.h>
#include <ion/ring.h>

#define SLOTS	65536U
#define FILL	(SLOTS - 32)
#define BATCH	32U
#define REPEATS 9

static char *ring;
static struct ion_packet batch[BATCH];
static volatile __u64 sink;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void nothing(void)
{
	unsigned int i;

	for (i = 0; i < FILL; i++)
		__asm__ volatile("" : : "r"(i));
}

/*
 * The views are local, so that they are in registers as in a real loop. How
 * many slots there are comes from ION_IOC_INFO in a real program, so it is no
 * constant here.
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

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Median of what one packet costs; @undo makes the ring ready for the next. */
static double cost(void (*run)(void), void (*undo)(void))
{
	double took[REPEATS];
	unsigned int i;

	for (i = 0; i < REPEATS; i++) {
		double start = now();

		run();
		took[i] = now() - start;
		if (undo)
			undo();
	}
	qsort(took, REPEATS, sizeof(*took), compare);
	return took[REPEATS / 2] / FILL;
}

/* A packet in the loop costs so much; attaching is a hundredth of that. */
static void print(const char *what, double each, double most)
{
	static unsigned int number;

	printf("%s %u %s: %.2f instructions, at most %g\n",
	       each < most + 0.05 ? "ok" : "not ok", ++number, what, each,
	       most);
}

int main(int argc, char **argv)
{
	double loop;

	if (argc > 1) {
		printf("usage: ion_insns\n\n"
		       "What push and pop of a packet cost, in instructions, as TAP. It means\n"
		       "something only where the clock counts them: tools/guest/run --icount.\n");
		return strcmp(argv[1], "--help") ? 2 : 0;
	}
	ring = aligned_alloc(4096,
			     16 + SLOTS * sizeof(struct ion_packet) + 4096);
	if (!ring) {
		perror("ring");
		return 1;
	}
	memset(ring, 0, 16 + SLOTS * sizeof(struct ion_packet));

	printf("TAP version 13\n1..5\n");
	loop = cost(nothing, NULL);
	print("push", cost(push, pop) - loop, 14);
	push();
	print("pop", cost(pop, push) - loop, 14);
	pop();
	print("push and wake check", cost(push_wake, pop) - loop, 17);
	print("push, batches of 32", cost(push_batches, pop_batches), 9);
	push_batches();
	print("pop, batches of 32", cost(pop_batches, push_batches), 9);
	return 0;
}
