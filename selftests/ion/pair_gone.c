// SPDX-License-Identifier: GPL-2.0-only
/*
 * The peer of a pair is closed, and packets that it sent are still unread: a
 * sender learns that at once, the earlier packets can be read, and no buffer is
 * reported as copied that was not received.
 */
#include <sys/eventfd.h>

#include "ion_test.h"
#include "pair_test.h"

#define SLOTS	16
#define BUFFERS 8
#define SIZE	512

#define WRITABLE (POLLOUT | POLLWRBAND)
#define ALL	 (POLLIN | POLLPRI | WRITABLE | POLLRDHUP)

FIXTURE(pair_gone)
{
	struct usage before;
	struct channel a;
	struct channel b;
};

ION_LAYOUT_VARIANTS(pair_gone);

FIXTURE_SETUP(pair_gone)
{
	self->before = usage_now();
	memset(&self->a, 0, sizeof(self->a));
	memset(&self->b, 0, sizeof(self->b));
}

FIXTURE_TEARDOWN(pair_gone)
{
	EXPECT_TRUE(usage_returns_to(&self->before));
}

static bool push_fails(struct channel *ch, int error)
{
	struct ion_packet packet = { .len = ch->info.buffers ? 1 : 0 };
	struct ion_cmd_packet cmd = { 0 };

	return write(ch->fd, &packet, sizeof(packet)) == -1 && errno == error &&
	       ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1) ==
		       -error &&
	       ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_CMD, &cmd, 1) == -error;
}

/* More packets than rx holds were sent, so that packets arrive for long. */
TEST_F(pair_gone, a_push_fails_while_something_is_unread)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_packet packet;
	__u64 sent, got;

	ASSERT_EQ(0, pair_open(a, b, variant->layout, SLOTS));
	sent = ion_fill(a);
	channel_close(a);
	EXPECT_EQ(POLLIN | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	EXPECT_TRUE(push_fails(b, EPIPE));
	for (got = 0; got < sent; got++) {
		ASSERT_EQ(POLLIN | POLLRDHUP | WRITABLE,
			  ion_poll_for(b->fd, ALL, 0));
		ASSERT_EQ(sizeof(packet), read(b->fd, &packet, sizeof(packet)));
		EXPECT_TRUE(ion_packet_is(&packet, got));
		EXPECT_TRUE(push_fails(b, EPIPE));
	}
	EXPECT_EQ(POLLHUP | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	EXPECT_EQ(0, read(b->fd, &packet, sizeof(packet)));
	channel_close(b);
}

/*
 * With the mapping the kick reports it. Packets that were pushed stay in the
 * ring.
 */
TEST_F(pair_gone, a_kick_fails_once_something_is_pushed)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_stats stats;
	__u64 sent, got;

	ASSERT_EQ(0, pair_open(a, b, variant->layout, SLOTS));
	sent = ion_fill(a);
	channel_close(a);
	/* A program that only reads is not disturbed. */
	for (got = 0; got < 5; got++) {
		EXPECT_EQ(1, ion_pop_from(b, got, 1));
		EXPECT_EQ(0, ion_kick(b->fd));
	}
	EXPECT_EQ(3, ion_push_from(b, 0, 3));
	EXPECT_EQ(-EPIPE, ion_kick(b->fd));
	ASSERT_EQ(0, stats_read(b->fd, &stats));
	EXPECT_EQ(3, stats.ring[ION_RING_TX].queued);
	while (got < sent) {
		EXPECT_EQ(1, ion_pop_from(b, got, 1));
		EXPECT_EQ(-EPIPE, ion_kick(b->fd));
		got++;
	}
	EXPECT_EQ(POLLHUP | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	channel_close(b);
}

/*
 * Packets that the peer had not taken before it closed count as pushed later.
 */
TEST_F(pair_gone, packets_without_room_fail_the_next_kick)
{
	struct channel *a = &self->a, *b = &self->b;
	__u64 sent;

	ASSERT_EQ(0, pair_open(a, b, variant->layout, SLOTS));
	sent = ion_fill(a);
	EXPECT_EQ(sent, ion_fill(b));
	EXPECT_EQ(0, ion_kick(b->fd));
	channel_close(a);
	EXPECT_EQ(-EPIPE, ion_kick(b->fd));
	EXPECT_EQ(SLOTS - 1, ion_pop_from(b, 0, SLOTS));
	EXPECT_EQ(-EPIPE, ion_kick(b->fd));
	EXPECT_EQ(SLOTS - 1, ion_pop_from(b, SLOTS - 1, SLOTS));
	channel_close(b);
}

static int sleep_rdhup(struct task *task)
{
	return ion_poll_for(task->ch->fd, POLLRDHUP, LONG_MS);
}

static int sleep_lent(struct task *task)
{
	return ion_lend(task->ch->fd, task->arg[0], 0);
}

static int sleep_write(struct task *task)
{
	struct ion_packet packet = { 0 };
	int ret;

	do
		ret = write(task->ch->fd, &packet, sizeof(packet));
	while (ret > 0);
	return -errno;
}

TEST_F(pair_gone, sleepers_that_wait_for_the_peer_are_woken)
{
	struct channel *a = &self->a, *b = &self->b;
	int event = eventfd(0, EFD_NONBLOCK);
	struct task tasks[2];

	ASSERT_EQ(0, pair_open(a, b, variant->layout, SLOTS));
	ASSERT_EQ(0, ion_set_eventfd(b->fd, event));
	ion_fill(a);
	task_start(&tasks[0], sleep_rdhup, b, 0, 0);
	ASSERT_TRUE(task_sleeps(&tasks[0]));
	task_start(&tasks[1], sleep_write, b, 0, 0);
	ASSERT_TRUE(task_sleeps(&tasks[1]));
	ion_end_sleep(&b->rx.end);
	channel_close(a);
	EXPECT_EQ(POLLRDHUP, task_join(&tasks[0]));
	EXPECT_EQ(-EPIPE, task_join(&tasks[1]));
	EXPECT_EQ(POLLIN, ion_poll_for(event, POLLIN, LONG_MS));
	close(event);
	channel_close(b);
}

/* A lent thread goes on for a reader, and returns for a sender. */
TEST_F(pair_gone, a_lent_thread_returns_for_a_pushed_packet)
{
	static const __u64 idle[] = { 0, NO_SPIN };
	struct channel *a = &self->a, *b = &self->b;
	struct task server;
	unsigned int i;
	__u64 sent;

	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		ASSERT_EQ(0, pair_open(a, b, variant->layout, SLOTS));
		sent = ion_fill(a);
		channel_close(a);
		task_start(&server, sleep_lent, b, idle[i], 0);
		EXPECT_EQ(5, ion_pop_from(b, 0, 5));
		ion_kick(b->fd);
		EXPECT_TRUE(AWAIT(ion_ring_peek(&b->rx, SLOTS) == SLOTS - 1));
		EXPECT_FALSE(READ_ONCE(server.done));
		EXPECT_EQ(1, ion_push_from(b, 0, 1));
		ion_kick(b->fd);
		EXPECT_EQ(-EPIPE, task_join(&server));
		EXPECT_EQ(-EPIPE, ion_kick(b->fd));
		EXPECT_EQ(SLOTS - 1, ion_pop_from(b, 5, SLOTS));
		EXPECT_EQ(2 * (SLOTS - 1), sent);
		channel_close(b);
	}
}

/* With arenas */

static int open_arenas(struct channel *a, struct channel *b, __u32 layout)
{
	return pair_open_arena(a, b, layout, SLOTS, BUFFERS, SIZE);
}

/* Instead of the copied payload the buffer reports that it was not received. */
TEST_F(pair_gone, buffers_that_were_not_received_report_it)
{
	struct channel *a = &self->a, *b = &self->b;

	ASSERT_EQ(0, open_arenas(a, b, variant->layout));
	ASSERT_TRUE(pair_give(a, 0, 1));
	ASSERT_TRUE(pair_push_payload(b, 1, 1));
	ASSERT_TRUE(pair_push_payload(b, 2, 2));
	ASSERT_EQ(0, ion_kick(b->fd));
	EXPECT_TRUE(pair_pop_back(b, 1));
	EXPECT_EQ(BUFFERS - 1, arena_owned(b->fd, NULL));
	channel_close(a);
	EXPECT_TRUE(pair_pop_unsent(b, 2));
	EXPECT_EQ(BUFFERS, arena_owned(b->fd, NULL));
	EXPECT_EQ(POLLHUP | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	channel_close(b);
}

/*
 * A program that only receives finds no packet before the end that was not
 * sent.
 */
TEST_F(pair_gone, empty_buffers_do_not_delay_the_end)
{
	struct channel *a = &self->a, *b = &self->b;

	ASSERT_EQ(0, open_arenas(a, b, variant->layout));
	ASSERT_TRUE(pair_give(b, 0, BUFFERS));
	ASSERT_TRUE(pair_push_payload(a, 0, 5));
	channel_close(a);
	EXPECT_TRUE(pair_pop_payload(b, 5));
	EXPECT_EQ(POLLHUP | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	EXPECT_EQ(1, arena_owned(b->fd, NULL));
	channel_close(b);
}

/*
 * Payloads that wait for an empty buffer can be received, by system calls too.
 */
TEST_F(pair_gone, empty_buffers_are_used_for_waiting_payloads)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_packet packets[5];
	__u32 i;

	ASSERT_EQ(0, open_arenas(a, b, variant->layout));
	for (i = 0; i < 6; i++)
		ASSERT_TRUE(pair_push_payload(a, i, i));
	ASSERT_EQ(0, ion_kick(a->fd));
	channel_close(a);
	EXPECT_EQ(POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	EXPECT_TRUE(push_fails(b, EPIPE));
	for (i = 0; i < 5; i++)
		packets[i] = arena_packet(b, i, 0, i == 2);
	EXPECT_EQ(2, ion_batch(b->fd, ION_IOC_PUSH, ION_RING_TX, packets, 3));
	EXPECT_EQ(2 * sizeof(*packets),
		  write(b->fd, &packets[3], 2 * sizeof(*packets)));
	EXPECT_EQ(0, ion_kick(b->fd));
	for (i = 0; i < 4; i++)
		EXPECT_TRUE(pair_pop_payload(b, i));
	channel_attach_live(b);
	EXPECT_TRUE(pair_push_empty(b, 5, 7));
	ion_kick(b->fd);
	EXPECT_TRUE(pair_pop_payload(b, 4));
	EXPECT_TRUE(pair_pop_payload(b, 5));
	EXPECT_EQ(-EPIPE, ion_kick(b->fd));
	channel_close(b);
}

/* With the mapping a payload is taken, and its buffer returns. */
TEST_F(pair_gone, a_payload_that_is_pushed_later_returns)
{
	struct channel *a = &self->a, *b = &self->b;

	ASSERT_EQ(0, open_arenas(a, b, variant->layout));
	ASSERT_TRUE(pair_push_payload(a, 0, 7));
	ASSERT_EQ(0, ion_kick(a->fd));
	channel_close(a);
	EXPECT_EQ(0, ion_kick(b->fd));
	ASSERT_TRUE(pair_push_payload(b, 3, 1));
	EXPECT_EQ(-EPIPE, ion_kick(b->fd));
	EXPECT_TRUE(pair_pop_unsent(b, 3));
	EXPECT_TRUE(pair_push_empty(b, 4, 5));
	EXPECT_EQ(-EPIPE, ion_kick(b->fd));
	EXPECT_TRUE(pair_pop_payload(b, 7));
	EXPECT_EQ(BUFFERS, arena_owned(b->fd, NULL));
	channel_close(b);
}

/*
 * The end is reported when the last buffer has returned, however few slots rx
 * has.
 */
TEST_F(pair_gone, returned_buffers_arrive_before_the_end)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_setup setup;
	struct ion_packet packet;
	__u32 i, back = 0;

	arena_wants(&setup, variant->layout, "pair", SLOTS, BUFFERS, SIZE);
	ASSERT_EQ(0, channel_open_live(a, &setup));
	setup.slots[ION_RING_RX] = 2;
	ASSERT_EQ(0, channel_open_live(b, &setup));
	ASSERT_EQ(0, ion_join(a->fd, b->fd));
	for (i = 0; i < BUFFERS; i++)
		ASSERT_TRUE(pair_push_payload(b, i, i));
	channel_close(a);
	for (i = 0; i < BUFFERS; i++) {
		EXPECT_EQ(POLLIN | POLLRDHUP | WRITABLE,
			  ion_poll_for(b->fd, ALL, 0));
		packet = arena_pop(b);
		EXPECT_TRUE(!packet.len && packet.pad == EPIPE);
		back |= 1U << packet.id;
		EXPECT_EQ(i < BUFFERS - 1, kernel_wake(b, ION_RING_RX));
		EXPECT_EQ(-EPIPE, ion_kick(b->fd));
	}
	EXPECT_EQ((1U << BUFFERS) - 1, back);
	EXPECT_EQ(POLLHUP | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	channel_close(b);
}

/*
 * Memory of the closed peer is not kept for a survivor that leaves its buffers.
 */
TEST_F(pair_gone, the_memory_of_a_closed_peer_is_freed)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_setup setup;
	struct usage with;

	arena_wants(&setup, variant->layout, "pair", SLOTS, BUFFERS, SIZE);
	setup.slots[ION_RING_RX] = 2;
	ASSERT_EQ(0, channel_open_live(b, &setup));
	with = usage_now();
	setup.slots[ION_RING_RX] = SLOTS;
	ASSERT_EQ(0, channel_open_live(a, &setup));
	ASSERT_EQ(0, ion_join(a->fd, b->fd));
	ASSERT_TRUE(pair_push_payload(b, 0, 0));
	ASSERT_TRUE(pair_push_payload(b, 1, 1));
	channel_close(a);
	EXPECT_TRUE(usage_returns_to(&with));
	EXPECT_EQ(POLLIN | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	channel_close(b);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
