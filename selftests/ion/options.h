/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line of the tests that take options: the same names, the same
 * --help and the same errors for all of them.
 */
#ifndef _ION_OPTIONS_H
#define _ION_OPTIONS_H

#include <stdbool.h>

#include <linux/types.h>

/* Options that many tests share. All of them have --help. */
#define TEST_SECONDS (1U << 0)
#define TEST_SEED    (1U << 1)
#define TEST_STUCK   (1U << 2)
#define TEST_VERBOSE (1U << 3)

/**
 * struct test_option - an option of one test
 * @name: without the dashes
 * @value: the name of its value in --help; NULL: it has none
 * @help: a line for --help
 * @least: the smallest number
 * @most: the largest number
 * @choices: the words that the value may be, after which comes NULL; the number
 *	is the position of the word
 * @number: where the number is stored
 * @text: where the value is stored as it is
 * @flag: where it is stored that the option was given
 */
struct test_option {
	const char *name;
	const char *value;
	const char *help;
	long least;
	long most;
	const char *const *choices;
	long *number;
	const char **text;
	bool *flag;
};

/**
 * struct test_options - the options of a test, and what was given
 * @shared: which of the shared ones it takes, TEST_*
 * @own: its own, after which comes one without a name; NULL: none
 * @harness: what is no such option is for the harness of kselftest
 * @seconds: how long it runs
 * @seed: of the random numbers
 * @stuck_s: seconds without progress that are a failure
 * @verbose: print more
 */
struct test_options {
	unsigned int shared;
	const struct test_option *own;
	bool harness;
	double seconds;
	__u64 seed;
	long stuck_s;
	bool verbose;
};

/**
 * test_options_parse() - read the command line
 * @options: the defaults, except the seed
 * @argc: of main(); what is for the harness remains
 * @argv: of main()
 *
 * The default of the seed is ION_TEST_SEED in the environment, or else the
 * time. A mistake ends the program with status 2.
 */
void test_options_parse(struct test_options *options, int *argc, char **argv);

/* The main() of a test of the harness that has options. */
#define ION_TEST_MAIN_OPTIONS(options)                      \
	int main(int argc, char **argv)                     \
	{                                                   \
		test_options_parse((options), &argc, argv); \
		ion_test_need_device();                     \
		return test_harness_run(argc, argv);        \
	}

#endif /* _ION_OPTIONS_H */
