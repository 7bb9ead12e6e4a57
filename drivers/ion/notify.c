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

static void ion_notify_fasync(struct ion_channel *ch, __poll_t events)
{
	int band = POLL_OUT;

	if (events & EPOLLERR)
		band = POLL_ERR;
	else if (events & (EPOLLIN | EPOLLPRI))
		band = POLL_IN;
	kill_fasync(&ch->fasync, SIGIO, band);
}

/**
 * ion_notify() - tell the user end that there is something new
 * @ch: the channel, configured, end_mutex held
 * @all: of every ring, not only of those that the kernel end moved on: the
 *	channel was reset, or a ring of it is poisoned
 *
 * Indices were published before. The barrier is (F), once for all rings: it
 * pairs with (E) of a user end that sets its wake flag, and with that of a
 * sleeper between it has got into @ch->wait and looks at @ch->progress again.
 */
void ion_notify(struct ion_channel *ch, bool all)
{
	__poll_t events = ion_channel_poisoned(ch) ? EPOLLERR : 0;
	bool wanted = false;
	unsigned int id;

	ion_end_assert_held(ch);

	WRITE_ONCE(ch->progress, ch->progress + 1);
	smp_mb();	/* (F), pairs with (E) */
	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &ch->ring[id];

		if (!all && ring->told == ring->end.own)
			continue;
		ring->told = ring->end.own;
		events |= ring->kind->events;
		wanted |= READ_ONCE(*ring->end.peer_wake);
	}

	/* The barrier above is the one that waitqueue_active() wants. */
	if (waitqueue_active(&ch->wait)) {
		ch->wakeups++;
		__wake_up(&ch->wait, TASK_INTERRUPTIBLE, 0,
			  poll_to_key(events));
	}
	if (wanted && ch->eventfd) {
		ch->signals++;
		eventfd_signal(ch->eventfd);
	}
	if (READ_ONCE(ch->fasync))
		ion_notify_fasync(ch, events);
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
