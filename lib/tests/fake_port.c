// SPDX-License-Identifier: MIT
/*
 * The ports of the fake driver: one port at a time. The two sides of a connection are
 * channels of their own, each with an echo: this shows what the library asks for, and
 * not that packets cross.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fake.h"
#include "wraps.h"

#define FAKE_BACKLOG 4

/* The last request that listened. */
struct ion_setup fake_port_setup;

static ino_t port_ino;
static struct fake *port;
static unsigned int port_waiting;
static struct ion_info port_clients[FAKE_BACKLOG];

bool fake_port_has(unsigned long request, const void *arg)
{
	const struct ion_setup *setup = arg;

	if (request == ION_IOC_SETUP)
		return setup->flags & (ION_SETUP_LISTEN | ION_SETUP_CONNECT);
	return request == ION_IOC_ACCEPT || request == ION_IOC_PAIR ||
	       request == ION_IOC_PEER;
}

bool fake_port_listens(const struct fake *f)
{
	return port_ino && f->ino == port_ino;
}

static int port_listen(struct fake *f, const struct ion_setup *setup)
{
	fake_port_setup = *setup;
	port = f;
	port_ino = f->ino;
	port_waiting = 0;
	return 0;
}

static int port_connect(struct fake *f, int fd, struct ion_setup *setup)
{
	int ret;

	if (!port_ino || strcmp(setup->key, fake_port_setup.key))
		return -ECONNREFUSED;
	if (strcmp(setup->service, fake_port_setup.service))
		return -EPROTOTYPE;
	if (port_waiting == FAKE_BACKLOG)
		return -EAGAIN;
	ret = fake_setup(f, fd, setup);
	if (ret)
		return ret;
	pthread_mutex_lock(&port->lock);
	port_clients[port_waiting++] = f->info;
	pthread_cond_broadcast(&port->changed);
	pthread_mutex_unlock(&port->lock);
	return 0;
}

/* Open the other side of a channel with this geometry. */
static int port_mirror(const struct ion_info *info, struct ion_accept *accept)
{
	struct ion_setup setup;
	unsigned int id;

	memset(&setup, 0, sizeof(setup));
	setup.layout = info->layout;
	memcpy(setup.service, info->service, sizeof(setup.service));
	setup.buffers = info->buffers;
	setup.buffer_size = info->buffer_size;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = info->ring[id ^ 1].nr_slots;
	accept->fd = __wrap_open64(FAKE_DEVICE, O_RDWR);
	accept->pid = getpid();
	accept->channel = 1;
	return fake_setup(fake_of(accept->fd), accept->fd, &setup);
}

static int port_accept(struct fake *f, struct ion_accept *accept)
{
	struct ion_info info = port_clients[0];

	if (!fake_port_listens(f))
		return -EINVAL;
	if (!port_waiting)
		return -EAGAIN;
	port_waiting--;
	memmove(port_clients, port_clients + 1,
		port_waiting * sizeof(*port_clients));
	return port_mirror(&info, accept);
}

static int port_peer(struct ion_peer *peer)
{
	peer->state = ION_PEER_THERE;
	peer->pid = getpid();
	return 0;
}

int fake_port_call(struct fake *f, int fd, unsigned long request, void *arg)
{
	struct ion_setup *setup = arg;

	switch (request) {
	case ION_IOC_ACCEPT:
		return port_accept(f, arg);
	case ION_IOC_PAIR:
		return port_mirror(&f->info, arg);
	case ION_IOC_PEER:
		return port_peer(arg);
	default:
		return setup->flags & ION_SETUP_LISTEN
			       ? port_listen(f, setup)
			       : port_connect(f, fd, setup);
	}
}

int fake_port_poll(struct pollfd *fd, const struct timespec *left)
{
	struct fake *f = fake_of(fd->fd);
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += left ? left->tv_sec : 1000;
	until.tv_nsec += left ? left->tv_nsec : 0;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&f->lock);
	while (!port_waiting && !ret)
		ret = pthread_cond_timedwait(&f->changed, &f->lock, &until);
	fd->revents = port_waiting ? POLLIN : 0;
	pthread_mutex_unlock(&f->lock);
	return fd->revents ? 1 : 0;
}
