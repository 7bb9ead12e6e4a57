// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "echo": what comes on tx goes back on rx, a command comes back
 * on evt. What finds no room on the way back stays where it is. With an arena
 * each buffer goes back with its packet.
 */
#include <linux/minmax.h>

#include "builtin.h"

static void ion_echo_packets(struct ion_ring *tx, struct ion_ring *rx)
{
	u32 left = ion_channel_capacity(tx);
	const struct ion_packet *packets;
	u32 n, done;

	do {
		n = ion_channel_peek(tx, &packets, min(left, ION_PEEK_MAX));
		if (!n)
			return;
		done = ion_channel_push_n(rx, packets, n);
		ion_channel_release(tx, done);
		left -= done;
	} while (left && done == n);
}

static void ion_echo_cmds(struct ion_ring *cmd, struct ion_ring *evt)
{
	u32 left = ion_channel_capacity(cmd);
	const struct ion_cmd_packet *cmds;
	u32 n, done;

	do {
		n = ion_cmd_peek(cmd, &cmds, min(left, ION_PEEK_MAX));
		if (!n)
			return;
		done = ion_cmd_push_n(evt, cmds, n);
		ion_cmd_release(cmd, done);
		left -= done;
	} while (left && done == n);
}

static void ion_echo_doorbell(struct ion_channel *ch)
{
	ion_echo_packets(ion_channel_ring(ch, ION_RING_TX),
			 ion_channel_ring(ch, ION_RING_RX));
	ion_echo_cmds(ion_channel_ring(ch, ION_RING_CMD),
		      ion_channel_ring(ch, ION_RING_EVT));
}

struct ion_service ion_service_echo = {
	.name = "echo",
	.doorbell = ion_echo_doorbell,
};
