// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the user end may wait for.
 *
 * A call that waits for so many packets or slots sleeps in @waiters, where
 * ion_notify() wakes it once they are there, and not before. poll() and epoll
 * sleep in @wait, and go by the wake flag of each ring: it is the number of
 * slots that the ring is ready at. Neither takes a lock of the kernel end: the
 * rings are checked by snapshots.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "kernel_end.h"
#include "notify.h"
#include "trace.h"
#include "wait.h"

/**
 * struct ion_waiting - a call that sleeps until there is enough
 * @entry: in &ion_channel.waiters
 * @ch: the channel
 * @want: slots of each ring that the user end is to have to use, one ring being
 *	enough; 0: none are waited for
 * @have: how many packets there were on rx and evt
 */
struct ion_waiting {
	struct wait_queue_entry entry;
	struct ion_channel *ch;
	u32 want[ION_RINGS];
	u32 have[ION_RINGS];
};

/* A push fails, and needs no room. */
static __poll_t ion_ready_peer_gone(__poll_t mask)
{
	return mask | EPOLLRDHUP | ion_ring_kinds[ION_RING_TX].events |
	       ion_ring_kinds[ION_RING_CMD].events;
}

/* What was pushed before is can still be popped. */
static __poll_t ion_ready_hungup(__poll_t mask)
{
	mask = ion_ready_peer_gone(mask);
	if (!(mask & (ion_ring_kinds[ION_RING_RX].events |
		      ion_ring_kinds[ION_RING_EVT].events)))
		mask |= EPOLLHUP;
	return mask;
}

/* Slots that the user end has to use. */
static u32 ion_wait_have(const struct ion_ring *ring,
			 const struct ion_snapshot *snap)
{
	return ring->kind->kernel_pushes ? snap->queued :
					   ring->end.mask - snap->queued;
}

static __poll_t ion_ready(struct ion_channel *ch)
{
	bool hungup = ion_channel_hungup(ch);
	struct ion_snapshot snap;
	__poll_t mask = 0;
	unsigned int id;
	u32 want;

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &ch->ring[id];

		ion_ring_snapshot(ring, &snap);
		if (unlikely(snap.poison != ION_POISON_NONE) &&
		    ion_kernel_end_confirm(ch, true))
			return EPOLLERR;
		want = clamp_t(u32, READ_ONCE(*ring->end.peer_wake), 1,
			       ring->end.mask);
		/* What was pushed before a hang-up is the last. */
		if (hungup)
			want = 1;
		if (ion_wait_have(ring, &snap) >= want)
			mask |= ring->kind->events;
	}
	if (ion_channel_poisoned(ch))
		return EPOLLERR;
	if (hungup)
		return ion_ready_hungup(mask);
	return READ_ONCE(ch->peer_gone) ? ion_ready_peer_gone(mask) : mask;
}

/**
 * ion_poll() - kick, then tell what is ready
 * @file: the open device
 * @table: where to register for a wake-up
 *
 * A channel that is not configured is ready for nothing; set-up wakes. A ring is
 * ready when the user end has as many slots to use as its wake flag says, or one
 * if that is 0.
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
	if (!ion_channel_ready(ch))
		return 0;
	smp_mb();	/* (E), pairs with (F) in ion_notify() */
	ion_kernel_end_kick_if_needed(ch, true);
	return ion_ready(ch);
}

/*
 * 1 if there is enough, 0 if not, or an error. @poison is set for an index that
 * cannot be right.
 */
static int ion_waiting_check(struct ion_waiting *w, bool *poison)
{
	bool hungup = ion_channel_hungup(w->ch);
	struct ion_snapshot snap;
	bool enough = false;
	unsigned int id;

	if (ion_channel_poisoned(w->ch))
		return -EPROTO;
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring *ring = &w->ch->ring[id];

		if (!w->want[id])
			continue;
		ion_ring_snapshot(ring, &snap);
		*poison |= snap.poison != ION_POISON_NONE;
		w->have[id] = ion_wait_have(ring, &snap);
		enough |= w->have[id] >= w->want[id];
	}
	if (enough)
		return 1;
	if (READ_ONCE(w->ch->peer_gone))
		hungup |= w->want[ION_RING_TX] || w->want[ION_RING_CMD];
	return hungup ? -EPIPE : 0;
}

/* In ion_notify(): the indices that it is about were published. */
static int ion_waiting_wake(struct wait_queue_entry *entry, unsigned int mode,
			    int flags, void *key)
{
	struct ion_waiting *w =
		container_of(entry, struct ion_waiting, entry);
	struct ion_waiting now = { .ch = w->ch };
	bool poison = false;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		now.want[id] = READ_ONCE(w->want[id]);
	if (!ion_waiting_check(&now, &poison))
		return 0;
	if (!default_wake_function(entry, mode, flags, key))
		return 0;
	atomic64_inc(&w->ch->wakeups);
	trace_ion_wake(w->ch, ION_WOKEN_WAITERS, (unsigned long)key);
	return 1;
}

/* Confirm what looks poisoned, where that may sleep. */
static int ion_waiting_ready(struct ion_waiting *w)
{
	bool poison = false;
	int ret = ion_waiting_check(w, &poison);

	if (unlikely(poison))
		return ion_kernel_end_confirm(w->ch, false) ?: ret;
	return ret;
}

/* Sleep until there is enough (1), an error, or -ETIME. */
static int ion_waiting_sleep(struct ion_waiting *w, ktime_t until)
{
	ktime_t *expires = until == KTIME_MAX ? NULL : &until;
	bool poison;
	int ret;

	init_waitqueue_entry(&w->entry, current);
	w->entry.func = ion_waiting_wake;
	add_wait_queue(&w->ch->waiters, &w->entry);
	for (;;) {
		/* (E), pairs with (F) in ion_notify(). */
		set_current_state(TASK_INTERRUPTIBLE);
		ret = ion_waiting_check(w, &poison);
		if (ret)
			break;
		ret = -ERESTARTSYS;
		if (signal_pending(current))
			break;
		ret = -ETIME;
		if (!schedule_hrtimeout_range(expires, current->timer_slack_ns,
					      HRTIMER_MODE_ABS))
			break;
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(&w->ch->waiters, &w->entry);
	return ret;
}

static int ion_waiting_until(struct ion_waiting *w, ktime_t until)
{
	int ret;

	for (;;) {
		ret = ion_waiting_ready(w);
		if (ret)
			return ret;
		if (until != KTIME_MAX && ktime_get() >= until)
			return -ETIME;
		ret = ion_waiting_sleep(w, until);
		if (ret != 1)
			return ret;
	}
}

/* After @min_wait_ns one of what is waited for will do. */
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

/* As it was when there was enough, or, if that is not known, now. */
static u32 ion_waiting_have(const struct ion_waiting *w, enum ion_ring_id id)
{
	struct ion_snapshot snap;

	if (w->want[id])
		return w->have[id];
	ion_ring_snapshot(&w->ch->ring[id], &snap);
	return snap.queued;
}

/**
 * ion_wait() - kick, then wait for packets or answers
 * @ch: the channel, configured
 * @wait: the request; counts and the times that are left are written
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for counts that cannot be; -ETIME; -ERESTARTSYS for a
 * signal; -EPROTO if a ring is poisoned; -EPIPE if so many will not come.
 */
int ion_wait(struct ion_channel *ch, struct ion_wait *wait)
{
	struct ion_waiting w = { .ch = ch };
	ktime_t first = KTIME_MAX, until;
	int ret;

	if (!(wait->rx || wait->evt) ||
	    wait->rx > ch->ring[ION_RING_RX].end.mask ||
	    wait->evt > ch->ring[ION_RING_EVT].end.mask)
		return -EINVAL;

	w.want[ION_RING_RX] = wait->rx;
	w.want[ION_RING_EVT] = wait->evt;
	until = ion_wait_end(wait->timeout_ns);
	if (wait->min_wait_ns)
		first = ion_wait_end(wait->min_wait_ns);
	ret = ion_kernel_end_kick_if_needed(ch, false);
	if (!ret)
		ret = ion_waiting_for(&w, first, until);
	wait->rx_queued = ion_waiting_have(&w, ION_RING_RX);
	wait->evt_queued = ion_waiting_have(&w, ION_RING_EVT);
	if (until != KTIME_MAX)
		wait->timeout_ns = max(ktime_sub(until, ktime_get()), 0);
	if (first != KTIME_MAX)
		wait->min_wait_ns = max(ktime_sub(first, ktime_get()), 1);
	return min(ret, 0);
}

/**
 * ion_wait_ring() - sleep until the user end has a slot of a ring to use
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
