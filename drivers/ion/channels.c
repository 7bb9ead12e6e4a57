// SPDX-License-Identifier: GPL-2.0-only
/*
 * All channels that there are, by rising number: how many there may be, and
 * which of them somebody may see.
 */
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "channel.h"
#include "channels.h"

static unsigned int max_channels = 1024;
module_param(max_channels, uint, 0644);
MODULE_PARM_DESC(max_channels, "Most channels open at the same time (default 1024)");

/* Of the list and the two numbers. Nests in every other lock. */
static DEFINE_MUTEX(ion_channels_mutex);
static LIST_HEAD(ion_channels);
static u32 ion_channels_nr;
static u64 ion_channels_last;

/**
 * ion_channels_limit() - channels that may be open at the same time
 *
 * Return: the module parameter max_channels.
 */
u32 ion_channels_limit(void)
{
	return READ_ONCE(max_channels);
}

/**
 * ion_channels_count() - channels that there are
 *
 * Return: how many were opened and are not gone yet.
 */
u32 ion_channels_count(void)
{
	return READ_ONCE(ion_channels_nr);
}

/**
 * ion_channels_add() - have a channel among them, under a number of its own
 * @ch: the channel; who opened it is known
 *
 * Context: may sleep.
 * Return: 0, or -ENFILE if there are too many.
 */
int ion_channels_add(struct ion_channel *ch)
{
	guard(mutex)(&ion_channels_mutex);

	if (ion_channels_nr >= ion_channels_limit())
		return -ENFILE;
	ch->id = ++ion_channels_last;
	list_add_tail(&ch->of_all, &ion_channels);
	WRITE_ONCE(ion_channels_nr, ion_channels_nr + 1);
	return 0;
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
	WRITE_ONCE(ion_channels_nr, ion_channels_nr - 1);
}

/**
 * ion_channels_next() - get the next one that the caller may see
 * @after: only of a higher number
 *
 * Those that the caller's effective user opened, or all with CAP_SYS_ADMIN. It
 * is no offence not to have that, so it is not audited.
 *
 * Context: may sleep.
 * Return: the channel, to be given back by ion_channel_put(); NULL if there is
 * none.
 */
struct ion_channel *ion_channels_next(u64 after)
{
	bool all = ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
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
