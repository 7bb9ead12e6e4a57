// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * request_client NAME TEXT...: sends each TEXT as a request to request_server, which
 * listens on NAME, and prints its reply.
 */
#include <err.h>
#include <ionchannel.h>
#include <stdio.h>

#define BUFFERS 4
#define SIZE	2048

static void must(enum ionc_call call, int ret)
{
	if (ret < 0)
		errx(1, "%s", ionc_explain(call, ret));
}

static void ask(struct ionc_channel *ch, const char *text)
{
	struct ion_packet packet;
	size_t length = strlen(text);
	int id = ionc_buffer_get(ch);

	must(IONC_BUFFER, id);
	if (!length || length > ch->buffer_size)
		errx(2, "a request has 1 to %u bytes", ch->buffer_size);
	memcpy(ionc_buffer(ch, (__u32)id), text, length);
	packet = ionc_packet(ch, (__u32)id, (__u16)length);
	must(IONC_WAIT, ionc_send(ch, &packet, 1, IONC_FOREVER));
}

static void print_reply(struct ionc_channel *ch)
{
	struct ion_packet packet;
	char text[SIZE];
	int length;

	for (;;) {
		must(IONC_WAIT, ionc_receive(ch, &packet, 1, IONC_FOREVER));
		if (packet.len)
			break;
		/* The buffer of the request comes back. */
		must(IONC_BUFFER, ionc_buffer_put(ch, packet.id));
	}
	length = ionc_peer_copy(ch, &packet, text, sizeof(text));
	if (length < 0)
		errx(1, "the reply is in no buffer");
	printf("%.*s\n", length, text);
	ionc_give(ch, packet.id);
}

int main(int argc, char **argv)
{
	struct ionc_options options;
	struct ionc_channel *ch;
	int i;

	if (argc < 3)
		errx(2, "usage: request_client NAME TEXT...");
	ionc_options_init(&options);
	options.buffers = BUFFERS;
	options.buffer_size = SIZE;
	must(IONC_CONNECT, ionc_connect(&ch, argv[1], &options));
	for (i = 2; i < argc; i++) {
		ask(ch, argv[i]);
		print_reply(ch);
	}
	ionc_close(ch);
	return 0;
}
