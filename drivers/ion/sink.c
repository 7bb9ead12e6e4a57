// SPDX-License-Identifier: GPL-2.0-only
/* The service "sink": packets and commands are consumed and forgotten. */
#include "service.h"

static u32 ion_sink_drain(struct ion_ring *in)
{
	u32 n = ion_ring_peek(&in->consumer, in->end.mask);

	if (n)
		ion_ring_release(&in->consumer, n);
	return n;
}

static u32 ion_sink_run(struct ion_channel *ch)
{
	ion_end_assert_held(ch);

	return ion_sink_drain(&ch->ring[ION_RING_TX]) +
	       ion_sink_drain(&ch->ring[ION_RING_CMD]);
}

const struct ion_service ion_service_sink = {
	.name = "sink",
	.run = ion_sink_run,
};
