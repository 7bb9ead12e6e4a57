// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts system calls, kicks and wake-ups with the counters of the driver. On one
 * processor the program lets the lent thread run while it has nothing to do.
 */
#include <sched.h>
#include <time.h>

#include "count.h"
#include "ion.h"

#define PACKETS 2048
#define BATCH	32
#define NAPS	20

static void report(const char *what, const struct ion_stats *before,
		   const struct ion_stats *after, double packets)
{
	/* Reading the counters is a system call too. */
	count_add((double)(after->calls - before->calls - 1) * 1000 / packets,
		  COUNT_CALLS, true, "%s, 1000 packets: system calls", what);
	count_add((double)(after->kicks - before->kicks) * 1000 / packets,
		  COUNT_CALLS, true, "%s, 1000 packets: kicks", what);
	count_add((double)(after->sleeps - before->sleeps) * 1000 / packets,
		  COUNT_CALLS, true,
		  "%s, 1000 packets: sleeps of the kernel end", what);
	count_add((double)(after->wakeups - before->wakeups) * 1000 / packets,
		  COUNT_CALLS, true, "%s, 1000 packets: wake-ups", what);
}

static bool pump(struct ionc_channel *ch, __u64 packets)
{
	__u64 sent = 0, got = 0;
	int n;

	while (got < packets) {
		unsigned int put = 0;

		/* No more than asked for: the next try counts from 0 again. */
		if (sent < packets)
			put = ion_put(ch, sent,
				      packets - sent < BATCH
					      ? (unsigned int)(packets - sent)
					      : BATCH);
		n = ion_get(ch, got, BATCH);
		if (n < 0)
			return bench_why("packet %llu is wrong", got);
		if (!n && !put)
			sched_yield();
		sent += put;
		got += (unsigned int)n;
	}
	return true;
}

/* A lent thread leaves the kernel ten times a second, so only in some tries. */
#define TRIES 64

/* Keep the try with the fewest calls. */
static bool count_tries(struct ionc_channel *ch, struct ion_stats *before,
			struct ion_stats *after)
{
	__u64 calls, fewest = ~0ULL;
	struct ion_stats from, to;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		ionc_stats(ch, &from);
		if (!pump(ch, PACKETS))
			return false;
		ionc_stats(ch, &to);
		calls = to.calls - from.calls;
		if (calls >= fewest)
			continue;
		fewest = calls;
		*before = from;
		*after = to;
	}
	return true;
}

/* Count while busy. @idle_ns of 0: no lent thread, but a kick for each batch. */
static void count_busy(const char *what, __u64 idle_ns)
{
	struct peer peer = { .size = 256 };
	struct ionc_channel *ch = ion_open(&peer, "echo");
	struct ion_stats before, after;

	if (ch && (!idle_ns || ion_lend(ch, idle_ns)) &&
	    count_tries(ch, &before, &after))
		report(what, &before, &after, PACKETS);
	else
		count_fails(what, "%s", bench_reason());
	ionc_close(ch);
}

/* Count single packets with long pauses. */
static void count_naps(void)
{
	static const char what[] = "lent thread, asleep before each packet";
	const struct timespec time = { .tv_nsec = 20000000 };
	struct peer peer = { .flags = PEER_NO_SPIN, .size = 256 };
	struct ionc_channel *ch = ion_open(&peer, "echo");
	struct ion_stats before, after;
	__u64 seq;

	if (ch && ion_lend(ch, 0)) {
		nanosleep(&time, NULL);
		ionc_stats(ch, &before);
		for (seq = 0; seq < NAPS; seq++) {
			ion_put(ch, seq, 1);
			nanosleep(&time, NULL);
			ion_get(ch, seq, 1);
		}
		ionc_stats(ch, &after);
		report(what, &before, &after, NAPS);
	} else {
		count_fails(what, "%s", bench_reason());
	}
	ionc_close(ch);
}

void count_calls(void)
{
	count_busy("lent thread, busy", 10000000000ULL);
	count_busy("kicked, batches of 32", 0);
	count_naps();
}
