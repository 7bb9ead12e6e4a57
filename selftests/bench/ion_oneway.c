// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers of ion: the services source and sink, run by a lent thread or by a kick
 * for each batch. Packets of source have only a number.
 */
#include "ion.h"

/* About as many packets as fit the 64 KiB of the other peers. */
#define SLOTS 2048

static struct ionc_channel *ch;
static bool kicks;

static bool source_open(const struct peer *peer)
{
	kicks = !(peer->flags & PEER_THREAD);
	ch = ion_open(peer, "source");
	return ch;
}

static bool sink_open(const struct peer *peer)
{
	ch = ion_open(peer, "sink");
	return ch;
}

static void oneway_close(void)
{
	ionc_close(ch);
}

static int source_get(__u64 seq, unsigned int n)
{
	struct ion_consumer c = ch->rx;
	unsigned int i;

	n = ion_ring_peek(&c, n);
	ion_ring_fetch(&c, n, sizeof(struct ion_packet));
	for (i = 0; i < n; i++) {
		const struct ion_packet *packet =
			ion_ring_peeked(&c, i, sizeof(*packet));

		if (packet->data != seq + i)
			return -1;
	}
	if (n)
		ion_ring_release(&c, n);
	ch->rx = c;
	if (kicks || (n && ion_end_peer_sleeps(&c.end)))
		ionc_kick_now(ch);
	return (int)n;
}

static unsigned int sink_put(__u64 seq, unsigned int n)
{
	return ion_put(ch, seq, n);
}

/* Check with the counters of the kernel end that all packets arrived. */
static bool sink_arrived(__u64 total)
{
	double until = bench_now() + 1e9;
	struct ion_stats stats;

	do {
		ionc_kick(ch);
		if (ionc_stats(ch, &stats))
			return false;
	} while (stats.ring[ION_RING_TX].popped < total && bench_now() < until);
	return stats.ring[ION_RING_TX].popped == total &&
	       !stats.ring[ION_RING_TX].discarded;
}

const struct peer ion_source_lent = {
	.name = "ion, lent thread",
	.flags = PEER_ION | PEER_THREAD,
	.size = SLOTS,
	.open = source_open,
	.close = oneway_close,
	.get = source_get,
};

const struct peer ion_source_kicked = {
	.name = "ion, a kick a batch",
	.flags = PEER_ION,
	.size = SLOTS,
	.open = source_open,
	.close = oneway_close,
	.get = source_get,
};

const struct peer ion_sink_lent = {
	.name = "ion, lent thread",
	.flags = PEER_ION | PEER_THREAD,
	.size = SLOTS,
	.open = sink_open,
	.close = oneway_close,
	.put = sink_put,
	.arrived = sink_arrived,
};

const struct peer ion_sink_kicked = {
	.name = "ion, a kick a batch",
	.flags = PEER_ION,
	.size = SLOTS,
	.open = sink_open,
	.close = oneway_close,
	.put = sink_put,
	.arrived = sink_arrived,
};
