// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user end of a ring, acted by the kernel for a program that asks for it
 * by a system call. The indices are the private ones of the kernel end, looked
 * at by the caller just before: where the user end stands is what the kernel
 * last saw of it.
 */
#include <linux/minmax.h>

#include "ring.h"

static void ion_user_publish(struct ion_ring *ring, u32 count)
{
	ring->end.peer += count;
	smp_store_release(ring->user_index,
			  (u32)ring->end.peer & ring->end.mask);
}

/**
 * ion_user_push() - push at the user end of tx or cmd
 * @ring: the ring
 * @from: @count packets in kernel memory
 * @count: how many at the most
 *
 * The release of the new head pairs with (C) in the kernel end.
 *
 * Return: how many were pushed, as many as there was room for.
 */
u32 ion_user_push(struct ion_ring *ring, const void *from, u32 count)
{
	u32 size = ring->kind->slot_size;
	u32 n = min(count, ion_ring_free(ring));
	u32 i;

	if (!n)
		return 0;
	for (i = 0; i < n; i++)
		ion_slot_write(ion_end_slot(&ring->end, ring->end.peer + i,
					    size),
			       from + i * size, size);
	ion_user_publish(ring, n);
	return n;
}

/**
 * ion_user_peek() - copy what is queued in any ring, the oldest first
 * @ring: the ring
 * @to: room for @count packets in kernel memory
 * @skip: how many of the oldest to pass over
 * @count: how many at the most
 *
 * Return: how many were copied.
 */
u32 ion_user_peek(const struct ion_ring *ring, void *to, u32 skip, u32 count)
{
	u32 size = ring->kind->slot_size;
	u32 queued = ion_ring_count(ring);
	u64 oldest = min(ring->end.own, ring->end.peer);
	u32 n = min(count, queued - min(skip, queued));
	u32 i;

	for (i = 0; i < n; i++)
		ion_slot_read(to + i * size,
			      ion_end_slot(&ring->end, oldest + skip + i, size),
			      size);
	return n;
}

/**
 * ion_user_release() - release at the user end of rx or evt
 * @ring: the ring
 * @count: how many, no more than are queued
 *
 * The release of the new tail pairs with (A) in the kernel end.
 */
void ion_user_release(struct ion_ring *ring, u32 count)
{
	ion_user_publish(ring, count);
}
