/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_CHANNELS_H
#define _DRIVERS_ION_CHANNELS_H

#include <linux/types.h>

struct ion_channel;

int ion_channels_add(struct ion_channel *ch);
void ion_channels_remove(struct ion_channel *ch);
struct ion_channel *ion_channels_next(u64 after);
struct ion_channel *ion_channels_after(u64 after);
u64 ion_channels_opened(void);

#endif /* _DRIVERS_ION_CHANNELS_H */
