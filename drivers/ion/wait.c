// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting at the user end: poll(), ION_IOC_WAIT, and read() or write() that sleep.
 *
 * A call that waits for a number of packets or slots sleeps in @waiters, where
 * ion_notify() wakes it once they are there, and not before. poll() and epoll
 * sleep in @wait, and obey the wake flag of each ring: it is the number of slots at
 * which the ring is ready. Neither takes a lock of the kernel end: they check the
 * rings by snapshots.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "calls.h"
#include "direct.h"
#include "kernel_end.h"
#include "notify.h"
#include "trace.h"

/**
 * struct ion_waiting - a call that sleeps until there is enough
 * @entry: in &ion_channel.waiters
 * @ch: the channel
 * @want: number of usable slots to wait for, for each ring; one ring is enough;
 *	0: do not wait for that ring
 * @ret: result of the wait; written before the call is removed from the queue
 */
struct ion_waiting {
	struct wait_queue_entry entry;
	struct ion_channel *ch;
	u32 want[ION_RINGS];
	int ret;
};

/* The events once the peer has gone: a push fails at once, and needs no room. */
static __poll_t ion_ready_peer_gone(__poll_t mask)
{
	return mask | EPOLLRDHUP | ion_ring_kinds[ION_RING_TX].events |
	       ion_ring_kinds[ION_RING_CMD].events;
}

/* The events after a hang-up: packets that were pushed before can still be popped. */
static __poll_t ion_ready_hungup(__poll_t mask)
{
	mask = ion_ready_peer_gone(mask);
	if (!(mask & (ion_ring_kinds[ION_RING_RX].events |
		      ion_ring_kinds[ION_RING_EVT].events)))
		mask |= EPOLLHUP;
	return mask;
}

/* As many slots as make a ring ready for poll(). */
static u32 ion_ready_slots(const struct ion_ring *ring)
{
	return clamp_t(u32, READ_ONCE(*ring->end.peer_wake), 1, ring->end.mask);
}

static __poll_t ion_ready(struct ion_channel *ch)
{
	bool hungup = ion_channel_hungup(ch);
	const struct ion_ring *ring;
	bool poison = false;
	__poll_t mask = 0;
	u32 want;

	ion_for_each_ring(ch, ring) {
		/* After a hang-up nothing follows what was pushed before. */
		want = hungup ? 1 : ion_ready_slots(ring);
		if (ion_ring_user_has(ring, &poison) >= want)
			mask |= ring->kind->events;
	}
	if (unlikely(poison) && ion_kernel_end_confirm(ch, true))
		return EPOLLERR;
	if (hungup)
		return ion_ready_hungup(mask);
	return READ_ONCE(ch->peer_gone) ? ion_ready_peer_gone(mask) : mask;
}

/*
 * Ask for what the caller polls for, also of a ring that is ready: an edge-triggered
 * epoll does not ask again.
 */
static void ion_poll_ask(struct ion_channel *ch, __poll_t requested)
{
	u32 want[ION_RINGS];
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring *ring = &ch->ring[id];

		want[id] = ring->kind->events & requested ?
				   ion_ready_slots(ring) : 0;
	}
	ion_direct_ask(ch, want);
}

/**
 * ion_poll() - kick, then report which rings are ready
 * @file: the open device
 * @table: the table to register in for a wake-up
 *
 * A channel that is not configured is ready for nothing; its set-up wakes pollers. One
 * that listens is readable while a client waits. A
 * ring is ready when the user end can use as many slots as its wake flag says, or one
 * if the flag is 0.
 *
 * Context: process; waits for no other thread.
 * Return: EPOLLIN for rx, EPOLLPRI for evt, EPOLLOUT for room in tx,
 * EPOLLWRBAND for room in cmd; EPOLLERR alone if a ring is poisoned. If the
 * service hung up EPOLLRDHUP, and EPOLLHUP when rx and evt are empty; EPOLLRDHUP
 * before that if its peer has gone.
 */
__poll_t ion_poll(struct file *file, struct poll_table_struct *table)
{
	struct ion_channel *ch = file->private_data;

	atomic64_inc(&ch->calls);
	poll_wait(file, &ch->wait, table);
	if (ion_channel_listens(ch))
		return READ_ONCE(ch->clients) ? EPOLLIN | EPOLLRDNORM : 0;
	if (!ion_channel_ready(ch))
		return 0;
	smp_mb();	/* (E), pairs with (F) in ion_notify() */
	ion_kernel_end_kick_if_needed(ch, true);
	if (ch->direct)
		ion_poll_ask(ch, poll_requested_events(table));
	return ion_ready(ch);
}

/*
 * Returns 1 if there is enough, 0 if not, or an error. Sets @poison for an index that
 * cannot be right.
 */
static int ion_waiting_check(const struct ion_waiting *w, bool *poison)
{
	struct ion_channel *ch = w->ch;
	bool hungup = ion_channel_hungup(ch);
	unsigned int id;
	u32 want;

	if (unlikely(ion_channel_poisoned(ch)))
		return -EPROTO;
	for (id = 0; id < ION_RINGS; id++) {
		want = READ_ONCE(w->want[id]);
		if (want && ion_ring_user_has(&ch->ring[id], poison) >= want)
			return 1;
	}
	if (unlikely(READ_ONCE(ch->peer_gone)))
		hungup |= w->want[ION_RING_TX] || w->want[ION_RING_CMD];
	return hungup ? -EPIPE : 0;
}

/* Called in ion_notify(), after the indices were published. */
static int ion_waiting_wake(struct wait_queue_entry *entry, unsigned int mode,
			    int flags, void *key)
{
	struct ion_waiting *w =
		container_of(entry, struct ion_waiting, entry);
	struct ion_channel *ch = w->ch;
	bool poison;

	w->ret = ion_waiting_check(w, &poison);
	/* Who wakes a direct channel cleared the flag, which is to be set again. */
	if (!w->ret && !ch->direct)
		return 0;
	if (!autoremove_wake_function(entry, mode, flags, NULL))
		return 0;
	/* @w may be gone: its thread runs. */
	atomic64_inc(&ch->wakeups);
	trace_ion_wake(ch, ION_WOKEN_WAITERS, (unsigned long)key);
	return 1;
}

/* Returns 0 if the call may go to sleep, or the error to return. */
static int ion_waiting_may_sleep(ktime_t until)
{
	if (until != KTIME_MAX && ktime_get() >= until)
		return -ETIME;
	return signal_pending(current) ? -ERESTARTSYS : 0;
}

/*
 * Sleep until there is enough. Returns 1 if there is, 0 if an index seems wrong, -ETIME
 * or another error. If it was removed from the queue, @ret has the result.
 */
static int ion_waiting_sleep(struct ion_waiting *w, ktime_t until)
{
	ktime_t *expires = until == KTIME_MAX ? NULL : &until;
	bool poison = false;
	int ret;

	init_waitqueue_entry(&w->entry, current);
	INIT_LIST_HEAD(&w->entry.entry);
	w->entry.func = ion_waiting_wake;
	for (;;) {
		/* With (E), pairs with (F) in ion_notify(). */
		prepare_to_wait(&w->ch->waiters, &w->entry, TASK_INTERRUPTIBLE);
		if (w->ch->direct)
			ion_direct_ask(w->ch, w->want);
		ret = ion_waiting_check(w, &poison);
		if (ret || unlikely(poison))
			break;
		ret = ion_waiting_may_sleep(until);
		if (ret)
			break;
		ret = -ETIME;
		if (!schedule_hrtimeout_range(expires, current->timer_slack_ns,
					      HRTIMER_MODE_ABS))
			break;
		if (list_empty_careful(&w->entry.entry)) {
			ret = w->ret;
			break;
		}
	}
	finish_wait(&w->ch->waiters, &w->entry);
	if (w->ch->direct)
		ion_direct_unask(w->ch, w->want);
	return ret;
}

/* An index that seems wrong is confirmed here, outside the wait queue: it may sleep. */
static int ion_waiting_until(struct ion_waiting *w, ktime_t until)
{
	int ret;

	do {
		ret = ion_waiting_sleep(w, until) ?:
		      ion_kernel_end_confirm(w->ch, false);
	} while (!ret);
	return ret;
}

/* After @min_wait_ns one packet or answer is enough. */
static void ion_waiting_lower(struct ion_waiting *w)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		WRITE_ONCE(w->want[id], min(w->want[id], 1U));
}

static int ion_waiting_for(struct ion_waiting *w, ktime_t first, ktime_t until)
{
	int ret;

	if (first < until) {
		ret = ion_waiting_until(w, first);
		if (ret != -ETIME)
			return ret;
		ion_waiting_lower(w);
	}
	return ion_waiting_until(w, until);
}

/**
 * ion_wait_packets() - kick, then wait for packets or answers
 * @ch: the channel, configured
 * @wait: the request; the counts and the times that are left are written
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for counts that are not possible; -ETIME; -ERESTARTSYS for a
 * signal; -EPROTO if a ring is poisoned; -EPIPE if that many will never come.
 */
int ion_wait_packets(struct ion_channel *ch, struct ion_wait *wait)
{
	struct ion_waiting w = { .ch = ch };
	ktime_t first = KTIME_MAX, until;
	bool poison;
	int ret;

	if (!(wait->rx || wait->evt) ||
	    wait->rx > ch->ring[ION_RING_RX].end.mask ||
	    wait->evt > ch->ring[ION_RING_EVT].end.mask)
		return -EINVAL;

	w.want[ION_RING_RX] = wait->rx;
	w.want[ION_RING_EVT] = wait->evt;
	until = ion_deadline(wait->timeout_ns);
	if (wait->min_wait_ns)
		first = ion_deadline(wait->min_wait_ns);
	ret = ion_kernel_end_kick_if_needed(ch, false);
	if (ch->direct) {
		/* The peer that was woken may answer before this thread sleeps. */
		cond_resched();
		ret = ion_waiting_check(&w, &poison);
	}
	if (!ret)
		ret = ion_waiting_for(&w, first, until);
	wait->rx_queued = ion_ring_user_has(&ch->ring[ION_RING_RX], &poison);
	wait->evt_queued = ion_ring_user_has(&ch->ring[ION_RING_EVT], &poison);
	if (until != KTIME_MAX)
		wait->timeout_ns = max(ktime_sub(until, ktime_get()), 0);
	if (first != KTIME_MAX)
		wait->min_wait_ns = max(ktime_sub(first, ktime_get()), 1);
	return min(ret, 0);
}

/**
 * ion_waiting_read() - read what calls sleep for
 * @ch: the channel
 * @want: set to the fewest slots of each ring that one of them waits for, or 0
 *
 * The list is as long as the program likes, and is read with interrupts off: only its
 * first ION_SLEEPERS_MAX entries are.
 *
 * Context: any.
 * Return: how many calls were found.
 */
u32 ion_waiting_read(struct ion_channel *ch, u32 want[ION_RINGS])
{
	const struct ion_waiting *w;
	unsigned long flags;
	unsigned int id;
	u32 n = 0;

	memset(want, 0, ION_RINGS * sizeof(*want));
	spin_lock_irqsave(&ch->waiters.lock, flags);
	list_for_each_entry(w, &ch->waiters.head, entry.entry) {
		for (id = 0; id < ION_RINGS; id++)
			want[id] = min_not_zero(want[id], READ_ONCE(w->want[id]));
		if (++n == ION_SLEEPERS_MAX)
			break;
	}
	spin_unlock_irqrestore(&ch->waiters.lock, flags);
	return n;
}

/**
 * ion_wait_ring() - sleep until the user end can use a slot of a ring
 * @ch: the channel, configured
 * @id: the ring
 *
 * Context: may sleep.
 * Return: 0; -ERESTARTSYS for a signal; an error that the caller will find.
 */
int ion_wait_ring(struct ion_channel *ch, enum ion_ring_id id)
{
	struct ion_waiting w = { .ch = ch };

	w.want[id] = 1;
	return min(ion_waiting_until(&w, KTIME_MAX), 0);
}
