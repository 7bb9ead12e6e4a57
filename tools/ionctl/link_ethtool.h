/* SPDX-License-Identifier: GPL-2.0-only */
/* What only the ioctls of ethtool tell of an interface, for links.c. */
#ifndef _IONCTL_LINK_ETHTOOL_H
#define _IONCTL_LINK_ETHTOOL_H

#include "links.h"

/* Fill in how many queues there are and may be; if that is not known, leave it. */
void link_queues(struct link_info *link);

#endif /* _IONCTL_LINK_ETHTOOL_H */
