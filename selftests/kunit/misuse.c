// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a service that makes mistakes. Each call gives false, or nothing, and
 * moves nothing; the kernel warns, once of each kind: the suite comes last, and
 * who runs it looks for six warnings.
 */
#include <linux/string.h>

#include "calls.h"

/**
 * struct misuse - a channel that nothing is to happen to
 * @bed: the channel, with something in every ring
 * @before: its memory
 * @bytes: how much that is
 */
struct misuse {
	struct bed *bed;
	u8 *before;
	size_t bytes;
};

static void misuse_copy(const struct ion_channel *ch, u8 *to)
{
	unsigned int i;

	for (i = 0; i < ch->info.nr_areas; i++) {
		memcpy(to, ch->area[i].addr, ch->info.area[i].length);
		to += ch->info.area[i].length;
	}
}

static void misuse_fill(struct bed *bed, void *arg)
{
	u64 slots[32] __aligned(16) = {};
	unsigned int i;

	for (i = 0; i < ION_LANES; i++)
		ion_check_is(&bed->check,
			     calls_of[i].push_n(bed_ring(bed, bed->check.lane[i].in_id),
						slots, 5), 5, "pushed");
}

static void misuse_open(struct kunit *test, struct misuse *m, bool async)
{
	static const struct bed_shape shapes[] = {
		{ "in doorbell", ION_LAYOUT_COMPACT, { 16, 16, 16, 16 } },
		{ "async", ION_LAYOUT_COMPACT, { 16, 16, 16, 16 }, true },
	};
	unsigned int i;

	m->bed = bed_make(test);
	KUNIT_ASSERT_EQ(test, bed_open(m->bed, &shapes[async]), 0);
	for (i = 0; i < ION_LANES; i++)
		ion_check_push(&m->bed->check.lane[i], 9);
	bed_kick(m->bed, misuse_fill, NULL);
	m->bytes = m->bed->check.ch->info.bytes;
	m->before = kunit_kmalloc(test, m->bytes, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m->before);
	misuse_copy(m->bed->check.ch, m->before);
}

static void misuse_close(struct kunit *test, struct misuse *m)
{
	u8 *after = kunit_kmalloc(test, m->bytes, GFP_KERNEL);
	unsigned int id;

	KUNIT_ASSERT_NOT_NULL(test, after);
	misuse_copy(m->bed->check.ch, after);
	KUNIT_EXPECT_MEMEQ(test, after, m->before, m->bytes);
	ion_check_law(&m->bed->check);
	for (id = 0; id < ION_RINGS; id++)
		KUNIT_EXPECT_EQ(test, m->bed->check.stats.ring[id].queued,
				ion_ring_kinds[id].kernel_pushes ? 5 : 9);
	bed_close(m->bed);
}

/* Whatever may be done with a ring, one half of it or both. */
static void misuse_calls(struct kunit *test, unsigned int i,
			 struct ion_ring *ring, bool push, bool pop)
{
	const struct calls *calls = &calls_of[i];
	u64 slots[32] __aligned(16) = {};
	const void *seen;
	void *room;

	if (push) {
		KUNIT_EXPECT_FALSE(test, calls->push(ring, slots));
		KUNIT_EXPECT_EQ(test, calls->push_n(ring, slots, 4), 0U);
		KUNIT_EXPECT_EQ(test, calls->reserve(ring, &room, 4), 0U);
		KUNIT_EXPECT_NULL(test, room);
		KUNIT_EXPECT_EQ(test, calls->commit(ring, 1), 0U);
	}
	if (pop) {
		KUNIT_EXPECT_FALSE(test, calls->pop(ring, slots));
		KUNIT_EXPECT_EQ(test, calls->pop_n(ring, slots, 4), 0U);
		KUNIT_EXPECT_EQ(test, calls->peek(ring, &seen, 4), 0U);
		KUNIT_EXPECT_NULL(test, seen);
		KUNIT_EXPECT_EQ(test, calls->release(ring, 1), 0U);
	}
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(slots, 0, sizeof(slots)), NULL);
}

/* Each ring but the one that a call is for, and none at all. */
static void misuse_kind(struct kunit *test)
{
	struct misuse m;
	unsigned int i, id;

	misuse_open(test, &m, true);
	for (i = 0; i < ION_LANES; i++) {
		const struct ion_lane *lane = &m.bed->check.lane[i];
		const struct calls *calls = &calls_of[i];
		struct ion_ring *out = bed_ring(m.bed, lane->out_id);
		struct ion_ring *in = bed_ring(m.bed, lane->in_id);

		misuse_calls(test, i, NULL, true, true);
		KUNIT_EXPECT_EQ(test, calls->move(NULL, in, 1), 0U);
		KUNIT_EXPECT_EQ(test, calls->move(out, NULL, 1), 0U);
		for (id = 0; id < ION_RINGS; id++) {
			struct ion_ring *ring = bed_ring(m.bed, id);

			misuse_calls(test, i, ring, id != lane->in_id,
				     id != lane->out_id);
			if (id != lane->out_id)
				KUNIT_EXPECT_EQ(test, calls->move(ring, in, 1),
						0U);
			if (id != lane->in_id)
				KUNIT_EXPECT_EQ(test, calls->move(out, ring, 1),
						0U);
		}
	}
	KUNIT_EXPECT_NULL(test, ion_channel_ring(m.bed->check.ch, ION_RINGS));
	KUNIT_EXPECT_EQ(test, ion_channel_capacity(NULL), 0U);
	KUNIT_EXPECT_TRUE(test, ion_channel_arm(NULL));
	ion_channel_disarm(NULL);
	misuse_close(test, &m);
}

/* Of a channel that is not async, and not in a callback. */
static void misuse_context(struct kunit *test)
{
	struct misuse m;
	unsigned int i;

	misuse_open(test, &m, false);
	for (i = 0; i < ION_LANES; i++) {
		const struct ion_lane *lane = &m.bed->check.lane[i];
		struct ion_ring *out = bed_ring(m.bed, lane->out_id);
		struct ion_ring *in = bed_ring(m.bed, lane->in_id);

		misuse_calls(test, i, in, true, false);
		misuse_calls(test, i, out, false, true);
		KUNIT_EXPECT_EQ(test, calls_of[i].move(out, in, 1), 0U);
		KUNIT_EXPECT_TRUE(test, ion_channel_arm(out));
		ion_channel_disarm(out);
	}
	ion_channel_set_async(m.bed->check.ch, ION_ASYNC_ANY);
	misuse_calls(test, 0, bed_ring(m.bed, ION_RING_RX), true, false);
	misuse_close(test, &m);
}

/* More than there is of what was reserved, or peeked at. */
static void misuse_count(struct kunit *test)
{
	static const u32 too_many[] = { 5, ION_PEEK_MAX, U32_MAX };
	struct misuse m;
	const void *seen;
	unsigned int i, k;
	void *room;

	misuse_open(test, &m, true);
	for (i = 0; i < ION_LANES * ARRAY_SIZE(too_many); i++) {
		const struct calls *calls = &calls_of[i % ION_LANES];
		const struct ion_lane *lane = &m.bed->check.lane[i % ION_LANES];
		struct ion_ring *out = bed_ring(m.bed, lane->out_id);
		struct ion_ring *in = bed_ring(m.bed, lane->in_id);

		k = i / ION_LANES;
		KUNIT_EXPECT_EQ(test, calls->reserve(in, &room, 4), 4U);
		KUNIT_EXPECT_EQ(test, calls->commit(in, too_many[k]), 0U);
		KUNIT_EXPECT_EQ(test, calls->commit(in, 1), 0U);
		KUNIT_EXPECT_EQ(test, calls->peek(out, &seen, 4), 4U);
		KUNIT_EXPECT_EQ(test, calls->release(out, too_many[k]), 0U);
		KUNIT_EXPECT_EQ(test, calls->release(out, 0), 0U);
	}
	misuse_close(test, &m);
}

static struct kunit_case misuse_cases[] = {
	KUNIT_CASE(misuse_kind),
	KUNIT_CASE(misuse_context),
	KUNIT_CASE(misuse_count),
	{}
};

struct kunit_suite ion_misuse_suite = {
	.name = "ion_misuse",
	.suite_init = bed_suite_init,
	.suite_exit = bed_suite_exit,
	.test_cases = misuse_cases,
};
