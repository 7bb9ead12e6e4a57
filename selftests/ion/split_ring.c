// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring behaves the same in either layout: the same code for both, and so for
 * the wake flags, poison and reset.
 */
#include "ion_live.h"
#include "ion_test.h"

static bool works(struct channel *ch)
{
	static __u64 number;

	number++;
	return ion_send(ch, number, 1) == 1 && ion_pop_from(ch, number, 1) == 1;
}

FIXTURE(ring_in_layout)
{
	struct channel ch;
};

ION_LAYOUT_VARIANTS(ring_in_layout);

FIXTURE_SETUP(ring_in_layout)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
}

FIXTURE_TEARDOWN(ring_in_layout)
{
	channel_close(&self->ch);
}

TEST_F(ring_in_layout, a_ring_of_256_slots_holds_255_packets)
{
	struct ion_packet packet;
	unsigned int i;

	for (i = 0; i < 255; i++) {
		packet = ion_packet_of(i);
		ASSERT_TRUE(ion_ring_push(&self->ch.tx, &packet));
		ASSERT_EQ(i + 1, *user_index(&self->ch, ION_RING_TX));
	}
	EXPECT_FALSE(ion_ring_push(&self->ch.tx, &packet));
	EXPECT_EQ(0, kernel_index(&self->ch, ION_RING_TX));
	ASSERT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(255, kernel_index(&self->ch, ION_RING_TX));
	EXPECT_EQ(255, kernel_index(&self->ch, ION_RING_RX));
	for (i = 0; i < 255; i++) {
		ASSERT_TRUE(ion_ring_pop(&self->ch.rx, &packet));
		ASSERT_TRUE(ion_packet_is(&packet, i));
	}
	EXPECT_FALSE(ion_ring_pop(&self->ch.rx, &packet));
	EXPECT_EQ(255, *user_index(&self->ch, ION_RING_RX));
}

TEST_F(ring_in_layout, batches_of_every_length_are_moved)
{
	unsigned int length;
	__u64 number = 0;

	for (length = 1; length < 256; length++) {
		ASSERT_EQ(length, ion_send(&self->ch, number, length));
		ASSERT_EQ(length, ion_pop_from(&self->ch, number, 255));
		number += length;
	}
}

TEST_F(ring_in_layout, commands_wrap)
{
	struct ion_cmd_packet cmd;
	__u64 number;

	for (number = 0; number < 1000; number++) {
		ASSERT_TRUE(ion_send_cmd(&self->ch, number));
		ASSERT_TRUE(ion_ring_pop_cmd(&self->ch.evt, &cmd));
		ASSERT_TRUE(ion_cmd_is(&cmd, number));
	}
	EXPECT_FALSE(ion_ring_pop_cmd(&self->ch.evt, &cmd));
	EXPECT_EQ(1000 % 256, *user_index(&self->ch, ION_RING_CMD));
	EXPECT_EQ(1000 % 256, kernel_index(&self->ch, ION_RING_EVT));
}

/* Round after round, as the program finds room and packets. */
static bool carry(struct channel *ch, __u64 count, __u32 batch)
{
	__u64 sent = 0, came = 0;
	int n = 0;

	while (came < count) {
		__u64 left = count - sent;

		sent += ion_push_from(ch, sent, left < batch ? left : batch);
		if (ion_end_peer_sleeps(&ch->tx.end) && ion_kick(ch->fd))
			return false;
		n = ion_pop_from(ch, came, batch);
		if (n <= 0)
			return false;
		came += n;
	}
	return !ion_pop_from(ch, came, 1);
}

TEST_F(ring_in_layout, half_a_million_packets_come_in_order)
{
	struct ion_stats stats;

	ASSERT_TRUE(carry(&self->ch, 500000, 200));
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(500000, stats.ring[ION_RING_TX].popped);
	EXPECT_EQ(500000, stats.ring[ION_RING_RX].pushed);
	EXPECT_EQ(500000, stats.ring[ION_RING_RX].popped);
}

TEST_F(ring_in_layout, every_size_works)
{
	struct channel ch;
	__u32 slots;

	for (slots = ION_SLOTS_MIN; slots <= ION_SLOTS_MAX; slots *= 2) {
		ASSERT_EQ(0,
			  channel_open_layout(&ch, variant->layout, slots, ""));
		EXPECT_EQ(slots - 1, ion_push_from(&ch, 0, slots));
		EXPECT_EQ(0, ion_kick(ch.fd));
		EXPECT_EQ(slots - 1, ion_pop_from(&ch, 0, slots));
		EXPECT_TRUE(carry(&ch, 2 * slots + 3, slots / 2))
		TH_LOG("%u slots", slots);
		channel_close(&ch);
	}
}

TEST_F(ring_in_layout, rings_may_have_different_sizes)
{
	struct ion_setup setup;
	struct channel ch;

	ion_setup_init(&setup, "");
	setup.layout = variant->layout;
	setup.slots[ION_RING_TX] = 2;
	setup.slots[ION_RING_RX] = 4096;
	setup.slots[ION_RING_CMD] = 16384;
	setup.slots[ION_RING_EVT] = 4;
	ASSERT_EQ(0, channel_open_live(&ch, &setup));
	EXPECT_TRUE(carry(&ch, 5000, 7));
	EXPECT_TRUE(ion_send_cmd(&ch, 1));
	EXPECT_EQ(1, kernel_index(&ch, ION_RING_EVT));
	channel_close(&ch);
}

/*
 * The flags of the kernel end: they ask for a kick, also when it found no room.
 */
TEST_F(ring_in_layout, the_kernel_end_asks_for_kicks)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);
	unsigned int i;

	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&self->ch));
	EXPECT_EQ(255, ion_send(&self->ch, 0, 255));
	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&self->ch));
	EXPECT_EQ(1, ion_send(&self->ch, 255, 1));
	EXPECT_EQ(WAKES_IDLE | 1 << ION_RING_RX, kernel_wakes(&self->ch));
	EXPECT_EQ(255, ion_pop_from(&self->ch, 0, 255));
	EXPECT_TRUE(ion_end_peer_sleeps(&self->ch.rx.end));
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&self->ch));
	EXPECT_EQ(1, ion_pop_from(&self->ch, 255, 2));

	for (i = 0; i < 256; i++) {
		ASSERT_TRUE(ion_ring_push_cmd(&self->ch.cmd, &cmd));
		ASSERT_EQ(0, ion_kick(self->ch.fd));
	}
	EXPECT_EQ(WAKES_IDLE | 1 << ION_RING_EVT, kernel_wakes(&self->ch));
	EXPECT_EQ(256, ion_reset(self->ch.fd));
	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&self->ch));
}

/* Set an invalid index, which a kick finds, or else a query. */
static void poison(struct __test_metadata *_metadata, struct channel *ch,
		   unsigned int ring, __u32 value, __u32 why)
{
	struct ion_stats stats;
	unsigned int id;

	WRITE_ONCE(*user_index(ch, ring), value);
	ASSERT_EQ(0, ion_get_stats(ch->fd, &stats));
	for (id = 0; id < ION_RINGS; id++)
		EXPECT_EQ(id == ring ? why : ION_POISON_NONE,
			  stats.ring[id].poison)
	TH_LOG("ring %u set to %u", ring, value);
	EXPECT_EQ(value, stats.ring[ring].poison_seen);
	EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
	EXPECT_EQ(POLLERR, ion_poll_for(ch->fd, POLLIN | POLLOUT, 0));
	EXPECT_LE(0, ion_reset(ch->fd));
	channel_attach_live(ch);
	EXPECT_TRUE(works(ch)) TH_LOG("ring %u set to %u", ring, value);
}

TEST_F(ring_in_layout, every_index_of_the_user_can_poison)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);
	struct ion_stats stats;
	unsigned int id, i;

	for (id = 0; id < ION_RINGS; id++) {
		poison(_metadata, &self->ch, id, 256, ION_POISON_RANGE);
		poison(_metadata, &self->ch, id, 0x80000000, ION_POISON_RANGE);
		poison(_metadata, &self->ch, id, ~0U, ION_POISON_RANGE);
	}
	/* The kernel knows that rx and evt are empty: any move is wrong. */
	for (id = ION_RING_RX; id < ION_RINGS; id += 2)
		for (i = 1; i < 256; i += 127) {
			ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
			poison(_metadata, &self->ch, id,
			       (stats.ring[id].tail + i) & 255,
			       ION_POISON_ORDER);
		}
	/*
	 * The kernel knows that tx and cmd are full: every other head is wrong.
	 */
	ion_fill(&self->ch);
	poison(_metadata, &self->ch, ION_RING_TX,
	       (*user_index(&self->ch, ION_RING_TX) + 1) & 255,
	       ION_POISON_ORDER);
	for (i = 0; i < 510; i++) {
		ASSERT_TRUE(ion_ring_push_cmd(&self->ch.cmd, &cmd));
		ASSERT_EQ(0, ion_kick(self->ch.fd));
	}
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	poison(_metadata, &self->ch, ION_RING_CMD,
	       (*user_index(&self->ch, ION_RING_CMD) - 1) & 255,
	       ION_POISON_ORDER);
}

TEST_F(ring_in_layout, reset_empties_the_rings)
{
	struct ion_stats stats;
	unsigned int id;

	EXPECT_EQ(510, ion_fill(&self->ch));
	EXPECT_TRUE(ion_send_cmd(&self->ch, 1));
	EXPECT_EQ(511, ion_reset(self->ch.fd));
	for (id = 0; id < ION_RINGS; id++)
		EXPECT_EQ(kernel_index(&self->ch, id),
			  *user_index(&self->ch, id));
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(255, stats.ring[ION_RING_TX].discarded);
	EXPECT_EQ(255, stats.ring[ION_RING_RX].discarded);
	EXPECT_EQ(1, stats.ring[ION_RING_EVT].discarded);
	for (id = 0; id < ION_RINGS; id++)
		EXPECT_EQ(0, stats.ring[id].queued);
	channel_attach_live(&self->ch);
	EXPECT_TRUE(carry(&self->ch, 1000, 100));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
