/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests that run for a time, at random. They share main(): it reads the command
 * line, prints the seed, and has the last result, which is that the kernel
 * reported nothing. Only main() knows the harness's counts: the parts of a
 * program give their results to the functions below.
 */
#ifndef _ION_LONG_TEST_H
#define _ION_LONG_TEST_H

#include <stdarg.h>

#include "kernel_log.h"
#include "options.h"

/**
 * struct long_test - a program
 * @options: its options, with their defaults
 * @results: how many results @run has
 * @begin: checks the options, and skips the program where it cannot run; or NULL
 * @run: the test
 * @log_clean: whether the kernel reported nothing
 */
struct long_test {
	struct test_options options;
	unsigned int (*results)(void);
	void (*begin)(void);
	void (*run)(void);
	bool (*log_clean)(void);
};

extern struct long_test long_test;

void long_test_result(bool good, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void long_test_skip(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* A failure after which threads may never return: end the program. */
void long_test_stop(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

#endif /* _ION_LONG_TEST_H */
