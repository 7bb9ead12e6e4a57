// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Waits in read(): such a program maps nothing and needs a single header. */
#include <err.h>
#include <fcntl.h>
#include <linux/ion.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PACKETS 100000
#define BATCH	200

int main(void)
{
	struct ion_setup setup = { .size = sizeof(setup) };
	struct ion_packet batch[BATCH] = { 0 };
	int fd = open("/dev/ion", O_RDWR);
	unsigned int got = 0, i;
	ssize_t bytes;

	if (fd < 0 || ioctl(fd, ION_IOC_SETUP, &setup))
		err(1, "/dev/ion");

	while (got < PACKETS) {
		for (i = 0; i < BATCH; i++)
			batch[i].data = got + i;
		if (write(fd, batch, sizeof(batch)) != sizeof(batch))
			err(1, "write");
		bytes = read(fd, batch, sizeof(batch));
		if (bytes != sizeof(batch))
			err(1, "read");
		for (i = 0; i < BATCH; i++)
			if (batch[i].data != got++)
				errx(1, "packet %u is not the next", got);
	}
	printf("%u packets came back\n", got);
	return 0;
}
