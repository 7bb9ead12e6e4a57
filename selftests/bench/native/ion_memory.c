// SPDX-License-Identifier: GPL-2.0-only
/* Allocates rings of ion and finds their words. */
#include <stdlib.h>

#include "ion.h"

#define PAGE 4096U

static void *ring_open(void *memory, const struct ion_ring_words *words)
{
	struct ring *ring = native_alloc(sizeof(*ring));

	if (!memory || !ring) {
		native_free(memory);
		native_free(ring);
		return NULL;
	}
	ring->memory = memory;
	ring->words = *words;
	ion_producer_attach_words(&ring->producer, words);
	ion_consumer_attach_words(&ring->consumer, words);
	return ring;
}

/* Allocate a page for each end, and the slots after them. */
void *ring_open_split(size_t size)
{
	char *memory = native_alloc(2 * PAGE + NATIVE_SLOTS * size);
	struct ion_ring_words words = {
		.head = (__u32 *)memory,
		.tail = (__u32 *)(memory + PAGE),
		.producer_wake = (__u16 *)(memory + 8),
		.consumer_wake = (__u16 *)(memory + PAGE + 8),
		.slots = memory + 2 * PAGE,
		.nr_slots = NATIVE_SLOTS,
	};

	return ring_open(memory, &words);
}

void *ring_open_compact(size_t size)
{
	void *memory = native_alloc(sizeof(struct ion_ring_header) +
				    NATIVE_SLOTS * size);
	struct ion_ring_words words =
		ion_ring_words_compact(memory, NATIVE_SLOTS);

	return ring_open(memory, &words);
}

void ring_close(void *ring)
{
	native_free(((struct ring *)ring)->memory);
	native_free(ring);
}
