/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The benchmark has rows, each with peers that do the same job. Everything runs
 * in turns in one process and its children, and the number of every packet is
 * checked.
 */
#ifndef _ION_BENCH_H
#define _ION_BENCH_H

#include <stdio.h>

#include <ion/barrier.h>
#include <ion/ring.h>

/* The largest batch, and the most sizes of batches of a row and rounds. */
#define BATCH_MAX   128
#define BATCHES_MAX 4
#define ROUNDS_MAX  99

/* Bits of peer.flags; each peer uses those that it needs. */
#define PEER_ION     (1U << 0) /* the peer is ion */
#define PEER_COMPACT (1U << 1) /* ion: the compact layout */
#define PEER_THREAD  (1U << 2) /* a thread runs the other side, all the time */
#define PEER_POLL    (1U << 3) /* sleeps in poll() */
#define PEER_LIMIT   (1U << 5) /* a limit to compare with, not a peer to beat */
#define PEER_NO_SPIN (1U << 6) /* sleeps at once, without polling before */
#define PEER_DIRECT  (1U << 7) /* ion: the service direct instead of pair */
#define PEER_COPY    (1U << 8) /* copies a payload before it reads it */

/**
 * struct peer - a way to send packets
 * @name: its name in the table
 * @flags: PEER_* bits
 * @size: slots of its rings, or another number, depending on the row
 * @open: set it up; returns false, with the reason in bench_why(), if that fails
 * @open_sender: set up the side that calls @put, if that is another process;
 *	called there, after @open
 * @close: undo @open
 * @put: send at most @n packets that carry the numbers from @seq on; returns how
 *	many were sent
 * @get: receive at most @n packets, whose numbers must continue from @seq;
 *	returns how many came, or -1 if one was wrong. NULL: the packets end in
 *	the kernel.
 * @answer: in another process, return the packets that come, forever
 * @arrived: whether the kernel got all @total packets, as far as it reports
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
 * struct row - a job, and the peers that do it
 * @id: its short name, for --only
 * @title: a description of the job
 * @unit: unit of the figures
 * @peers: the peers, ended by NULL
 * @batches: sizes of batches, ended by 0
 * @batch: the batch at which ion is compared; each peer is compared at its best
 *	batch. 0: ion too is compared at its best one
 * @goal: for rates, at least this many times the best peer; for times, at most
 *	this part of the best peer's time. 0: no goal
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

/* Set the reason why something fails; return false. */
__attribute__((format(printf, 1, 2))) bool bench_why(const char *format, ...);
const char *bench_reason(void);

/* The monotonic clock, in nanoseconds. */
double bench_now(void);

/* Start a process that sends packets in batches of @batch to @peer, forever. */
int bench_fork(const struct peer *peer, unsigned int batch);
void bench_kill(int pid);

/* Make the packet with a number; check whether a packet is the one expected. */
static inline struct ion_packet bench_packet(__u64 seq)
{
	return (struct ion_packet){ .data = seq, .phys = ~seq, .len = 16 };
}

/*
 * Make the packet in place. A compiler may otherwise build it elsewhere and copy
 * it in words that are wider than those just written, and each load then waits
 * for the stores.
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

/* Return @n, or -1 if one of the packets is wrong. */
static inline int bench_are(const struct ion_packet *packets, __u64 seq,
			    unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!bench_is(&packets[i], seq + i))
			return -1;
	return (int)n;
}

/* Bytes of a message: whole words, and no more than a packet can carry. */
#define MESSAGE_SMALL  64
#define MESSAGE_MIDDLE 2048
#define MESSAGE_LARGE  65528

/* Write a message; check one, reading all of it. */
static inline void bench_compose(void *message, __u64 seq, unsigned int bytes)
{
	__u64 *words = message;
	unsigned int i;

	for (i = 0; i < bytes / sizeof(*words); i++)
		words[i] = seq;
}

static inline bool bench_says(const void *message, __u64 seq,
			      unsigned int bytes)
{
	const __u64 *words = message;
	__u64 differs = 0;
	unsigned int i;

	for (i = 0; i < bytes / sizeof(*words); i++)
		differs |= words[i] ^ seq;
	return !differs;
}

/* Return the nanoseconds of a cache line to another processor and back. */
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
extern const struct peer ion_direct, ion_direct_wait, ion_direct_poll;
/* ion_message.c, message.c: one peer for each size of a message */
#define MESSAGES 3
extern const struct peer ion_direct_message[MESSAGES];
extern const struct peer ion_direct_copy_message[MESSAGES];
extern const struct peer ion_pair_message[MESSAGES];
extern const struct peer pipe_message[MESSAGES];
extern const struct peer seqpacket_message[MESSAGES];
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
