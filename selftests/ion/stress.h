/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of the test "stress". */
#ifndef _ION_STRESS_H
#define _ION_STRESS_H

#include "ion_live.h"
#include "long_test.h"

enum way {
	WAY_SPIN,
	WAY_WAIT,
	WAY_POLL,
	WAY_EPOLL,
	WAY_EDGE,
	WAY_EVENTFD,
	WAY_RW,
	WAY_SIGIO,
	WAYS,
};

#define BATCH_MAX 300

/**
 * struct worker - one end of one ring
 * @round: its round
 * @ring: the number of the ring
 * @way: how it waits
 * @sink: the worker that its packets come to
 * @counts: it kicks only once the other end has as many slots as it asks for
 * @fd: an epoll descriptor for the channel or the eventfd
 * @random: state of its random numbers
 * @naps: it sleeps for no reason once in this many turns; 0: never
 * @batch: the largest number of packets at once
 * @window: the largest number of packets in transit of a producer; 0: no limit.
 *	With few, the next wake-up does not make up for one that is lost.
 * @count: packets that it moved, which the watchdog checks
 * @waits: how often it waited
 * @kicks: how often it kicked
 * @error: its fault, or NULL
 * @done: it has ended
 * @thread: its thread
 */
struct worker {
	struct round *round;
	unsigned int ring;
	enum way way;
	struct worker *sink;
	bool counts;
	int fd;
	__u64 random;
	unsigned int naps;
	__u32 batch;
	__u32 window;
	__u64 count;
	__u64 waits;
	__u64 kicks;
	const char *error;
	bool done;
	pthread_t thread;
};

/**
 * struct round - one channel, from open to close
 * @ch: the channel
 * @eventfd: an eventfd that no thread reads, so that each signal is an edge
 * @lend: a thread is lent
 * @stop_ns: when the producers stop
 * @over: the lent thread and the observer must return
 * @worker: the workers, by the ring whose user end they use
 * @server: the lent thread
 * @server_random: state of its random numbers
 * @serves: how often it was lent
 * @observer: the thread that reads the counters and peeks at the rings
 */
struct round {
	struct channel ch;
	int eventfd;
	bool lend;
	__u64 stop_ns;
	bool over;
	struct worker worker[ION_RINGS];
	struct task server;
	__u64 server_random;
	__u64 serves;
	struct task observer;
};

extern const char *const way_names[];
extern const char *const ring_names[];

/* The thread of a worker. */
void *worker_main(void *arg);

/* The way itself, or another if the ring does not have it. */
enum way worker_way(const struct worker *w, enum way way);

#endif /* _ION_STRESS_H */
