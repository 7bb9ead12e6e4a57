/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_NOTIFY_H
#define _DRIVERS_ION_NOTIFY_H

#include "channel.h"

void ion_notify_init(struct ion_channel *ch);
void ion_notify_destroy(struct ion_channel *ch);
void ion_notify(struct ion_channel *ch, bool all);
void ion_notify_state(struct ion_channel *ch);
int ion_notify_eventfd(struct ion_channel *ch, int fd);

#endif /* _DRIVERS_ION_NOTIFY_H */
