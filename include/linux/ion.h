/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/ion for other modules: how to be the kernel end of a channel.
 *
 * A module registers a service. A program that names it in ION_IOC_SETUP gets
 * a channel whose kernel ends belong to the service: it pops what the program
 * pushes to tx and cmd, and pushes what the program pops from rx and evt.
 *
 * Contexts
 * --------
 * Unless its bind() says otherwise, a service uses the rings of a channel in
 * its callbacks for that channel, and nowhere else. They never run at the same
 * time, and no lock is taken for a ring.
 *
 * A service that calls ion_channel_set_async() in bind() uses the rings from
 * any context but NMI: threads, softirqs, hard interrupts, with interrupts off or
 * on. A ring then has a raw spinlock, and an NMI could interrupt whoever holds
 * it: it would wait for itself, forever. Each call here is atomic, so that two pushes from
 * two processors mix; but what goes from peek to release, or from reserve to
 * commit, wants one owner of that ring at a time. What is pushed or popped in
 * one call, up to ION_PEEK_MAX, stays together.
 *
 * A use of a ring in the wrong context, of a ring of the wrong kind, or of more
 * than was reserved, warns once and does nothing.
 *
 * Ordering
 * --------
 * A push or commit is a store-release of the index, and a pop or peek is a
 * load-acquire: what one end wrote before, to a buffer too, the other one sees
 * after. See <ion/ring.h>. Waking the program is another matter: it is done
 * when doorbell() returns, and other contexts call ion_channel_notify().
 */
#ifndef _LINUX_ION_H
#define _LINUX_ION_H

#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/ion.h>

struct ion_channel;
struct ion_ring;
struct module;
struct pid;

/* Most packets or commands of one peek or reserve. */
#define ION_PEEK_MAX	32

/**
 * struct ion_bind - what a program asks of the service
 * @flags: ION_SETUP_STAMP, or 0
 * @arg: &ion_setup.arg
 * @key: &ion_setup.key, terminated, to be copied
 */
struct ion_bind {
	u32 flags;
	u64 arg[2];
	const char *key;
};

/**
 * struct ion_opener - who opened a channel
 * @pid: the process
 * @uid: its effective user at that time
 * @gid: its effective group at that time
 */
struct ion_opener {
	struct pid *pid;
	kuid_t uid;
	kgid_t gid;
};

/**
 * struct ion_service - kernel code that owns the kernel ends of channels
 * @name: what ION_IOC_SETUP names it by, less than ION_SERVICE_NAME_LEN bytes
 * @owner: THIS_MODULE, which can not be removed while a channel is bound; NULL
 *	in ion itself
 * @bind: a channel becomes the service's; optional. A service without it takes
 *	nothing of &struct ion_bind but zeroes. An error becomes that of
 *	ION_IOC_SETUP.
 * @unbind: the program closed the channel, or the service is being
 *	unregistered; optional. After it no callback runs. What the service
 *	started itself (timers, work, interrupts) ends here too, or has its own
 *	reference to the channel.
 * @doorbell: the program has pushed something, or made room in a ring that was
 *	full, while the service slept; or a lent thread asks again and again.
 *	Handles no more than what is queued when it is called.
 * @join: ION_IOC_JOIN, for two channels of the service; optional
 * @verify: ION_IOC_VERIFY; optional. Returns true, and who sent the command,
 *	if it is genuine.
 * @list: private to ion
 * @channels: private to ion
 *
 * The callbacks of one channel are called one at a time, in process context,
 * and may sleep. They must not touch user memory, nor take a lock under which
 * anybody does.
 */
struct ion_service {
	const char *name;
	struct module *owner;
	int (*bind)(struct ion_channel *ch, const struct ion_bind *how);
	void (*unbind)(struct ion_channel *ch);
	void (*doorbell)(struct ion_channel *ch);
	int (*join)(struct ion_channel *ch, struct ion_channel *other);
	bool (*verify)(struct ion_channel *ch, const struct ion_cmd_packet *cmd,
		       const struct ion_opener **opener);
	struct list_head list;
	struct list_head channels;
};

int ion_service_register(struct ion_service *service);
void ion_service_unregister(struct ion_service *service);

/* A channel. */
struct ion_channel *ion_channel_get(struct ion_channel *ch);
void ion_channel_put(struct ion_channel *ch);
u64 ion_channel_id(const struct ion_channel *ch);
const struct ion_opener *ion_channel_opener(const struct ion_channel *ch);
void ion_channel_set_private(struct ion_channel *ch, void *data);
void *ion_channel_private(const struct ion_channel *ch);
void ion_channel_set_async(struct ion_channel *ch);
int ion_channel_error(const struct ion_channel *ch);
void ion_channel_notify(struct ion_channel *ch);
void ion_channel_hangup(struct ion_channel *ch);
void ion_channel_set_peer_gone(struct ion_channel *ch);
void ion_channel_set_undelivered(struct ion_channel *ch);
void ion_channel_set_held(struct ion_channel *ch, u32 held, u32 fresh);

/* A ring of it, the kernel's end. */
struct ion_ring *ion_channel_ring(struct ion_channel *ch, enum ion_ring_id id);
u32 ion_channel_capacity(const struct ion_ring *ring);
bool ion_channel_empty(const struct ion_ring *ring);
bool ion_channel_arm(struct ion_ring *ring);
void ion_channel_disarm(struct ion_ring *ring);
void ion_channel_want_room(struct ion_ring *ring);

/* Packets: push to rx, pop from tx. */
bool ion_channel_push(struct ion_ring *ring, const struct ion_packet *packet);
bool ion_channel_pop(struct ion_ring *ring, struct ion_packet *packet);
u32 ion_channel_push_n(struct ion_ring *ring, const struct ion_packet *packets,
		       u32 count);
u32 ion_channel_pop_n(struct ion_ring *ring, struct ion_packet *packets,
		      u32 count);
u32 ion_channel_reserve(struct ion_ring *ring, struct ion_packet **packets,
			u32 want);
u32 ion_channel_commit(struct ion_ring *ring, u32 count);
u32 ion_channel_peek(struct ion_ring *ring, const struct ion_packet **packets,
		     u32 want);
u32 ion_channel_release(struct ion_ring *ring, u32 count);
u32 ion_channel_move(struct ion_ring *tx, struct ion_ring *rx, u32 count);

/* Commands: push to evt, pop from cmd. */
bool ion_cmd_push(struct ion_ring *ring, const struct ion_cmd_packet *cmd);
bool ion_cmd_pop(struct ion_ring *ring, struct ion_cmd_packet *cmd);
u32 ion_cmd_push_n(struct ion_ring *ring, const struct ion_cmd_packet *cmds,
		   u32 count);
u32 ion_cmd_pop_n(struct ion_ring *ring, struct ion_cmd_packet *cmds,
		  u32 count);
u32 ion_cmd_reserve(struct ion_ring *ring, struct ion_cmd_packet **cmds,
		    u32 want);
u32 ion_cmd_commit(struct ion_ring *ring, u32 count);
u32 ion_cmd_peek(struct ion_ring *ring, const struct ion_cmd_packet **cmds,
		 u32 want);
u32 ion_cmd_release(struct ion_ring *ring, u32 count);
u32 ion_cmd_move(struct ion_ring *cmd, struct ion_ring *evt, u32 count);

/* Buffers of the arena. */
u32 ion_channel_buffers(const struct ion_channel *ch, u32 *buffer_size);
void *ion_packet_buffer(struct ion_channel *ch, const struct ion_packet *packet,
			u32 *room);
int ion_packet_read(struct ion_channel *ch, const struct ion_packet *packet,
		    void *to, u32 size);
int ion_packet_write(struct ion_channel *ch, struct ion_packet *packet,
		     const void *from, u32 len);

#endif /* _LINUX_ION_H */
