/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_BATCH_H
#define _DRIVERS_ION_BATCH_H

struct ion_channel;

long ion_ioctl_push(struct ion_channel *ch, void __user *arg);
long ion_ioctl_pop(struct ion_channel *ch, void __user *arg);
long ion_ioctl_peek(struct ion_channel *ch, void __user *arg);

#endif /* _DRIVERS_ION_BATCH_H */
