// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rings at work: full, empty, wrapped, of every size, in batches, with
 * every bit of every packet checked; and the services when the way back is
 * full.
 */
#include "ion_test.h"

FIXTURE(ring)
{
	struct channel ch;
};

FIXTURE_SETUP(ring)
{
	ASSERT_EQ(0, channel_open(&self->ch, NULL));
}

FIXTURE_TEARDOWN(ring)
{
	channel_close(&self->ch);
}

TEST_F(ring, a_ring_of_256_slots_holds_255_packets)
{
	struct ion_ring_header *tx = channel_header(&self->ch, ION_RING_TX);
	struct ion_packet packet = ion_packet_of(1000);
	unsigned int i;

	for (i = 0; i < 255; i++) {
		struct ion_packet one = ion_packet_of(i);

		ASSERT_TRUE(ion_ring_push(&self->ch.tx, &one));
		ASSERT_EQ(i + 1, tx->head);
	}
	EXPECT_FALSE(ion_ring_push(&self->ch.tx, &packet));
	EXPECT_EQ(255, tx->head);
	EXPECT_EQ(0, tx->tail);

	ASSERT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(255, tx->tail);
	for (i = 0; i < 255; i++) {
		ASSERT_TRUE(ion_ring_pop(&self->ch.rx, &packet));
		ASSERT_TRUE(ion_packet_is(&packet, i));
	}
	packet = ion_packet_of(2000);
	EXPECT_FALSE(ion_ring_pop(&self->ch.rx, &packet));
	EXPECT_TRUE(ion_packet_is(&packet, 2000));
	EXPECT_EQ(255, channel_header(&self->ch, ION_RING_RX)->tail);
}

TEST_F(ring, a_ring_of_256_slots_holds_255_commands)
{
	struct ion_cmd_packet cmd = ion_cmd_of(1000);
	unsigned int i;

	for (i = 0; i < 255; i++) {
		struct ion_cmd_packet one = ion_cmd_of(i);

		ASSERT_TRUE(ion_ring_push_cmd(&self->ch.cmd, &one));
	}
	EXPECT_FALSE(ion_ring_push_cmd(&self->ch.cmd, &cmd));
	ASSERT_EQ(0, ion_kick(self->ch.fd));
	for (i = 0; i < 255; i++) {
		ASSERT_TRUE(ion_ring_pop_cmd(&self->ch.evt, &cmd));
		ASSERT_TRUE(ion_cmd_is(&cmd, i));
	}
	EXPECT_FALSE(ion_ring_pop_cmd(&self->ch.evt, &cmd));
}

TEST_F(ring, every_single_bit_is_carried)
{
	unsigned char in[sizeof(struct ion_cmd_packet)];
	unsigned char out[sizeof(in)];
	unsigned int bit;

	for (bit = 0; bit < 8 * sizeof(in); bit++) {
		memset(in, bit & 1 ? 0xff : 0, sizeof(in));
		in[bit / 8] ^= 1 << bit % 8;
		memset(out, 0x55, sizeof(out));
		ASSERT_EQ(1, ion_ring_push_n(&self->ch.cmd, in, 1, 32));
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		ASSERT_EQ(1, ion_ring_pop_n(&self->ch.evt, out, 1, 32));
		ASSERT_EQ(0, memcmp(in, out, 32));

		memset(out, 0x55, sizeof(out));
		ASSERT_EQ(1, ion_ring_push_n(&self->ch.tx, in, 1, 24));
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		ASSERT_EQ(1, ion_ring_pop_n(&self->ch.rx, out, 1, 24));
		ASSERT_EQ(0, memcmp(in, out, 24));
		ASSERT_EQ(0x55, out[24]);
	}
}

/* Every length of batch, from nearly every place where it can begin. */
TEST_F(ring, batches_of_every_length_are_moved)
{
	unsigned int length;
	__u64 number = 0;

	for (length = 1; length < 256; length++) {
		ASSERT_EQ(length, ion_push_from(&self->ch, number, length));
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		ASSERT_EQ(length, ion_pop_from(&self->ch, number, 255));
		number += length;
	}
	EXPECT_EQ(255, ion_push_from(&self->ch, number, 1000));
	EXPECT_EQ(0, ion_push_from(&self->ch, number, 1000));
}

TEST_F(ring, reserved_slots_need_not_be_used)
{
	EXPECT_EQ(100, ion_ring_reserve(&self->ch.tx, 100));
	EXPECT_EQ(0, channel_header(&self->ch, ION_RING_TX)->head);
	EXPECT_EQ(255, ion_push_from(&self->ch, 0, 255));
	ASSERT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(50, ion_ring_peek(&self->ch.rx, 50));
	EXPECT_EQ(0, channel_header(&self->ch, ION_RING_RX)->tail);
	EXPECT_EQ(255, ion_pop_from(&self->ch, 0, 255));
}

/*
 * A program that was handed the channel continues where the last one stopped.
 */
TEST_F(ring, attaching_again_goes_on)
{
	unsigned int i;
	__u64 number = 0;

	for (i = 0; i < 300; i++) {
		ASSERT_EQ(7, ion_push_from(&self->ch, number, 7));
		channel_attach(&self->ch);
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		ASSERT_EQ(3, ion_pop_from(&self->ch, number, 3));
		channel_attach(&self->ch);
		ASSERT_EQ(4, ion_pop_from(&self->ch, number + 3, 255));
		number += 7;
	}
}

TEST_F_TIMEOUT(ring, two_million_packets_come_in_order, 120)
{
	const __u64 total = 2000000;
	__u64 pushed = 0, popped = 0;
	struct ion_stats stats;

	while (popped < total) {
		__u32 n = total - pushed < 255 ? total - pushed : 255;

		pushed += ion_push_from(&self->ch, pushed, n);
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		n = ion_pop_from(&self->ch, popped, 255);
		ASSERT_LT(0, (int)n);
		popped += n;
	}
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(total, stats.ring[ION_RING_TX].pushed);
	EXPECT_EQ(total, stats.ring[ION_RING_TX].popped);
	EXPECT_EQ(total, stats.ring[ION_RING_RX].pushed);
	EXPECT_EQ(total, stats.ring[ION_RING_RX].popped);
	EXPECT_EQ((total + 254) / 255, stats.kicks);
	EXPECT_EQ(0, stats.kicks_spurious);
}

TEST_F_TIMEOUT(ring, half_a_million_commands_come_in_order, 60)
{
	const __u64 total = 500000;
	__u64 pushed = 0, popped = 0;

	while (popped < total) {
		struct ion_cmd_packet cmd = ion_cmd_of(pushed);

		while (pushed < total && ion_ring_push_cmd(&self->ch.cmd, &cmd))
			cmd = ion_cmd_of(++pushed);
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		while (ion_ring_pop_cmd(&self->ch.evt, &cmd)) {
			ASSERT_TRUE(ion_cmd_is(&cmd, popped))
			TH_LOG("command %llu", popped);
			popped++;
		}
	}
	EXPECT_EQ(total, pushed);
}

/*
 * The kernel end sleeps between kicks, and its flags ask for them, but not
 * where it has nothing to push. It leaves our flag alone.
 */
TEST_F(ring, the_kernel_end_asks_for_kicks)
{
	unsigned int id, round;

	for (round = 0; round < 3; round++) {
		for (id = 0; id < ION_RINGS; id++) {
			struct ion_ring_header *header =
				channel_header(&self->ch, id);
			bool producer = ion_kernel_pushes(id);

			EXPECT_EQ(producer ? 0 : round, header->producer_wake);
			EXPECT_EQ(producer ? round : 1, header->consumer_wake);
			if (producer)
				header->consumer_wake = round + 1;
			else
				header->producer_wake = round + 1;
		}
		ion_push_from(&self->ch, round, 1);
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		ASSERT_EQ(1, ion_pop_from(&self->ch, round, 1));
	}
}

static void full_round(struct __test_metadata *_metadata, struct channel *ch,
		       __u32 slots, __u64 from)
{
	ASSERT_EQ(slots - 1, ion_push_from(ch, from, slots + 5));
	ASSERT_EQ(0, ion_push_from(ch, from, 1));
	ASSERT_EQ(0, ion_kick(ch->fd));
	ASSERT_EQ(slots - 1, ion_pop_from(ch, from, slots + 5));
	ASSERT_EQ(0, ion_pop_from(ch, from, 1));
}

static void one_size(struct __test_metadata *_metadata, __u32 slots)
{
	struct channel ch;
	__u64 number = 0;
	__u32 step = slots / 2 + 1 < slots ? slots / 2 + 1 : 1;
	int i;

	ASSERT_EQ(0, channel_open_slots(&ch, slots, "echo"));
	/* Begin a round at several places, so that it wraps at each. */
	for (i = 0; i < 4; i++) {
		full_round(_metadata, &ch, slots, number);
		number += slots;
		ASSERT_EQ(step, ion_push_from(&ch, number, step));
		ASSERT_EQ(0, ion_kick(ch.fd));
		ASSERT_EQ(step, ion_pop_from(&ch, number, step));
		number += step;
	}
	channel_close(&ch);
}

TEST(every_size_from_2_to_65536_works)
{
	__u32 slots;

	for (slots = ION_SLOTS_MIN; slots <= ION_SLOTS_MAX; slots *= 2)
		one_size(_metadata, slots);
}

/* Rings of two slots hold one packet at a time, forever. */
TEST(the_smallest_ring_goes_on_wrapping)
{
	struct channel ch;
	__u64 i;

	ASSERT_EQ(0, channel_open_slots(&ch, 2, ""));
	for (i = 0; i < 10000; i++) {
		ASSERT_EQ(1, ion_push_from(&ch, i, 2));
		ASSERT_EQ(0, ion_kick(ch.fd));
		ASSERT_EQ(1, ion_pop_from(&ch, i, 2));
	}
	channel_close(&ch);
}

static void open_uneven(struct __test_metadata *_metadata, struct channel *ch,
			__u32 there, __u32 back)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "echo");
	setup.slots[ION_RING_TX] = there;
	setup.slots[ION_RING_RX] = back;
	setup.slots[ION_RING_CMD] = there;
	setup.slots[ION_RING_EVT] = back;
	ASSERT_EQ(0, channel_open(ch, &setup));
}

/*
 * No packet is dropped: packets that find no room stay in place and in order.
 */
TEST(echo_leaves_packets_that_find_no_room)
{
	struct ion_stats stats;
	struct channel ch;
	__u64 popped = 0;
	__u64 full = 0;

	open_uneven(_metadata, &ch, 256, 16);
	ASSERT_EQ(255, ion_push_from(&ch, 0, 255));
	while (popped < 255) {
		__u32 n = popped % 7 + 1;
		__u64 back = popped + 15 < 255 ? popped + 15 : 255;

		ASSERT_EQ(0, ion_kick(ch.fd));
		ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
		full += back < 255;
		EXPECT_EQ(back, stats.ring[ION_RING_RX].pushed);
		EXPECT_EQ(back, stats.ring[ION_RING_TX].popped);
		EXPECT_EQ(255 - back, stats.ring[ION_RING_TX].queued);
		EXPECT_EQ(full, stats.ring[ION_RING_RX].full);
		if (n > 255 - popped)
			n = 255 - popped;
		ASSERT_EQ(n, ion_pop_from(&ch, popped, n));
		popped += n;
	}
	EXPECT_EQ(0, ion_ring_peek(&ch.rx, 1));
	channel_close(&ch);
}

/* Commands that find no room on evt do not delay packets, and the reverse. */
TEST(the_two_ways_back_are_independent)
{
	struct ion_cmd_packet cmd;
	struct ion_stats stats;
	struct channel ch;
	unsigned int i;

	open_uneven(_metadata, &ch, 64, 4);
	for (i = 0; i < 63; i++) {
		cmd = ion_cmd_of(i);
		ASSERT_TRUE(ion_ring_push_cmd(&ch.cmd, &cmd));
	}
	ASSERT_EQ(0, ion_kick(ch.fd));
	ASSERT_EQ(0, ion_kick(ch.fd));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(1, ion_push_from(&ch, i, 1));
		ASSERT_EQ(0, ion_kick(ch.fd));
		ASSERT_EQ(1, ion_pop_from(&ch, i, 1));
	}
	ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
	EXPECT_EQ(60, stats.ring[ION_RING_CMD].queued);
	EXPECT_EQ(102, stats.ring[ION_RING_EVT].full);
	EXPECT_EQ(0, stats.ring[ION_RING_RX].full);
	for (i = 0; i < 63; i++) {
		ASSERT_EQ(0, ion_kick(ch.fd));
		ASSERT_TRUE(ion_ring_pop_cmd(&ch.evt, &cmd));
		ASSERT_TRUE(ion_cmd_is(&cmd, i));
	}
	channel_close(&ch);
}

TEST(sink_consumes_and_answers_nothing)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);
	struct ion_stats stats;
	struct channel ch;
	unsigned int i;

	ASSERT_EQ(0, channel_open_slots(&ch, 0, "sink"));
	EXPECT_STREQ("sink", ch.info.service);
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(255, ion_push_from(&ch, 0, 300));
		ASSERT_TRUE(ion_ring_push_cmd(&ch.cmd, &cmd));
		ASSERT_EQ(0, ion_kick(ch.fd));
		ASSERT_EQ(0, ion_ring_peek(&ch.rx, 1));
		ASSERT_EQ(0, ion_ring_peek(&ch.evt, 1));
	}
	ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
	EXPECT_EQ(2550, stats.ring[ION_RING_TX].popped);
	EXPECT_EQ(10, stats.ring[ION_RING_CMD].popped);
	EXPECT_EQ(0, stats.ring[ION_RING_RX].pushed);
	EXPECT_EQ(0, stats.ring[ION_RING_EVT].pushed);
	channel_close(&ch);
}

/*
 * User ends over memory that no kernel reads: how the header handles an other
 * end that breaks the protocol.
 */
FIXTURE(ring_header)
{
	struct ion_packet_ring ring;
	struct ion_producer in;
	struct ion_consumer out;
};

FIXTURE_SETUP(ring_header)
{
	ion_producer_attach(&self->in, &self->ring, ION_SLOTS_DEFAULT);
	ion_consumer_attach(&self->out, &self->ring, ION_SLOTS_DEFAULT);
}

FIXTURE_TEARDOWN(ring_header)
{
}

TEST_F(ring_header, an_end_attaches_at_any_index)
{
	struct ion_packet packet = ion_packet_of(0);
	__u32 head, tail;

	for (head = 0; head < 256; head += 5) {
		for (tail = 0; tail < 256; tail += 3) {
			self->ring.header.head = head;
			self->ring.header.tail = tail;
			ion_producer_attach(&self->in, &self->ring, 256);
			ion_consumer_attach(&self->out, &self->ring, 256);
			ASSERT_EQ(255 - ((head - tail) & 255),
				  ion_ring_room(&self->in));
			ASSERT_EQ((head - tail) & 255,
				  ion_ring_peek(&self->out, 256));
			ASSERT_EQ(((head + 1) & 255) != tail,
				  ion_ring_push(&self->in, &packet));
		}
	}
}

TEST_F(ring_header, the_mask_in_shared_memory_is_not_read)
{
	struct ion_packet packet = ion_packet_of(0);
	unsigned int i;

	self->ring.header.mask = 0xffffffff;
	for (i = 0; i < 255; i++) {
		ASSERT_TRUE(ion_ring_push(&self->in, &packet))
		TH_LOG("packet %u", i);
	}
	self->ring.header.mask = 0;
	EXPECT_FALSE(ion_ring_push(&self->in, &packet));
	for (i = 0; i < 255; i++) {
		ASSERT_TRUE(ion_ring_pop(&self->out, &packet))
		TH_LOG("packet %u", i);
	}
	EXPECT_FALSE(ion_ring_pop(&self->out, &packet));
}

TEST_F(ring_header, a_broken_end_is_no_longer_read)
{
	struct ion_packet packet = ion_packet_of(0);

	self->ring.header.head = 256;
	EXPECT_FALSE(ion_ring_pop(&self->out, &packet));
	EXPECT_EQ(ION_POISON_RANGE, self->out.end.broken);
	EXPECT_EQ(256, self->out.end.seen);
	self->ring.header.head = 5;
	EXPECT_FALSE(ion_ring_pop(&self->out, &packet));
	EXPECT_EQ(256, self->out.end.seen);
	EXPECT_EQ(0, self->ring.header.tail);

	/* A tail before the oldest packet, on another ring. */
	ion_producer_attach(&self->in, &self->ring, 256);
	self->ring.header.tail = 9;
	EXPECT_EQ(0, ion_ring_reserve(&self->in, 255));
	EXPECT_EQ(ION_POISON_ORDER, self->in.end.broken);
	EXPECT_EQ(9, self->in.end.seen);
	self->ring.header.tail = 5;
	EXPECT_EQ(0, ion_ring_reserve(&self->in, 255));
}

/* The counts of an end pass 2^32 correctly. */
TEST_F(ring_header, counts_pass_32_bits)
{
	struct ion_packet packet;
	unsigned int i;

	self->in.end.own = 0xffffff00ULL;
	self->in.end.ready = 0xffffff00ULL + self->in.end.mask;
	self->out.end.own = 0xffffff00ULL;
	self->out.end.ready = 0xffffff00ULL;
	for (i = 0; i < 1000; i++) {
		packet = ion_packet_of(i);
		ASSERT_TRUE(ion_ring_push(&self->in, &packet));
		ASSERT_EQ((i + 1) & 255, self->ring.header.head);
		ASSERT_TRUE(ion_ring_pop(&self->out, &packet));
		ASSERT_TRUE(ion_packet_is(&packet, i));
		ASSERT_FALSE(ion_ring_pop(&self->out, &packet));
	}
	EXPECT_EQ(0xffffff00ULL + 1000, self->in.end.own);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
