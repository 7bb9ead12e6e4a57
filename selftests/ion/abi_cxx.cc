// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ABI as a C++ compiler sees it: the same numbers, and a ring that works.
 * Linked with abi.c, which calls this.
 */
#include <linux/ion.h>
#include <ion/ring.h>
#include <cstddef>

#define SIZE(type, size, alignment) \
	static_assert(sizeof(type) == (size), #type); \
	static_assert(alignof(type) == (alignment), #type);
#define FIELD(type, field, offset, size) \
	static_assert(offsetof(type, field) == (offset), #type "." #field); \
	static_assert(sizeof(type::field) == (size), #type "." #field);
#define VALUE(name, value) \
	static_assert((name) == (value), #name);

#include "abi_layout.h"

static ion_cmd_ring ring;

/* Commands through a ring, both ends in C++: how many came through. */
extern "C" int ion_cxx_round_trip(int count)
{
	ion_producer in;
	ion_consumer out;
	int good = 0;

	ion_producer_attach(&in, &ring, ION_SLOTS_DEFAULT);
	ion_consumer_attach(&out, &ring, ION_SLOTS_DEFAULT);
	for (int i = 0; i < count; i++) {
		ion_cmd_packet cmd = {};

		cmd.kind = static_cast<__u32>(i);
		cmd.id_hi = ~0ULL - static_cast<__u64>(i);
		if (!ion_ring_push_cmd(&in, &cmd))
			break;
		cmd = {};
		if (!ion_ring_pop_cmd(&out, &cmd))
			break;
		good += cmd.kind == static_cast<__u32>(i) &&
			cmd.id_hi == ~0ULL - static_cast<__u64>(i);
	}
	return good;
}
