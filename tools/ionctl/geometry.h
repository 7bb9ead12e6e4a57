/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints the geometry of a channel, and who is at its other side. */
#ifndef _IONCTL_GEOMETRY_H
#define _IONCTL_GEOMETRY_H

#include "ionctl.h"

void geometry_text(const struct ion_info *info,
		   const struct ion_list_entry *entry,
		   const struct ion_peer *peer);
void geometry_json(const struct ion_info *info,
		   const struct ion_list_entry *entry,
		   const struct ion_peer *peer);

#endif /* _IONCTL_GEOMETRY_H */
