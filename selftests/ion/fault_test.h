/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the tests of faults: allocations that fail on request. */
#ifndef _ION_FAULT_TEST_H
#define _ION_FAULT_TEST_H

#include "console.h"
#include "ion_live.h"
#include "kernel_log.h"
#include "options.h"

/**
 * struct faults - faults of the allocations of one thread
 * @fd: the thread's fail-nth
 */
struct faults {
	int fd;
};

const char *faults_begin(struct faults *faults);
void faults_end(struct faults *faults);
void fault_arm(const struct faults *faults, unsigned int n);
unsigned int fault_left(const struct faults *faults);
bool fault_fired(const struct faults *faults);

/* ion_kernel_log_bad(), except for lines that are expected with such faults. */
bool fault_log_bad(const char *line);

#define FAULT_TEST_KERNEL_LOG() ION_TEST_KERNEL_LOG_FOR(fault_log_bad)

/* clang-format off */

/* The main() of a test with the option --turns, which sets its @turns. */
#define FAULT_TEST_MAIN_TURNS(turns)					\
	static const struct test_option turns_option[] = {		\
		{							\
			.name = "turns",				\
			.value = "N",					\
			.help = "how often to repeat each test",	\
			.least = 1,					\
			.most = 1000000,				\
			.number = &(turns),				\
		},							\
		{ .name = NULL },					\
	};								\
									\
	static struct test_options turns_options = {			\
		.own = turns_option,					\
		.harness = true,					\
	};								\
									\
	ION_TEST_MAIN_OPTIONS(&turns_options)

/* clang-format on */

#endif /* _ION_FAULT_TEST_H */
