// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lent thread: no system call in the steady state, asleep without work,
 * awake after one kick, and never in the way of other calls.
 */
#include "ion_live.h"
#include "ion_test.h"

FIXTURE(serve)
{
	struct channel ch;
	struct task server;
};

ION_LAYOUT_VARIANTS(serve);

FIXTURE_SETUP(serve)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
}

FIXTURE_TEARDOWN(serve)
{
	channel_close(&self->ch);
}

/*
 * The thread may leave the kernel for a moment, such as for a tick of the
 * scheduler. The flags show that.
 */
TEST_F(serve, a_million_packets_need_hardly_a_call)
{
	struct ion_stats before, after;
	__u64 sent = 0, came = 0, until;
	struct channel ch;
	int n;

	/* Large rings, so that one processor changes between threads rarely. */
	ASSERT_EQ(0, channel_open_layout(&ch, variant->layout, 65536, ""));
	ASSERT_TRUE(server_start(&self->server, &ch, SPIN, 0));
	ASSERT_TRUE(AWAIT(ion_kernel_end(ch.fd) == ION_KERNEL_END_LENT));
	ASSERT_TRUE(echoed(&ch, 0));
	ASSERT_EQ(0, ion_get_stats(ch.fd, &before));
	until = now_ns() + 20 * SECOND;
	while (came < 1000000 && now_ns() < until) {
		__u64 left = 1000000 - sent;

		sent += ion_push_from(&ch, sent, left < 10000 ? left : 10000);
		if (ion_end_peer_sleeps(&ch.tx.end))
			ASSERT_EQ(0, ion_kick(ch.fd));
		n = ion_pop_from(&ch, came, 10000);
		ASSERT_LE(0, n);
		came += n;
		if (!n)
			sched_yield();
	}
	EXPECT_EQ(1000000, came);
	ASSERT_EQ(0, ion_get_stats(ch.fd, &after));
	EXPECT_LE(after.calls - before.calls, 1000);
	EXPECT_EQ(before.signals, after.signals);
	EXPECT_EQ(before.wakeups, after.wakeups);
	EXPECT_EQ(1000001, after.ring[ION_RING_TX].popped);
	EXPECT_EQ(-EINTR, server_stop(&self->server));
	EXPECT_TRUE(given_back(&ch));
	channel_close(&ch);
}

TEST_F(serve, idle_ns_spin_never_sleeps)
{
	unsigned int i;

	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	for (i = 0; i < 30; i++) {
		sleep_ns(5 * MS);
		EXPECT_NE(ION_KERNEL_END_LENT_SLEEPING,
			  ion_kernel_end(self->ch.fd));
		EXPECT_TRUE(AWAIT(server_runs(&self->ch)));
	}
	EXPECT_EQ(-EINTR, server_stop(&self->server));
	EXPECT_TRUE(given_back(&self->ch));
}

TEST_F(serve, idle_ns_no_spin_sleeps_at_once)
{
	struct ion_stats stats;
	unsigned int i;

	ASSERT_TRUE(server_start(&self->server, &self->ch, NO_SPIN, 0));
	for (i = 0; i < 20; i++) {
		ASSERT_TRUE(lent_sleeps(&self->ch));
		ASSERT_TRUE(task_sleeps(&self->server));
		ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
		EXPECT_EQ(i, stats.kicks);
		EXPECT_TRUE(echoed_by_kick(&self->ch, i));
	}
	EXPECT_EQ(0, stats.kicks_spurious);
	EXPECT_EQ(-EINTR, server_stop(&self->server));
	EXPECT_TRUE(given_back(&self->ch));
}

/* On a slow machine the time may be over before it is checked. */
TEST_F(serve, the_lent_thread_sleeps_after_the_idle_time)
{
	__u64 start = now_ns();
	unsigned int wakes;

	ASSERT_TRUE(server_start(&self->server, &self->ch, 200 * MS, 0));
	wakes = kernel_wakes(&self->ch);
	if (now_ns() - start < 200 * MS)
		EXPECT_EQ(0, wakes);
	EXPECT_TRUE(lent_sleeps(&self->ch));
	EXPECT_LE(200 * MS, now_ns() - start);

	/* Work starts the time again. */
	start = now_ns();
	EXPECT_TRUE(echoed_by_kick(&self->ch, 0));
	sleep_ns(100 * MS);
	wakes = kernel_wakes(&self->ch);
	if (now_ns() - start < 200 * MS)
		EXPECT_EQ(0, wakes);
	EXPECT_TRUE(echoed_by_kick(&self->ch, 1));
	EXPECT_TRUE(lent_sleeps(&self->ch));
	EXPECT_LE(300 * MS, now_ns() - start);
	EXPECT_EQ(-EINTR, server_stop(&self->server));
}

/* One kick is enough, and clears the flags before the thread runs. */
TEST_F(serve, a_kick_wakes_the_lent_thread)
{
	struct ion_stats before, after;
	unsigned int i;

	ASSERT_TRUE(server_start(&self->server, &self->ch, MS, 0));
	for (i = 0; i < 30; i++) {
		ASSERT_TRUE(lent_sleeps(&self->ch));
		ASSERT_EQ(0, ion_get_stats(self->ch.fd, &before));
		EXPECT_TRUE(echoed_by_kick(&self->ch, i));
		ASSERT_EQ(0, ion_get_stats(self->ch.fd, &after));
		EXPECT_EQ(before.kicks + 1, after.kicks);
	}
	EXPECT_EQ(-EINTR, server_stop(&self->server));
}

/* A kick while the thread is awake does no harm, and is counted as spurious. */
TEST_F(serve, a_kick_of_an_awake_thread_is_spurious)
{
	struct ion_stats stats;

	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(2, stats.kicks);
	EXPECT_EQ(2, stats.kicks_spurious);
	EXPECT_EQ(-EINTR, server_stop(&self->server));
}

/* The thread has packets to push and no room: room comes with a kick. */
TEST_F(serve, the_lent_thread_sleeps_without_room)
{
	unsigned int stalled = WAKES_IDLE | 1 << ION_RING_RX;

	ASSERT_TRUE(server_start(&self->server, &self->ch, MS, 0));
	ASSERT_TRUE(lent_sleeps(&self->ch));
	EXPECT_EQ(255, ion_send(&self->ch, 0, 255));
	EXPECT_TRUE(AWAIT(ion_ring_peek(&self->ch.rx, 255) == 255));
	EXPECT_EQ(9, ion_send(&self->ch, 255, 9));
	EXPECT_TRUE(AWAIT(kernel_wakes(&self->ch) == stalled));
	EXPECT_TRUE(AWAIT(ion_kernel_end(self->ch.fd) ==
			  ION_KERNEL_END_LENT_SLEEPING));
	EXPECT_EQ(255, ion_pop_from(&self->ch, 0, 255));
	EXPECT_TRUE(ion_end_peer_sleeps(&self->ch.rx.end));
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_TRUE(AWAIT(ion_ring_peek(&self->ch.rx, 9) == 9));
	EXPECT_EQ(9, ion_pop_from(&self->ch, 255, 10));
	EXPECT_TRUE(lent_sleeps(&self->ch));
	EXPECT_EQ(-EINTR, server_stop(&self->server));
}

TEST_F(serve, one_thread_is_lent_at_a_time)
{
	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	EXPECT_EQ(-EBUSY, ion_lend(self->ch.fd, SPIN, MS));
	EXPECT_EQ(-EBUSY, ion_lend(self->ch.fd, ION_SERVE_NO_SPIN, 0));
	EXPECT_TRUE(AWAIT(ion_kernel_end(self->ch.fd) == ION_KERNEL_END_LENT));
	EXPECT_EQ(-EINTR, server_stop(&self->server));
	EXPECT_EQ(0, ion_lend(self->ch.fd, SPIN, MS));
}

TEST_F(serve, invalid_serve_requests_are_refused)
{
	struct ion_serve arg = { .size = sizeof(arg), .max_ns = MS };
	int fd = self->ch.fd;

	arg.flags = 1;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SERVE, &arg));
	arg.flags = 0;
	arg.size = 23;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SERVE, &arg));
	arg.size = 8192;
	EXPECT_EQ(-E2BIG, ion_call(fd, ION_IOC_SERVE, &arg));
	EXPECT_EQ(-EFAULT, ion_call(fd, ION_IOC_SERVE, NULL));
	EXPECT_TRUE(given_back(&self->ch));
	fd = ion_open(O_RDWR);
	EXPECT_EQ(-EBADFD, ion_lend(fd, SPIN, MS));
	close(fd);
}

/* Calls that need the kernel ends, which the lent thread has. */
static bool calls_get_through(int fd, __u64 number)
{
	struct ion_packet packets[4] = { ion_packet_of(number) };
	struct ion_stats stats;

	return !ion_get_stats(fd, &stats) &&
	       ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, packets, 1) == 1 &&
	       ion_peek(fd, ION_RING_RX, packets, 0, 4) >= 0 && !ion_kick(fd) &&
	       ion_poll_for(fd, POLLIN, LONG_MS) == POLLIN &&
	       ion_batch(fd, ION_IOC_POP, ION_RING_RX, packets, 4) == 1 &&
	       ion_packet_is(&packets[0], number) && !ion_reset(fd);
}

/*
 * The thread is never in their way: a call that waited for it to sleep would
 * hang.
 */
TEST_F_TIMEOUT(serve, other_calls_pass_a_lent_thread, 120)
{
	unsigned int i;

	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	for (i = 0; i < 50; i++)
		ASSERT_TRUE(calls_get_through(self->ch.fd, i));
	EXPECT_TRUE(AWAIT(ion_kernel_end(self->ch.fd) == ION_KERNEL_END_LENT));
	EXPECT_EQ(-EINTR, server_stop(&self->server));
}

static int run_on(pid_t tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(tid, sizeof(set), &set);
}

/*
 * Neither if it is more urgent than they are, although on PREEMPT_RT the owner
 * of a mutex may take it again before a waiter of lower priority.
 */
TEST_F_TIMEOUT(serve, less_urgent_calls_pass_a_lent_thread, 120)
{
	struct sched_param urgent = { .sched_priority = 1 };
	unsigned int i;

	if (run_on(0, 1))
		SKIP(return,
			   "there is only one processor, which the thread uses");
	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	ASSERT_EQ(0, run_on(self->server.tid, 0));
	if (sched_setscheduler(self->server.tid, SCHED_FIFO, &urgent)) {
		server_stop(&self->server);
		SKIP(return, "no thread may be made urgent");
	}
	for (i = 0; i < 50; i++)
		ASSERT_TRUE(calls_get_through(self->ch.fd, i));
	EXPECT_TRUE(AWAIT(ion_kernel_end(self->ch.fd) == ION_KERNEL_END_LENT));
	EXPECT_EQ(-EINTR, server_stop(&self->server));
}

/*
 * A program that only pushes, and obeys the flag, kicks at most once for each
 * sleep. There may be more sleeps that the kernel end ends by itself.
 */
TEST_F(serve, there_is_one_kick_for_each_sleep)
{
	static const __u64 idle[] = { ION_SERVE_NO_SPIN, 1000, 20000, 300000 };
	struct ion_stats before, after;
	__u64 sent = 0, came = 0;
	unsigned int i, j, kicks;
	int n;

	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		ASSERT_TRUE(server_start(&self->server, &self->ch, idle[i], 0));
		ASSERT_TRUE(lent_sleeps(&self->ch));
		ASSERT_EQ(0, ion_get_stats(self->ch.fd, &before));
		for (j = kicks = 0; j < 2000; j++) {
			n = ion_push_from(&self->ch, sent, 1 + ion_mix(j) % 3);
			sent += n;
			if (n && ion_end_peer_sleeps(&self->ch.tx.end)) {
				ASSERT_EQ(0, ion_kick(self->ch.fd));
				kicks++;
			}
			n = ion_pop_from(&self->ch, came, 255);
			ASSERT_LE(0, n);
			came += n;
			if (!(ion_mix(j) % 16))
				sleep_ns(ion_mix(j) % 100000);
		}
		n = sent - came;
		ASSERT_TRUE(AWAIT(ion_ring_peek(&self->ch.rx, 255) == n));
		ASSERT_EQ(0, ion_get_stats(self->ch.fd, &after));
		EXPECT_EQ(kicks, after.kicks - before.kicks);
		/* The thread slept when this began. */
		EXPECT_LE(kicks, after.sleeps - before.sleeps + 1)
		TH_LOG("idle_ns %lld", (long long)idle[i]);
		EXPECT_EQ(-EINTR, server_stop(&self->server));
		n = ion_pop_from(&self->ch, came, 255);
		ASSERT_LE(0, n);
		came += n;
		ASSERT_EQ(sent, came);
	}
}

/* Return whether the packet returns, by the flags alone. */
static bool comes_back(struct channel *ch, __u64 number)
{
	__u64 until = now_ns() + LONG_MS * MS;

	if (ion_push_from(ch, number, 1) != 1)
		return false;
	if (ion_end_peer_sleeps(&ch->tx.end) && ion_kick(ch->fd))
		return false;
	while (!ion_ring_peek(&ch->rx, 1)) {
		if (now_ns() > until)
			return false;
		sched_yield();
	}
	return ion_pop_from(ch, number, 2) == 1;
}

/*
 * A thread that sleeps as soon as there is no work. Packets come at every
 * moment of its way there, also after it checked the ring.
 */
TEST_F(serve, no_packet_is_missed_while_falling_asleep)
{
	__u64 i, wait;

	ASSERT_TRUE(server_start(&self->server, &self->ch, 0, 0));
	for (i = 0; i < 1000; i++) {
		for (wait = now_ns() + i % 200 * 100; now_ns() < wait;)
			;
		ASSERT_TRUE(comes_back(&self->ch, i))
		TH_LOG("packet %llu", i);
	}
	EXPECT_EQ(-EINTR, server_stop(&self->server));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
