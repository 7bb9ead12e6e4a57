// SPDX-License-Identifier: MIT
/* Ports: listens on a name, connects, accepts, and asks who is there. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define IONC_SERVICE "direct"
#define IONC_MODE    0600
#define IONC_SECOND  1000000000ULL

/* Bytes of the options of the first version of these calls. */
#define IONC_LISTEN_OPTIONS_FIRST 72

static_assert(sizeof(struct ionc_listen_options) >= IONC_LISTEN_OPTIONS_FIRST ||
		      sizeof(void *) < 8,
	      "options never shrink");

/* ---- listen ------------------------------------------------------------ */

static int ionc_get_listen_options(struct ionc_listen_options *options,
				   const struct ionc_listen_options *from)
{
	int ret;

	ionc_listen_options_init(options);
	if (!from)
		return 0;
	ret = ionc_copy_options(options, sizeof(*options), from,
				sizeof(void *) < 8 ? sizeof(*options)
						   : IONC_LISTEN_OPTIONS_FIRST);
	if (ret)
		return ret;
	return options->flags ? -EINVAL : 0;
}

static int ionc_fill_listen(struct ion_setup *setup, const char *name,
			    const struct ionc_listen_options *options)
{
	const char *service = options->service;
	int ret;

	memset(setup, 0, sizeof(*setup));
	setup->size = sizeof(*setup);
	setup->flags = ION_SETUP_LISTEN;
	memcpy(setup->slots, options->slots, sizeof(setup->slots));
	setup->buffers = options->buffers;
	setup->buffer_size = options->buffer_size;
	setup->arg[0] = options->mode ? options->mode : IONC_MODE;
	setup->arg[1] = options->backlog;
	ret = ionc_set_name(setup->service, sizeof(setup->service),
			    service ? service : IONC_SERVICE);
	return ret ? ret : ionc_set_name(setup->key, sizeof(setup->key), name);
}

static int ionc_set_listening(int fd, struct ion_setup *setup)
{
	struct ion_query query;
	int ret = ionc_get_query(fd, &query);

	if (ret)
		return ret;
	if (!(query.features & ION_FEATURE_PORTS))
		return -EOPNOTSUPP;
	return ionc_ioctl(fd, ION_IOC_SETUP, setup);
}

int ionc_listen(const char *name, const struct ionc_listen_options *options)
{
	struct ionc_listen_options ours;
	struct ion_setup setup;
	int fd, ret;

	ret = ionc_get_listen_options(&ours, options);
	if (!ret)
		ret = ionc_fill_listen(&setup, name, &ours);
	if (ret)
		return ret;
	/* ionc_accept() waits by poll(), so that it has a time limit. */
	fd = ionc_open_device(ours.device, O_NONBLOCK);
	if (fd < 0)
		return fd;
	ret = ionc_set_listening(fd, &setup);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/* ---- connect and pair -------------------------------------------------- */

/* Get the options of a channel whose service is direct unless they name one. */
static int ionc_get_port_options(struct ionc_options *options,
				 const struct ionc_options *from)
{
	int ret = ionc_get_options(options, from);

	if (ret)
		return ret;
	if (options->key)
		return -EINVAL;
	if (!options->service)
		options->service = IONC_SERVICE;
	return 0;
}

int ionc_connect(struct ionc_channel **ch, const char *name,
		 const struct ionc_options *options)
{
	struct ionc_options ours;
	int ret;

	*ch = NULL;
	ret = ionc_get_port_options(&ours, options);
	if (ret)
		return ret;
	ours.key = name;
	return ionc_open_with(ch, &ours, ION_SETUP_CONNECT);
}

/* Make a channel of the descriptor that the driver returns for the other side. */
static int ionc_take(struct ionc_channel **ch, int fd, __u16 request,
		     const struct ionc_options *options)
{
	struct ion_accept accept;
	int ret;

	memset(&accept, 0, sizeof(accept));
	accept.size = sizeof(accept);
	ret = ionc_ioctl(fd, request, &accept);
	if (ret < 0)
		return ret;
	ret = ionc_make(ch, accept.fd, options);
	if (ret)
		close(accept.fd);
	return ret;
}

int ionc_pair(struct ionc_channel **one, struct ionc_channel **other,
	      const struct ionc_options *options)
{
	struct ionc_options ours;
	int ret;

	*one = NULL;
	*other = NULL;
	ret = ionc_get_port_options(&ours, options);
	if (!ret)
		ret = ionc_open_with(one, &ours, 0);
	if (ret)
		return ret;
	ret = ionc_take(other, (*one)->fd, ION_IOC_PAIR, &ours);
	if (ret) {
		ionc_close(*one);
		*one = NULL;
	}
	return ret;
}

/* ---- accept ------------------------------------------------------------ */

/* Sleep until a client waits or the deadline is there. */
static int ionc_await_client(int listener, __u64 deadline)
{
	struct pollfd pollfd = { .fd = listener, .events = POLLIN };
	__u64 left = ionc_left(deadline);
	struct timespec time;

	if (!left)
		return -ETIME;
	time.tv_sec = (time_t)(left / IONC_SECOND);
	time.tv_nsec = (long)(left % IONC_SECOND);
	if (ppoll(&pollfd, 1, deadline == IONC_FOREVER ? NULL : &time, NULL) <
	    0)
		return -errno;
	return 0;
}

int ionc_accept(struct ionc_channel **ch, int listener,
		const struct ionc_options *options, __u64 timeout_ns)
{
	__u64 deadline = ionc_deadline(timeout_ns);
	struct ionc_options ours;
	int ret;

	*ch = NULL;
	ret = ionc_get_options(&ours, options);
	while (!ret) {
		ret = ionc_take(ch, listener, ION_IOC_ACCEPT, &ours);
		if (ret != -EAGAIN)
			break;
		ret = ionc_await_client(listener, deadline);
	}
	return ret;
}

int ionc_peer_struct(struct ionc_channel *ch, struct ion_peer *peer)
{
	return ionc_ioctl(ch->fd, ION_IOC_PEER, peer);
}
