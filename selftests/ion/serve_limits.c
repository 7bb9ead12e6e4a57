// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quotas, limits, timers and profilers of processor time treat a lent thread
 * that never sleeps like a loop in the program. Each test runs the loop beside
 * it.
 */
#include <linux/perf_event.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "ion_test.h"
#include "serve_test.h"

#define CGROUPS "/sys/fs/cgroup/"
#define CGROUP	CGROUPS "ion-limits"

/* The factor by which the two may differ. */
#define FACTOR 3

enum work {
	LOOP,
	LEND,
	WORKS
};

static const char *const work_names[WORKS] = { "loop", "lent thread" };

/**
 * struct seen - the result of a process that worked
 * @verdict: exit status, or 256 plus the signal that killed it
 * @ran_ns: processor time that it used
 * @signals: how many signals it handled, or samples that were taken of it
 * @first_ns: processor time that it had used when it handled the first signal
 */
struct seen {
	int verdict;
	__u64 ran_ns;
	__u64 signals;
	__u64 first_ns;
};

/*
 * In memory that the processes share: how many signals, and when the first
 * came.
 */
static __u64 *signals;
static __u64 *first_signal;

static __u64 ran_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

/* Work until @until, or until the time of the thread is over. */
static void work_loop(__u64 until, __u64 ran_until)
{
	while (now_ns() < until && ran_ns() < ran_until)
		;
}

/* A handler that ran ends a call; nothing else may end it early. */
static void work_lend(int fd, __u64 until, __u64 ran_until)
{
	__u64 now, left, handled;
	int ret;

	while ((now = now_ns()) < until && ran_ns() < ran_until) {
		left = until - now;
		if (ran_until - ran_ns() < left)
			left = ran_until - ran_ns();
		handled = *signals;
		ret = ion_lend(fd, SPIN, left);
		if (ret && (ret != -EINTR || *signals == handled))
			_exit(-ret);
	}
}

static void work(enum work which, int fd, __u64 ns, __u64 ran)
{
	if (which == LOOP)
		work_loop(now_ns() + ns, ran_ns() + ran);
	else
		work_lend(fd, now_ns() + ns, ran_ns() + ran);
}

/**
 * struct limit - how a process is prepared before it works
 * @begin: runs in the process; 0, or the error that it ends with
 * @end: runs in the process after the work
 * @ns: how long it works
 * @ran_ns: how much processor time it uses at most
 */
struct limit {
	int (*begin)(void);
	void (*end)(void);
	__u64 ns;
	__u64 ran_ns;
};

static void limited_process(const struct limit *limit, enum work which)
{
	struct channel ch;
	int ret;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || channel_open(&ch, NULL))
		_exit(100);
	ret = limit->begin();
	if (ret)
		_exit(-ret);
	work(which, ch.fd, limit->ns, limit->ran_ns);
	if (limit->end)
		limit->end();
	_exit(0);
}

static void signals_begin(void)
{
	if (!signals)
		signals = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	first_signal = signals + 1;
	*signals = 0;
}

static struct seen run_limited(const struct limit *limit, enum work which)
{
	struct seen seen = { .verdict = 101 };
	struct rusage usage;
	int status;
	pid_t pid;

	signals_begin();
	pid = fork();
	if (!pid)
		limited_process(limit, which);
	if (wait4(pid, &status, 0, &usage) != pid)
		return seen;
	seen.verdict = WIFEXITED(status) ? WEXITSTATUS(status)
					 : 256 + WTERMSIG(status);
	seen.ran_ns = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND +
		      (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
	seen.signals = *signals;
	seen.first_ns = *signals ? *first_signal : seen.ran_ns;
	return seen;
}

#define LOG_SEEN(which, seen)                                              \
	TH_LOG("%s: verdict %d, %llu ms of processor time, %llu signals",  \
	       work_names[which], (seen).verdict, (seen).ran_ns / 1000000, \
	       (seen).signals)

/* Neither is more than @FACTOR times the other. */
static bool alike(__u64 a, __u64 b)
{
	return a <= b * FACTOR && b <= a * FACTOR;
}

static void count_signal(int signal)
{
	(void)signal;
	if (!(*signals)++)
		*first_signal = ran_ns();
}

static void handle(int signal)
{
	struct sigaction action = { .sa_handler = count_signal };

	sigaction(signal, &action, NULL);
}

/* A tenth of a processor, by cpu.max of a cgroup */

static int quota_begin(void)
{
	return ion_write_text(CGROUP "/cgroup.procs", "0");
}

static int quota_make(void)
{
	int ret = ion_write_text(CGROUPS "cgroup.subtree_control", "+cpu");

	if (!ret && mkdir(CGROUP, 0755) && errno != EEXIST)
		ret = -errno;
	return ret ?: ion_write_text(CGROUP "/cpu.max", "10000 100000");
}

FIXTURE(cpu_quota)
{
	bool made;
};

FIXTURE_SETUP(cpu_quota)
{
	int ret = quota_make();

	if (ret)
		SKIP(return, "no cgroup with cpu.max: %s", strerror(-ret));
	self->made = true;
}

FIXTURE_TEARDOWN(cpu_quota)
{
	if (self->made)
		EXPECT_EQ(0, rmdir(CGROUP));
}

static __u64 child_ran_ns(pid_t pid)
{
	struct timespec ran = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ran))
		return 0;
	return ran.tv_sec * SECOND + ran.tv_nsec;
}

/*
 * Thousandths of a processor that the work uses. This is measured while it
 * runs: overdrawn time is repaid when the thread leaves the kernel.
 */
static __u64 quota_share(enum work which)
{
	static const struct limit limit = {
		.begin = quota_begin,
		.ns = 60 * SECOND,
		.ran_ns = 60 * SECOND,
	};
	__u64 ran, start;
	pid_t pid;

	signals_begin();
	pid = fork();
	if (!pid)
		limited_process(&limit, which);
	sleep_ns(SECOND);
	start = now_ns();
	ran = child_ran_ns(pid);
	sleep_ns(3 * SECOND);
	ran = child_ran_ns(pid) - ran;
	start = now_ns() - start;
	kill(pid, SIGKILL);
	/* It returned if it was not killed. */
	return ion_wait_child(pid) == 256 + SIGKILL ? ran / (start / 1000) : 0;
}

TEST_F_TIMEOUT(cpu_quota, the_quota_of_a_cgroup_bounds_a_lent_thread, 90)
{
	__u64 loop = quota_share(LOOP), lent = quota_share(LEND);

	EXPECT_LT(0, loop);
	EXPECT_TRUE(alike(loop, lent))
	TH_LOG("with a quota of 100 thousandths of a processor: loop %llu, lent thread %llu, expected within a factor of %d",
	       loop, lent, FACTOR);
}

/*
 * RLIMIT_CPU: one second, to a signal that kills, to SIGKILL, or to a handler
 */

static int rlimit_cpu(rlim_t hard)
{
	struct rlimit limit = { 1, hard };

	return setrlimit(RLIMIT_CPU, &limit) ? -errno : 0;
}

static int rlimit_cpu_soft(void)
{
	return rlimit_cpu(60);
}

static int rlimit_cpu_hard(void)
{
	return rlimit_cpu(1);
}

static int rlimit_cpu_handled(void)
{
	handle(SIGXCPU);
	return rlimit_cpu(60);
}

/* RLIMIT_RTTIME: the same for an urgent thread that does not sleep */

static int rlimit_rttime(rlim_t hard)
{
	struct sched_param urgent = { .sched_priority = 1 };
	struct rlimit limit = { 300000, hard };

	return setrlimit(RLIMIT_RTTIME, &limit) ||
			       sched_setscheduler(0, SCHED_FIFO, &urgent)
		       ? -errno
		       : 0;
}

static int rlimit_rttime_soft(void)
{
	return rlimit_rttime(60000000);
}

static int rlimit_rttime_hard(void)
{
	return rlimit_rttime(300000);
}

static int rlimit_rttime_handled(void)
{
	handle(SIGXCPU);
	return rlimit_rttime(60000000);
}

FIXTURE(cpu_rlimit)
{
	struct seen seen[WORKS];
};

FIXTURE_VARIANT(cpu_rlimit)
{
	int (*begin)(void);
	int verdict;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(cpu_rlimit, cpu_soft)
{
	.begin = rlimit_cpu_soft,
	.verdict = 256 + SIGXCPU,
};

FIXTURE_VARIANT_ADD(cpu_rlimit, cpu_hard)
{
	.begin = rlimit_cpu_hard,
	.verdict = 256 + SIGKILL,
};

FIXTURE_VARIANT_ADD(cpu_rlimit, cpu_handled)
{
	.begin = rlimit_cpu_handled,
	.verdict = 0,
};

FIXTURE_VARIANT_ADD(cpu_rlimit, rttime_soft)
{
	.begin = rlimit_rttime_soft,
	.verdict = 256 + SIGXCPU,
};

FIXTURE_VARIANT_ADD(cpu_rlimit, rttime_hard)
{
	.begin = rlimit_rttime_hard,
	.verdict = 256 + SIGKILL,
};

FIXTURE_VARIANT_ADD(cpu_rlimit, rttime_handled)
{
	.begin = rlimit_rttime_handled,
	.verdict = 0,
};

/* clang-format on */

FIXTURE_SETUP(cpu_rlimit)
{
	struct sched_param urgent = { .sched_priority = 1 }, none = { 0 };

	if (sched_setscheduler(0, SCHED_FIFO, &urgent))
		SKIP(return, "no thread may be made urgent");
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_OTHER, &none));
}

FIXTURE_TEARDOWN(cpu_rlimit)
{
}

/* The limit may act late, but not only when the call ends, after 8 s. */
TEST_F_TIMEOUT(cpu_rlimit, a_limit_bounds_a_lent_thread, 90)
{
	const struct limit limit = {
		.begin = variant->begin,
		.ns = 30 * SECOND,
		.ran_ns = 8 * SECOND,
	};
	struct seen *seen = self->seen;
	enum work which;

	for (which = LOOP; which < WORKS; which++) {
		seen[which] = run_limited(&limit, which);
		EXPECT_EQ(variant->verdict, seen[which].verdict)
		LOG_SEEN(which, seen[which]);
	}
	EXPECT_EQ(!seen[LOOP].signals, !seen[LEND].signals)
	LOG_SEEN(LEND, seen[LEND]);
	EXPECT_GE(2 * seen[LOOP].first_ns + SECOND, seen[LEND].first_ns)
	TH_LOG("the limit acted on the loop after %llu ms, on the lent thread after %llu ms, expected at most twice as much plus 1 s",
	       seen[LOOP].first_ns / 1000000, seen[LEND].first_ns / 1000000);
}

/* Timers of processor time, and samples: as many of them as for the loop */

static int itimer_begin(void)
{
	struct itimerval timer = { { 0, 10000 }, { 0, 10000 } };

	handle(SIGPROF);
	return setitimer(ITIMER_PROF, &timer, NULL) ? -errno : 0;
}

static int posix_timer_begin(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGPROF };
	struct itimerspec time = { { 0, 10 * MS }, { 0, 10 * MS } };
	timer_t timer;

	handle(SIGPROF);
	if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) ||
	    timer_settime(timer, 0, &time, NULL))
		return -errno;
	return 0;
}

static int perf_fd;

/* A sample is a header and an address; samples are counted, not read. */
#define SAMPLE 16

static int perf_begin(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 10 * MS,
		.sample_type = PERF_SAMPLE_IP,
		.exclude_hv = 1,
	};

	perf_fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
			       PERF_FLAG_FD_CLOEXEC);
	/* The kernel does not have it, or refuses it even to root. */
	if (perf_fd < 0)
		return -ENOENT;
	return mmap(NULL, 9 * page_size(), PROT_READ | PROT_WRITE, MAP_SHARED,
		    perf_fd, 0) == MAP_FAILED
		       ? -errno
		       : 0;
}

static void perf_end(void)
{
	struct perf_event_mmap_page *page = mmap(NULL, 9 * page_size(),
						 PROT_READ | PROT_WRITE,
						 MAP_SHARED, perf_fd, 0);

	if (page == MAP_FAILED)
		return;
	/* The samples were written before the head. */
	*signals = smp_load_acquire(&page->data_head) / SAMPLE;
}

/* A signal for each sample, as for profilers that unwind by themselves. */
static int perf_signal_begin(void)
{
	int ret = perf_begin();

	if (ret)
		return ret;
	handle(SIGIO);
	if (fcntl(perf_fd, F_SETFL, O_ASYNC) ||
	    fcntl(perf_fd, F_SETOWN, getpid()) ||
	    ioctl(perf_fd, PERF_EVENT_IOC_REFRESH, 1 << 20))
		return -errno;
	return 0;
}

FIXTURE(cpu_profile)
{
	struct seen seen[WORKS];
};

FIXTURE_VARIANT(cpu_profile)
{
	int (*begin)(void);
	void (*end)(void);
};

/* clang-format off */

FIXTURE_VARIANT_ADD(cpu_profile, itimer_prof)
{
	.begin = itimer_begin,
};

FIXTURE_VARIANT_ADD(cpu_profile, timer_of_a_thread)
{
	.begin = posix_timer_begin,
};

FIXTURE_VARIANT_ADD(cpu_profile, perf_samples)
{
	.begin = perf_begin,
	.end = perf_end,
};

FIXTURE_VARIANT_ADD(cpu_profile, perf_signals)
{
	.begin = perf_signal_begin,
};

/* clang-format on */

FIXTURE_SETUP(cpu_profile)
{
}

FIXTURE_TEARDOWN(cpu_profile)
{
}

/* Every 10 ms of processor time; a tick of the kernel may round that up. */
TEST_F_TIMEOUT(cpu_profile, a_lent_thread_is_sampled_like_a_loop, 90)
{
	const struct limit limit = {
		.begin = variant->begin,
		.end = variant->end,
		.ns = 30 * SECOND,
		.ran_ns = 2 * SECOND,
	};
	struct seen *seen = self->seen;
	enum work which;

	for (which = LOOP; which < WORKS; which++) {
		seen[which] = run_limited(&limit, which);
		if (which == LOOP && seen[LOOP].verdict == ENOENT)
			SKIP(return, "the kernel has no such events");
		ASSERT_EQ(0, seen[which].verdict)
		LOG_SEEN(which, seen[which]);
	}
	EXPECT_LE(2, seen[LOOP].signals)
	LOG_SEEN(LOOP, seen[LOOP]);
	EXPECT_TRUE(alike(seen[LEND].signals, seen[LOOP].signals))
	TH_LOG("in 2 s of processor time: loop %llu, lent thread %llu, expected within a factor of %d",
	       seen[LOOP].signals, seen[LEND].signals, FACTOR);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
