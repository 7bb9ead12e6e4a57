// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pair with arenas: payloads are copied from the buffers of one peer to empty
 * buffers of the other, and each peer gets its own buffers back.
 */
#include "ion_test.h"
#include "pair_test.h"

#define SLOTS	32
#define BUFFERS 24
#define SIZE	4096

FIXTURE(pair_arena)
{
	struct usage before;
	struct channel a;
	struct channel b;
};

ION_LAYOUT_VARIANTS(pair_arena);

FIXTURE_SETUP(pair_arena)
{
	self->before = usage_now();
	ASSERT_EQ(0, pair_open_arena(&self->a, &self->b, variant->layout, SLOTS,
				     BUFFERS, SIZE));
}

FIXTURE_TEARDOWN(pair_arena)
{
	channel_close(&self->a);
	channel_close(&self->b);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

TEST_F(pair_arena, a_payload_crosses_and_its_buffer_returns)
{
	struct channel *a = &self->a, *b = &self->b;
	__u64 i;

	ASSERT_TRUE(pair_give(b, 0, 3));
	EXPECT_EQ(BUFFERS - 3, arena_owned(b->fd, NULL));
	for (i = 0; i < 200; i++) {
		__u32 id = i % BUFFERS;

		ASSERT_TRUE(pair_push_payload(a, id, i));
		ASSERT_EQ(0, ion_kick(a->fd));
		ASSERT_TRUE(pair_pop_payload(b, i));
		ASSERT_TRUE(pair_pop_back(a, id));
		EXPECT_EQ(BUFFERS, arena_owned(a->fd, NULL));
		EXPECT_EQ(BUFFERS - 2, arena_owned(b->fd, NULL));
		/*
		 * The buffer that came last is used first: it is the same one
		 * again.
		 */
		ASSERT_TRUE(pair_give(b, 2, 3));
	}
	EXPECT_TRUE(arena_rx_empty(a));
	EXPECT_TRUE(arena_rx_empty(b));
}

/*
 * Bytes that were not sent are not visible, and bytes beside the payload are
 * not overwritten.
 */
TEST_F(pair_arena, only_the_payload_is_copied)
{
	static const struct {
		__u32 skip;
		__u16 len;
	} parts[] = { { 0, 1 },	    { SIZE - 1, 1 }, { 1, SIZE - 2 },
		      { 100, 200 }, { 7, 9 },	     { 0, SIZE } };
	struct channel *a = &self->a, *b = &self->b;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		memset(arena_at(a, 0), 0xaa, BUFFERS * SIZE);
		memset(arena_at(b, 0), 0x55, BUFFERS * SIZE);
		ASSERT_TRUE(pair_give(b, 5, 6));
		ASSERT_TRUE(arena_send(a, arena_packet(a, 9, parts[i].skip,
						       parts[i].len)));
		EXPECT_EQ(5, arena_pop(b).id);
		EXPECT_TRUE(pair_pop_back(a, 9));
		for (k = 0; k < BUFFERS * SIZE; k++) {
			__u32 at = k - 5 * SIZE - parts[i].skip;

			ASSERT_EQ(at < parts[i].len ? 0xaa : 0x55,
				  *arena_at(b, k));
		}
	}
}

TEST_F(pair_arena, a_payload_waits_for_an_empty_buffer)
{
	struct channel *a = &self->a, *b = &self->b;
	__u32 i;

	for (i = 0; i < 10; i++)
		ASSERT_TRUE(pair_push_payload(a, i, i));
	ASSERT_EQ(0, ion_kick(a->fd));
	EXPECT_TRUE(arena_rx_empty(b));
	EXPECT_TRUE(arena_rx_empty(a));
	for (i = 0; i < 10; i++) {
		/* The kick of the peer that hands over the buffer brings it. */
		ASSERT_TRUE(pair_give(b, i, i + 1));
		EXPECT_TRUE(pair_pop_payload(b, i));
		EXPECT_TRUE(pair_pop_back(a, i));
		EXPECT_TRUE(arena_rx_empty(b));
	}
	EXPECT_EQ(BUFFERS, arena_owned(a->fd, NULL));
	EXPECT_EQ(BUFFERS, arena_owned(b->fd, NULL));
}

/*
 * Whether this many payloads of the channel are held, and this many were in
 * all.
 */
static bool held_is(struct channel *ch, __u64 now, __u64 total)
{
	struct ion_stats stats;

	if (stats_read(ch->fd, &stats))
		return false;
	if (stats.held == now && stats.held_total == total)
		return true;
	ksft_print_msg("held %llu, total %llu\n", stats.held, stats.held_total);
	return false;
}

TEST_F(pair_arena, payloads_without_a_buffer_are_counted_once_as_held)
{
	struct channel *a = &self->a, *b = &self->b;
	__u32 i;

	/* There is a buffer: the payload is not held. */
	ASSERT_TRUE(pair_give(b, 20, 21));
	ASSERT_TRUE(pair_push_payload(a, 20, 20));
	ASSERT_EQ(0, ion_kick(a->fd));
	EXPECT_TRUE(held_is(a, 0, 0));
	for (i = 0; i < 10; i++)
		ASSERT_TRUE(pair_push_payload(a, i, i));
	ASSERT_EQ(0, ion_kick(a->fd));
	ASSERT_EQ(0, ion_kick(a->fd));
	EXPECT_TRUE(held_is(a, 10, 10));
	ASSERT_TRUE(pair_give(b, 0, 4));
	EXPECT_TRUE(held_is(a, 6, 10));
	for (i = 10; i < 12; i++)
		ASSERT_TRUE(pair_push_payload(a, i, i));
	ASSERT_EQ(0, ion_kick(a->fd));
	EXPECT_TRUE(held_is(a, 8, 12));
	/* Payloads sent and payloads received are counted apart. */
	ASSERT_TRUE(pair_push_payload(a, 12, 12));
	ASSERT_TRUE(pair_give(b, 4, 6));
	ASSERT_EQ(0, ion_kick(a->fd));
	EXPECT_TRUE(held_is(a, 7, 13));
	ASSERT_TRUE(pair_give(b, 6, 13));
	EXPECT_TRUE(held_is(a, 0, 13));
	EXPECT_TRUE(held_is(b, 0, 0));
}

TEST_F(pair_arena, payloads_for_a_closed_peer_are_no_longer_held)
{
	struct channel *a = &self->a, *b = &self->b;
	__u32 i;

	for (i = 0; i < 5; i++)
		ASSERT_TRUE(pair_push_payload(a, i, i));
	ASSERT_EQ(0, ion_kick(a->fd));
	EXPECT_TRUE(held_is(a, 5, 5));
	channel_close(b);
	EXPECT_TRUE(held_is(a, 0, 5));
}

static int sleep_in_wait(struct task *task)
{
	__u64 left = LONG_MS * MS;

	return ion_wait_for(task->ch->fd, (__u32)task->arg[0], 0, &left);
}

/*
 * Behind each payload is an empty buffer for the peer's next one, in both
 * directions.
 */
TEST_F(pair_arena, empty_buffers_between_payloads_are_used)
{
	struct channel *a = &self->a, *b = &self->b;
	struct task sleeper;
	__u32 i;

	ASSERT_TRUE(pair_give(a, 20, 21));
	ASSERT_TRUE(pair_give(b, 20, 21));
	for (i = 0; i < 8; i++) {
		ASSERT_TRUE(pair_push_payload(a, i, i));
		ASSERT_TRUE(pair_push_empty(a, 10 + i, 11 + i));
		ASSERT_TRUE(pair_push_payload(b, i, i));
		ASSERT_TRUE(pair_push_empty(b, 10 + i, 11 + i));
	}
	/*
	 * Both peers sleep: packets that a call unblocks must not wait for
	 * another call.
	 */
	task_start(&sleeper, sleep_in_wait, a, 16, 0);
	EXPECT_EQ(0, task_join(&sleeper));
	EXPECT_EQ(16, ion_ring_peek(&a->rx, SLOTS));
	EXPECT_EQ(16, ion_ring_peek(&b->rx, SLOTS));
}

/* Return all buffers that came, empty; return how many had payloads. */
static unsigned int take_all(struct channel *ch)
{
	struct ion_packet packet;
	unsigned int payloads = 0;

	while (ion_ring_pop(&ch->rx, &packet)) {
		payloads += packet.len != 0;
		packet.len = 0;
		if (!arena_push(ch, packet))
			return 0;
	}
	return ion_kick(ch->fd) ? 0 : payloads;
}

/*
 * Each peer sends twice as much as the other has buffers for, so that each has
 * empty buffers on tx behind payloads that wait for them.
 */
TEST_F(pair_arena, empty_buffers_pass_payloads_that_wait_for_them)
{
	unsigned int came[2] = { 0 }, i;

	ASSERT_TRUE(pair_push_empty(&self->a, 0, 8));
	ASSERT_TRUE(pair_push_empty(&self->b, 0, 8));
	for (i = 8; i < BUFFERS; i++) {
		ASSERT_TRUE(pair_push_payload(&self->a, i, i));
		ASSERT_TRUE(pair_push_payload(&self->b, i, i));
	}
	for (i = 0; i < 8; i++) {
		came[0] += take_all(&self->a);
		came[1] += take_all(&self->b);
	}
	EXPECT_EQ(BUFFERS - 8, came[0]);
	EXPECT_EQ(BUFFERS - 8, came[1]);
}

/* Buffers to return that find no room wait, and take no space from packets. */
TEST_F(pair_arena, a_ring_full_of_returned_buffers_delays_no_payload)
{
	struct channel a, b;
	struct ion_setup setup;
	__u32 i, from = 0;

	arena_wants(&setup, variant->layout, "pair", SLOTS, BUFFERS, SIZE);
	ASSERT_EQ(0, channel_open_live(&b, &setup));
	setup.slots[ION_RING_RX] = 4;
	ASSERT_EQ(0, channel_open_live(&a, &setup));
	ASSERT_EQ(0, ion_join(a.fd, b.fd));
	for (i = 0; i < BUFFERS; i++)
		ASSERT_TRUE(pair_push_payload(&a, i, i));
	ASSERT_EQ(0, ion_kick(a.fd));
	EXPECT_EQ(0, kernel_wake(&a, ION_RING_RX));
	/* A kick of the peer fills the ring, and arms it. */
	ASSERT_TRUE(pair_give(&b, 0, BUFFERS));
	for (i = 0; i < BUFFERS; i++)
		EXPECT_TRUE(pair_pop_payload(&b, i));
	EXPECT_EQ(3, arena_owned(a.fd, NULL));
	EXPECT_EQ(1, kernel_wake(&a, ION_RING_RX));
	for (i = 0; i < BUFFERS; i++) {
		struct ion_packet back = arena_pop(&a);

		EXPECT_EQ(0, back.len);
		EXPECT_FALSE(from >> back.id & 1);
		from |= 1U << back.id;
		ASSERT_EQ(0, ion_kick(a.fd));
	}
	EXPECT_EQ((1U << BUFFERS) - 1, from);
	EXPECT_EQ(BUFFERS, arena_owned(a.fd, NULL));
	channel_close(&a);
	channel_close(&b);
}

/*
 * A buffer that waits, is in the pool, or is to be returned cannot be handed
 * over again.
 */
TEST_F(pair_arena, a_buffer_cannot_be_handed_over_twice)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_stats stats;

	ASSERT_TRUE(pair_give(a, 5, 6));
	ASSERT_TRUE(pair_give(a, 5, 6));
	ASSERT_TRUE(pair_push_payload(a, 1, 1));
	ASSERT_TRUE(pair_push_payload(a, 1, 1));
	ASSERT_EQ(0, ion_kick(a->fd));
	ASSERT_TRUE(pair_give(b, 0, 2));
	EXPECT_TRUE(pair_pop_payload(b, 1));
	ASSERT_EQ(0, stats_read(a->fd, &stats));
	EXPECT_LE(1, stats.ring[ION_RING_TX].bad_owner);
	EXPECT_TRUE(pair_pop_back(a, 1));
}

/* The closed peer sent it: it arrives when there is a buffer, then the end. */
TEST_F(pair_arena, waiting_payloads_arrive_after_the_sender_closed)
{
	struct channel *a = &self->a, *b = &self->b;
	__u32 i;

	for (i = 0; i < 10; i++)
		ASSERT_TRUE(pair_push_payload(a, i, i));
	ASSERT_EQ(0, ion_kick(a->fd));
	channel_close(a);
	EXPECT_EQ(POLLRDHUP, ion_poll_for(b->fd, POLLIN | POLLRDHUP, 0));
	/*
	 * A payload sent to the closed peer delays nothing, and its buffer
	 * returns.
	 */
	ASSERT_TRUE(pair_push_payload(b, 20, 1));
	for (i = 0; i < 9; i++) {
		ASSERT_TRUE(pair_push_empty(b, i, i + 1));
		EXPECT_EQ(-EPIPE, ion_kick(b->fd));
		if (!i)
			EXPECT_TRUE(pair_pop_unsent(b, 20));
		EXPECT_TRUE(pair_pop_payload(b, i));
	}
	ASSERT_TRUE(pair_push_empty(b, i, i + 1));
	ion_kick(b->fd);
	EXPECT_TRUE(pair_pop_payload(b, i));
	EXPECT_EQ(-EPIPE, ion_kick(b->fd));
	EXPECT_EQ(POLLHUP | POLLRDHUP,
		  ion_poll_for(b->fd, POLLIN | POLLRDHUP, 0));
}

/**
 * struct talker - a program that sends payloads, and receives those of its peer
 * @ch: its channel
 * @idle: buffers to send in
 * @nr_idle: how many these are
 * @sent: how many payloads it sent
 * @got: how many payloads it received
 */
struct talker {
	struct channel *ch;
	__u32 idle[BUFFERS];
	__u32 nr_idle;
	__u64 sent;
	__u64 got;
};

#define SENDS 4 /* buffers to send in; the others are to receive in */

/* Check a packet; its buffer goes on to the right use. */
static bool talker_take(struct talker *t, struct ion_packet packet)
{
	if (!packet.len) {
		t->idle[t->nr_idle++] = packet.id;
		return true;
	}
	if (packet.pad != (__u32)t->got || !arena_holds(t->ch, &packet, t->got))
		return false;
	t->got++;
	return pair_push_empty(t->ch, packet.id, packet.id + 1);
}

/*
 * A payload that waits for a buffer delays the empty buffers behind it: so they
 * go first, and payloads after them.
 */
static void talker_sends(struct talker *t, __u64 most)
{
	if (!AWAIT(ion_ring_reserve(&t->ch->tx, SLOTS) == SLOTS - 1))
		return;
	while (t->nr_idle && t->sent < most)
		pair_push_payload(t->ch, t->idle[--t->nr_idle], t->sent++);
}

static int talker_sleeps(struct talker *t, __u64 most)
{
	__u64 left = LONG_MS * MS;

	if (t->got == most && t->nr_idle == SENDS)
		return 0;
	return ion_wait_for(t->ch->fd, 1, 0, &left);
}

static int talk(struct task *task)
{
	struct talker t = { .ch = task->ch };
	__u64 most = task->arg[0];
	int ret = 0;

	for (; t.nr_idle < SENDS; t.nr_idle++)
		t.idle[t.nr_idle] = t.nr_idle;
	if (!pair_give(t.ch, SENDS, BUFFERS))
		return -EIO;
	while (!ret && (t.got < most || t.nr_idle < SENDS)) {
		while (!arena_rx_empty(t.ch))
			if (!talker_take(&t, arena_pop(t.ch)))
				return -ERANGE;
		ret = ion_kick(t.ch->fd);
		if (!ret) {
			talker_sends(&t, most);
			ret = ion_kick(t.ch->fd) ?: talker_sleeps(&t, most);
		}
	}
	return ret;
}

static int talks(struct channel *a, struct channel *b, __u64 payloads)
{
	struct task one, other;
	int ret;

	task_start(&one, talk, a, payloads, 0);
	task_start(&other, talk, b, payloads, 0);
	ret = task_join(&one);
	return task_join(&other) ?: ret;
}

/* 4 MiB each way. */
TEST_F_TIMEOUT(pair_arena, megabytes_both_ways_at_once, 60)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_stats stats;

	EXPECT_EQ(0, talks(a, b, 1000));
	EXPECT_EQ(SENDS, arena_owned(a->fd, NULL));
	EXPECT_EQ(SENDS, arena_owned(b->fd, NULL));
	ASSERT_EQ(0, stats_read(a->fd, &stats));
	EXPECT_EQ(0, stats.ring[ION_RING_TX].discarded);
}

TEST_F_TIMEOUT(pair_arena, megabytes_by_lent_threads, 60)
{
	struct task servers[2];

	ASSERT_TRUE(server_start(&servers[0], &self->a, 20000, 0));
	ASSERT_TRUE(server_start(&servers[1], &self->b, NO_SPIN, 0));
	EXPECT_EQ(0, talks(&self->a, &self->b, 500));
	EXPECT_EQ(-EINTR, server_stop(&servers[0]));
	EXPECT_EQ(-EINTR, server_stop(&servers[1]));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
