// SPDX-License-Identifier: MIT
/* The eventfd, and the wake flags that ask for its signal. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"

static int ionc_set_eventfd(struct ionc_channel *ch, int fd)
{
	struct ion_eventfd arg;

	memset(&arg, 0, sizeof(arg));
	arg.size = sizeof(arg);
	arg.fd = fd;
	return ionc_ioctl(ch->fd, ION_IOC_EVENTFD, &arg);
}

int ionc_use_eventfd(struct ionc_channel *ch, int fd)
{
	struct ionc_private *p = ionc_private(ch);
	int ret = ionc_set_eventfd(ch, fd);

	if (ret)
		return ret;
	if (p->eventfd >= 0)
		close(p->eventfd);
	p->eventfd = -1;
	p->waking = fd;
	return 0;
}

int ionc_eventfd(struct ionc_channel *ch)
{
	struct ionc_private *p = ionc_private(ch);
	int fd, ret;

	if (p->eventfd >= 0)
		return p->eventfd;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	ret = ionc_use_eventfd(ch, fd);
	if (ret) {
		close(fd);
		return ret;
	}
	p->eventfd = fd;
	return fd;
}

static struct ion_end *ionc_end(struct ionc_channel *ch, unsigned int id)
{
	switch (id) {
	case ION_RING_TX:
		return &ch->tx.end;
	case ION_RING_RX:
		return &ch->rx.end;
	case ION_RING_CMD:
		return &ch->cmd.end;
	default:
		return &ch->evt.end;
	}
}

static void ionc_awake(struct ionc_channel *ch, unsigned int events)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (events & (1U << id))
			ion_end_awake(ionc_end(ch, id));
}

/* Kick if the kernel end sleeps: some services have work with nothing queued. */
static int ionc_kick_sleeper(struct ionc_channel *ch)
{
	return ion_end_peer_sleeps(&ch->tx.end) ? ionc_kick_now(ch)
						: ionc_kick(ch);
}

int ionc_arm(struct ionc_channel *ch, unsigned int events)
{
	unsigned int id;
	int ret, there;

	for (id = 0; id < ION_RINGS; id++)
		if (events & (1U << id))
			ion_end_sleep(ionc_end(ch, id));
	ret = ionc_kick_sleeper(ch);
	there = ionc_ready(ch, events);
	if (there || ret < 0)
		ionc_awake(ch, events);
	return there ? there : ret;
}

void ionc_disarm(struct ionc_channel *ch, unsigned int events)
{
	struct ionc_private *p = ionc_private(ch);
	__u64 count;

	ionc_awake(ch, events);
	/* It does not block; an eventfd that was not signalled is no error. */
	if (p->waking >= 0 && read(p->waking, &count, sizeof(count)) < 0)
		return;
}
