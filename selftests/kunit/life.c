// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a channel from its set-up to its end, and rings of the largest size.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "calls.h"
#include "kernel_end.h"
#include "quota.h"

#define LIFE_SLOTS	65536

/* Everything that is sent comes back, until the rings have wrapped. */
static void life_echo(struct fixture *fix, void *arg)
{
	unsigned int i;

	for (i = 0; i < ION_PATHS; i++) {
		const struct ion_path *path = &fix->check.path[i];

		calls_of[i].move(fixture_ring(fix, path->out_id),
				 fixture_ring(fix, path->in_id), U32_MAX);
	}
}

static void life_use(struct fixture *fix)
{
	struct ion_path *path = fix->check.path;
	unsigned int i, turn;

	for (turn = 0; turn < 3; turn++) {
		for (i = 0; i < ION_PATHS; i++)
			ion_check_is(&fix->check, ion_check_push(&path[i], 1),
				     1, "%s pushed", path[i].name);
		fixture_kick(fix, life_echo, NULL);
		for (i = 0; i < ION_PATHS; i++)
			ion_check_pop(&fix->check, &path[i], 1);
	}
	ion_check_law(&fix->check);
}

/* Every size, in each layout; nothing of the channel remains. */
static void life_shape(struct kunit *test)
{
	struct fixture_shape shape = *(const struct fixture_shape *)test->param_value;
	u64 charged = ion_memory_charged();
	u32 channels = ion_quota_count();
	struct fixture *fix = fixture_create(test);
	unsigned int i;
	u32 slots;

	for (slots = 2; slots <= LIFE_SLOTS; slots *= 2) {
		for (i = 0; i < ION_RINGS; i++)
			shape.slots[i] = slots;
		fix->doorbells = 0;
		fix->unbinds = 0;
		KUNIT_ASSERT_EQ(test, fixture_open(fix, &shape), 0);
		KUNIT_EXPECT_EQ(test, ion_quota_count(), channels + 1);
		KUNIT_EXPECT_EQ(test, ion_memory_charged(),
				charged + fix->check.ch->info.bytes);
		life_use(fix);
		KUNIT_EXPECT_GE(test, fix->doorbells, 3U);
		KUNIT_EXPECT_EQ(test, fix->unbinds, 0U);
		fixture_close(fix);
		KUNIT_EXPECT_EQ(test, fix->unbinds, 1U);
		KUNIT_EXPECT_EQ(test, ion_quota_count(), channels);
		KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
	}
}

/*
 * The service refuses the channel, which is unchanged and may be set up again.
 */
static void life_refused(struct kunit *test)
{
	const struct fixture_shape *shape = test->param_value;
	u64 charged = ion_memory_charged();
	struct fixture *fix = fixture_create(test);

	fix->refuse = -EXDEV;
	KUNIT_EXPECT_EQ(test, fixture_open(fix, shape), -EXDEV);
	KUNIT_EXPECT_FALSE(test, ion_channel_ready(fix->check.ch));
	KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
	fix->refuse = 1;
	KUNIT_EXPECT_EQ(test, fixture_open(fix, shape), -EINVAL);
	KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
	fix->refuse = 0;
	KUNIT_ASSERT_EQ(test, fixture_open(fix, shape), 0);
	life_use(fix);
	fixture_close(fix);
	KUNIT_EXPECT_EQ(test, fix->unbinds, 1U);
	KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
}

/*
 * A service that kept the channel gets the queued packets, and can push no
 * more.
 */
static void life_kept(struct kunit *test)
{
	struct fixture_shape shape = *(const struct fixture_shape *)test->param_value;
	u64 charged = ion_memory_charged();
	struct fixture *fix = fixture_create(test);
	struct ion_packet packet = {};
	struct ion_channel *ch;

	shape.async = true;
	KUNIT_ASSERT_EQ(test, fixture_open(fix, &shape), 0);
	ch = ion_channel_get(fix->check.ch);
	ion_check_push(&fix->check.path[0], 2);
	KUNIT_EXPECT_EQ(test, ion_channel_error(ch), 0);
	fixture_close(fix);

	KUNIT_EXPECT_EQ(test, fix->unbinds, 1U);
	KUNIT_EXPECT_EQ(test, ion_channel_error(ch), -EPIPE);
	KUNIT_EXPECT_FALSE(test, ion_channel_push(&ch->ring[ION_RING_RX],
						  &packet));
	KUNIT_EXPECT_TRUE(test, ion_channel_pop(&ch->ring[ION_RING_TX],
						&packet));
	KUNIT_EXPECT_TRUE(test, ion_channel_pop(&ch->ring[ION_RING_TX],
						&packet));
	KUNIT_EXPECT_FALSE(test, ion_channel_pop(&ch->ring[ION_RING_TX],
						 &packet));
	KUNIT_EXPECT_GT(test, ion_memory_charged(), charged);
	ion_channel_put(ch);
	KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
}

/*
 * The program receives the earlier packets, and learns that no more will come.
 */
static void life_hangup(struct kunit *test)
{
	struct fixture_shape shape = *(const struct fixture_shape *)test->param_value;
	struct fixture *fix = fixture_create(test);
	struct ion_packet packet = {};
	struct ion_path *path = &fix->check.path[0];
	struct ion_ring *rx;

	shape.async = true;
	KUNIT_ASSERT_EQ(test, fixture_open(fix, &shape), 0);
	rx = fixture_ring(fix, ION_RING_RX);
	KUNIT_EXPECT_TRUE(test, ion_channel_push(rx, &packet));
	ion_channel_hangup(fix->check.ch);
	KUNIT_EXPECT_FALSE(test, ion_channel_push(rx, &packet));
	KUNIT_EXPECT_EQ(test, ion_channel_push_n(rx, &packet, 1), 0U);
	KUNIT_EXPECT_EQ(test, ion_channel_error(fix->check.ch), -EPIPE);
	KUNIT_EXPECT_EQ(test, ion_kernel_end_kick(fix->check.ch), -EPIPE);
	KUNIT_EXPECT_TRUE(test, ion_ring_pop(&path->in, &packet));
	KUNIT_EXPECT_FALSE(test, ion_ring_pop(&path->in, &packet));
	fixture_close(fix);
}

/* As many packets as possible at once, popped and pushed by calls. */
static void life_all(struct fixture *fix, void *slots)
{
	unsigned int i;

	for (i = 0; i < ION_PATHS; i++) {
		const struct ion_path *path = &fix->check.path[i];
		struct ion_ring *out = fixture_ring(fix, path->out_id);
		struct ion_ring *in = fixture_ring(fix, path->in_id);
		u32 n = calls_of[i].pop_n(out, slots, LIFE_SLOTS);

		ion_check_is(&fix->check, ion_channel_capacity(out),
			     LIFE_SLOTS - 1, "capacity");
		ion_check_is(&fix->check, calls_of[i].push_n(in, slots, n), n,
			     "%ss pushed", path->name);
	}
}

/* Full rings, and then batches that cross the end of the ring. */
static void life_large(struct kunit *test)
{
	static const u32 counts[] = { LIFE_SLOTS, 40000, 40000, 1, 65535 };
	struct fixture_shape shape = *(const struct fixture_shape *)test->param_value;
	struct fixture *fix = fixture_create(test);
	struct ion_path *path = fix->check.path;
	unsigned int turn, i;
	void *slots;

	for (i = 0; i < ION_RINGS; i++)
		shape.slots[i] = LIFE_SLOTS;
	slots = kvmalloc_array(LIFE_SLOTS, sizeof(struct ion_cmd_packet),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, slots);
	if (fixture_open(fix, &shape))
		KUNIT_FAIL(test, "no channel of %u slots", LIFE_SLOTS);
	for (turn = 0; turn < ARRAY_SIZE(counts) && fix->check.ch; turn++) {
		u32 n = min(counts[turn], LIFE_SLOTS - 1U);

		for (i = 0; i < ION_PATHS; i++)
			ion_check_is(&fix->check,
				     ion_check_push_batch(&path[i],
							  counts[turn]),
				     n, "%ss that found room", path[i].name);
		fixture_kick(fix, turn & 1 ? life_echo : life_all, slots);
		for (i = 0; i < ION_PATHS; i++)
			ion_check_pop_batch(&fix->check, &path[i], n);
		ion_check_law(&fix->check);
		cond_resched();
	}
	fixture_close(fix);
	kvfree(slots);
}

static const struct fixture_shape life_shapes[] = {
	{ "compact", ION_LAYOUT_COMPACT, { 4, 4, 4, 4 } },
	{ "split", ION_LAYOUT_SPLIT, { 4, 4, 4, 4 } },
};

KUNIT_ARRAY_PARAM_DESC(life, life_shapes, name);

static struct kunit_case life_cases[] = {
	KUNIT_CASE_PARAM(life_shape, life_gen_params),
	KUNIT_CASE_PARAM(life_refused, life_gen_params),
	KUNIT_CASE_PARAM(life_kept, life_gen_params),
	KUNIT_CASE_PARAM(life_hangup, life_gen_params),
	KUNIT_CASE_PARAM(life_large, life_gen_params),
	{}
};

struct kunit_suite ion_life_suite = {
	.name = "ion_life",
	.suite_init = fixture_suite_init,
	.suite_exit = fixture_suite_exit,
	.test_cases = life_cases,
};
