/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_FILE_H
#define _DRIVERS_ION_FILE_H

#include <linux/fs.h>

extern const struct file_operations ion_fops;

#endif /* _DRIVERS_ION_FILE_H */
