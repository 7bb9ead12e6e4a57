// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits on channels that are set up: in the system, and by each user.
 *
 * A channel counts from its set-up until its memory is freed. A channel that was only
 * opened does not count, as it costs only accounted memory: a user who may open the
 * device can always query it. The last channels of the system are reserved for
 * CAP_SYS_ADMIN, to which the limit of a user does not apply either.
 */
#include <linux/err.h>
#include <linux/hashtable.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "memory.h"
#include "quota.h"

static unsigned int max_channels = 1024;
module_param(max_channels, uint, 0644);
MODULE_PARM_DESC(max_channels, "Most channels that are set up at the same time, 1/16 of them by CAP_SYS_ADMIN only (default 1024)");

static unsigned int max_user_channels = 256;
module_param(max_user_channels, uint, 0644);
MODULE_PARM_DESC(max_user_channels, "Most channels that one user without CAP_SYS_ADMIN sets up (default 256)");

/**
 * struct ion_quota - a user with channels
 * @node: in ion_quotas
 * @uid: the user
 * @channels: how many channels of the user are set up, never 0 in ion_quotas;
 *	each of them is a reference
 */
struct ion_quota {
	struct hlist_node node;
	kuid_t uid;
	u32 channels;
};

/* Protects the table and the counts. No call is made under it, so nobody waits long. */
static DEFINE_SPINLOCK(ion_quota_lock);
static DEFINE_HASHTABLE(ion_quotas, 6);
static u32 ion_quota_channels;

/**
 * ion_quota_limit() - get the limit on channels that are set up
 *
 * Return: the module parameter max_channels.
 */
u32 ion_quota_limit(void)
{
	return READ_ONCE(max_channels);
}

/**
 * ion_quota_user_limit() - get the limit on channels that one user sets up
 *
 * Return: the module parameter max_user_channels.
 */
u32 ion_quota_user_limit(void)
{
	return READ_ONCE(max_user_channels);
}

/**
 * ion_quota_count() - count the channels that count against max_channels
 *
 * Return: how many channels are set up.
 */
u32 ion_quota_count(void)
{
	return READ_ONCE(ion_quota_channels);
}

static struct ion_quota *ion_quota_find(kuid_t uid)
{
	struct ion_quota *quota;

	lockdep_assert_held(&ion_quota_lock);

	hash_for_each_possible(ion_quotas, quota, node, __kuid_val(uid))
		if (uid_eq(quota->uid, uid))
			return quota;
	return NULL;
}

/**
 * ion_quota_user_count() - count the channels that count against max_user_channels
 * @uid: the user
 *
 * Context: any but an interrupt.
 * Return: how many channels of the user are set up.
 */
u32 ion_quota_user_count(kuid_t uid)
{
	const struct ion_quota *quota;
	u32 channels;

	spin_lock(&ion_quota_lock);
	quota = ion_quota_find(uid);
	channels = quota ? quota->channels : 0;
	spin_unlock(&ion_quota_lock);
	return channels;
}

static int ion_quota_check(const struct ion_quota *quota, bool admin)
{
	u32 limit = ion_quota_limit();

	if (!admin && quota->channels >= ion_quota_user_limit())
		return -EDQUOT;
	if (ion_quota_channels >= (admin ? limit : ion_quota_unreserved(limit)))
		return -ENFILE;
	return 0;
}

static void ion_quota_take(struct ion_quota *quota)
{
	if (!quota->channels++)
		hash_add(ion_quotas, &quota->node, __kuid_val(quota->uid));
	WRITE_ONCE(ion_quota_channels, ion_quota_channels + 1);
}

/* Count one more channel. @fresh becomes the user's entry if the user has none yet. */
static struct ion_quota *ion_quota_try(struct ion_quota *fresh, bool admin)
{
	struct ion_quota *quota;
	int ret;

	spin_lock(&ion_quota_lock);
	quota = ion_quota_find(fresh->uid) ?: fresh;
	ret = ion_quota_check(quota, admin);
	if (!ret)
		ion_quota_take(quota);
	spin_unlock(&ion_quota_lock);
	return ret ? ERR_PTR(ret) : quota;
}

/**
 * ion_quota_charge() - count one more channel that is set up
 * @uid: the user who opened it
 *
 * CAP_SYS_ADMIN is checked only if the channel is not allowed without it.
 *
 * Context: may sleep.
 * Return: the argument of ion_quota_uncharge(); -EDQUOT over max_user_channels,
 * -ENFILE over max_channels, or -ENOMEM.
 */
struct ion_quota *ion_quota_charge(kuid_t uid)
{
	struct ion_quota *fresh, *quota;

	fresh = kzalloc(sizeof(*fresh), ION_GFP);
	if (!fresh)
		return ERR_PTR(-ENOMEM);
	fresh->uid = uid;
	quota = ion_quota_try(fresh, false);
	if (IS_ERR(quota) && ion_quota_admin())
		quota = ion_quota_try(fresh, true);
	if (quota != fresh)
		kfree(fresh);
	return quota;
}

/**
 * ion_quota_uncharge() - undo ion_quota_charge()
 * @quota: the quota that it returned, or NULL
 */
void ion_quota_uncharge(struct ion_quota *quota)
{
	bool last;

	if (!quota)
		return;
	spin_lock(&ion_quota_lock);
	WRITE_ONCE(ion_quota_channels, ion_quota_channels - 1);
	last = !--quota->channels;
	if (last)
		hash_del(&quota->node);
	spin_unlock(&ion_quota_lock);
	if (last)
		kfree(quota);
}
