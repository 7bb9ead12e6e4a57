// SPDX-License-Identifier: GPL-2.0-only
/* ion: the service echo, run by a lent thread. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define SERVE_IDLE_NS 50000000ULL

static int fd;
static pthread_t server;
static struct ion_setup setup;
static char *area[ION_AREAS_MAX];
static struct ion_producer tx;
static struct ion_consumer rx;

static void *serve(void *arg)
{
	struct ion_serve request = {
		.size = sizeof(request),
		.idle_ns = SERVE_IDLE_NS,
	};

	ioctl(fd, ION_IOC_SERVE, &request);
	return arg;
}

static void *word(__u64 offset)
{
	unsigned int i;

	for (i = 0; i < setup.info.nr_areas; i++) {
		const struct ion_area *a = &setup.info.area[i];

		if (offset >= a->offset && offset - a->offset < a->length)
			return area[i] + (offset - a->offset);
	}
	return NULL;
}

static struct ion_ring_words words(enum ion_ring_id id)
{
	const struct ion_ring_info *info = &setup.info.ring[id];

	return (struct ion_ring_words){
		.head = word(info->head),
		.tail = word(info->tail),
		.producer_wake = word(info->producer_wake),
		.consumer_wake = word(info->consumer_wake),
		.slots = word(info->slots),
		.nr_slots = info->nr_slots,
	};
}

static bool map_areas(void)
{
	unsigned int i;

	for (i = 0; i < setup.info.nr_areas; i++) {
		const struct ion_area *a = &setup.info.area[i];

		area[i] = mmap(NULL, a->length, (int)a->prot, MAP_SHARED, fd,
			       (off_t)a->offset);
		if (area[i] == MAP_FAILED)
			return false;
	}
	return true;
}

static bool ion_open(enum ion_layout layout)
{
	struct ion_ring_words w;

	memset(&setup, 0, sizeof(setup));
	setup.size = sizeof(setup);
	setup.layout = layout;
	fd = open("/dev/ion", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, ION_IOC_SETUP, &setup) || !map_areas()) {
		perror("/dev/ion (is ion inserted?)");
		return false;
	}
	w = words(ION_RING_TX);
	ion_producer_attach_words(&tx, &w);
	w = words(ION_RING_RX);
	ion_consumer_attach_words(&rx, &w);
	if (pthread_create(&server, NULL, serve, NULL)) {
		fprintf(stderr, "no thread to lend\n");
		return false;
	}
	return true;
}

static bool ion_open_compact(void)
{
	return ion_open(ION_LAYOUT_COMPACT);
}

static bool ion_open_split(void)
{
	return ion_open(ION_LAYOUT_SPLIT);
}

/* The close brings the lent thread back. */
static void ion_close(void)
{
	unsigned int i;

	close(fd);
	pthread_join(server, NULL);
	for (i = 0; i < setup.info.nr_areas; i++)
		munmap(area[i], setup.info.area[i].length);
}

/*
 * The views are copied in and out, so that the compiler may keep them in
 * registers: it can not know that a slot is not part of a view.
 */
static unsigned int ion_put(__u64 seq, unsigned int n)
{
	struct ion_producer p = tx;
	unsigned int i;

	n = ion_ring_reserve(&p, n);
	for (i = 0; i < n; i++) {
		struct ion_packet *packet =
			ion_ring_slot(&p, i, sizeof(*packet));

		*packet = (struct ion_packet){
			.data = seq + i,
			.phys = ~(seq + i),
			.len = 16,
		};
	}
	if (n)
		ion_ring_commit(&p, n);
	tx = p;
	if (n && ion_end_peer_sleeps(&p.end))
		ioctl(fd, ION_IOC_KICK);
	return n;
}

static int ion_get(__u64 seq, unsigned int n)
{
	struct ion_consumer c = rx;
	unsigned int i;

	n = ion_ring_peek(&c, n);
	ion_ring_fetch(&c, n, sizeof(struct ion_packet));
	for (i = 0; i < n; i++) {
		const struct ion_packet *packet =
			ion_ring_peeked(&c, i, sizeof(*packet));

		if (packet->data != seq + i || packet->phys != ~(seq + i))
			return -1;
	}
	if (n)
		ion_ring_release(&c, n);
	rx = c;
	if (n && ion_end_peer_sleeps(&c.end))
		ioctl(fd, ION_IOC_KICK);
	return (int)n;
}

const struct bench bench_ion_compact = {
	.name = "ion, lent thread, compact",
	.open = ion_open_compact,
	.close = ion_close,
	.put = ion_put,
	.get = ion_get,
};

const struct bench bench_ion_split = {
	.name = "ion, lent thread, split",
	.open = ion_open_split,
	.close = ion_close,
	.put = ion_put,
	.get = ion_get,
};
