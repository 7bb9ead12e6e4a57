/* SPDX-License-Identifier: GPL-2.0-only */
/* What all channels have counted since the module was loaded. */
#ifndef _IONCTL_TOTALS_H
#define _IONCTL_TOTALS_H

#include "ionctl.h"

/* 0 or -errno. */
int totals_read(int fd, struct ion_totals *totals);

/*
 * The same as the counters of one channel would be. What is not counted up is left as
 * it is: capacity and poison, but not what is queued.
 */
void totals_stats(const struct ion_totals *totals, struct ion_stats *stats);

#endif /* _IONCTL_TOTALS_H */
