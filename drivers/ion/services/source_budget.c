// SPDX-License-Identifier: GPL-2.0-only
/*
 * The budget of sources with a rate.
 *
 * Their timers run in softirqs: no cgroup is charged for the time, and no limit on
 * processor time applies to it. So their cost is bounded when a channel is set up, over
 * all channels of a user and over those of all users. The cost of a channel in a second
 * depends on nothing that happens later:
 *
 *	ticks * 64 + packets * (1, or 16 with buffers)
 *
 * in units of one plain packet, by instructions: on riscv64 a packet takes about
 * 28, one in a buffer about 450, and a tick of the timer about 1800. A user may
 * have as much as one source of the highest rate costs, which is about 30 million
 * instructions a second. All users together have four times that: with user
 * namespaces one person is many users. A caller with CAP_SYS_ADMIN is counted but
 * has no limit of its own, and the others leave a fifth share to it.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>

#include "source_budget.h"

#define ION_SOURCE_TICK_COST	64ULL
#define ION_SOURCE_BUFFER_COST	16ULL

/* Limits of one user, of all users, and of all including those with CAP_SYS_ADMIN. */
#define ION_SOURCE_USER_MAX	\
	(ION_SOURCE_TICKS_MAX * ION_SOURCE_TICK_COST + ION_SOURCE_RATE_MAX)
#define ION_SOURCE_USERS_MAX	(4 * ION_SOURCE_USER_MAX)
#define ION_SOURCE_ALL_MAX	(5 * ION_SOURCE_USER_MAX)

/* Protects the list. It nests in the locks under which bind() and unbind() run. */
static DEFINE_SPINLOCK(ion_shares_lock);
static LIST_HEAD(ion_shares);

static u64 ion_share_cost(u64 rate, bool buffers)
{
	u64 ticks = min_t(u64, rate, ION_SOURCE_TICKS_MAX);

	return ticks * ION_SOURCE_TICK_COST +
	       rate * (buffers ? ION_SOURCE_BUFFER_COST : 1);
}

/* Lacking the capability is no offence, so the check is not audited. */
static int ion_share_check(u64 cost, u64 user, u64 all)
{
	if (ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN))
		return all + cost <= ION_SOURCE_ALL_MAX ? 0 : -EUSERS;
	if (user + cost > ION_SOURCE_USER_MAX)
		return -EDQUOT;
	return all + cost <= ION_SOURCE_USERS_MAX ? 0 : -EUSERS;
}

/**
 * ion_share_take() - count a source with a rate, if there is room for it
 * @share: the share to fill in
 * @uid: the user who opened the channel
 * @rate: packets per second, from 1 to ION_SOURCE_RATE_MAX
 * @buffers: the channel has an arena
 *
 * The sums are computed again each time. They are short, because the cost of the
 * cheapest source limits the number of sources.
 *
 * Context: may sleep.
 * Return: 0; -EDQUOT if it is more than the user may have; -EUSERS if all users
 * together have too much already.
 */
int ion_share_take(struct ion_share *share, kuid_t uid, u64 rate, bool buffers)
{
	const struct ion_share *other;
	u64 user = 0, all = 0;
	int ret;

	share->uid = uid;
	share->cost = ion_share_cost(rate, buffers);

	spin_lock(&ion_shares_lock);
	list_for_each_entry(other, &ion_shares, list) {
		all += other->cost;
		if (uid_eq(other->uid, uid))
			user += other->cost;
	}
	ret = ion_share_check(share->cost, user, all);
	if (!ret)
		list_add(&share->list, &ion_shares);
	spin_unlock(&ion_shares_lock);
	return ret;
}

/**
 * ion_share_return() - undo ion_share_take()
 * @share: a share that ion_share_take() filled in
 *
 * Context: may sleep.
 */
void ion_share_return(struct ion_share *share)
{
	spin_lock(&ion_shares_lock);
	list_del(&share->list);
	spin_unlock(&ion_shares_lock);
}
