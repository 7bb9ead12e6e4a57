// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct channels whose programs are killed in any state, or close one after the other.
 * The remaining one is notified, whatever it does, and nothing of the two is left.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "ion_test.h"
#include "direct_test.h"

FIXTURE(direct_gone)
{
	struct usage before;
	struct channel a;
};

FIXTURE_SETUP(direct_gone)
{
	self->before = usage_now();
	self->a.fd = -1;
	/* For programs without the rights of root. */
	ASSERT_EQ(0, chmod(ION_DEVICE, 0666));
}

FIXTURE_TEARDOWN(direct_gone)
{
	chmod(ION_DEVICE, 0660);
	channel_close(&self->a);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

/* What a program does. */

static int do_wait(struct task *task)
{
	__u64 forever = ION_WAIT_FOREVER;
	struct ion_packet packet;
	int ret = ion_wait_for(task->ch->fd, 3, 3, &forever);

	while (ion_ring_pop(&task->ch->rx, &packet))
		;
	return ret;
}

static int do_poll(struct task *task)
{
	int ret = ion_poll_for(task->ch->fd, POLLIN | POLLRDHUP, -1);

	return ret & POLLRDHUP ? -EPIPE : ret;
}

static int do_epoll(struct task *task)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET };
	int ep = epoll_create1(EPOLL_CLOEXEC), ret;

	epoll_ctl(ep, EPOLL_CTL_ADD, task->ch->fd, &event);
	ret = epoll_wait(ep, &event, 1, -1);
	close(ep);
	return ret == 1 && event.events & EPOLLRDHUP ? -EPIPE : 0;
}

static int do_read(struct task *task)
{
	struct ion_packet packet;
	ssize_t n = read(task->ch->fd, &packet, sizeof(packet));

	return n < 0 ? -errno : n ? 0 : -EPIPE;
}

static int do_write(struct task *task)
{
	struct ion_packet packet = ion_packet_of(0);
	ssize_t n = write(task->ch->fd, &packet, sizeof(packet));

	return n < 0 ? -errno : 0;
}

/* As ionc_arm() does it: the flag, the flags of the peer, the rings, the eventfd. */
static int do_eventfd(struct task *task)
{
	struct channel *ch = task->ch;
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), ret;

	ret = ion_set_eventfd(ch->fd, event);
	ion_end_sleep(&ch->rx.end);
	if (!ret && ion_end_peer_sleeps(&ch->tx.end))
		ret = ion_kick(ch->fd);
	if (!ret && !ion_ring_peek(&ch->rx, 1))
		ion_poll_for(event, POLLIN, -1);
	ion_end_awake(&ch->rx.end);
	ion_set_eventfd(ch->fd, -1);
	close(event);
	return ret;
}

static int do_kick(struct task *task)
{
	return ion_kick(task->ch->fd);
}

static int do_push(struct task *task)
{
	struct ion_packet packet = ion_packet_of(0);

	ion_ring_push(&task->ch->tx, &packet);
	return ion_end_peer_sleeps(&task->ch->tx.end) ? ion_kick(task->ch->fd)
						      : 0;
}

static int do_nothing(struct task *task)
{
	sleep_ns(task->arg[0]);
	return 0;
}

typedef int (*do_fn)(struct task *task);

static const struct {
	const char *name;
	do_fn run;
	bool told;
} deeds[] = {
	{ "wait", do_wait, true },	  { "poll", do_poll, true },
	{ "epoll", do_epoll, true },	  { "read", do_read, true },
	{ "write", do_write, true },	  { "eventfd", do_eventfd, true },
	{ "kick", do_kick, true },	  { "push", do_push, true },
	{ "nothing", do_nothing, false },
};

/* Until an error. */
static int repeat(struct task *task)
{
	do_fn run = (do_fn)(unsigned long)task->arg[1];
	int ret = 0;

	while (ret >= 0)
		ret = run(task);
	return ret;
}

/* A process with a side, which does the deed until it is killed. */
static pid_t second_process(do_fn run, int pipe[2])
{
	struct task task = { .arg = { MS } };
	struct channel ch;
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (direct_open_one(&ch, 4, 2, 4096))
		_exit(1);
	if (write(pipe[1], "", 1) != 1)
		_exit(1);
	task.ch = &ch;
	for (;;)
		run(&task);
}

static int open_pipe(int pipe_fd[2])
{
	return pipe2(pipe_fd, O_CLOEXEC) ? -errno : 0;
}

static bool hears(int fd)
{
	char c;

	return ion_poll_for(fd, POLLIN, LONG_MS) == POLLIN &&
	       read(fd, &c, 1) == 1;
}

/* Every state of the one that is killed against every one of the other. */
TEST_F_TIMEOUT(direct_gone, killed_in_any_state_the_other_is_told, 120)
{
	__u64 random = 0x676f6e65;
	unsigned int dies, lives;
	struct task task;
	int fds[2];
	pid_t pid;

	ASSERT_EQ(0, open_pipe(fds));
	for (dies = 0; dies < ARRAY_SIZE(deeds); dies++)
		for (lives = 0; lives < ARRAY_SIZE(deeds); lives++) {
			if (!deeds[lives].told)
				continue;
			ASSERT_EQ(0, direct_open_one(&self->a, 4, 2, 4096));
			pid = second_process(deeds[dies].run, fds);
			ASSERT_TRUE(hears(fds[0]));
			task_start(&task, repeat, &self->a, MS,
				   (__u64)(unsigned long)deeds[lives].run);
			sleep_ns(random_below(&random, 5 * MS));
			kill(pid, SIGKILL);
			EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
			ASSERT_TRUE(AWAIT(READ_ONCE(task.done)))
			TH_LOG("%s does not return, its peer died in %s",
			       deeds[lives].name, deeds[dies].name);
			EXPECT_EQ(-EPIPE, task_join(&task))
			TH_LOG("%s, its peer died in %s", deeds[lives].name,
			       deeds[dies].name);
			channel_close(&self->a);
			ASSERT_TRUE(usage_returns_to(&self->before));
		}
	close(fds[0]);
	close(fds[1]);
}

/* A set-up that is killed leaves the first channel waiting for another one. */
TEST_F_TIMEOUT(direct_gone, killed_in_setup_the_first_waits_on, 120)
{
	__u64 random = 0x73657475;
	struct channel b;
	int round;
	pid_t pid;

	for (round = 0; round < 40; round++) {
		ASSERT_EQ(0, direct_open_one(&self->a, 4, 2, 4096));
		pid = fork();
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			direct_open_one(&b, 4, 2, 4096);
			pause();
		}
		sleep_ns(random_below(&random, 3 * MS));
		kill(pid, SIGKILL);
		EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
		if (ion_kick(self->a.fd) == 0) {
			ASSERT_EQ(0, direct_open_one(&b, 4, 2, 4096));
			EXPECT_TRUE(direct_crosses(&self->a, &b, 1));
			EXPECT_TRUE(direct_crosses(&b, &self->a, 2));
			channel_close(&b);
		}
		channel_close(&self->a);
		ASSERT_TRUE(usage_returns_to(&self->before));
	}
}

/* Set-up and close of many that meet by one key, at the same time. */
static int come_and_go(struct task *task)
{
	__u64 random = task->arg[0];
	struct channel ch;
	int i, ret;

	for (i = 0; i < 20; i++) {
		ret = direct_open_one(&ch, 4, 0, 0);
		if (ret)
			return ret;
		ion_push_from(&ch, 0, 2);
		ion_kick(ch.fd);
		if (random_below(&random, 2))
			sleep_ns(random_below(&random, 200000));
		channel_close(&ch);
	}
	return 0;
}

TEST_F_TIMEOUT(direct_gone, coming_and_going_at_the_same_time, 60)
{
	struct task task[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(task); i++)
		task_start(&task[i], come_and_go, NULL, i + 1, 0);
	for (i = 0; i < ARRAY_SIZE(task); i++)
		EXPECT_EQ(0, task_join(&task[i]));
}

TEST_F(direct_gone, first_alone_leaves_nothing)
{
	struct channel b;

	ASSERT_EQ(0, direct_open_one(&self->a, 4, 2, 4096));
	channel_close(&self->a);
	EXPECT_TRUE(usage_returns_to(&self->before));
	/* The next one with that key is a first one too. */
	ASSERT_EQ(0, direct_open_one(&b, 8, 0, 0));
	channel_close(&b);
}

/* The memory stays until the second program closes, and is charged once. */
TEST_F(direct_gone, memory_remains_until_both_have_gone)
{
	struct channel b, *one, *other;
	const unsigned char *seen;
	__u64 bytes;
	int turn;

	for (turn = 0; turn < 2; turn++) {
		ASSERT_EQ(0, direct_open_arena(&self->a, &b, 4, 2, 4096));
		bytes = self->before.bytes + self->a.info.bytes;
		EXPECT_EQ(bytes, usage_now().bytes);
		one = turn ? &b : &self->a;
		other = turn ? &self->a : &b;
		memset(channel_at(one, ION_MMAP_ARENA), 0x77, 8192);
		EXPECT_EQ(3, ion_push_from(one, 0, 3));
		channel_close(one);
		EXPECT_EQ(bytes, usage_now().bytes);
		EXPECT_EQ(3, ion_pop_from(other, 0, 4));
		seen = channel_at(other, ION_MMAP_PEER_ARENA);
		EXPECT_EQ(0x77, seen[8191]);
		channel_close(other);
		EXPECT_TRUE(usage_returns_to(&self->before));
	}
}

/* A mapping keeps the channel as a descriptor does. */
TEST_F(direct_gone, mapping_keeps_the_channel)
{
	struct channel b;

	ASSERT_EQ(0, direct_open(&self->a, &b, 4));
	close(b.fd);
	b.fd = -1;
	EXPECT_EQ(0, ion_kick(self->a.fd));
	EXPECT_EQ(2, ion_push_from(&b, 0, 2));
	EXPECT_EQ(2, ion_pop_from(&self->a, 0, 2));
	channel_unmap(&b);
	EXPECT_EQ(-EPIPE, ion_kick(self->a.fd));
}

/* A child has the descriptor, and no mapping. */
TEST_F(direct_gone, child_keeps_the_channel)
{
	struct channel b;
	int fds[2];
	pid_t pid;

	ASSERT_EQ(0, open_pipe(fds));
	ASSERT_EQ(0, direct_open(&self->a, &b, 4));
	pid = fork();
	if (!pid) {
		char c;

		close(fds[1]);
		close(self->a.fd);
		_exit(ion_touch(user_index(&b, ION_RING_TX), false) !=
			      SIGSEGV ||
		      read(fds[0], &c, 1));
	}
	close(fds[0]);
	channel_close(&b);
	EXPECT_EQ(0, ion_kick(self->a.fd));
	close(fds[1]);
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_EQ(-EPIPE, ion_kick(self->a.fd));
}

/* A channel in a message that nobody received goes with the socket. */
TEST_F(direct_gone, channel_can_be_passed_on)
{
	struct channel b, c = { .fd = -1 };
	int sockets[2];

	ASSERT_EQ(0,
		  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
	ASSERT_EQ(0, direct_open(&self->a, &b, 4));
	EXPECT_EQ(2, ion_push_from(&b, 0, 2));
	ion_send_fd(sockets[0], b.fd);
	channel_close(&b);
	EXPECT_EQ(0, ion_kick(self->a.fd));
	c.fd = ion_receive_fd(sockets[1]);
	ASSERT_LE(0, c.fd);
	ASSERT_EQ(0, ion_get_info(c.fd, &c.info));
	ASSERT_EQ(0, channel_map(&c));
	channel_attach_live(&c);
	EXPECT_EQ(2, ion_pop_from(&self->a, 0, 2));
	ion_send_fd(sockets[0], c.fd);
	channel_close(&c);
	EXPECT_EQ(0, ion_kick(self->a.fd));
	close(sockets[0]);
	close(sockets[1]);
	EXPECT_TRUE(AWAIT(ion_kick(self->a.fd) == -EPIPE));
}

/* Run in a process without the rights of root: 0, or the number of the line. */
#define NEEDS(condition)                            \
	do {                                        \
		if (!(condition))                   \
			_exit(__LINE__ % 251 ?: 1); \
	} while (0)

/* Only the first one is charged: a program that may lock no memory can be second. */
TEST_F(direct_gone, second_needs_no_memory_of_its_own)
{
	pid_t pid = fork();

	if (!pid) {
		struct rlimit limit = { 1UL << 20, 1UL << 20 };
		struct channel a, b;

		NEEDS(!ion_drop_privileges());
		NEEDS(!setrlimit(RLIMIT_MEMLOCK, &limit));
		NEEDS(!direct_open_one(&a, 4, 2, 4096));
		limit.rlim_cur = 0;
		NEEDS(!setrlimit(RLIMIT_MEMLOCK, &limit));
		NEEDS(!direct_open_one(&b, 4, 2, 4096));
		NEEDS(direct_crosses(&a, &b, 1));
		channel_close(&a);
		/* The charge remains, and ends with the second one. */
		limit.rlim_cur = 1UL << 20;
		NEEDS(!setrlimit(RLIMIT_MEMLOCK, &limit));
		channel_close(&b);
		limit.rlim_cur = 0;
		NEEDS(!setrlimit(RLIMIT_MEMLOCK, &limit));
		NEEDS(direct_open_one(&a, 4, 2, 4096) == -ENOMEM);
		_exit(0);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
}

#define USER_LIMIT ION_PARAMETERS "max_user_channels"

/* A second side above the limit fails, and the first one waits on. */
TEST_F(direct_gone, second_counts_as_a_channel_of_its_user)
{
	char old[32];
	pid_t pid;

	ASSERT_LT(0, ion_read_text(USER_LIMIT, old, sizeof(old)));
	ASSERT_EQ(0, ion_write_text(USER_LIMIT, "1"));
	pid = fork();
	if (!pid) {
		struct channel a, b;

		NEEDS(!ion_drop_privileges());
		NEEDS(!direct_open_one(&a, 4, 0, 0));
		NEEDS(direct_open_one(&b, 4, 0, 0) == -EDQUOT);
		NEEDS(!ion_kick(a.fd));
		channel_close(&a);
		NEEDS(!direct_open_one(&b, 4, 0, 0));
		_exit(0);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_EQ(0, ion_write_text(USER_LIMIT, old));
}

/* Another user's program does not meet this one. */
TEST_F(direct_gone, programs_of_two_users_do_not_meet)
{
	struct channel b;
	pid_t pid;

	ASSERT_EQ(0, direct_open_one(&self->a, 4, 0, 0));
	EXPECT_EQ(2, ion_push_from(&self->a, 0, 2));
	pid = fork();
	if (!pid) {
		NEEDS(!ion_drop_privileges());
		NEEDS(!direct_open_one(&b, 4, 0, 0));
		NEEDS(!ion_ring_peek(&b.rx, 1));
		_exit(0);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_EQ(0, ion_kick(self->a.fd));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
