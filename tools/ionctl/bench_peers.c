// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmarks of what programs use without ion. A thread returns the packets that
 * it gets, through two pipes, or through two rings in shared memory with an
 * eventfd for each side to sleep on.
 */
#include <errno.h>
#include <fcntl.h>
#include <ion/barrier.h>
#include <ion/ring.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench.h"
#include "fail.h"

#define PATIENCE_MS 10000

static pthread_t thread;

static int start(void *(*run)(void *))
{
	int error = pthread_create(&thread, NULL, run, NULL);

	return error ? fail_errno(-error, "making a thread") : EXIT_OK;
}

static void wait_readable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	poll(&pollfd, 1, PATIENCE_MS);
}

/* ---- two pipes --------------------------------------------------------- */

/* This side's ends of the pipes do not block; the thread's ends do. */
static int there[2], back[2];

/* A write is shorter than PIPE_BUF, so packets stay whole. */
static void *pipe_thread(void *arg)
{
	struct ion_packet packets[BENCH_BATCH];
	ssize_t n;

	while ((n = read(there[0], packets, sizeof(packets))) > 0)
		if (write(back[1], packets, (size_t)n) != n)
			break;
	return arg;
}

static int pipe_open(void)
{
	if (pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC))
		return fail_errno(-errno, "making a pipe");
	fcntl(there[1], F_SETFL, O_NONBLOCK);
	fcntl(back[0], F_SETFL, O_NONBLOCK);
	return start(pipe_thread);
}

static void pipe_close(void)
{
	close(there[1]);
	pthread_join(thread, NULL);
	close(there[0]);
	close(back[0]);
	close(back[1]);
}

static uint32_t pipe_put(uint64_t number, uint32_t count)
{
	struct ion_packet packets[BENCH_BATCH];
	ssize_t n;
	uint32_t i;

	for (i = 0; i < count; i++)
		packets[i] = bench_packet(number + i);
	n = write(there[1], packets, count * sizeof(*packets));
	return n > 0 ? (uint32_t)((size_t)n / sizeof(*packets)) : 0;
}

static int pipe_get(uint64_t number, uint32_t count)
{
	struct ion_packet packets[BENCH_BATCH];
	ssize_t n;
	size_t i;

	n = read(back[0], packets, count * sizeof(*packets));
	if (n < 0)
		return 0;
	n /= (ssize_t)sizeof(*packets);
	for (i = 0; i < (size_t)n; i++)
		if (!bench_is_packet(&packets[i], number + i))
			return -1;
	return (int)n;
}

static void pipe_wait(void)
{
	wait_readable(back[0]);
}

const struct bench bench_pipe = {
	.name = "two pipes, a thread",
	.open = pipe_open,
	.close = pipe_close,
	.put = pipe_put,
	.get = pipe_get,
	.wait = pipe_wait,
};

/* ---- memory and eventfds ----------------------------------------------- */

/* The rings, the ends of both sides, and the eventfds that they sleep on. */
static struct ion_packet_ring *rings;
static struct ion_producer tx, thread_tx;
static struct ion_consumer rx, thread_rx;
static int our_event, thread_event;
static bool stop;

static void ring_bell(int event)
{
	uint64_t one = 1;
	ssize_t n = write(event, &one, sizeof(one));

	(void)n;
}

static void hear_bell(int event)
{
	uint64_t count;
	ssize_t n = read(event, &count, sizeof(count));

	(void)n;
}

/* Sleep until there are packets, and room to return them. */
static void thread_sleep(void)
{
	ion_end_sleep(&thread_rx.end);
	ion_end_sleep(&thread_tx.end);
	if ((!ion_ring_peek(&thread_rx, 1) ||
	     !ion_ring_reserve(&thread_tx, 1)) &&
	    !READ_ONCE(stop))
		hear_bell(thread_event);
	ion_end_awake(&thread_rx.end);
	ion_end_awake(&thread_tx.end);
}

static void *memory_thread(void *arg)
{
	struct ion_packet packets[BENCH_BATCH];
	uint32_t n;

	while (!READ_ONCE(stop)) {
		n = ion_ring_reserve(&thread_tx, BENCH_BATCH);
		n = ion_ring_pop_n(&thread_rx, packets, n, sizeof(*packets));
		if (!n) {
			thread_sleep();
			continue;
		}
		ion_ring_push_n(&thread_tx, packets, n, sizeof(*packets));
		if (ion_end_peer_sleeps(&thread_tx.end))
			ring_bell(our_event);
	}
	return arg;
}

static int memory_open(void)
{
	our_event = eventfd(0, EFD_CLOEXEC);
	thread_event = eventfd(0, EFD_CLOEXEC);
	if (our_event < 0 || thread_event < 0)
		return fail_errno(-errno, "making an eventfd");
	rings = aligned_alloc(4096, 2 * 8192);
	if (!rings)
		fail_memory();
	memset(rings, 0, 2 * 8192);
	ion_producer_attach(&tx, rings, ION_SLOTS_DEFAULT);
	ion_consumer_attach(&thread_rx, rings, ION_SLOTS_DEFAULT);
	ion_producer_attach(&thread_tx, (char *)rings + 8192,
			    ION_SLOTS_DEFAULT);
	ion_consumer_attach(&rx, (char *)rings + 8192, ION_SLOTS_DEFAULT);
	WRITE_ONCE(stop, false);
	return start(memory_thread);
}

static void memory_close(void)
{
	WRITE_ONCE(stop, true);
	ring_bell(thread_event);
	pthread_join(thread, NULL);
	close(our_event);
	close(thread_event);
	free(rings);
}

static uint32_t memory_put(uint64_t number, uint32_t count)
{
	uint32_t n = ion_ring_reserve(&tx, count), i;

	for (i = 0; i < n; i++) {
		struct ion_packet *slot = ion_ring_slot(&tx, i, sizeof(*slot));

		*slot = bench_packet(number + i);
	}
	if (!n)
		return 0;
	ion_ring_commit(&tx, n);
	if (ion_end_peer_sleeps(&tx.end))
		ring_bell(thread_event);
	return n;
}

static int memory_get(uint64_t number, uint32_t count)
{
	uint32_t n = ion_ring_peek(&rx, count), i;

	for (i = 0; i < n; i++)
		if (!bench_is_packet(ion_ring_peeked(&rx, i,
						     sizeof(struct ion_packet)),
				     number + i))
			return -1;
	if (!n)
		return 0;
	ion_ring_release(&rx, n);
	if (ion_end_peer_sleeps(&rx.end))
		ring_bell(thread_event);
	return (int)n;
}

static void memory_wait(void)
{
	ion_end_sleep(&rx.end);
	if (!ion_ring_peek(&rx, 1)) {
		wait_readable(our_event);
		hear_bell(our_event);
	}
	ion_end_awake(&rx.end);
}

const struct bench bench_memory = {
	.name = "memory, eventfds, a thread",
	.open = memory_open,
	.close = memory_close,
	.put = memory_put,
	.get = memory_get,
	.wait = memory_wait,
};
