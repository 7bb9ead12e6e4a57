// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pair with arenas in which both programs send in buffers for which the other
 * has no empty one: the payloads are swapped, and each program gets back the
 * buffers that it sent.
 */
#include "ion_test.h"
#include "pair_test.h"

#define SLOTS	32
#define BUFFERS 16
#define SIZE	1024

FIXTURE(pair_swap)
{
	struct usage before;
	struct channel a;
	struct channel b;
};

ION_LAYOUT_VARIANTS(pair_swap);

FIXTURE_SETUP(pair_swap)
{
	self->before = usage_now();
	ASSERT_EQ(0, pair_open_arena(&self->a, &self->b, variant->layout, SLOTS,
				     BUFFERS, SIZE));
}

FIXTURE_TEARDOWN(pair_swap)
{
	channel_close(&self->a);
	channel_close(&self->b);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

/* Return whether the kernel keeps nothing, and nothing was lost or refused. */
static bool settled(struct channel *ch, __u32 packets)
{
	struct ion_stats stats;

	return arena_rx_empty(ch) && arena_owned(ch->fd, NULL) == BUFFERS &&
	       !stats_read(ch->fd, &stats) &&
	       stats.ring[ION_RING_TX].popped == packets &&
	       stats.ring[ION_RING_RX].pushed == packets &&
	       !stats.ring[ION_RING_TX].discarded;
}

/* Return whether the next packet is payload @number, in this buffer. */
static bool pop_in(struct channel *ch, __u32 id, __u64 number)
{
	struct ion_packet packet = arena_pop(ch);

	return packet.id == id && pair_is_payload(ch, &packet, number);
}

TEST_F(pair_swap, all_buffers_of_both_cross_in_order)
{
	struct channel *a = &self->a, *b = &self->b;
	__u32 i;

	for (i = 0; i < BUFFERS; i++)
		ASSERT_TRUE(pair_push_payload(a, i, 1000 + i));
	ASSERT_EQ(0, ion_kick(a->fd));
	EXPECT_EQ(0, arena_owned(a->fd, NULL));
	for (i = 0; i < BUFFERS; i++) {
		unsigned int id = BUFFERS - 1 - i;

		ASSERT_TRUE(pair_push_payload(b, id, 2000 + 7 * i));
	}
	ASSERT_EQ(0, ion_kick(b->fd));
	for (i = 0; i < BUFFERS; i++) {
		EXPECT_TRUE(pop_in(a, i, 2000 + 7 * i));
		EXPECT_TRUE(pop_in(b, BUFFERS - 1 - i, 1000 + i));
	}
	EXPECT_TRUE(settled(a, BUFFERS));
	EXPECT_TRUE(settled(b, BUFFERS));
}

/* Each sends one buffer, and the programs keep the others. */
TEST_F(pair_swap, programs_without_empty_buffers_exchange_payloads)
{
	struct channel *a = &self->a, *b = &self->b;
	__u32 i;

	for (i = 0; i < 100; i++) {
		ASSERT_TRUE(pair_push_payload(a, i % BUFFERS, i));
		ASSERT_EQ(0, ion_kick(a->fd));
		EXPECT_TRUE(arena_rx_empty(b));
		ASSERT_TRUE(pair_push_payload(b, 3, 3 * i));
		ASSERT_EQ(0, ion_kick(b->fd));
		EXPECT_TRUE(pop_in(a, i % BUFFERS, 3 * i));
		EXPECT_TRUE(pop_in(b, 3, i));
	}
	EXPECT_TRUE(settled(a, 100));
	EXPECT_TRUE(settled(b, 100));
}

/*
 * Bytes that were not sent are not visible, and bytes beside the payload are
 * not overwritten.
 */
TEST_F(pair_swap, a_swap_moves_only_the_payloads)
{
	static const struct {
		__u16 skip;
		__u16 len;
	} parts[] = { { 0, 1 }, { SIZE - 1, 1 }, { 1, SIZE - 2 }, { 100, 200 },
		      { 7, 9 }, { 0, SIZE },	 { 255, 258 },	  { 128, 128 } };
	struct channel *a = &self->a, *b = &self->b;
	unsigned int i, j, k;

	for (i = 0; i < ARRAY_SIZE(parts) * ARRAY_SIZE(parts); i++) {
		__u32 at_a = parts[i / 8].skip, len_a = parts[i / 8].len;
		__u32 at_b = parts[i % 8].skip, len_b = parts[i % 8].len;

		memset(arena_at(a, 0), 0xaa, BUFFERS * SIZE);
		memset(arena_at(b, 0), 0x55, BUFFERS * SIZE);
		ASSERT_TRUE(arena_send(a, arena_packet(a, 9, at_a, len_a)));
		ASSERT_TRUE(arena_send(b, arena_packet(b, 5, at_b, len_b)));
		EXPECT_EQ(9, arena_pop(a).id);
		EXPECT_EQ(5, arena_pop(b).id);
		for (k = 0; k < BUFFERS * SIZE; k++) {
			j = k - 9 * SIZE - at_b;
			ASSERT_EQ(j < len_b ? 0x55 : 0xaa, *arena_at(a, k));
			j = k - 5 * SIZE - at_a;
			ASSERT_EQ(j < len_a ? 0xaa : 0x55, *arena_at(b, k));
		}
	}
}

/*
 * A program that has a buffer to receive in, and keeps the others to send in,
 * does not find sent buffers among those to receive in.
 */
TEST_F(pair_swap, a_program_with_a_buffer_to_receive_in_is_not_swapped)
{
	struct channel *a = &self->a, *b = &self->b;

	ASSERT_TRUE(pair_give(a, 7, 8));
	ASSERT_TRUE(pair_push_payload(b, 0, 100));
	ASSERT_EQ(0, ion_kick(b->fd));
	ASSERT_TRUE(pair_pop_back(b, 0));
	/* Payload 100 is unread, and its buffer is not handed over. */
	ASSERT_TRUE(pair_push_payload(a, 1, 1));
	ASSERT_EQ(0, ion_kick(a->fd));
	ASSERT_TRUE(pair_push_payload(b, 2, 2));
	ASSERT_EQ(0, ion_kick(b->fd));
	EXPECT_TRUE(arena_rx_empty(b));
	EXPECT_TRUE(pop_in(a, 7, 100));
	EXPECT_TRUE(arena_rx_empty(a));
	/* Payloads cross in one direction, and then in the other. */
	ASSERT_TRUE(pair_give(a, 7, 8));
	EXPECT_TRUE(pop_in(a, 7, 2));
	EXPECT_TRUE(pair_pop_back(b, 2));
	ASSERT_TRUE(pair_give(b, 4, 5));
	EXPECT_TRUE(pop_in(b, 4, 1));
	EXPECT_TRUE(pair_pop_back(a, 1));
	EXPECT_TRUE(settled(a, 3));
	EXPECT_TRUE(settled(b, 3));
}

/*
 * A buffer that came with a payload and is sent is one to send in from then on.
 */
TEST_F(pair_swap, buffers_that_received_a_payload_are_swapped)
{
	struct channel *a = &self->a, *b = &self->b;

	ASSERT_TRUE(pair_give(a, 7, 8));
	ASSERT_TRUE(pair_push_payload(b, 0, 100));
	ASSERT_EQ(0, ion_kick(b->fd));
	ASSERT_TRUE(pair_pop_back(b, 0));
	ASSERT_TRUE(pop_in(a, 7, 100));
	ASSERT_TRUE(pair_push_payload(a, 7, 1));
	ASSERT_EQ(0, ion_kick(a->fd));
	ASSERT_TRUE(pair_push_payload(b, 2, 2));
	ASSERT_EQ(0, ion_kick(b->fd));
	EXPECT_TRUE(pop_in(a, 7, 2));
	EXPECT_TRUE(pop_in(b, 2, 1));
}

/* No payload is swapped while either ring has no room. */
TEST_F(pair_swap, a_swap_waits_for_room_on_both_sides)
{
	struct channel a, b;
	struct ion_setup setup;
	__u32 i;

	arena_wants(&setup, variant->layout, "pair", SLOTS, BUFFERS, SIZE);
	ASSERT_EQ(0, channel_open_live(&b, &setup));
	setup.slots[ION_RING_RX] = 2;
	ASSERT_EQ(0, channel_open_live(&a, &setup));
	ASSERT_EQ(0, ion_join(a.fd, b.fd));
	for (i = 0; i < BUFFERS; i++) {
		ASSERT_TRUE(pair_push_payload(&a, i, i));
		ASSERT_TRUE(pair_push_payload(&b, i, 100 + i));
	}
	ASSERT_EQ(0, ion_kick(b.fd));
	for (i = 0; i < BUFFERS; i++) {
		EXPECT_TRUE(pop_in(&b, i, i));
		EXPECT_TRUE(arena_rx_empty(&b));
		EXPECT_EQ(i < BUFFERS - 1, kernel_wake(&a, ION_RING_RX));
		EXPECT_TRUE(pop_in(&a, i, 100 + i));
		ASSERT_EQ(0, ion_kick(a.fd));
	}
	channel_close(&a);
	channel_close(&b);
}

/* Payloads that wait at an end that resets are sent. */
TEST_F(pair_swap, swaps_go_on_after_a_reset)
{
	struct channel *a = &self->a, *b = &self->b;

	ASSERT_TRUE(pair_push_payload(a, 1, 1));
	ASSERT_EQ(0, ion_kick(a->fd));
	ASSERT_EQ(0, ion_reset(a->fd));
	channel_attach_live(a);
	EXPECT_EQ(BUFFERS - 1, arena_owned(a->fd, NULL));
	ASSERT_TRUE(pair_push_payload(b, 2, 2));
	ASSERT_EQ(0, ion_kick(b->fd));
	EXPECT_TRUE(pop_in(a, 1, 2));
	EXPECT_TRUE(pop_in(b, 2, 1));
	EXPECT_EQ(BUFFERS, arena_owned(a->fd, NULL));
}

/* Write to all buffers all the time. */
static int scribble(struct task *task)
{
	volatile unsigned char *at = arena_at(task->ch, 0);
	__u32 i, bytes = BUFFERS * SIZE;

	while (!READ_ONCE(*(bool *)(unsigned long)task->arg[0]))
		for (i = 0; i < bytes; i += 3)
			at[i] = (unsigned char)(i * 7 + 1);
	return 0;
}

/*
 * The payloads of this program are garbage. The buffers of its peer are intact
 * around them.
 */
TEST_F_TIMEOUT(pair_swap, a_sender_that_rewrites_its_buffers_harms_only_itself,
	       60)
{
	struct channel *a = &self->a, *b = &self->b;
	struct task writer;
	bool stop = false;
	__u32 i, k;

	task_start(&writer, scribble, b, (unsigned long)&stop, 0);
	for (i = 0; i < 300; i++) {
		struct ion_packet packet;

		memset(arena_at(a, 4 * SIZE), 0xee, SIZE);
		ASSERT_TRUE(arena_send(a, arena_packet(a, 4, 200, 300)));
		ASSERT_TRUE(arena_send(b, arena_packet(b, 6, 100, 500)));
		packet = arena_pop(a);
		EXPECT_TRUE(packet.id == 4 && packet.len == 500 &&
			    packet.data == 4 * SIZE + 100);
		for (k = 0; k < SIZE; k++)
			if (k < 100 || k >= 600)
				ASSERT_EQ(0xee, *arena_at(a, 4 * SIZE + k));
		packet = arena_pop(b);
		EXPECT_TRUE(packet.id == 6 && packet.len == 300 &&
			    packet.data == 6 * SIZE + 200);
	}
	WRITE_ONCE(stop, true);
	EXPECT_EQ(0, task_join(&writer));
	EXPECT_TRUE(settled(a, 300));
	EXPECT_TRUE(settled(b, 300));
}

/*
 * Send in every buffer, and in each that returns, and receive: at most @count
 * numbers. Each program kicks and sleeps by itself.
 */
static int send_in_all(struct task *task)
{
	__u64 sent = 0, got = 0, most = task->arg[0], left;
	struct channel *ch = task->ch;
	struct ion_packet packet;
	int ret;

	for (; sent < BUFFERS; sent++)
		if (!pair_push_payload(ch, (__u32)sent, sent))
			return -ENOBUFS;
	while (got < most) {
		left = LONG_MS * MS;
		ret = ion_wait_for(ch->fd, 1, 0, &left);
		if (ret)
			return ret;
		packet = arena_pop(ch);
		if (!pair_is_payload(ch, &packet, got++))
			return -ERANGE;
		if (sent < most && !pair_push_payload(ch, packet.id, sent++))
			return -ENOBUFS;
	}
	return ion_kick(ch->fd);
}

TEST_F_TIMEOUT(pair_swap, two_threads_that_send_in_every_buffer_lose_none, 120)
{
	struct task one, other;

	task_start(&one, send_in_all, &self->a, 2000, 0);
	task_start(&other, send_in_all, &self->b, 2000, 0);
	EXPECT_EQ(0, task_join(&one));
	EXPECT_EQ(0, task_join(&other));
	EXPECT_TRUE(settled(&self->a, 2000));
	EXPECT_TRUE(settled(&self->b, 2000));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
