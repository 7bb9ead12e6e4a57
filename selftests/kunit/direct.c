// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a direct link in every state of a ring: each pair of indices, right and wrong,
 * with each value of both halves of a wake flag; what a kick clears then, and what a
 * sleeper sets.
 */
#include <linux/string.h>
#include <linux/wait.h>

#include "direct.h"
#include "geometry.h"
#include "ion_kunit.h"
#include "kernel_end.h"

#define DIRECT_SLOTS	4
#define DIRECT_MASK	(DIRECT_SLOTS - 1)
/* One more than what is right, of an index and of a half. */
#define DIRECT_INDICES	(DIRECT_SLOTS + 1)
#define DIRECT_HALVES	(DIRECT_SLOTS + 2)

/**
 * struct direct - a link
 * @test: the test
 * @check: its two channels
 */
struct direct {
	struct kunit *test;
	struct ion_check check[2];
};

/**
 * struct direct_state - a ring of a channel, and the flag of its user end
 * @user: index of the user end
 * @peer: index of the peer
 * @program: half of the flag that the program writes
 * @kernel: half that the kernel writes
 */
struct direct_state {
	u32 user;
	u32 peer;
	u16 program;
	u16 kernel;
};

static struct ion_channel *direct_open(struct direct *d, unsigned int side)
{
	struct ion_check *check = &d->check[side];
	struct ion_setup *setup = &check->setup;
	unsigned int id;

	memset(setup, 0, sizeof(*setup));
	setup->layout = ION_LAYOUT_SPLIT;
	strscpy(setup->service, "direct");
	strscpy(setup->key, "kunit");
	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] = DIRECT_SLOTS;
	check->ch = ion_channel_create();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(d->test, check->ch);
	memset(&check->config, 0, sizeof(check->config));
	check->config.bind.key = setup->key;
	check->config.direct = true;
	KUNIT_ASSERT_EQ(d->test, ion_geometry(&check->config.info, setup), 0);
	ion_channel_describe(check->ch, &check->config.info, setup->service);
	KUNIT_ASSERT_EQ(d->test, ion_check_configure(check), 0);
	return check->ch;
}

static struct direct *direct_create(struct kunit *test)
{
	struct direct *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, d);
	d->test = test;
	direct_open(d, 0);
	direct_open(d, 1);
	return d;
}

static void direct_close(struct direct *d)
{
	ion_channel_close(d->check[0].ch);
	ion_channel_close(d->check[1].ch);
}

static u16 *direct_program(struct ion_ring *ring)
{
	return (u16 *)ring->end.peer_wake;
}

static void direct_set(struct ion_ring *ring, const struct direct_state *state)
{
	*ring->user_index = state->user;
	*ring->end.own_index = state->peer;
	*direct_program(ring) = state->program;
	*ring->kernel_wake = state->kernel;
}

static bool direct_bad(const struct direct_state *state)
{
	return state->user > DIRECT_MASK || state->peer > DIRECT_MASK;
}

/* Walk from the consumer's index to the producer's. */
static u32 direct_queued(const struct ion_ring *ring,
			 const struct direct_state *state)
{
	u32 at = ring->kind->kernel_pushes ? state->user : state->peer;
	u32 head = ring->kind->kernel_pushes ? state->peer : state->user;
	u32 n = 0;

	for (; at != head; at = at == DIRECT_MASK ? 0 : at + 1)
		n++;
	return n;
}

static u32 direct_usable(const struct ion_ring *ring,
			 const struct direct_state *state)
{
	u32 queued;

	/* The program finds out by itself, so it is woken. */
	if (direct_bad(state))
		return DIRECT_MASK;
	queued = direct_queued(ring, state);
	return ring->kind->kernel_pushes ? queued : DIRECT_MASK - queued;
}

static bool direct_answered(u16 half, u32 usable)
{
	if (half > DIRECT_MASK)
		half = DIRECT_MASK;
	return half && half <= usable;
}

static void direct_kick_one(struct direct *d, struct ion_ring *ring,
			    const struct direct_state *state)
{
	struct ion_channel *kicker = d->check[0].ch;
	u32 usable = direct_usable(ring, state);
	bool program = direct_answered(state->program, usable);
	bool kernel = direct_answered(state->kernel, usable);
	u64 spurious = atomic64_read(&kicker->kicks_spurious);
	struct ion_snapshot snap;

	direct_set(ring, state);
	ion_ring_snapshot(ring, &snap);
	KUNIT_EXPECT_EQ(d->test, snap.poison != ION_POISON_NONE,
			direct_bad(state));
	if (!direct_bad(state))
		KUNIT_EXPECT_EQ(d->test, snap.queued,
				direct_queued(ring, state));
	KUNIT_EXPECT_EQ(d->test, ion_kernel_end_kick(kicker), 0);
	KUNIT_EXPECT_EQ(d->test, *direct_program(ring),
			program ? 0 : state->program);
	KUNIT_EXPECT_EQ(d->test, *ring->kernel_wake, kernel ? 0 : state->kernel);
	KUNIT_EXPECT_EQ(d->test, atomic64_read(&kicker->kicks_spurious),
			spurious + !(program || kernel));
	KUNIT_EXPECT_EQ(d->test, *ring->user_index, state->user);
	KUNIT_EXPECT_EQ(d->test, *ring->end.own_index, state->peer);
}

static void direct_kick(struct kunit *test)
{
	static const struct direct_state rest;
	struct direct *d = direct_create(test);
	struct direct_state state;
	unsigned int id, i, halves;

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &d->check[1].ch->ring[id];

		for (i = 0; i < DIRECT_INDICES * DIRECT_INDICES; i++) {
			state.user = i % DIRECT_INDICES;
			state.peer = i / DIRECT_INDICES;
			for (halves = 0; halves < DIRECT_HALVES * DIRECT_HALVES;
			     halves++) {
				state.program = halves % DIRECT_HALVES;
				state.kernel = halves / DIRECT_HALVES;
				direct_kick_one(d, ring, &state);
			}
		}
		direct_set(ring, &rest);
	}
	direct_close(d);
}

/* Of two that ask, the one that asks for less decides. */
static void direct_ask(struct kunit *test)
{
	struct direct *d = direct_create(test);
	struct ion_channel *ch = d->check[0].ch;
	u32 want[ION_RINGS] = { };
	unsigned int id, now, asks;

	for (id = 0; id < ION_RINGS; id++) {
		u16 *half = ch->ring[id].kernel_wake;

		for (now = 0; now < DIRECT_HALVES; now++)
			for (asks = 0; asks < DIRECT_HALVES; asks++) {
				*half = now;
				want[id] = asks;
				ion_direct_ask(ch, want);
				if (now && asks)
					KUNIT_EXPECT_EQ(test, *half,
							min(now, asks));
				else
					KUNIT_EXPECT_EQ(test, *half, now | asks);
			}
		*half = 0;
		want[id] = U16_MAX + 1;
		ion_direct_ask(ch, want);
		KUNIT_EXPECT_EQ(test, *half, U16_MAX);
		want[id] = 0;
	}
	direct_close(d);
}

static void direct_unask_with(struct direct *d, wait_queue_head_t *queue)
{
	struct ion_channel *ch = d->check[0].ch;
	struct wait_queue_entry entry;
	u32 want[ION_RINGS] = { };
	unsigned int id, other;

	init_waitqueue_entry(&entry, current);
	if (queue)
		add_wait_queue(queue, &entry);
	for (id = 0; id < ION_RINGS; id++) {
		for (other = 0; other < ION_RINGS; other++)
			*ch->ring[other].kernel_wake = other + 1;
		want[id] = 1;
		ion_direct_unask(ch, want);
		want[id] = 0;
		for (other = 0; other < ION_RINGS; other++)
			KUNIT_EXPECT_EQ(d->test, *ch->ring[other].kernel_wake,
					other == id && !queue ? 0 : other + 1);
	}
	if (queue)
		remove_wait_queue(queue, &entry);
}

/* The half stays set for others, whichever queue they are in. */
static void direct_unask(struct kunit *test)
{
	struct direct *d = direct_create(test);

	direct_unask_with(d, NULL);
	direct_unask_with(d, &d->check[0].ch->wait);
	direct_unask_with(d, &d->check[0].ch->waiters);
	direct_close(d);
}

/* What goes asks for a kick, which says so, as often as it comes. */
static void direct_gone(struct kunit *test)
{
	struct direct *d = direct_create(test);
	struct ion_channel *ch = d->check[0].ch;
	struct ion_split_words *peer = ch->areas.area[1].addr;
	unsigned int id, i;

	ion_channel_close(d->check[1].ch);
	for (i = 0; i < 2; i++) {
		for (id = 0; id < ION_RINGS; id++)
			KUNIT_EXPECT_EQ(test, peer[id].kernel_wake, 1);
		KUNIT_EXPECT_EQ(test, ion_kernel_end_kick(ch), -EPIPE);
	}
	ion_channel_close(ch);
}

static struct kunit_case direct_cases[] = {
	KUNIT_CASE(direct_kick),
	KUNIT_CASE(direct_ask),
	KUNIT_CASE(direct_unask),
	KUNIT_CASE(direct_gone),
	{ },
};

struct kunit_suite ion_direct_suite = {
	.name = "ion_direct",
	.test_cases = direct_cases,
};
