// SPDX-License-Identifier: GPL-2.0-only
/*
 * The geometry of a channel: computes areas and offsets from the requested slots and
 * buffers. It is a pure function, so that a dry run and a set-up cannot differ.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "geometry.h"
#include "kernel_ring.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "ion: rings and calls are little-endian, this machine is not"
#endif

static_assert(sizeof(struct ion_packet) == 24);
static_assert(__alignof__(struct ion_packet) == 8);
static_assert(offsetof(struct ion_packet, data) == 0);
static_assert(offsetof(struct ion_packet, phys) == 8);
static_assert(offsetof(struct ion_packet, len) == 16);
static_assert(offsetof(struct ion_packet, id) == 18);
static_assert(offsetof(struct ion_packet, pad) == 20);

static_assert(sizeof(struct ion_cmd_packet) == 32);
static_assert(__alignof__(struct ion_cmd_packet) == 16);
static_assert(offsetof(struct ion_cmd_packet, kind) == 0);
static_assert(offsetof(struct ion_cmd_packet, pad) == 4);
static_assert(offsetof(struct ion_cmd_packet, arg) == 8);
static_assert(offsetof(struct ion_cmd_packet, id_lo) == 16);
static_assert(offsetof(struct ion_cmd_packet, id_hi) == 24);

static_assert(sizeof(struct ion_ring_header) == 16);
static_assert(offsetof(struct ion_ring_header, head) == 0);
static_assert(offsetof(struct ion_ring_header, tail) == 4);
static_assert(offsetof(struct ion_ring_header, mask) == 8);
static_assert(offsetof(struct ion_ring_header, producer_wake) == 12);
static_assert(offsetof(struct ion_ring_header, consumer_wake) == 14);
static_assert(sizeof(struct ion_packet_ring) == 6160);
static_assert(sizeof(struct ion_cmd_ring) == 8208);

/* A struct shorter than the first published one is refused; none has grown yet. */
static_assert(sizeof(struct ion_query) == 128);
static_assert(sizeof(struct ion_totals) == 896);
static_assert(sizeof(struct ion_info) == 1152);
static_assert(sizeof(struct ion_setup) == 1408);
static_assert(sizeof(struct ion_batch) == 24);
static_assert(sizeof(struct ion_stats) == 1216);
static_assert(sizeof(struct ion_wait) == 40);
static_assert(sizeof(struct ion_serve) == 24);
static_assert(sizeof(struct ion_eventfd) == 16);
static_assert(sizeof(struct ion_join) == 16);
static_assert(sizeof(struct ion_accept) == 48);
static_assert(sizeof(struct ion_peer) == 48);
static_assert(sizeof(struct ion_verify) == 64);
static_assert(sizeof(struct ion_buffers) == 24);
static_assert(sizeof(struct ion_selftest) == 24);
static_assert(sizeof(struct ion_selftest_result) == 128);
static_assert(sizeof(struct ion_list) == 32);
static_assert(sizeof(struct ion_list_entry) == 1472);

static_assert(ION_RINGS <= ION_RINGS_MAX);
/* The largest number of areas that are added below: direct, with arenas. */
static_assert(ION_RINGS + 4 <= ION_AREAS_MAX);
static_assert(ION_MMAP_ARENA + (u64)ION_BUFFERS_MAX * ION_BUFFER_SIZE_MAX <=
	      ION_MMAP_PEER_ARENA);

static const u64 ion_mmap_offset[ION_RINGS] = {
	[ION_RING_TX] = ION_MMAP_TX,
	[ION_RING_RX] = ION_MMAP_RX,
	[ION_RING_CMD] = ION_MMAP_CMD,
	[ION_RING_EVT] = ION_MMAP_EVT,
};

/* The largest ring does not reach the offset of the next one. */
static_assert((u64)ION_SLOTS_MAX * sizeof(struct ion_cmd_packet) +
	      sizeof(struct ion_ring_header) < ION_MMAP_RX - ION_MMAP_TX);

static void ion_geometry_add_area(struct ion_info *info, u64 offset, u64 bytes,
				  u32 prot)
{
	info->area[info->nr_areas++] = (struct ion_area) {
		.offset = offset,
		.length = PAGE_ALIGN(bytes),
		.prot = prot,
	};
	info->bytes += PAGE_ALIGN(bytes);
}

static void ion_geometry_compact(struct ion_info *info, unsigned int id,
				 u32 slots)
{
	u32 slot_size = ion_ring_kinds[id].slot_size;
	u64 base = ion_mmap_offset[id];

	info->ring[id] = (struct ion_ring_info) {
		.head = base + offsetof(struct ion_ring_header, head),
		.tail = base + offsetof(struct ion_ring_header, tail),
		.mask = base + offsetof(struct ion_ring_header, mask),
		.producer_wake =
			base + offsetof(struct ion_ring_header, producer_wake),
		.consumer_wake =
			base + offsetof(struct ion_ring_header, consumer_wake),
		.producer_wake_kernel =
			base + offsetof(struct ion_ring_header, producer_wake),
		.consumer_wake_kernel =
			base + offsetof(struct ion_ring_header, consumer_wake),
		.slots = base + sizeof(struct ion_ring_header),
		.nr_slots = slots,
		.slot_size = slot_size,
	};
	ion_geometry_add_area(info, base,
			      sizeof(struct ion_ring_header) +
			      (u64)slots * slot_size,
			      PROT_READ | PROT_WRITE);
}

static_assert(ION_RINGS * sizeof(struct ion_split_words) <= PAGE_SIZE);

static void ion_geometry_split_areas(struct ion_info *info)
{
	ion_geometry_add_area(info, ION_MMAP_USER, PAGE_SIZE,
			      PROT_READ | PROT_WRITE);
	ion_geometry_add_area(info, ION_MMAP_KERNEL, PAGE_SIZE, PROT_READ);
}

static u64 ion_geometry_words(u64 area, unsigned int id)
{
	return area + id * sizeof(struct ion_split_words);
}

/*
 * On a direct channel the kernel's page is the page of words of the peer, who sees the
 * same ring under another number.
 */
static void ion_geometry_split(struct ion_info *info, unsigned int id,
			       u32 slots, bool direct)
{
	const struct ion_ring_kind *kind = &ion_ring_kinds[id];
	u64 half = direct ? offsetof(struct ion_split_words, kernel_wake) :
			    offsetof(struct ion_split_words, wake);
	u64 user = ion_geometry_words(ION_MMAP_USER, id);
	u64 kernel = ion_geometry_words(ION_MMAP_KERNEL, direct ?
					ion_geometry_mirror(id) : id);
	u64 producer = kind->kernel_pushes ? kernel : user;
	u64 consumer = kind->kernel_pushes ? user : kernel;

	info->ring[id] = (struct ion_ring_info) {
		.head = producer + offsetof(struct ion_split_words, index),
		.tail = consumer + offsetof(struct ion_split_words, index),
		.mask = (direct ? user : kernel) +
			offsetof(struct ion_split_words, mask),
		.producer_wake =
			producer + offsetof(struct ion_split_words, wake),
		.consumer_wake =
			consumer + offsetof(struct ion_split_words, wake),
		.producer_wake_kernel = producer + half,
		.consumer_wake_kernel = consumer + half,
		.slots = ion_mmap_offset[id],
		.nr_slots = slots,
		.slot_size = kind->slot_size,
	};
	ion_geometry_add_area(info, ion_mmap_offset[id],
			      (u64)slots * kind->slot_size,
			      kind->kernel_pushes ? PROT_READ :
						    PROT_READ | PROT_WRITE);
}

static int ion_geometry_rings(struct ion_info *info, const u32 *slots,
			      bool direct)
{
	unsigned int id;

	if (memchr_inv(slots + ION_RINGS, 0,
		       (ION_RINGS_MAX - ION_RINGS) * sizeof(*slots)))
		return -EINVAL;
	info->nr_rings = ION_RINGS;
	for (id = 0; id < ION_RINGS; id++) {
		u32 nr = slots[id] ?: ION_SLOTS_DEFAULT;

		if (nr < ION_SLOTS_MIN || nr > ION_SLOTS_MAX ||
		    !is_power_of_2(nr))
			return -EINVAL;
		if (info->layout == ION_LAYOUT_SPLIT)
			ion_geometry_split(info, id, nr, direct);
		else
			ion_geometry_compact(info, id, nr);
	}
	return 0;
}

static int ion_geometry_arena(struct ion_info *info, u32 buffers, u32 size,
			      bool direct)
{
	if (!buffers)
		return size ? -EINVAL : 0;
	if (buffers > ION_BUFFERS_MAX || size < ION_BUFFER_SIZE_MIN ||
	    size > ION_BUFFER_SIZE_MAX || !is_power_of_2(size))
		return -EINVAL;

	info->buffers = buffers;
	info->buffer_size = size;
	ion_geometry_add_area(info, ION_MMAP_ARENA, (u64)buffers * size,
			      PROT_READ | PROT_WRITE);
	if (direct)
		ion_geometry_add_area(info, ION_MMAP_PEER_ARENA,
				      (u64)buffers * size, PROT_READ);
	return 0;
}

/**
 * ion_geometry_direct() - check whether a channel is to be one side of a direct link
 * @setup: the request
 */
bool ion_geometry_direct(const struct ion_setup *setup)
{
	return !strcmp(setup->service, ION_DIRECT_NAME);
}

/**
 * ion_geometry() - compute the geometry of a channel
 * @info: written, all of it: layout, areas, rings, arena and bytes; the rest is zeroed
 * @setup: the request: service, layout, slots, buffers and buffer_size
 *
 * Return: 0; -EINVAL for a layout, a number of slots or buffers, or a buffer size that
 * does not exist, and for a direct channel whose layout is not split.
 */
int ion_geometry(struct ion_info *info, const struct ion_setup *setup)
{
	bool direct = ion_geometry_direct(setup);
	int ret;

	if (setup->layout != ION_LAYOUT_COMPACT &&
	    setup->layout != ION_LAYOUT_SPLIT)
		return -EINVAL;
	if (direct && setup->layout != ION_LAYOUT_SPLIT)
		return -EINVAL;

	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	info->layout = setup->layout;
	if (setup->layout == ION_LAYOUT_SPLIT)
		ion_geometry_split_areas(info);
	ret = ion_geometry_rings(info, setup->slots, direct);
	if (ret)
		return ret;
	return ion_geometry_arena(info, setup->buffers, setup->buffer_size,
				  direct);
}

/**
 * ion_geometry_area() - find the area that holds a word
 * @info: the geometry
 * @offset: offset in the space of mmap()
 *
 * Return: its number in &ion_info.area, or -EINVAL if none holds it.
 */
int ion_geometry_area(const struct ion_info *info, u64 offset)
{
	unsigned int i;

	for (i = 0; i < info->nr_areas; i++) {
		const struct ion_area *area = &info->area[i];

		if (offset >= area->offset &&
		    offset - area->offset < area->length)
			return i;
	}
	return -EINVAL;
}
