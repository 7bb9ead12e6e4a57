// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: the buffers of packets, and their payload. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include <linux/ion.h>

#include "arena.h"
#include "channel.h"

/**
 * ion_channel_buffers() - get the size of a channel's arena
 * @ch: a channel
 * @buffer_size: set to the bytes of one buffer, to 0 without an arena
 *
 * Context: any.
 * Return: the number of buffers, 0 without an arena.
 */
u32 ion_channel_buffers(const struct ion_channel *ch, u32 *buffer_size)
{
	*buffer_size = ch->info.buffer_size;
	return ch->info.buffers;
}
EXPORT_SYMBOL_GPL(ion_channel_buffers);

/**
 * ion_packet_buffer() - get the address of a packet's payload
 * @ch: a channel
 * @packet: a packet that was popped or peeked at and not pushed since
 * @room: set to the bytes from the payload's start to the end of the buffer;
 *	&packet.len of them are the payload
 *
 * The program has the arena mapped and may write to it at any time, even when the
 * protocol forbids it. Copy what you parse, with ion_packet_read().
 *
 * Context: any.
 * Return: the address of the payload; NULL if there is no such buffer, if the
 * payload does not fit in it, or if the buffer belongs to the program.
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
 * @to: where to copy it
 * @size: how many bytes at most
 *
 * Context: any.
 * Return: bytes copied, the lesser of @size and &packet.len; -EINVAL if
 * ion_packet_buffer() would return NULL.
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
 * @from: the bytes to write
 * @len: how many bytes
 *
 * Context: any.
 * Return: 0; -EINVAL if ion_packet_buffer() would return NULL; -EMSGSIZE if the
 * buffer lacks the room, or @len does not fit in &packet.len.
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
