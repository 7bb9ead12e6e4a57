// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services that copy each payload, out of its buffer or into it, and return the
 * packet unchanged. ion_count counts the cost of the copies.
 */
#include <linux/minmax.h>
#include <linux/module.h>

#include "probe.h"

/* Copies packets in one batch; returns false when there are none. */
static bool probe_copy_some(struct ion_channel *ch, bool write)
{
	struct ion_ring *tx = ion_channel_ring(ch, ION_RING_TX);
	u8 bytes[PROBE_COPY_MAX] __aligned(sizeof(u64)) = { 0 };
	const struct ion_packet *in;
	struct ion_packet *out;
	u32 n, i;

	n = ion_channel_peek(tx, &in, PROBE_PEEK_MAX);
	n = n ? ion_channel_reserve(ion_channel_ring(ch, ION_RING_RX), &out,
				    n) : 0;
	for (i = 0; i < n; i++) {
		out[i] = in[i];
		if (write)
			ion_packet_write(ch, &out[i], bytes,
					 min(in[i].len, PROBE_COPY_MAX));
		else
			ion_packet_read(ch, &in[i], bytes, sizeof(bytes));
	}
	ion_channel_commit(ion_channel_ring(ch, ION_RING_RX), n);
	ion_channel_release(tx, n);
	return n;
}

static void probe_copy(struct ion_channel *ch, bool write)
{
	u32 left = ion_channel_capacity(ion_channel_ring(ch, ION_RING_TX));

	while (left-- && probe_copy_some(ch, write))
		;
}

static void probe_read_doorbell(struct ion_channel *ch)
{
	probe_copy(ch, false);
}

static void probe_write_doorbell(struct ion_channel *ch)
{
	probe_copy(ch, true);
}

const struct ion_service_ops probe_read = {
	.name = "probe-read",
	.doorbell = probe_read_doorbell,
};

const struct ion_service_ops probe_write = {
	.name = "probe-write",
	.doorbell = probe_write_doorbell,
};
