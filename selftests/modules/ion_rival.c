// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another driver with a device "ion", such as the memory manager of Android
 * had.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

static const struct file_operations rival_fops = {
	.owner = THIS_MODULE,
};

static struct miscdevice rival_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ion",
	.fops = &rival_fops,
};

module_misc_device(rival_device);

MODULE_DESCRIPTION("Another device of the name of ion's, for tests");
MODULE_LICENSE("GPL");
