// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the place of everything, for every number of slots that a set-up may
 * ask for.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>

#include "geometry.h"
#include "ion_kunit.h"

static const struct fixture_shape geometry_shapes[] = {
	{ "compact", ION_LAYOUT_COMPACT },
	{ "split", ION_LAYOUT_SPLIT },
};

KUNIT_ARRAY_PARAM_DESC(geometry, geometry_shapes, name);

/* Find the area of a word; the whole word is in it, and has these rights. */
static void geometry_word(struct kunit *test, const struct ion_info *info,
			  u64 offset, u64 size, bool user_writes)
{
	const struct ion_area *area;
	int i = ion_geometry_area(info, offset);
	u32 prot = PROT_READ;

	KUNIT_ASSERT_GE(test, i, 0);
	area = &info->area[i];
	if (user_writes || info->layout == ION_LAYOUT_COMPACT)
		prot |= PROT_WRITE;
	KUNIT_ASSERT_EQ(test, area->prot, prot);
	KUNIT_ASSERT_GE(test, offset, area->offset);
	KUNIT_ASSERT_LE(test, offset + size, area->offset + area->length);
	KUNIT_ASSERT_EQ(test, i, ion_geometry_area(info, offset + size - 1));
}

/* The words that the user end writes, and those that it must not write. */
static void geometry_ring(struct kunit *test, const struct ion_info *info,
			  unsigned int id, u32 slots)
{
	const struct ion_ring_info *ring = &info->ring[id];
	bool pushes = ion_ring_kinds[id].kernel_pushes;

	KUNIT_ASSERT_EQ(test, ring->nr_slots, slots);
	KUNIT_ASSERT_EQ(test, ring->slot_size, ion_ring_kinds[id].slot_size);
	geometry_word(test, info, ring->head, 4, !pushes);
	geometry_word(test, info, ring->tail, 4, pushes);
	geometry_word(test, info, ring->mask, 4, false);
	geometry_word(test, info, ring->producer_wake, 2, !pushes);
	geometry_word(test, info, ring->consumer_wake, 2, pushes);
	geometry_word(test, info, ring->slots, (u64)slots * ring->slot_size,
		      !pushes);
	KUNIT_ASSERT_EQ(test, ring->head % 4, 0);
	KUNIT_ASSERT_EQ(test, ring->tail % 4, 0);
	KUNIT_ASSERT_EQ(test, ring->slots % 16, 0);
}

static bool geometry_apart(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a + a_size <= b || b + b_size <= a;
}

/* Areas are whole pages, one after another, and no two words overlap. */
static void geometry_apart_all(struct kunit *test, const struct ion_info *info)
{
	u64 at[ION_RINGS * 6], size[ION_RINGS * 6], bytes = 0;
	unsigned int i, k, n = 0;
	bool apart;

	for (i = 0; i < info->nr_areas; i++) {
		bytes += info->area[i].length;
		KUNIT_ASSERT_TRUE(test, PAGE_ALIGNED(info->area[i].length));
		for (k = 0; k < i; k++) {
			apart = geometry_apart(info->area[i].offset,
					       info->area[i].length,
					       info->area[k].offset,
					       info->area[k].length);
			KUNIT_ASSERT_TRUE(test, apart);
		}
	}
	KUNIT_ASSERT_EQ(test, info->bytes, bytes);
	for (i = 0; i < ION_RINGS; i++) {
		const struct ion_ring_info *ring = &info->ring[i];
		u64 words[] = { ring->head, ring->tail, ring->mask, ring->slots,
				ring->producer_wake, ring->consumer_wake };
		u64 sizes[] = { 4, 4, 4, (u64)ring->nr_slots * ring->slot_size,
				2, 2 };

		for (k = 0; k < ARRAY_SIZE(words); k++, n++) {
			at[n] = words[k];
			size[n] = sizes[k];
		}
	}
	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			KUNIT_ASSERT_TRUE(test, geometry_apart(at[i], size[i],
							       at[k], size[k]));
}

/* One ring of each size, the others of each other size. */
static void geometry_sizes(struct kunit *test)
{
	const struct fixture_shape *shape = test->param_value;
	struct ion_setup *setup = kunit_kzalloc(test, sizeof(*setup),
						GFP_KERNEL);
	struct ion_info *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	u32 one, others;
	unsigned int id, i;

	KUNIT_ASSERT_NOT_NULL(test, setup);
	KUNIT_ASSERT_NOT_NULL(test, info);
	setup->layout = shape->layout;
	for (one = ION_SLOTS_MIN; one <= ION_SLOTS_MAX; one *= 2) {
		for (others = ION_SLOTS_MIN; others <= ION_SLOTS_MAX;
		     others *= 2) {
			id = ilog2(one * others) % ION_RINGS;
			for (i = 0; i < ION_RINGS; i++)
				setup->slots[i] = i == id ? one : others;
			KUNIT_ASSERT_EQ(test, ion_geometry(info, setup), 0);
			for (i = 0; i < ION_RINGS; i++)
				geometry_ring(test, info, i, setup->slots[i]);
			geometry_apart_all(test, info);
		}
		cond_resched();
	}
}

/* Every number: only powers of two that are small enough are valid. */
static void geometry_numbers(struct kunit *test)
{
	const struct fixture_shape *shape = test->param_value;
	struct ion_setup *setup = kunit_kzalloc(test, sizeof(*setup),
						GFP_KERNEL);
	struct ion_info *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	bool good, is;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, setup);
	KUNIT_ASSERT_NOT_NULL(test, info);
	setup->layout = shape->layout;
	for (i = 1, is = good = true; i <= 2 * ION_SLOTS_MAX + 1 && is == good;
	     i++) {
		setup->slots[i % ION_RINGS] = i;
		good = i >= 2 && i <= 65536 && !(i & (i - 1));
		is = !ion_geometry(info, setup);
		if (is != good)
			KUNIT_FAIL(test, "%u slots: %s", i,
				   is ? "taken" : "refused");
		setup->slots[i % ION_RINGS] = 0;
	}
	for (i = 17; i < 32; i++) {
		setup->slots[0] = 1U << i;
		KUNIT_EXPECT_EQ(test, ion_geometry(info, setup), -EINVAL);
	}
}

static struct kunit_case geometry_cases[] = {
	KUNIT_CASE_PARAM(geometry_sizes, geometry_gen_params),
	KUNIT_CASE_PARAM(geometry_numbers, geometry_gen_params),
	{}
};

struct kunit_suite ion_geometry_suite = {
	.name = "ion_geometry",
	.test_cases = geometry_cases,
};
