/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel: everything that one open of /dev/ion owns.
 *
 * Locking
 * -------
 * setup_mutex	serialises the one configuration of a channel. mmap() takes it
 *		inside mmap_lock, so user memory is never touched under it.
 *		Slow work, such as allocating a large arena, is done before it.
 * pop_mutex	serialises the calls that consume at the user end: a packet is
 *		copied to the caller before it is released, and no other caller
 *		may copy it meanwhile. Held over copies to user memory.
 * push_mutex	serialises the calls that push at the user end, while they fill
 *		slots.
 * end_mutex	serialises the callbacks of the service. Its holder owns the
 *		kernel ends of all four rings and their counters. Never held
 *		over accesses to user memory. A lent thread keeps it from pass
 *		to pass, and may be preempted for long: kernel_end.h has the
 *		ways to take it, and calls that only read, or must not wait, do
 *		not take it.
 * ring.lock	of an async channel, owns that kernel end in place of end_mutex,
 *		as such a service uses its rings from any context.
 *		ion_ring_lock() takes it if needed. A raw spinlock; two are
 *		never held at once.
 * state_lock	protects the state of the kernel end, its wake flags, and the
 *		identity of the program that serves. A raw spinlock.
 * eventfd_lock	keeps the eventfd while it is signalled.
 *
 * Order: pop_mutex, push_mutex, end_mutex, ring.lock, state_lock; setup_mutex,
 * end_mutex. eventfd_lock nests in end_mutex, and in the lock of a link in direct.c. The
 * other locks of direct.c and those of binding.c, channels.c, port_queue.c, quota.c
 * and totals.c are spinlocks that no other lock is taken under but that of a wait queue.
 *
 * State that is read without a lock and is not configuration (closed, hungup,
 * peer_gone, undelivered, broken of a ring) is read by READ_ONCE(), and is only ever
 * a reason to check again or to refuse. ion_ring_snapshot() reads a ring whose end
 * the caller does not own.
 *
 * A channel is configured once and never again: ready is stored with release
 * ordering after everything that set-up writes (info, service, area, the addresses in
 * ring). A reader that saw it with acquire ordering reads those without a lock.
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
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>

#include "memory.h"
#include "kernel_ring.h"

struct eventfd_ctx;
struct ion_direct_side;
struct fasync_struct;
struct ion_port;
struct ion_quota;

/**
 * struct ion_service - a service that is registered
 * @ops: the operations that its module registered
 * @owner: that module, or NULL for ion itself
 * @list: entry in the list of services
 * @channels: list of the channels that are bound to it
 */
struct ion_service {
	const struct ion_service_ops *ops;
	struct module *owner;
	struct list_head list;
	struct list_head channels;
};

/**
 * enum ion_end_state - the thread that runs the kernel end of a channel
 * @ION_END_SLEEPING: none; a kick runs the kernel end in its caller
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
 * struct ion_channel - everything that one open of /dev/ion owns
 * @ref: references: one of the open file, and one of each service that keeps it
 * @id: number, never reused
 * @pop_mutex: see above
 * @push_mutex: see above
 * @end_mutex: see above
 * @end_wanted: number of waiters for end_mutex; a lent thread then releases it
 * @kick_pending: a kick found end_mutex taken; its owner does it
 * @activating: activate() or deactivate() of the service runs, or is about to;
 *	end_mutex
 * @active: deactivate() is to be called before unbind(); end_mutex
 * @ready: the channel is configured
 * @closed: no descriptor and no mapping is left
 * @hungup: the service no longer pushes; see ion_channel_hangup()
 * @peer_gone: the service no longer takes packets; see ion_channel_set_peer_gone()
 * @undelivered: something was pushed that reaches nobody
 * @port: the port that it listens on, or NULL: see port_queue.h
 * @clients: how many clients wait at @port
 * @service: the service that owns the kernel ends, NULL when it has gone; end_mutex
 * @private: pointer that belongs to the service
 * @runner: the thread that is in a callback of the service
 * @arena: the buffers, or NULL
 * @stages: the stages of all rings, in one allocation
 * @direct: its side of a link to another channel, or NULL: see direct.c
 * @ring: the kernel's ends
 * @wait: poll() sleeps here
 * @waiters: calls that wait for a number of packets or slots sleep here: wait.c
 * @notify_work: runs ion_notify() for contexts that may not wake anybody
 * @notify_all: @notify_work notifies of every ring
 * @eventfd_lock: see above
 * @eventfd: signalled for a user end that set its wake flag, or NULL
 * @fasync: the receivers of SIGIO
 * @state_lock: see above
 * @end_state: state of the kernel end; state_lock
 * @server: descriptors of the program whose thread serves, or NULL; state_lock
 * @server_closed: that program closed a descriptor of the channel meanwhile
 * @flushed: some program has closed a descriptor of the channel
 * @serve_wait: the lent thread sleeps here
 * @idle_since: time since which no pass of the lent thread found anything to do, or
 *	0; kept while the thread has to leave for a moment
 * @calls: system calls on the descriptor
 * @kicks: how often the kernel end was asked to run
 * @kicks_spurious: how many of those kicks found nothing to do
 * @wakeups: how often it woke a sleeper in @wait or @waiters
 * @signals: how often it signalled @eventfd
 * @sleeps: how often the kernel end went to sleep
 * @resets: how often the rings were emptied
 * @held: payloads that the service holds; see ion_channel_set_held()
 * @held_total: how many payloads it had to hold so far
 * @setup_mutex: see above
 * @setting_up: setup_mutex is not held, and the configuration goes on; setup_mutex
 * @folded: its counters are in the totals of the system; see totals.c
 * @rcu: for kfree_rcu(), as a channel is found by number under RCU
 * @opener: the process that opened it
 * @setter: the process that set it up; all zero until then
 * @name: the key or the port that its program named, or empty
 * @peer: the process that set the peer up, if @peer_id is not 0
 * @peer_id: number of the channel at the other side, 0 until there is one
 * @queued_at: the port that it waits at as a client, or NULL
 * @waiting: entry in the queue of that port
 * @of_service: entry in the list of the service's channels
 * @quota: the user that the channel counts for, NULL until it is configured
 * @areas: the memory; of a direct channel only the addresses, as it belongs to the link
 * @info: the geometry, as reported to the user end
 *
 * The fields of hot paths come first: on riscv64 an instruction reaches the first 2 KiB of a
 * struct.
 */
struct ion_channel {
	refcount_t ref;
	u64 id;
	struct mutex pop_mutex;		/* consuming calls at the user end */
	struct mutex push_mutex;	/* pushing calls at the user end */
	struct mutex end_mutex;		/* the kernel ends */
	atomic_t end_wanted;
	bool kick_pending;
	bool activating;
	bool active;
	bool ready;
	bool closed;
	bool hungup;
	bool peer_gone;
	bool undelivered;
	struct ion_port *port;
	u32 clients;
	struct ion_service *service;
	void *private;
	const struct task_struct *runner;
	struct ion_arena *arena;
	struct ion_stage *stages;
	struct ion_direct_side *direct;
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

	/* What the set-up writes, and few calls read. */
	struct mutex setup_mutex;	/* the one configuration */
	bool setting_up;
	bool folded;
	struct rcu_head rcu;
	struct ion_opener opener;
	struct ion_opener setter;
	char name[ION_KEY_LEN];
	struct ion_opener peer;
	u64 peer_id;
	struct ion_port *queued_at;
	struct list_head waiting;
	struct list_head of_service;
	struct ion_quota *quota;
	struct ion_areas areas;
	struct ion_info info;
};

/**
 * struct ion_config - the requested configuration of a channel
 * @info: from ion_geometry() and ion_channel_describe(); it names the service
 * @bind: the request to the service
 * @phys: report the physical addresses of buffers to the program
 * @name: the port that the program named; NULL: the key is its name
 * @direct: the channel becomes one side of a direct link
 * @peer: the channel whose other side it becomes, or NULL
 */
struct ion_config {
	struct ion_info info;
	struct ion_bind bind;
	bool phys;
	const char *name;
	bool direct;
	const struct ion_channel *peer;
};

/* @ring points to each of the rings in turn. */
#define ion_for_each_ring(ch, ring) \
	for ((ring) = (ch)->ring; (ring) < (ch)->ring + ION_RINGS; (ring)++)

struct ion_channel *ion_channel_create(void);
void ion_channel_close(struct ion_channel *ch);

void ion_channel_describe(const struct ion_channel *ch, struct ion_info *info,
			  const char *service);
void *ion_channel_word(const struct ion_channel *ch, u64 offset);
int ion_channel_configure(struct ion_channel *ch,
			  const struct ion_config *config);

/* Assert that the caller owns the kernel's end: only its owner moves it. */
static inline void ion_ring_assert_owned(const struct ion_ring *ring)
{
	lockdep_assert(ring->async ? lockdep_is_held(&ring->lock) :
				     lockdep_is_held(&ring->ch->end_mutex));
}

/* Write the numbers of a process in the namespaces of the caller. */
static inline void ion_opener_ids(const struct ion_opener *opener, __s32 *pid,
				  __u32 *uid, __u32 *gid)
{
	*pid = pid_vnr(opener->pid);
	*uid = from_kuid_munged(current_user_ns(), opener->uid);
	*gid = from_kgid_munged(current_user_ns(), opener->gid);
}

/* A channel that listens on a port is never configured. */
static inline bool ion_channel_listens(const struct ion_channel *ch)
{
	/* Pairs with the release in ion_port_attach(). */
	return smp_load_acquire(&ch->port);
}

/* Returns the number of the channel at the other side; 0: @peer is not valid yet. */
static inline u64 ion_channel_peer_id(const struct ion_channel *ch)
{
	/* Pairs with the release in ion_channel_set_peer(). */
	return smp_load_acquire(&ch->peer_id);
}

static inline bool ion_channel_ready(const struct ion_channel *ch)
{
	/* Pairs with the release in ion_channel_configure(). */
	return smp_load_acquire(&ch->ready);
}

/* Read it before checking the rings: the check then sees what was pushed before. */
static inline bool ion_channel_hungup(const struct ion_channel *ch)
{
	/* Pairs with the release in ion_channel_hangup(). */
	return smp_load_acquire(&ch->hungup);
}

/**
 * ion_channel_poisoned() - check whether a ring of the channel is poisoned
 * @ch: the channel, configured
 *
 * A channel with a poisoned ring moves no packets until it is reset.
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

/* The error of a kick: nothing more can come, or nobody gets what was pushed. */
static inline int ion_channel_kick_error(const struct ion_channel *ch)
{
	int error = ion_channel_state_error(ch);

	return error || !READ_ONCE(ch->undelivered) ? error : -EPIPE;
}

/* Check whether the service uses the rings, all of them, outside callbacks too. */
static inline bool ion_channel_async(const struct ion_channel *ch)
{
	return ch->ring[ION_RING_TX].async;
}

/* Check whether the caller is the callback itself, and not an interrupt during it. */
static inline bool ion_channel_in_callback(const struct ion_channel *ch)
{
	return READ_ONCE(ch->runner) == current && in_task();
}

#endif /* _DRIVERS_ION_CHANNEL_H */
