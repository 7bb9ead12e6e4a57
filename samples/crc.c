// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Prints the CRC-32 of files, computed by the service "crc32" of
 * service/ion_crc.c.
 *
 * The program reads a file into a buffer that it shares with the kernel, and
 * hands the buffer over with a packet. The packet comes back with the sum. One
 * buffer is enough, because each sum is needed for the next one.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ionchannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "service/ion_crc.h"

#define BUFFER_SIZE 32768 /* the len of a packet has 16 bits */

enum {
	EXIT_SUMMED,  /* the sum of every file was printed */
	EXIT_FAILED,  /* the service did something wrong */
	EXIT_UNTRIED, /* a bad option, no service, no file */
};

struct crc {
	struct ionc_channel *ch;
	__u32 buffer;
	__u64 bytes;
};

/* ---- the channel ------------------------------------------------------- */

static void channel_open(struct crc *c, const char *device)
{
	struct ionc_options options;
	int ret;

	ionc_options_init(&options);
	options.device = device;
	options.service = "crc32";
	options.buffers = 1;
	options.buffer_size = BUFFER_SIZE;
	ret = ionc_open(&c->ch, &options);
	if (ret)
		errx(EXIT_UNTRIED, "%s, service crc32: %s%s", device,
		     ionc_explain(IONC_OPEN, ret),
		     ret == -ENOENT ? "; insert ion.ko, then ion_crc.ko" : "");
	c->buffer = (__u32)ionc_buffer_get(c->ch);
}

static void must(int ret)
{
	if (ret < 0)
		errx(EXIT_FAILED, "%s", ionc_explain(IONC_WAIT, ret));
}

/* ---- the service ------------------------------------------------------- */

/* Have the service add the bytes in the buffer to @sum; return the new sum. */
static __u32 sum_buffer(struct crc *c, __u32 sum, __u16 len)
{
	struct ion_packet packet = ionc_packet(c->ch, c->buffer, len);

	packet.pad = sum;
	must(ionc_send(c->ch, &packet, 1, IONC_FOREVER));
	must(ionc_receive(c->ch, &packet, 1, IONC_FOREVER));
	if (packet.id != c->buffer || packet.len != len)
		errx(EXIT_FAILED, "another packet came back");
	c->bytes += len;
	return packet.pad;
}

static __u64 ask_bytes(struct crc *c)
{
	struct ion_cmd_packet cmd = { .kind = ION_CRC_BYTES, .id_lo = 1 };

	must(ionc_send_cmd(c->ch, &cmd, IONC_FOREVER));
	must(ionc_receive_evt(c->ch, &cmd, IONC_FOREVER));
	if (cmd.kind != ION_CRC_BYTES || cmd.id_lo != 1)
		errx(EXIT_FAILED, "no answer to the command");
	return cmd.arg;
}

/* ---- the files --------------------------------------------------------- */

static void sum_file(struct crc *c, const char *name)
{
	void *buffer = ionc_buffer(c->ch, c->buffer);
	int fd = STDIN_FILENO;
	__u32 sum = 0;
	ssize_t n;

	if (strcmp(name, "-"))
		fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(EXIT_UNTRIED, "%s", name);
	while ((n = read(fd, buffer, BUFFER_SIZE)) > 0)
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
	     "Prints the CRC-32 of each FILE (- is the standard input). The\n"
	     "service crc32 of /dev/ion computes it: load ion_crc.ko first.\n"
	     "\n"
	     "  -d, --device PATH  the device (default /dev/ion)\n"
	     "  -h, --help         this text\n"
	     "\n"
	     "Status: 0 if all went well, 1 if the service did something wrong,\n"
	     "2 if the program could not try.");
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
		errx(EXIT_UNTRIED, "give at least one file; see --help");

	channel_open(&c, device);
	for (; optind < argc; optind++)
		sum_file(&c, argv[optind]);
	if (ask_bytes(&c) != c.bytes)
		errx(EXIT_FAILED, "the service counted other bytes");
	ionc_close(c.ch);
	return EXIT_SUMMED;
}
