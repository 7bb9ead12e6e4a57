// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the user end may wait for. poll(), read(), write() and ION_IOC_WAIT go
 * by the same rule: look at the rings with the kernel ends owned; if that is
 * not enough, sleep until ion_notify() changed @progress since before the look.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/ktime.h>

#include "kernel_end.h"
#include "wait.h"

/* What was pushed before is still to be had; a push fails, and needs no room. */
static __poll_t ion_ready_hungup(__poll_t mask)
{
	mask |= EPOLLRDHUP | ion_ring_kinds[ION_RING_TX].events |
		ion_ring_kinds[ION_RING_CMD].events;
	if (!(mask & (ion_ring_kinds[ION_RING_RX].events |
		      ion_ring_kinds[ION_RING_EVT].events)))
		mask |= EPOLLHUP;
	return mask;
}

static __poll_t ion_ready(struct ion_channel *ch)
{
	bool hungup = ion_channel_hungup(ch);
	__poll_t mask = 0;
	unsigned int id;

	guard(ion_end)(ch);

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &ch->ring[id];
		u32 queued = ion_channel_look(ch, ring);

		if (ring->kind->kernel_pushes ? queued :
						queued < ring->end.mask)
			mask |= ring->kind->events;
	}
	if (ion_channel_poisoned(ch))
		return EPOLLERR;
	return hungup ? ion_ready_hungup(mask) : mask;
}

/**
 * ion_poll() - kick, then tell what is ready
 * @file: the open device
 * @table: where to register for a wake-up
 *
 * A channel that is not configured is ready for nothing; set-up wakes.
 *
 * Context: may sleep.
 * Return: EPOLLIN for rx, EPOLLPRI for evt, EPOLLOUT for room in tx,
 * EPOLLWRBAND for room in cmd; EPOLLERR alone if a ring is poisoned. If the
 * service hung up EPOLLRDHUP, and EPOLLHUP when rx and evt are empty.
 */
__poll_t ion_poll(struct file *file, struct poll_table_struct *table)
{
	struct ion_channel *ch = file->private_data;

	atomic64_inc(&ch->calls);
	poll_wait(file, &ch->wait, table);
	if (!ion_channel_ready(ch))
		return 0;
	ion_kernel_end_nudge(ch);
	return ion_ready(ch);
}

/* 1 if it need not wait any more, 0 if it must. */
static int ion_wait_look(struct ion_channel *ch, struct ion_wait *wait)
{
	bool hungup = ion_channel_hungup(ch);

	guard(ion_end)(ch);

	wait->rx_queued = ion_channel_look(ch, &ch->ring[ION_RING_RX]);
	wait->evt_queued = ion_channel_look(ch, &ch->ring[ION_RING_EVT]);
	if (ion_channel_poisoned(ch))
		return -EPROTO;
	if ((wait->rx && wait->rx_queued >= wait->rx) ||
	    (wait->evt && wait->evt_queued >= wait->evt))
		return 1;
	return hungup ? -EPIPE : 0;
}

static int ion_wait_until(struct ion_channel *ch, struct ion_wait *wait,
			  ktime_t until)
{
	unsigned long progress;
	ktime_t left;
	int ret;

	do {
		progress = ion_channel_progress(ch);
		ret = ion_wait_look(ch, wait);
		if (ret)
			return ret < 0 ? ret : 0;
		left = ion_wait_left(until);
		if (left <= 0)
			return -ETIME;
		ret = wait_event_interruptible_hrtimeout(ch->wait,
							 ion_channel_progress(ch) != progress,
							 left);
	} while (!ret);

	return ret;
}

/**
 * ion_wait() - kick, then wait for packets or answers
 * @ch: the channel, configured
 * @wait: the request; counts and the time that is left are written
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for counts that can not be; -ETIME; -ERESTARTSYS for a
 * signal; -EPROTO if a ring is poisoned; -EPIPE if so many will not come.
 */
int ion_wait(struct ion_channel *ch, struct ion_wait *wait)
{
	ktime_t until;
	int ret;

	if (!(wait->rx || wait->evt) ||
	    wait->rx > ch->ring[ION_RING_RX].end.mask ||
	    wait->evt > ch->ring[ION_RING_EVT].end.mask)
		return -EINVAL;

	until = ion_wait_end(wait->timeout_ns);
	ion_kernel_end_nudge(ch);
	ret = ion_wait_until(ch, wait, until);
	if (wait->timeout_ns != ION_WAIT_FOREVER)
		wait->timeout_ns = max(ktime_sub(until, ktime_get()), 0);
	return ret;
}

/**
 * ion_wait_progress() - sleep until a ring was moved on
 * @ch: the channel
 * @progress: ion_channel.progress from before the caller looked
 *
 * Context: may sleep.
 * Return: 0, or -ERESTARTSYS for a signal.
 */
int ion_wait_progress(struct ion_channel *ch, unsigned long progress)
{
	return wait_event_interruptible(ch->wait,
					ion_channel_progress(ch) != progress);
}
