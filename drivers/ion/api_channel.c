// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: the calls that a service makes on a channel. */
#include <linux/bug.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/pid.h>

#include <linux/ion.h>

#include "channel.h"
#include "notify.h"

/**
 * ion_channel_id() - get the number of a channel
 * @ch: a channel
 *
 * Context: any.
 * Return: the number, which the program sees as &ion_info.channel. It is never reused.
 */
u64 ion_channel_id(const struct ion_channel *ch)
{
	return ch->id;
}
EXPORT_SYMBOL_GPL(ion_channel_id);

/**
 * ion_channel_opener() - get the process that opened a channel
 * @ch: a channel
 *
 * Context: any.
 * Return: the opener, valid as long as the caller keeps the channel.
 */
const struct ion_opener *ion_channel_opener(const struct ion_channel *ch)
{
	return &ch->opener;
}
EXPORT_SYMBOL_GPL(ion_channel_opener);

/**
 * ion_channel_set_peer() - say which channel is at the other side
 * @ch: a channel that has no peer yet
 * @peer: the channel whose program its program talks to
 *
 * The program learns it by ION_IOC_PEER. Neither channel keeps the other one.
 *
 * Context: any. One call for a channel.
 */
void ion_channel_set_peer(struct ion_channel *ch, const struct ion_channel *peer)
{
	if (WARN_ONCE(ch->peer_id, "ion: a channel got a second peer\n"))
		return;
	ch->peer = peer->setter;
	get_pid(ch->peer.pid);
	get_cred(ch->peer.cred);
	/* Pairs with the acquire in ion_channel_peer_id(). */
	smp_store_release(&ch->peer_id, peer->id);
}
EXPORT_SYMBOL_GPL(ion_channel_set_peer);

/**
 * ion_channel_set_private() - store a pointer of the service in a channel
 * @ch: a channel
 * @data: any pointer; ion never follows it
 *
 * Context: any. Call it in bind(), before any other context knows the channel.
 */
void ion_channel_set_private(struct ion_channel *ch, void *data)
{
	WRITE_ONCE(ch->private, data);
}
EXPORT_SYMBOL_GPL(ion_channel_set_private);

/**
 * ion_channel_private() - get the pointer that ion_channel_set_private() stored
 * @ch: a channel
 *
 * Context: any.
 * Return: the pointer, or NULL if none was stored.
 */
void *ion_channel_private(const struct ion_channel *ch)
{
	return READ_ONCE(ch->private);
}
EXPORT_SYMBOL_GPL(ion_channel_private);

/**
 * ion_channel_set_async() - allow the use of a channel's rings outside callbacks
 * @ch: the channel that is being bound
 * @async: the contexts that use the rings
 *
 * Context: bind() only; elsewhere it warns once and does nothing.
 */
void ion_channel_set_async(struct ion_channel *ch, enum ion_async async)
{
	/* Interrupts stay on with a lock of this class. */
	static struct lock_class_key ion_ring_bh_key;
	struct ion_ring *ring;

	if (WARN_ONCE(ch->ready || READ_ONCE(ch->runner) != current,
		      "ion: a service made a channel async outside bind()\n"))
		return;
	ion_for_each_ring(ch, ring) {
		if (async == ION_ASYNC_BH)
			lockdep_set_class(&ring->lock, &ion_ring_bh_key);
		ring->async = async;
	}
}
EXPORT_SYMBOL_GPL(ion_channel_set_async);

/**
 * ion_channel_error() - check whether pushes to a channel can still succeed
 * @ch: a channel
 *
 * Context: any.
 * Return: 0 if they can; -EPROTO if a ring is poisoned, until the program resets it;
 * -EPIPE if the program closed the channel, or the service hung it up.
 */
int ion_channel_error(const struct ion_channel *ch)
{
	return ion_channel_state_error(ch);
}
EXPORT_SYMBOL_GPL(ion_channel_error);

/**
 * ion_channel_hangup() - hang up: end all pushes to the program, permanently
 * @ch: a channel
 *
 * The program still pops what is on rx and evt. Then poll() gives EPOLLHUP, read()
 * the end of the file and other calls EPIPE. Its pushes fail with EPIPE, and what it
 * put into tx through its mapping stays there. doorbell() may still be called.
 *
 * Ordering: a context that sees the hang-up also sees what was pushed before it.
 *
 * Context: any but NMI.
 */
void ion_channel_hangup(struct ion_channel *ch)
{
	/* Pairs with the acquire in ion_channel_hungup(). */
	smp_store_release(&ch->hungup, true);
	ion_notify_state(ch);
}
EXPORT_SYMBOL_GPL(ion_channel_hangup);

/**
 * ion_channel_set_peer_gone() - stop taking packets while some are still to be pushed
 * @ch: a channel
 *
 * Pushes of the program by a system call fail with EPIPE, and poll() reports
 * EPOLLRDHUP. The service may push to rx and evt until it hangs up. With an arena
 * the program can still hand over empty buffers for that.
 *
 * Context: any.
 */
void ion_channel_set_peer_gone(struct ion_channel *ch)
{
	if (READ_ONCE(ch->peer_gone))
		return;
	WRITE_ONCE(ch->peer_gone, true);
	ion_notify_state(ch);
}
EXPORT_SYMBOL_GPL(ion_channel_set_peer_gone);

/**
 * ion_channel_set_undelivered() - report that pushed packets reach nobody
 * @ch: a channel whose peer has gone
 *
 * From then on ION_IOC_KICK and ION_IOC_SERVE return EPIPE, so that a program that
 * pushes through its mapping finds out at its next kick. A program that only pops is
 * not disturbed. doorbell() is called as before.
 *
 * Context: any.
 */
void ion_channel_set_undelivered(struct ion_channel *ch)
{
	WRITE_ONCE(ch->undelivered, true);
}
EXPORT_SYMBOL_GPL(ion_channel_set_undelivered);

/**
 * ion_channel_set_held() - report how many payloads the service could not pass on
 * @ch: the channel whose program sent them
 * @held: how many payloads the service holds now
 * @fresh: how many of these were in the @fresh of no earlier call
 *
 * ION_IOC_STATS and ION_IOC_LIST report @held and the sum of @fresh.
 *
 * Context: any; only one call at a time for each channel.
 */
void ion_channel_set_held(struct ion_channel *ch, u32 held, u32 fresh)
{
	WRITE_ONCE(ch->held, held);
	WRITE_ONCE(ch->held_total, ch->held_total + fresh);
}
EXPORT_SYMBOL_GPL(ion_channel_set_held);

/**
 * ion_channel_ring() - get a ring of a channel, for its kernel end
 * @ch: a channel
 * @id: the ring to get
 *
 * Context: any.
 * Return: the ring, valid as long as the caller keeps the channel; NULL if @id is
 * not the number of a ring.
 */
struct ion_ring *ion_channel_ring(struct ion_channel *ch, enum ion_ring_id id)
{
	return (unsigned int)id < ION_RINGS ? &ch->ring[id] : NULL;
}
EXPORT_SYMBOL_GPL(ion_channel_ring);
