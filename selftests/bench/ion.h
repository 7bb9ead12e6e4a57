/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by all peers that are ion: opening channels, and loops over rings. */
#ifndef _ION_BENCH_ION_H
#define _ION_BENCH_ION_H

#include <ionchannel.h>

#include "bench.h"

/*
 * Open a channel of @service with the peer's flags and size, and lend a thread if
 * the flags say so. Return NULL, with bench_why(), on failure.
 */
struct ionc_channel *ion_open(const struct peer *peer, const char *service);

/*
 * Lend a thread that polls for work for @idle_ns before it sleeps, 0: not at all.
 * It serves when this returns true; false, with bench_why(), on failure.
 */
bool ion_lend(struct ionc_channel *ch, __u64 idle_ns);

/* Open a channel of pair, or of direct if the flags say so; both give the same @key. */
struct ionc_channel *ion_open_pair(const struct peer *peer, const char *key);

/*
 * The views are copied in and out, so that the compiler may keep them in
 * registers: it cannot know that a slot is not part of a view. The caller decides
 * whether to kick: one check is enough for all that was put and taken.
 */
static inline unsigned int ion_fill(struct ionc_channel *ch, __u64 seq,
				    unsigned int n)
{
	struct ion_producer p = ch->tx;
	unsigned int i;

	n = ion_ring_reserve(&p, n);
	for (i = 0; i < n; i++)
		bench_write(ion_ring_slot(&p, i, sizeof(struct ion_packet)),
			    seq + i);
	if (!n)
		return 0;
	ion_ring_commit(&p, n);
	ch->tx = p;
	return n;
}

static inline int ion_take(struct ionc_channel *ch, __u64 seq, unsigned int n)
{
	struct ion_consumer c = ch->rx;
	unsigned int i;

	n = ion_ring_peek(&c, n);
	ion_ring_fetch(&c, n, sizeof(struct ion_packet));
	for (i = 0; i < n; i++)
		if (!bench_is(ion_ring_peeked(&c, i, sizeof(struct ion_packet)),
			      seq + i))
			return -1;
	if (n)
		ion_ring_release(&c, n);
	ch->rx = c;
	return (int)n;
}

/* Fill, and kick if the kernel end sleeps. */
static inline unsigned int ion_put(struct ionc_channel *ch, __u64 seq,
				   unsigned int n)
{
	n = ion_fill(ch, seq, n);
	if (n && ion_end_peer_sleeps(&ch->tx.end))
		ionc_kick_now(ch);
	return n;
}

/* Take, and kick likewise if the kernel end waits for room. */
static inline int ion_get(struct ionc_channel *ch, __u64 seq, unsigned int n)
{
	int got = ion_take(ch, seq, n);

	if (got > 0 && ion_end_peer_sleeps(&ch->rx.end))
		ionc_kick_now(ch);
	return got;
}

#endif /* _ION_BENCH_ION_H */
