/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints the geometry of a channel, as text or JSON. */
#ifndef _IONCTL_GEOMETRY_H
#define _IONCTL_GEOMETRY_H

#include "ionctl.h"

void geometry_text(const struct ion_info *info);
void geometry_json(const struct ion_info *info);

#endif /* _IONCTL_GEOMETRY_H */
