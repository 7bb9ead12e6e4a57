/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ION_NATIVE_PAIR_H
#define _ION_NATIVE_PAIR_H

#include "native.h"

/**
 * struct pair - the two processors of a run
 * @cpu: their numbers
 * @siblings: whether they are two halves of one core
 * @model: what the machine calls them
 */
struct pair {
	int cpu[2];
	bool siblings;
	char model[128];
};

/*
 * Two processors that this program may use, of different cores if it can be. The
 * reason is on stderr if there are none.
 */
bool pair_choose(struct pair *pair);

/*
 * Have two functions run at once, a processor each, the first one with a thread
 * of its own. False if there is no thread to be had.
 */
bool pair_run(const struct pair *pair, struct native_run *run,
	      void (*first)(struct native_run *run),
	      void (*second)(struct native_run *run));

#endif /* _ION_NATIVE_PAIR_H */
