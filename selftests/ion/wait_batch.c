// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that waits for many packets is woken once for all of them, and not
 * for each: by the count of ION_IOC_WAIT, and by a wake flag that is a count.
 */
#include <sys/resource.h>

#include "ion_live.h"
#include "ion_test.h"

#define RATE 1000
#define MANY 1024

FIXTURE(wait_batch)
{
	struct channel ch;
	struct task task;
};

ION_LAYOUT_VARIANTS(wait_batch);

FIXTURE_SETUP(wait_batch)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
	task_handle_signal(0);
}

FIXTURE_TEARDOWN(wait_batch)
{
	channel_close(&self->ch);
}

static long my_sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

/* Return how often the thread has slept so far. */
static long task_sleeps_so_far(const struct task *task)
{
	char path[64], text[4096], *line;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", task->tid);
	if (ion_read_text(path, text, sizeof(text)) < 0)
		return -1;
	line = strstr(text, "\nvoluntary_ctxt_switches:");
	return line ? atol(strchr(line, ':') + 1) : -1;
}

static __u64 wakeups_of(int fd)
{
	struct ion_stats stats;

	return ion_get_stats(fd, &stats) ? ~0ULL : stats.wakeups;
}

static int task_wait(struct task *task)
{
	__u32 rx = (__u32)task->arg[0], evt = (__u32)(task->arg[0] >> 32);

	return ion_wait_for(task->ch->fd, rx, evt, &task->arg[1]);
}

/* Wait for @count packets and take all, until there were MANY. */
static int take_many(int fd, __u32 count, unsigned int *calls)
{
	struct ion_packet packets[256];
	int came = 0, n;

	for (*calls = 0; came < MANY; (*calls)++) {
		__u64 left = 20 * SECOND;

		n = ion_wait_for(fd, count, 0, &left);
		if (n)
			return n;
		n = ion_batch(fd, ION_IOC_POP, ION_RING_RX, packets,
			      ARRAY_SIZE(packets));
		if (n < 0)
			return n;
		came += n;
	}
	return came;
}

/*
 * On a slow machine more packets than that are ready, and it wakes less often.
 */
TEST_F_TIMEOUT(wait_batch, a_source_wakes_once_for_a_batch, 120)
{
	static const __u32 counts[] = { 8, 32, 128 };
	struct ion_setup setup;
	struct channel ch;
	unsigned int i, calls;
	__u64 wakeups;
	long sleeps;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		ion_setup_init(&setup, "source");
		setup.layout = variant->layout;
		setup.arg[0] = RATE;
		ASSERT_EQ(0, channel_open_live(&ch, &setup));
		wakeups = wakeups_of(ch.fd);
		sleeps = my_sleeps();
		ASSERT_LE(MANY, take_many(ch.fd, counts[i], &calls));
		sleeps = my_sleeps() - sleeps;
		wakeups = wakeups_of(ch.fd) - wakeups;
		EXPECT_GE(MANY / counts[i] + 1, calls);
		EXPECT_GE(2 * calls + 8, wakeups)
		TH_LOG("%u calls that wait for %u packets were woken %llu times, expected about %u",
		       calls, counts[i], wakeups, calls);
		EXPECT_GE(2 * calls + 8, sleeps)
		TH_LOG("%u calls that wait for %u packets slept %ld times, expected about %u",
		       calls, counts[i], sleeps, calls);
		channel_close(&ch);
	}
}

TEST_F(wait_batch, fewer_packets_do_not_wake_wait)
{
	__u64 wakeups;
	unsigned int i;
	long sleeps;

	task_start(&self->task, task_wait, &self->ch, 100, ION_WAIT_FOREVER);
	ASSERT_TRUE(task_sleeps(&self->task));
	wakeups = wakeups_of(self->ch.fd);
	sleeps = task_sleeps_so_far(&self->task);
	for (i = 0; i < 99; i++) {
		ASSERT_EQ(1, ion_send(&self->ch, i, 1));
		/* So that each packet would wake it. */
		sleep_ns(MS / 2);
	}
	ASSERT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(sleeps, task_sleeps_so_far(&self->task))
	TH_LOG("99 of 100 packets woke it %ld times, expected 0",
	       task_sleeps_so_far(&self->task) - sleeps);
	EXPECT_EQ(wakeups, wakeups_of(self->ch.fd));
	EXPECT_EQ(1, ion_send(&self->ch, 99, 1));
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_EQ(wakeups + 1, wakeups_of(self->ch.fd));
}

/* A count that is enough for another thread is not enough for this one. */
TEST_F(wait_batch, each_is_woken_for_its_own_count)
{
	struct task few;
	long sleeps;

	task_start(&self->task, task_wait, &self->ch, 100, ION_WAIT_FOREVER);
	task_start(&few, task_wait, &self->ch, 10, ION_WAIT_FOREVER);
	ASSERT_TRUE(task_sleeps(&self->task));
	ASSERT_TRUE(task_sleeps(&few));
	sleeps = task_sleeps_so_far(&self->task);
	EXPECT_EQ(9, ion_send(&self->ch, 0, 9));
	EXPECT_TRUE(task_sleeps(&few));
	EXPECT_EQ(1, ion_send(&self->ch, 9, 1));
	EXPECT_EQ(0, task_join(&few));
	/* A thread may wake and sleep again once because of the other. */
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_GE(1, task_sleeps_so_far(&self->task) - sleeps);
	EXPECT_EQ(90, ion_send(&self->ch, 10, 90));
	EXPECT_EQ(0, task_join(&self->task));
}

TEST_F(wait_batch, packets_and_answers_have_their_own_counts)
{
	long sleeps;

	task_start(&self->task, task_wait, &self->ch, 3ULL << 32 | 100,
		   ION_WAIT_FOREVER);
	ASSERT_TRUE(task_sleeps(&self->task));
	sleeps = task_sleeps_so_far(&self->task);
	EXPECT_EQ(99, ion_send(&self->ch, 0, 99));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 0));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 1));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(sleeps, task_sleeps_so_far(&self->task))
	TH_LOG("woken %ld times by too few packets, expected 0",
	       task_sleeps_so_far(&self->task) - sleeps);
	EXPECT_TRUE(ion_send_cmd(&self->ch, 2));
	EXPECT_EQ(0, task_join(&self->task));
}

/* No more packets will come. */
TEST_F(wait_batch, poison_wakes_at_any_count)
{
	task_start(&self->task, task_wait, &self->ch, 200, ION_WAIT_FOREVER);
	ASSERT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(9, ion_send(&self->ch, 0, 9));
	WRITE_ONCE(*user_index(&self->ch, ION_RING_TX), 1 << 20);
	EXPECT_EQ(-EPROTO, ion_kick(self->ch.fd));
	EXPECT_EQ(-EPROTO, task_join(&self->task));
}

/* Discarded packets do not count, and later ones do. */
TEST_F(wait_batch, a_wait_counts_again_after_a_reset)
{
	task_start(&self->task, task_wait, &self->ch, 20, ION_WAIT_FOREVER);
	ASSERT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(19, ion_send(&self->ch, 0, 19));
	EXPECT_EQ(19, ion_reset(self->ch.fd));
	channel_attach_live(&self->ch);
	EXPECT_EQ(19, ion_send(&self->ch, 0, 19));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(1, ion_send(&self->ch, 19, 1));
	EXPECT_EQ(0, task_join(&self->task));
}

/* ion_wait.min_wait_ns: after that time, one packet is enough. */

static int task_wait_min(struct task *task)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = 100,
		.evt = 100,
		.timeout_ns = 20 * SECOND,
		.min_wait_ns = task->arg[0],
	};
	int ret = ion_call(task->ch->fd, ION_IOC_WAIT, &wait);

	task->arg[1] = wait.rx_queued + wait.evt_queued;
	return ret;
}

TEST_F(wait_batch, after_min_wait_one_packet_is_enough)
{
	EXPECT_EQ(3, ion_send(&self->ch, 0, 3));
	task_start(&self->task, task_wait_min, &self->ch, 100 * MS, 0);
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_EQ(3, self->task.arg[1]);
	EXPECT_LE(100 * MS, self->task.ns);
	EXPECT_GT(5 * SECOND, self->task.ns)
	TH_LOG("it took %llu ms, expected about 100", self->task.ns / 1000000);
}

TEST_F(wait_batch, after_min_wait_one_answer_is_enough)
{
	EXPECT_TRUE(ion_send_cmd(&self->ch, 0));
	task_start(&self->task, task_wait_min, &self->ch, 100 * MS, 0);
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_EQ(1, self->task.arg[1]);
	EXPECT_LE(100 * MS, self->task.ns);
	EXPECT_GT(5 * SECOND, self->task.ns);
}

TEST_F(wait_batch, after_min_wait_the_first_packet_wakes)
{
	task_start(&self->task, task_wait_min, &self->ch, 20 * MS, 0);
	sleep_ns(100 * MS);
	ASSERT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_EQ(1, self->task.arg[1]);
}

TEST_F(wait_batch, before_min_wait_the_count_wakes)
{
	task_start(&self->task, task_wait_min, &self->ch, 15 * SECOND, 0);
	ASSERT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(99, ion_send(&self->ch, 0, 99));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(1, ion_send(&self->ch, 99, 1));
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_EQ(100, self->task.arg[1]);
	EXPECT_GT(10 * SECOND, self->task.ns);
}

/* 0 is no such time: fewer packets are never enough. */
TEST_F(wait_batch, without_min_wait_fewer_packets_are_not_enough)
{
	struct ion_wait wait = { .size = sizeof(wait),
				 .rx = 100,
				 .timeout_ns = 100 * MS };

	EXPECT_EQ(3, ion_send(&self->ch, 0, 3));
	EXPECT_EQ(-ETIME, ion_call(self->ch.fd, ION_IOC_WAIT, &wait));
	EXPECT_EQ(3, wait.rx_queued);
	EXPECT_EQ(0, wait.timeout_ns);
}

/* The rest of the time is waited for, however often the call is repeated. */
TEST_F(wait_batch, signals_do_not_prolong_min_wait)
{
	unsigned int i;

	task_handle_signal(SA_RESTART);
	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	task_start(&self->task, task_wait_min, &self->ch, 400 * MS, 0);
	for (i = 0; i < 60 && !READ_ONCE(self->task.done); i++) {
		sleep_ns(50 * MS);
		task_signal(&self->task, SIGUSR1);
	}
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_LE(400 * MS, self->task.ns);
	EXPECT_GT(2500 * MS, self->task.ns)
	TH_LOG("it took %llu ms, expected about 400", self->task.ns / 1000000);
}

/* A wake flag of the user end is the number of packets that it waits for. */

static void wake_at(struct channel *ch, unsigned int ring, __u16 count)
{
	struct ion_ring_words words = channel_words(ch, ring);

	WRITE_ONCE(*(ion_kernel_pushes(ring) ? words.consumer_wake
					     : words.producer_wake),
		   count);
	/* The kernel end reads the flag after it has published. */
	smp_mb();
}

TEST_F(wait_batch, poll_waits_for_the_count_of_packets)
{
	struct channel *ch = &self->ch;

	wake_at(ch, ION_RING_RX, 128);
	EXPECT_EQ(0, ion_poll_for(ch->fd, POLLIN, 0));
	EXPECT_EQ(127, ion_send(ch, 0, 127));
	EXPECT_EQ(0, ion_poll_for(ch->fd, POLLIN, 0));
	wake_at(ch, ION_RING_RX, 0);
	EXPECT_EQ(POLLIN, ion_poll_for(ch->fd, POLLIN, 0));
	wake_at(ch, ION_RING_RX, 127);
	EXPECT_EQ(POLLIN, ion_poll_for(ch->fd, POLLIN, 0));
	wake_at(ch, ION_RING_RX, 128);
	EXPECT_EQ(1, ion_send(ch, 127, 1));
	EXPECT_EQ(POLLIN, ion_poll_for(ch->fd, POLLIN, 0));
	EXPECT_EQ(1, ion_pop_from(ch, 0, 1));
	EXPECT_EQ(0, ion_poll_for(ch->fd, POLLIN, 0));
}

TEST_F(wait_batch, poll_waits_for_the_count_of_answers)
{
	struct channel *ch = &self->ch;

	wake_at(ch, ION_RING_EVT, 2);
	EXPECT_TRUE(ion_send_cmd(ch, 0));
	EXPECT_EQ(0, ion_poll_for(ch->fd, POLLPRI, 0));
	EXPECT_TRUE(ion_send_cmd(ch, 1));
	EXPECT_EQ(POLLPRI, ion_poll_for(ch->fd, POLLPRI, 0));
}

/* A producer counts free slots. */
TEST_F(wait_batch, poll_waits_for_the_count_of_free_slots)
{
	struct channel *ch = &self->ch;

	EXPECT_EQ(510, ion_fill(ch));
	wake_at(ch, ION_RING_TX, 100);
	EXPECT_EQ(99, ion_pop_from(ch, 0, 99));
	EXPECT_EQ(0, ion_poll_for(ch->fd, POLLOUT, 0));
	EXPECT_EQ(1, ion_pop_from(ch, 99, 1));
	EXPECT_EQ(POLLOUT, ion_poll_for(ch->fd, POLLOUT, 0));
}

TEST_F(wait_batch, a_count_above_the_ring_means_a_full_ring)
{
	struct channel *ch = &self->ch;

	wake_at(ch, ION_RING_RX, 1000);
	EXPECT_EQ(254, ion_send(ch, 0, 254));
	EXPECT_EQ(0, ion_poll_for(ch->fd, POLLIN, 0));
	EXPECT_EQ(1, ion_send(ch, 254, 1));
	EXPECT_EQ(POLLIN, ion_poll_for(ch->fd, POLLIN, 0));
	wake_at(ch, ION_RING_TX, 65535);
	EXPECT_EQ(POLLOUT, ion_poll_for(ch->fd, POLLOUT, 0));
	EXPECT_EQ(1, ion_send(ch, 255, 1));
	EXPECT_EQ(0, ion_poll_for(ch->fd, POLLOUT, 0));
}

static int task_poll(struct task *task)
{
	return ion_poll_for(task->ch->fd, (short)task->arg[0], -1);
}

TEST_F(wait_batch, fewer_packets_do_not_wake_poll)
{
	struct channel *ch = &self->ch;
	unsigned int i;
	long sleeps;

	wake_at(ch, ION_RING_RX, 128);
	task_start(&self->task, task_poll, ch, POLLIN, 0);
	ASSERT_TRUE(task_sleeps(&self->task));
	sleeps = task_sleeps_so_far(&self->task);
	for (i = 0; i < 127; i++)
		ASSERT_EQ(1, ion_send(ch, i, 1));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(sleeps, task_sleeps_so_far(&self->task))
	TH_LOG("127 of 128 packets woke it %ld times, expected 0",
	       task_sleeps_so_far(&self->task) - sleeps);
	EXPECT_EQ(1, ion_send(ch, 127, 1));
	EXPECT_EQ(POLLIN, task_join(&self->task));
}

TEST_F(wait_batch, the_eventfd_is_signalled_at_the_count)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct channel *ch = &self->ch;
	__u64 count = 0;
	unsigned int i;

	ASSERT_EQ(0, ion_set_eventfd(ch->fd, event));
	wake_at(ch, ION_RING_RX, 128);
	for (i = 0; i < 127; i++)
		ASSERT_EQ(1, ion_send(ch, i, 1));
	EXPECT_EQ(-1, read(event, &count, sizeof(count)))
	TH_LOG("127 of 128 packets signalled it %llu times, expected 0", count);
	EXPECT_EQ(1, ion_send(ch, 127, 1));
	EXPECT_EQ(sizeof(count), read(event, &count, sizeof(count)));
	EXPECT_EQ(1, count);
	close(event);
}

/* Two threads that wait by two flags are both woken, each by its own. */
TEST_F(wait_batch, the_eventfd_is_signalled_at_the_count_of_each_ring)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct channel *ch = &self->ch;
	__u64 count = 0;

	ASSERT_EQ(0, ion_set_eventfd(ch->fd, event));
	wake_at(ch, ION_RING_RX, 128);
	wake_at(ch, ION_RING_EVT, 1);
	EXPECT_EQ(10, ion_send(ch, 0, 10));
	EXPECT_ERRNO(EAGAIN, read(event, &count, sizeof(count)));
	EXPECT_TRUE(ion_send_cmd(ch, 0));
	EXPECT_EQ(sizeof(count), read(event, &count, sizeof(count)));
	EXPECT_EQ(1, count);
	close(event);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
