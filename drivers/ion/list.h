/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_LIST_H
#define _DRIVERS_ION_LIST_H

#include <linux/ion.h>

int ion_list(const struct ion_list *list);

#endif /* _DRIVERS_ION_LIST_H */
