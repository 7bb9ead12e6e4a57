// SPDX-License-Identifier: GPL-2.0-only
/* Two channels that are joined, and payloads that cross between them. */
#include "pair_test.h"

/* Open a channel that waits for a peer by name; without a name, for JOIN. */
int pair_open_one(struct channel *ch, __u32 layout, __u32 slots,
		  const char *key)
{
	struct ion_setup setup;

	arena_wants(&setup, layout, "pair", slots, 0, 0);
	ion_setup_key(&setup, key);
	return channel_open_live(ch, &setup);
}

int pair_open(struct channel *a, struct channel *b, __u32 layout, __u32 slots)
{
	return pair_open_one(a, layout, slots, "") ?:
	       pair_open_one(b, layout, slots, "") ?:
	       ion_join(a->fd, b->fd);
}

int pair_open_arena(struct channel *a, struct channel *b, __u32 layout,
		    __u32 slots, __u32 buffers, __u32 size)
{
	return arena_open(a, layout, "pair", slots, buffers, size) ?:
	       arena_open(b, layout, "pair", slots, buffers, size) ?:
	       ion_join(a->fd, b->fd);
}

/* Return whether a packet and a command cross. */
bool pair_crosses(struct channel *from, struct channel *to, __u64 number)
{
	struct ion_cmd_packet cmd = { 0 };

	return ion_send(from, number, 1) == 1 && ion_send_cmd(from, number) &&
	       ion_pop_from(to, number, 2) == 1 &&
	       ion_ring_pop_cmd(&to->evt, &cmd) && ion_cmd_is(&cmd, number) &&
	       !ion_ring_peek(&to->evt, 1);
}

bool pair_joined(struct channel *a, struct channel *b)
{
	return pair_crosses(a, b, 1) && pair_crosses(b, a, 2);
}

/*
 * Return whether a packet stays on tx, as there is no peer. Resets the channel.
 */
bool pair_alone(struct channel *ch)
{
	struct ion_stats stats;

	return ion_send(ch, 3, 1) == 1 && !ion_get_stats(ch->fd, &stats) &&
	       stats.ring[ION_RING_TX].queued == 1 && ion_reset(ch->fd) == 1;
}

/* Hand over the empty buffers @from to @to - 1, without a kick. */
bool pair_push_empty(struct channel *ch, __u32 from, __u32 to)
{
	for (; from < to; from++)
		if (!arena_push(ch, arena_packet(ch, from, 0, 0)))
			return false;
	return true;
}

bool pair_give(struct channel *ch, __u32 from, __u32 to)
{
	return pair_push_empty(ch, from, to) && !ion_kick(ch->fd);
}

/* The size of a payload and its place in the buffer depend on its number. */
__u16 pair_len(const struct channel *ch, __u64 number)
{
	return (__u16)(ch->info.buffer_size - 64 - number % 100);
}

bool pair_push_payload(struct channel *ch, __u32 id, __u64 number)
{
	struct ion_packet packet =
		arena_packet(ch, id, number % 64, pair_len(ch, number));

	arena_fill(ch, &packet, number);
	packet.pad = (__u32)number;
	return arena_push(ch, packet);
}

/*
 * Return whether it is that payload, at the same place of its buffer as it was
 * sent.
 */
bool pair_is_payload(const struct channel *ch, const struct ion_packet *packet,
		     __u64 number)
{
	return arena_packet_sane(ch, packet) &&
	       packet->len == pair_len(ch, number) &&
	       packet->data % ch->info.buffer_size == number % 64 &&
	       packet->pad == (__u32)number && !packet->phys &&
	       arena_holds(ch, packet, number);
}

bool pair_pop_payload(struct channel *ch, __u64 number)
{
	struct ion_packet packet = arena_pop(ch);

	return pair_is_payload(ch, &packet, number);
}

/* Return whether the next packet is that empty buffer. */
bool pair_pop_empty(struct channel *ch, __u32 id, __u32 pad)
{
	struct ion_packet packet = arena_pop(ch);

	return packet.id == id && !packet.len && packet.pad == pad &&
	       !packet.phys && arena_packet_sane(ch, &packet);
}

/* Return whether that buffer returned after its payload was copied. */
bool pair_pop_back(struct channel *ch, __u32 id)
{
	return pair_pop_empty(ch, id, 0);
}

/* Return whether that buffer returned and its payload was not received. */
bool pair_pop_unsent(struct channel *ch, __u32 id)
{
	return pair_pop_empty(ch, id, EPIPE);
}
