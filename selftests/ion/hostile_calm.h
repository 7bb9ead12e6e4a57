/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The innocent neighbours of a hostile program, who check every number that
 * comes back to them; and what must be well once the program has come to its
 * senses.
 */
#ifndef _ION_HOSTILE_CALM_H
#define _ION_HOSTILE_CALM_H

#include "hostile_round.h"

ION_HELPER int calm_echo(struct channel *ch, __u64 number, __u32 n)
{
	struct ion_cmd_packet cmd;

	if (ion_send(ch, number, n) != (int)n || !ion_send_cmd(ch, number))
		return -EIO;
	if (!AWAIT(ion_ring_peek(&ch->rx, n) == n &&
		   ion_ring_peek(&ch->evt, 1)))
		return -ETIMEDOUT;
	if (ion_pop_from(ch, number, n + 1) != (int)n)
		return -EBADMSG;
	return ion_ring_pop_cmd(&ch->evt, &cmd) && ion_cmd_is(&cmd, number)
		       ? 0
		       : -EBADMSG;
}

ION_HELPER int calm_pair(struct channel *ch, __u64 number, __u32 n)
{
	if (ion_send(&ch[0], number, n) != (int)n)
		return -EIO;
	return ion_pop_from(&ch[1], number, n + 1) == (int)n ? 0 : -EBADMSG;
}

/* All that went in came out, and nobody has seen anything. */
ION_HELPER int calm_counts(struct channel *ch, unsigned int ring, __u64 number)
{
	struct ion_stats stats;
	unsigned int id;
	int ret = arena_stats(ch->fd, &stats);

	for (id = 0; !ret && id < ION_RINGS; id++)
		if (stats.ring[id].poison || stats.ring[id].discarded)
			return -EPROTO;
	if (stats.ring[ring].pushed != number ||
	    stats.ring[ring].popped != number)
		return -ERANGE;
	return ret;
}

/* A thread: 0, or what went wrong. */
ION_HELPER int hostile_calm(struct task *task)
{
	struct hostile *h = hostile_of(task);
	__u64 seed = task->arg[0], number = 0;
	int ret = 0;

	while (!ret && !READ_ONCE(h->stop)) {
		__u32 n = 1 + arena_below(&seed, HOSTILE_SLOTS - 1);

		ret = calm_echo(&h->calm[0], number, n)
			      ?: calm_pair(&h->calm[1], number, n);
		number += n;
	}
	return ret				     ?:
	       calm_counts(&h->calm[0], ION_RING_TX, number) ?:
	       calm_counts(&h->calm[0], ION_RING_RX, number) ?:
	       calm_counts(&h->calm[1], ION_RING_TX, number) ?:
	       calm_counts(&h->calm[2], ION_RING_RX, number);
}

/* A thread of the innocent echo's, which is lent to it beside the kicks. */
ION_HELPER int hostile_calm_serve(struct task *task)
{
	struct hostile *h = hostile_of(task);
	__u64 seed = task->arg[0];
	int ret = 0;

	while (!READ_ONCE(h->stop) && (!ret || ret == -EINTR)) {
		ret = ion_lend(h->calm[0].fd, 1 + arena_below(&seed, 50000),
			       1 + arena_below(&seed, MS));
		sleep_ns(arena_below(&seed, 3 * MS));
	}
	return ret == -EINTR ? 0 : ret;
}

/* Nothing is left of what was, and nothing is poisoned. */
ION_HELPER const char *after_reset(struct hostile *h)
{
	struct ion_stats stats;
	unsigned int i, id;

	/* What the other one of a pair had on the way may still have come. */
	for (i = 0; i <= h->nr; i++)
		if (ion_reset(h->ch[i % h->nr].fd) < 0)
			return "RESET failed";
	for (i = 0; i < h->nr; i++) {
		if (arena_stats(h->ch[i].fd, &stats))
			return "the counters do not add up";
		for (id = 0; id < ION_RINGS; id++)
			if (stats.ring[id].poison)
				return "poisoned after RESET";
		channel_attach_live(&h->ch[i]);
	}
	return NULL;
}

ION_HELPER const char *after_packets(struct channel *from, struct channel *to)
{
	struct ion_cmd_packet cmd;

	if (ion_send(from, 7, 10) != 10 || !ion_send_cmd(from, 8))
		return "nothing could be sent";
	if (ion_pop_from(to, 7, 11) != 10)
		return "packets did not come";
	if (!ion_ring_pop_cmd(&to->evt, &cmd) || !ion_cmd_is(&cmd, 8))
		return "the answer did not come";
	return NULL;
}

/* Every buffer is the program's again, and goes and comes. */
ION_HELPER const char *after_buffers(struct channel *ch)
{
	struct ion_packet packet;
	__u32 id;

	if (arena_owned(ch->fd, NULL) != HOSTILE_BUFFERS)
		return "buffers are missing";
	for (id = 0; id < HOSTILE_BUFFERS; id++) {
		if (!arena_send(ch, arena_packet(ch, id, 0, 1)))
			return "a buffer could not be sent";
		packet = arena_pop(ch);
		if (packet.id != id || !arena_packet_sane(ch, &packet))
			return "a buffer did not come back";
	}
	return NULL;
}

/* Hand over, empty, what the program has and there is room for. */
ION_HELPER void after_hand_over(struct channel *ch)
{
	__u32 id;

	for (id = 0; id < HOSTILE_BUFFERS; id++)
		if (arena_owns(ch->fd, id) &&
		    !arena_push(ch, arena_packet(ch, id, 0, 0)))
			return;
}

ION_HELPER bool after_source_came(struct hostile *h)
{
	struct channel *ch = &h->ch[0];
	struct ion_packet packet;

	if (h->kind->arena)
		after_hand_over(ch);
	if (ion_kick(ch->fd) || !ion_ring_pop(&ch->rx, &packet))
		return false;
	return !h->kind->arena || arena_packet_sane(ch, &packet);
}

/* Pop what came, and whether the payload with this number is among it. */
ION_HELPER bool after_took(struct channel *ch, __u64 number)
{
	struct ion_packet packet;
	bool came = false;

	while (ion_ring_pop(&ch->rx, &packet))
		came |= packet.pad == 0x600d && packet.len == 33 &&
			arena_holds(ch, &packet, number);
	return came;
}

/*
 * What each of them sent before comes first, for which the other one needs an
 * empty buffer: they are sent by turns, one and a payload.
 */
ION_HELPER bool after_payload_came(struct hostile *h, __u64 number)
{
	struct channel *from = &h->ch[0], *to = &h->ch[1];
	struct ion_packet payload;
	__u32 id = 0;

	after_hand_over(to);
	while (id < HOSTILE_BUFFERS && !arena_owns(from->fd, id))
		id++;
	if (id < HOSTILE_BUFFERS) {
		payload = arena_packet(from, id, 9, number & 1 ? 0 : 33);
		payload.pad = 0x600d;
		arena_fill(from, &payload, number);
		arena_push(from, payload);
	}
	if (ion_kick(to->fd) || ion_kick(from->fd))
		return false;
	after_took(from, 0);
	return after_took(to, number);
}

/*
 * Two who sent each other all that they had, and left no buffer for what was to
 * come, wait for each other for good. When one goes the other has its own back.
 */
ION_HELPER const char *after_deadlock(struct hostile *h)
{
	struct channel *ch = &h->ch[0];
	struct ion_packet packet;

	if (arena_owned(ch->fd, NULL) || arena_owned(h->ch[1].fd, NULL))
		return "no payload came";
	channel_close(&h->ch[1]);
	if (!AWAIT((ion_kick(ch->fd), ion_ring_pop(&ch->rx, &packet))))
		return "no buffer came back";
	return arena_packet_sane(ch, &packet) && !packet.len
		       ? NULL
		       : "what came back is no empty buffer";
}

ION_HELPER const char *after_payloads(struct hostile *h)
{
	__u64 number = 0;

	return AWAIT(after_payload_came(h, number++)) ? NULL
						      : after_deadlock(h);
}

/* It is a channel like any other again: NULL, or what it is not. */
ION_HELPER const char *hostile_after(struct hostile *h)
{
	const char *fault = after_reset(h);

	if (fault)
		return fault;
	if (hostile_is(h, "source"))
		return AWAIT(after_source_came(h)) ? NULL : "no number came";
	if (h->kind->arena && h->nr == 2)
		return after_payloads(h);
	if (h->kind->arena)
		return after_buffers(&h->ch[0]);
	if (hostile_is(h, "sink"))
		return ion_send(&h->ch[0], 0, 10) == 10 &&
				       ion_ring_reserve(&h->ch[0].tx, 63) == 63
			       ? NULL
			       : "sink took nothing";
	return after_packets(&h->ch[0], &h->ch[h->nr - 1]);
}

#endif /* _ION_HOSTILE_CALM_H */
