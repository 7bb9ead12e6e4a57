/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The budget of sources with a rate, see source_budget.c.
 */
#ifndef _DRIVERS_ION_SOURCE_BUDGET_H
#define _DRIVERS_ION_SOURCE_BUDGET_H

#include <linux/types.h>
#include <linux/uidgid.h>

#define ION_SOURCE_RATE_MAX	1000000
#define ION_SOURCE_TICKS_MAX	1000	/* of a channel, per second */

/**
 * struct ion_share - the cost of one source with a rate
 * @list: entry in the list of all shares
 * @uid: the user who opened the channel
 * @cost: cost in plain packets per second
 */
struct ion_share {
	struct list_head list;
	kuid_t uid;
	u64 cost;
};

int ion_share_take(struct ion_share *share, kuid_t uid, u64 rate, bool buffers);
void ion_share_return(struct ion_share *share);

#endif /* _DRIVERS_ION_SOURCE_BUDGET_H */
