/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The owners of a channel's buffers.
 *
 * One bit for each buffer says that it belongs to the user end. The bit changes by one
 * atomic operation, so that no lock is needed. Of two callers that take, or give, the
 * same buffer, one succeeds.
 */
#ifndef _DRIVERS_ION_ARENA_H
#define _DRIVERS_ION_ARENA_H

#include <linux/types.h>

struct ion_memory;
struct ion_packet;

/**
 * enum ion_refusal - the reason why a packet is refused
 * @ION_REFUSED_ID: its buffer does not exist
 * @ION_REFUSED_RANGE: its payload leaves the buffer
 * @ION_REFUSED_OWNER: its buffer does not belong to the end that pushes it
 * @ION_REFUSALS: the number of reasons; as a result: the packet is not refused
 */
enum ion_refusal {
	ION_REFUSED_ID,
	ION_REFUSED_RANGE,
	ION_REFUSED_OWNER,
	ION_REFUSALS,
};

/**
 * struct ion_arena - the buffers of a channel
 * @mem: memory of the buffers, one after the other
 * @buffers: number of buffers
 * @buffer_size: bytes of each
 * @phys: report the physical addresses of buffers to the program
 * @user: one bit for each buffer, set if it belongs to the user end
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
