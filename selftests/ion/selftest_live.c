// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST beside other programs: limits that leave no room, callers at
 * the same time, channels at work, signals, and a caller that is killed.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "selftest_test.h"

/*
 * Each result is a success, or reports the given reason for which a test could
 * not run; return how many could not, or -1.
 */
static int canceled(const struct report *report, const char *why)
{
	unsigned int i, failed = 0;

	if (report->ret)
		return -1;
	for (i = 0; i < report->selftest.count; i++) {
		const struct ion_selftest_result *result = &report->results[i];

		if (!result->error)
			continue;
		failed++;
		if (result->error != -ECANCELED ||
		    !strstr(result->detail, why)) {
			report_show(report);
			return -1;
		}
	}
	return failed == report->selftest.failed ? (int)failed : -1;
}

static int set_limit(const char *path, __u64 value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return ion_write_text(path, text);
}

TEST_F(selftest, selftest_reports_no_channel_left)
{
	struct report *report = &self->report;

	ASSERT_EQ(0, set_limit(ION_PARAMETERS "max_channels",
			       self->before.channels));
	selftest_report(self->fd, report);
	EXPECT_LT(0, canceled(report, "max_channels"));
	/* Tests that need no channel run all the same. */
	EXPECT_GT(report->selftest.count, report->selftest.failed);
}

TEST_F(selftest, selftest_runs_with_one_channel_left)
{
	ASSERT_EQ(0, set_limit(ION_PARAMETERS "max_channels",
			       self->before.channels + 1));
	selftest_report(self->fd, &self->report);
	EXPECT_EQ(0, canceled(&self->report, ""));
}

TEST_F(selftest, selftest_reports_no_bytes_left)
{
	const __u64 limits[] = { 0, self->before.bytes, 4096, 24575 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		ASSERT_EQ(0, set_limit(ION_PARAMETERS "max_bytes", limits[i]));
		selftest_report(self->fd, &self->report);
		EXPECT_LT(0, canceled(&self->report, "max_bytes"));
	}
}

TEST_F(selftest, selftest_passes_without_a_limit_on_bytes)
{
	ASSERT_EQ(0, set_limit(ION_PARAMETERS "max_bytes", ~0ULL));
	selftest_report(self->fd, &self->report);
	EXPECT_EQ(0, canceled(&self->report, ""));
}

TEST_F(selftest, selftest_reports_no_memory_to_lock)
{
	struct rlimit limit = { 0, 0 };
	pid_t pid = fork();

	if (!pid) {
		if (setrlimit(RLIMIT_MEMLOCK, &limit) ||
		    lose_capability(CAP_IPC_LOCK))
			_exit(2);
		selftest_report(self->fd, &self->report);
		_exit(canceled(&self->report, "RLIMIT_MEMLOCK") <= 0);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
}

/* Threads that make the call again and again. */

#define CALLERS 4
#define ROUNDS	3

static struct report caller_reports[CALLERS];

/* Return how many tests could not run, or -1. */
static int caller_run(struct task *task)
{
	struct report *report = &caller_reports[task->arg[0]];
	const char *why = task->arg[1] ? "max_channels" : "none is right";
	int round, n, sum = 0;

	for (round = 0; round < ROUNDS && sum >= 0; round++) {
		selftest_report(task->ch->fd, report);
		n = canceled(report, why);
		sum = n < 0 ? -1 : sum + n;
	}
	return sum;
}

/* The sum of these. They may find no channel left if @few. */
static int callers(int fd, bool few)
{
	struct channel ch = { .fd = fd };
	struct task task[CALLERS];
	int i, sum = 0;

	for (i = 0; i < CALLERS; i++)
		task_start(&task[i], caller_run, &ch, i, few);
	for (i = 0; i < CALLERS; i++) {
		if (pthread_join(task[i].thread, NULL) || task[i].ret < 0)
			sum = -1;
		sum = sum < 0 ? -1 : sum + task[i].ret;
	}
	return sum;
}

/* A thread uses a channel until @busy_stop. */
static bool busy_stop;

static int busy_run(struct task *task)
{
	__u64 number = 0;
	int n;

	while (!READ_ONCE(busy_stop)) {
		n = ion_send(task->ch, number, 100);
		if (n < 0)
			return n;
		if (ion_pop_from(task->ch, number, 255) != n)
			return -EIO;
		number += n;
	}
	return number ? 0 : -ENODATA;
}

TEST_F_TIMEOUT(selftest, selftests_run_beside_channels_at_work, 120)
{
	struct task busy[2], server;
	struct channel ch[3];
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, channel_open(&ch[i], NULL));
	WRITE_ONCE(busy_stop, false);
	ASSERT_TRUE(server_start(&server, &ch[2], NO_SPIN, 0));
	for (i = 0; i < 2; i++)
		task_start(&busy[i], busy_run, &ch[i], 0, 0);
	EXPECT_EQ(0, callers(self->fd, false));
	EXPECT_TRUE(echoed_by_kick(&ch[2], 0));
	WRITE_ONCE(busy_stop, true);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, task_join(&busy[i]));
	EXPECT_EQ(-EINTR, server_stop(&server));
	for (i = 0; i < 3; i++)
		channel_close(&ch[i]);
}

/*
 * They take channels from each other: a test without a channel reports that,
 * and nothing else.
 */
TEST_F_TIMEOUT(selftest, selftests_share_one_channel, 120)
{
	ASSERT_EQ(0, set_limit(ION_PARAMETERS "max_channels",
			       self->before.channels + 1));
	EXPECT_LE(0, callers(self->fd, true));
	ASSERT_EQ(0, set_limit(ION_PARAMETERS "max_channels",
			       self->before.channels));
	EXPECT_LT(0, callers(self->fd, true));
}

/* Handled signals neither end the call nor fail it. */
TEST_F(selftest, handled_signals_do_not_fail_a_selftest)
{
	const struct itimerval often = { { 0, 300 }, { 0, 300 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = task_signalled };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	selftest_report(self->fd, &self->report);
	setitimer(ITIMER_REAL, &never, NULL);
	EXPECT_EQ(0, canceled(&self->report, "none is right"));
	EXPECT_LT(0, task_signals);
}

static pid_t endless(int fd, struct report *report)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (!selftest_report(fd, report) && !report->selftest.failed)
			;
		report_show(report);
		_exit(1);
	}
	return pid;
}

/* It stops when a call returns. */
TEST_F_TIMEOUT(selftest, a_stopped_selftest_continues, 120)
{
	pid_t pid = endless(self->fd, &self->report);
	int i, status;

	for (i = 0; i < 5; i++) {
		sleep_ns(i * 5 * MS);
		EXPECT_EQ(0, kill(pid, SIGSTOP));
		EXPECT_EQ(pid, waitpid(pid, &status, WUNTRACED));
		EXPECT_TRUE(WIFSTOPPED(status));
		EXPECT_EQ(0, kill(pid, SIGCONT));
	}
	kill(pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
}

/* Wherever it is in its tests, it ends, and the next one passes. */
TEST_F_TIMEOUT(selftest, a_killed_selftest_leaves_nothing, 120)
{
	struct ion_query after;
	__u64 start;
	pid_t pid;
	int i;

	for (i = 0; i < 60; i++) {
		pid = endless(self->fd, &self->report);
		sleep_ns(i * 1700 * 1000ULL);
		kill(pid, SIGKILL);
		start = now_ns();
		EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
		EXPECT_GT(LONG_MS * MS, now_ns() - start);
		after = query(self->fd);
		EXPECT_EQ(0, memcmp(&self->before, &after, sizeof(after)));
		EXPECT_EQ(0, threads_left());
	}
	EXPECT_EQ(0, selftest_report(self->fd, &self->report));
	EXPECT_EQ(0, self->report.selftest.failed);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
