// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Does not wait at all: a lent thread runs the kernel end, and packets cross
 * without a system call while both sides are busy. It is written out here;
 * ionc_lend() and ionc_take_back() of the library do the same.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ion/ring.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PACKETS 1000000

static int fd;

/* Poll while there is work; sleep after a millisecond without work. */
static void *serve(void *unused)
{
	struct ion_serve request = {
		.size = sizeof(request),
		.idle_ns = 1000000,
	};

	if (ioctl(fd, ION_IOC_SERVE, &request) && errno != ECANCELED)
		err(1, "ION_IOC_SERVE");
	return unused;
}

int main(void)
{
	struct ion_stats stats = { .size = sizeof(stats) };
	size_t size = sizeof(struct ion_packet_ring);
	int rw = PROT_READ | PROT_WRITE;
	unsigned int sent = 0, got = 0;
	struct ion_packet packet = { 0 };
	struct ion_producer out;
	struct ion_consumer in;
	pthread_t server;
	void *tx, *rx;

	fd = open("/dev/ion", O_RDWR);
	if (fd < 0)
		err(1, "/dev/ion");
	tx = mmap(NULL, size, rw, MAP_SHARED, fd, ION_MMAP_TX);
	rx = mmap(NULL, size, rw, MAP_SHARED, fd, ION_MMAP_RX);
	if (tx == MAP_FAILED || rx == MAP_FAILED)
		err(1, "mmap");
	ion_producer_attach(&out, tx, ION_SLOTS_DEFAULT);
	ion_consumer_attach(&in, rx, ION_SLOTS_DEFAULT);
	if (pthread_create(&server, NULL, serve, NULL))
		errx(1, "no thread to lend");

	while (got < PACKETS) {
		packet.data = sent;
		while (sent < PACKETS && ion_ring_push(&out, &packet))
			packet.data = ++sent;
		if (ion_end_peer_sleeps(&out.end))
			ioctl(fd, ION_IOC_KICK, 0);
		while (ion_ring_pop(&in, &packet))
			if (packet.data != got++)
				errx(1, "packet %u is not the next", got);
		if (ion_end_peer_sleeps(&in.end))
			ioctl(fd, ION_IOC_KICK, 0);
	}
	if (ioctl(fd, ION_IOC_STATS, &stats))
		err(1, "ION_IOC_STATS");
	printf("%u packets came back: %llu system calls, %llu of them kicks\n",
	       got, (unsigned long long)stats.calls,
	       (unsigned long long)stats.kicks);

	close(fd); /* ends ION_IOC_SERVE in the lent thread */
	pthread_join(server, NULL);
	return 0;
}
