// SPDX-License-Identifier: GPL-2.0-only
/*
 * All channels, by number, and the rule which of them a caller may see.
 *
 * Nobody waits here for another thread: a channel is added and removed under the
 * spinlock of the XArray, and found under RCU. A channel that is found may be about
 * to go: it is kept if it has a reference left, and freed after a grace period.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uidgid.h>
#include <linux/xarray.h>

#include "channel.h"
#include "channels.h"
#include "memory.h"
#include "quota.h"

/* Channels that are skipped in one RCU section, before others get the processor. */
#define ION_CHANNELS_STRIDE	64

static DEFINE_XARRAY_FLAGS(ion_channels, XA_FLAGS_ACCOUNT);
static atomic_long_t ion_channels_last;

/**
 * ion_channels_add() - add a channel to all channels, and give it a number
 * @ch: the channel; who opened it is known
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ion_channels_add(struct ion_channel *ch)
{
	unsigned long id = atomic_long_inc_return(&ion_channels_last);

	ch->id = id;
	return xa_insert(&ion_channels, id, ch, ION_GFP);
}

/**
 * ion_channels_remove() - remove a channel that is about to be freed
 * @ch: the channel, to which there is no reference left
 *
 * Others may still find it, so the caller must free it after a grace period of RCU.
 */
void ion_channels_remove(struct ion_channel *ch)
{
	xa_erase(&ion_channels, ch->id);
}

/* Returns the next channel after *@id, which moves on, or NULL. @more: call again. */
static struct ion_channel *ion_channels_stride(unsigned long *id, bool all,
					       bool *more)
{
	kuid_t uid = current_euid();
	struct ion_channel *ch;
	unsigned int i;

	guard(rcu)();

	for (i = 0; i < ION_CHANNELS_STRIDE; i++) {
		ch = xa_find_after(&ion_channels, id, ULONG_MAX, XA_PRESENT);
		*more = ch;
		if (!ch)
			return NULL;
		if (!all && !uid_eq(uid, ch->opener.uid))
			continue;
		/* A channel that is being freed has no reference left. */
		if (refcount_inc_not_zero(&ch->ref))
			return ch;
	}
	return NULL;
}

/**
 * ion_channels_next() - get the next channel that the caller may see
 * @after: skip channels up to this number
 *
 * A caller may see the channels that its effective user opened, or all channels with
 * CAP_SYS_ADMIN. Such a caller skips none.
 *
 * Context: may sleep.
 * Return: the channel, to be released by ion_channel_put(); NULL if there is none, or
 * if the caller has been killed.
 */
struct ion_channel *ion_channels_next(u64 after)
{
	bool all = ion_quota_admin(), more = after < ULONG_MAX;
	unsigned long id = after;
	struct ion_channel *ch;

	while (more && !fatal_signal_pending(current)) {
		ch = ion_channels_stride(&id, all, &more);
		if (ch)
			return ch;
		cond_resched();
	}
	return NULL;
}

/**
 * ion_channels_after() - find the next channel, of any user
 * @after: skip channels up to this number
 *
 * Context: under RCU, for as long as the channel is used; it may have no reference.
 * Return: the channel, or NULL.
 */
struct ion_channel *ion_channels_after(u64 after)
{
	unsigned long id = after;

	return xa_find_after(&ion_channels, &id, ULONG_MAX, XA_PRESENT);
}

/**
 * ion_channels_opened() - count the channels that were opened so far
 *
 * Return: the highest number of a channel so far.
 */
u64 ion_channels_opened(void)
{
	return atomic_long_read(&ion_channels_last);
}
