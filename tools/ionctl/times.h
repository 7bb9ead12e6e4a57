/* SPDX-License-Identifier: GPL-2.0-only */
/* Collects times and computes their minimum, mean, percentiles and maximum. */
#ifndef _IONCTL_TIMES_H
#define _IONCTL_TIMES_H

#include <stddef.h>
#include <stdint.h>

/* Up to this number all times are kept; beyond it every second, fourth, ... */
#define TIMES_KEPT (1U << 20)

/**
 * struct times - times in nanoseconds
 * @count: number of times
 * @least: the shortest time
 * @most: the longest time
 * @sum: sum of all times
 * @kept: the times that are kept
 * @room: number of times that @kept has memory for
 * @nr: number of times in @kept
 * @step: one of this many times is kept
 *
 * All fields are zero at first.
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

/* Return the mean; 0 if there are no times. */
uint64_t times_mean(const struct times *times);

/*
 * Return the smallest time that at least @percent percent, 1 to 100, do not
 * exceed; 0 if there are no times. This sorts the kept times.
 */
uint64_t times_percentile(struct times *times, unsigned int percent);

/* Return the time of the monotonic clock. */
uint64_t times_now(void);

#endif /* _IONCTL_TIMES_H */
