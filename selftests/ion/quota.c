// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits that all users share: how much one user can take, and how much remains
 * for root and for others. Users 1000 and 1001 are children of the test.
 */
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "ion_live.h"
#include "ion_test.h"

#define MOST 1024

static int set_up(int fd)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	return ion_call(fd, ION_IOC_SETUP, &setup);
}

/* Open and set up until that is refused; return how many, and the error. */
static int set_up_many(int *why)
{
	int n, fd;

	for (n = 0; n < MOST; n++) {
		fd = ion_open(O_RDWR);
		*why = fd < 0 ? fd : set_up(fd);
		if (*why)
			break;
	}
	close(fd);
	return n;
}

static int set_limit(const char *name, __u64 value)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), ION_PARAMETERS "%s", name);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return ion_write_text(path, text);
}

/* Keep the capabilities of a mask; drop the others forever. */
static int become(uid_t uid, __u32 keep)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = keep, .permitted = keep },
	};

	if (prctl(PR_SET_KEEPCAPS, 1) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid) || syscall(SYS_capset, &header, data))
		return -errno;
	return 0;
}

/**
 * struct user - a child that set up as many channels as it can
 * @pid: the child; the channels exist until it is killed
 * @n: how many channels
 * @why: the error of one more
 */
struct user {
	pid_t pid;
	int n;
	int why;
};

static bool user_start(struct user *user, uid_t uid, __u32 keep)
{
	int report[2], result[2];

	if (pipe(report))
		return false;
	user->pid = fork();
	if (!user->pid) {
		result[0] = become(uid, keep);
		if (!result[0])
			result[0] = set_up_many(&result[1]);
		if (write(report[1], result, sizeof(result)) > 0)
			pause();
		_exit(1);
	}
	close(report[1]);
	if (read(report[0], result, sizeof(result)) != sizeof(result))
		return false;
	close(report[0]);
	user->n = result[0];
	user->why = result[1];
	return true;
}

static void user_end(struct user *user)
{
	kill(user->pid, SIGKILL);
	ion_wait_child(user->pid);
}

static const char *const parameters[] = { "max_channels", "max_user_channels",
					  "max_bytes" };

/* @fd is open and not set up, for calls when no channel is left. */
FIXTURE(quota)
{
	char was[ARRAY_SIZE(parameters)][32];
	struct ion_query before;
	int fd;
};

FIXTURE_SETUP(quota)
{
	struct rlimit files = { 2 * MOST, 2 * MOST };
	char path[64];
	unsigned int i;

	if (geteuid())
		SKIP(return, "needs root");
	for (i = 0; i < ARRAY_SIZE(parameters); i++) {
		snprintf(path, sizeof(path), ION_PARAMETERS "%s",
			 parameters[i]);
		ASSERT_LT(0, ion_read_text(path, self->was[i],
					   sizeof(self->was[i])));
	}
	setrlimit(RLIMIT_NOFILE, &files);
	files = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	setrlimit(RLIMIT_MEMLOCK, &files);
	ASSERT_EQ(0, chmod(ION_DEVICE, 0666));
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->before = query(self->fd);
}

static bool is_as_before(int fd, const struct ion_query *before)
{
	struct ion_query now;

	return AWAIT((now = query(fd), now.channels == before->channels &&
					       now.bytes == before->bytes));
}

FIXTURE_TEARDOWN(quota)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parameters); i++)
		set_limit(parameters[i], strtoull(self->was[i], NULL, 10));
	chmod(ION_DEVICE, 0660);
	EXPECT_TRUE(is_as_before(self->fd, &self->before));
	close(self->fd);
}

static int list_one(int fd, __u64 after)
{
	struct ion_list_entry entry;
	struct ion_list list = {
		.size = sizeof(list),
		.count = 1,
		.after = after,
		.addr = (__u64)(unsigned long)&entry,
		.entry_size = sizeof(entry),
	};

	return ion_call(fd, ION_IOC_LIST, &list);
}

TEST_F(quota, an_open_channel_counts_only_once_it_is_set_up)
{
	int fd[100];
	unsigned int i;

	ASSERT_EQ(0, set_limit("max_channels", 0));
	ASSERT_EQ(0, set_limit("max_user_channels", 0));
	for (i = 0; i < ARRAY_SIZE(fd); i++) {
		fd[i] = ion_open(O_RDWR);
		ASSERT_LE(0, fd[i]);
		EXPECT_EQ(-ENFILE, set_up(fd[i]));
	}
	EXPECT_EQ(self->before.channels, query(fd[0]).channels);
	EXPECT_EQ(1, list_one(fd[0], 0));
	ASSERT_EQ(0, set_limit("max_channels", self->before.channels + 1));
	EXPECT_EQ(0, set_up(fd[0]));
	EXPECT_EQ(self->before.channels + 1, query(fd[0]).channels);
	EXPECT_EQ(-ENFILE, set_up(fd[1]));
	errno = 0;
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd[1], ION_MMAP_TX));
	EXPECT_EQ(ENFILE, errno);
	for (i = 0; i < ARRAY_SIZE(fd); i++)
		close(fd[i]);
}

/* Root can always open the device, query, list, and set up a channel. */
TEST_F(quota, root_keeps_a_share_of_the_channels)
{
	struct user user = {};
	int n, why, fd;

	ASSERT_EQ(0, self->before.channels);
	ASSERT_EQ(0, set_limit("max_channels", 48));
	ASSERT_EQ(0, set_limit("max_user_channels", 1000));
	ASSERT_TRUE(user_start(&user, 1000, 0));
	EXPECT_EQ(45, user.n);
	EXPECT_EQ(-ENFILE, user.why);
	fd = ion_open(O_RDWR);
	EXPECT_LE(0, fd);
	EXPECT_EQ(45, query(fd).channels);
	EXPECT_EQ(48, query(fd).max_channels);
	EXPECT_EQ(1, list_one(fd, 0));
	close(fd);
	n = set_up_many(&why);
	EXPECT_EQ(3, n);
	EXPECT_EQ(-ENFILE, why);
	user_end(&user);
	closefrom(self->fd + 1);
}

/* CAP_IPC_LOCK is above RLIMIT_MEMLOCK, but not above this limit. */
TEST_F(quota, root_keeps_a_share_of_the_memory)
{
	__u64 cost = default_bytes();
	struct user user = {};
	int n, why;

	ASSERT_EQ(0, self->before.bytes);
	ASSERT_EQ(0, set_limit("max_bytes", 64 * cost));
	ASSERT_TRUE(user_start(&user, 1000, 1U << CAP_IPC_LOCK));
	EXPECT_EQ(60, user.n);
	EXPECT_EQ(-ENOSPC, user.why);
	n = set_up_many(&why);
	EXPECT_EQ(4, n);
	EXPECT_EQ(-ENOSPC, why);
	user_end(&user);
	closefrom(self->fd + 1);
}

TEST_F(quota, one_user_cannot_use_up_the_channels_of_another)
{
	struct user a = {}, again = {}, b = {};
	__u32 left;

	ASSERT_EQ(0, set_limit("max_user_channels", 5));
	ASSERT_TRUE(user_start(&a, 1000, 0));
	EXPECT_EQ(5, a.n);
	EXPECT_EQ(-EDQUOT, a.why);
	/* Another process of the same user gets no more. */
	ASSERT_TRUE(user_start(&again, 1000, 0));
	EXPECT_EQ(0, again.n);
	EXPECT_EQ(-EDQUOT, again.why);
	ASSERT_TRUE(user_start(&b, 1001, 0));
	EXPECT_EQ(5, b.n);
	user_end(&a);
	user_end(&again);
	left = self->before.channels + 5;
	EXPECT_TRUE(AWAIT(query(self->fd).channels == left));
	ASSERT_TRUE(user_start(&a, 1000, 0));
	EXPECT_EQ(5, a.n);
	user_end(&a);
	user_end(&b);
}

/* Root without the capability is like any other user. */
TEST_F(quota, the_capability_is_above_the_limit)
{
	struct user without = {}, with = {};

	ASSERT_EQ(0, set_limit("max_user_channels", 3));
	ASSERT_TRUE(user_start(&without, 0, 0));
	EXPECT_EQ(3, without.n);
	EXPECT_EQ(-EDQUOT, without.why);
	user_end(&without);
	ASSERT_EQ(0, set_limit("max_channels", self->before.channels + 9));
	ASSERT_TRUE(user_start(&with, 1000, 1U << CAP_SYS_ADMIN));
	EXPECT_EQ(9, with.n);
	EXPECT_EQ(-ENFILE, with.why);
	user_end(&with);
}

/* A process of user 1001 uses a descriptor of user 1000. */
TEST_F(quota, a_channel_counts_for_its_opener)
{
	struct user user = {};
	pid_t pid;
	int fd;

	ASSERT_EQ(0, set_limit("max_user_channels", 2));
	ASSERT_TRUE(user_start(&user, 1000, 0));
	EXPECT_EQ(2, user.n);
	ASSERT_EQ(0, seteuid(1000));
	fd = ion_open(O_RDWR);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_LE(0, fd);
	pid = fork();
	if (!pid)
		_exit(become(1001, 0) ? 1 : -set_up(fd));
	EXPECT_EQ(EDQUOT, ion_wait_child(pid));
	EXPECT_EQ(0, set_up(fd));
	close(fd);
	user_end(&user);
}

TEST_F(quota, a_refused_setup_does_not_count)
{
	struct ion_setup setup;
	int fd = ion_open(O_RDWR), i;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_limit("max_channels", self->before.channels + 1));
	for (i = 0; i < 10; i++) {
		ion_setup_init(&setup, "no such service");
		EXPECT_EQ(-ENOENT, ion_call(fd, ION_IOC_SETUP, &setup));
		/* The service refuses it. */
		ion_setup_init(&setup, "source");
		setup.arg[0] = ~0ULL;
		setup.arg[1] = ~0ULL;
		EXPECT_GT(0, ion_call(fd, ION_IOC_SETUP, &setup));
		ASSERT_EQ(0, set_limit("max_bytes", 4096));
		EXPECT_EQ(-ENOSPC, set_up(fd));
		ASSERT_EQ(0, set_limit("max_bytes", 1 << 28));
	}
	EXPECT_EQ(self->before.channels, query(fd).channels);
	EXPECT_EQ(self->before.bytes, query(fd).bytes);
	EXPECT_EQ(0, set_up(fd));
	close(fd);
}

/*
 * Threads of another user that hardly run, and are preempted anywhere in LIST.
 * No other call waits for them. They do not open the device meanwhile: the
 * kernel has one mutex for open() of all such devices.
 */
#define BUSY	 20
#define STARVED	 4
#define WATCH_MS 8000
#define LATE_MS	 4000

static void on_cpu(int cpu, int policy)
{
	struct sched_param param = {};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    sched_setscheduler(0, policy, &param))
		_exit(1);
}

static void list_forever(void)
{
	int fd = ion_open(O_RDWR);

	on_cpu(0, SCHED_IDLE);
	if (become(1000, 0))
		_exit(1);
	for (;;)
		list_one(fd, 0);
}

static void spin(void)
{
	on_cpu(0, SCHED_OTHER);
	for (;;)
		;
}

static pid_t start(void (*run)(void))
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run();
		_exit(0);
	}
	return pid;
}

/* The longest time of a query of the system. */
static __u64 watch(__u64 ns)
{
	__u64 end = now_ns() + ns, begin, took, most = 0;
	int fd = ion_open(O_RDWR);

	while (now_ns() < end) {
		begin = now_ns();
		query(fd);
		list_one(fd, 0);
		took = now_ns() - begin;
		most = took > most ? took : most;
		sleep_ns(MS);
	}
	close(fd);
	return most;
}

TEST_F_TIMEOUT(quota, list_and_query_wait_for_no_starved_thread, 100)
{
	pid_t pid[STARVED + BUSY];
	unsigned int i;
	__u64 most;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "needs two processors");
	on_cpu(1, SCHED_OTHER);
	for (i = 0; i < STARVED; i++)
		pid[i] = start(list_forever);
	sleep_ns(200 * MS);
	for (; i < STARVED + BUSY; i++)
		pid[i] = start(spin);
	most = watch(WATCH_MS * MS);
	TH_LOG("the longest query took %llu us", most / 1000);
	EXPECT_GT(LATE_MS * MS, most);
	for (i = STARVED + BUSY; i--;)
		kill(pid[i], SIGKILL);
	for (i = 0; i < STARVED + BUSY; i++)
		ion_wait_child(pid[i]);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
