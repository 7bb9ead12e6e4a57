// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The CRC-32 of files, by the service "crc32" of service/ion_crc.c.
 *
 * A file is read into a buffer that is shared with the kernel, and the buffer is
 * handed over with a packet. It comes back with the sum. There is one buffer
 * here, because the sum of each goes into that of the next.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ion/ring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "service/ion_crc.h"

#define BUFFER_SIZE 32768 /* the len of a packet has 16 bits */

enum {
	EXIT_SUMMED,  /* the sum of every file was printed */
	EXIT_FAILED,  /* the service did something wrong */
	EXIT_UNTRIED, /* a bad option, no service, no file */
};

struct crc {
	int fd;
	struct ion_info info;
	unsigned char *buffer;
	struct ion_producer tx, cmd;
	struct ion_consumer rx, evt;
	__u64 bytes;
};

/* ---- the channel ------------------------------------------------------- */

static const char *setup_advice(int error)
{
	switch (error) {
	case ENOENT:
		return "; load the service: insmod ion_crc.ko";
	case ENOMEM:
		return "; raise RLIMIT_MEMLOCK (ulimit -l)";
	case ENOSPC:
		return "; raise the module parameter max_bytes of ion";
	default:
		return "";
	}
}

/* The area at an offset, mapped as far as it may be. */
static void *map_area(const struct crc *c, __u64 offset)
{
	const struct ion_area *area = c->info.area;
	void *memory;

	while (area->offset != offset)
		area++;
	memory =
		mmap(NULL, area->length, area->prot, MAP_SHARED, c->fd, offset);
	if (memory == MAP_FAILED)
		err(EXIT_UNTRIED, "mmap");
	return memory;
}

static void channel_open(struct crc *c, const char *device)
{
	struct ion_setup setup = {
		.size = sizeof(setup),
		.service = "crc32",
		.buffers = 1,
		.buffer_size = BUFFER_SIZE,
	};

	c->fd = open(device, O_RDWR | O_CLOEXEC);
	if (c->fd < 0)
		err(EXIT_UNTRIED, "%s", device);
	if (ioctl(c->fd, ION_IOC_SETUP, &setup))
		errx(EXIT_UNTRIED, "service crc32: %s%s", strerror(errno),
		     setup_advice(errno));
	c->info = setup.info;

	c->buffer = map_area(c, ION_MMAP_ARENA);
	ion_producer_attach(&c->tx, map_area(c, ION_MMAP_TX),
			    ION_SLOTS_DEFAULT);
	ion_consumer_attach(&c->rx, map_area(c, ION_MMAP_RX),
			    ION_SLOTS_DEFAULT);
	ion_producer_attach(&c->cmd, map_area(c, ION_MMAP_CMD),
			    ION_SLOTS_DEFAULT);
	ion_consumer_attach(&c->evt, map_area(c, ION_MMAP_EVT),
			    ION_SLOTS_DEFAULT);
}

/* WAIT kicks the kernel end, and comes back when there is an answer. */
static void wait_for_answer(const struct crc *c, __u32 packets, __u32 commands)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = packets,
		.evt = commands,
		.timeout_ns = ION_WAIT_FOREVER,
	};

	while (ioctl(c->fd, ION_IOC_WAIT, &wait))
		if (errno != EINTR)
			err(EXIT_FAILED, "waiting for an answer");
}

/* ---- what the service does --------------------------------------------- */

/* The sum of all so far, with the bytes in the buffer. */
static __u32 sum_buffer(struct crc *c, __u32 sum, __u16 len)
{
	struct ion_packet packet = { .len = len, .pad = sum };

	if (!ion_ring_push(&c->tx, &packet))
		errx(EXIT_FAILED, "no room for a packet");
	wait_for_answer(c, 1, 0);
	if (!ion_ring_pop(&c->rx, &packet) || packet.len != len)
		errx(EXIT_FAILED, "another packet came back");
	c->bytes += len;
	return packet.pad;
}

static __u64 ask_bytes(struct crc *c)
{
	struct ion_cmd_packet cmd = { .kind = ION_CRC_BYTES, .id_lo = 1 };

	if (!ion_ring_push_cmd(&c->cmd, &cmd))
		errx(EXIT_FAILED, "no room for a command");
	wait_for_answer(c, 0, 1);
	if (!ion_ring_pop_cmd(&c->evt, &cmd) || cmd.kind != ION_CRC_BYTES ||
	    cmd.id_lo != 1)
		errx(EXIT_FAILED, "no answer to the command");
	return cmd.arg;
}

/* ---- the files --------------------------------------------------------- */

static void sum_file(struct crc *c, const char *name)
{
	int fd = STDIN_FILENO;
	__u32 sum = 0;
	ssize_t n;

	if (strcmp(name, "-"))
		fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(EXIT_UNTRIED, "%s", name);
	while ((n = read(fd, c->buffer, BUFFER_SIZE)) > 0)
		sum = sum_buffer(c, sum, n);
	if (n < 0)
		err(EXIT_UNTRIED, "%s", name);
	printf("%08x  %s\n", sum, name);
	close(fd);
}

static void show_help(void)
{
	puts("usage: crc [OPTION]... FILE...\n"
	     "\n"
	     "Prints the CRC-32 of each FILE (- is the standard input), as the\n"
	     "service crc32 of /dev/ion has it. Load ion_crc.ko first.\n"
	     "\n"
	     "  -d, --device PATH  the device (default /dev/ion)\n"
	     "  -h, --help         this text\n"
	     "\n"
	     "Status: 0 if all went well, 1 if the service did something wrong,\n"
	     "2 if it could not be tried.");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	const char *device = "/dev/ion";
	struct crc c = { 0 };
	int letter;

	while ((letter = getopt_long(argc, argv, "d:h", options, NULL)) != -1) {
		switch (letter) {
		case 'd':
			device = optarg;
			break;
		case 'h':
			show_help();
			return EXIT_SUMMED;
		default:
			errx(EXIT_UNTRIED, "see --help");
		}
	}
	if (optind == argc)
		errx(EXIT_UNTRIED, "give one file at least; see --help");

	channel_open(&c, device);
	for (; optind < argc; optind++)
		sum_file(&c, argv[optind]);
	if (ask_bytes(&c) != c.bytes)
		errx(EXIT_FAILED, "the service counted other bytes");
	return EXIT_SUMMED;
}
