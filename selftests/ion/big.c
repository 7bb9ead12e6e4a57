// SPDX-License-Identifier: GPL-2.0-only
/*
 * The largest channels: rings of 65536 slots, where every bit of an index is
 * used, and an arena of as many buffers, where every bit of an id is used.
 */
#include "arena_test.h"
#include "ion_test.h"

#define SLOTS	    ION_SLOTS_MAX
#define HELD	    (SLOTS - 1)
#define BUFFERS	    ION_BUFFERS_MAX
#define BUFFER_SIZE 1024

FIXTURE(big_ring)
{
	struct channel ch;
};

ION_LAYOUT_VARIANTS(big_ring);

FIXTURE_SETUP(big_ring)
{
	ASSERT_EQ(0,
		  channel_open_layout(&self->ch, variant->layout, SLOTS, ""));
}

FIXTURE_TEARDOWN(big_ring)
{
	channel_close(&self->ch);
}

/* Pop all packets from number @from on: how many, or -1 if one is wrong. */
static int pop_all(struct channel *ch, __u64 from)
{
	int n, popped = 0;

	do {
		n = ion_pop_from(ch, from + popped, SLOTS);
		popped += n;
		if (n < 0 || ion_kick(ch->fd))
			return -1;
	} while (n);
	return popped;
}

TEST_F(big_ring, full_rings_keep_every_packet)
{
	struct ion_stats stats;

	ASSERT_EQ(2 * HELD, ion_fill(&self->ch));
	ASSERT_EQ(0, stats_read(self->ch.fd, &stats));
	EXPECT_EQ(HELD, stats.ring[ION_RING_TX].queued);
	EXPECT_EQ(HELD, stats.ring[ION_RING_RX].queued);
	EXPECT_EQ(2 * HELD % SLOTS, *user_index(&self->ch, ION_RING_TX));
	EXPECT_EQ(2 * HELD, pop_all(&self->ch, 0));
	ASSERT_EQ(0, stats_read(self->ch.fd, &stats));
	EXPECT_EQ(0, stats.ring[ION_RING_TX].queued);
	EXPECT_EQ(0, stats.ring[ION_RING_RX].queued);
}

/* No length of a batch divides the number of slots. */
TEST_F(big_ring, batches_wrap_at_every_index)
{
	static const __u32 lengths[] = { HELD, 40000, 257, 32769, HELD, 1 };
	__u64 number = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		ASSERT_EQ(lengths[i], ion_send(&self->ch, number, lengths[i]));
		ASSERT_EQ(lengths[i], pop_all(&self->ch, number));
		number += lengths[i];
	}
	EXPECT_EQ(number % SLOTS, *user_index(&self->ch, ION_RING_TX));
	EXPECT_EQ(number % SLOTS, kernel_index(&self->ch, ION_RING_RX));
}

TEST_F(big_ring, full_command_rings_keep_every_command)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);
	__u32 sent = 0, came = 0;

	while (ion_ring_push_cmd(&self->ch.cmd, &cmd))
		cmd = ion_cmd_of(++sent);
	EXPECT_EQ(HELD, sent);
	do {
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		for (; ion_ring_pop_cmd(&self->ch.evt, &cmd); came++)
			ASSERT_TRUE(ion_cmd_is(&cmd, came));
	} while (came < sent && ion_ring_room(&self->ch.cmd) < HELD);
	EXPECT_EQ(sent, came);
}

/* The rest of the packets that fill a ring, at most as many as a call takes. */
static __u32 batch_of(__u32 done)
{
	return HELD - done < ION_BATCH_MAX ? HELD - done : ION_BATCH_MAX;
}

TEST_F(big_ring, calls_fill_and_drain_full_rings)
{
	struct ion_packet *packets = calloc(SLOTS, sizeof(*packets));
	__u32 i, sent = 0, came = 0;
	int n;

	ASSERT_NE(NULL, packets);
	for (i = 0; i < SLOTS; i++)
		packets[i] = ion_packet_of(i);
	for (; sent < HELD; sent += n) {
		n = ion_batch(self->ch.fd, ION_IOC_PUSH, ION_RING_TX,
			      packets + sent, batch_of(sent));
		ASSERT_LT(0, n);
	}
	memset(packets, 0, SLOTS * sizeof(*packets));
	for (; came < sent; came += n) {
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		n = ion_batch(self->ch.fd, ION_IOC_POP, ION_RING_RX,
			      packets + came, batch_of(came));
		ASSERT_LT(0, n);
	}
	for (i = 0; i < HELD; i++)
		ASSERT_TRUE(ion_packet_is(&packets[i], i));
	free(packets);
}

FIXTURE(big_arena)
{
	struct channel ch;
};

ION_LAYOUT_VARIANTS(big_arena);

FIXTURE_SETUP(big_arena)
{
	ASSERT_EQ(0, arena_open(&self->ch, variant->layout, "", SLOTS, BUFFERS,
				BUFFER_SIZE));
}

FIXTURE_TEARDOWN(big_arena)
{
	channel_close(&self->ch);
}

/* Send the buffers @first to @last; the last bytes of each identify it. */
static bool send_buffers(struct channel *ch, __u32 first, __u32 last)
{
	struct ion_packet packet;
	__u32 id;

	for (id = first; id <= last; id++) {
		packet = arena_packet(ch, id, BUFFER_SIZE - 16, 16);
		arena_fill(ch, &packet, id);
		if (!arena_push(ch, packet))
			return false;
	}
	return true;
}

static bool buffers_came(struct channel *ch, __u32 first, __u32 last)
{
	struct ion_packet packet;
	__u32 id = first;

	while (id <= last) {
		if (ion_kick(ch->fd) || arena_rx_empty(ch))
			return false;
		while (id <= last && ion_ring_pop(&ch->rx, &packet)) {
			struct ion_packet want =
				arena_packet(ch, id, BUFFER_SIZE - 16, 16);

			if (!arena_same(&packet, &want) ||
			    !arena_holds(ch, &packet, id++))
				return false;
		}
	}
	return true;
}

TEST_F(big_arena, every_buffer_is_sent_and_returns)
{
	struct channel *ch = &self->ch;

	ASSERT_TRUE(send_buffers(ch, 0, HELD - 1));
	EXPECT_FALSE(arena_push(ch, arena_packet(ch, HELD, 0, 1)));
	ASSERT_TRUE(buffers_came(ch, 0, HELD - 1));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	ASSERT_TRUE(send_buffers(ch, HELD, HELD));
	ASSERT_TRUE(buffers_came(ch, HELD, HELD));
	EXPECT_TRUE(arena_rx_empty(ch));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
