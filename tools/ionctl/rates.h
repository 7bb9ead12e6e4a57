/* SPDX-License-Identifier: GPL-2.0-only */
/* Computes rates from counters that were read twice. */
#ifndef _IONCTL_RATES_H
#define _IONCTL_RATES_H

#include "channels.h"

/**
 * struct rates - rates a second
 * @pushed: pushed packets or commands, by &enum ion_ring_id
 * @kicks: kicks of the kernel end
 * @sleeps: how often the kernel end went to sleep
 * @wakeups: wake-ups of the user end
 * @signals: signals of the eventfd
 */
struct rates {
	double pushed[ION_RINGS];
	double kicks;
	double sleeps;
	double wakeups;
	double signals;
};

/**
 * rates_of() - compute the rates of a channel
 * @before: the first reading; a channel that is not in it began at 0
 * @after: the second reading
 * @entry: the channel, in @after
 * @rates: filled in
 */
void rates_of(const struct channels *before, const struct channels *after,
	      const struct ion_list_entry *entry, struct rates *rates);

/* Likewise compute the rates of all channels, closed ones included. */
void rates_of_all(const struct channels *before, const struct channels *after,
		  struct rates *rates);

/* Return the rate of packets and commands on all rings together. */
double rates_total(const struct rates *rates);

json_t *rates_json(const struct rates *rates);

#endif /* _IONCTL_RATES_H */
