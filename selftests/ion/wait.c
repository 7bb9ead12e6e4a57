// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_WAIT: the events that wake it, those that do not, and its results
 * when the time is over or a signal comes.
 */
#include "ion_live.h"
#include "ion_test.h"

FIXTURE(wait)
{
	struct channel ch;
	struct task task;
};

ION_LAYOUT_VARIANTS(wait);

FIXTURE_SETUP(wait)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
	task_handle_signal(0);
}

FIXTURE_TEARDOWN(wait)
{
	channel_close(&self->ch);
}

static int task_poll(struct task *task)
{
	return ion_poll_for(task->ch->fd, (short)task->arg[0], -1);
}

/* The arguments of the thread, and the rest of its time. */
static int task_wait(struct task *task)
{
	__u32 rx = (__u32)task->arg[0], evt = (__u32)(task->arg[0] >> 32);

	return ion_wait_for(task->ch->fd, rx, evt, &task->arg[1]);
}

static void poison(struct channel *ch)
{
	WRITE_ONCE(*user_index(ch, ION_RING_TX), 1 << 20);
}

TEST_F(wait, wait_without_a_timeout_checks_once)
{
	struct ion_wait wait = { .size = sizeof(wait), .rx = 2, .evt = 3 };
	int fd = self->ch.fd;

	EXPECT_EQ(-ETIME, ion_call(fd, ION_IOC_WAIT, &wait));
	EXPECT_EQ(0, wait.rx_queued);
	EXPECT_EQ(0, wait.evt_queued);
	EXPECT_EQ(0, wait.timeout_ns);

	/* The call kicks, so that the packets are there. */
	ASSERT_EQ(1, ion_push_from(&self->ch, 0, 1));
	EXPECT_EQ(-ETIME, ion_call(fd, ION_IOC_WAIT, &wait));
	EXPECT_EQ(1, wait.rx_queued);
	ASSERT_EQ(2, ion_push_from(&self->ch, 1, 2));
	EXPECT_EQ(0, ion_call(fd, ION_IOC_WAIT, &wait));
	EXPECT_EQ(3, wait.rx_queued);
	EXPECT_EQ(0, wait.evt_queued);
	EXPECT_EQ(2, wait.rx);
	EXPECT_EQ(3, wait.evt);
}

TEST_F(wait, wait_ends_at_its_timeout)
{
	__u64 left = 60 * MS, start = now_ns(), took;

	EXPECT_EQ(-ETIME, ion_wait_for(self->ch.fd, 1, 0, &left));
	took = now_ns() - start;
	EXPECT_EQ(0, left);
	EXPECT_LE(60 * MS, took);
	EXPECT_GT(3 * SECOND, took);
}

TEST_F(wait, wait_ends_for_a_number_of_packets)
{
	__u64 left = 100 * SECOND;
	unsigned int i;

	EXPECT_EQ(255, ion_send(&self->ch, 0, 255));
	EXPECT_EQ(0, ion_wait_for(self->ch.fd, 255, 0, &left));
	EXPECT_LT(90 * SECOND, left);
	EXPECT_GT(100 * SECOND, left);
	EXPECT_EQ(255, ion_pop_from(&self->ch, 0, 255));

	task_start(&self->task, task_wait, &self->ch, 4, ION_WAIT_FOREVER);
	for (i = 0; i < 3; i++) {
		EXPECT_TRUE(task_sleeps(&self->task));
		EXPECT_EQ(1, ion_send(&self->ch, i, 1));
	}
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 0));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(1, ion_send(&self->ch, 3, 1));
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_EQ(ION_WAIT_FOREVER, self->task.arg[1]);
}

TEST_F(wait, wait_ends_for_packets_or_answers)
{
	task_start(&self->task, task_wait, &self->ch, 2ULL << 32 | 100,
		   100 * SECOND);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(99, ion_send(&self->ch, 0, 99));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 0));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 1));
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_GT(100 * SECOND, self->task.arg[1]);
}

TEST_F(wait, invalid_waits_are_refused)
{
	struct {
		struct ion_wait wait;
		__u64 more;
	} big = { .wait = { .size = sizeof(big), .rx = 1 } };
	struct ion_wait wait = { .size = sizeof(wait), .rx = 1 };
	struct ion_stats stats;
	struct ion_wait *page;
	__u64 zero = 0;
	int fd = self->ch.fd;

	EXPECT_EQ(-EINVAL, ion_wait_for(fd, 0, 0, &zero));
	EXPECT_EQ(-EINVAL, ion_wait_for(fd, 256, 0, &zero));
	EXPECT_EQ(-EINVAL, ion_wait_for(fd, 0, 256, &zero));
	EXPECT_EQ(-EINVAL, ion_wait_for(fd, 1, ~0U, &zero));
	ASSERT_EQ(0, ion_get_stats(fd, &stats));
	EXPECT_EQ(0, stats.kicks);
	EXPECT_EQ(-ETIME, ion_wait_for(fd, 255, 255, &zero));

	EXPECT_EQ(-ETIME, ion_call(fd, ION_IOC_WAIT, &big));
	big.more = 1;
	EXPECT_EQ(-E2BIG, ion_call(fd, ION_IOC_WAIT, &big));
	wait.size--;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_WAIT, &wait));
	wait.size++;
	wait.flags = 1;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_WAIT, &wait));
	EXPECT_EQ(-EFAULT, ion_call(fd, ION_IOC_WAIT, NULL));

	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	page->size = sizeof(*page);
	page->rx = 1;
	mprotect(page, 4096, PROT_READ);
	EXPECT_EQ(-EFAULT, ion_call(fd, ION_IOC_WAIT, page));

	fd = ion_open(O_RDWR);
	EXPECT_EQ(-EBADFD, ion_wait_for(fd, 1, 0, &zero));
	close(fd);
}

TEST_F(wait, a_signal_ends_a_wait)
{
	__u64 left;

	task_start(&self->task, task_wait, &self->ch, 1, 100 * SECOND);
	EXPECT_TRUE(task_sleeps(&self->task));
	sleep_ns(50 * MS);
	task_signal(&self->task, SIGUSR1);
	EXPECT_EQ(-EINTR, task_join(&self->task));
	EXPECT_LT(50 * SECOND, self->task.arg[1]);
	EXPECT_GE(100 * SECOND - 50 * MS, self->task.arg[1]);

	task_start(&self->task, task_wait, &self->ch, 1, ION_WAIT_FOREVER);
	EXPECT_TRUE(task_sleeps(&self->task));
	task_signal(&self->task, SIGUSR1);
	EXPECT_EQ(-EINTR, task_join(&self->task));
	EXPECT_EQ(ION_WAIT_FOREVER, self->task.arg[1]);

	/* The rest of the time can be waited for as it is. */
	left = 0;
	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	EXPECT_EQ(0, ion_wait_for(self->ch.fd, 1, 0, &left));
}

/* However often the call is repeated, it takes its time once. */
TEST_F(wait, a_repeated_wait_takes_no_longer)
{
	unsigned int i;

	task_handle_signal(SA_RESTART);
	task_signals = 0;
	task_start(&self->task, task_wait, &self->ch, 1, 400 * MS);
	for (i = 0; i < 60 && !READ_ONCE(self->task.done); i++) {
		sleep_ns(50 * MS);
		task_signal(&self->task, SIGUSR1);
	}
	EXPECT_EQ(-ETIME, task_join(&self->task));
	EXPECT_LE(400 * MS, self->task.ns);
	EXPECT_GT(2 * SECOND, self->task.ns);
	EXPECT_EQ(0, self->task.arg[1]);
	EXPECT_LT(1, task_signals);
}

TEST_F(wait, wait_is_woken_by_poison)
{
	task_start(&self->task, task_wait, &self->ch, 1, ION_WAIT_FOREVER);
	EXPECT_TRUE(task_sleeps(&self->task));
	poison(&self->ch);
	EXPECT_EQ(-EPROTO, ion_kick(self->ch.fd));
	EXPECT_EQ(-EPROTO, task_join(&self->task));
}

/* Whichever call finds the ring poisoned. */
TEST_F(wait, wait_is_woken_by_poison_that_another_call_finds)
{
	struct ion_stats stats;

	task_start(&self->task, task_wait, &self->ch, 1, ION_WAIT_FOREVER);
	EXPECT_TRUE(task_sleeps(&self->task));
	poison(&self->ch);
	EXPECT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(ION_POISON_RANGE, stats.ring[ION_RING_TX].poison);
	EXPECT_EQ(-EPROTO, ion_kick(self->ch.fd));
	EXPECT_EQ(-EPROTO, task_join(&self->task));
}

/* Several threads may wait, each for its own packets. */
TEST_F(wait, one_wake_up_wakes_every_waiter)
{
	struct task tasks[4];
	unsigned int i;

	task_start(&tasks[0], task_wait, &self->ch, 1, ION_WAIT_FOREVER);
	task_start(&tasks[1], task_wait, &self->ch, 1, ION_WAIT_FOREVER);
	task_start(&tasks[2], task_poll, &self->ch, POLLIN, 0);
	task_start(&tasks[3], task_poll, &self->ch, POLLIN, 0);
	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		EXPECT_TRUE(task_sleeps(&tasks[i]));
	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		EXPECT_EQ(i < 2 ? 0 : POLLIN, task_join(&tasks[i]));
}

static int task_read(struct task *task)
{
	struct ion_packet packet;
	ssize_t n = read(task->ch->fd, &packet, sizeof(packet));

	if (n < 0)
		return -errno;
	return ion_packet_is(&packet, task->arg[0]) ? (int)n : -EBADMSG;
}

/* read() sleeps like the others; rw.c has the rest of it. */
TEST_F(wait, read_sleeps_until_there_is_a_packet)
{
	task_start(&self->task, task_read, &self->ch, 77, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 0));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(1, ion_send(&self->ch, 77, 1));
	EXPECT_EQ(24, task_join(&self->task));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
