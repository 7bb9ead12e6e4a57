// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Waits with an eventfd and the wake flags, with a system call only when one end
 * really sleeps. Both ends follow the same rule. To sleep: set the own flag,
 * check the ring again, sleep. To wake: publish, check the other end's flag,
 * wake. It is written out here; ionc_arm(), ionc_disarm() and ionc_kick() of the
 * library do the same.
 */
#include <err.h>
#include <fcntl.h>
#include <ion/ring.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PACKETS 100000

static void wait_for_packets(struct ion_consumer *in, int event)
{
	__u64 count;

	ion_end_sleep(&in->end);
	if (!ion_ring_peek(in, 1) && read(event, &count, sizeof(count)) < 0)
		err(1, "read");
	ion_end_awake(&in->end);
}

int main(void)
{
	struct ion_eventfd request = { .size = sizeof(request) };
	size_t size = sizeof(struct ion_packet_ring);
	int rw = PROT_READ | PROT_WRITE, fd = open("/dev/ion", O_RDWR);
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

	request.fd = eventfd(0, EFD_CLOEXEC);
	if (request.fd < 0 || ioctl(fd, ION_IOC_EVENTFD, &request))
		err(1, "eventfd");

	while (got < PACKETS) {
		packet.data = sent;
		while (sent < PACKETS && ion_ring_push(&out, &packet))
			packet.data = ++sent;
		if (ion_end_peer_sleeps(&out.end))
			ioctl(fd, ION_IOC_KICK, 0);
		if (!ion_ring_peek(&in, 1))
			wait_for_packets(&in, request.fd);
		while (ion_ring_pop(&in, &packet))
			if (packet.data != got++)
				errx(1, "packet %u is not the next", got);
		if (ion_end_peer_sleeps(&in.end))
			ioctl(fd, ION_IOC_KICK, 0);
	}
	printf("%u packets came back\n", got);
	return 0;
}
