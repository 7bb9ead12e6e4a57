// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ION_IOC_STATS and ION_IOC_LIST tell of a program that waits: which calls sleep and
 * for how much, what else it hears by, and the wake flags of both ends.
 */
#include <fcntl.h>

#include "ion_live.h"
#include "ion_test.h"
#include "port_test.h"

FIXTURE(sleepers)
{
	struct channel ch;
	struct task task[ION_SLEEPERS_MAX + 1];
	unsigned int tasks;
};

ION_LAYOUT_VARIANTS(sleepers);

FIXTURE_SETUP(sleepers)
{
	self->tasks = 0;
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 16, ""));
}

/* End all calls that sleep. */
FIXTURE_TEARDOWN(sleepers)
{
	unsigned int i;

	task_handle_signal(0);
	for (i = 0; i < self->tasks; i++) {
		task_signal(&self->task[i], SIGUSR1);
		task_join(&self->task[i]);
	}
	channel_close(&self->ch);
}

static int wait_for(struct task *task)
{
	__u64 timeout = LONG_MS * MS;

	return ion_wait_for(task->ch->fd, (__u32)task->arg[0],
			    (__u32)task->arg[1], &timeout);
}

static int read_one(struct task *task)
{
	struct ion_packet packet;

	return read(task->ch->fd, &packet, sizeof(packet)) < 0 ? -errno : 0;
}

static int write_many(struct task *task)
{
	struct ion_packet packets[64] = { 0 };
	int i;

	/* The kernel end does not take more than it has room for on rx. */
	for (i = 0; i < 3; i++)
		if (write(task->ch->fd, packets, sizeof(packets)) < 0)
			return -errno;
	return 0;
}

static int poll_for(struct task *task)
{
	return ion_poll_for(task->ch->fd, POLLIN, LONG_MS);
}

static struct task *start(struct channel *ch, struct task *task,
			  unsigned int *tasks, int (*run)(struct task *task),
			  __u64 arg0, __u64 arg1)
{
	task += (*tasks)++;
	task_start(task, run, ch, arg0, arg1);
	return AWAIT(task_sleeps(task)) ? task : NULL;
}

#define START(run, arg0, arg1) \
	ASSERT_NE(NULL,        \
		  start(&self->ch, self->task, &self->tasks, run, arg0, arg1))

static struct ion_stats stats_of(const struct channel *ch)
{
	struct ion_stats stats;

	memset(&stats, 0xff, sizeof(stats));
	ion_get_stats(ch->fd, &stats);
	return stats;
}

TEST_F(sleepers, wait_is_seen_with_what_it_waits_for)
{
	struct ion_stats stats;

	START(wait_for, 5, 0);
	stats = stats_of(&self->ch);
	EXPECT_EQ(1, stats.sleepers);
	EXPECT_EQ(5, stats.ring[ION_RING_RX].waited);
	EXPECT_EQ(0, stats.ring[ION_RING_EVT].waited);
	START(wait_for, 9, 3);
	START(wait_for, 4, 0);
	stats = stats_of(&self->ch);
	EXPECT_EQ(3, stats.sleepers);
	EXPECT_EQ(4, stats.ring[ION_RING_RX].waited);
	EXPECT_EQ(3, stats.ring[ION_RING_EVT].waited);
	EXPECT_EQ(0, stats.hears);
}

TEST_F(sleepers, wait_is_not_seen_when_it_has_ended)
{
	struct ion_stats stats;

	START(wait_for, 1, 0);
	EXPECT_EQ(1, stats_of(&self->ch).sleepers);
	ion_push_from(&self->ch, 0, 1);
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(0, task_join(&self->task[0]));
	self->tasks = 0;
	stats = stats_of(&self->ch);
	EXPECT_EQ(0, stats.sleepers);
	EXPECT_EQ(0, stats.ring[ION_RING_RX].waited);
}

TEST_F(sleepers, read_and_write_are_seen)
{
	struct ion_stats stats;

	START(read_one, 0, 0);
	stats = stats_of(&self->ch);
	EXPECT_EQ(1, stats.sleepers);
	EXPECT_EQ(1, stats.ring[ION_RING_RX].waited);
}

TEST_F(sleepers, a_write_without_room_is_seen)
{
	struct ion_stats stats;

	START(write_many, 0, 0);
	stats = stats_of(&self->ch);
	EXPECT_EQ(1, stats.sleepers);
	EXPECT_EQ(1, stats.ring[ION_RING_TX].waited);
	EXPECT_EQ(0, stats.ring[ION_RING_RX].waited);
}

TEST_F(sleepers, as_many_as_the_limit_are_counted)
{
	unsigned int i;

	for (i = 0; i <= ION_SLEEPERS_MAX; i++)
		START(wait_for, 2 + i % 7, 0);
	EXPECT_EQ(ION_SLEEPERS_MAX, stats_of(&self->ch).sleepers);
	EXPECT_EQ(2, stats_of(&self->ch).ring[ION_RING_RX].waited);
}

TEST_F(sleepers, poll_eventfd_and_sigio_are_seen)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC),
	    eventfd_fd = eventfd(0, EFD_CLOEXEC);

	EXPECT_EQ(0, stats_of(&self->ch).hears);
	START(poll_for, 0, 0);
	EXPECT_EQ(ION_HEARS_POLL, stats_of(&self->ch).hears);
	EXPECT_EQ(0, stats_of(&self->ch).sleepers);
	task_handle_signal(0);
	task_signal(&self->task[0], SIGUSR1);
	task_join(&self->task[0]);
	self->tasks = 0;
	EXPECT_EQ(0, stats_of(&self->ch).hears);
	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->ch.fd, &event));
	EXPECT_EQ(ION_HEARS_POLL, stats_of(&self->ch).hears);
	close(ep);
	EXPECT_EQ(0, ion_set_eventfd(self->ch.fd, eventfd_fd));
	EXPECT_EQ(ION_HEARS_EVENTFD, stats_of(&self->ch).hears);
	EXPECT_EQ(0, ion_set_eventfd(self->ch.fd, -1));
	close(eventfd_fd);
	EXPECT_EQ(0, fcntl(self->ch.fd, F_SETFL, O_RDWR | O_ASYNC));
	EXPECT_EQ(ION_HEARS_SIGIO, stats_of(&self->ch).hears);
	EXPECT_EQ(0, fcntl(self->ch.fd, F_SETFL, O_RDWR));
	EXPECT_EQ(0, stats_of(&self->ch).hears);
}

TEST_F(sleepers, wake_flags_of_both_ends_are_seen)
{
	struct ion_stats stats = stats_of(&self->ch);

	EXPECT_EQ(1, stats.ring[ION_RING_TX].kernel_wake);
	EXPECT_EQ(1, stats.ring[ION_RING_CMD].kernel_wake);
	EXPECT_EQ(0, stats.ring[ION_RING_RX].kernel_wake);
	WRITE_ONCE(*channel_words(&self->ch, ION_RING_RX).consumer_wake, 7);
	stats = stats_of(&self->ch);
	EXPECT_EQ(7, stats.ring[ION_RING_RX].program_wake);
	EXPECT_EQ(0, stats.ring[ION_RING_EVT].program_wake);
}

/* Read a channel's entry in the list. */
static struct ion_list_entry entry_of(__u64 channel, int fd)
{
	struct ion_list_entry entry = { 0 };
	struct ion_list list = {
		.size = sizeof(list),
		.count = 1,
		.after = channel - 1,
		.addr = (__u64)(unsigned long)&entry,
		.entry_size = sizeof(entry),
	};

	ion_call(fd, ION_IOC_LIST, &list);
	return entry;
}

TEST_F(sleepers, the_list_tells_the_same)
{
	struct ion_list_entry entry;

	START(wait_for, 5, 0);
	entry = entry_of(self->ch.info.channel, self->ch.fd);
	EXPECT_EQ(self->ch.info.channel, entry.channel);
	EXPECT_EQ(1, entry.stats.sleepers);
	EXPECT_EQ(5, entry.stats.ring[ION_RING_RX].waited);
}

/* The kernel has no end of its rings. */
TEST_F(sleepers, a_direct_channel_tells_the_same)
{
	struct ion_setup setup;
	struct channel a, b;
	struct task task;

	ion_setup_init(&setup, "direct");
	ion_setup_key(&setup, "tea");
	setup.layout = ION_LAYOUT_SPLIT;
	ASSERT_EQ(0, channel_open_live(&a, &setup));
	ASSERT_EQ(0, channel_open_live(&b, &setup));
	task_start(&task, wait_for, &a, 5, 0);
	EXPECT_TRUE(AWAIT(stats_of(&a).sleepers == 1));
	EXPECT_EQ(5, stats_of(&a).ring[ION_RING_RX].waited);
	EXPECT_EQ(0, stats_of(&b).sleepers);
	EXPECT_EQ(0, stats_of(&a).ring[ION_RING_TX].kernel_wake);
	channel_close(&b);
	task_handle_signal(0);
	task_signal(&task, SIGUSR1);
	task_join(&task);
	channel_close(&a);
}

TEST_F(sleepers, clients_that_wait_at_a_port_are_listed)
{
	/* Channels are numbered in the order in which they are opened. */
	__u64 listener = self->ch.info.channel + 1;
	int fd = port_listen("direct", 0, 0);
	struct channel client;

	ASSERT_LE(0, fd);
	ASSERT_EQ(ION_CHANNEL_LISTENING, entry_of(listener, fd).state);
	EXPECT_EQ(0, entry_of(listener, fd).clients);
	ASSERT_EQ(0, port_connect(&client, "direct"));
	EXPECT_EQ(1, entry_of(listener, fd).clients);
	channel_close(&client);
	EXPECT_EQ(0, entry_of(listener, fd).clients);
	close(fd);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
