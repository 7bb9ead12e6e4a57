// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waking the user end: whoever sleeps in a system call, the eventfd of a
 * program that set its wake flag, and SIGIO.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/poll.h>

#include "notify.h"

/* Is there news of this ring: did the kernel end move it on, is it poisoned? */
static bool ion_notify_news(struct ion_ring *ring)
{
	bool moved = ring->told != ring->end.own;

	ring->told = ring->end.own;
	return moved || ring->end.broken;
}

/**
 * ion_notify() - tell the user end that there is something new
 * @ch: the channel, configured, end_mutex held
 *
 * Indices were published before. The barrier is (F), once for all rings: it
 * pairs with (E) of a user end that sets its wake flag, and with that of a
 * sleeper between it has got into @ch->wait and looks at @ch->progress again.
 */
void ion_notify(struct ion_channel *ch)
{
	bool wanted = false, in = false;
	unsigned int id;

	ion_end_assert_held(ch);

	WRITE_ONCE(ch->progress, ch->progress + 1);
	smp_mb();	/* (F), pairs with (E) */
	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &ch->ring[id];

		if (!ion_notify_news(ring))
			continue;
		in |= ring->kind->kernel_pushes;
		wanted |= READ_ONCE(*ring->end.peer_wake);
	}

	/* The barrier above is the one that waitqueue_active() wants. */
	if (waitqueue_active(&ch->wait)) {
		ch->wakeups++;
		wake_up_interruptible_all(&ch->wait);
	}
	if (wanted && ch->eventfd) {
		ch->signals++;
		eventfd_signal(ch->eventfd);
	}
	if (READ_ONCE(ch->fasync))
		kill_fasync(&ch->fasync, SIGIO, in ? POLL_IN : POLL_OUT);
}

static struct eventfd_ctx *ion_notify_swap(struct ion_channel *ch,
					   struct eventfd_ctx *eventfd)
{
	struct eventfd_ctx *old;

	guard(ion_end)(ch);

	old = ch->eventfd;
	ch->eventfd = eventfd;
	return old;
}

/**
 * ion_notify_eventfd() - set or clear the eventfd
 * @ch: the channel, configured
 * @fd: the eventfd, or -1 for none
 *
 * Return: 0; -EBADF if it is no descriptor, -EINVAL if it is no eventfd.
 */
int ion_notify_eventfd(struct ion_channel *ch, int fd)
{
	struct eventfd_ctx *eventfd = NULL;

	if (fd != -1) {
		eventfd = eventfd_ctx_fdget(fd);
		if (IS_ERR(eventfd))
			return PTR_ERR(eventfd);
	}
	eventfd = ion_notify_swap(ch, eventfd);
	if (eventfd)
		eventfd_ctx_put(eventfd);
	return 0;
}

/**
 * ion_notify_destroy() - forget whom to tell
 * @ch: the channel, which nobody uses any more
 */
void ion_notify_destroy(struct ion_channel *ch)
{
	if (ch->eventfd)
		eventfd_ctx_put(ch->eventfd);
	ch->eventfd = NULL;
}
