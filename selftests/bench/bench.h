/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is measured: rows, each with peers that do the same job. Everything runs
 * in one process (and its children), in turns, and every packet's number is
 * looked at.
 */
#ifndef _ION_BENCH_H
#define _ION_BENCH_H

#include <stdio.h>

#include <ion/barrier.h>
#include <ion/ring.h>

/* Most packets of a batch, sizes of batches of a row, and rounds. */
#define BATCH_MAX   128
#define BATCHES_MAX 4
#define ROUNDS_MAX  99

/* Bits of peer.flags; each peer knows what it makes of them. */
#define PEER_ION     (1U << 0) /* is ours */
#define PEER_COMPACT (1U << 1) /* ion: the compact layout */
#define PEER_THREAD  (1U << 2) /* a thread runs the other side, all the time */
#define PEER_POLL    (1U << 3) /* sleeps in poll() */
#define PEER_LIMIT   (1U << 5) /* a limit to compare with, not a peer to beat */
#define PEER_NO_SPIN (1U << 6) /* sleeps at once, without looking for a while */

/**
 * struct peer - something that packets go through
 * @name: what the table calls it
 * @flags: PEER_* bits
 * @size: slots of its rings, or how many of something, as the row says
 * @open: set it up; false, with the reason in bench_why(), if that can not be
 * @open_sender: set up the side that calls @put, if that is another process;
 *	called there, after @open
 * @close: undo @open
 * @put: give it at most @n packets that carry the numbers from @seq on;
 *	returns how many it took
 * @get: take at most @n packets, whose numbers must go on from @seq; returns
 *	how many came, or -1 if one was wrong. NULL: they end in the kernel.
 * @answer: in another process, give back what comes, for ever
 * @arrived: whether the kernel got all of the @total packets, as far as it tells
 */
struct peer {
	const char *name;
	unsigned int flags;
	unsigned int size;
	bool (*open)(const struct peer *peer);
	bool (*open_sender)(const struct peer *peer);
	void (*close)(void);
	unsigned int (*put)(__u64 seq, unsigned int n);
	int (*get)(__u64 seq, unsigned int n);
	void (*answer)(void);
	bool (*arrived)(__u64 total);
};

enum unit {
	UNIT_RATE, /* millions of packets a second */
	UNIT_TIME, /* microseconds for a packet there and back */
};

/**
 * struct row - a job, and who does it
 * @id: its short name, for --only
 * @title: what is done
 * @unit: of the figures
 * @peers: ends with NULL
 * @batches: sizes of batches; 0 ends them
 * @batch: the size that ion is compared at; its peers are at their best. 0: any
 * @goal: how many times the best peer ion is to be; of times, how many of the
 *	best peer's. 0: nothing is to be reached.
 */
struct row {
	const char *id;
	const char *title;
	enum unit unit;
	const struct peer *const *peers;
	unsigned int batches[BATCHES_MAX];
	unsigned int batch;
	double goal;
};

extern const struct row rows[];
extern const unsigned int nr_rows;

/* Why something can not be; returns false. */
__attribute__((format(printf, 1, 2))) bool bench_why(const char *format, ...);
const char *bench_reason(void);

/* The monotonic clock, in nanoseconds. */
double bench_now(void);

/* In another process, for ever: give @peer packets in batches of @batch. */
int bench_fork(const struct peer *peer, unsigned int batch);
void bench_kill(int pid);

/* The packet of a number, and whether one is it. */
static inline struct ion_packet bench_packet(__u64 seq)
{
	return (struct ion_packet){ .data = seq, .phys = ~seq, .len = 16 };
}

/*
 * The same where it is to be. A compiler may put a packet together beside, and copy
 * it in words that are wider than those it has just written: each waits for them.
 */
static inline void bench_write(struct ion_packet *packet, __u64 seq)
{
	packet->data = seq;
	packet->phys = ~seq;
	packet->len = 16;
	packet->id = 0;
	packet->pad = 0;
}

static inline bool bench_is(const struct ion_packet *packet, __u64 seq)
{
	return packet->data == seq && packet->phys == ~seq;
}

static inline void bench_fill(struct ion_packet *packets, __u64 seq,
			      unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		bench_write(&packets[i], seq + i);
}

/* @n, or -1 if one of them is another one. */
static inline int bench_are(const struct ion_packet *packets, __u64 seq,
			    unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!bench_is(&packets[i], seq + i))
			return -1;
	return (int)n;
}

/* Nanoseconds that a cache line takes from one processor to another and back. */
double bench_line(void);

/* ion_echo.c */
extern const struct peer ion_lent_compact, ion_lent_split;
extern const struct peer ion_kicked_compact, ion_kicked_split;
extern const struct peer ion_slots[], ion_channels[];
/* ion_oneway.c */
extern const struct peer ion_source_lent, ion_source_kicked;
extern const struct peer ion_sink_lent, ion_sink_kicked;
/* ion_pair.c */
extern const struct peer ion_pair, ion_wake_wait, ion_wake_poll, ion_wake_lent;
/* uring.c */
extern const struct peer uring_sqpoll, uring_submit;
/* bpf_ringbuf.c, bpf_user.c, bpf_perf.c */
extern const struct peer bpf_ringbuf, bpf_ringbuf_thread;
extern const struct peer bpf_user, bpf_user_thread;
extern const struct peer bpf_perf, bpf_perf_thread;
/* pipe.c, socket.c, shared.c, wake.c */
extern const struct peer pipe_pair, pipe_sink, null_sink, pipe_wake;
extern const struct peer seqpacket_pair;
extern const struct peer shared_pair;
extern const struct peer eventfd_wake, futex_wake;

#endif /* _ION_BENCH_H */
