// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: a channel, as its service sees it. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/lockdep.h>

#include <linux/ion.h>

#include "channel.h"
#include "notify.h"

/**
 * ion_channel_id() - the number of a channel
 * @ch: a channel
 *
 * Context: any.
 * Return: what the program sees as &ion_info.channel, never used twice.
 */
u64 ion_channel_id(const struct ion_channel *ch)
{
	return ch->id;
}
EXPORT_SYMBOL_GPL(ion_channel_id);

/**
 * ion_channel_opener() - who opened a channel
 * @ch: a channel
 *
 * Context: any.
 * Return: the opener, for as long as the channel is kept.
 */
const struct ion_opener *ion_channel_opener(const struct ion_channel *ch)
{
	return &ch->opener;
}
EXPORT_SYMBOL_GPL(ion_channel_opener);

/**
 * ion_channel_set_private() - keep something of the service with a channel
 * @ch: a channel
 * @data: anything, never touched
 *
 * Context: any. Best in bind(), before any other context knows the channel.
 */
void ion_channel_set_private(struct ion_channel *ch, void *data)
{
	WRITE_ONCE(ch->private, data);
}
EXPORT_SYMBOL_GPL(ion_channel_set_private);

/**
 * ion_channel_private() - what ion_channel_set_private() was given
 * @ch: a channel
 *
 * Context: any.
 * Return: it, or NULL.
 */
void *ion_channel_private(const struct ion_channel *ch)
{
	return READ_ONCE(ch->private);
}
EXPORT_SYMBOL_GPL(ion_channel_private);

/**
 * ion_channel_set_async() - use the rings of a channel outside callbacks too
 * @ch: the channel that is being bound
 * @async: the contexts that use them
 *
 * Context: bind() only; elsewhere it warns once and does nothing.
 */
void ion_channel_set_async(struct ion_channel *ch, enum ion_async async)
{
	/* Interrupts stay on with a lock of this class. */
	static struct lock_class_key ion_ring_bh_key;
	unsigned int id;

	if (WARN_ONCE(ch->ready || READ_ONCE(ch->runner) != current,
		      "ion: a service made a channel async outside bind()\n"))
		return;
	for (id = 0; id < ION_RINGS; id++) {
		if (async == ION_ASYNC_BH)
			lockdep_set_class(&ch->ring[id].lock, &ion_ring_bh_key);
		ch->ring[id].async = async;
	}
}
EXPORT_SYMBOL_GPL(ion_channel_set_async);

/**
 * ion_channel_error() - why nothing can be pushed, if nothing ever can
 * @ch: a channel
 *
 * Context: any.
 * Return: 0; -EPROTO if a ring is poisoned, until the program resets it; -EPIPE
 * if the program closed the channel, or the service hung it up.
 */
int ion_channel_error(const struct ion_channel *ch)
{
	return ion_channel_state_error(ch);
}
EXPORT_SYMBOL_GPL(ion_channel_error);

/**
 * ion_channel_hangup() - push no more, for good
 * @ch: a channel
 *
 * The program gets what is on rx and evt, then EPOLLHUP from poll(), the end of
 * the file from read() and EPIPE from other calls. Its pushes fail with EPIPE,
 * and what it put into tx itself stays there. doorbell() may still be called.
 *
 * Orders what was pushed before against the hang-up.
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
 * ion_channel_set_peer_gone() - take no more, though something is still to come
 * @ch: a channel
 *
 * What the program pushes by a system call fails with EPIPE, and poll() tells
 * EPOLLRDHUP. The service may push to rx and evt until it hangs up, and with an
 * arena it gets empty buffers for that.
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
 * ion_channel_set_undelivered() - what the program pushed reaches nobody
 * @ch: a channel whose peer has gone
 *
 * From then on ION_IOC_KICK gives EPIPE, and so does ION_IOC_SERVE: a program that
 * pushes by its mapping learns it from its next kick. One that only pops is not
 * disturbed. doorbell() is called as before.
 *
 * Context: any.
 */
void ion_channel_set_undelivered(struct ion_channel *ch)
{
	WRITE_ONCE(ch->undelivered, true);
}
EXPORT_SYMBOL_GPL(ion_channel_set_undelivered);

/**
 * ion_channel_set_held() - payloads that the service could not pass on
 * @ch: the channel whose program sent them
 * @held: how many the service holds now
 * @fresh: how many of them no call before this one counted
 *
 * For ION_IOC_STATS and ION_IOC_LIST, which tell @held and the sum of @fresh.
 *
 * Context: any; one call at a time for a channel.
 */
void ion_channel_set_held(struct ion_channel *ch, u32 held, u32 fresh)
{
	WRITE_ONCE(ch->held, held);
	WRITE_ONCE(ch->held_total, ch->held_total + fresh);
}
EXPORT_SYMBOL_GPL(ion_channel_set_held);

/**
 * ion_channel_ring() - a kernel end of a channel
 * @ch: a channel
 * @id: which
 *
 * Context: any.
 * Return: the ring, for as long as the channel is kept; NULL for a number that
 * there is not.
 */
struct ion_ring *ion_channel_ring(struct ion_channel *ch, enum ion_ring_id id)
{
	return (unsigned int)id < ION_RINGS ? &ch->ring[id] : NULL;
}
EXPORT_SYMBOL_GPL(ion_channel_ring);
