// SPDX-License-Identifier: GPL-2.0-only
/*
 * All channels that there are, by number, and who may see which.
 *
 * Nobody waits here for another thread: a channel is added and removed under the
 * spinlock of the XArray, and found under RCU. One that is found may be about
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

/* Channels that are passed by under RCU before others get the processor. */
#define ION_CHANNELS_STRIDE	64

static DEFINE_XARRAY_FLAGS(ion_channels, XA_FLAGS_ACCOUNT);
static atomic_long_t ion_channels_last;

/**
 * ion_channels_add() - have a channel among them, under a number of its own
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
 * ion_channels_remove() - a channel is about to be gone
 * @ch: the channel, which nobody has any more
 *
 * It may still be found, and is to be freed after a grace period of RCU.
 */
void ion_channels_remove(struct ion_channel *ch)
{
	xa_erase(&ion_channels, ch->id);
}

/* The next after *@id, which moves on, or NULL; @more: to be called again. */
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
		/* One that is just going has nobody left. */
		if (refcount_inc_not_zero(&ch->ref))
			return ch;
	}
	return NULL;
}

/**
 * ion_channels_next() - get the next one that the caller may see
 * @after: only of a higher number
 *
 * Those that the caller's effective user opened, or all with CAP_SYS_ADMIN. Who
 * may see all of them passes none by.
 *
 * Context: may sleep.
 * Return: the channel, to be given back by ion_channel_put(); NULL if there is
 * none, or if the caller has been killed.
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
 * ion_channels_after() - find the next one, of any user
 * @after: only of a higher number
 *
 * Context: under RCU, for as long as the channel is used; nobody need have it.
 * Return: the channel, or NULL.
 */
struct ion_channel *ion_channels_after(u64 after)
{
	unsigned long id = after;

	return xa_find_after(&ion_channels, &id, ULONG_MAX, XA_PRESENT);
}

/**
 * ion_channels_opened() - how many there have been
 *
 * Return: the highest number that was given.
 */
u64 ion_channels_opened(void)
{
	return atomic_long_read(&ion_channels_last);
}
