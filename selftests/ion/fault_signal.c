// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals in every call that waits: some end the call, some make the kernel
 * repeat it, and neither loses a packet.
 */
#include "fault_block.h"
#include "ion_test.h"

FIXTURE(fault_signal)
{
	struct usage before;
	struct channel ch;
	struct channel peer;
	struct task task;
};

/*
 * @restarts: SA_RESTART repeats the call
 * @stops: SIGSTOP and SIGCONT repeat it
 * @full: the call waits for room, not for packets
 */
FIXTURE_VARIANT(fault_signal)
{
	int (*block)(struct task *task);
	bool restarts;
	bool stops;
	bool full;
};

/* clang-format off */
#define SIGNAL(name, r, s, f)						\
	FIXTURE_VARIANT_ADD(fault_signal, name)				\
	{								\
		.block = block_##name, .restarts = r, .stops = s,	\
		.full = f,						\
	}

SIGNAL(wait, true, true, false);
SIGNAL(read, true, true, false);
SIGNAL(write, true, true, true);
SIGNAL(poll, false, true, false);
SIGNAL(epoll, false, false, false);
SIGNAL(serve, false, true, false);
SIGNAL(serve_asleep, false, true, false);
/* clang-format on */

static bool is_serve(int (*block)(struct task *task))
{
	return block == block_serve || block == block_serve_asleep;
}

/* Two joined channels: the peer can send, or make room. */
static int open_joined(struct channel *ch)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, "pair");
	ion_setup_key(&setup, "fault_signal");
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 8;
	return channel_open_live(ch, &setup);
}

FIXTURE_SETUP(fault_signal)
{
	memset(&self->task, 0, sizeof(self->task));
	self->before = usage_now();
	ASSERT_EQ(0, open_joined(&self->ch));
	ASSERT_EQ(0, open_joined(&self->peer));
	/* Its rx has room for 7 packets, and our tx for as many. */
	if (variant->full)
		ASSERT_LT(7, ion_fill(&self->ch));
}

FIXTURE_TEARDOWN(fault_signal)
{
	channel_close(&self->ch);
	channel_close(&self->peer);
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

/* Return whether the thread sleeps in the call. */
static bool is_in(struct channel *ch, struct task *task, bool busy)
{
	if (!busy)
		return task_sleeps(task);
	return AWAIT(ion_kernel_end(ch->fd) == ION_KERNEL_END_LENT ||
		     READ_ONCE(task->done)) &&
	       !READ_ONCE(task->done);
}

/* Provide what the call waits for; return whether the call returns with it. */
static bool ends_well(struct channel *ch, struct channel *peer,
		      struct task *task, bool full)
{
	if (is_serve(task->run)) {
		/* It moves all that comes; only a signal ends it. */
		if (ion_push_from(ch, 0, 1) != 1 ||
		    (task->run == block_serve_asleep && ion_kick(ch->fd)) ||
		    !AWAIT(ion_ring_peek(&peer->rx, 1)))
			return false;
		task_handle_signal(0);
		return server_stop(task) == -EINTR;
	}
	if (full) {
		if (ion_pop_from(peer, 0, 8) <= 0 || ion_kick(peer->fd))
			return false;
	} else if (ion_send(peer, 0, 1) != 1) {
		return false;
	}
	return task_join(task) >= 0;
}

TEST_F(fault_signal, a_handled_signal_ends_the_call)
{
	bool busy = variant->block == block_serve;
	struct channel *ch = &self->ch;

	task_handle_signal(0);
	task_start(&self->task, variant->block, ch, 0, 0);
	ASSERT_TRUE(is_in(ch, &self->task, busy));
	task_signal(&self->task, SIGUSR1);
	EXPECT_EQ(-EINTR, task_join(&self->task));

	task_start(&self->task, variant->block, ch, 0, 0);
	ASSERT_TRUE(is_in(ch, &self->task, busy));
	EXPECT_TRUE(ends_well(ch, &self->peer, &self->task, variant->full));
}

TEST_F(fault_signal, sa_restart_repeats_the_call)
{
	bool busy = variant->block == block_serve;
	struct channel *ch = &self->ch;
	unsigned int i;

	task_handle_signal(SA_RESTART);
	task_signals = 0;
	task_start(&self->task, variant->block, ch, 0, 0);
	ASSERT_TRUE(is_in(ch, &self->task, busy));
	for (i = 0; i < 3 && (!i || variant->restarts); i++) {
		task_signal(&self->task, SIGUSR1);
		ASSERT_TRUE(AWAIT(task_signals > i));
		EXPECT_EQ(variant->restarts, is_in(ch, &self->task, busy));
	}
	if (!variant->restarts) {
		EXPECT_EQ(-EINTR, task_join(&self->task));
		return;
	}
	EXPECT_TRUE(ends_well(ch, &self->peer, &self->task, variant->full));
}

/* Another process sends them: this one would stop as a whole. */
static void stop_and_go_on(pid_t pid)
{
	pid_t child = fork();

	if (!child) {
		kill(pid, SIGSTOP);
		sleep_ns(30 * MS);
		kill(pid, SIGCONT);
		_exit(0);
	}
	ion_wait_child(child);
}

TEST_F(fault_signal, sigstop_loses_no_packet)
{
	bool busy = variant->block == block_serve;
	struct channel *ch = &self->ch;
	unsigned int i;

	task_start(&self->task, variant->block, ch, 0, 0);
	ASSERT_TRUE(is_in(ch, &self->task, busy));
	for (i = 0; i < 3 && (!i || variant->stops); i++) {
		stop_and_go_on(getpid());
		EXPECT_EQ(variant->stops, is_in(ch, &self->task, busy));
	}
	if (!variant->stops) {
		EXPECT_EQ(-EINTR, task_join(&self->task));
		return;
	}
	EXPECT_TRUE(ends_well(ch, &self->peer, &self->task, variant->full));
}

FAULT_TEST_KERNEL_LOG()

ION_TEST_MAIN
