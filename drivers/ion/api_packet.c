// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: what a service does with packets. */
#include <linux/export.h>

#include "api_ring.h"
#include "services/builtin.h"

/**
 * ion_channel_push() - push a packet to rx
 * @ring: rx of a channel
 * @packet: the packet, copied
 *
 * Context: callbacks of the channel; any but NMI if it is async.
 * Return: false, with nothing changed, if the ring is full, or if
 * ion_channel_error() says why.
 */
bool ion_channel_push(struct ion_ring *ring, const struct ion_packet *packet)
{
	return ion_api_push(ring, packet, 1, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_push);

/**
 * ion_channel_pop() - pop a packet from tx
 * @ring: tx of a channel
 * @packet: where to copy it
 *
 * Context: callbacks of the channel; any but NMI if it is async.
 * Return: false, with nothing changed, if the ring is empty or poisoned.
 */
bool ion_channel_pop(struct ion_ring *ring, struct ion_packet *packet)
{
	return ion_api_pop(ring, packet, 1, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_pop);

/**
 * ion_channel_push_n() - push packets to rx, with one publication
 * @ring: rx of a channel
 * @packets: array of @count of them, copied
 * @count: how many at the most
 *
 * Of a channel that is async it is ION_PEEK_MAX at a time that are atomic.
 *
 * Context: callbacks of the channel; any but NMI if it is async.
 * Return: how many were pushed, the first of the array: all of them, or as
 * many as there was room for; 0 if ion_channel_error() says why.
 */
u32 ion_channel_push_n(struct ion_ring *ring, const struct ion_packet *packets,
		       u32 count)
{
	return ion_api_push(ring, packets, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_push_n);

/**
 * ion_channel_pop_n() - pop packets from tx
 * @ring: tx of a channel
 * @packets: room for @count of them
 * @count: how many at the most
 *
 * Context: callbacks of the channel; any but NMI if it is async.
 * Return: how many were popped: all of them, or as many as there were.
 */
u32 ion_channel_pop_n(struct ion_ring *ring, struct ion_packet *packets,
		      u32 count)
{
	return ion_api_pop(ring, packets, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_pop_n);

/**
 * ion_channel_reserve() - get room for packets on rx
 * @ring: rx of a channel
 * @packets: set to an array to fill, not seen by the program, valid until the
 *	next reserve. What it holds at first is not defined.
 * @want: how many at the most; no more than ION_PEEK_MAX are given
 *
 * Nothing need be undone if it is not used, and the next reserve forgets it.
 *
 * Context: callbacks of the channel; any but NMI if it is async, with one owner
 * of the ring until the commit.
 * Return: how many may be filled, 0 if ion_channel_error() says why.
 */
u32 ion_channel_reserve(struct ion_ring *ring, struct ion_packet **packets,
			u32 want)
{
	u32 n = ion_api_reserve(ring, want, ION_PACKET_SIZE);

	*packets = n ? ring->stage->slots.packets : NULL;
	return n;
}
EXPORT_SYMBOL_GPL(ion_channel_reserve);

/**
 * ion_channel_commit() - publish what was reserved and filled
 * @ring: rx of a channel
 * @count: how many, from the first one on, no more than were reserved
 *
 * Context: as ion_channel_reserve().
 * Return: how many were pushed: all of them, unless something else pushed to
 * the ring, or ion_channel_error() says why.
 */
u32 ion_channel_commit(struct ion_ring *ring, u32 count)
{
	return ion_api_commit(ring, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_commit);

/**
 * ion_channel_peek() - look at packets on tx before popping them
 * @ring: tx of a channel
 * @packets: set to an array of copies, which the program can not change,
 *	valid until ion_channel_release()
 * @want: how many at the most; no more than ION_PEEK_MAX are given
 *
 * A second peek gives the same ones again, and more; but if the program reset
 * the ring meanwhile it forgets them, and their buffers are the program's again.
 * So a callback peeks again for what the one before it has not released.
 *
 * Context: callbacks of the channel; any but NMI if it is async, with one owner
 * of the ring until the release.
 * Return: how many there are to see.
 */
u32 ion_channel_peek(struct ion_ring *ring, const struct ion_packet **packets,
		     u32 want)
{
	u32 n = ion_api_peek(ring, want, ION_PACKET_SIZE);

	*packets = n ? ring->stage->slots.packets : NULL;
	return n;
}
EXPORT_SYMBOL_GPL(ion_channel_peek);

/**
 * ion_channel_peek_some() - one step of ion_channel_peek()
 * @ring: tx of a channel
 * @packets: as for ion_channel_peek()
 * @want: as for ion_channel_peek()
 * @more: set if packets that were refused stood before others: call again
 *
 * For who holds a spinlock: a ring full of such packets takes milliseconds.
 *
 * Context: as ion_channel_peek().
 * Return: how many there are to see; with @more 0.
 */
u32 ion_channel_peek_some(struct ion_ring *ring,
			  const struct ion_packet **packets, u32 want,
			  bool *more)
{
	u32 n = 0;

	*more = false;
	if (want && ion_api_ok(ring, ION_PACKET_SIZE, false))
		n = ion_api_peek_some(ring, want, ION_PACKET_SIZE, more);
	*packets = n ? ring->stage->slots.packets : NULL;
	return n;
}

/**
 * ion_channel_release() - pop what was peeked at
 * @ring: tx of a channel
 * @count: how many, from the first one on, no more than were peeked at
 *
 * Context: as ion_channel_peek().
 * Return: @count, or 0 if it was more.
 */
u32 ion_channel_release(struct ion_ring *ring, u32 count)
{
	return ion_api_release(ring, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_release);

/**
 * ion_channel_move() - pop packets from tx and push them to rx as they are
 * @tx: tx of a channel
 * @rx: rx of the same channel, or of another one if both are async
 * @count: how many at the most; never more than tx holds
 *
 * What finds no room stays on tx. With an arena each buffer goes with its
 * packet, which only makes sense on the same channel.
 *
 * Context: callbacks of the channel; any but NMI if it is async, with one owner
 * of tx.
 * Return: how many were moved.
 */
u32 ion_channel_move(struct ion_ring *tx, struct ion_ring *rx, u32 count)
{
	return ion_api_move(tx, rx, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_move);
