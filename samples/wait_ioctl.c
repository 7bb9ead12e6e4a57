// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Waits with ION_IOC_WAIT: one call kicks and sleeps until a batch is queued.
 * This is the plain call; ionc_wait() of the library polls the rings first.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ion/ring.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define PACKETS 100000
#define BATCH	200

int main(void)
{
	struct ion_wait wait = { .size = sizeof(wait), .rx = BATCH };
	size_t size = sizeof(struct ion_packet_ring);
	int rw = PROT_READ | PROT_WRITE, fd = open("/dev/ion", O_RDWR);
	struct ion_packet batch[BATCH] = { 0 };
	unsigned int got = 0, i;
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
		for (i = 0; i < BATCH; i++)
			batch[i].data = got + i;
		ion_ring_push_n(&out, batch, BATCH, sizeof(*batch));

		/* An interrupted call leaves the remaining time in wait. */
		wait.timeout_ns = 1000000000;
		while (ioctl(fd, ION_IOC_WAIT, &wait))
			if (errno != EINTR)
				err(1, "ION_IOC_WAIT");

		ion_ring_pop_n(&in, batch, BATCH, sizeof(*batch));
		for (i = 0; i < BATCH; i++)
			if (batch[i].data != got++)
				errx(1, "packet %u is not the next", got);
	}
	printf("%u packets came back\n", got);
	return 0;
}
