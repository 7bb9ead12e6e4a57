/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel log. A program that uses it opens it at its end before the first
 * test runs. Every test's process shares that open file, so that the last test
 * reads all that was written since.
 */
#ifndef _ION_KERNEL_LOG_H
#define _ION_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* The descriptor, -1 if the log cannot be read. */
extern int ion_kernel_log;

/* Return whether a line reports a fault, or comes from the module. */
bool ion_kernel_log_bad(const char *line);

/* Read the next line, without its header; false if there is none. */
bool ion_kernel_log_next(char *line, size_t size);

/* Read the rest and print the bad lines; return whether there are none. */
bool ion_kernel_log_clean(void);

/*
 * The last test of a file: the kernel reported nothing. @bad decides about a
 * line.
 */
/* clang-format off */
#define ION_TEST_KERNEL_LOG_FOR(bad)					\
	FIXTURE(kernel_log)						\
	{								\
	};								\
									\
	FIXTURE_SETUP(kernel_log)					\
	{								\
	}								\
									\
	FIXTURE_TEARDOWN(kernel_log)					\
	{								\
	}								\
									\
	TEST_F(kernel_log, clean)					\
	{								\
		char line[512];						\
									\
		if (ion_kernel_log < 0)					\
			SKIP(return, "/dev/kmsg cannot be read");	\
		if (!access("/sys/kernel/debug/kcsan", F_OK))		\
			SKIP(return, "the kernel reports its own races"); \
		while (ion_kernel_log_next(line, sizeof(line))) {	\
			EXPECT_FALSE(bad(line))				\
				TH_LOG("kernel: %s", line);		\
		}							\
	}
/* clang-format on */

#define ION_TEST_KERNEL_LOG() ION_TEST_KERNEL_LOG_FOR(ion_kernel_log_bad)

#endif /* _ION_KERNEL_LOG_H */
