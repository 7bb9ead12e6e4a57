/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose the buffers of a channel are.
 *
 * A bit a buffer says that it belongs to the user end. It changes by one atomic
 * operation, so that no lock is wanted, and of two who would take or give the
 * same buffer one succeeds.
 */
#ifndef _DRIVERS_ION_ARENA_H
#define _DRIVERS_ION_ARENA_H

#include <linux/types.h>

struct ion_memory;
struct ion_packet;

/**
 * enum ion_refusal - what is wrong with a packet, or with its buffer
 * @ION_REFUSED_ID: there is no such buffer
 * @ION_REFUSED_RANGE: the payload leaves it
 * @ION_REFUSED_OWNER: it is not the pusher's
 * @ION_REFUSALS: how many there are, or that nothing is wrong
 */
enum ion_refusal {
	ION_REFUSED_ID,
	ION_REFUSED_RANGE,
	ION_REFUSED_OWNER,
	ION_REFUSALS,
};

/**
 * struct ion_arena - the buffers of a channel
 * @mem: their memory, one after the other
 * @buffers: how many
 * @buffer_size: bytes of each
 * @phys: the program is told where they are in physical memory
 * @user: a bit for each: it belongs to the user end
 */
struct ion_arena {
	const struct ion_memory *mem;
	u32 buffers;
	u32 buffer_size;
	bool phys;
	unsigned long *user;
};

struct ion_arena *ion_arena_create(const struct ion_memory *mem, u32 buffers,
				   u32 buffer_size, bool phys);
void ion_arena_destroy(struct ion_arena *arena);
enum ion_refusal ion_arena_take(struct ion_arena *arena,
				struct ion_packet *packet);
enum ion_refusal ion_arena_give(struct ion_arena *arena,
				struct ion_packet *packet);
void *ion_arena_buffer(const struct ion_arena *arena,
		       const struct ion_packet *packet, u32 *room);
u32 ion_arena_owned(const struct ion_arena *arena);
u64 ion_arena_word(const struct ion_arena *arena, u32 i);

#endif /* _DRIVERS_ION_ARENA_H */
