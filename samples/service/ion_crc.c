// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "crc32", an example of a service in a module of its own.
 *
 * A program fills a buffer of its arena and hands it over with a packet on tx.
 * The packet comes back on rx with the buffer, and its pad is the CRC-32 of the
 * len bytes from data on. On tx, pad is the CRC-32 of the data before them, or 0
 * if there is none, so that a large file gets one sum.
 *
 * A command ION_CRC_BYTES comes back on evt and tells how many bytes were summed
 * up on the channel.
 *
 * Documentation/writing-a-service.rst explains it from top to bottom.
 */
#include <linux/crc32.h>
#include <linux/ion.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "ion_crc.h"

/* ---- channels ---------------------------------------------------------- */

/*
 * State of one channel. The callbacks of a channel run one at a time and nothing
 * else uses the state, so it needs no lock.
 */
struct crc_state {
	u64 bytes;
};

static int crc_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	struct crc_state *state;
	u32 buffer_size;

	/* Refuse what is unused, so that a later version can give it a meaning. */
	if (how->flags || how->arg[0] || how->arg[1] || *how->key)
		return -EINVAL;
	/* Without an arena there are no bytes to sum up. */
	if (!ion_channel_buffers(ch, &buffer_size))
		return -EINVAL;

	state = kzalloc(sizeof(*state), GFP_KERNEL_ACCOUNT);
	if (!state)
		return -ENOMEM;
	ion_channel_set_private(ch, state);
	return 0;
}

static void crc_unbind(struct ion_channel *ch)
{
	kfree(ion_channel_private(ch));
}

/* ---- packets ----------------------------------------------------------- */

/*
 * The program can still write to the buffer while it is being read. The sum is
 * then wrong, which harms only that program: each byte is read once, and nothing
 * in the kernel depends on its value. A service that depends on a byte, such as
 * a length or an index, copies it first with ion_packet_read().
 */
static u32 crc_of(struct ion_channel *ch, const struct ion_packet *packet)
{
	const void *buffer;
	u32 room;

	buffer = ion_packet_buffer(ch, packet, &room);
	return ~crc32_le(~packet->pad, buffer, packet->len);
}

/* Answer @want packets, or fewer if tx has fewer or rx has less room. */
static u32 crc_packets(struct ion_channel *ch, u32 want)
{
	struct ion_ring *tx = ion_channel_ring(ch, ION_RING_TX);
	struct ion_ring *rx = ion_channel_ring(ch, ION_RING_RX);
	struct crc_state *state = ion_channel_private(ch);
	const struct ion_packet *in;
	struct ion_packet *out;
	u32 i, n;

	n = ion_channel_peek(tx, &in, want);
	n = ion_channel_reserve(rx, &out, n);
	if (!n)
		return 0;

	for (i = 0; i < n; i++) {
		out[i] = in[i];
		out[i].pad = crc_of(ch, &in[i]);
		state->bytes += in[i].len;
	}
	n = ion_channel_commit(rx, n);
	return ion_channel_release(tx, n);
}

/* ---- commands ---------------------------------------------------------- */

/* The same for commands. The answer has the id of its command. */
static u32 crc_commands(struct ion_channel *ch, u32 want)
{
	struct ion_ring *cmd = ion_channel_ring(ch, ION_RING_CMD);
	struct ion_ring *evt = ion_channel_ring(ch, ION_RING_EVT);
	const struct crc_state *state = ion_channel_private(ch);
	const struct ion_cmd_packet *in;
	struct ion_cmd_packet *out;
	u32 i, n;

	n = ion_cmd_peek(cmd, &in, want);
	n = ion_cmd_reserve(evt, &out, n);
	if (!n)
		return 0;

	for (i = 0; i < n; i++) {
		out[i] = in[i];
		if (in[i].kind == ION_CRC_BYTES)
			out[i].arg = state->bytes;
		else
			out[i].kind = ION_CRC_UNKNOWN;
	}
	n = ion_cmd_commit(evt, n);
	return ion_cmd_release(cmd, n);
}

/* ---- the doorbell ------------------------------------------------------ */

/*
 * Handle at most as many packets as the ring has slots, so that a program which
 * keeps pushing does not keep the caller here forever. Packets for which rx has
 * no room stay queued; the next call comes when there is room.
 */
static void crc_doorbell(struct ion_channel *ch)
{
	u32 left = ion_channel_capacity(ion_channel_ring(ch, ION_RING_TX));
	u32 n;

	for (; left; left -= n) {
		n = crc_packets(ch, min_t(u32, left, ION_PEEK_MAX));
		if (!n)
			break;
		cond_resched();
	}

	left = ion_channel_capacity(ion_channel_ring(ch, ION_RING_CMD));
	for (; left; left -= n) {
		n = crc_commands(ch, min_t(u32, left, ION_PEEK_MAX));
		if (!n)
			break;
	}
}

/* ---- the module -------------------------------------------------------- */

static const struct ion_service_ops crc_service = {
	.name = "crc32",
	.bind = crc_bind,
	.unbind = crc_unbind,
	.doorbell = crc_doorbell,
};

static int __init crc_init(void)
{
	return ion_service_register(&crc_service);
}

static void __exit crc_exit(void)
{
	ion_service_unregister(&crc_service);
}

module_init(crc_init);
module_exit(crc_exit);

MODULE_DESCRIPTION("CRC-32 of buffers, a service for /dev/ion");
MODULE_LICENSE("GPL");
