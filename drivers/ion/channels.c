// SPDX-License-Identifier: GPL-2.0-only
/* All channels that there are, by rising number, and who may see which. */
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/uidgid.h>

#include "channel.h"
#include "channels.h"
#include "quota.h"

/* Of the list and the number. Nests in every other lock. */
static DEFINE_MUTEX(ion_channels_mutex);
static LIST_HEAD(ion_channels);
static u64 ion_channels_last;

/**
 * ion_channels_add() - have a channel among them, under a number of its own
 * @ch: the channel; who opened it is known
 *
 * Context: may sleep.
 */
void ion_channels_add(struct ion_channel *ch)
{
	guard(mutex)(&ion_channels_mutex);

	ch->id = ++ion_channels_last;
	list_add_tail(&ch->of_all, &ion_channels);
}

/**
 * ion_channels_remove() - a channel is about to be gone
 * @ch: the channel, which nobody has any more
 *
 * Context: may sleep.
 */
void ion_channels_remove(struct ion_channel *ch)
{
	guard(mutex)(&ion_channels_mutex);

	list_del(&ch->of_all);
}

/**
 * ion_channels_next() - get the next one that the caller may see
 * @after: only of a higher number
 *
 * Those that the caller's effective user opened, or all with CAP_SYS_ADMIN.
 *
 * Context: may sleep.
 * Return: the channel, to be given back by ion_channel_put(); NULL if there is
 * none.
 */
struct ion_channel *ion_channels_next(u64 after)
{
	bool all = ion_quota_admin();
	kuid_t uid = current_euid();
	struct ion_channel *ch;

	guard(mutex)(&ion_channels_mutex);

	list_for_each_entry(ch, &ion_channels, of_all) {
		if (ch->id <= after || !(all || uid_eq(uid, ch->opener.uid)))
			continue;
		/* One that is just going has nobody left. */
		if (refcount_inc_not_zero(&ch->ref))
			return ch;
	}
	return NULL;
}
