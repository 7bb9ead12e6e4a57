// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel stops a lent thread and lets it go on: a call that is repeated
 * needs no writable memory where it writes nothing, and takes no longer.
 */
#include <sys/ptrace.h>
#include <sys/stat.h>

#include "ion_test.h"
#include "serve_test.h"

#define CGROUPS "/sys/fs/cgroup/"
#define CGROUP	CGROUPS "ion-restart"

FIXTURE(serve_restart)
{
	struct channel ch;
	pid_t pid;
};

FIXTURE_VARIANT(serve_restart)
{
	__u64 idle_ns;
	int kernel_end;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(serve_restart, awake)
{
	.idle_ns = SPIN,
	.kernel_end = ION_KERNEL_END_LENT,
};

FIXTURE_VARIANT_ADD(serve_restart, asleep)
{
	.idle_ns = NO_SPIN,
	.kernel_end = ION_KERNEL_END_LENT_SLEEPING,
};

/* clang-format on */

/* A struct that the kernel cannot write. */
static struct ion_serve *read_only(__u64 idle_ns)
{
	struct ion_serve *serve = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (serve == MAP_FAILED)
		abort();
	serve->size = sizeof(*serve);
	serve->idle_ns = idle_ns;
	if (mprotect(serve, 4096, PROT_READ))
		abort();
	return serve;
}

FIXTURE_SETUP(serve_restart)
{
	ASSERT_EQ(0, channel_open_live(&self->ch, NULL));
	self->pid = fork();
	ASSERT_LE(0, self->pid);
	if (!self->pid) {
		struct ion_serve *serve = read_only(variant->idle_ns);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(-ion_call(self->ch.fd, ION_IOC_SERVE, serve));
	}
	ASSERT_TRUE(AWAIT(ion_kernel_end(self->ch.fd) == variant->kernel_end));
}

FIXTURE_TEARDOWN(serve_restart)
{
	channel_close(&self->ch);
}

/* The result of the call; -1 if it has not returned, and serves. */
static int came_back(struct channel *ch, pid_t pid, int kernel_end)
{
	bool serves = AWAIT(ion_kernel_end(ch->fd) == kernel_end);
	int status = 0;

	if (waitpid(pid, &status, WNOHANG) == pid)
		return WEXITSTATUS(status);
	serves = serves && echoed_by_kick(ch, 0);
	kill(pid, SIGKILL);
	ion_wait_child(pid);
	return serves ? -1 : 0;
}

/* clang-format off */
#define EXPECT_SERVES()							\
	do {								\
		int __error = came_back(&self->ch, self->pid,		\
					variant->kernel_end);		\
									\
		EXPECT_EQ(-1, __error)					\
			TH_LOG("the call returned \"%s\", expected that it goes on", \
			       strerror(__error));			\
	} while (0)
/* clang-format on */

TEST_F(serve_restart, serve_goes_on_after_sigstop)
{
	EXPECT_EQ(0, kill(self->pid, SIGSTOP));
	EXPECT_TRUE(AWAIT(process_state(self->pid) == 'T'));
	EXPECT_EQ(0, kill(self->pid, SIGCONT));
	EXPECT_SERVES();
}

TEST_F(serve_restart, serve_goes_on_after_a_debugger_stops_it)
{
	int status;

	if (ptrace(PTRACE_SEIZE, self->pid, NULL, NULL))
		SKIP(return, "no ptrace(): %s", strerror(errno));
	EXPECT_EQ(0, ptrace(PTRACE_INTERRUPT, self->pid, NULL, NULL));
	EXPECT_EQ(self->pid, waitpid(self->pid, &status, 0));
	EXPECT_TRUE(WIFSTOPPED(status));
	EXPECT_EQ(0, ptrace(PTRACE_DETACH, self->pid, NULL, NULL));
	EXPECT_SERVES();
}

static int cgroup_of(pid_t pid)
{
	char text[32];

	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return -errno;
	snprintf(text, sizeof(text), "%d", pid);
	return ion_write_text(CGROUP "/cgroup.procs", text);
}

static bool cgroup_is_frozen(void)
{
	char text[256];

	return ion_read_text(CGROUP "/cgroup.events", text, sizeof(text)) > 0 &&
	       strstr(text, "\nfrozen 1");
}

TEST_F(serve_restart, serve_goes_on_after_its_cgroup_is_frozen)
{
	int ret = cgroup_of(self->pid);

	if (ret)
		SKIP(return, "no cgroup: %s", strerror(-ret));
	EXPECT_EQ(0, ion_write_text(CGROUP "/cgroup.freeze", "1"));
	EXPECT_TRUE(AWAIT(cgroup_is_frozen()));
	EXPECT_EQ(0, ion_write_text(CGROUP "/cgroup.freeze", "0"));
	EXPECT_SERVES();
	EXPECT_TRUE(AWAIT(!rmdir(CGROUP)));
}

/* A newer kernel takes the processor away by task work. */
TEST_F(serve_restart, serve_goes_on_after_its_quota_is_used_up)
{
	int ret = ion_write_text(CGROUPS "cgroup.subtree_control", "+cpu");

	if (!ret)
		ret = cgroup_of(self->pid);
	if (!ret)
		ret = ion_write_text(CGROUP "/cpu.max", "2000 20000");
	if (ret)
		SKIP(return, "no cgroup with cpu.max: %s", strerror(-ret));
	sleep_ns(500 * MS);
	EXPECT_SERVES();
	EXPECT_TRUE(AWAIT(!rmdir(CGROUP)));
}

#define SUSPEND_TEST "/sys/power/pm_test"

/* A suspend freezes every thread first: that part can be tested. */
TEST_F(serve_restart, serve_goes_on_after_a_suspend)
{
	int ret = ion_write_text(SUSPEND_TEST, "freezer");

	if (ret)
		SKIP(return, SUSPEND_TEST ": %s", strerror(-ret));
	ret = ion_write_text("/sys/power/state", "freeze");
	ion_write_text(SUSPEND_TEST, "none");
	if (ret)
		SKIP(return, "no suspend: %s", strerror(-ret));
	EXPECT_SERVES();
}

/* A process that serves for a limited time. */
static pid_t serve_for(struct channel *ch, __u64 idle_ns, __u64 ns)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(-ion_lend(ch->fd, idle_ns, ns));
}

TEST_F(serve_restart, a_repeated_call_keeps_its_limit_of_time)
{
	__u64 start, took;
	int status = -1;
	pid_t pid;

	EXPECT_EQ(0, kill(self->pid, SIGKILL));
	EXPECT_EQ(256 + SIGKILL, ion_wait_child(self->pid));
	start = now_ns();
	pid = serve_for(&self->ch, variant->idle_ns, 500 * MS);
	while (!child_ends(pid, now_ns() + 40 * MS, &status) &&
	       now_ns() - start < 10 * SECOND) {
		kill(pid, SIGSTOP);
		kill(pid, SIGCONT);
	}
	took = now_ns() - start;
	EXPECT_EQ(0, status);
	EXPECT_LE(500 * MS, took);
	EXPECT_GT(3 * SECOND, took)
	TH_LOG("it took %llu ms, expected about 500", took / 1000000);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
