/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts that are the same in every run. */
#ifndef _ION_BENCH_COUNT_H
#define _ION_BENCH_COUNT_H

#include "bench.h"

/* Units: instructions may differ a little, system calls may not. */
#define COUNT_INSTRUCTIONS "instructions"
#define COUNT_CALLS	   "calls"

/* Number of runs; the shortest one counts, as nothing interrupted it. */
#define COUNT_RUNS 9

/* Add a count, @value of @unit for @what; the baseline has only those of @ours. */
__attribute__((format(printf, 4, 5))) void
count_add(double value, const char *unit, bool ours, const char *what, ...);

/* Say on stderr why @what is not counted. */
__attribute__((format(printf, 2, 3))) void count_fails(const char *what,
						       const char *format, ...);

/* Return the instructions of @run, by the clock: the least of some runs. */
double count_least(void (*run)(void), void (*undo)(void));

void count_rings(void);
void count_kernel_end(void);
/* Count the peers that are ion, or all of them. */
void count_peers(bool all);
void count_calls(void);
/* Count copies of payload; needs ion_probe.ko in the working folder. */
void count_copies(void);
/* Count frames of interfaces, of ion alone or also of TAP; needs ion_net.ko there. */
void count_nets(bool all);

#endif /* _ION_BENCH_COUNT_H */
