// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Sends a file to another program by the service "direct", without a copy: the sender
 * reads the file into its arena, and the receiver writes it to a file from there.
 *
 *	direct_send receive tea >copy &
 *	direct_send send tea <file
 */
#include <err.h>
#include <ionchannel.h>
#include <string.h>
#include <unistd.h>

#define BUFFERS	    16
#define BUFFER_SIZE 32768

static struct ionc_channel *ch;

static void must(enum ionc_call call, int ret)
{
	if (ret < 0)
		errx(1, "%s", ionc_explain(call, ret));
}

/* Get a free buffer. Those that the receiver gave back come on rx, with len 0. */
static __u32 get_buffer(void)
{
	struct ion_packet packet;
	int id;

	for (;;) {
		while (ionc_pop(ch, &packet))
			must(IONC_BUFFER, ionc_buffer_put(ch, packet.id));
		id = ionc_buffer_get(ch);
		if (id >= 0)
			return (__u32)id;
		must(IONC_WAIT, ionc_wait_rx(ch, 1, IONC_FOREVER));
	}
}

static void send_file(void)
{
	struct ion_cmd_packet end = { .arg = 0 };
	struct ion_packet packet;
	ssize_t bytes;
	__u32 id;

	for (;;) {
		id = get_buffer();
		bytes = read(STDIN_FILENO, ionc_buffer(ch, id), BUFFER_SIZE);
		if (bytes < 0)
			err(1, "stdin");
		if (!bytes)
			break;
		packet = ionc_packet(ch, id, (__u16)bytes);
		must(IONC_WAIT, ionc_send(ch, &packet, 1, IONC_FOREVER));
		end.arg += (__u64)bytes;
	}
	/* The length of the file; the receiver answers when it has all of it. */
	must(IONC_WAIT, ionc_send_cmd(ch, &end, IONC_FOREVER));
	must(IONC_WAIT, ionc_receive_evt(ch, &end, IONC_FOREVER));
}

static void write_all(const char *from, size_t bytes)
{
	ssize_t n;

	for (; bytes; from += n, bytes -= (size_t)n) {
		n = write(STDOUT_FILENO, from, bytes);
		if (n < 0)
			err(1, "stdout");
	}
}

static void receive_file(void)
{
	struct ion_cmd_packet end = { .arg = ~0ULL };
	struct ion_packet packet;
	const void *payload;
	bool ended = false;
	__u64 got = 0;

	while (got != end.arg) {
		must(IONC_WAIT, ionc_wait(ch, 1, !ended, IONC_FOREVER));
		while (ionc_pop(ch, &packet)) {
			payload = ionc_peer_payload(ch, &packet);
			if (!payload)
				errx(1,
				     "the sender names bytes that are not there");
			write_all(payload, packet.len);
			got += packet.len;
			if (!ionc_give(ch, packet.id))
				errx(1, "the sender takes no buffer back");
		}
		must(IONC_KICK, ionc_kick(ch));
		ended = ended || ionc_pop_evt(ch, &end);
	}
	must(IONC_WAIT, ionc_send_cmd(ch, &end, IONC_FOREVER));
}

int main(int argc, char **argv)
{
	struct ionc_options options;

	if (argc != 3 || !*argv[2])
		errx(2, "usage: direct_send send|receive WORD");
	ionc_options_init(&options);
	options.service = "direct";
	options.key = argv[2];
	options.buffers = BUFFERS;
	options.buffer_size = BUFFER_SIZE;
	must(IONC_OPEN, ionc_open(&ch, &options));
	if (!strcmp(argv[1], "send"))
		send_file();
	else
		receive_file();
	ionc_close(ch);
	return 0;
}
