/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_CHANNELS_H
#define _DRIVERS_ION_CHANNELS_H

#include <linux/types.h>

struct ion_channel;

u32 ion_channels_limit(void);
u32 ion_channels_count(void);

int ion_channels_add(struct ion_channel *ch);
void ion_channels_remove(struct ion_channel *ch);
u32 ion_channels_get(u64 after, struct ion_channel **to, u32 max);

#endif /* _DRIVERS_ION_CHANNELS_H */
