// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that /dev/ion offers and that can be done to it, at random, by
 * processes that are killed at random. The kernel must not have a word to say,
 * every process must go when it is killed, and nothing may be left at the end.
 *
 * The seed is printed. The processes and threads race, so that it gives the same
 * steps, and not the same interleaving.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "kselftest.h"

#include "fuzz.h"

static void show_usage(FILE *to)
{
	fputs("usage: fuzz [OPTION]...\n"
	      "Does to /dev/ion all that a program can, at random.\n\n"
	      "  --seconds N   how long (5)\n"
	      "  --seed S      of the random numbers (the time)\n"
	      "  --workers W   processes at a time (4)\n"
	      "  --stuck N     seconds that a killed process may take to go (60)\n"
	      "  --faults      fail allocations of the processes, on a kernel that can\n"
	      "  --module F    remove the module at the end and insert F\n"
	      "  --counts      tell what each step gave\n"
	      "  --help        this text\n",
	      to);
}

static double number_of(const char *name, const char *text, double least,
			double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end != text && !*end && value >= least && value <= most)
		return value;
	fprintf(stderr, "fuzz: --%s takes a number from %g to %g, not '%s'\n",
		name, least, most, text);
	exit(2);
}

static bool counts;

static void set(int option, struct fuzz_options *options)
{
	switch (option) {
	case 's':
		options->seconds = number_of("seconds", optarg, 0, 1e6);
		break;
	case 'r':
		options->seed = strtoull(optarg, NULL, 0);
		break;
	case 'w':
		options->workers =
			number_of("workers", optarg, 1, FUZZ_WORKERS);
		break;
	case 'n':
		options->stuck_s = number_of("stuck", optarg, 1, 3600);
		break;
	case 'f':
		options->faults = true;
		break;
	case 'm':
		options->module = optarg;
		break;
	case 'c':
		counts = true;
		break;
	case 'h':
		show_usage(stdout);
		exit(0);
	default:
		show_usage(stderr);
		exit(2);
	}
}

static void parse(int argc, char **argv, struct fuzz_options *options)
{
	static const struct option longs[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "workers", required_argument, NULL, 'w' },
		{ "stuck", required_argument, NULL, 'n' },
		{ "faults", no_argument, NULL, 'f' },
		{ "module", required_argument, NULL, 'm' },
		{ "counts", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*options = (struct fuzz_options){ .seconds = 5,
					  .workers = 4,
					  .stuck_s = 60,
					  .seed = fuzz_now_ns() % 1000000007 };
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1)
		set(option, options);
	if (optind != argc) {
		fprintf(stderr, "fuzz: takes options only, not '%s'\n",
			argv[optind]);
		exit(2);
	}
}

static void show_counts(const struct fuzz_shared *shared)
{
	unsigned int i, e;
	__u64 all = 0;

	for (i = 0; i < fuzz_steps_count(); i++) {
		const struct fuzz_count *count = &shared->count[i];

		all += count->done;
		if (!counts)
			continue;
		printf("# %-26s %9llu good %llu", fuzz_step_name(i),
		       (unsigned long long)count->done,
		       (unsigned long long)count->error[0]);
		for (e = 1; e < FUZZ_ERRNOS; e++)
			if (count->error[e])
				printf(" %s %llu", strerrorname_np(e) ?: "?",
				       (unsigned long long)count->error[e]);
		printf("\n");
	}
	printf("# %llu steps\n", (unsigned long long)all);
}

/* A step that never once succeeded tests nothing. */
static bool all_came_to_pass(const struct fuzz_shared *shared)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < fuzz_steps_count(); i++) {
		if (shared->count[i].done < 10000 || shared->count[i].error[0])
			continue;
		printf("# never good: %s\n", fuzz_step_name(i));
		good = false;
	}
	return good;
}

static void verdict(const char *wrong, const char *what)
{
	if (wrong)
		printf("# %s\n", wrong);
	ksft_test_result(!wrong, "%s\n", what);
}

static void reload(const char *module)
{
	if (module)
		verdict(fuzz_end_reload(module), "it goes, and comes again");
	else
		ksft_test_result_skip("to come again: no --module\n");
}

static struct fuzz_shared *make_shared(void)
{
	struct fuzz_shared *shared = mmap(NULL, sizeof(*shared),
					  PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	shared->root = !geteuid();
	return shared;
}

int main(int argc, char **argv)
{
	struct fuzz_shared *shared = make_shared();
	int ret = 0;

	parse(argc, argv, &shared->options);
	ksft_print_header();
	if (access("/dev/ion", R_OK | W_OK))
		ksft_exit_skip("/dev/ion: %s\n", strerror(errno));
	if (shared->options.faults)
		ret = fuzz_faults_arm();
	if (ret)
		ksft_exit_skip("this kernel fails no allocations: %s\n",
			       strerror(-ret));
	ksft_set_plan(6);
	printf("# seed %llu\n", (unsigned long long)shared->options.seed);
	fflush(stdout);

	fuzz_end_begin();
	ret = fuzz_run(shared);
	if (shared->options.faults)
		fuzz_faults_disarm();
	show_counts(shared);
	ksft_test_result(!ret, "all processes lived and went as they should\n");
	ksft_test_result(all_came_to_pass(shared), "every step came to pass\n");
	verdict(fuzz_end_empty(), "no channel and no byte is left");
	verdict(fuzz_end_works(), "a channel works");
	reload(shared->options.module);
	ksft_test_result(fuzz_end_log(), "the kernel had nothing to say\n");
	ksft_finished();
}
