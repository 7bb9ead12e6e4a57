// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST: set-ups that are refused. Where ion_geometry() decides, the test
 * makes no channel. The limits of the module are not changed.
 */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/string.h>

#include "../geometry.h"
#include "../memory.h"
#include "selftest.h"

static int ion_limits_geometry(struct ion_check *check)
{
	return ion_geometry(&check->config.info, &check->setup);
}

/**
 * ion_test_limits_layout() - test that there are two layouts
 * @check: the test
 */
void ion_test_limits_layout(struct ion_check *check)
{
	static const u32 bad[] = { 2, 3, 0x80000000, U32_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		check->setup.layout = bad[i];
		ion_check_is(check, ion_limits_geometry(check), -EINVAL,
			     "layout %u", bad[i]);
	}
}

static void ion_limits_slots(struct ion_check *check, unsigned int id,
			     u32 slots, int expected)
{
	memset(&check->setup, 0, sizeof(check->setup));
	for (check->setup.layout = ION_LAYOUT_COMPACT;
	     check->setup.layout <= ION_LAYOUT_SPLIT; check->setup.layout++) {
		check->setup.slots[id] = slots;
		if (!ion_check_is(check, ion_limits_geometry(check), expected,
				  "%u slots of %s", slots,
				  ion_ring_kinds[id].name) || expected)
			continue;
		ion_check_is(check, check->config.info.ring[id].nr_slots,
			     slots ?: ION_SLOTS_DEFAULT,
			     "slots of %s when %u are wanted",
			     ion_ring_kinds[id].name, slots);
	}
}

/**
 * ion_test_limits_slots() - test that slots are powers of two from 2 to 65536
 * @check: the test
 */
void ion_test_limits_slots(struct ion_check *check)
{
	static const u32 bad[] = { 1, 3, 6, 255, 257, 65535, 65537, 98304,
				   131072, 0x80000000, U32_MAX };
	unsigned int id, i;
	u32 slots;

	for (id = 0; id < ION_RINGS; id++) {
		for (i = 0; i < ARRAY_SIZE(bad); i++)
			ion_limits_slots(check, id, bad[i], -EINVAL);
		for (slots = ION_SLOTS_MIN; slots <= ION_SLOTS_MAX; slots *= 2)
			ion_limits_slots(check, id, slots, 0);
		ion_limits_slots(check, id, 0, 0);
	}
}

/**
 * ion_test_limits_arena() - test the limits on the number and size of buffers
 * @check: the test
 */
void ion_test_limits_arena(struct ion_check *check)
{
	static const struct {
		u32 buffers;
		u32 size;
		int expected;
	} arenas[] = {
		{ 0, 0, 0 },
		{ 0, 256, -EINVAL },
		{ 1, 0, -EINVAL },
		{ 1, 128, -EINVAL },
		{ 1, 257, -EINVAL },
		{ 1, ION_BUFFER_SIZE_MIN, 0 },
		{ 1, ION_BUFFER_SIZE_MAX, 0 },
		{ 1, 2 * ION_BUFFER_SIZE_MAX, -EINVAL },
		{ 1, 0x80000000, -EINVAL },
		{ 3, 4096, 0 },
		{ ION_BUFFERS_MAX, ION_BUFFER_SIZE_MAX, 0 },
		{ ION_BUFFERS_MAX + 1, ION_BUFFER_SIZE_MIN, -EINVAL },
		{ U32_MAX, ION_BUFFER_SIZE_MIN, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(arenas); i++) {
		check->setup.buffers = arenas[i].buffers;
		check->setup.buffer_size = arenas[i].size;
		ion_check_is(check, ion_limits_geometry(check),
			     arenas[i].expected, "%u buffers of %u bytes",
			     arenas[i].buffers, arenas[i].size);
	}
}

/* Check that a word is in an area, and that the area is @writable or not. */
static void ion_limits_word(struct ion_check *check, u64 offset, bool writable,
			    const char *word)
{
	const struct ion_info *info = &check->config.info;
	int area = ion_geometry_area(info, offset);

	if (area < 0)
		ion_check_fail(check, -EIO, "%s at %#llx is in no area", word,
			       offset);
	else
		ion_check_is(check, !!(info->area[area].prot & PROT_WRITE),
			     writable, "whether %s is writable", word);
}

static void ion_limits_ring(struct ion_check *check, unsigned int id)
{
	const struct ion_ring_info *ring = &check->config.info.ring[id];
	bool all = check->setup.layout == ION_LAYOUT_COMPACT;
	bool user_pops = ion_ring_kinds[id].kernel_pushes;
	u64 last = ring->slots + (u64)ring->nr_slots * ring->slot_size - 1;

	ion_limits_word(check, ring->head, all || !user_pops, "a head");
	ion_limits_word(check, ring->tail, all || user_pops, "a tail");
	ion_limits_word(check, ring->mask, all, "a mask");
	ion_limits_word(check, ring->producer_wake, all || !user_pops,
			"a producer's flag");
	ion_limits_word(check, ring->consumer_wake, all || user_pops,
			"a consumer's flag");
	ion_limits_word(check, ring->slots, all || !user_pops, "a slot");
	ion_limits_word(check, last, all || !user_pops, "a last slot");
	ion_check_is(check, ion_geometry_area(&check->config.info, last),
		     ion_geometry_area(&check->config.info, ring->slots),
		     "area of the last slot of %s", ion_ring_kinds[id].name);
}

/**
 * ion_test_limits_areas() - test the geometry of the largest channel
 * @check: the test
 */
void ion_test_limits_areas(struct ion_check *check)
{
	const struct ion_info *info = &check->config.info;
	struct ion_setup *setup = &check->setup;
	unsigned int id, i;

	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] = ION_SLOTS_MAX;
	setup->buffers = ION_BUFFERS_MAX;
	setup->buffer_size = ION_BUFFER_SIZE_MAX;
	for (setup->layout = ION_LAYOUT_COMPACT;
	     setup->layout <= ION_LAYOUT_SPLIT; setup->layout++) {
		u64 bytes = 0;

		ion_check_is(check, ion_limits_geometry(check), 0,
			     "largest channel");
		for (i = 0; i < info->nr_areas; i++) {
			bytes += info->area[i].length;
			ion_check_is(check, offset_in_page(info->area[i].length),
				     0, "area %u beyond whole pages", i);
			ion_check_is(check,
				     ion_geometry_area(info, info->area[i].offset +
						       info->area[i].length - 1),
				     i, "area of the last byte of %u", i);
		}
		ion_check_is(check, info->bytes, bytes, "bytes of all areas");
		for (id = 0; id < ION_RINGS; id++)
			ion_limits_ring(check, id);
	}
}

/* Ask for a channel that must be refused. */
static int ion_limits_configure(struct ion_check *check, u64 bytes,
				const char *service)
{
	struct ion_info *info = &check->config.info;

	ion_check_is(check, ion_limits_geometry(check), 0, "geometry");
	ion_channel_describe(check->ch, info, service);
	info->bytes = max(info->bytes, bytes);
	check->config.bind.key = check->setup.key;
	return ion_check_configure(check);
}

/* Check that the channel was refused, and is unchanged. */
static void ion_limits_refused(struct ion_check *check, int ret, int expected)
{
	ion_check_is(check, ret, expected, "set-up");
	ion_check_is(check, ion_channel_ready(check->ch), false,
		     "whether it is set up");
	ion_check_is(check, check->ch->areas.charge.bytes, 0, "bytes charged");
}

/**
 * ion_test_limits_bytes() - test that max_bytes is the limit
 * @check: the test
 *
 * The channel asks only to be charged for more than max_bytes, not for the memory. If
 * max_bytes is the largest number that there is, nothing can be refused.
 */
void ion_test_limits_bytes(struct ion_check *check)
{
	u64 limit = ion_memory_limit();
	int ret;

	if (limit == U64_MAX || !ion_check_create(check))
		return;
	ret = ion_limits_configure(check, limit + 1, "echo");
	if (ret != -ENOSPC && ion_check_cancel(check, ret))
		return;
	/* Skipped if somebody raised the limit meanwhile. */
	if (ion_memory_limit() <= limit)
		ion_limits_refused(check, ret, -ENOSPC);
}

/**
 * ion_test_limits_service() - test a service that does not exist
 * @check: the test
 *
 * No service has an empty name.
 */
void ion_test_limits_service(struct ion_check *check)
{
	int ret;

	if (!ion_check_create(check))
		return;
	ret = ion_limits_configure(check, 0, "");
	if (!ion_check_cancel(check, ret))
		ion_limits_refused(check, ret, -ENOENT);
}
