/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_KERNEL_END_H
#define _DRIVERS_ION_KERNEL_END_H

#include "channel.h"

u32 ion_kernel_end_pass(struct ion_channel *ch);
void ion_kernel_end_awake(struct ion_channel *ch);
void ion_kernel_end_kicked(struct ion_channel *ch);
bool ion_kernel_end_news(struct ion_channel *ch);
u32 ion_kernel_end_sleep(struct ion_channel *ch, bool due);
u32 ion_kernel_end_run(struct ion_channel *ch);
int ion_kernel_end_kick(struct ion_channel *ch);
void ion_kernel_end_nudge(struct ion_channel *ch);

#endif /* _DRIVERS_ION_KERNEL_END_H */
