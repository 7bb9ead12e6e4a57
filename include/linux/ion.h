/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/ion for other modules: the interface to serve the kernel end of a channel.
 *
 * A module registers a service. A program that names the service in ION_IOC_SETUP
 * gets a channel whose kernel ends belong to it: the service pops what the program
 * pushes to tx and cmd, and pushes what the program pops from rx and evt.
 *
 * Contexts
 * --------
 * Unless bind() calls ion_channel_set_async(), a service uses the rings of a
 * channel in its callbacks for that channel only. They run one at a time, and no
 * lock is taken for a ring.
 *
 * An async service uses the rings from other contexts too: with ION_ASYNC_BH from
 * threads and softirqs with interrupts on, with ION_ASYNC_ANY from any context but
 * NMI. Each ring then has a raw spinlock. An NMI could interrupt the owner of that
 * lock and would wait for it forever. Each call here is atomic, so that two
 * processors may push at the same time; but from peek to release, and from reserve to
 * commit, a ring needs one owner. Up to ION_PEEK_MAX packets of one call stay together.
 *
 * A use of a ring in the wrong context, of a ring of the wrong kind, or of more
 * than was reserved, warns once and does nothing.
 *
 * Ordering
 * --------
 * A push or commit is a store-release of the index, and a pop or peek is a
 * load-acquire: the other end sees afterwards all that this end wrote before, the
 * contents of a buffer too. See <ion/ring.h>. The program is woken when doorbell()
 * returns; other contexts call ion_channel_notify().
 */
#ifndef _LINUX_ION_H
#define _LINUX_ION_H

#include <linux/compiler.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/ion.h>

struct cred;
struct ion_channel;
struct ion_ring;
struct module;
struct net;
struct pid;

/* The largest number of packets or commands that one peek or reserve gives. */
#define ION_PEEK_MAX	32

/**
 * struct ion_opener - the process that opened a channel
 * @pid: the process
 * @uid: its effective user at that time
 * @gid: its effective group at that time
 * @cred: its credentials at that time
 */
struct ion_opener {
	struct pid *pid;
	kuid_t uid;
	kgid_t gid;
	const struct cred *cred;
};

/**
 * struct ion_bind - the request that a program makes of the service
 * @flags: ION_SETUP_STAMP, or 0
 * @arg: &ion_setup.arg
 * @key: &ion_setup.key, terminated
 * @net: network namespace of the caller; take a reference to keep it
 * @peer: number of the channel to be joined with, for ION_IOC_ACCEPT and ION_IOC_PAIR;
 *	otherwise 0
 *
 * All of it is valid until the callback returns.
 */
struct ion_bind {
	u32 flags;
	u64 arg[2];
	const char *key;
	struct net *net;
	u64 peer;
};

/**
 * struct ion_service_ops - kernel code that owns the kernel ends of channels
 * @name: its name in ION_IOC_SETUP, less than ION_SERVICE_NAME_LEN bytes
 * @bind: a channel becomes the service's; optional. For a service without it every
 *	field of &struct ion_bind must be 0. ION_IOC_SETUP returns its error.
 * @activate: the channel is bound, and the program cannot use it yet; optional.
 *	No lock of ion is held, so that the callback may take locks under which
 *	others call into ion or touch user memory, as rtnl. An error becomes that of
 *	ION_IOC_SETUP: then unbind() is called, which has to give up all references
 *	to the channel. An async service may use the rings from now on.
 * @deactivate: undo activate(), likewise without a lock of ion; optional. Called
 *	before unbind(), and doorbell() may run at the same time.
 * @unbind: the program closed the channel, or the service is being
 *	unregistered; optional. No callback runs afterwards. The service stops its
 *	timers, work and interrupts here too, or they hold a reference of their own.
 * @doorbell: the program pushed something, or made room in a ring that was
 *	full, while the service slept; or a lent thread polls. It handles no more
 *	than is queued when it is called.
 * @reset: the program emptied its rings by ION_IOC_RESET; optional. Packets that
 *	the service has peeked at are no longer in a ring, and packets that it
 *	counted on are discarded.
 * @join: ION_IOC_JOIN, for two channels of the service; optional
 * @verify: ION_IOC_VERIFY; optional. Returns true, and writes the sender, if the
 *	command is genuine.
 * @connects: each channel can have another one at its other side, by the @peer of
 *	&struct ion_bind: the service has ports, and ION_IOC_PAIR
 *
 * The callbacks of one channel are called in process context and may sleep. Except
 * for deactivate() they are called one at a time. They must not touch user memory, nor
 * take a lock that is held elsewhere while user memory is touched; activate() and
 * deactivate() may do both.
 */
struct ion_service_ops {
	const char *name;
	int (*bind)(struct ion_channel *ch, const struct ion_bind *how);
	int (*activate)(struct ion_channel *ch, const struct ion_bind *how);
	void (*deactivate)(struct ion_channel *ch);
	void (*unbind)(struct ion_channel *ch);
	void (*doorbell)(struct ion_channel *ch);
	void (*reset)(struct ion_channel *ch);
	int (*join)(struct ion_channel *ch, struct ion_channel *other);
	bool (*verify)(struct ion_channel *ch, const struct ion_cmd_packet *cmd,
		       const struct ion_opener **opener);
	bool connects;
};

int __ion_service_register(const struct ion_service_ops *ops,
			   struct module *owner);
void ion_service_unregister(const struct ion_service_ops *ops);

/**
 * ion_service_register() - offer a service to programs
 * @ops: its operations, which stay where they are until it is unregistered
 *
 * The module cannot be removed while a channel is bound. Needs <linux/module.h>.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL without a name of the right length or without doorbell();
 * -EEXIST if there is a service of that name; -ENOMEM.
 */
#define ion_service_register(ops)	__ion_service_register(ops, THIS_MODULE)

/**
 * enum ion_async - the contexts that use the rings of an async channel
 * @ION_ASYNC_BH: threads and softirqs, with interrupts on
 * @ION_ASYNC_ANY: any context but NMI
 */
enum ion_async {
	ION_ASYNC_BH = 1,
	ION_ASYNC_ANY = 2,
};

/* Calls on a channel. */
struct ion_channel *ion_channel_get(struct ion_channel *ch);
void ion_channel_put(struct ion_channel *ch);
u64 ion_channel_id(const struct ion_channel *ch);
const struct ion_opener *ion_channel_opener(const struct ion_channel *ch);
void ion_channel_set_peer(struct ion_channel *ch, const struct ion_channel *peer);
void ion_channel_set_private(struct ion_channel *ch, void *data);
void *ion_channel_private(const struct ion_channel *ch);
void ion_channel_set_async(struct ion_channel *ch, enum ion_async async);
int ion_channel_error(const struct ion_channel *ch);
void ion_channel_notify(struct ion_channel *ch);
void ion_channel_hangup(struct ion_channel *ch);
void ion_channel_set_peer_gone(struct ion_channel *ch);
void ion_channel_set_undelivered(struct ion_channel *ch);
void ion_channel_set_held(struct ion_channel *ch, u32 held, u32 fresh);

/* Calls on a ring, at its kernel end. */
struct ion_ring *ion_channel_ring(struct ion_channel *ch, enum ion_ring_id id);
u32 ion_channel_capacity(const struct ion_ring *ring);
bool ion_channel_empty(const struct ion_ring *ring);
bool ion_channel_arm(struct ion_ring *ring);
void ion_channel_disarm(struct ion_ring *ring);
void ion_channel_want_room(struct ion_ring *ring);

/* Slots of either size; called by the inline functions below. */
u32 __ion_push(struct ion_ring *ring, const void *from, u32 count, u32 size);
u32 __ion_pop(struct ion_ring *ring, void *to, u32 count, u32 size);
u32 __ion_reserve(struct ion_ring *ring, void **slots, u32 want, u32 size);
u32 __ion_commit(struct ion_ring *ring, u32 count, u32 size);
u32 __ion_peek(struct ion_ring *ring, const void **slots, u32 want, u32 size,
	       bool *more);
u32 __ion_release(struct ion_ring *ring, u32 count, u32 size);
u32 __ion_move(struct ion_ring *from, struct ion_ring *to, u32 count, u32 size);

/* ---- packets: push to rx, pop from tx ------------------------------------ */

/**
 * ion_channel_push_n() - push packets to rx, with one publication
 * @ring: rx of a channel
 * @packets: array of @count packets, copied
 * @count: how many to push at most
 *
 * On an async channel, at most ION_PEEK_MAX packets at a time are pushed atomically.
 *
 * Context: callbacks of the channel; if it is async, as &enum ion_async says.
 * Return: how many were pushed, from the start of the array: all of them, or as
 * many as there was room for; 0 if ion_channel_error() returns an error.
 */
static inline u32 ion_channel_push_n(struct ion_ring *ring,
				     const struct ion_packet *packets,
				     u32 count)
{
	return __ion_push(ring, packets, count, sizeof(*packets));
}

/**
 * ion_channel_push() - push a packet to rx
 * @ring: rx of a channel
 * @packet: the packet, copied
 *
 * Context: as ion_channel_push_n().
 * Return: false, with nothing changed, if the ring is full, or if
 * ion_channel_error() returns an error.
 */
static inline bool ion_channel_push(struct ion_ring *ring,
				    const struct ion_packet *packet)
{
	return ion_channel_push_n(ring, packet, 1);
}

/**
 * ion_channel_pop_n() - pop packets from tx
 * @ring: tx of a channel
 * @packets: room for @count packets
 * @count: how many to pop at most
 *
 * Context: as ion_channel_push_n().
 * Return: how many were popped: all of them, or as many as there were.
 */
static inline u32 ion_channel_pop_n(struct ion_ring *ring,
				    struct ion_packet *packets, u32 count)
{
	return __ion_pop(ring, packets, count, sizeof(*packets));
}

/**
 * ion_channel_pop() - pop a packet from tx
 * @ring: tx of a channel
 * @packet: where to copy it
 *
 * Context: as ion_channel_push_n().
 * Return: false, with nothing changed, if the ring is empty or poisoned.
 */
static inline bool ion_channel_pop(struct ion_ring *ring,
				   struct ion_packet *packet)
{
	return ion_channel_pop_n(ring, packet, 1);
}

/**
 * ion_channel_reserve() - reserve room for packets on rx
 * @ring: rx of a channel
 * @packets: set to an array to fill, not seen by the program, valid until the
 *	next reserve. Its contents are undefined at first.
 * @want: how many at most; no more than ION_PEEK_MAX are given
 *
 * A reservation that is not used need not be undone: the next reserve drops it.
 *
 * Context: as ion_channel_push_n(), with one owner of the ring until the commit.
 * Return: how many may be filled, 0 if ion_channel_error() returns an error.
 */
static inline u32 ion_channel_reserve(struct ion_ring *ring,
				      struct ion_packet **packets, u32 want)
{
	return __ion_reserve(ring, (void **)packets, want, sizeof(**packets));
}

/**
 * ion_channel_commit() - publish packets that were reserved and filled
 * @ring: rx of a channel
 * @count: how many, from the first one on, no more than were reserved
 *
 * Context: as ion_channel_reserve().
 * Return: how many were pushed: all of them, unless another caller pushed to
 * the ring, or ion_channel_error() returns an error.
 */
static inline u32 ion_channel_commit(struct ion_ring *ring, u32 count)
{
	return __ion_commit(ring, count, sizeof(struct ion_packet));
}

/**
 * ion_channel_peek() - read packets on tx without popping them
 * @ring: tx of a channel
 * @packets: set to an array of copies, which the program cannot change,
 *	valid until ion_channel_release()
 * @want: how many at most; no more than ION_PEEK_MAX are given
 *
 * A second peek gives the same packets again, and more. If the program reset the
 * ring meanwhile, a peek drops them, and their buffers are the program's again. So a
 * callback must peek again for packets that an earlier callback did not release.
 *
 * Context: as ion_channel_push_n(), with one owner of the ring until the release.
 * Return: how many packets the array has.
 */
static inline u32 ion_channel_peek(struct ion_ring *ring,
				   const struct ion_packet **packets, u32 want)
{
	return __ion_peek(ring, (const void **)packets, want,
			  sizeof(**packets), NULL);
}

/**
 * ion_channel_peek_step() - make one step of ion_channel_peek()
 * @ring: tx of a channel
 * @packets: as for ion_channel_peek()
 * @want: as for ion_channel_peek()
 * @more: set if the step found refused packets only: call again
 *
 * For callers that hold a spinlock: skipping a ring full of refused packets takes
 * milliseconds.
 *
 * Context: as ion_channel_peek().
 * Return: how many packets the array has; 0 if @more is set.
 */
static inline u32 ion_channel_peek_step(struct ion_ring *ring,
					const struct ion_packet **packets,
					u32 want, bool *more)
{
	return __ion_peek(ring, (const void **)packets, want,
			  sizeof(**packets), more);
}

/**
 * ion_channel_release() - pop packets that were peeked at
 * @ring: tx of a channel
 * @count: how many, from the first one on, no more than were peeked at
 *
 * Context: as ion_channel_peek().
 * Return: @count, or 0 if it was more than were peeked at.
 */
static inline u32 ion_channel_release(struct ion_ring *ring, u32 count)
{
	return __ion_release(ring, count, sizeof(struct ion_packet));
}

/**
 * ion_channel_move() - pop packets from tx and push them to rx as they are
 * @tx: tx of a channel
 * @rx: rx of the same channel, or of another one if both are async
 * @count: how many at most; at most as many as tx holds are moved
 *
 * Packets that find no room stay on tx. With an arena each buffer goes with its
 * packet, which only makes sense on the same channel.
 *
 * Context: as ion_channel_push_n(), with one owner of tx.
 * Return: how many were moved.
 */
static inline u32 ion_channel_move(struct ion_ring *tx, struct ion_ring *rx,
				   u32 count)
{
	return __ion_move(tx, rx, count, sizeof(struct ion_packet));
}

/* ---- commands: push to evt, pop from cmd; each as its counterpart above --- */

static inline u32 ion_cmd_push_n(struct ion_ring *evt,
				 const struct ion_cmd_packet *cmds, u32 count)
{
	return __ion_push(evt, cmds, count, sizeof(*cmds));
}

static inline bool ion_cmd_push(struct ion_ring *evt,
				const struct ion_cmd_packet *cmd)
{
	return ion_cmd_push_n(evt, cmd, 1);
}

static inline u32 ion_cmd_pop_n(struct ion_ring *cmd,
				struct ion_cmd_packet *cmds, u32 count)
{
	return __ion_pop(cmd, cmds, count, sizeof(*cmds));
}

static inline bool ion_cmd_pop(struct ion_ring *ring,
			       struct ion_cmd_packet *cmd)
{
	return ion_cmd_pop_n(ring, cmd, 1);
}

static inline u32 ion_cmd_reserve(struct ion_ring *evt,
				  struct ion_cmd_packet **cmds, u32 want)
{
	return __ion_reserve(evt, (void **)cmds, want, sizeof(**cmds));
}

static inline u32 ion_cmd_commit(struct ion_ring *evt, u32 count)
{
	return __ion_commit(evt, count, sizeof(struct ion_cmd_packet));
}

static inline u32 ion_cmd_peek(struct ion_ring *cmd,
			       const struct ion_cmd_packet **cmds, u32 want)
{
	return __ion_peek(cmd, (const void **)cmds, want, sizeof(**cmds), NULL);
}

static inline u32 ion_cmd_release(struct ion_ring *cmd, u32 count)
{
	return __ion_release(cmd, count, sizeof(struct ion_cmd_packet));
}

static inline u32 ion_cmd_move(struct ion_ring *cmd, struct ion_ring *evt,
			       u32 count)
{
	return __ion_move(cmd, evt, count, sizeof(struct ion_cmd_packet));
}

/* ---- buffers of the arena -------------------------------------------------- */

u32 ion_channel_buffers(const struct ion_channel *ch, u32 *buffer_size);
void *ion_packet_buffer(struct ion_channel *ch, const struct ion_packet *packet,
			u32 *room);
int ion_packet_read(struct ion_channel *ch, const struct ion_packet *packet,
		    void *to, u32 size);
int ion_packet_write(struct ion_channel *ch, struct ion_packet *packet,
		     const void *from, u32 len);
void ion_payload_copy(void *to, const void *from, u32 len);

/**
 * struct ion_pool - empty buffers that the program handed over, to be filled
 * @lock: protects the rest
 * @nr: how many there are
 * @size: bytes of each
 * @room: how many buffers the arena has
 * @threshold: ready() is called when the pool has that many; 0: never
 * @ready: see ion_pool_call_at()
 * @ids: numbers of the buffers, with room for every buffer of the arena
 *
 * The buffer that was added last is used first: it may still be in a cache.
 */
struct ion_pool {
	spinlock_t lock;	/* protects the rest */
	u32 nr;
	u32 size;
	u32 room;
	u32 threshold;
	void (*ready)(struct ion_pool *pool);
	u16 *ids;
};

int ion_pool_init(struct ion_pool *pool, const struct ion_channel *ch);
void ion_pool_destroy(struct ion_pool *pool);
void ion_pool_put(struct ion_pool *pool, u16 id);
bool ion_pool_get(struct ion_pool *pool, struct ion_packet *packet);
bool ion_pool_call_at(struct ion_pool *pool, u32 nr,
		      void (*ready)(struct ion_pool *pool));

/**
 * ion_pool_count() - get the number of buffers in a pool
 * @pool: the pool
 *
 * Context: any.
 * Return: the number, which may have changed since.
 */
static inline u32 ion_pool_count(const struct ion_pool *pool)
{
	return READ_ONCE(pool->nr);
}

#endif /* _LINUX_ION_H */
