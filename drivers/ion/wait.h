/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_WAIT_H
#define _DRIVERS_ION_WAIT_H

#include <linux/ktime.h>
#include <linux/poll.h>

#include "channel.h"

/* When a time that begins now is over; KTIME_MAX if it is too long to tell. */
static inline ktime_t ion_wait_end(u64 ns)
{
	return ns < KTIME_MAX ? ktime_add_safe(ktime_get(), ns) : KTIME_MAX;
}

/* How long to sleep: forever is KTIME_MAX, for which no timer is started. */
static inline ktime_t ion_wait_left(ktime_t until)
{
	return until == KTIME_MAX ? until : ktime_sub(until, ktime_get());
}

__poll_t ion_poll(struct file *file, struct poll_table_struct *table);
int ion_wait(struct ion_channel *ch, struct ion_wait *wait);
int ion_wait_ring(struct ion_channel *ch, enum ion_ring_id id);

#endif /* _DRIVERS_ION_WAIT_H */
