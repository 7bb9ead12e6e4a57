// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

static const struct file_operations ion_fops = {
	.owner = THIS_MODULE,
};

static struct miscdevice ion_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ion",
	.fops = &ion_fops,
	.mode = 0660,
};
module_misc_device(ion_misc);

MODULE_DESCRIPTION("Lock-free packet channels in memory shared with user space");
MODULE_LICENSE("GPL");
