// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the instructions of whole trips: the program, the system calls and the
 * kernel, all on one processor in turns. Also counts the kernel end alone, by a
 * kick for as many packets as a large ring holds.
 */
#include "count.h"
#include "ion.h"

/* About the instructions of a run; a timer tick comes every four million. */
#define WINDOW 1e6

/* ---- the kernel end alone ---------------------------------------------- */

#define SLOTS 65536
#define FILL  32768

static struct ionc_channel *ch, *other;

static void fill(void)
{
	struct ion_packet packet = bench_packet(0);
	unsigned int i;

	for (i = 0; i < FILL; i++)
		ionc_push(ch, &packet);
}

static void drain(struct ionc_channel *from)
{
	unsigned int n;

	do {
		n = ionc_peek(from, SLOTS);
		ionc_release(from, n);
	} while (n);
}

static double kick(unsigned int packets, struct ionc_channel *from, bool push)
{
	double least = 0;
	unsigned int i;

	for (i = 0; i < COUNT_RUNS; i++) {
		double start, took;

		if (push)
			fill();
		start = bench_now();
		ionc_kick_now(ch);
		took = bench_now() - start;
		if (!i || took < least)
			least = took;
		drain(from);
	}
	return least / packets;
}

static void count_service(const char *service, unsigned int packets, bool push)
{
	struct peer peer = { .size = SLOTS };

	ch = ion_open(&peer, service);
	if (!ch) {
		count_fails(service, "%s", bench_reason());
		return;
	}
	count_add(kick(packets, ch, push), COUNT_INSTRUCTIONS, true,
		  "kernel end of %s, one of %u", service, packets);
	ionc_close(ch);
}

static void count_pair(void)
{
	struct peer peer = { .size = SLOTS };

	ch = ion_open_pair(&peer, "ion_count");
	other = ch ? ion_open_pair(&peer, "ion_count") : NULL;
	if (other)
		count_add(kick(FILL, other, true), COUNT_INSTRUCTIONS, true,
			  "kernel end of pair, one of %u", FILL);
	ionc_close(other);
	ionc_close(ch);
}

void count_kernel_end(void)
{
	count_service("echo", FILL, true);
	count_service("sink", FILL, true);
	count_service("source", SLOTS - 1, false);
	count_pair();
}

/* ---- peers ------------------------------------------------------------- */

/**
 * struct trip - packets sent through a peer
 * @peer: the peer
 * @batch: packets in a batch
 * @seq: number of the next packet
 */
struct trip {
	const struct peer *peer;
	unsigned int batch;
	__u64 seq;
};

static bool turn(struct trip *trip)
{
	const struct peer *peer = trip->peer;
	unsigned int want = trip->batch, got = 0;
	int n;

	if (peer->put)
		want = peer->put(trip->seq, trip->batch);
	while (peer->get && got < want) {
		n = peer->get(trip->seq + got, want - got);
		if (n < 0)
			return false;
		got += (unsigned int)n;
	}
	trip->seq += want;
	return want;
}

/* Return the instructions of @nr turns; 0 if one went wrong. */
static double turns(struct trip *trip, unsigned int nr)
{
	double start = bench_now();
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!turn(trip))
			return 0;
	return bench_now() - start;
}

/* Use every page of the rings, and every channel, once before; then it is enough. */
static bool warm_up(struct trip *trip)
{
	unsigned int nr = trip->peer->size < 1024 ? trip->peer->size : 1024;
	double start = bench_now();
	struct trip warm = { .peer = trip->peer, .batch = BATCH_MAX };

	if (trip->peer->answer)
		warm.batch = 1;
	for (; nr && bench_now() - start < 64 * WINDOW; nr--)
		if (!turn(&warm))
			return false;
	trip->seq = warm.seq;
	return true;
}

/*
 * Return the instructions for a packet. The number of turns is a power of two, so
 * that it is the same in every boot.
 */
static double measure(struct trip *trip)
{
	double least = 0, took = 0;
	unsigned int nr = 1, i;
	__u64 before;

	if (!warm_up(trip))
		return 0;

	while (nr < 4096 && took < WINDOW / 2) {
		took = turns(trip, nr *= 2);
		if (took == 0)
			return 0;
	}
	for (i = 0; i < COUNT_RUNS; i++) {
		before = trip->seq;
		took = turns(trip, nr) / (double)(trip->seq - before);
		if (!i || took < least)
			least = took;
	}
	return least;
}

static void count_peer(const struct row *row, const struct peer *peer,
		       unsigned int batch)
{
	struct trip trip = { .peer = peer, .batch = batch };
	double value = 0;
	bool ready;
	int pid = 0;

	if (!peer->open(peer)) {
		count_fails(peer->name, "%s", bench_reason());
		return;
	}
	if (peer->answer && peer->open_sender)
		pid = bench_fork(peer, batch);
	ready = peer->answer || !peer->open_sender || peer->open_sender(peer);
	if (ready && pid >= 0)
		value = measure(&trip);
	bench_kill(pid);
	peer->close();
	if (value == 0)
		count_fails(peer->name, "a packet is wrong");
	count_add(value, COUNT_INSTRUCTIONS, peer->flags & PEER_ION,
		  "%s: %s, batch %u", row->id, peer->name, batch);
}

void count_peers(bool all)
{
	unsigned int i, j, k;

	for (i = 0; i < nr_rows; i++)
		for (j = 0; rows[i].peers[j]; j++) {
			const struct peer *peer = rows[i].peers[j];

			if (peer->flags & PEER_THREAD ||
			    !(all || peer->flags & PEER_ION))
				continue;
			for (k = 0; k < BATCHES_MAX && rows[i].batches[k]; k++)
				count_peer(&rows[i], peer, rows[i].batches[k]);
		}
}
