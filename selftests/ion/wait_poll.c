// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll(), select() and epoll: the events that are ready, the events that wake,
 * and that no edge is lost.
 */
#include <sys/select.h>

#include "ion_live.h"
#include "ion_test.h"

FIXTURE(wait_poll)
{
	struct channel ch;
	struct task task;
};

ION_LAYOUT_VARIANTS(wait_poll);

FIXTURE_SETUP(wait_poll)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
	task_handle_signal(0);
}

FIXTURE_TEARDOWN(wait_poll)
{
	channel_close(&self->ch);
}

static int task_poll(struct task *task)
{
	return ion_poll_for(task->ch->fd, (short)task->arg[0], -1);
}

/* poll() and select() */

TEST_F(wait_poll, poll_reports_what_is_ready)
{
	short all = POLLIN | POLLPRI | POLLOUT | POLLWRBAND;
	int fd = self->ch.fd;
	unsigned int i;

	EXPECT_EQ(POLLOUT | POLLWRBAND, ion_poll_for(fd, all, 0));

	/* poll() kicks by itself. */
	ASSERT_EQ(1, ion_push_from(&self->ch, 0, 1));
	EXPECT_EQ(POLLIN, ion_poll_for(fd, POLLIN, 0));
	ASSERT_TRUE(ion_send_cmd(&self->ch, 0));
	EXPECT_EQ(all, ion_poll_for(fd, all, 0));
	EXPECT_EQ(POLLIN | POLLRDNORM,
		  ion_poll_for(fd, POLLIN | POLLRDNORM, 0));

	ion_fill(&self->ch);
	EXPECT_EQ(POLLIN | POLLPRI | POLLWRBAND, ion_poll_for(fd, all, 0));
	for (i = 1; i < 510; i++)
		ASSERT_TRUE(ion_send_cmd(&self->ch, i));
	EXPECT_EQ(POLLIN | POLLPRI, ion_poll_for(fd, all, 0));

	/* As soon as there is room again, by polling alone. */
	EXPECT_EQ(1, ion_pop_from(&self->ch, 0, 1));
	EXPECT_EQ(POLLIN | POLLPRI | POLLOUT, ion_poll_for(fd, all, 0));
}

TEST_F(wait_poll, poll_sleeps_until_there_is_a_packet)
{
	task_start(&self->task, task_poll, &self->ch, POLLIN, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	EXPECT_EQ(POLLIN, task_join(&self->task));
}

TEST_F(wait_poll, poll_sleeps_until_there_is_an_answer)
{
	task_start(&self->task, task_poll, &self->ch, POLLPRI, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 0));
	EXPECT_EQ(POLLPRI, task_join(&self->task));
}

TEST_F(wait_poll, poll_sleeps_until_there_is_room)
{
	EXPECT_EQ(510, ion_fill(&self->ch));
	task_start(&self->task, task_poll, &self->ch, POLLOUT, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(1, ion_pop_from(&self->ch, 0, 1));
	EXPECT_TRUE(ion_end_peer_sleeps(&self->ch.rx.end));
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(POLLOUT, task_join(&self->task));
}

TEST_F(wait_poll, setup_wakes_poll)
{
	struct channel ch = { .fd = ion_open(O_RDWR) };
	struct ion_setup setup;

	ASSERT_LE(0, ch.fd);
	EXPECT_EQ(0, ion_poll_for(ch.fd, POLLIN | POLLOUT, 0));
	task_start(&self->task, task_poll, &ch, POLLOUT, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	ion_setup_init(&setup, "");
	setup.layout = variant->layout;
	EXPECT_EQ(0, ion_call(ch.fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(POLLOUT, task_join(&self->task));
	close(ch.fd);
}

static void poison(struct channel *ch)
{
	WRITE_ONCE(*user_index(ch, ION_RING_TX), 1 << 20);
}

TEST_F(wait_poll, poison_wakes_poll)
{
	task_start(&self->task, task_poll, &self->ch, POLLIN, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	poison(&self->ch);
	EXPECT_EQ(-EPROTO, ion_kick(self->ch.fd));
	EXPECT_EQ(POLLERR, task_join(&self->task));
}

/* An answer cannot be read(): as readable data it would make read() block. */
TEST_F(wait_poll, select_reports_answers_as_exceptions)
{
	struct timeval zero = { 0, 0 };
	fd_set in, out, except;
	int fd = self->ch.fd;

	ASSERT_TRUE(ion_send_cmd(&self->ch, 0));
	FD_ZERO(&in);
	FD_SET(fd, &in);
	out = in;
	except = in;
	EXPECT_EQ(2, select(fd + 1, &in, &out, &except, &zero));
	EXPECT_FALSE(FD_ISSET(fd, &in));
	EXPECT_TRUE(FD_ISSET(fd, &out));
	EXPECT_TRUE(FD_ISSET(fd, &except));
}

/* epoll */

static int epoll_of(int fd, __u32 events)
{
	struct epoll_event event = { .events = events };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	return epoll;
}

static int epoll_get(int epoll, int timeout_ms)
{
	struct epoll_event event = { .events = 0 };
	int n = epoll_wait(epoll, &event, 1, timeout_ms);

	return n < 0 ? -errno : n ? (int)event.events : 0;
}

TEST_F(wait_poll, epoll_reports_levels)
{
	int epoll = epoll_of(self->ch.fd, EPOLLIN);
	struct ion_packet packet;

	ASSERT_LE(0, epoll);
	EXPECT_EQ(0, epoll_get(epoll, 0));
	EXPECT_EQ(2, ion_send(&self->ch, 0, 2));
	EXPECT_EQ(EPOLLIN, epoll_get(epoll, LONG_MS));
	EXPECT_EQ(EPOLLIN, epoll_get(epoll, LONG_MS));
	EXPECT_TRUE(ion_ring_pop(&self->ch.rx, &packet));
	EXPECT_EQ(EPOLLIN, epoll_get(epoll, LONG_MS));
	EXPECT_TRUE(ion_ring_pop(&self->ch.rx, &packet));
	EXPECT_EQ(0, epoll_get(epoll, 0));
	close(epoll);
}

TEST_F(wait_poll, epoll_reports_edges)
{
	int epoll = epoll_of(self->ch.fd, EPOLLIN | EPOLLPRI | EPOLLET);

	ASSERT_LE(0, epoll);
	EXPECT_EQ(0, epoll_get(epoll, 0));
	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	EXPECT_EQ(EPOLLIN, epoll_get(epoll, LONG_MS));
	EXPECT_EQ(0, epoll_get(epoll, 20));
	/* Another packet is another edge, although the first is still there. */
	EXPECT_EQ(1, ion_send(&self->ch, 1, 1));
	EXPECT_EQ(EPOLLIN, epoll_get(epoll, LONG_MS));
	EXPECT_EQ(0, epoll_get(epoll, 20));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 0));
	EXPECT_EQ(EPOLLIN | EPOLLPRI, epoll_get(epoll, LONG_MS));
	close(epoll);
}

/* A program that sleeps when it has taken all, and relies on edges. */
static int task_edges(struct task *task)
{
	int epoll = epoll_of(task->ch->fd, EPOLLIN | EPOLLET);
	__u64 came = 0;
	int n;

	while (came < task->arg[0]) {
		n = epoll_get(epoll, LONG_MS);
		if (n != EPOLLIN)
			return n ? -EIO : -ETIME;
		while ((n = ion_pop_from(task->ch, came, 7)) > 0) {
			came += n;
			if (ion_end_peer_sleeps(&task->ch->rx.end))
				ion_kick(task->ch->fd);
		}
		if (n < 0)
			return -EBADMSG;
	}
	close(epoll);
	return 0;
}

static void send_edges(struct channel *ch, struct task *task, __u64 count)
{
	__u64 sent = 0;

	while (sent < count && !READ_ONCE(task->done)) {
		__u64 most = 1 + ion_mix(sent) % 4;

		if (most > count - sent)
			most = count - sent;
		most = ion_push_from(ch, sent, most);
		sent += most;
		if (most && ion_end_peer_sleeps(&ch->tx.end))
			ion_kick(ch->fd);
		if (!most || !(ion_mix(sent) % 64))
			sched_yield();
	}
}

#define EDGES 20000

TEST_F(wait_poll, no_edge_is_lost_with_kicks)
{
	task_start(&self->task, task_edges, &self->ch, EDGES, 0);
	send_edges(&self->ch, &self->task, EDGES);
	EXPECT_EQ(0, task_join(&self->task));
}

TEST_F(wait_poll, no_edge_is_lost_with_a_lent_thread)
{
	struct task server;

	ASSERT_TRUE(server_start(&server, &self->ch, MS / 20, 0));
	task_start(&self->task, task_edges, &self->ch, EDGES, 0);
	send_edges(&self->ch, &self->task, EDGES);
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_EQ(-EINTR, server_stop(&server));
}

TEST_F(wait_poll, poison_that_another_call_finds_is_an_edge)
{
	int epoll = epoll_of(self->ch.fd, EPOLLIN | EPOLLET);
	struct ion_packet packet = ion_packet_of(0);

	ASSERT_LE(0, epoll);
	EXPECT_EQ(0, epoll_get(epoll, 0));
	poison(&self->ch);
	EXPECT_EQ(-EPROTO, ion_batch(self->ch.fd, ION_IOC_PUSH, ION_RING_TX,
				     &packet, 1));
	EXPECT_EQ(EPOLLERR, epoll_get(epoll, 500));
	close(epoll);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
