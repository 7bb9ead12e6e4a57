// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arrays with more entries than there are rings and areas: entries that are not
 * counted are 0 in answers, whatever they were before, and must be 0 in
 * requests.
 */
#include <stddef.h>

#include "ion_test.h"

static bool is_zero(const void *from, size_t size)
{
	const unsigned char *bytes = from;

	while (size--)
		if (bytes[size])
			return false;
	return true;
}

#define EXPECT_ZERO_FROM(array, from)   \
	EXPECT_TRUE(                    \
		is_zero(&(array)[from], \
			sizeof((array)[0]) * (ARRAY_SIZE(array) - (from))))

#define EXPECT_ZERO(member) EXPECT_TRUE(is_zero(&(member), sizeof(member)))

static void expect_info(struct __test_metadata *_metadata,
			const struct ion_info *info, __u32 areas)
{
	unsigned int i;

	EXPECT_EQ(ION_RINGS, info->nr_rings);
	EXPECT_EQ(areas, info->nr_areas);
	EXPECT_ZERO(info->reserved);
	for (i = 0; i < ION_RINGS; i++) {
		EXPECT_LT(0, info->ring[i].nr_slots);
		EXPECT_ZERO(info->ring[i].reserved);
	}
	EXPECT_ZERO_FROM(info->ring, ION_RINGS);
	for (i = 0; i < areas; i++)
		EXPECT_LT(0, info->area[i].length);
	EXPECT_ZERO_FROM(info->area, areas);
}

static void expect_stats(struct __test_metadata *_metadata,
			 const struct ion_stats *stats)
{
	unsigned int i;

	EXPECT_EQ(ION_RINGS, stats->nr_rings);
	EXPECT_ZERO(stats->reserved);
	EXPECT_ZERO(stats->held);
	EXPECT_ZERO(stats->held_total);
	EXPECT_ZERO(stats->sleepers);
	EXPECT_ZERO(stats->hears);
	EXPECT_ZERO(stats->reserved2);
	for (i = 0; i < ION_RINGS; i++) {
		EXPECT_LT(0, stats->ring[i].capacity);
		EXPECT_ZERO(stats->ring[i].waited);
		EXPECT_ZERO(stats->ring[i].program_wake);
		EXPECT_ZERO(stats->ring[i].reserved);
	}
	EXPECT_ZERO_FROM(stats->ring, ION_RINGS);
}

FIXTURE(abi_arrays)
{
	struct channel ch;
};

FIXTURE_VARIANT(abi_arrays)
{
	__u32 layout;
	__u32 buffers;
	__u32 areas;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(abi_arrays, compact)
{
	.layout = ION_LAYOUT_COMPACT,
	.areas = 4,
};

FIXTURE_VARIANT_ADD(abi_arrays, split_with_an_arena)
{
	.layout = ION_LAYOUT_SPLIT,
	.buffers = 16,
	.areas = 7,
};

/* clang-format on */

FIXTURE_SETUP(abi_arrays)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "echo");
	setup.layout = variant->layout;
	setup.buffers = variant->buffers;
	setup.buffer_size = variant->buffers ? 4096 : 0;
	memset(&setup.info, 0xff, sizeof(setup.info));
	self->ch.fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->ch.fd);
	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_SETUP, &setup));
	expect_info(_metadata, &setup.info, variant->areas);
	ASSERT_EQ(0, channel_map(&self->ch));
}

FIXTURE_TEARDOWN(abi_arrays)
{
	channel_close(&self->ch);
}

TEST_F(abi_arrays, info_clears_unused_entries)
{
	struct ion_info info;

	memset(&info, 0xff, sizeof(info));
	memset(info.reserved, 0, sizeof(info.reserved));
	info.size = sizeof(info);
	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_INFO, &info));
	expect_info(_metadata, &info, variant->areas);
}

TEST_F(abi_arrays, totals_clear_unused_entries)
{
	struct ion_query query = { .size = sizeof(query) };
	struct ion_totals totals;
	unsigned int i;

	memset(&totals, 0xff, sizeof(totals));
	memset(totals.reserved, 0, sizeof(totals.reserved));
	totals.size = sizeof(totals);
	query.totals = (__u64)(unsigned long)&totals;
	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_QUERY, &query));
	EXPECT_EQ(ION_RINGS, totals.nr_rings);
	EXPECT_ZERO(totals.reserved);
	for (i = 0; i < ION_RINGS; i++)
		EXPECT_ZERO(totals.ring[i].reserved);
	EXPECT_ZERO_FROM(totals.ring, ION_RINGS);
}

TEST_F(abi_arrays, stats_clear_unused_entries)
{
	struct ion_stats stats;

	memset(&stats, 0xff, sizeof(stats));
	stats.reserved = 0;
	memset(stats.reserved2, 0, sizeof(stats.reserved2));
	stats.size = sizeof(stats);
	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_STATS, &stats));
	expect_stats(_metadata, &stats);
}

TEST_F(abi_arrays, list_clears_unused_entries)
{
	struct ion_list_entry entry;
	struct ion_list list = {
		.size = sizeof(list),
		.count = 1,
		.after = self->ch.info.channel - 1,
		.addr = (__u64)(unsigned long)&entry,
		.entry_size = sizeof(entry),
	};

	memset(&entry, 0xff, sizeof(entry));
	ASSERT_EQ(1, ion_call(self->ch.fd, ION_IOC_LIST, &list));
	ASSERT_EQ(self->ch.info.channel, entry.channel);
	EXPECT_ZERO(entry.clients);
	EXPECT_ZERO(entry.reserved2);
	expect_stats(_metadata, &entry.stats);
}

TEST_F(abi_arrays, setup_refuses_slots_of_unknown_rings)
{
	struct ion_setup setup;
	unsigned int id;

	for (id = ION_RINGS; id < ION_RINGS_MAX; id++) {
		ion_setup_init(&setup, "echo");
		setup.flags = ION_SETUP_DRY_RUN;
		ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_SETUP, &setup));
		setup.slots[id] = ION_SLOTS_DEFAULT;
		EXPECT_EQ(-EINVAL, ion_call(self->ch.fd, ION_IOC_SETUP, &setup))
		TH_LOG("ring %u", id);
	}
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
