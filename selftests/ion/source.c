// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "source": consecutive numbers, as many as there is room for or at
 * a rate, in packets or in buffers.
 */
#include "arena_test.h"
#include "ion_test.h"

#define SLOTS 64

FIXTURE(source)
{
	struct usage before;
	struct channel ch;
	__u64 next;
};

ION_LAYOUT_VARIANTS(source);

static int open_rate(struct channel *ch, __u32 layout, __u64 rate,
		     __u32 buffers)
{
	struct ion_setup setup;

	arena_wants(&setup, layout, "source", SLOTS, buffers,
		    buffers ? 256 : 0);
	setup.arg[0] = rate;
	return channel_open_live(ch, &setup);
}

FIXTURE_SETUP(source)
{
	self->before = usage_now();
	self->next = 0;
	ASSERT_EQ(0, open_rate(&self->ch, variant->layout, 0, 0));
}

FIXTURE_TEARDOWN(source)
{
	channel_close(&self->ch);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

/* Pop up to @most packets, which continue from *@next; -1 if they do not. */
static int numbers(struct channel *ch, __u64 *next, __u32 most)
{
	struct ion_packet packet;
	int n = 0;

	while (n < (int)most && ion_ring_pop(&ch->rx, &packet)) {
		if (packet.data != *next || packet.phys || packet.len ||
		    packet.id || packet.pad)
			return -1;
		++*next;
		n++;
	}
	return n;
}

TEST_F(source, the_ring_is_kept_full)
{
	struct channel *ch = &self->ch;
	__u32 i;

	EXPECT_TRUE(arena_rx_empty(ch));
	for (i = 0; i < 3000; i++) {
		__u32 want = 1 + i % (SLOTS - 1);

		ASSERT_EQ(0, ion_kick(ch->fd));
		ASSERT_EQ(want, numbers(ch, &self->next, want));
	}
}

TEST_F(source, numbers_come_by_system_calls)
{
	struct ion_packet packets[SLOTS];
	ssize_t n;
	__u64 at;
	int i;

	for (at = 0; at < 5000; at += n) {
		n = at & 1 ? ion_batch(self->ch.fd, ION_IOC_POP, ION_RING_RX,
				       packets, SLOTS)
			   : read(self->ch.fd, packets, sizeof(packets)) /
				     (ssize_t)sizeof(*packets);
		if (n == -EAGAIN)
			n = !ion_kick(self->ch.fd) ? 0 : -1;
		ASSERT_LE(0, n);
		for (i = 0; i < n; i++)
			ASSERT_EQ(at + i, packets[i].data);
	}
}

/*
 * It may take any time, as long as packets come: processors that do not run at
 * the same time hand them over a ring at a time.
 */
TEST_F_TIMEOUT(source, a_lent_thread_leaves_no_gap, 120)
{
	__u64 moved = now_ns();
	struct task server;
	int n;

	ASSERT_TRUE(server_start(&server, &self->ch, SPIN, 0));
	while (self->next < 300000) {
		n = numbers(&self->ch, &self->next, SLOTS);
		ASSERT_LE(0, n);
		if (n) {
			moved = now_ns();
			continue;
		}
		ASSERT_GT(2 * LONG_MS * MS, now_ns() - moved);
		sched_yield();
	}
	EXPECT_EQ(-EINTR, server_stop(&server));
}

/* Room that is made while the thread sleeps is filled after a kick. */
TEST_F(source, a_sleeping_lent_thread_needs_a_kick)
{
	struct channel *ch = &self->ch;
	struct task server;

	ASSERT_TRUE(server_start(&server, ch, NO_SPIN, 0));
	while (self->next < 20000) {
		ASSERT_TRUE(AWAIT(!arena_rx_empty(ch)));
		ASSERT_LE(0, numbers(ch, &self->next, SLOTS));
		if (ion_end_peer_sleeps(&ch->rx.end))
			ASSERT_EQ(0, ion_kick(ch->fd));
	}
	EXPECT_EQ(-EINTR, server_stop(&server));
}

TEST_F(source, poll_and_wait_find_packets)
{
	__u64 left = SECOND;

	EXPECT_EQ(POLLIN, ion_poll_for(self->ch.fd, POLLIN, LONG_MS));
	EXPECT_EQ(0, ion_wait_for(self->ch.fd, SLOTS - 1, 0, &left));
	EXPECT_EQ(SLOTS - 1, numbers(&self->ch, &self->next, SLOTS));
}

TEST_F(source, packets_to_source_are_consumed)
{
	struct channel *ch = &self->ch;
	struct ion_stats stats;
	__u64 i;

	for (i = 0; i < SLOTS - 1; i++) {
		struct ion_cmd_packet cmd = ion_cmd_of(i);

		ASSERT_TRUE(ion_ring_push_cmd(&ch->cmd, &cmd));
		ASSERT_EQ(1, ion_push_from(ch, i, 1));
	}
	ASSERT_EQ(0, ion_kick(ch->fd));
	ASSERT_EQ(0, stats_read(ch->fd, &stats));
	EXPECT_EQ(SLOTS - 1, stats.ring[ION_RING_TX].popped);
	EXPECT_EQ(SLOTS - 1, stats.ring[ION_RING_CMD].popped);
	EXPECT_EQ(0, stats.ring[ION_RING_EVT].pushed);
	EXPECT_EQ(SLOTS - 1, numbers(ch, &self->next, SLOTS));
}

/* A reset discards numbers, but does not start again. */
TEST_F(source, reset_does_not_start_again)
{
	ASSERT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(SLOTS - 1, ion_reset(self->ch.fd));
	channel_attach_live(&self->ch);
	ASSERT_EQ(0, ion_kick(self->ch.fd));
	self->next = SLOTS - 1;
	EXPECT_EQ(SLOTS - 1, numbers(&self->ch, &self->next, SLOTS));
}

/* Never more than are due; how long it takes depends on the machine. */
static int keeps_rate(struct channel *ch, __u64 rate, __u64 start)
{
	__u64 next = 0, left;

	while (next < rate / 4) {
		left = LONG_MS * MS;
		if (ion_wait_for(ch->fd, 1, 0, &left))
			return -EIO;
		if (numbers(ch, &next, SLOTS) < 0)
			return -ERANGE;
		if (next > (now_ns() - start) * rate / SECOND + 1)
			return -EOVERFLOW;
	}
	return 0;
}

TEST_F(source, a_rate_is_never_exceeded)
{
	static const __u64 rates[] = { 100, 5000, 20000 };
	struct channel ch;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		__u64 start = now_ns();

		ASSERT_EQ(0, open_rate(&ch, variant->layout, rates[i], 0));
		EXPECT_EQ(0, keeps_rate(&ch, rates[i], start))
		TH_LOG("rate %llu", rates[i]);
		channel_close(&ch);
	}
}

TEST_F(source, one_packet_comes_each_second)
{
	__u64 start = now_ns(), left = LONG_MS * MS;
	struct channel ch;

	ASSERT_EQ(0, open_rate(&ch, variant->layout, 1, 0));
	EXPECT_EQ(0, ion_wait_for(ch.fd, 1, 0, &left));
	EXPECT_LE(SECOND, now_ns() - start);
	EXPECT_EQ(1, numbers(&ch, &self->next, SLOTS));
	channel_close(&ch);
}

/* Packets that were due while the ring was full are lost, but no number is. */
TEST_F(source, a_full_ring_leaves_no_gap)
{
	struct ion_stats stats;
	struct channel ch;
	int round;

	ASSERT_EQ(0, open_rate(&ch, variant->layout, 50000, 0));
	for (round = 0; round < 20; round++) {
		sleep_ns(5 * MS);
		ASSERT_LE(0, numbers(&ch, &self->next, SLOTS));
	}
	EXPECT_LT(200, self->next);
	ASSERT_EQ(0, stats_read(ch.fd, &stats));
	EXPECT_LT(0, stats.ring[ION_RING_RX].full);
	channel_close(&ch);
}

static int sleep_in_poll(struct task *task)
{
	return ion_poll_for(task->ch->fd, POLLIN, LONG_MS);
}

/* The timer wakes every kind of sleeper. */
TEST_F(source, the_timer_wakes_sleepers)
{
	int event = eventfd(0, EFD_NONBLOCK);
	struct task sleeper;
	struct channel ch;
	__u64 count;

	/* A second is enough to be seen asleep, on a slow machine too. */
	ASSERT_EQ(0, open_rate(&ch, variant->layout, 1, 0));
	task_start(&sleeper, sleep_in_poll, &ch, 0, 0);
	EXPECT_TRUE(task_sleeps(&sleeper));
	EXPECT_EQ(POLLIN, task_join(&sleeper));
	ASSERT_LE(0, numbers(&ch, &self->next, SLOTS));
	ASSERT_EQ(0, ion_set_eventfd(ch.fd, event));
	ion_end_sleep(&ch.rx.end);
	EXPECT_EQ(POLLIN, ion_poll_for(event, POLLIN, LONG_MS));
	EXPECT_EQ(sizeof(count), read(event, &count, sizeof(count)));
	channel_close(&ch);
	close(event);
}

TEST_F(source, the_timer_ends_with_the_channel)
{
	struct channel ch;
	int round, ret;

	for (round = 0; round < 50; round++) {
		if (round & 1)
			ret = open_rate(&ch, variant->layout, 62500, 16);
		else
			ret = open_rate(&ch, variant->layout, 1000000, 0);
		ASSERT_EQ(0, ret);
		if (round & 2)
			sleep_ns(MS);
		channel_close(&ch);
	}
}

static int setup_with(__u64 rate, __u64 arg, __u32 flags, const char *key)
{
	int fd = ion_open(O_RDWR), ret;
	struct ion_setup setup;

	ion_setup_init(&setup, "source");
	setup.arg[0] = rate;
	setup.arg[1] = arg;
	setup.flags = flags;
	ion_setup_key(&setup, key);
	ret = ion_call(fd, ION_IOC_SETUP, &setup);
	close(fd);
	return ret;
}

TEST_F(source, invalid_setups_are_refused)
{
	EXPECT_EQ(0, setup_with(1, 0, 0, ""));
	EXPECT_EQ(0, setup_with(1000000, 0, 0, ""));
	EXPECT_EQ(-EINVAL, setup_with(1000001, 0, 0, ""));
	EXPECT_EQ(-EINVAL, setup_with(~0ULL, 0, 0, ""));
	EXPECT_EQ(-EINVAL, setup_with(1ULL << 32, 0, 0, ""));
	EXPECT_EQ(-EINVAL, setup_with(0, 1, 0, ""));
	EXPECT_EQ(-EINVAL, setup_with(0, 0, ION_SETUP_STAMP, ""));
	EXPECT_EQ(-EINVAL, setup_with(0, 0, 0, "key"));
}

/* Pop all packets: the numbers are in the buffers. */
static int numbers_in_buffers(struct channel *ch, __u64 *next)
{
	struct ion_packet packet;
	int n = 0;

	for (; ion_ring_pop(&ch->rx, &packet); n++, ++*next)
		if (packet.len != 8 || packet.data != packet.id * 256ULL ||
		    memcmp(arena_at(ch, packet.data), next, 8))
			return -1;
	return n;
}

TEST_F(source, numbers_come_in_buffers)
{
	struct channel ch;
	__u32 i, round;

	ASSERT_EQ(0, open_rate(&ch, variant->layout, 0, 100));
	ASSERT_EQ(0, ion_kick(ch.fd));
	EXPECT_TRUE(arena_rx_empty(&ch));
	for (round = 0; round < 200; round++) {
		/* Empty or not, it is a buffer. */
		for (i = 0; i < 1 + round % (SLOTS - 1); i++)
			ASSERT_TRUE(arena_push(&ch,
					       arena_packet(&ch, i, i, round)));
		ASSERT_EQ(0, ion_kick(ch.fd));
		EXPECT_EQ(i, numbers_in_buffers(&ch, &self->next));
		EXPECT_EQ(100, arena_owned(ch.fd, NULL));
	}
	channel_close(&ch);
}

/* Kick only if the flag asks for it. */
static bool hand_over(struct channel *ch, struct ion_packet packet)
{
	return arena_push(ch, packet) &&
	       (!ion_end_peer_sleeps(&ch->tx.end) || !ion_kick(ch->fd));
}

TEST_F(source, a_rate_fills_buffers)
{
	struct ion_packet packet = { 0 };
	struct channel ch;
	__u64 number;
	__u32 i;

	ASSERT_EQ(0, open_rate(&ch, variant->layout, 10000, 8));
	for (i = 0; i < 8; i++)
		ASSERT_TRUE(hand_over(&ch, arena_packet(&ch, i, 0, 0)));
	for (i = 0; i < 500; i++) {
		ASSERT_TRUE(AWAIT(ion_ring_pop(&ch.rx, &packet)));
		memcpy(&number, arena_at(&ch, packet.data), sizeof(number));
		EXPECT_EQ(i, number);
		packet.len = 0;
		ASSERT_TRUE(hand_over(&ch, packet));
	}
	channel_close(&ch);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
