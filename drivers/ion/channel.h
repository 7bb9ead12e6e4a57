/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one open of /dev/ion owns.
 *
 * Locking
 * -------
 * setup_mutex	serialises the one configuration of a channel. mmap() takes it
 *		inside mmap_lock, so user memory is never touched under it, and
 *		what takes long, as memory of a large arena, is got before it.
 * pop_mutex	serialises the calls that consume at the user end: a packet is
 *		copied to the caller before it is released, and no other caller
 *		may copy it meanwhile. Held over copies to user memory.
 * push_mutex	serialises the calls that push at the user end, for as long as it
 *		takes to fill slots.
 * end_mutex	serialises the callbacks of the service, and is the ownership of
 *		the kernel ends of all four rings and of their counters. Never
 *		held over user memory. A lent thread keeps it from pass to pass,
 *		and may not get a processor for long: kernel_end.h has the ways
 *		to take it, and calls that only look, or must not wait, do
 *		without.
 * ring.lock	of a channel that is async, owns that end in place of end_mutex:
 *		such a service uses its rings from any context. ion_ring_lock()
 *		knows. A raw spinlock; two are never held.
 * state_lock	is that of the kernel end's state, of its wake flags, and of who
 *		serves. A raw spinlock.
 * eventfd_lock	keeps the eventfd while it is signalled.
 *
 * Order: pop_mutex, push_mutex, end_mutex, ring.lock, state_lock; setup_mutex,
 * end_mutex. eventfd_lock nests in end_mutex and in nothing else. The locks of
 * binding.c, channels.c, quota.c and totals.c are spinlocks that no other lock is
 * taken under.
 *
 * What is not configuration and is read without a lock (closed, hungup, peer_gone,
 * undelivered, broken of a ring) is read by READ_ONCE() and only ever a reason to
 * check again or to refuse. ion_ring_snapshot() reads a ring whose end is not owned.
 *
 * A channel is configured once and then for good: ready is stored with release
 * ordering after all that set-up writes (info, service, area, the addresses in
 * ring), and whoever saw it with acquire ordering reads those without a lock.
 */
#ifndef _DRIVERS_ION_CHANNEL_H
#define _DRIVERS_ION_CHANNEL_H

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "memory.h"
#include "kernel_ring.h"

struct eventfd_ctx;
struct fasync_struct;
struct ion_quota;

/**
 * struct ion_service - a service that is registered
 * @ops: what its module registered
 * @owner: that module, or NULL for ion itself
 * @list: in the list of services
 * @channels: those that are bound to it
 */
struct ion_service {
	const struct ion_service_ops *ops;
	struct module *owner;
	struct list_head list;
	struct list_head channels;
};

/**
 * enum ion_end_state - who runs the kernel end of a channel
 * @ION_END_SLEEPING: nobody, until a kick runs it in its caller
 * @ION_END_LENT: a lent thread, which is awake
 * @ION_END_LENT_SLEEPING: a lent thread, which sleeps or is about to
 * @ION_END_LENT_KICKED: a lent thread, which was kicked while it slept
 */
enum ion_end_state {
	ION_END_SLEEPING,
	ION_END_LENT,
	ION_END_LENT_SLEEPING,
	ION_END_LENT_KICKED,
};

/**
 * struct ion_channel - what one open of /dev/ion owns
 * @ref: the open file holds one, and each service that keeps the channel
 * @id: number, never used twice
 * @rcu: it is freed by that, as it is found by number under RCU
 * @opener: who opened it
 * @setup_mutex: see above
 * @pop_mutex: see above
 * @push_mutex: see above
 * @end_mutex: see above
 * @end_wanted: how many wait for end_mutex; a lent thread lets go of it then
 * @kick_pending: a kick found end_mutex taken; its owner does it
 * @setting_up: setup_mutex is not held, and the configuration goes on; setup_mutex
 * @activating: activate() or deactivate() of the service runs, or is about to;
 *	end_mutex
 * @active: deactivate() is to be called before unbind(); end_mutex
 * @ready: the channel is configured
 * @closed: no descriptor and no mapping is left
 * @hungup: the service will push no more; see ion_channel_hangup()
 * @peer_gone: the service takes no more; see ion_channel_set_peer_gone()
 * @undelivered: something was pushed that reaches nobody
 * @folded: its counters are in the totals of the system; see totals.c
 * @service: what owns the kernel ends, NULL when it has gone; end_mutex
 * @of_service: in the list of its channels
 * @private: the service's
 * @runner: the thread that is in a callback of the service
 * @info: the geometry, as the user end is told it
 * @quota: the user that it counts for, NULL until it is configured
 * @charge: who pays for the memory
 * @area: the memory, by the same number as in @info
 * @arena: the buffers, or NULL
 * @stages: what the service has in hand, for all rings in one piece
 * @ring: the kernel's ends
 * @wait: poll() sleeps here
 * @waiters: calls that wait for so many packets or slots sleep here: wait.c
 * @notify_work: ion_notify() for who may not wake anybody
 * @notify_all: it is about every ring
 * @eventfd_lock: see above
 * @eventfd: signalled for a user end that set its wake flag, or NULL
 * @fasync: who wants SIGIO
 * @state_lock: see above
 * @end_state: who runs the kernel end; state_lock
 * @server: descriptors of the program whose thread serves, or NULL; state_lock
 * @server_closed: that program closed a descriptor of the channel meanwhile
 * @flushed: some program has closed a descriptor of the channel
 * @serve_wait: the lent thread sleeps here
 * @idle_since: since when no pass of the lent thread found anything to do, or 0;
 *	kept while it has to leave for a moment
 * @calls: system calls on the descriptor
 * @kicks: how often the kernel end was asked to run
 * @kicks_spurious: how many of those found nothing to do
 * @sleeps: how often the kernel end went to sleep
 * @wakeups: how often it woke somebody in @wait or @waiters
 * @signals: how often it signalled @eventfd
 * @resets: how often the rings were emptied
 * @held: payloads that the service holds; see ion_channel_set_held()
 * @held_total: how many it had to hold
 */
struct ion_channel {
	refcount_t ref;
	u64 id;
	struct rcu_head rcu;
	struct ion_opener opener;
	struct mutex setup_mutex;	/* the one configuration */
	struct mutex pop_mutex;		/* consuming calls at the user end */
	struct mutex push_mutex;	/* pushing calls at the user end */
	struct mutex end_mutex;		/* the kernel ends */
	atomic_t end_wanted;
	bool kick_pending;
	bool setting_up;
	bool activating;
	bool active;
	bool ready;
	bool closed;
	bool hungup;
	bool peer_gone;
	bool undelivered;
	bool folded;
	struct ion_service *service;
	struct list_head of_service;
	void *private;
	const struct task_struct *runner;
	struct ion_info info;
	struct ion_quota *quota;
	struct ion_charge charge;
	struct ion_memory area[ION_AREAS_MAX];
	struct ion_arena *arena;
	struct ion_stage *stages;
	struct ion_ring ring[ION_RINGS];

	wait_queue_head_t wait;
	wait_queue_head_t waiters;
	struct irq_work notify_work;
	atomic_t notify_all;
	spinlock_t eventfd_lock;	/* the eventfd while it is signalled */
	struct eventfd_ctx *eventfd;
	struct fasync_struct *fasync;

	raw_spinlock_t state_lock;	/* end_state, server, wake flags */
	enum ion_end_state end_state;
	const void *server;
	bool server_closed;
	bool flushed;
	wait_queue_head_t serve_wait;
	ktime_t idle_since;

	atomic64_t calls;
	atomic64_t kicks;
	atomic64_t kicks_spurious;
	atomic64_t wakeups;
	atomic64_t signals;
	u64 sleeps;
	u64 resets;
	u64 held;
	u64 held_total;
};

/**
 * struct ion_config - what a channel is to be
 * @info: from ion_geometry() and ion_channel_describe(); it names the service
 * @bind: what the service is told
 * @phys: the program is told where buffers are in physical memory
 */
struct ion_config {
	struct ion_info info;
	struct ion_bind bind;
	bool phys;
};

struct ion_channel *ion_channel_create(void);
void ion_channel_close(struct ion_channel *ch);

void ion_channel_describe(const struct ion_channel *ch, struct ion_info *info,
			  const char *service);
void *ion_channel_word(const struct ion_channel *ch, u64 offset);
int ion_channel_configure(struct ion_channel *ch,
			  const struct ion_config *config);

/* The kernel's end of a ring is moved by its owner alone. */
static inline void ion_ring_assert_owned(const struct ion_ring *ring)
{
	lockdep_assert(ring->async ? lockdep_is_held(&ring->lock) :
				     lockdep_is_held(&ring->ch->end_mutex));
}

static inline bool ion_channel_ready(const struct ion_channel *ch)
{
	/* Pairs with the release in ion_channel_configure(). */
	return smp_load_acquire(&ch->ready);
}

/* To be read before the rings are checked: what was pushed before is seen then. */
static inline bool ion_channel_hungup(const struct ion_channel *ch)
{
	/* Pairs with the release in ion_channel_hangup(). */
	return smp_load_acquire(&ch->hungup);
}

/**
 * ion_channel_poisoned() - whether a ring of the channel is poisoned
 * @ch: the channel, configured
 *
 * A channel with a poisoned ring stands still until it is reset.
 */
static __always_inline bool ion_channel_poisoned(const struct ion_channel *ch)
{
	static_assert(ION_RINGS == 4);

	return READ_ONCE(ch->ring[0].end.broken) |
	       READ_ONCE(ch->ring[1].end.broken) |
	       READ_ONCE(ch->ring[2].end.broken) |
	       READ_ONCE(ch->ring[3].end.broken);
}

/* See ion_channel_error(). */
static inline int ion_channel_state_error(const struct ion_channel *ch)
{
	if (ion_channel_poisoned(ch))
		return -EPROTO;
	return READ_ONCE(ch->closed) || ion_channel_hungup(ch) ? -EPIPE : 0;
}

/* What a kick tells the program: that nothing can come, or that nobody gets it. */
static inline int ion_channel_kick_error(const struct ion_channel *ch)
{
	int error = ion_channel_state_error(ch);

	return error || !READ_ONCE(ch->undelivered) ? error : -EPIPE;
}

/* Whether the service uses the rings from any context: all of them, or none. */
static inline bool ion_channel_async(const struct ion_channel *ch)
{
	return ch->ring[ION_RING_TX].async;
}

/* Whether that is the caller, and not an interrupt that came upon it. */
static inline bool ion_channel_in_callback(const struct ion_channel *ch)
{
	return READ_ONCE(ch->runner) == current && in_task();
}

#endif /* _DRIVERS_ION_CHANNEL_H */
