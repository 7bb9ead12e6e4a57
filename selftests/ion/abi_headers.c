// SPDX-License-Identifier: GPL-2.0-only
/*
 * abi.mk compiles this, and discards the result: as C and as C++, by every
 * standard, for 32 bits too, with every warning an error. It needs no C
 * library.
 */
#include <ion/ring.h>
#include <linux/ion.h>
#include <stddef.h>

/* Standards before static_assert are compiled too. */
#define HOLDS(name, condition)                          \
	typedef char holds_##name[(condition) ? 1 : -1] \
		__attribute__((__unused__));

#define SIZE(type, size, alignment)                          \
	HOLDS(size_of_##type, sizeof(struct type) == (size)) \
	HOLDS(align_of_##type, __alignof__(struct type) == (alignment))
#define FIELD(type, field, offset, size)                \
	HOLDS(place_of_##type##_##field,                \
	      offsetof(struct type, field) == (offset)) \
	HOLDS(size_of_##type##_##field,                 \
	      sizeof(((struct type *)0)->field) == (size))
#define VALUE(name, value) HOLDS(value_of_##name, (name) == (value))

#include "abi_layout.h"

int ion_use(void *memory);

/* All inline functions of the header. */
int ion_use(void *memory)
{
	struct ion_producer in;
	struct ion_consumer out;
	struct ion_packet packet = { 1, 2, 3, 4, 5 };
	struct ion_cmd_packet cmd = { 1, 2, 3, 4, 5 };

	ion_producer_attach(&in, memory, ION_SLOTS_DEFAULT);
	ion_consumer_attach(&out, memory, ION_SLOTS_DEFAULT);
	ion_end_sleep(&in.end);
	ion_end_awake(&in.end);
	if (ion_end_peer_sleeps(&out.end))
		return 2;
	return ion_ring_push(&in, &packet) && ion_ring_pop(&out, &packet) &&
	       ion_ring_push_cmd(&in, &cmd) && ion_ring_pop_cmd(&out, &cmd) &&
	       ion_ring_room(&in) > ion_ring_queued(&out);
}
