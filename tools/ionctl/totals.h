/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the totals of all channels since the module was loaded. */
#ifndef _IONCTL_TOTALS_H
#define _IONCTL_TOTALS_H

#include "ionctl.h"

/* Return 0 or -errno. */
int totals_read(int fd, struct ion_totals *totals);

/*
 * Fill in the counters of a channel from the totals, and what is queued. Other
 * fields, such as capacity and poison, stay as they are.
 */
void totals_stats(const struct ion_totals *totals, struct ion_stats *stats);

#endif /* _IONCTL_TOTALS_H */
