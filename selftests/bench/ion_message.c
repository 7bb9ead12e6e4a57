// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers of ion that carry messages from process to process. With direct the receiver
 * reads them in the sender's arena, or a copy of them; with pair the kernel copies them
 * into a buffer of the receiver. Either way the buffers go back.
 */
#include <string.h>

#include "ion.h"

#define KEY	"ion_message"
#define BUFFERS 16

static struct ionc_channel *receiver, *sender;
static unsigned int bytes;
static bool direct, copies;

static struct ionc_channel *open_end(const struct peer *peer)
{
	struct ionc_options options;
	struct ionc_channel *ch;
	int ret;

	ionc_options_init(&options);
	options.service = peer->flags & PEER_DIRECT ? "direct" : "pair";
	options.key = KEY;
	options.buffers = BUFFERS;
	options.buffer_size = MESSAGE_MIDDLE;
	if (peer->size > MESSAGE_MIDDLE)
		options.buffer_size = 65536;
	ret = ionc_open(&ch, &options);
	if (ret)
		bench_why("%s", ionc_explain(IONC_OPEN, ret));
	return ret ? NULL : ch;
}

static bool message_open(const struct peer *peer)
{
	bytes = peer->size;
	direct = peer->flags & PEER_DIRECT;
	copies = peer->flags & PEER_COPY;
	receiver = open_end(peer);
	/* The receiver of a pair hands over the buffers that the kernel copies to. */
	if (receiver && !direct)
		ionc_give_free(receiver, BUFFERS);
	return receiver;
}

static bool message_open_sender(const struct peer *peer)
{
	sender = open_end(peer);
	return sender;
}

static void message_close(void)
{
	ionc_close(receiver);
	ionc_close(sender);
	receiver = NULL;
	sender = NULL;
}

/* Free the buffers that came back. */
static void take_back(void)
{
	struct ion_packet packet;

	while (ionc_pop(sender, &packet))
		ionc_buffer_put(sender, packet.id);
}

/* Get a free buffer; if there is none, sleep until one comes back. */
static int free_buffer(bool sleep)
{
	int id;

	for (;;) {
		take_back();
		id = ionc_buffer_get(sender);
		if (id >= 0 || !sleep)
			return id;
		if (ionc_wait(sender, 1, 0, IONC_FOREVER))
			return -1;
	}
}

static unsigned int message_put(__u64 seq, unsigned int n)
{
	struct ion_packet packet;
	unsigned int i;
	int id;

	for (i = 0; i < n; i++) {
		id = free_buffer(!i);
		if (id < 0)
			break;
		bench_compose(ionc_buffer(sender, (__u32)id), seq + i, bytes);
		packet = ionc_packet(sender, (__u32)id, (__u16)bytes);
		ionc_push(sender, &packet);
	}
	ionc_kick(sender);
	return i;
}

static bool message_is(const struct ion_packet *packet, __u64 seq)
{
	static __u64 copy[MESSAGE_LARGE / 8];
	const void *message;

	if (!direct)
		message = ionc_payload(receiver, packet);
	else
		message = ionc_peer_payload(receiver, packet);
	if (copies) {
		if (ionc_peer_copy(receiver, packet, copy, sizeof(copy)) < 0)
			return false;
		message = copy;
	}
	return message && packet->len == bytes &&
	       bench_says(message, seq, bytes);
}

/* Either way an empty packet is pushed: for the peer, or for the kernel to fill. */
static int message_get(__u64 seq, unsigned int n)
{
	struct ion_packet packet;
	unsigned int got = 0;

	if (!ionc_peek(receiver, 1) && ionc_wait(receiver, 1, 0, IONC_FOREVER))
		return -1;
	while (got < n && ionc_pop(receiver, &packet)) {
		if (!message_is(&packet, seq + got))
			return -1;
		ionc_give(receiver, packet.id);
		got++;
	}
	ionc_kick(receiver);
	return (int)got;
}

#define ION_MESSAGE(of, title, more)                \
	{                                           \
		.name = title,                      \
		.flags = PEER_ION | (more),         \
		.size = of,                         \
		.open = message_open,               \
		.open_sender = message_open_sender, \
		.close = message_close,             \
		.put = message_put,                 \
		.get = message_get,                 \
	}

#define ION_MESSAGES(title, more)                         \
	{                                                 \
		ION_MESSAGE(MESSAGE_SMALL, title, more),  \
		ION_MESSAGE(MESSAGE_MIDDLE, title, more), \
		ION_MESSAGE(MESSAGE_LARGE, title, more),  \
	}

const struct peer ion_direct_message[MESSAGES] =
	ION_MESSAGES("ion, direct", PEER_DIRECT);
const struct peer ion_direct_copy_message[MESSAGES] =
	ION_MESSAGES("ion, direct, copied", PEER_DIRECT | PEER_COPY);
const struct peer ion_pair_message[MESSAGES] = ION_MESSAGES("ion, pair", 0);
