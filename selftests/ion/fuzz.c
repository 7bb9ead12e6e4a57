// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that /dev/ion offers and that a program can do to it, at random, by
 * processes that are killed at random. The kernel must report nothing, every
 * process must end when it is killed, and nothing may be left at the end.
 *
 * The seed is printed. The processes and threads race, so that it repeats the same
 * steps, but not the same interleaving.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "kselftest.h"

#include "fuzz.h"
#include "long_test.h"

struct fuzz_options fuzz_options = { .workers = 4 };

static bool counts;

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

/* A step that never succeeds tests nothing. */
static bool each_succeeded(const struct fuzz_shared *shared)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < fuzz_steps_count(); i++) {
		if (shared->count[i].done < 10000 || shared->count[i].error[0])
			continue;
		printf("# never succeeded: %s\n", fuzz_step_name(i));
		good = false;
	}
	return good;
}

static void verdict(const char *wrong, const char *what)
{
	if (wrong)
		printf("# %s\n", wrong);
	long_test_result(!wrong, "%s", what);
}

static void make_shared(void)
{
	fuzz_shared = mmap(NULL, sizeof(*fuzz_shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fuzz_shared == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	fuzz_shared->root = !geteuid();
}

static void begin(void)
{
	int ret = fuzz_options.faults ? fuzz_faults_arm() : 0;

	if (ret)
		ksft_exit_skip("this kernel fails no allocations: %s\n",
			       strerror(-ret));
	make_shared();
}

static void run(void)
{
	int ret;

	fuzz_end_begin();
	ret = fuzz_run();
	if (fuzz_options.faults)
		fuzz_faults_disarm();
	show_counts(fuzz_shared);
	long_test_result(!ret, "all processes lived and ended as they should");
	long_test_result(each_succeeded(fuzz_shared), "every step succeeded");
	verdict(fuzz_end_empty(), "no channel and no byte is left");
	verdict(fuzz_end_works(), "a channel works");
	if (fuzz_options.module)
		verdict(fuzz_end_reload(fuzz_options.module),
			"the module is removed and inserted again");
	else
		long_test_skip("the module is inserted again: no --module");
}

static unsigned int results(void)
{
	return 5;
}

static const struct test_option own[] = {
	{
		.name = "workers",
		.value = "W",
		.help = "processes at a time (default 4)",
		.least = 1,
		.most = FUZZ_WORKERS,
		.number = &fuzz_options.workers,
	},
	{
		.name = "faults",
		.help = "fail allocations of the processes, on a kernel that can",
		.flag = &fuzz_options.faults,
	},
	{
		.name = "module",
		.value = "F",
		.help = "remove the module at the end and insert F",
		.text = &fuzz_options.module,
	},
	{
		.name = "counts",
		.help = "print the results of each step",
		.flag = &counts,
	},
	{ .name = NULL },
};

struct long_test long_test = {
	.options = {
		.shared = TEST_SECONDS | TEST_SEED | TEST_STUCK,
		.own = own,
		.seconds = 5,
		.stuck_s = 60,
	},
	.results = results,
	.begin = begin,
	.run = run,
	.log_clean = fuzz_end_log,
};
