/* SPDX-License-Identifier: GPL-2.0-only */
/* How fast counters run, from two looks at them. */
#ifndef _IONCTL_RATES_H
#define _IONCTL_RATES_H

#include "channels.h"

/**
 * struct rates - in a second
 * @pushed: packets or commands, by &enum ion_ring_id
 * @kicks: of the kernel end
 * @sleeps: of the kernel end
 * @wakeups: of the user end
 * @signals: of the eventfd
 */
struct rates {
	double pushed[ION_RINGS];
	double kicks;
	double sleeps;
	double wakeups;
	double signals;
};

/**
 * rates_of() - of one channel
 * @before: the first look. A channel that was not there began at 0.
 * @after: the second look
 * @entry: the channel, in @after
 * @rates: where they go
 */
void rates_of(const struct channels *before, const struct channels *after,
	      const struct ion_list_entry *entry, struct rates *rates);

/* Of all channels that there have been, those that have gone by now too. Likewise. */
void rates_of_all(const struct channels *before, const struct channels *after,
		  struct rates *rates);

/* Packets and commands on all rings together. */
double rates_total(const struct rates *rates);

json_t *rates_json(const struct rates *rates);

#endif /* _IONCTL_RATES_H */
