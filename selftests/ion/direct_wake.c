// SPDX-License-Identifier: GPL-2.0-only
/* How a program of a direct channel sleeps, and its peer wakes it. */
#include "ion_test.h"
#include "direct_test.h"
#include "uring_test.h"

FIXTURE(direct_wake)
{
	struct channel a;
	struct channel b;
};

FIXTURE_SETUP(direct_wake)
{
	ASSERT_EQ(0, direct_open(&self->a, &self->b, 8));
}

FIXTURE_TEARDOWN(direct_wake)
{
	channel_close(&self->a);
	channel_close(&self->b);
}

static int wait_packets(struct task *task)
{
	__u64 timeout = LONG_MS * MS;

	return ion_wait_for(task->ch->fd, (__u32)task->arg[0], 0, &timeout);
}

static int poll_packets(struct task *task)
{
	return ion_poll_for(task->ch->fd, (short)task->arg[0], LONG_MS);
}

static int read_packet(struct task *task)
{
	struct ion_packet packet;

	return (int)read(task->ch->fd, &packet, sizeof(packet));
}

/* Push and wake as a program does: kick if one of the halves is set. */
static bool pushes(struct channel *ch, __u64 number)
{
	if (ion_push_from(ch, number, 1) != 1)
		return false;
	return !ion_end_peer_sleeps(&ch->tx.end) || !ion_kick(ch->fd);
}

TEST_F(direct_wake, packet_wakes_wait)
{
	struct task task;

	task_start(&task, wait_packets, &self->b, 1, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&task)));
	EXPECT_EQ(1, direct_kernel_half(&self->b, ION_RING_RX));
	EXPECT_TRUE(pushes(&self->a, 0));
	EXPECT_EQ(0, task_join(&task));
	EXPECT_EQ(0, direct_kernel_half(&self->b, ION_RING_RX));
}

/* Nobody kicks for what was pushed before the half was set. */
TEST_F(direct_wake, wait_finds_what_is_there)
{
	__u64 timeout = LONG_MS * MS;

	EXPECT_EQ(3, ion_push_from(&self->a, 0, 3));
	EXPECT_EQ(0, ion_wait_for(self->b.fd, 3, 0, &timeout));
}

TEST_F(direct_wake, wait_is_woken_once_there_are_enough)
{
	struct ion_stats stats;
	struct task task;
	__u64 i;

	task_start(&task, wait_packets, &self->b, 5, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&task)));
	for (i = 0; i < 5; i++) {
		EXPECT_FALSE(task.done);
		EXPECT_TRUE(pushes(&self->a, i));
	}
	EXPECT_EQ(0, task_join(&task));
	ASSERT_EQ(0, ion_get_stats(self->b.fd, &stats));
	EXPECT_EQ(1, stats.wakeups);
}

TEST_F(direct_wake, waits_for_one_and_for_five_are_both_woken)
{
	struct task one, five;
	__u64 i;

	task_start(&five, wait_packets, &self->b, 5, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&five)));
	task_start(&one, wait_packets, &self->b, 1, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&one)));
	EXPECT_TRUE(pushes(&self->a, 0));
	EXPECT_EQ(0, task_join(&one));
	ASSERT_TRUE(AWAIT(task_sleeps(&five) &&
			  direct_kernel_half(&self->b, ION_RING_RX)));
	for (i = 1; i < 5; i++)
		EXPECT_TRUE(pushes(&self->a, i));
	EXPECT_EQ(0, task_join(&five));
}

TEST_F(direct_wake, packet_wakes_poll)
{
	struct task task;

	task_start(&task, poll_packets, &self->b, POLLIN, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&task)));
	EXPECT_TRUE(pushes(&self->a, 0));
	EXPECT_EQ(POLLIN, task_join(&task));
}

TEST_F(direct_wake, packet_wakes_read)
{
	struct task task;

	task_start(&task, read_packet, &self->b, 0, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&task)));
	EXPECT_TRUE(pushes(&self->a, 0));
	EXPECT_EQ(sizeof(struct ion_packet), task_join(&task));
}

TEST_F(direct_wake, room_wakes_poll)
{
	struct task task;

	ASSERT_EQ(7, ion_push_from(&self->a, 0, 8));
	task_start(&task, poll_packets, &self->a, POLLOUT, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&task)));
	EXPECT_EQ(1, ion_pop_from(&self->b, 0, 1));
	EXPECT_TRUE(ion_end_peer_sleeps(&self->b.rx.end));
	EXPECT_EQ(0, ion_kick(self->b.fd));
	EXPECT_EQ(POLLOUT, task_join(&task));
}

TEST_F(direct_wake, edge_triggered_epoll_hears_of_each_packet)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(EPOLL_CLOEXEC);
	__u64 i;

	ASSERT_LE(0, ep);
	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->b.fd, &event));
	for (i = 0; i < 5; i++) {
		EXPECT_TRUE(pushes(&self->a, i));
		ASSERT_EQ(1, epoll_wait(ep, &event, 1, LONG_MS));
		EXPECT_EQ(EPOLLIN, event.events);
	}
	EXPECT_EQ(0, epoll_wait(ep, &event, 1, 0));
	close(ep);
}

/* Such a poll is not repeated after an event, unless its wake-up names none. */
TEST_F(direct_wake, multishot_poll_of_io_uring_hears_of_each_packet)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_POLL_ADD,
		.fd = self->b.fd,
		.len = IORING_POLL_ADD_MULTI,
		.poll32_events = POLLIN,
	};
	struct uring uring;
	int ret, res = 0;
	__u64 i;

	ret = uring_open(&uring);
	if (ret)
		SKIP(return, "io_uring is off: %s", strerror(-ret));
	ASSERT_EQ(1, uring_submit_entry(&uring, &sqe));
	for (i = 0; i < 5; i++) {
		EXPECT_TRUE(pushes(&self->a, i));
		ASSERT_TRUE(AWAIT(uring_take(&uring, &res)))
		TH_LOG("packet %llu", i);
		EXPECT_EQ(POLLIN, res);
	}
	EXPECT_FALSE(uring_take(&uring, &res));
	close(uring.fd);
}

TEST_F(direct_wake, eventfd_is_signalled_for_the_half_of_the_program)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	__u64 count;

	ASSERT_EQ(0, ion_set_eventfd(self->b.fd, event));
	EXPECT_TRUE(pushes(&self->a, 0));
	EXPECT_EQ(0, ion_poll_for(event, POLLIN, 0));
	WRITE_ONCE(*direct_half(&self->b, ION_RING_RX), 1);
	EXPECT_TRUE(pushes(&self->a, 1));
	EXPECT_EQ(POLLIN, ion_poll_for(event, POLLIN, 0));
	EXPECT_EQ(sizeof(count), read(event, &count, sizeof(count)));
	/* The kick cleared it: no further kick is needed. */
	EXPECT_EQ(0, READ_ONCE(*direct_half(&self->b, ION_RING_RX)));
	EXPECT_FALSE(ion_end_peer_sleeps(&self->a.tx.end));
	close(event);
}

/* A thread that leaves WAIT does not take the flag away from an epoll. */
TEST_F(direct_wake, wait_that_times_out_leaves_the_flag_of_an_epoll)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC);
	__u64 timeout = MS;

	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->b.fd, &event));
	EXPECT_EQ(-ETIME, ion_wait_for(self->b.fd, 2, 0, &timeout));
	EXPECT_TRUE(pushes(&self->a, 0));
	EXPECT_EQ(1, epoll_wait(ep, &event, 1, LONG_MS));
	close(ep);
}

TEST_F(direct_wake, wait_that_times_out_clears_its_flag)
{
	__u64 timeout = MS;

	EXPECT_EQ(-ETIME, ion_wait_for(self->b.fd, 1, 0, &timeout));
	EXPECT_EQ(0, direct_kernel_half(&self->b, ION_RING_RX));
}

TEST_F(direct_wake, death_of_the_peer_wakes_every_sleeper)
{
	struct task waits, polls, reads;

	task_start(&waits, wait_packets, &self->b, 1, 0);
	task_start(&polls, poll_packets, &self->b, POLLIN | POLLRDHUP, 0);
	task_start(&reads, read_packet, &self->b, 0, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&waits) && task_sleeps(&polls) &&
			  task_sleeps(&reads)));
	channel_close(&self->a);
	EXPECT_EQ(-EPIPE, task_join(&waits));
	EXPECT_EQ(POLLRDHUP | POLLHUP, task_join(&polls));
	EXPECT_EQ(0, task_join(&reads));
}

TEST_F(direct_wake, what_a_dead_peer_sent_is_read_before_the_hangup)
{
	struct ion_packet packet = ion_packet_of(9);

	EXPECT_EQ(3, ion_push_from(&self->a, 0, 3));
	channel_close(&self->a);
	EXPECT_EQ(POLLIN | POLLRDHUP,
		  ion_poll_for(self->b.fd, POLLIN | POLLRDHUP, 0));
	EXPECT_EQ(-EPIPE, ion_kick(self->b.fd));
	EXPECT_EQ(-1, write(self->b.fd, &packet, sizeof(packet)));
	EXPECT_EQ(EPIPE, errno);
	EXPECT_EQ(3, ion_pop_from(&self->b, 0, 5));
	EXPECT_EQ(POLLRDHUP | POLLHUP,
		  ion_poll_for(self->b.fd, POLLIN | POLLRDHUP, 0));
}

/*
 * A program that sets its half after the hang-up gets no signal for it. It finds the
 * flags of its peer set, kicks, and gets EPIPE.
 */
TEST_F(direct_wake, dead_peer_asks_for_a_kick)
{
	channel_close(&self->a);
	EXPECT_TRUE(ion_end_peer_sleeps(&self->b.tx.end));
	EXPECT_TRUE(ion_end_peer_sleeps(&self->b.rx.end));
	EXPECT_TRUE(ion_end_peer_sleeps(&self->b.cmd.end));
	EXPECT_TRUE(ion_end_peer_sleeps(&self->b.evt.end));
	EXPECT_EQ(-EPIPE, ion_kick(self->b.fd));
	EXPECT_TRUE(ion_end_peer_sleeps(&self->b.tx.end));
}

TEST_F(direct_wake, bad_index_is_eproto_until_it_is_right_again)
{
	__u32 *index = user_index(&self->a, ION_RING_TX);
	__u64 timeout = 0;

	WRITE_ONCE(*index, 8);
	EXPECT_EQ(-EPROTO, ion_wait_for(self->b.fd, 1, 0, &timeout));
	EXPECT_EQ(POLLERR, ion_poll_for(self->b.fd, POLLIN, 0));
	WRITE_ONCE(*index, 0);
	EXPECT_EQ(-ETIME, ion_wait_for(self->b.fd, 1, 0, &timeout));
	EXPECT_TRUE(direct_crosses(&self->a, &self->b, 0));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
