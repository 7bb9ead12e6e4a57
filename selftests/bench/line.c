// SPDX-License-Identifier: GPL-2.0-only
/* The least that two processors can do for each other: hand a number over. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

#define TURNS 200000U

struct line {
	__u32 turn;
} __attribute__((aligned(256)));

static struct line there, back;

static void *answer(void *arg)
{
	__u32 turn;

	for (turn = 1; turn <= TURNS; turn++) {
		while (READ_ONCE(there.turn) != turn)
			;
		WRITE_ONCE(back.turn, turn);
	}
	return arg;
}

double bench_line(void)
{
	struct timespec start, end;
	pthread_t thread;
	__u32 turn;

	if (pthread_create(&thread, NULL, answer, NULL))
		abort();
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (turn = 1; turn <= TURNS; turn++) {
		WRITE_ONCE(there.turn, turn);
		while (READ_ONCE(back.turn) != turn)
			;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	pthread_join(thread, NULL);
	return ((double)(end.tv_sec - start.tv_sec) * 1e9 +
		(double)(end.tv_nsec - start.tv_nsec)) /
	       TURNS;
}
