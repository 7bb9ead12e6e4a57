// SPDX-License-Identifier: GPL-2.0-only
/* Measures the limit of two processors: they hand a number to each other. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define TURNS	    200000U
#define LIMIT	    0.1 /* seconds, where a turn takes a time slice */
#define CLOCK_TURNS 16	/* doubled each time: reading a clock may be slow */
#define STOP	    UINT32_MAX

struct line {
	__u32 turn;
} __attribute__((aligned(256)));

struct lines {
	struct line there, back;
};

static double now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void answer(struct lines *lines)
{
	__u32 turn, last = 0;

	for (;;) {
		turn = READ_ONCE(lines->there.turn);
		if (turn == STOP)
			return;
		if (turn != last)
			WRITE_ONCE(lines->back.turn, turn);
		last = turn;
	}
}

/* Return the nanoseconds there and back. */
static double ask(struct lines *lines)
{
	double start = now(), end = start;
	__u32 turn = 0, look = CLOCK_TURNS;

	do {
		WRITE_ONCE(lines->there.turn, ++turn);
		while (READ_ONCE(lines->back.turn) != turn)
			;
		if (turn != look)
			continue;
		end = now();
		look *= 2;
	} while (turn < TURNS && end - start < LIMIT);
	end = now();
	WRITE_ONCE(lines->there.turn, STOP);
	return (end - start) * 1e9 / turn;
}

/*
 * This uses two processes rather than threads: in User Mode Linux two threads of
 * one program are never in user space at the same time.
 */
double bench_line(void)
{
	struct lines *lines = mmap(NULL, sizeof(*lines), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double nanoseconds;
	pid_t child;

	if (lines == MAP_FAILED)
		abort();
	child = fork();
	if (child < 0)
		abort();
	if (!child) {
		answer(lines);
		_exit(0);
	}
	nanoseconds = ask(lines);
	waitpid(child, NULL, 0);
	munmap(lines, sizeof(*lines));
	return nanoseconds;
}
