/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_GEOMETRY_H
#define _DRIVERS_ION_GEOMETRY_H

#include <linux/ion.h>

int ion_geometry(struct ion_info *info, const struct ion_setup *setup);
int ion_geometry_area(const struct ion_info *info, u64 offset);

#endif /* _DRIVERS_ION_GEOMETRY_H */
