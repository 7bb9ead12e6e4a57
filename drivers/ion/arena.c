// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buffers of a channel: their owners, and the checks of packets that name them.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include <linux/ion.h>

#include "arena.h"
#include "memory.h"

/**
 * ion_arena_create() - create an arena whose buffers all belong to the user end
 * @mem: memory of the buffers
 * @buffers: number of buffers
 * @buffer_size: bytes of each
 * @phys: report the physical addresses of buffers to the program
 *
 * Context: may sleep.
 * Return: the arena, or NULL if there is no memory for it.
 */
struct ion_arena *ion_arena_create(const struct ion_memory *mem, u32 buffers,
				   u32 buffer_size, bool phys)
{
	struct ion_arena *arena = kzalloc(sizeof(*arena), ION_GFP);

	if (!arena)
		return NULL;
	arena->user = bitmap_alloc(buffers, ION_GFP);
	if (!arena->user) {
		kfree(arena);
		return NULL;
	}
	bitmap_zero(arena->user, buffers);
	bitmap_set(arena->user, 0, buffers);
	arena->mem = mem;
	arena->buffers = buffers;
	arena->buffer_size = buffer_size;
	arena->phys = phys;
	return arena;
}

/**
 * ion_arena_destroy() - undo ion_arena_create()
 * @arena: the arena, or NULL
 */
void ion_arena_destroy(struct ion_arena *arena)
{
	if (!arena)
		return;
	bitmap_free(arena->user);
	kfree(arena);
}

/*
 * Returns the number of a buffer, after ion_arena_check(), as an index of @user. It
 * stays in bounds also where the processor speculates past the check.
 */
static u32 ion_arena_index(const struct ion_arena *arena,
			   const struct ion_packet *packet)
{
	return array_index_nospec((u32)packet->id, arena->buffers);
}

/* Check that the payload is in the buffer, in a way that cannot overflow. */
static enum ion_refusal ion_arena_check(const struct ion_arena *arena,
					const struct ion_packet *packet)
{
	u64 base = (u64)packet->id * arena->buffer_size;
	u64 skip = packet->data - base;

	if (packet->id >= arena->buffers)
		return ION_REFUSED_ID;
	if (packet->data < base || skip > arena->buffer_size ||
	    packet->len > arena->buffer_size - skip)
		return ION_REFUSED_RANGE;
	return ION_REFUSALS;
}

/**
 * ion_arena_take() - take the buffer of a packet from tx for the service
 * @arena: the arena
 * @packet: the packet, a private copy; phys is cleared, as it cannot be trusted
 *
 * Context: any.
 * Return: ION_REFUSALS on success, or what is wrong; then nothing was taken.
 */
enum ion_refusal ion_arena_take(struct ion_arena *arena,
				struct ion_packet *packet)
{
	enum ion_refusal refusal = ion_arena_check(arena, packet);

	if (refusal == ION_REFUSALS &&
	    !test_and_clear_bit(ion_arena_index(arena, packet), arena->user))
		refusal = ION_REFUSED_OWNER;
	packet->phys = 0;
	return refusal;
}

static u64 ion_arena_phys(const struct ion_arena *arena, u64 data)
{
	const struct ion_memory *mem = arena->mem;
	u64 page = data >> PAGE_SHIFT;

	if (!arena->phys || page >= mem->nr_pages)
		return 0;
	page = array_index_nospec(page, mem->nr_pages);
	return page_to_phys(mem->pages[page]) + offset_in_page(data);
}

/**
 * ion_arena_give() - give the buffer of a packet for rx to the user end
 * @arena: the arena
 * @packet: the packet, a private copy; phys is filled in
 *
 * Context: any. Call it before publishing the packet, which may come back right
 * after.
 * Return: ION_REFUSALS on success, or what is wrong; then nothing was given.
 */
enum ion_refusal ion_arena_give(struct ion_arena *arena,
				struct ion_packet *packet)
{
	enum ion_refusal refusal = ion_arena_check(arena, packet);

	if (refusal == ION_REFUSALS &&
	    test_and_set_bit(ion_arena_index(arena, packet), arena->user))
		refusal = ION_REFUSED_OWNER;
	packet->phys = ion_arena_phys(arena, packet->data);
	return refusal;
}

/**
 * ion_arena_buffer() - get the kernel's address of a payload
 * @arena: the arena
 * @packet: a packet whose buffer is the service's
 * @room: set to the bytes from the payload's start to the end of the buffer
 *
 * Context: any.
 * Return: the address, or NULL if the packet is wrong or not the service's.
 */
void *ion_arena_buffer(const struct ion_arena *arena,
		       const struct ion_packet *packet, u32 *room)
{
	u64 end = (packet->id + 1ULL) * arena->buffer_size;
	u64 size = (u64)arena->buffers * arena->buffer_size;

	if (ion_arena_check(arena, packet) != ION_REFUSALS ||
	    test_bit(ion_arena_index(arena, packet), arena->user))
		return NULL;
	*room = end - packet->data;
	/* An empty payload may begin where the arena ends. */
	return arena->mem->addr + array_index_nospec(packet->data, size + 1);
}

/**
 * ion_arena_owned() - count the buffers that belong to the user end
 * @arena: the arena
 *
 * Return: their number.
 */
u32 ion_arena_owned(const struct ion_arena *arena)
{
	u32 i, owned = 0;

	/* bitmap_weight() does not allow for bits that change meanwhile. */
	for (i = 0; i < BITS_TO_LONGS(arena->buffers); i++)
		owned += hweight_long(READ_ONCE(arena->user[i]));
	return owned;
}

/**
 * ion_arena_word() - read the owners of 64 buffers
 * @arena: the arena
 * @i: number of the first buffer, divided by 64
 *
 * Return: a bit for each buffer, the lowest first: 1 if it belongs to the user end; 0
 * if it does not, or does not exist.
 */
u64 ion_arena_word(const struct ion_arena *arena, u32 i)
{
	u64 word;

	BUILD_BUG_ON(BITS_PER_LONG != 64);
	word = READ_ONCE(arena->user[i]);
	return word;
}
