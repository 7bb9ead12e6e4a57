// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One packet to the kernel and back, with no system call but the kick. */
#include <err.h>
#include <fcntl.h>
#include <ion/ring.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

int main(void)
{
	struct ion_packet packet = { .data = 0x10adu, .len = 2, .id = 7 };
	size_t size = sizeof(struct ion_packet_ring);
	int rw = PROT_READ | PROT_WRITE, fd = open("/dev/ion", O_RDWR);
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

	ion_ring_push(&out, &packet);
	packet = (struct ion_packet){ 0 };
	ioctl(fd, ION_IOC_KICK, 0);
	if (!ion_ring_pop(&in, &packet))
		errx(1, "nothing came back");
	printf("packet %u came back: %#llx\n", packet.id,
	       (unsigned long long)packet.data);
	return 0;
}
