/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sweep makes one call with its first allocation failing, then with its second,
 * and so on until the call makes no more allocations. After each failure nothing
 * may have changed, and the same call must succeed when it is repeated.
 */
#ifndef _ION_FAULT_SWEEP_H
#define _ION_FAULT_SWEEP_H

#include "fault_test.h"

/**
 * struct world - the objects of a call
 * @ch: a channel, which the call may create; its fd is -1 if nothing is open
 * @other: another channel
 * @setup: the set-up of @ch
 * @fd: another descriptor, or -1
 */
struct world {
	struct channel ch;
	struct channel other;
	struct ion_setup setup;
	int fd;
};

/**
 * struct step - a call, and its conditions
 * @prepare: runs before each turn: 0 or -errno
 * @call: makes the call: at least 0, or -errno
 * @good: checks the objects after the call succeeded; NULL: no check
 * @also: an error that is allowed beside ENOMEM, or 0
 * @loose: a call that failed may have changed something, which @good checks
 * @after: after this allocation not every one is tried; 0: all are
 */
struct step {
	int (*prepare)(struct world *w);
	int (*call)(struct world *w);
	bool (*good)(struct world *w);
	int also;
	bool loose;
	unsigned int after;
};

/**
 * struct sweep - the results of a sweep
 * @turns: calls in which an allocation failed
 * @failed: calls that failed
 * @fault: what was wrong first; empty: nothing
 */
struct sweep {
	unsigned int turns;
	unsigned int failed;
	char fault[128];
};

void world_begin(struct world *w);
void world_end(struct world *w);

/* The sweep ends at the first fault. */
struct sweep sweep(struct world *w, const struct step *step,
		   const struct faults *faults);

#endif /* _ION_FAULT_SWEEP_H */
