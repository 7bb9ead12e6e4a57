// SPDX-License-Identifier: GPL-2.0-only
/*
 * A buffer goes over with its packet. A packet on tx that names a wrong one is
 * discarded, counted by what is wrong with it, and holds up nothing.
 */
#include "arena_test.h"
#include "ion_test.h"

#define BUFFERS 100
#define SIZE	512
#define SLOTS	64

FIXTURE(owner)
{
	struct channel ch;
};

ION_LAYOUT_VARIANTS(owner);

FIXTURE_SETUP(owner)
{
	ASSERT_EQ(0, arena_open(&self->ch, variant->layout, "echo", SLOTS,
				BUFFERS, SIZE));
}

FIXTURE_TEARDOWN(owner)
{
	channel_close(&self->ch);
}

/* Those that were refused so far, by cause: id, range, owner. */
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

/* It goes there and back as it is. */
static bool accepted(struct channel *ch, struct ion_packet packet)
{
	struct ion_packet back;

	if (!arena_send(ch, packet))
		return false;
	back = arena_pop(ch);
	return arena_same(&packet, &back) && arena_rx_empty(ch);
}

/* It does not come back, and the next one does. */
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

TEST_F(owner, every_part_of_a_buffer)
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

TEST_F(owner, a_buffer_that_there_is_not)
{
	static const __u32 ids[] = { BUFFERS, BUFFERS + 1, 128, 0x7fff,
				     0xffff };
	struct channel *ch = &self->ch;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_TRUE(discarded(ch, arena_packet(ch, ids[i], 0, 1)));
		EXPECT_TRUE(refused(ch, i + 1, 0, 0));
	}
	/* Nor is its place looked at. */
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
	/* Sums that come round to what would be right. */
	{ .data = ~0ULL, .len = 1 },
	{ .data = ~0ULL, .len = 0xffff },
	{ .data = ~0ULL - 10, .len = 20 },
	{ .data = 1ULL << 32 | 5 * SIZE, .len = 1 },
	{ .data = 1ULL << 63 | 5 * SIZE, .len = 1 },
	{ .data = (1ULL << 32) - 1, .len = 2 },
	{ .data = 0ULL - SIZE, .len = SIZE },
};

TEST_F(owner, a_payload_that_leaves_its_buffer)
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
	/* It was not taken either. */
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	EXPECT_TRUE(accepted(ch, arena_packet(ch, 5, 0, SIZE)));
	/* Below the first one nothing begins. */
	packet = (struct ion_packet){ .data = ~0ULL, .len = 1 };
	EXPECT_TRUE(discarded(ch, packet));
}

TEST_F(owner, twice_in_one_batch)
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
	/* It came back: it may be handed over again. */
	EXPECT_TRUE(accepted(ch, arena_packet(ch, 9, 0, 8)));
}

/* By system calls too, and by another process that has the descriptor. */
TEST_F(owner, by_another_descriptor)
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

/* Good ones between bad ones keep their order. */
TEST_F(owner, bad_ones_in_between)
{
	struct channel *ch = &self->ch;
	struct ion_stats stats;
	__u32 i, round;

	for (round = 0; round < 20; round++) {
		for (i = 0; i < SLOTS - 1; i++) {
			struct ion_packet packet = arena_packet(ch, i, 0, 1);

			/* Two of three do not end where their buffer does. */
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

/* One kick does for a ring of bad ones with a good one at its end. */
TEST_F(owner, many_bad_ones_stall_no_good_one)
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
	/* The ring is empty again, and has room for as many. */
	for (i = 0; i < SLOTS - 1; i++)
		ASSERT_TRUE(arena_push(ch, arena_packet(ch, i, 0, 0)));
	ASSERT_EQ(0, ion_kick(ch->fd));
	for (i = 0; i < SLOTS - 1; i++)
		EXPECT_EQ(i, arena_pop(ch).id);
}

TEST_F(owner, a_lent_thread_discards_too)
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

/* What the service has looked at is its own, also while it finds no room. */
TEST_F(owner, the_service_keeps_what_finds_no_room)
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
	/* Handed over a second time. */
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

TEST_F(owner, sink_gives_them_back_empty)
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
