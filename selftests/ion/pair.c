// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "pair": packets that one of two channels pushes are popped from
 * the other, bit for bit and in order. None is lost for want of room.
 */
#include "ion_test.h"
#include "pair_test.h"

#define SLOTS 64

FIXTURE(pair)
{
	struct usage before;
	struct channel a;
	struct channel b;
};

ION_LAYOUT_VARIANTS(pair);

FIXTURE_SETUP(pair)
{
	self->before = usage_now();
	ASSERT_EQ(0, pair_open(&self->a, &self->b, variant->layout, SLOTS));
}

FIXTURE_TEARDOWN(pair)
{
	channel_close(&self->a);
	channel_close(&self->b);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

TEST_F(pair, every_bit_of_a_packet_crosses)
{
	__u64 i;

	for (i = 0; i < 1000; i++) {
		ASSERT_TRUE(pair_crosses(&self->a, &self->b, i));
		ASSERT_TRUE(pair_crosses(&self->b, &self->a, ~i));
	}
}

/* Both directions, with one kick for the packets of both. */
TEST_F(pair, packets_cross_both_ways_with_one_kick)
{
	struct channel *a = &self->a, *b = &self->b;
	__u64 i, at = 0;
	int round;

	for (round = 0; round < 100; round++) {
		__u32 n = 1 + round % (SLOTS - 1);

		ASSERT_EQ(n, ion_push_from(a, at, n));
		ASSERT_EQ(n, ion_push_from(b, ~at - n, n));
		ASSERT_EQ(0, ion_kick(round & 1 ? a->fd : b->fd));
		ASSERT_EQ(n, ion_pop_from(b, at, SLOTS));
		ASSERT_EQ(n, ion_pop_from(a, ~at - n, SLOTS));
		at += n;
	}
	for (i = 0; i < 3; i++) {
		EXPECT_TRUE(ion_send_cmd(a, i));
		EXPECT_TRUE(ion_send_cmd(b, 100 + i));
	}
	EXPECT_EQ(3, ion_ring_peek(&a->evt, 5));
	EXPECT_EQ(3, ion_ring_peek(&b->evt, 5));
}

/*
 * Packets that find no room wait, and cross when there is some; in either
 * order.
 */
TEST_F(pair, full_rings_lose_nothing)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_stats stats;
	__u64 sent, got;
	int n, round;

	for (round = 0; round < 5; round++) {
		sent = ion_fill(a);
		EXPECT_EQ(2 * (SLOTS - 1), sent);
		EXPECT_EQ(1, kernel_wake(b, ION_RING_RX));
		for (got = 0; got < sent; got += n) {
			n = ion_pop_from(b, got, 1 + got % 7);
			ASSERT_LT(0, n);
			ASSERT_EQ(0, ion_kick(got & 1 ? a->fd : b->fd));
		}
		EXPECT_EQ(0, ion_pop_from(b, got, 1));
	}
	ASSERT_EQ(0, stats_read(a->fd, &stats));
	EXPECT_EQ(0, stats.ring[ION_RING_TX].discarded);
	EXPECT_EQ(5 * sent, stats.ring[ION_RING_TX].popped);
	EXPECT_TRUE(pair_joined(a, b));
}

/* A full ring of the peer delays no commands, and the reverse. */
TEST_F(pair, packets_and_commands_do_not_wait_for_each_other)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_cmd_packet cmd = { 0 };
	__u64 i;

	ion_fill(a);
	EXPECT_TRUE(ion_send_cmd(a, 7));
	EXPECT_TRUE(ion_ring_pop_cmd(&b->evt, &cmd));
	EXPECT_TRUE(ion_cmd_is(&cmd, 7));
	for (i = 0; ion_send_cmd(a, i); i++)
		;
	EXPECT_EQ(2 * (SLOTS - 1), i);
	EXPECT_EQ(SLOTS - 1, ion_pop_from(b, 0, SLOTS));
	ASSERT_EQ(0, ion_kick(b->fd));
	EXPECT_EQ(SLOTS - 1, ion_pop_from(b, SLOTS - 1, SLOTS));
	while (i--) {
		ASSERT_TRUE(ion_ring_pop_cmd(&b->evt, &cmd));
		ASSERT_EQ(0, ion_kick(b->fd));
	}
	EXPECT_TRUE(ion_cmd_is(&cmd, 2 * (SLOTS - 1) - 1));
}

TEST_F(pair, packets_cross_by_system_calls)
{
	struct ion_packet out[10], in[10];
	int i;

	for (i = 0; i < 10; i++)
		out[i] = ion_packet_of(i);
	EXPECT_EQ(sizeof(out), write(self->a.fd, out, sizeof(out)));
	EXPECT_EQ(sizeof(in), read(self->b.fd, in, sizeof(in)));
	EXPECT_EQ(0, memcmp(in, out, sizeof(in)));
	EXPECT_EQ(10,
		  ion_batch(self->b.fd, ION_IOC_PUSH, ION_RING_TX, out, 10));
	EXPECT_EQ(0, ion_kick(self->b.fd));
	EXPECT_EQ(10, ion_batch(self->a.fd, ION_IOC_POP, ION_RING_RX, in, 10));
	EXPECT_EQ(0, memcmp(in, out, sizeof(in)));
}

/* A channel that breaks its own rings does not harm its peer. */
TEST_F(pair, poison_does_not_cross)
{
	struct channel *a = &self->a, *b = &self->b;
	__u64 left = LONG_MS * MS;

	WRITE_ONCE(*user_index(b, ION_RING_TX), 9999);
	EXPECT_EQ(-EPROTO, ion_kick(b->fd));
	EXPECT_EQ(10, ion_push_from(a, 0, 10));
	EXPECT_EQ(0, ion_kick(a->fd));
	EXPECT_EQ(POLLOUT, ion_poll_for(a->fd, POLLIN | POLLOUT, 0));
	EXPECT_EQ(0, ion_reset(b->fd));
	channel_attach_live(b);
	EXPECT_EQ(0, ion_wait_for(b->fd, 10, 0, &left));
	EXPECT_EQ(10, ion_pop_from(b, 0, 20));
	EXPECT_TRUE(pair_joined(a, b));
}

/* Packets in transit to a channel that resets arrive after the reset. */
TEST_F(pair, a_reset_empties_only_the_own_rings)
{
	struct channel *a = &self->a, *b = &self->b;
	__u64 left = LONG_MS * MS, sent = ion_fill(a);

	EXPECT_EQ(SLOTS - 1, ion_reset(b->fd));
	channel_attach_live(b);
	EXPECT_EQ(0, ion_wait_for(b->fd, SLOTS - 1, 0, &left));
	EXPECT_EQ(SLOTS - 1, ion_pop_from(b, SLOTS - 1, SLOTS));
	EXPECT_EQ(2 * (SLOTS - 1), sent);
	EXPECT_EQ(0, ion_reset(a->fd));
	channel_attach_live(a);
	EXPECT_TRUE(pair_joined(a, b));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
