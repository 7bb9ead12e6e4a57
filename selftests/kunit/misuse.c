// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a service that makes mistakes. Each call returns false or nothing, and
 * moves nothing; the kernel warns once of each kind. The suite is last, and its
 * runner expects six warnings.
 */
#include <linux/string.h>

#include "calls.h"

/**
 * struct misuse - a channel that must not change
 * @fix: the channel, with packets in every ring
 * @before: a copy of its memory
 * @bytes: the size of its memory
 */
struct misuse {
	struct fixture *fix;
	u8 *before;
	size_t bytes;
};

static void misuse_copy(const struct ion_channel *ch, u8 *to)
{
	unsigned int i;

	for (i = 0; i < ch->info.nr_areas; i++) {
		memcpy(to, ch->areas.area[i].addr, ch->info.area[i].length);
		to += ch->info.area[i].length;
	}
}

static void misuse_fill(struct fixture *fix, void *arg)
{
	u64 slots[32] __aligned(16) = {};
	unsigned int i;

	for (i = 0; i < ION_PATHS; i++)
		ion_check_is(&fix->check,
			     calls_of[i].push_n(fixture_ring(fix, fix->check.path[i].in_id),
						slots, 5), 5, "pushed");
}

static void misuse_open(struct kunit *test, struct misuse *m, bool async)
{
	static const struct fixture_shape shapes[] = {
		{ "in doorbell", ION_LAYOUT_COMPACT, { 16, 16, 16, 16 } },
		{ "async", ION_LAYOUT_COMPACT, { 16, 16, 16, 16 }, true },
	};
	unsigned int i;

	m->fix = fixture_create(test);
	KUNIT_ASSERT_EQ(test, fixture_open(m->fix, &shapes[async]), 0);
	for (i = 0; i < ION_PATHS; i++)
		ion_check_push(&m->fix->check.path[i], 9);
	fixture_kick(m->fix, misuse_fill, NULL);
	m->bytes = m->fix->check.ch->info.bytes;
	m->before = kunit_kmalloc(test, m->bytes, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m->before);
	misuse_copy(m->fix->check.ch, m->before);
}

static void misuse_close(struct kunit *test, struct misuse *m)
{
	u8 *after = kunit_kmalloc(test, m->bytes, GFP_KERNEL);
	unsigned int id;

	KUNIT_ASSERT_NOT_NULL(test, after);
	misuse_copy(m->fix->check.ch, after);
	KUNIT_EXPECT_MEMEQ(test, after, m->before, m->bytes);
	ion_check_law(&m->fix->check);
	for (id = 0; id < ION_RINGS; id++)
		KUNIT_EXPECT_EQ(test, m->fix->check.stats.ring[id].queued,
				ion_ring_kinds[id].kernel_pushes ? 5 : 9);
	fixture_close(m->fix);
}

/* Every call on a ring, on one half of it or on both. */
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

/* Each ring but the right one, and no ring. */
static void misuse_kind(struct kunit *test)
{
	struct misuse m;
	unsigned int i, id;

	misuse_open(test, &m, true);
	for (i = 0; i < ION_PATHS; i++) {
		const struct ion_path *path = &m.fix->check.path[i];
		const struct calls *calls = &calls_of[i];
		struct ion_ring *out = fixture_ring(m.fix, path->out_id);
		struct ion_ring *in = fixture_ring(m.fix, path->in_id);

		misuse_calls(test, i, NULL, true, true);
		KUNIT_EXPECT_EQ(test, calls->move(NULL, in, 1), 0U);
		KUNIT_EXPECT_EQ(test, calls->move(out, NULL, 1), 0U);
		for (id = 0; id < ION_RINGS; id++) {
			struct ion_ring *ring = fixture_ring(m.fix, id);

			misuse_calls(test, i, ring, id != path->in_id,
				     id != path->out_id);
			if (id != path->out_id)
				KUNIT_EXPECT_EQ(test, calls->move(ring, in, 1),
						0U);
			if (id != path->in_id)
				KUNIT_EXPECT_EQ(test, calls->move(out, ring, 1),
						0U);
		}
	}
	KUNIT_EXPECT_NULL(test, ion_channel_ring(m.fix->check.ch, ION_RINGS));
	KUNIT_EXPECT_EQ(test, ion_channel_capacity(NULL), 0U);
	KUNIT_EXPECT_TRUE(test, ion_channel_arm(NULL));
	ion_channel_disarm(NULL);
	misuse_close(test, &m);
}

/* On a channel that is not async, outside of a callback. */
static void misuse_context(struct kunit *test)
{
	struct misuse m;
	unsigned int i;

	misuse_open(test, &m, false);
	for (i = 0; i < ION_PATHS; i++) {
		const struct ion_path *path = &m.fix->check.path[i];
		struct ion_ring *out = fixture_ring(m.fix, path->out_id);
		struct ion_ring *in = fixture_ring(m.fix, path->in_id);

		misuse_calls(test, i, in, true, false);
		misuse_calls(test, i, out, false, true);
		KUNIT_EXPECT_EQ(test, calls_of[i].move(out, in, 1), 0U);
		KUNIT_EXPECT_TRUE(test, ion_channel_arm(out));
		ion_channel_disarm(out);
	}
	ion_channel_set_async(m.fix->check.ch, ION_ASYNC_ANY);
	misuse_calls(test, 0, fixture_ring(m.fix, ION_RING_RX), true, false);
	misuse_close(test, &m);
}

/* More than was reserved, or peeked at. */
static void misuse_count(struct kunit *test)
{
	static const u32 too_many[] = { 5, ION_PEEK_MAX, U32_MAX };
	struct misuse m;
	const void *seen;
	unsigned int i, k;
	void *room;

	misuse_open(test, &m, true);
	for (i = 0; i < ION_PATHS * ARRAY_SIZE(too_many); i++) {
		const struct calls *calls = &calls_of[i % ION_PATHS];
		const struct ion_path *path = &m.fix->check.path[i % ION_PATHS];
		struct ion_ring *out = fixture_ring(m.fix, path->out_id);
		struct ion_ring *in = fixture_ring(m.fix, path->in_id);

		k = i / ION_PATHS;
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
	.suite_init = fixture_suite_init,
	.suite_exit = fixture_suite_exit,
	.test_cases = misuse_cases,
};
