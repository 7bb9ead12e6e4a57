// SPDX-License-Identifier: GPL-2.0-only
/* Two channels of the service "direct". */
#include "direct_test.h"

void direct_wants(struct ion_setup *setup, __u32 slots, __u32 buffers,
		  __u32 size)
{
	arena_wants(setup, ION_LAYOUT_SPLIT, "direct", slots, buffers, size);
	ion_setup_key(setup, DIRECT_KEY);
}

int direct_open_one(struct channel *ch, __u32 slots, __u32 buffers, __u32 size)
{
	struct ion_setup setup;

	direct_wants(&setup, slots, buffers, size);
	return channel_open_live(ch, &setup);
}

int direct_open(struct channel *a, struct channel *b, __u32 slots)
{
	return direct_open_arena(a, b, slots, 0, 0);
}

int direct_open_arena(struct channel *a, struct channel *b, __u32 slots,
		      __u32 buffers, __u32 size)
{
	return direct_open_one(a, slots, buffers, size)
		       ?: direct_open_one(b, slots, buffers, size);
}

/* Whether a packet and a command cross, with no call. */
bool direct_crosses(struct channel *from, struct channel *to, __u64 number)
{
	struct ion_cmd_packet cmd = ion_cmd_of(number);

	return ion_push_from(from, number, 1) == 1 &&
	       ion_ring_push_cmd(&from->cmd, &cmd) &&
	       ion_pop_from(to, number, 2) == 1 &&
	       ion_ring_pop_cmd(&to->evt, &cmd) && ion_cmd_is(&cmd, number) &&
	       !ion_ring_peek(&to->evt, 1);
}

__u16 *direct_half(const struct channel *ch, unsigned int ring)
{
	const struct ion_ring_info *info = &ch->info.ring[ring];

	return channel_at(ch, ion_kernel_pushes(ring) ? info->consumer_wake
						      : info->producer_wake);
}

__u16 direct_kernel_half(const struct channel *ch, unsigned int ring)
{
	const struct ion_ring_info *info = &ch->info.ring[ring];
	__u64 at = ion_kernel_pushes(ring) ? info->consumer_wake_kernel
					   : info->producer_wake_kernel;

	return READ_ONCE(*(const __u16 *)channel_at(ch, at));
}
