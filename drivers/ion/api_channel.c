// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: what a service may do with a channel, and with its buffers. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>

#include <linux/ion.h>

#include "arena.h"
#include "channel.h"
#include "notify.h"
#include "payload.h"

/**
 * ion_channel_id() - the number of a channel
 * @ch: a channel
 *
 * Context: any.
 * Return: what the program sees as &ion_info.channel, never used twice.
 */
u64 ion_channel_id(const struct ion_channel *ch)
{
	return ch->id;
}
EXPORT_SYMBOL_GPL(ion_channel_id);

/**
 * ion_channel_opener() - who opened a channel
 * @ch: a channel
 *
 * Context: any.
 * Return: the opener, for as long as the channel is kept.
 */
const struct ion_opener *ion_channel_opener(const struct ion_channel *ch)
{
	return &ch->opener;
}
EXPORT_SYMBOL_GPL(ion_channel_opener);

/**
 * ion_channel_set_private() - keep something of the service with a channel
 * @ch: a channel
 * @data: anything, never touched
 *
 * Context: any. Best in bind(), before any other context knows the channel.
 */
void ion_channel_set_private(struct ion_channel *ch, void *data)
{
	WRITE_ONCE(ch->private, data);
}
EXPORT_SYMBOL_GPL(ion_channel_set_private);

/**
 * ion_channel_private() - what ion_channel_set_private() was given
 * @ch: a channel
 *
 * Context: any.
 * Return: it, or NULL.
 */
void *ion_channel_private(const struct ion_channel *ch)
{
	return READ_ONCE(ch->private);
}
EXPORT_SYMBOL_GPL(ion_channel_private);

/**
 * ion_channel_set_async() - use the rings of a channel from any context but NMI
 * @ch: the channel that is being bound
 *
 * Context: bind() only; elsewhere it warns once and does nothing.
 */
void ion_channel_set_async(struct ion_channel *ch)
{
	unsigned int id;

	if (WARN_ONCE(ch->ready || READ_ONCE(ch->runner) != current,
		      "ion: a service made a channel async outside bind()\n"))
		return;
	for (id = 0; id < ION_RINGS; id++)
		ch->ring[id].async = true;
}
EXPORT_SYMBOL_GPL(ion_channel_set_async);

/**
 * ion_channel_error() - why nothing can be pushed, if nothing ever can
 * @ch: a channel
 *
 * Context: any.
 * Return: 0; -EPROTO if a ring is poisoned, until the program resets it; -EPIPE
 * if the program closed the channel, or the service hung it up.
 */
int ion_channel_error(const struct ion_channel *ch)
{
	return ion_channel_state_error(ch);
}
EXPORT_SYMBOL_GPL(ion_channel_error);

/**
 * ion_channel_hangup() - push no more, for good
 * @ch: a channel
 *
 * The program gets what is on rx and evt, then EPOLLHUP from poll(), the end of
 * the file from read() and EPIPE from other calls. Its pushes fail with EPIPE,
 * and what it put into tx itself stays there. doorbell() may still be called.
 *
 * Orders what was pushed before against the hang-up.
 *
 * Context: any but NMI.
 */
void ion_channel_hangup(struct ion_channel *ch)
{
	/* Pairs with the acquire in ion_channel_hungup(). */
	smp_store_release(&ch->hungup, true);
	ion_notify_state(ch);
}
EXPORT_SYMBOL_GPL(ion_channel_hangup);

/**
 * ion_channel_set_peer_gone() - take no more, though something is still to come
 * @ch: a channel
 *
 * What the program pushes by a system call fails with EPIPE, and poll() tells
 * EPOLLRDHUP. The service may push to rx and evt until it hangs up, and with an
 * arena it gets empty buffers for that.
 *
 * Context: any.
 */
void ion_channel_set_peer_gone(struct ion_channel *ch)
{
	if (READ_ONCE(ch->peer_gone))
		return;
	WRITE_ONCE(ch->peer_gone, true);
	ion_notify_state(ch);
}
EXPORT_SYMBOL_GPL(ion_channel_set_peer_gone);

/**
 * ion_channel_set_undelivered() - what the program pushed reaches nobody
 * @ch: a channel whose peer has gone
 *
 * From then on ION_IOC_KICK gives EPIPE, and so does ION_IOC_SERVE: a program that
 * pushes by its mapping learns it from its next kick. One that only pops is not
 * disturbed. doorbell() is called as before.
 *
 * Context: any.
 */
void ion_channel_set_undelivered(struct ion_channel *ch)
{
	WRITE_ONCE(ch->undelivered, true);
}
EXPORT_SYMBOL_GPL(ion_channel_set_undelivered);

/**
 * ion_channel_set_held() - payloads that the service could not pass on
 * @ch: the channel whose program sent them
 * @held: how many the service holds now
 * @fresh: how many of them no call before this one counted
 *
 * For ION_IOC_STATS and ION_IOC_LIST, which tell @held and the sum of @fresh.
 *
 * Context: any; one call at a time for a channel.
 */
void ion_channel_set_held(struct ion_channel *ch, u32 held, u32 fresh)
{
	WRITE_ONCE(ch->held, held);
	WRITE_ONCE(ch->held_total, ch->held_total + fresh);
}
EXPORT_SYMBOL_GPL(ion_channel_set_held);

/**
 * ion_channel_ring() - a kernel end of a channel
 * @ch: a channel
 * @id: which
 *
 * Context: any.
 * Return: the ring, for as long as the channel is kept; NULL for a number that
 * there is not.
 */
struct ion_ring *ion_channel_ring(struct ion_channel *ch, enum ion_ring_id id)
{
	return (unsigned int)id < ION_RINGS ? &ch->ring[id] : NULL;
}
EXPORT_SYMBOL_GPL(ion_channel_ring);

/**
 * ion_channel_buffers() - the size of the arena of a channel
 * @ch: a channel
 * @buffer_size: bytes of a buffer are written, 0 without an arena
 *
 * Context: any.
 * Return: how many buffers there are, 0 without an arena.
 */
u32 ion_channel_buffers(const struct ion_channel *ch, u32 *buffer_size)
{
	*buffer_size = ch->info.buffer_size;
	return ch->info.buffers;
}
EXPORT_SYMBOL_GPL(ion_channel_buffers);

/**
 * ion_packet_buffer() - the buffer of a packet
 * @ch: a channel
 * @packet: a packet that was popped or peeked at and not pushed since
 * @room: bytes from there to the end of the buffer are written; &packet.len of
 *	them are the payload
 *
 * The program has the arena mapped and may write to it at any time, also when
 * it should not: copy what is to be parsed, by ion_packet_read().
 *
 * Context: any.
 * Return: the address of the payload; NULL if there is no such buffer, if the
 * payload leaves it, or if it belongs to the program.
 */
void *ion_packet_buffer(struct ion_channel *ch, const struct ion_packet *packet,
			u32 *room)
{
	return ch->arena ? ion_arena_buffer(ch->arena, packet, room) : NULL;
}
EXPORT_SYMBOL_GPL(ion_packet_buffer);

/**
 * ion_packet_read() - copy the payload of a packet
 * @ch: a channel
 * @packet: as for ion_packet_buffer()
 * @to: where to
 * @size: how much at the most
 *
 * Context: any.
 * Return: bytes copied, the lesser of @size and &packet.len; -EINVAL if
 * ion_packet_buffer() knows no buffer.
 */
int ion_packet_read(struct ion_channel *ch, const struct ion_packet *packet,
		    void *to, u32 size)
{
	u32 room, len = min_t(u32, size, packet->len);
	const void *from = ion_packet_buffer(ch, packet, &room);

	if (!from)
		return -EINVAL;
	ion_payload_copy(to, from, len);
	return len;
}
EXPORT_SYMBOL_GPL(ion_packet_read);

/**
 * ion_packet_write() - write the payload of a packet
 * @ch: a channel
 * @packet: as for ion_packet_buffer(); its len is set
 * @from: what to write
 * @len: how much
 *
 * Context: any.
 * Return: 0; -EINVAL if ion_packet_buffer() knows no buffer; -EMSGSIZE if it
 * has not the room, or @len is more than a packet can say.
 */
int ion_packet_write(struct ion_channel *ch, struct ion_packet *packet,
		     const void *from, u32 len)
{
	u32 room;
	void *to = ion_packet_buffer(ch, packet, &room);

	if (!to)
		return -EINVAL;
	if (len > room || len > U16_MAX)
		return -EMSGSIZE;
	ion_payload_copy(to, from, len);
	packet->len = len;
	return 0;
}
EXPORT_SYMBOL_GPL(ion_packet_write);
