// SPDX-License-Identifier: GPL-2.0-only
/*
 * scribble FD: writes an impossible index to tx of that compact channel, and has the
 * kernel see it.
 * scribble PID slots: overwrites the slots of tx of all channels of that process,
 * until the process ends.
 */
#include <err.h>
#include <linux/ion.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* Number of descriptors to try; a small program has fewer. */
#define FDS 16

static int break_index(int fd)
{
	struct ion_packet_ring *tx;

	tx = mmap(NULL, sizeof(*tx), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		  ION_MMAP_TX);
	if (tx == MAP_FAILED)
		err(1, "mmap");
	tx->header.head = 4711;
	if (!ioctl(fd, ION_IOC_KICK, 0))
		errx(1, "the kernel did not poison the ring");
	return 0;
}

static bool has_ended(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

/* Overwrite for as long as a turn of the program may take. */
static void write_over(int pidfd, struct ion_packet *slot, unsigned int count)
{
	unsigned int turn, i;

	for (turn = 0; turn < 100 && !has_ended(pidfd); turn++)
		for (i = 0; i < count; i++)
			((volatile struct ion_packet *)slot)[i].data = ~0ULL;
}

/* Overwrite the slots if it is a channel; leave other files alone. */
static void spoil(int pidfd, int fd)
{
	struct ion_info info = { .size = sizeof(info) };
	size_t offset, length;
	unsigned int count;
	char *tx;

	if (ioctl(fd, ION_IOC_INFO, &info))
		return;
	count = info.ring[ION_RING_TX].nr_slots;
	offset = info.ring[ION_RING_TX].slots - ION_MMAP_TX;
	length = offset + count * sizeof(struct ion_packet);
	tx = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		  ION_MMAP_TX);
	if (tx == MAP_FAILED)
		err(1, "mmap");
	write_over(pidfd, (struct ion_packet *)(tx + offset), count);
	munmap(tx, length);
}

static int scribble(pid_t pid)
{
	int pidfd = pidfd_open(pid, 0);
	int number, fd;

	if (pidfd < 0)
		err(1, "pidfd_open");
	while (!has_ended(pidfd))
		for (number = 3; number < FDS; number++) {
			fd = pidfd_getfd(pidfd, number, 0);
			if (fd < 0)
				continue;
			spoil(pidfd, fd);
			close(fd);
		}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return break_index(atoi(argv[1]));
	if (argc != 3)
		errx(2, "give a descriptor, or a process and slots");
	return scribble(atoi(argv[1]));
}
