// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * request_server NAME [CLIENTS]: a service with one reply for each request: it returns
 * the text of the request in capitals. It listens on NAME, has a thread for each client,
 * and ends after CLIENTS clients have gone; without a number it does not end.
 * request_client is a client.
 *
 * A request is a packet whose payload lies in the arena of the client, which the server
 * can read, and the client can change at any time: the server copies it before it does
 * anything with it. The reply lies in the arena of the server. Each side gives the
 * buffers of the other one back, as packets of length 0.
 */
#include <ctype.h>
#include <err.h>
#include <ionchannel.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFERS 16
#define SIZE	2048

static void must(enum ionc_call call, int ret)
{
	if (ret < 0)
		errx(1, "%s", ionc_explain(call, ret));
}

static void capitals(char *text, int length)
{
	int i;

	for (i = 0; i < length; i++)
		text[i] = (char)toupper((unsigned char)text[i]);
}

/* Send a reply; return false if the client has gone or returns no buffers. */
static bool reply(struct ionc_channel *ch, const char *text, int length)
{
	struct ion_packet packet;
	int id = ionc_buffer_get(ch);

	if (id < 0)
		return false;
	memcpy(ionc_buffer(ch, (__u32)id), text, (size_t)length);
	packet = ionc_packet(ch, (__u32)id, (__u16)length);
	return ionc_send(ch, &packet, 1, IONC_FOREVER) == 1;
}

static bool answer(struct ionc_channel *ch, const struct ion_packet *request)
{
	char text[SIZE];
	int length = ionc_peer_copy(ch, request, text, sizeof(text));

	if (length < 0)
		return false;
	/* The request was read; the next kick is that of the reply. */
	ionc_give(ch, request->id);
	capitals(text, length);
	return reply(ch, text, length);
}

/* Answer requests until the client has gone, or breaks the rules. */
static void *serve(void *arg)
{
	struct ionc_channel *ch = arg;
	struct ion_packet packet;
	bool fine = true;

	while (fine && ionc_receive(ch, &packet, 1, IONC_FOREVER) == 1) {
		if (packet.len)
			fine = answer(ch, &packet);
		else
			fine = !ionc_buffer_put(ch, packet.id);
	}
	ionc_close(ch);
	return NULL;
}

int main(int argc, char **argv)
{
	struct ionc_listen_options options;
	unsigned long most, clients;
	struct ionc_channel *ch;
	pthread_t thread;
	int listener;

	if (argc < 2)
		errx(2, "usage: request_server NAME [CLIENTS]");
	most = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	ionc_listen_options_init(&options);
	options.buffers = BUFFERS;
	options.buffer_size = SIZE;
	listener = ionc_listen(argv[1], &options);
	must(IONC_LISTEN, listener);
	for (clients = 0; !most || clients < most; clients++) {
		must(IONC_ACCEPT,
		     ionc_accept(&ch, listener, NULL, IONC_FOREVER));
		if (pthread_create(&thread, NULL, serve, ch))
			errx(1, "no thread for a client");
		pthread_detach(thread);
	}
	close(listener);
	/* End with the last thread. */
	pthread_exit(NULL);
}
