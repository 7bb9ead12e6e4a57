// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program with a lent thread, a sleeper in ION_IOC_WAIT and one in poll() is
 * killed at any moment: nothing of it remains.
 */
#include "ion_test.h"
#include "serve_test.h"

/* Of each kind: 210 in all. */
#define ROUNDS 70

/* The children derive their choices from this. */
#define SEED 0x6b696c6c

FIXTURE(killed)
{
	int fd;
	struct ion_query before;
	long references;
};

FIXTURE_VARIANT(killed)
{
	const char *service;
	bool arena;
	bool joined;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(killed, echo)
{
	.service = "echo",
};

FIXTURE_VARIANT_ADD(killed, source_with_an_arena)
{
	.service = "source",
	.arena = true,
};

/* The program has both ends of the pair. */
FIXTURE_VARIANT_ADD(killed, pair)
{
	.service = "pair",
	.joined = true,
};

/* clang-format on */

FIXTURE_SETUP(killed)
{
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->before = query(self->fd);
	self->references = ion_refcount();
}

FIXTURE_TEARDOWN(killed)
{
	close(self->fd);
}

static int serve_forever(struct task *task)
{
	return ion_lend(task->ch->fd, task->arg[0], 0);
}

static int wait_again_and_again(struct task *task)
{
	__u64 forever = ION_WAIT_FOREVER;

	while (!ion_wait_for(task->ch->fd, (__u32)task->arg[0], 1, &forever))
		;
	return 0;
}

static int poll_again_and_again(struct task *task)
{
	while (ion_poll_for(task->ch->fd, POLLIN | POLLPRI, -1) >= 0)
		;
	return 0;
}

static int open_one(struct channel *ch, const char *service, bool arena,
		    __u64 random)
{
	struct ion_setup setup;

	ion_setup_init(&setup, service);
	setup.layout = random % 2 ? ION_LAYOUT_SPLIT : ION_LAYOUT_COMPACT;
	setup.buffers = arena ? 64 : 0;
	setup.buffer_size = arena ? 2048 : 0;
	return channel_open_live(ch, &setup);
}

static int join_two(int fd, int other)
{
	struct ion_join join = { .size = sizeof(join), .fd = other };

	return ion_call(fd, ION_IOC_JOIN, &join);
}

/* The child runs until it is killed. */
static void program(const FIXTURE_VARIANT(killed) * variant, __u64 random)
{
	static const __u64 idle[] = { SPIN, NO_SPIN, MS, MS / 20 };
	struct task server, waiter, poller;
	struct ion_cmd_packet cmd = { 0 };
	struct channel ch, other;
	struct ion_packet packet = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (open_one(&ch, variant->service, variant->arena, random))
		_exit(1);
	if (variant->joined &&
	    (open_one(&other, variant->service, false, random >> 1) ||
	     join_two(ch.fd, other.fd)))
		_exit(2);
	task_start(&server, serve_forever, &ch, idle[random / 4 % 4], 0);
	task_start(&waiter, wait_again_and_again,
		   variant->joined ? &other : &ch, 1 + random / 16 % 40, 0);
	task_start(&poller, poll_again_and_again, &ch, 0, 0);
	for (;;) {
		/* Packets that find no room, or are refused, are fine too. */
		ion_ring_push(&ch.tx, &packet);
		ion_ring_push_cmd(&ch.cmd, &cmd);
		if (ion_end_peer_sleeps(&ch.tx.end))
			ion_kick(ch.fd);
		ion_ring_release(&ch.rx, ion_ring_peek(&ch.rx, 3));
	}
}

/* Return how many channels the process has, or -errno. */
static int channels_of(int fd, pid_t pid)
{
	static struct ion_list_entry entries[ION_LIST_MAX];
	struct ion_list list = {
		.size = sizeof(list),
		.count = ION_LIST_MAX,
		.addr = (__u64)(unsigned long)entries,
		.entry_size = sizeof(entries[0]),
	};
	int i, n, found = 0;

	while ((n = ion_call(fd, ION_IOC_LIST, &list)) > 0) {
		for (i = 0; i < n; i++)
			found += entries[i].pid == pid;
		list.after = entries[n - 1].channel;
	}
	return n < 0 ? n : found;
}

/* Some children are killed while they start, most while they run. */
static pid_t kill_one(const FIXTURE_VARIANT(killed) * variant, __u64 random)
{
	pid_t pid = fork();

	if (!pid)
		program(variant, random);
	sleep_ns((random >> 32) % (40 * MS));
	kill(pid, SIGKILL);
	return ion_wait_child(pid) == 256 + SIGKILL ? pid : -1;
}

TEST_F_TIMEOUT(killed, a_killed_program_leaves_nothing, 120)
{
	struct ion_query now;
	unsigned int i;
	pid_t pid;

	for (i = 0; i < ROUNDS; i++) {
		pid = kill_one(variant, ion_mix(SEED + i));
		ASSERT_LT(0, pid)
		TH_LOG("round %u: the program ended by itself", i);
		AWAIT(query(self->fd).channels == self->before.channels);
		now = query(self->fd);
		ASSERT_EQ(self->before.channels, now.channels)
		TH_LOG("after round %u", i);
		ASSERT_EQ(self->before.bytes, now.bytes)
		TH_LOG("after round %u", i);
		ASSERT_EQ(0, channels_of(self->fd, pid))
		TH_LOG("channels of the process that was killed in round %u",
		       i);
	}
	EXPECT_TRUE(AWAIT(ion_refcount() == self->references))
	TH_LOG("references of the module: %ld, expected %ld", ion_refcount(),
	       self->references);
}

/* The next program is not affected. */
TEST_F(killed, the_next_program_is_served)
{
	struct task server;
	struct channel ch;
	unsigned int i;

	for (i = 0; i < 10; i++)
		ASSERT_LT(0, kill_one(variant, ion_mix(~i)));
	ASSERT_EQ(0, channel_open_live(&ch, NULL));
	EXPECT_TRUE(echoed_by_kick(&ch, 0));
	ASSERT_TRUE(server_start(&server, &ch, SPIN, 0));
	EXPECT_TRUE(echoed(&ch, 1));
	EXPECT_EQ(-EINTR, server_stop(&server));
	EXPECT_TRUE(given_back(&ch));
	channel_close(&ch);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
