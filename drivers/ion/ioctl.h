/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_IOCTL_H
#define _DRIVERS_ION_IOCTL_H

#include <linux/types.h>

struct file;

long ion_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

int ion_copy_in(void *to, size_t size, const void __user *from);
int ion_copy_out(void __user *to, const void *from, size_t size);

#endif /* _DRIVERS_ION_IOCTL_H */
