// SPDX-License-Identifier: GPL-2.0-only
/* The channels of a hostile program after RESET: they must work again. */
#include "hostile.h"

/* Reset all channels: nothing may be poisoned then. */
static const char *after_reset(struct hostile *h)
{
	struct ion_stats stats;
	unsigned int i, id;

	/* A packet may cross from the peer after the first RESET. */
	for (i = 0; i <= h->nr; i++)
		if (ion_reset(h->ch[i % h->nr].fd) < 0)
			return "RESET failed";
	for (i = 0; i < h->nr; i++) {
		if (stats_read(h->ch[i].fd, &stats))
			return "the counters do not add up";
		for (id = 0; id < ION_RINGS; id++)
			if (stats.ring[id].poison)
				return "poisoned after RESET";
		channel_attach_live(&h->ch[i]);
	}
	return NULL;
}

static const char *after_packets(struct channel *from, struct channel *to)
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

/* The program owns every buffer again, and each can be sent. */
static const char *after_buffers(struct channel *ch)
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

/* Hand over the buffers that the program owns, empty, while there is room. */
static void after_hand_over(struct channel *ch)
{
	__u32 id;

	for (id = 0; id < HOSTILE_BUFFERS; id++)
		if (arena_owns(ch->fd, id) &&
		    !arena_push(ch, arena_packet(ch, id, 0, 0)))
			return;
}

static bool after_source_came(struct hostile *h)
{
	struct channel *ch = &h->ch[0];
	struct ion_packet packet;

	if (h->kind->arena)
		after_hand_over(ch);
	if (ion_kick(ch->fd) || !ion_ring_pop(&ch->rx, &packet))
		return false;
	return !h->kind->arena || arena_packet_sane(ch, &packet);
}

/*
 * Pop all packets; return whether the payload with this number was among them.
 */
static bool after_took(struct channel *ch, __u64 number)
{
	struct ion_packet packet;
	bool came = false;

	while (ion_ring_pop(&ch->rx, &packet))
		came |= packet.pad == 0x600d && packet.len == 33 &&
			arena_holds(ch, &packet, number);
	return came;
}

/*
 * Packets that either peer sent before come first, and need an empty buffer each.
 * So empty buffers and payloads are sent in turn.
 */
static bool after_payload_came(struct hostile *h, __u64 number)
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
 * Peers that sent each other all their buffers, and kept none to receive in, wait
 * for each other forever. When one closes, the other gets its buffers back.
 */
static const char *after_deadlock(struct hostile *h)
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
		       : "the buffer that came back is not empty";
}

static const char *after_payloads(struct hostile *h)
{
	__u64 number = 0;

	return AWAIT(after_payload_came(h, number++)) ? NULL
						      : after_deadlock(h);
}

const char *hostile_after(struct hostile *h)
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
