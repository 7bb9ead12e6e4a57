/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of a lent thread under the scheduler and under limits:
 * processors, and states of other tasks.
 */
#ifndef _ION_SERVE_TEST_H
#define _ION_SERVE_TEST_H

#include <sched.h>
#include <sys/prctl.h>

#include "ion_live.h"

int run_on_cpu(pid_t tid, int cpu);
bool child_ends(pid_t pid, __u64 until, int *verdict);

#endif /* _ION_SERVE_TEST_H */
