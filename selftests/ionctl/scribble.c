// SPDX-License-Identifier: GPL-2.0-only
/* scribble FD: writes an index that can not be to tx of that compact channel, and has it seen. */
#include <err.h>
#include <linux/ion.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	struct ion_packet_ring *tx;

	if (argc != 2)
		errx(2, "give a descriptor");
	tx = mmap(NULL, sizeof(*tx), PROT_READ | PROT_WRITE, MAP_SHARED,
		  atoi(argv[1]), ION_MMAP_TX);
	if (tx == MAP_FAILED)
		err(1, "mmap");
	tx->header.head = 4711;
	if (!ioctl(atoi(argv[1]), ION_IOC_KICK))
		errx(1, "nobody minds");
	return 0;
}
