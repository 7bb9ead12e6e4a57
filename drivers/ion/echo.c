// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "echo": what comes on tx goes back on rx, a command comes back
 * on evt. What finds no room on the way back stays where it is.
 */
#include <linux/minmax.h>

#include "service.h"

/*
 * So many are handed over at once: the other side works on them meanwhile. Of
 * 16, 32 and 64, 32 was the fastest there and back with a lent thread.
 */
#define ION_ECHO_BATCH	32U

static __always_inline u32 ion_echo_batch(struct ion_consumer *in,
					  struct ion_producer *out, u32 want,
					  u32 size)
{
	u32 n = ion_ring_reserve(out, want);
	u64 to = out->end.own, from = in->end.own;
	u32 done, run;

	ion_ring_fetch(in, n, size);
	ion_ring_claim(out, n, size);

	for (done = 0; done < n; done += run) {
		run = ion_end_run(&out->end, to + done, n - done);
		run = ion_end_run(&in->end, from + done, run);
		ion_slots_read(ion_end_slot(&out->end, to + done, size),
			       ion_end_slot(&in->end, from + done, size), run,
			       size);
	}
	if (n) {
		ion_ring_commit(out, n);
		ion_ring_release(in, n);
	}
	return n;
}

static __always_inline u32 ion_echo_move(struct ion_ring *in,
					 struct ion_ring *out, u32 size)
{
	u32 want = ion_ring_peek(&in->consumer, in->end.mask);
	u32 done = 0;

	while (done < want) {
		u32 n = ion_echo_batch(&in->consumer, &out->producer,
				       min(want - done, ION_ECHO_BATCH), size);

		if (!n)
			break;
		done += n;
	}
	ion_ring_stall(out, done < want);
	return done;
}

static u32 ion_echo_run(struct ion_channel *ch)
{
	u32 done;

	ion_end_assert_held(ch);

	done = ion_echo_move(&ch->ring[ION_RING_TX], &ch->ring[ION_RING_RX],
			     sizeof(struct ion_packet));
	done += ion_echo_move(&ch->ring[ION_RING_CMD], &ch->ring[ION_RING_EVT],
			      sizeof(struct ion_cmd_packet));
	return done;
}

const struct ion_service ion_service_echo = {
	.name = "echo",
	.run = ion_echo_run,
};
