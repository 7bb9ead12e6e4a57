// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * echo_server NAME [CLIENTS]: returns the packets of many clients, in one thread. It
 * listens on NAME, and ends after CLIENTS clients have gone; without a number it does
 * not end. echo_client is a client.
 *
 * Each connection is a channel with an eventfd, and one epoll watches all of them. A
 * client that does not read its packets does not delay the others: the server takes no
 * more packets from a channel than there is room for.
 */
#include <err.h>
#include <ionchannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define BATCH 64

/* A client, and what the server waits for on its channel. */
struct client {
	struct ionc_channel *ch;
	unsigned int events;
};

static unsigned long packets_returned;

static void must(enum ionc_call call, int ret)
{
	if (ret < 0)
		errx(1, "%s", ionc_explain(call, ret));
}

static void watch(int epoll, int fd, struct client *client)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		err(1, "epoll_ctl");
}

/* Return packets while there are any; return what to wait for. */
static unsigned int echo(struct ionc_channel *ch)
{
	struct ion_packet packets[BATCH];
	__u32 room, count;

	for (;;) {
		room = ionc_reserve(ch, BATCH);
		if (!room)
			return IONC_TX;
		count = ionc_pop_n(ch, packets, room);
		if (!count)
			return IONC_RX;
		packets_returned += ionc_push_n(ch, packets, count);
	}
}

/* Serve a client until it has to be waited for; return false if it has gone. */
static bool serve(struct client *client)
{
	int ret;

	do {
		client->events = echo(client->ch);
		ret = ionc_arm(client->ch, client->events);
	} while (ret > 0);
	return !ret;
}

static void leave(struct client *client)
{
	/* This closes the eventfd, and so ends the watch. */
	ionc_close(client->ch);
	free(client);
}

/* Return whether the client is still there. */
static bool begin(int epoll, int listener)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		err(1, "a client");
	must(IONC_ACCEPT, ionc_accept(&client->ch, listener, NULL, 0));
	must(IONC_EVENTFD, ionc_eventfd(client->ch));
	watch(epoll, ionc_eventfd(client->ch), client);
	if (serve(client))
		return true;
	leave(client);
	return false;
}

int main(int argc, char **argv)
{
	unsigned long most, gone = 0;
	struct epoll_event event;
	int epoll, listener;

	if (argc < 2)
		errx(2, "usage: echo_server NAME [CLIENTS]");
	most = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	listener = ionc_listen(argv[1], NULL);
	must(IONC_LISTEN, listener);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		err(1, "epoll_create1");
	watch(epoll, listener, NULL);

	while (!most || gone < most) {
		struct client *client;

		if (epoll_wait(epoll, &event, 1, -1) < 0)
			err(1, "epoll_wait");
		client = event.data.ptr;
		if (!client) {
			gone += !begin(epoll, listener);
			continue;
		}
		ionc_disarm(client->ch, client->events);
		if (!serve(client)) {
			leave(client);
			gone++;
		}
	}
	printf("%lu clients, %lu packets returned\n", gone, packets_returned);
	return 0;
}
