// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inline calls of libionchannel, which keep their ends in memory. A channel
 * is two rings; here its user ends are the two ends of one.
 */
#include <ionchannel.h>

#include "packet.h"

#define PAGE 4096U

struct channel {
	struct ionc_channel ch;
	void *memory;
};

static void *open_channel(size_t size)
{
	struct channel *channel = native_alloc(sizeof(*channel));
	char *memory = native_alloc(2 * PAGE + NATIVE_SLOTS * size);
	struct ion_ring_words words = {
		.head = (__u32 *)memory,
		.tail = (__u32 *)(memory + PAGE),
		.producer_wake = (__u16 *)(memory + 8),
		.consumer_wake = (__u16 *)(memory + PAGE + 8),
		.slots = memory + 2 * PAGE,
		.nr_slots = NATIVE_SLOTS,
	};

	if (!channel || !memory) {
		native_free(channel);
		native_free(memory);
		return NULL;
	}
	channel->memory = memory;
	ion_producer_attach_words(&channel->ch.tx, &words);
	ion_consumer_attach_words(&channel->ch.rx, &words);
	ion_producer_attach_words(&channel->ch.cmd, &words);
	ion_consumer_attach_words(&channel->ch.evt, &words);
	return channel;
}

static void close_channel(void *channel)
{
	native_free(((struct channel *)channel)->memory);
	native_free(channel);
}

#define RING struct ionc_channel
#include "simple.h"

static inline bool push_packet(struct producer *p,
			       const struct ion_packet *packet)
{
	return ionc_push(p->ring, packet);
}

static inline bool pop_packet(struct consumer *c, struct ion_packet *packet)
{
	return ionc_pop(c->ring, packet);
}

static inline bool push_command(struct producer *p,
				const struct ion_cmd_packet *cmd)
{
	return ionc_push_cmd(p->ring, cmd);
}

static inline bool pop_command(struct consumer *c, struct ion_cmd_packet *cmd)
{
	return ionc_pop_evt(c->ring, cmd);
}

#define BATCHES

#define PUT_GET(kind, type, push, pop)                                       \
	static inline unsigned int put_##kind(struct producer *p, __u64 seq, \
					      unsigned int n)                \
	{                                                                    \
		struct type batch[NATIVE_BURST];                             \
		unsigned int i;                                              \
		for (i = 0; i < n; i++)                                      \
			native_##kind##_fill(&batch[i], seq + i);            \
		return push(p->ring, batch, n);                              \
	}                                                                    \
	static inline int get_##kind(struct consumer *c, __u64 seq,          \
				     unsigned int n)                         \
	{                                                                    \
		struct type batch[NATIVE_BURST];                             \
		unsigned int i;                                              \
		n = pop(c->ring, batch, n);                                  \
		for (i = 0; i < n; i++)                                      \
			if (native_##kind##_wrong(&batch[i], seq + i))       \
				return -1;                                   \
		return (int)n;                                               \
	}

PUT_GET(packet, ion_packet, ionc_push_n, ionc_pop_n)
PUT_GET(command, ion_cmd_packet, ionc_push_cmd_n, ionc_pop_evt_n)

#include "both.h"

const struct native_ring native_ion_library = {
	.name = "ion-library",
	.open = open_channel,
	.close = close_channel,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
