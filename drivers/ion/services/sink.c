// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "sink" consumes and drops packets and commands. With an arena the
 * buffers go back, empty, on rx. If there is no room there, the packets stay on tx.
 */
#include <linux/minmax.h>

#include "builtin.h"

/**
 * ion_drain_packets() - consume and drop packets
 * @tx: the ring, of a channel without an arena
 *
 * Context: a callback of the channel, or any if it is async.
 */
void ion_drain_packets(struct ion_ring *tx)
{
	u32 left = ion_channel_capacity(tx);
	const struct ion_packet *packets;
	u32 n;

	while (left) {
		n = ion_channel_peek(tx, &packets, min(left, ION_PEEK_MAX));
		if (!n)
			return;
		left -= ion_channel_release(tx, n);
	}
}

static void ion_sink_return_buffers(struct ion_ring *tx, struct ion_ring *rx)
{
	u32 left = ion_channel_capacity(tx);
	const struct ion_packet *packets;
	struct ion_packet *empty;
	u32 n, room, i;

	do {
		n = ion_channel_peek(tx, &packets, min(left, ION_PEEK_MAX));
		room = n ? ion_channel_reserve(rx, &empty, n) : 0;
		if (!room)
			return;
		for (i = 0; i < room; i++) {
			empty[i] = packets[i];
			empty[i].len = 0;
		}
		room = ion_channel_commit(rx, room);
		left -= ion_channel_release(tx, room);
	} while (left && room == n);
}

/**
 * ion_drain_cmds() - consume and drop commands
 * @cmd: the ring
 *
 * Context: a callback of the channel, or any if it is async.
 */
void ion_drain_cmds(struct ion_ring *cmd)
{
	u32 left = ion_channel_capacity(cmd);
	const struct ion_cmd_packet *cmds;
	u32 n;

	while (left) {
		n = ion_cmd_peek(cmd, &cmds, min(left, ION_PEEK_MAX));
		if (!n)
			return;
		left -= ion_cmd_release(cmd, n);
	}
}

static void ion_sink_doorbell(struct ion_channel *ch)
{
	struct ion_ring *tx = ion_channel_ring(ch, ION_RING_TX);
	u32 buffer_size;

	if (ion_channel_buffers(ch, &buffer_size))
		ion_sink_return_buffers(tx, ion_channel_ring(ch, ION_RING_RX));
	else
		ion_drain_packets(tx);
	ion_drain_cmds(ion_channel_ring(ch, ION_RING_CMD));
}

const struct ion_service_ops ion_sink_ops = {
	.name = "sink",
	.doorbell = ion_sink_doorbell,
};
