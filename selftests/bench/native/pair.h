/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ION_NATIVE_PAIR_H
#define _ION_NATIVE_PAIR_H

#include "native.h"

/**
 * struct pair - the two processors of a run
 * @cpu: their numbers
 * @siblings: they are two halves of one core
 * @model: their name, from the kernel
 */
struct pair {
	int cpu[2];
	bool siblings;
	char model[128];
};

/*
 * Choose two processors that this program may use, of different cores if
 * possible. Return false, with the reason on stderr, if there are none.
 */
bool pair_choose(struct pair *pair);

/*
 * Run two functions at once, on a processor each; the first one gets a thread of
 * its own. Return false if no thread can be created.
 */
bool pair_run(const struct pair *pair, struct native_run *run,
	      void (*first)(struct native_run *run),
	      void (*second)(struct native_run *run));

#endif /* _ION_NATIVE_PAIR_H */
