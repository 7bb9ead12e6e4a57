// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "echo": packets from tx go back on rx, and commands from cmd go back on
 * evt. If there is no room on the way back they stay on tx and cmd. With an arena each
 * buffer goes back with its packet.
 */
#include <linux/limits.h>

#include "builtin.h"

static void ion_echo_doorbell(struct ion_channel *ch)
{
	struct ion_ring *cmd = ion_channel_ring(ch, ION_RING_CMD);

	ion_channel_move(ion_channel_ring(ch, ION_RING_TX),
			 ion_channel_ring(ch, ION_RING_RX), U32_MAX);
	/* Commands are rare. */
	if (!ion_channel_empty(cmd))
		ion_cmd_move(cmd, ion_channel_ring(ch, ION_RING_EVT), U32_MAX);
}

const struct ion_service_ops ion_echo_ops = {
	.name = "echo",
	.doorbell = ion_echo_doorbell,
};
