// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGKILL at any moment to a program that is in a call, with its rings mapped
 * and packets in transit: nothing of it may remain, in the kernel or charged.
 */
#include "fault_block.h"
#include "ion_test.h"

static long turns = 12;

FIXTURE(fault_kill)
{
	struct usage before;
};

FIXTURE_VARIANT(fault_kill)
{
	int (*block)(struct task *task);
	const char *service;
};

/* clang-format off */
#define KILL(name, of)							\
	FIXTURE_VARIANT_ADD(fault_kill, name)				\
	{								\
		.block = block_##name, .service = of,			\
	}

KILL(serve, "");
KILL(serve_asleep, "");
KILL(wait, "");
KILL(read, "");
KILL(write, "pair");
KILL(poll, "");
KILL(epoll, "");
KILL(selftest, "");
KILL(uring, "");
/* clang-format on */

FIXTURE_SETUP(fault_kill)
{
	self->before = usage_now();
}

FIXTURE_TEARDOWN(fault_kill)
{
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

static int open_for(struct channel *ch, const char *service, __u64 seed)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, service);
	setup.layout = seed % 2;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 16;
	/* write() has no buffer of an arena. */
	if (seed / 2 % 2 && !*service) {
		setup.buffers = 64;
		setup.buffer_size = 2048;
	}
	return channel_open_live(ch, &setup);
}

/* Send packets without end, so that the call returns and is made again. */
static int traffic(struct task *task)
{
	struct ion_packet packet = { 0 };

	do {
		ion_ring_push(&task->ch->tx, &packet);
		ion_ring_pop(&task->ch->rx, &packet);
		sleep_ns(ion_mix(task->arg[0]++) % (MS / 2));
	} while (!ion_kick(task->ch->fd));
	return -EIO;
}

/*
 * Run the child; return the number of the failed step, or 77 if there is no such
 * call.
 */
static int live(int (*block)(struct task *task), const char *service,
		__u64 seed, int ready)
{
	struct task blocked, other;
	struct uring uring;
	struct channel ch;
	int ret;

	if (open_for(&ch, service, seed))
		return 1;
	blocked = (struct task){ .ch = &ch };
	if (seed / 4 % 2)
		task_start(&other, traffic, &ch, seed, 0);
	if (write(ready, "", 1) != 1)
		return 2;
	/* Both threads pop at the same end, which may poison the ring. */
	do
		ret = block(&blocked);
	while (ret >= 0 || block != block_uring);
	return block == block_uring && ret == uring_open(&uring) ? 77 : 3;
}

TEST_F_TIMEOUT(fault_kill, a_killed_program_leaves_nothing, 3600)
{
	unsigned int turn;
	int status;

	for (turn = 0; turn < turns; turn++) {
		int pipes[2];
		pid_t pid;
		char byte;

		ASSERT_EQ(0, pipe(pipes));
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid)
			_exit(live(variant->block, variant->service,
				   ion_mix(turn), pipes[1]));
		close(pipes[1]);
		/*
		 * In one of four turns the child is killed before it has a
		 * channel.
		 */
		if (turn % 4)
			ASSERT_EQ(1, read(pipes[0], &byte, 1));
		sleep_ns(ion_mix(turn + now_ns()) % (8 * MS));
		kill(pid, SIGKILL);
		status = ion_wait_child(pid);
		close(pipes[0]);
		if (status == 77)
			SKIP(return, "io_uring is off");
		ASSERT_EQ(256 + SIGKILL, status);
	}
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

FAULT_TEST_KERNEL_LOG()

FAULT_TEST_MAIN_TURNS(turns)
