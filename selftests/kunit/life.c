// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: a channel from its set-up to its end, and rings as large as they get. */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "calls.h"
#include "kernel_end.h"
#include "quota.h"

#define LIFE_SLOTS	65536

/* Everything that goes there comes back, as often as it takes to wrap. */
static void life_echo(struct bed *bed, void *arg)
{
	unsigned int i;

	for (i = 0; i < ION_LANES; i++) {
		const struct ion_lane *lane = &bed->check.lane[i];

		calls_of[i].move(bed_ring(bed, lane->out_id),
				 bed_ring(bed, lane->in_id), U32_MAX);
	}
}

static void life_use(struct bed *bed)
{
	struct ion_lane *lane = bed->check.lane;
	unsigned int i, turn;

	for (turn = 0; turn < 3; turn++) {
		for (i = 0; i < ION_LANES; i++)
			ion_check_is(&bed->check, ion_check_push(&lane[i], 1),
				     1, "%s pushed", lane[i].name);
		bed_kick(bed, life_echo, NULL);
		for (i = 0; i < ION_LANES; i++)
			ion_check_pop(&bed->check, &lane[i], 1);
	}
	ion_check_law(&bed->check);
}

/* Each size that there is, in each layout, and nothing of it is left. */
static void life_shape(struct kunit *test)
{
	struct bed_shape shape = *(const struct bed_shape *)test->param_value;
	u64 charged = ion_memory_charged();
	u32 channels = ion_quota_count();
	struct bed *bed = bed_make(test);
	unsigned int i;
	u32 slots;

	for (slots = 2; slots <= LIFE_SLOTS; slots *= 2) {
		for (i = 0; i < ION_RINGS; i++)
			shape.slots[i] = slots;
		bed->doorbells = 0;
		bed->unbinds = 0;
		KUNIT_ASSERT_EQ(test, bed_open(bed, &shape), 0);
		KUNIT_EXPECT_EQ(test, ion_quota_count(), channels + 1);
		KUNIT_EXPECT_EQ(test, ion_memory_charged(),
				charged + bed->check.ch->info.bytes);
		life_use(bed);
		KUNIT_EXPECT_GE(test, bed->doorbells, 3U);
		KUNIT_EXPECT_EQ(test, bed->unbinds, 0U);
		bed_close(bed);
		KUNIT_EXPECT_EQ(test, bed->unbinds, 1U);
		KUNIT_EXPECT_EQ(test, ion_quota_count(), channels);
		KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
	}
}

/* The service does not want it: it is as it was, and may be set up again. */
static void life_refused(struct kunit *test)
{
	const struct bed_shape *shape = test->param_value;
	u64 charged = ion_memory_charged();
	struct bed *bed = bed_make(test);

	bed->refuse = -EXDEV;
	KUNIT_EXPECT_EQ(test, bed_open(bed, shape), -EXDEV);
	KUNIT_EXPECT_FALSE(test, ion_channel_ready(bed->check.ch));
	KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
	bed->refuse = 1;
	KUNIT_EXPECT_EQ(test, bed_open(bed, shape), -EINVAL);
	KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
	bed->refuse = 0;
	KUNIT_ASSERT_EQ(test, bed_open(bed, shape), 0);
	life_use(bed);
	bed_close(bed);
	KUNIT_EXPECT_EQ(test, bed->unbinds, 1U);
	KUNIT_EXPECT_EQ(test, ion_memory_charged(), charged);
}

/* Whoever kept the channel gets what is left, and can push no more. */
static void life_kept(struct kunit *test)
{
	struct bed_shape shape = *(const struct bed_shape *)test->param_value;
	u64 charged = ion_memory_charged();
	struct bed *bed = bed_make(test);
	struct ion_packet packet = {};
	struct ion_channel *ch;

	shape.async = true;
	KUNIT_ASSERT_EQ(test, bed_open(bed, &shape), 0);
	ch = ion_channel_get(bed->check.ch);
	ion_check_push(&bed->check.lane[0], 2);
	KUNIT_EXPECT_EQ(test, ion_channel_error(ch), 0);
	bed_close(bed);

	KUNIT_EXPECT_EQ(test, bed->unbinds, 1U);
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

/* The program gets what was pushed before, and knows that no more will come. */
static void life_hangup(struct kunit *test)
{
	struct bed_shape shape = *(const struct bed_shape *)test->param_value;
	struct bed *bed = bed_make(test);
	struct ion_packet packet = {};
	struct ion_lane *lane = &bed->check.lane[0];
	struct ion_ring *rx;

	shape.async = true;
	KUNIT_ASSERT_EQ(test, bed_open(bed, &shape), 0);
	rx = bed_ring(bed, ION_RING_RX);
	KUNIT_EXPECT_TRUE(test, ion_channel_push(rx, &packet));
	ion_channel_hangup(bed->check.ch);
	KUNIT_EXPECT_FALSE(test, ion_channel_push(rx, &packet));
	KUNIT_EXPECT_EQ(test, ion_channel_push_n(rx, &packet, 1), 0U);
	KUNIT_EXPECT_EQ(test, ion_channel_error(bed->check.ch), -EPIPE);
	KUNIT_EXPECT_EQ(test, ion_kernel_end_kick(bed->check.ch), -EPIPE);
	KUNIT_EXPECT_TRUE(test, ion_ring_pop(&lane->in, &packet));
	KUNIT_EXPECT_FALSE(test, ion_ring_pop(&lane->in, &packet));
	bed_close(bed);
}

/* As many as there are at once, popped and pushed by calls. */
static void life_all(struct bed *bed, void *slots)
{
	unsigned int i;

	for (i = 0; i < ION_LANES; i++) {
		const struct ion_lane *lane = &bed->check.lane[i];
		struct ion_ring *out = bed_ring(bed, lane->out_id);
		struct ion_ring *in = bed_ring(bed, lane->in_id);
		u32 n = calls_of[i].pop_n(out, slots, LIFE_SLOTS);

		ion_check_is(&bed->check, ion_channel_capacity(out),
			     LIFE_SLOTS - 1, "capacity");
		ion_check_is(&bed->check, calls_of[i].push_n(in, slots, n), n,
			     "%ss pushed", lane->name);
	}
}

/* Full, and then so that each batch lies across the end. */
static void life_large(struct kunit *test)
{
	static const u32 counts[] = { LIFE_SLOTS, 40000, 40000, 1, 65535 };
	struct bed_shape shape = *(const struct bed_shape *)test->param_value;
	struct bed *bed = bed_make(test);
	struct ion_lane *lane = bed->check.lane;
	unsigned int turn, i;
	void *slots;

	for (i = 0; i < ION_RINGS; i++)
		shape.slots[i] = LIFE_SLOTS;
	slots = kvmalloc_array(LIFE_SLOTS, sizeof(struct ion_cmd_packet),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, slots);
	if (bed_open(bed, &shape))
		KUNIT_FAIL(test, "no channel of %u slots", LIFE_SLOTS);
	for (turn = 0; turn < ARRAY_SIZE(counts) && bed->check.ch; turn++) {
		u32 n = min(counts[turn], LIFE_SLOTS - 1U);

		for (i = 0; i < ION_LANES; i++)
			ion_check_is(&bed->check,
				     ion_check_push_batch(&lane[i],
							  counts[turn]),
				     n, "%ss that found room", lane[i].name);
		bed_kick(bed, turn & 1 ? life_echo : life_all, slots);
		for (i = 0; i < ION_LANES; i++)
			ion_check_pop_batch(&bed->check, &lane[i], n);
		ion_check_law(&bed->check);
		cond_resched();
	}
	bed_close(bed);
	kvfree(slots);
}

static const struct bed_shape life_shapes[] = {
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
	.suite_init = bed_suite_init,
	.suite_exit = bed_suite_exit,
	.test_cases = life_cases,
};
