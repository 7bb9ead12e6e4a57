/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_TOTALS_H
#define _DRIVERS_ION_TOTALS_H

#include <linux/ion.h>

struct ion_channel;

int ion_totals_read(struct ion_totals *totals);
void ion_totals_fold(struct ion_channel *ch);

#endif /* _DRIVERS_ION_TOTALS_H */
