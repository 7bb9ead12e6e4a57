/* SPDX-License-Identifier: GPL-2.0-only */
/* Times, and what can be said of many of them. */
#ifndef _IONCTL_TIMES_H
#define _IONCTL_TIMES_H

#include <stddef.h>
#include <stdint.h>

/* Of so many all are kept. Of more, every second, every fourth, and so on. */
#define TIMES_KEPT (1U << 20)

/**
 * struct times - times in nanoseconds
 * @count: how many
 * @least: the least of them
 * @most: the most
 * @sum: of all of them
 * @kept: those that are kept
 * @room: for so many there is memory
 * @nr: how many are kept
 * @step: one of so many is kept
 *
 * All zero to begin with.
 */
struct times {
	uint64_t count;
	uint64_t least;
	uint64_t most;
	uint64_t sum;
	uint64_t *kept;
	size_t room;
	size_t nr;
	uint64_t step;
};

void times_add(struct times *times, uint64_t ns);

/* The mean; 0 of none. */
uint64_t times_mean(const struct times *times);

/*
 * The least that so many percent, 1 to 100, are not above; 0 of none. Sorts
 * those that are kept.
 */
uint64_t times_percentile(struct times *times, unsigned int percent);

/* Now, by the clock that does not go back. */
uint64_t times_now(void);

#endif /* _IONCTL_TIMES_H */
