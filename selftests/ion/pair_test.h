/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the service "pair" share: two channels that are joined, and
 * calls about that.
 */
#ifndef _ION_PAIR_TEST_H
#define _ION_PAIR_TEST_H

#include "arena_test.h"

ION_HELPER int ion_join(int fd, int other)
{
	struct ion_join join = { .size = sizeof(join), .fd = other };

	return ion_call(fd, ION_IOC_JOIN, &join);
}

ION_HELPER void pair_key(struct ion_setup *setup, const char *key)
{
	strncpy(setup->key, key, sizeof(setup->key) - 1);
}

/* One that waits by a name, or, with an empty one, for ION_IOC_JOIN. */
ION_HELPER int pair_open_one(struct channel *ch, __u32 layout, __u32 slots,
			     const char *key)
{
	struct ion_setup setup;

	arena_wants(&setup, layout, "pair", slots, 0, 0);
	pair_key(&setup, key);
	return channel_open_live(ch, &setup);
}

ION_HELPER int pair_open(struct channel *a, struct channel *b, __u32 layout,
			 __u32 slots)
{
	return pair_open_one(a, layout, slots, "") ?:
	       pair_open_one(b, layout, slots, "") ?:
	       ion_join(a->fd, b->fd);
}

ION_HELPER int pair_open_arena(struct channel *a, struct channel *b,
			       __u32 layout, __u32 slots, __u32 buffers,
			       __u32 size)
{
	return arena_open(a, layout, "pair", slots, buffers, size) ?:
	       arena_open(b, layout, "pair", slots, buffers, size) ?:
	       ion_join(a->fd, b->fd);
}

/* Whether a packet and a command cross from one to the other. */
ION_HELPER bool pair_crosses(struct channel *from, struct channel *to,
			     __u64 number)
{
	struct ion_cmd_packet cmd = { 0 };

	return ion_send(from, number, 1) == 1 && ion_send_cmd(from, number) &&
	       ion_pop_from(to, number, 2) == 1 &&
	       ion_ring_pop_cmd(&to->evt, &cmd) && ion_cmd_is(&cmd, number) &&
	       !ion_ring_peek(&to->evt, 1);
}

ION_HELPER bool pair_joined(struct channel *a, struct channel *b)
{
	return pair_crosses(a, b, 1) && pair_crosses(b, a, 2);
}

/* What is sent goes nowhere, and is not lost: @ch has been reset after it. */
ION_HELPER bool pair_alone(struct channel *ch)
{
	struct ion_stats stats;

	return ion_send(ch, 3, 1) == 1 && !ion_get_stats(ch->fd, &stats) &&
	       stats.ring[ION_RING_TX].queued == 1 && ion_reset(ch->fd) == 1;
}

/* ---- payloads ---------------------------------------------------------- */

/* Hand over the empty buffers from @from to @to, without a kick. */
ION_HELPER bool pair_push_empty(struct channel *ch, __u32 from, __u32 to)
{
	for (; from < to; from++)
		if (!arena_push(ch, arena_packet(ch, from, 0, 0)))
			return false;
	return true;
}

ION_HELPER bool pair_give(struct channel *ch, __u32 from, __u32 to)
{
	return pair_push_empty(ch, from, to) && !ion_kick(ch->fd);
}

/* The size of a payload and its place in the buffer depend on its number. */
ION_HELPER __u16 pair_len(const struct channel *ch, __u64 number)
{
	return (__u16)(ch->info.buffer_size - 64 - number % 100);
}

ION_HELPER bool pair_push_payload(struct channel *ch, __u32 id, __u64 number)
{
	struct ion_packet packet =
		arena_packet(ch, id, number % 64, pair_len(ch, number));

	arena_fill(ch, &packet, number);
	packet.pad = (__u32)number;
	return arena_push(ch, packet);
}

/* Whether it is this payload, where it was in the buffer it was sent in. */
ION_HELPER bool pair_is_payload(const struct channel *ch,
				const struct ion_packet *packet, __u64 number)
{
	return arena_packet_sane(ch, packet) &&
	       packet->len == pair_len(ch, number) &&
	       packet->data % ch->info.buffer_size == number % 64 &&
	       packet->pad == (__u32)number && !packet->phys &&
	       arena_holds(ch, packet, number);
}

ION_HELPER bool pair_pop_payload(struct channel *ch, __u64 number)
{
	struct ion_packet packet = arena_pop(ch);

	return pair_is_payload(ch, &packet, number);
}

/* An empty buffer is next, this one. */
ION_HELPER bool pair_pop_empty(struct channel *ch, __u32 id, __u32 pad)
{
	struct ion_packet packet = arena_pop(ch);

	return packet.id == id && !packet.len && packet.pad == pad &&
	       !packet.phys && arena_packet_sane(ch, &packet);
}

/* A buffer is back whose payload was copied. */
ION_HELPER bool pair_pop_back(struct channel *ch, __u32 id)
{
	return pair_pop_empty(ch, id, 0);
}

/* A buffer is back whose payload nobody got. */
ION_HELPER bool pair_pop_unsent(struct channel *ch, __u32 id)
{
	return pair_pop_empty(ch, id, EPIPE);
}

#endif /* _ION_PAIR_TEST_H */
