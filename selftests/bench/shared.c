// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limit of two processes: the same ring in memory that both may write to, with
 * an eventfd for each to sleep on. The kernel is not involved, and protects
 * neither process from the other.
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define SLOTS 2048
#define BYTES (16 + SLOTS * sizeof(struct ion_packet))

/* Number of checks of the ring before it sleeps. */
#define CHECKS 2000

static void *memory = MAP_FAILED;
static struct ion_producer producer;
static struct ion_consumer consumer;
static int room = -1, packets = -1;

static void shared_close(void)
{
	if (memory != MAP_FAILED)
		munmap(memory, BYTES);
	close(room);
	close(packets);
	memory = MAP_FAILED;
}

static bool shared_open(const struct peer *peer)
{
	memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	room = eventfd(0, EFD_CLOEXEC);
	packets = eventfd(0, EFD_CLOEXEC);
	if (memory == MAP_FAILED || room < 0 || packets < 0) {
		shared_close();
		return bench_why("%s: %s", peer->name, strerror(errno));
	}
	ion_consumer_attach(&consumer, memory, SLOTS);
	return true;
}

static bool shared_open_sender(const struct peer *peer)
{
	(void)peer;
	ion_producer_attach(&producer, memory, SLOTS);
	return true;
}

static void ring_bell(int fd)
{
	__u64 one = 1;
	ssize_t done = write(fd, &one, sizeof(one));

	(void)done;
}

static void hear_bell(int fd)
{
	__u64 count;
	ssize_t done = read(fd, &count, sizeof(count));

	(void)done;
}

static unsigned int wait_for_room(struct ion_producer *p, unsigned int n)
{
	unsigned int got, checks;

	for (checks = 0; checks < CHECKS; checks++) {
		got = ion_ring_reserve(p, n);
		if (got)
			return got;
	}
	ion_end_sleep(&p->end);
	got = ion_ring_reserve(p, n);
	if (!got)
		hear_bell(room);
	ion_end_awake(&p->end);
	return got ? got : ion_ring_reserve(p, n);
}

static unsigned int wait_for_packets(struct ion_consumer *c, unsigned int n)
{
	unsigned int got, checks;

	for (checks = 0; checks < CHECKS; checks++) {
		got = ion_ring_peek(c, n);
		if (got)
			return got;
	}
	ion_end_sleep(&c->end);
	got = ion_ring_peek(c, n);
	if (!got)
		hear_bell(packets);
	ion_end_awake(&c->end);
	return got ? got : ion_ring_peek(c, n);
}

static unsigned int shared_put(__u64 seq, unsigned int n)
{
	struct ion_producer p = producer;
	unsigned int i;

	n = wait_for_room(&p, n);
	for (i = 0; i < n; i++)
		bench_write(ion_ring_slot(&p, i, sizeof(struct ion_packet)),
			    seq + i);
	if (n)
		ion_ring_commit(&p, n);
	producer = p;
	if (n && ion_end_peer_sleeps(&p.end))
		ring_bell(packets);
	return n;
}

static int shared_get(__u64 seq, unsigned int n)
{
	struct ion_consumer c = consumer;
	unsigned int i;

	n = wait_for_packets(&c, n);
	for (i = 0; i < n; i++)
		if (!bench_is(ion_ring_peeked(&c, i, sizeof(struct ion_packet)),
			      seq + i))
			return -1;
	if (n)
		ion_ring_release(&c, n);
	consumer = c;
	if (n && ion_end_peer_sleeps(&c.end))
		ring_bell(room);
	return (int)n;
}

const struct peer shared_pair = {
	.name = "shared memory, eventfds",
	.flags = PEER_LIMIT,
	.open = shared_open,
	.open_sender = shared_open_sender,
	.close = shared_close,
	.put = shared_put,
	.get = shared_get,
};
