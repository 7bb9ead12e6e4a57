// SPDX-License-Identifier: GPL-2.0-only
/*
 * What crosses from one channel of a pair to the other.
 *
 * What finds no room stays where it is, and the ring that was full is armed: a
 * kick of its program goes on. Without arenas packets cross as they are. With
 * them the payload is copied to an empty buffer that the receiver handed over,
 * and the sender's buffer goes back to it, empty.
 */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include "builtin.h"
#include "pair.h"

/* Whether to try once more to push: there is room now. Else a kick will come. */
static bool ion_pair_room(struct ion_pair_end *to, struct ion_ring *ring)
{
	return !ion_channel_error(to->ch) && !ion_channel_arm(ring);
}

/*
 * Nothing can be had from one that is poisoned, however much room there is. With
 * room the next try moves something: only a program that breaks its ring and resets
 * it, over and over, can have it fail, and that for so many @tries.
 */
static bool ion_pair_again(struct ion_pair_end *from, struct ion_pair_end *to,
			   struct ion_ring *ring, u32 *tries)
{
	if (!*tries)
		return false;
	--*tries;
	return ion_channel_error(from->ch) != -EPROTO && ion_pair_room(to, ring);
}

static void ion_pair_cross_packets(struct ion_pair_end *from,
				   struct ion_pair_end *to)
{
	struct ion_ring *tx = from->ring[ION_RING_TX];
	struct ion_ring *rx = to->ring[ION_RING_RX];
	u32 left = ion_channel_capacity(tx), tries = left + 1, done;

	while (left && !ion_channel_empty(tx)) {
		done = ion_channel_move(tx, rx, left);
		left -= done;
		if (!done && !ion_pair_again(from, to, rx, &tries))
			return;
	}
}

/* Give buffers back, as far as there is room. */
static void ion_pair_settle(struct ion_pair_end *end)
{
	struct ion_ring *rx = end->ring[ION_RING_RX];
	struct ion_packet packet;

	while (ion_stock_get(&end->owed, &packet)) {
		if (ion_channel_push(rx, &packet))
			continue;
		ion_stock_put(&end->owed, packet.id);
		if (!ion_pair_room(end, rx))
			return;
	}
}

/* The payload lies where it lay in its own buffer. */
static void ion_pair_copy(struct ion_pair_end *from, struct ion_pair_end *to,
			  const struct ion_packet *packet,
			  struct ion_packet *copy)
{
	const void *payload;
	u32 room;
	void *at;

	copy->data += packet->data - (u64)packet->id * from->stock.size;
	copy->len = packet->len;
	copy->pad = packet->pad;
	payload = ion_packet_buffer(from->ch, packet, &room);
	at = ion_packet_buffer(to->ch, copy, &room);
	if (payload && at)
		memcpy(at, payload, packet->len);
}

/* Returns false if there is no room, or no buffer. */
static bool ion_pair_try_buffer(struct ion_pair_end *from,
				struct ion_pair_end *to, struct ion_ring *rx,
				const struct ion_packet *packet)
{
	struct ion_packet copy, *room;

	if (!ion_channel_reserve(rx, &room, 1) ||
	    !ion_stock_get(&to->stock, &copy))
		return false;
	ion_pair_copy(from, to, packet, &copy);
	if (ion_channel_push(rx, &copy))
		return true;
	/* Buffers that @to gets back took the room meanwhile. */
	ion_stock_put(&to->stock, copy.id);
	return false;
}

/* Take all that is on tx: empty buffers to the stock, the others to wait. */
static u32 ion_pair_collect(struct ion_pair_end *from)
{
	struct ion_ring *tx = from->ring[ION_RING_TX];
	u32 left = ion_channel_capacity(tx);
	u32 buffers, size, done = 0, n, i;
	const struct ion_packet *packets;

	buffers = ion_channel_buffers(from->ch, &size);
	for (; done < left; done += n) {
		n = ion_channel_peek(tx, &packets,
				     min(left - done, ION_PEEK_MAX));
		if (!n)
			break;
		for (i = 0; i < n; i++)
			if (packets[i].len)
				from->payloads[(from->first + from->nr++) %
					       buffers] = packets[i];
			else
				ion_stock_put(&from->stock, packets[i].id);
		ion_channel_release(tx, n);
		cond_resched();
	}
	return done;
}

/*
 * Returns false if it can not cross now. To one that has gone nothing crosses,
 * and the buffer goes back all the same.
 */
static bool ion_pair_cross_buffer(struct ion_pair_end *from,
				  struct ion_pair_end *to,
				  const struct ion_packet *packet)
{
	struct ion_ring *rx = to->ring[ION_RING_RX];

	if (!READ_ONCE(to->gone)) {
		if (!ion_stock_count(&to->stock))
			return false;
		if (!ion_pair_try_buffer(from, to, rx, packet) &&
		    !(ion_pair_room(to, rx) &&
		      ion_pair_try_buffer(from, to, rx, packet)))
			return false;
	}
	ion_stock_put(&from->owed, packet->id);
	return true;
}

/* Returns how many packets were taken from tx, or crossed. */
static u32 ion_pair_cross_buffers(struct ion_pair_end *from,
				  struct ion_pair_end *to)
{
	u32 done = ion_pair_collect(from);
	u32 buffers, size;

	buffers = ion_channel_buffers(from->ch, &size);
	while (from->nr &&
	       ion_pair_cross_buffer(from, to, &from->payloads[from->first])) {
		from->first = (from->first + 1) % buffers;
		from->nr--;
		done++;
		ion_pair_settle(from);
		cond_resched();
	}
	return done;
}

static u64 ion_pair_hash(u64 origin, u64 number,
			 const struct ion_cmd_packet *cmd)
{
	static siphash_key_t key;

	get_random_once(&key, sizeof(key));
	return siphash_4u64(origin, number, cmd->kind | (u64)cmd->pad << 32,
			    cmd->arg, &key);
}

/**
 * ion_pair_stamped() - whether the kernel stamped a command
 * @origin: number of the channel that is said to have sent it
 * @cmd: the command
 *
 * Return: true if it did.
 */
bool ion_pair_stamped(u64 origin, const struct ion_cmd_packet *cmd)
{
	return cmd->id_hi == ion_pair_hash(origin, cmd->id_lo, cmd);
}

static u32 ion_pair_push_stamped(struct ion_pair_end *from,
				 struct ion_ring *evt,
				 const struct ion_cmd_packet *cmds, u32 count)
{
	struct ion_cmd_packet stamped[8];
	u32 n = min_t(u32, count, ARRAY_SIZE(stamped));
	u64 origin = ion_channel_id(from->ch);
	u32 i;

	for (i = 0; i < n; i++) {
		stamped[i] = cmds[i];
		stamped[i].id_lo = from->sent + i;
		stamped[i].id_hi = ion_pair_hash(origin, from->sent + i,
						 &cmds[i]);
	}
	return ion_cmd_push_n(evt, stamped, n);
}

static u32 ion_pair_move_stamped(struct ion_pair_end *from,
				 struct ion_ring *cmd, struct ion_ring *evt,
				 u32 count)
{
	const struct ion_cmd_packet *cmds;
	u32 n = ion_cmd_peek(cmd, &cmds, count);

	return ion_cmd_release(cmd, ion_pair_push_stamped(from, evt, cmds, n));
}

static void ion_pair_cross_cmds(struct ion_pair_end *from,
				struct ion_pair_end *to)
{
	struct ion_ring *cmd = from->ring[ION_RING_CMD];
	struct ion_ring *evt = to->ring[ION_RING_EVT];
	u32 left = ion_channel_capacity(cmd), tries = left + 1, done;

	while (left && !ion_channel_empty(cmd)) {
		done = from->stamp ?
			       ion_pair_move_stamped(from, cmd, evt, left) :
			       ion_cmd_move(cmd, evt, left);
		from->sent += done;
		left -= done;
		if (!done && !ion_pair_again(from, to, evt, &tries))
			return;
	}
}

/**
 * ion_pair_cross() - take over what one end has sent, as far as it can be
 * @from: the end
 * @to: the other one
 *
 * No more than the rings of @from hold.
 *
 * Context: may sleep.
 * Return: how many buffers were moved: more may be able to cross the other way.
 */
u32 ion_pair_cross(struct ion_pair_end *from, struct ion_pair_end *to)
{
	struct ion_ring *tx = from->ring[ION_RING_TX];
	struct ion_ring *cmd = from->ring[ION_RING_CMD];
	bool gone = READ_ONCE(to->gone);
	u32 done = 0;

	if (!from->stock.ids && ion_channel_empty(tx) && ion_channel_empty(cmd))
		return 0;
	mutex_lock(&from->crossing);
	if (from->stock.ids) {
		ion_pair_settle(from);
		done = ion_pair_cross_buffers(from, to);
	} else if (!gone) {
		ion_pair_cross_packets(from, to);
	} else {
		/* Who waits for room on tx must not wait for ever. */
		ion_drain_packets(tx);
	}
	if (gone)
		ion_drain_cmds(cmd);
	else
		ion_pair_cross_cmds(from, to);
	mutex_unlock(&from->crossing);
	return done;
}

/**
 * ion_pair_drained() - whether nothing is left of what one end has sent
 * @from: the end
 *
 * Context: may sleep.
 * Return: true if nothing is left that could cross.
 */
bool ion_pair_drained(struct ion_pair_end *from)
{
	const struct ion_packet *packets;
	const struct ion_cmd_packet *cmds;
	bool drained;

	mutex_lock(&from->crossing);
	drained = !from->nr &&
		  !ion_channel_peek(from->ring[ION_RING_TX], &packets, 1) &&
		  !ion_cmd_peek(from->ring[ION_RING_CMD], &cmds, 1);
	mutex_unlock(&from->crossing);
	return drained;
}
