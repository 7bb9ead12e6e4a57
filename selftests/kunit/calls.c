// SPDX-License-Identifier: GPL-2.0-only
/* The functions of <linux/ion.h> for packets and for commands by one name. */
#include "calls.h"

#define CALLS(kind, type)						\
static bool kind##_push(struct ion_ring *ring, const void *slot)	\
{									\
	return ion_##kind##_push(ring, slot);				\
}									\
									\
static bool kind##_pop(struct ion_ring *ring, void *slot)		\
{									\
	return ion_##kind##_pop(ring, slot);				\
}									\
									\
static u32 kind##_push_n(struct ion_ring *ring, const void *slots,	\
			 u32 count)					\
{									\
	return ion_##kind##_push_n(ring, slots, count);			\
}									\
									\
static u32 kind##_pop_n(struct ion_ring *ring, void *slots, u32 count)	\
{									\
	return ion_##kind##_pop_n(ring, slots, count);			\
}									\
									\
static u32 kind##_reserve(struct ion_ring *ring, void **slots, u32 want) \
{									\
	type *array;							\
	u32 n = ion_##kind##_reserve(ring, &array, want);		\
									\
	*slots = array;							\
	return n;							\
}									\
									\
static u32 kind##_peek(struct ion_ring *ring, const void **slots,	\
		       u32 want)					\
{									\
	const type *array;						\
	u32 n = ion_##kind##_peek(ring, &array, want);			\
									\
	*slots = array;							\
	return n;							\
}

#define CALLS_OF(kind) {						\
	.push = kind##_push,						\
	.pop = kind##_pop,						\
	.push_n = kind##_push_n,					\
	.pop_n = kind##_pop_n,						\
	.reserve = kind##_reserve,					\
	.commit = ion_##kind##_commit,					\
	.peek = kind##_peek,						\
	.release = ion_##kind##_release,				\
	.move = ion_##kind##_move,					\
}

CALLS(channel, struct ion_packet)
CALLS(cmd, struct ion_cmd_packet)

const struct calls calls_of[ION_PATHS] = {
	CALLS_OF(channel),
	CALLS_OF(cmd),
};
