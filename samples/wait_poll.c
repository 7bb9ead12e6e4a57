// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Waits with poll(), which also kicks: such a program ignores the wake flags and
 * needs no library.
 */
#include <err.h>
#include <fcntl.h>
#include <ion/ring.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>

#define PACKETS 100000

int main(void)
{
	size_t size = sizeof(struct ion_packet_ring);
	int rw = PROT_READ | PROT_WRITE, fd = open("/dev/ion", O_RDWR);
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	unsigned int sent = 0, got = 0;
	struct ion_packet packet = { 0 };
	struct ion_producer out;
	struct ion_consumer in;
	void *tx, *rx;

	if (fd < 0)
		err(1, "/dev/ion");
	tx = mmap(NULL, size, rw, MAP_SHARED, fd, ION_MMAP_TX);
	rx = mmap(NULL, size, rw, MAP_SHARED, fd, ION_MMAP_RX);
	if (tx == MAP_FAILED || rx == MAP_FAILED)
		err(1, "mmap");
	ion_producer_attach(&out, tx, ION_SLOTS_DEFAULT);
	ion_consumer_attach(&in, rx, ION_SLOTS_DEFAULT);

	while (got < PACKETS) {
		packet.data = sent;
		while (sent < PACKETS && ion_ring_push(&out, &packet))
			packet.data = ++sent;
		if (poll(&ready, 1, -1) < 0)
			err(1, "poll");
		if (ready.revents & POLLERR)
			errx(1, "a ring is poisoned");
		while (ion_ring_pop(&in, &packet))
			if (packet.data != got++)
				errx(1, "packet %u is not the next", got);
	}
	printf("%u packets came back\n", got);
	return 0;
}
