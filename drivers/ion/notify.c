// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wake the user end: threads that sleep in a system call, the eventfd of a program
 * that set its wake flag, and SIGIO.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/minmax.h>
#include <linux/poll.h>

#include "end_state.h"
#include "notify.h"
#include "trace.h"

static void ion_notify_fasync(struct ion_channel *ch, __poll_t events)
{
	int band = POLL_OUT;

	if (events & EPOLLERR)
		band = POLL_ERR;
	else if (events & (EPOLLIN | EPOLLPRI))
		band = POLL_IN;
	kill_fasync(&ch->fasync, SIGIO, band);
}

static void ion_notify_signal(struct ion_channel *ch, unsigned int pending)
{
	unsigned long flags;

	/* An eventfd that is being set now is for later events. */
	if (!READ_ONCE(ch->eventfd))
		return;
	spin_lock_irqsave(&ch->eventfd_lock, flags);
	if (ch->eventfd) {
		atomic64_inc(&ch->signals);
		trace_ion_wake(ch, ION_WOKEN_EVENTFD, pending);
		eventfd_signal(ch->eventfd);
	}
	spin_unlock_irqrestore(&ch->eventfd_lock, flags);
}

static __poll_t ion_notify_state_events(const struct ion_channel *ch)
{
	__poll_t events = 0;

	if (ion_channel_poisoned(ch))
		events |= EPOLLERR;
	if (ion_channel_hungup(ch))
		events |= EPOLLHUP | EPOLLRDHUP;
	if (READ_ONCE(ch->peer_gone))
		events |= EPOLLRDHUP;
	return events;
}

/*
 * Find the rings that moved on since the user end was last notified, and record that.
 * The caller owns the end: a context that saw a count before it is published would
 * check the wake flag too early, and the record would keep a later context from
 * checking it again.
 */
static unsigned int ion_notify_pending(struct ion_channel *ch)
{
	unsigned int pending = 0, id;
	unsigned long flags;

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &ch->ring[id];

		if (READ_ONCE(ring->notified) == READ_ONCE(ring->end.own))
			continue;
		flags = ion_ring_lock(ring);
		WRITE_ONCE(ring->notified, ring->end.own);
		ion_ring_unlock(ring, flags);
		pending |= BIT(id);
	}
	return pending;
}

/* A flag above the capacity of the ring stands for the capacity. */
static bool ion_notify_ready(const struct ion_ring *ring, u16 flag)
{
	bool poison;

	return ion_ring_user_has(ring, &poison) >=
	       min_t(u32, flag, ring->end.mask);
}

/*
 * Returns the events to wake pollers for: those of each ring in @pending whose user end
 * can use as many slots as its wake flag says, or one slot if the flag is 0; with
 * @all, those of each. @wanted is set if one of these rings has its flag set.
 */
static __poll_t ion_notify_events(const struct ion_channel *ch,
				  unsigned int pending, bool all, bool *wanted)
{
	__poll_t events = ion_notify_state_events(ch);
	unsigned int id;
	u16 flag;

	*wanted = false;
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring *ring = &ch->ring[id];

		if (!(pending & BIT(id)))
			continue;
		flag = READ_ONCE(*ring->end.peer_wake);
		if (!all && flag > 1 && !ion_notify_ready(ring, flag))
			continue;
		events |= ring->kind->events;
		*wanted |= flag;
	}
	return events;
}

/*
 * Every poller of a direct channel has to check again, as that sets the flag again. A
 * multishot poll of io_uring checks only if the wake-up names no events.
 */
static void ion_notify_pollers(struct ion_channel *ch, unsigned int pending,
			       __poll_t events)
{
	atomic64_inc(&ch->wakeups);
	trace_ion_wake(ch, ION_WOKEN_WAITERS, pending);
	__wake_up(&ch->wait, TASK_INTERRUPTIBLE, 0,
		  ch->direct ? NULL : poll_to_key(events));
}

/* After (F): each sleeper is woken if what it waits for is there: wait.c. */
static void ion_notify_waiters(struct ion_channel *ch, unsigned int pending)
{
	/* (F) is the barrier that this needs. */
	if (waitqueue_active(&ch->waiters))
		__wake_up(&ch->waiters, TASK_INTERRUPTIBLE, 0,
			  (void *)(unsigned long)pending);
}

/* After (F): notify all but the sleepers in @waiters. @wanted: the eventfd too. */
static void ion_notify_program(struct ion_channel *ch, unsigned int pending,
			       __poll_t events, bool wanted)
{
	/* (F) is the barrier that this needs. */
	if (waitqueue_active(&ch->wait))
		ion_notify_pollers(ch, pending, events);
	if (wanted)
		ion_notify_signal(ch, pending);
	/* fasync has no WRITE_ONCE(); kill_fasync() checks it again, locked. */
	if (data_race(READ_ONCE(ch->fasync))) {
		trace_ion_wake(ch, ION_WOKEN_SIGIO, pending);
		ion_notify_fasync(ch, events);
	}
}

/* Check, after (F), whether any but the sleepers in @waiters must be notified. */
static bool ion_notify_others(struct ion_channel *ch)
{
	/* (F) is the barrier that this needs. */
	if (waitqueue_active(&ch->wait))
		return true;
	/* fasync has no WRITE_ONCE(); an entry that is added now is for later events. */
	return READ_ONCE(ch->eventfd) || data_race(READ_ONCE(ch->fasync));
}

/* Check whether anybody has to be notified of what was published. */
static bool ion_notify_anybody(struct ion_channel *ch)
{
	smp_mb();	/* (F), pairs with (E) */
	return waitqueue_active(&ch->waiters) || ion_notify_others(ch);
}

/**
 * ion_notify() - notify the user end of rings that moved on
 * @ch: the channel, configured; unless @all or async, end_mutex held
 * @all: notify of every ring, not only of those that the kernel end moved on: the
 *	channel was reset or hung up, or a ring of it is poisoned
 *
 * The indices must be published before. The barrier is (F), once for all rings: it
 * pairs with (E) of a user end that sets its wake flag, and of one that sleeps in
 * a call, between the wait queue and its check of the rings. It stands between
 * reading how far a ring has come and checking for sleepers: of two callers at the
 * same time, one may find that the other has notified.
 *
 * Context: any in which wake_up() is allowed; ion_channel_notify() for others.
 */
void ion_notify(struct ion_channel *ch, bool all)
{
	unsigned int pending = all ? BIT(ION_RINGS) - 1 :
				     ion_notify_pending(ch);
	__poll_t events;
	bool wanted;

	if (!pending)
		return;
	smp_mb();	/* (F), pairs with (E) */
	ion_notify_waiters(ch, pending);
	if (!ion_notify_others(ch))
		return;
	events = ion_notify_events(ch, pending, all, &wanted);
	if (events)
		ion_notify_program(ch, pending, events, wanted);
}

/**
 * ion_notify_rings() - notify the user end of rings that are known to be ready
 * @ch: the channel, configured
 * @rings: the rings, a bit for each
 * @wanted: the wake flag of one of them was set
 *
 * The caller holds the lock under which sleepers ask for a wake-up, after they have
 * joined their queue: see direct.c.
 *
 * Context: any in which wake_up() is allowed.
 */
void ion_notify_rings(struct ion_channel *ch, unsigned int rings, bool wanted)
{
	__poll_t events = 0;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (rings & BIT(id))
			events |= ch->ring[id].kind->events;
	ion_notify_waiters(ch, rings);
	ion_notify_program(ch, rings, events, wanted);
}

/* Check whether wake_up() is allowed here. On PREEMPT_RT its locks sleep. */
static bool ion_notify_allowed(void)
{
	if (in_hardirq() || irqs_disabled())
		return false;
	return !IS_ENABLED(CONFIG_PREEMPT_RT) || !preempt_count();
}

/**
 * ion_notify_lent() - wake the lent thread, which was kicked while it slept
 * @ch: the channel
 *
 * The thread checks every ring, whatever the reason was.
 *
 * Context: any in which wake_up() is allowed.
 */
void ion_notify_lent(struct ion_channel *ch)
{
	trace_ion_wake(ch, ION_WOKEN_LENT, BIT(ION_RINGS) - 1);
	wake_up(&ch->serve_wait);
}

/**
 * ion_notify_stop() - notify everybody that a channel stopped, or was restarted
 * @ch: the channel, configured
 *
 * The lent thread finds out in a pass.
 *
 * Context: any in which wake_up() is allowed.
 */
void ion_notify_stop(struct ion_channel *ch)
{
	ion_notify(ch, true);
	if (ion_end_state_kick(ch) == ION_END_LENT_SLEEPING)
		ion_notify_lent(ch);
}

static void ion_notify_later(struct irq_work *work)
{
	struct ion_channel *ch =
		container_of(work, struct ion_channel, notify_work);
	bool all = atomic_xchg(&ch->notify_all, false);

	/* In a hard interrupt no lock may be taken that leaves interrupts on. */
	if (all)
		ion_notify_stop(ch);
	else
		ion_notify(ch, ch->ring[0].async == ION_ASYNC_BH);
}

/**
 * ion_notify_state() - notify everybody that the channel was poisoned or hung up
 * @ch: the channel, configured
 *
 * This includes the lent thread. Each waiter finds out by itself which it was.
 *
 * Context: any.
 */
void ion_notify_state(struct ion_channel *ch)
{
	if (ion_notify_allowed()) {
		ion_notify_stop(ch);
		return;
	}
	atomic_set(&ch->notify_all, true);
	irq_work_queue(&ch->notify_work);
}

/**
 * ion_channel_notify() - wake the program, if it sleeps, after a push or pop
 * @ch: a channel
 *
 * A pop wakes a program that waits for room. doorbell() need not call it for its own
 * channel. One call for a batch is enough. If nobody waits it costs only a barrier and
 * a few loads, so that an async service may call it for every packet. In a hard
 * interrupt, or with interrupts off, the wake-up is deferred until they are on.
 *
 * Orders the push before the check whether the program sleeps: either the program is
 * woken, or it sees what was pushed before it sleeps.
 *
 * Context: any.
 */
void ion_channel_notify(struct ion_channel *ch)
{
	/* On such a channel only callbacks push, and their return notifies. */
	if (!ion_channel_async(ch) && !ion_channel_in_callback(ch))
		return;
	if (!ion_notify_anybody(ch))
		return;
	if (ion_notify_allowed())
		ion_notify(ch, false);
	else if (ion_channel_async(ch))
		irq_work_queue(&ch->notify_work);
}
EXPORT_SYMBOL_GPL(ion_channel_notify);

static struct eventfd_ctx *ion_notify_swap(struct ion_channel *ch,
					   struct eventfd_ctx *eventfd)
{
	struct eventfd_ctx *old;

	spin_lock_irq(&ch->eventfd_lock);
	old = ch->eventfd;
	WRITE_ONCE(ch->eventfd, eventfd);
	spin_unlock_irq(&ch->eventfd_lock);
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
 * ion_notify_init() - prepare a new channel, with nobody to notify
 * @ch: the channel
 */
void ion_notify_init(struct ion_channel *ch)
{
	init_waitqueue_head(&ch->wait);
	init_waitqueue_head(&ch->waiters);
	spin_lock_init(&ch->eventfd_lock);
	init_irq_work(&ch->notify_work, ion_notify_later);
}

/**
 * ion_notify_destroy() - release the eventfd and stop deferred notifications
 * @ch: the channel, which nobody uses any more
 *
 * Context: may sleep.
 */
void ion_notify_destroy(struct ion_channel *ch)
{
	irq_work_sync(&ch->notify_work);
	if (ch->eventfd)
		eventfd_ctx_put(ch->eventfd);
	ch->eventfd = NULL;
}
