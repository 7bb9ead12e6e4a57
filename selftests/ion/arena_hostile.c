// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program rewrites its packets and its buffers while the kernel end uses
 * them: the kernel must use the values that it checked. No packet on rx may
 * leave the arena, no buffer may be handed out that was not handed over, and
 * the counters always add up. A pair copies the bytes that were sent, and never
 * a byte beside them.
 *
 * The seed is printed, and --seed repeats a run.
 */
#include "ion_test.h"
#include "options.h"
#include "pair_test.h"

#define ROUNDS_MS 800
#define SLOTS	  32
#define BUFFERS	  64
#define SIZE	  256

/* The value of bytes that must not cross; nothing else has it. */
#define SECRET 0xee

static struct test_options options = { .shared = TEST_SEED, .harness = true };

static bool stop;

/* Change the slots of tx, mostly such that they may still be valid. */
static int rewrite(struct task *task)
{
	struct channel *ch = task->ch;
	__u64 seed = task->arg[0];

	while (!READ_ONCE(stop)) {
		__u32 at = random_below(&seed, SLOTS);
		struct ion_packet *slot = channel_slot(ch, ION_RING_TX, at);
		__u64 x = random_next(&seed);

		switch (x % 8) {
		case 0:
			WRITE_ONCE(slot->data, x >> 8);
			break;
		case 1:
			WRITE_ONCE(slot->len, (__u16)(x >> 8));
			break;
		case 2:
			WRITE_ONCE(slot->id, (__u16)(x >> 8));
			break;
		case 3:
			WRITE_ONCE(slot->id, (x >> 8) % BUFFERS);
			break;
		case 4:
			WRITE_ONCE(slot->phys, x);
			break;
		default:
			WRITE_ONCE(slot->data, (x >> 8) % (BUFFERS * SIZE));
			WRITE_ONCE(slot->len, (x >> 40) % SIZE);
		}
	}
	return 0;
}

/* All packets are in the arena, and the program may touch them. */
static int take_all(struct channel *ch, __u64 *seed)
{
	struct ion_packet packet;

	while (ion_ring_pop(&ch->rx, &packet)) {
		unsigned char *at = arena_at(ch, packet.data);

		if (!arena_packet_sane(ch, &packet) || packet.phys)
			return -ERANGE;
		if (random_next(seed) % 4 && packet.len)
			at[0] = 1;
	}
	return 0;
}

/* All payloads are as sent, without a secret byte. */
static int take_all_but_secrets(struct channel *ch)
{
	struct ion_packet packet;

	while (ion_ring_pop(&ch->rx, &packet)) {
		if (!arena_packet_sane(ch, &packet))
			return -ERANGE;
		if (memchr(arena_at(ch, packet.data), SECRET, packet.len))
			return -EACCES;
	}
	return 0;
}

/* Push packets that may be valid, and a moment later are not. */
static int use(struct task *task)
{
	struct channel *ch = task->ch;
	__u64 seed = task->arg[0];
	struct ion_stats stats;
	int ret = 0;

	while (!ret && !READ_ONCE(stop)) {
		__u32 n = 1 + random_below(&seed, SLOTS);

		while (n--) {
			__u32 id = random_below(&seed, BUFFERS);
			__u16 len = random_below(&seed, 3) * 100;

			arena_push(ch, arena_packet(ch, id, 50, len));
		}
		ret = ion_kick(ch->fd) ?: take_all(ch, &seed);
		if (!ret)
			ret = stats_read(ch->fd, &stats);
	}
	return ret;
}

static int serve(struct task *task)
{
	int ret = 0;

	while (!ret && !READ_ONCE(stop))
		ret = ion_lend(task->ch->fd, 50000, MS);
	return ret;
}

FIXTURE(arena_hostile)
{
	struct channel ch[2];
	__u64 seed;
};

FIXTURE_VARIANT(arena_hostile)
{
	__u32 layout;
	const char *service;
	bool lent;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(arena_hostile, echo)
{
	.layout = ION_LAYOUT_COMPACT,
	.service = "echo",
	.lent = false,
};

FIXTURE_VARIANT_ADD(arena_hostile, echo_lent)
{
	.layout = ION_LAYOUT_SPLIT,
	.service = "echo",
	.lent = true,
};

FIXTURE_VARIANT_ADD(arena_hostile, sink_lent)
{
	.layout = ION_LAYOUT_SPLIT,
	.service = "sink",
	.lent = true,
};

FIXTURE_VARIANT_ADD(arena_hostile, source_lent)
{
	.layout = ION_LAYOUT_COMPACT,
	.service = "source",
	.lent = true,
};

FIXTURE_VARIANT_ADD(arena_hostile, pair)
{
	.layout = ION_LAYOUT_COMPACT,
	.service = "pair",
	.lent = false,
};

FIXTURE_VARIANT_ADD(arena_hostile, pair_lent)
{
	.layout = ION_LAYOUT_SPLIT,
	.service = "pair",
	.lent = true,
};

/* clang-format on */

FIXTURE_SETUP(arena_hostile)
{
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0,
			  arena_open(&self->ch[i], variant->layout,
				     variant->service, SLOTS, BUFFERS, SIZE));
	if (!strcmp(variant->service, "pair"))
		ASSERT_EQ(0, ion_join(self->ch[0].fd, self->ch[1].fd));
	self->seed = options.seed;
	TH_LOG("seed %llu", options.seed);
	stop = false;
}

FIXTURE_TEARDOWN(arena_hostile)
{
	channel_close(&self->ch[0]);
	channel_close(&self->ch[1]);
}

/*
 * Return whether every buffer of the program can be handed over, and returns.
 */
static bool all_is_well(struct channel *ch, bool echo)
{
	__u32 id;

	if (ion_reset(ch->fd) < 0)
		return false;
	channel_attach_live(ch);
	for (id = 0; echo && id < BUFFERS; id++) {
		if (!arena_send(ch, arena_packet(ch, id, 0, 1)) ||
		    arena_pop(ch).id != id)
			return false;
	}
	return !ion_kick(ch->fd);
}

TEST_F(arena_hostile, changing_packets_stay_in_the_arena)
{
	bool echo = !strcmp(variant->service, "echo");
	struct task rewriter[2], user[2], server[2];
	int i;

	for (i = 0; i < 2; i++) {
		task_start(&rewriter[i], rewrite, &self->ch[i], self->seed + i,
			   0);
		task_start(&user[i], use, &self->ch[i], self->seed + 2 + i, 0);
		if (variant->lent)
			task_start(&server[i], serve, &self->ch[i], 0, 0);
	}
	sleep_ns(ROUNDS_MS * MS);
	WRITE_ONCE(stop, true);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, task_join(&rewriter[i]));
		EXPECT_EQ(0, task_join(&user[i]));
		if (variant->lent)
			EXPECT_EQ(0, task_join(&server[i]));
		EXPECT_TRUE(all_is_well(&self->ch[i], echo));
	}
}

/* Payloads among secret bytes, with a length and a place that change. */
TEST_F(arena_hostile, bytes_beside_a_payload_do_not_cross)
{
	struct channel *from = &self->ch[0], *to = &self->ch[1];
	struct task rewriter;
	__u64 seed = self->seed, until;
	__u32 id;

	if (strcmp(variant->service, "pair"))
		return;
	/* Only the first half of the arena is used to send and to receive. */
	memset(arena_at(from, BUFFERS / 2 * SIZE), SECRET, BUFFERS / 2 * SIZE);
	for (id = BUFFERS / 2; id < BUFFERS; id++) {
		while (!arena_push(from, arena_packet(from, id, 0, 0)))
			ASSERT_EQ(0, ion_kick(from->fd));
	}
	ASSERT_EQ(0, ion_kick(from->fd));
	/* The kernel has the secret half: packets that name it are refused. */
	task_start(&rewriter, rewrite, from, seed, 0);
	until = now_ns() + ROUNDS_MS * MS;
	while (now_ns() < until) {
		for (id = 0; id < 8; id++) {
			__u32 mine = random_below(&seed, BUFFERS / 2);
			__u32 theirs = random_below(&seed, BUFFERS);

			arena_push(to, arena_packet(to, theirs, 0, 0));
			arena_push(from, arena_packet(from, mine, 9, 99));
		}
		ASSERT_EQ(0, ion_kick(to->fd));
		ASSERT_EQ(0, ion_kick(from->fd));
		ASSERT_EQ(0, take_all_but_secrets(to));
		while (!arena_rx_empty(from))
			arena_pop(from);
	}
	WRITE_ONCE(stop, true);
	EXPECT_EQ(0, task_join(&rewriter));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN_OPTIONS(&options)
