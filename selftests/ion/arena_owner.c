// SPDX-License-Identifier: GPL-2.0-only
/*
 * A buffer changes its owner with its packet. A packet on tx with a wrong
 * buffer is discarded, counted by the kind of error, and delays no other
 * packet.
 */
#include "arena_test.h"
#include "ion_test.h"

#define BUFFERS 100
#define SIZE	512
#define SLOTS	64

FIXTURE(arena_owner)
{
	struct channel ch;
};

ION_LAYOUT_VARIANTS(arena_owner);

FIXTURE_SETUP(arena_owner)
{
	ASSERT_EQ(0, arena_open(&self->ch, variant->layout, "echo", SLOTS,
				BUFFERS, SIZE));
}

FIXTURE_TEARDOWN(arena_owner)
{
	channel_close(&self->ch);
}

/* Return whether that many packets were refused so far, by cause. */
static bool refused(struct channel *ch, __u64 id, __u64 range, __u64 owner)
{
	const struct ion_ring_stats *tx;
	struct ion_stats stats;

	if (stats_read(ch->fd, &stats))
		return false;
	tx = &stats.ring[ION_RING_TX];
	if (tx->bad_id == id && tx->bad_range == range &&
	    tx->bad_owner == owner && tx->discarded == id + range + owner)
		return true;
	ksft_print_msg("id %llu, range %llu, owner %llu of %llu\n", tx->bad_id,
		       tx->bad_range, tx->bad_owner, tx->discarded);
	return false;
}

/* Return whether echo returns the packet unchanged. */
static bool accepted(struct channel *ch, struct ion_packet packet)
{
	struct ion_packet back;

	if (!arena_send(ch, packet))
		return false;
	back = arena_pop(ch);
	return arena_same(&packet, &back) && arena_rx_empty(ch);
}

/* Return whether the packet is discarded, and the next one returns. */
static bool discarded(struct channel *ch, struct ion_packet packet)
{
	return arena_send(ch, packet) && arena_rx_empty(ch) &&
	       accepted(ch, arena_packet(ch, 0, 1, 2));
}

static const struct {
	__u32 skip;
	__u16 len;
} inside[] = {
	{ 0, 0 },    { 0, 1 },	{ 0, SIZE },	 { 1, SIZE - 1 },
	{ SIZE, 0 }, { 17, 0 }, { SIZE - 1, 1 }, { 100, 200 },
};

TEST_F(arena_owner, every_part_of_a_buffer_may_be_sent)
{
	static const __u32 ids[] = { 0, 1, 63, 64, BUFFERS - 1 };
	struct channel *ch = &self->ch;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(inside); i++)
		for (k = 0; k < ARRAY_SIZE(ids); k++)
			EXPECT_TRUE(accepted(ch, arena_packet(ch, ids[k],
							      inside[i].skip,
							      inside[i].len)));
	EXPECT_TRUE(refused(ch, 0, 0, 0));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
}

TEST_F(arena_owner, an_unknown_buffer_is_refused)
{
	static const __u32 ids[] = { BUFFERS, BUFFERS + 1, 128, 0x7fff,
				     0xffff };
	struct channel *ch = &self->ch;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_TRUE(discarded(ch, arena_packet(ch, ids[i], 0, 1)));
		EXPECT_TRUE(refused(ch, i + 1, 0, 0));
	}
	/* The place of such a buffer is not checked. */
	EXPECT_TRUE(discarded(ch, (struct ion_packet){ .id = BUFFERS }));
	EXPECT_TRUE(refused(ch, i + 1, 0, 0));
}

static const struct ion_packet outside[] = {
	{ .data = 5 * SIZE - 1, .len = 1 },
	{ .data = 5 * SIZE - 1, .len = 0 },
	{ .data = 0, .len = 1 },
	{ .data = 4 * SIZE, .len = SIZE },
	{ .data = 5 * SIZE, .len = SIZE + 1 },
	{ .data = 5 * SIZE, .len = 0xffff },
	{ .data = 5 * SIZE + 1, .len = SIZE },
	{ .data = 6 * SIZE - 1, .len = 2 },
	{ .data = 6 * SIZE, .len = 1 },
	{ .data = 6 * SIZE + 1, .len = 0 },
	{ .data = 7 * SIZE, .len = 0 },
	{ .data = (__u64)BUFFERS * SIZE, .len = 0 },
	/* Sums that overflow to a valid value. */
	{ .data = ~0ULL, .len = 1 },
	{ .data = ~0ULL, .len = 0xffff },
	{ .data = ~0ULL - 10, .len = 20 },
	{ .data = 1ULL << 32 | 5 * SIZE, .len = 1 },
	{ .data = 1ULL << 63 | 5 * SIZE, .len = 1 },
	{ .data = (1ULL << 32) - 1, .len = 2 },
	{ .data = 0ULL - SIZE, .len = SIZE },
};

TEST_F(arena_owner, a_payload_outside_its_buffer_is_refused)
{
	struct channel *ch = &self->ch;
	struct ion_packet packet;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(outside); i++) {
		packet = outside[i];
		packet.id = 5;
		EXPECT_TRUE(discarded(ch, packet))
		TH_LOG("%#llx and %u", packet.data, packet.len);
		EXPECT_TRUE(refused(ch, 0, i + 1, 0));
	}
	/* The buffer was not taken. */
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	EXPECT_TRUE(accepted(ch, arena_packet(ch, 5, 0, SIZE)));
	/* No buffer begins below the first. */
	packet = (struct ion_packet){ .data = ~0ULL, .len = 1 };
	EXPECT_TRUE(discarded(ch, packet));
}

TEST_F(arena_owner, a_buffer_twice_in_a_batch_is_refused_once)
{
	struct channel *ch = &self->ch;
	struct ion_packet back;
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_TRUE(arena_push(ch, arena_packet(ch, 9, i, 8)));
	EXPECT_TRUE(arena_send(ch, arena_packet(ch, 8, 0, 8)));
	back = arena_pop(ch);
	EXPECT_EQ(9, back.id);
	EXPECT_EQ(9 * SIZE, back.data);
	EXPECT_EQ(8, arena_pop(ch).id);
	EXPECT_TRUE(arena_rx_empty(ch));
	EXPECT_TRUE(refused(ch, 0, 0, 2));
	/* The buffer returned: it may be handed over again. */
	EXPECT_TRUE(accepted(ch, arena_packet(ch, 9, 0, 8)));
}

/* By system calls too, and by another process with the descriptor. */
TEST_F(arena_owner, a_buffer_is_the_kernels_for_every_descriptor)
{
	struct channel *ch = &self->ch;
	struct ion_packet packet = arena_packet(ch, 9, 0, 8);
	pid_t pid;

	ASSERT_TRUE(arena_push(ch, packet));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		int fd = dup(ch->fd);

		_exit(ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1) !=
		      1);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_EQ(9, arena_pop(ch).id);
	EXPECT_TRUE(arena_rx_empty(ch));
	EXPECT_TRUE(refused(ch, 0, 0, 1));
}

/* Valid packets between invalid ones keep their order. */
TEST_F(arena_owner, refused_packets_keep_the_order_of_the_others)
{
	struct channel *ch = &self->ch;
	struct ion_stats stats;
	__u32 i, round;

	for (round = 0; round < 20; round++) {
		for (i = 0; i < SLOTS - 1; i++) {
			struct ion_packet packet = arena_packet(ch, i, 0, 1);

			/* Two of three end outside of their buffer. */
			packet.data += i % 3 == round % 3 ? 0 : SIZE;
			ASSERT_TRUE(arena_push(ch, packet));
		}
		ASSERT_EQ(0, ion_kick(ch->fd));
		for (i = round % 3; i < SLOTS - 1; i += 3)
			EXPECT_EQ(i, arena_pop(ch).id);
		EXPECT_TRUE(arena_rx_empty(ch));
		EXPECT_TRUE(refused(ch, 0, (round + 1) * 42, 0));
	}
	ASSERT_EQ(0, stats_read(ch->fd, &stats));
	EXPECT_EQ(20 * 63, stats.ring[ION_RING_TX].pushed);
	EXPECT_EQ(20 * 21, stats.ring[ION_RING_TX].popped);
	EXPECT_EQ(20 * 21, stats.ring[ION_RING_RX].popped);
}

/* One kick handles a ring of invalid packets with a valid one at its end. */
TEST_F(arena_owner, many_refused_packets_do_not_delay_a_valid_one)
{
	struct channel *ch = &self->ch;
	__u32 i, round;

	for (round = 0; round < 50; round++) {
		for (i = 0; i < SLOTS - 2; i++)
			ASSERT_TRUE(arena_push(ch, arena_packet(ch, BUFFERS + i,
								0, 0)));
		EXPECT_TRUE(accepted(ch, arena_packet(ch, round, 0, 1)));
		EXPECT_TRUE(refused(ch, (round + 1) * (SLOTS - 2), 0, 0));
	}
	for (i = 0; i < SLOTS - 1; i++)
		ASSERT_TRUE(arena_push(ch, arena_packet(ch, BUFFERS, 0, 0)));
	ASSERT_EQ(0, ion_kick(ch->fd));
	/* The ring is empty again and takes as many. */
	for (i = 0; i < SLOTS - 1; i++)
		ASSERT_TRUE(arena_push(ch, arena_packet(ch, i, 0, 0)));
	ASSERT_EQ(0, ion_kick(ch->fd));
	for (i = 0; i < SLOTS - 1; i++)
		EXPECT_EQ(i, arena_pop(ch).id);
}

TEST_F(arena_owner, a_lent_thread_discards_refused_packets)
{
	struct channel *ch = &self->ch;
	struct task server;
	__u32 i;

	ASSERT_TRUE(server_start(&server, ch, SPIN, 0));
	for (i = 0; i < 1000; i++) {
		__u32 id = i % BUFFERS;
		struct ion_packet bad = arena_packet(ch, id, 1, SIZE);
		struct ion_packet good = arena_packet(ch, id, 0, 1);

		ASSERT_TRUE(AWAIT(arena_push(ch, bad)));
		ASSERT_TRUE(AWAIT(arena_push(ch, good)));
		ASSERT_TRUE(AWAIT(!arena_rx_empty(ch)));
		EXPECT_EQ(id, arena_pop(ch).id);
	}
	EXPECT_TRUE(refused(ch, 0, 1000, 0));
	EXPECT_EQ(-EINTR, server_stop(&server));
}

/* A buffer that the service took belongs to it, also while there is no room. */
TEST_F(arena_owner, the_service_keeps_buffers_that_find_no_room)
{
	struct channel *ch = &self->ch;
	__u32 i;

	for (i = 0; i < SLOTS - 1; i++)
		ASSERT_TRUE(arena_send(ch, arena_packet(ch, i, 0, 0)));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	for (; i < SLOTS + 9; i++)
		ASSERT_TRUE(arena_push(ch, arena_packet(ch, i, 0, 0)));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	ASSERT_EQ(0, ion_kick(ch->fd));
	EXPECT_EQ(BUFFERS - 10, arena_owned(ch->fd, NULL));
	EXPECT_FALSE(arena_owns(ch->fd, SLOTS));
	EXPECT_TRUE(arena_owns(ch->fd, 0));
	/* Hand it over a second time. */
	ASSERT_TRUE(arena_send(ch, arena_packet(ch, SLOTS, 0, 0)));
	EXPECT_EQ(0, arena_pop(ch).id);
	ASSERT_EQ(0, ion_kick(ch->fd));
	EXPECT_EQ(BUFFERS - 9, arena_owned(ch->fd, NULL));
	for (i = 1; i < SLOTS + 9; i++) {
		EXPECT_EQ(i, arena_pop(ch).id);
		ASSERT_EQ(0, ion_kick(ch->fd));
	}
	EXPECT_TRUE(arena_rx_empty(ch));
	EXPECT_TRUE(refused(ch, 0, 0, 1));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
}

TEST_F(arena_owner, sink_returns_buffers_empty)
{
	struct ion_packet sent, back;
	struct channel ch;
	__u32 i;

	ASSERT_EQ(0, arena_open(&ch, variant->layout, "sink", SLOTS, BUFFERS,
				SIZE));
	for (i = 0; i < BUFFERS; i++) {
		sent = arena_packet(&ch, i, 3, 100);
		ASSERT_TRUE(arena_send(&ch, sent));
		ASSERT_TRUE(arena_send(&ch, arena_packet(&ch, i, SIZE + 1, 0)));
		back = arena_pop(&ch);
		EXPECT_EQ(0, back.len);
		EXPECT_EQ(i, back.id);
		EXPECT_TRUE(arena_packet_sane(&ch, &back));
		EXPECT_TRUE(arena_rx_empty(&ch));
	}
	EXPECT_EQ(BUFFERS, arena_owned(ch.fd, NULL));
	channel_close(&ch);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
