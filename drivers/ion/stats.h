/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_STATS_H
#define _DRIVERS_ION_STATS_H

#include "channel.h"

void ion_channel_stats(const struct ion_channel *ch, struct ion_stats *stats);
void ion_channel_refresh_stats(struct ion_channel *ch, struct ion_stats *stats);
int ion_channel_reset(struct ion_channel *ch);

#endif /* _DRIVERS_ION_STATS_H */
