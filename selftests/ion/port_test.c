// SPDX-License-Identifier: GPL-2.0-only
/* A port, its clients, and packets between the two sides of a connection. */
#include "port_test.h"

void port_wants(struct ion_setup *setup, const char *service, __u64 mode,
		__u64 backlog)
{
	ion_setup_init(setup, service);
	setup->flags = ION_SETUP_LISTEN;
	setup->arg[0] = mode;
	setup->arg[1] = backlog;
	ion_setup_key(setup, PORT_NAME);
}

/* Returns a descriptor that listens, or -errno. */
int port_listen(const char *service, __u64 mode, __u64 backlog)
{
	int fd = ion_open(O_RDWR), ret;
	struct ion_setup setup;

	if (fd < 0)
		return fd;
	port_wants(&setup, service, mode, backlog);
	ret = ion_call(fd, ION_IOC_SETUP, &setup);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

void port_client_wants(struct ion_setup *setup, const char *service)
{
	arena_wants(setup, ION_LAYOUT_SPLIT, service, 8, 0, 0);
	setup->flags = ION_SETUP_CONNECT;
	ion_setup_key(setup, PORT_NAME);
}

int port_connect(struct channel *ch, const char *service)
{
	struct ion_setup setup;

	port_client_wants(&setup, service);
	return channel_open_live(ch, &setup);
}

static int port_take(struct channel *ch, unsigned long request, int fd,
		     struct ion_accept *accept)
{
	int ret;

	memset(ch, 0, sizeof(*ch));
	ch->fd = -1;
	memset(accept, 0, sizeof(*accept));
	accept->size = sizeof(*accept);
	ret = ion_call(fd, request, accept);
	if (ret)
		return ret;
	ch->fd = accept->fd;
	ret = channel_map(ch);
	if (!ret)
		channel_attach_live(ch);
	return ret;
}

int port_accept(struct channel *ch, int listener, struct ion_accept *accept)
{
	return port_take(ch, ION_IOC_ACCEPT, listener, accept);
}

int port_pair(struct channel *ch, int fd)
{
	struct ion_accept accept;

	return port_take(ch, ION_IOC_PAIR, fd, &accept);
}

int port_peer(int fd, struct ion_peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	peer->size = sizeof(*peer);
	return ion_call(fd, ION_IOC_PEER, peer);
}

/* Whether a packet crosses; a pair needs the kick. */
bool port_crosses(struct channel *from, struct channel *to, __u64 number)
{
	return ion_push_from(from, number, 1) == 1 && !ion_kick(from->fd) &&
	       ion_pop_from(to, number, 2) == 1;
}
