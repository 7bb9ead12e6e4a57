/* SPDX-License-Identifier: GPL-2.0-only */
/* What is counted, and repeats. */
#ifndef _ION_BENCH_COUNT_H
#define _ION_BENCH_COUNT_H

#include "bench.h"

/* Units: an instruction more or less is one thing, a system call another. */
#define COUNT_INSTRUCTIONS "instructions"
#define COUNT_CALLS	   "calls"

/* Runs of which the shortest counts: nothing came between it. */
#define COUNT_RUNS 9

/* Note that @what takes so many of @unit. Only what is @ours is in the baseline. */
__attribute__((format(printf, 4, 5))) void
count_add(double value, const char *unit, bool ours, const char *what, ...);

/* Instructions of @run, by the clock; the least of some runs. */
double count_least(void (*run)(void), void (*undo)(void));

void count_rings(void);
void count_kernel_end(void);
/* Those that are ours, or all of them. */
void count_peers(bool all);
void count_calls(void);
/* With ion_probe.ko, where the program was started. */
void count_copies(void);

#endif /* _ION_BENCH_COUNT_H */
