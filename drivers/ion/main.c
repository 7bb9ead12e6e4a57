// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ion: lock-free packet channels in memory shared with user space.
 *
 * Documentation/architecture.rst has the layers, the lowest first, and a packet's way
 * through them. "tools/check/layers" checks that calls go down only.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>

#include <linux/ion.h>

#include "calls.h"
#include "service.h"

static struct miscdevice ion_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ion",
	.fops = &ion_fops,
	.mode = 0660,
};

/*
 * Check whether another driver has a misc device of that name, as Android's ION had.
 * Modules cannot name the set of all devices, but reach it through the platform bus.
 */
static bool __init ion_name_is_taken(void)
{
	struct kobject *kobj = kset_find_obj(platform_bus.kobj.kset,
					     ion_misc.name);
	const struct class *class = kobj ? kobj_to_dev(kobj)->class : NULL;
	bool taken = class && !strcmp(class->name, "misc");

	kobject_put(kobj);
	return taken;
}

/*
 * Without this check misc_register() would return -EEXIST, with a stack in the log.
 * modprobe takes -EEXIST as success: it means that the module is loaded already.
 */
static int __init ion_register(void)
{
	int ret = ion_name_is_taken() ? -EEXIST : misc_register(&ion_misc);

	if (ret != -EEXIST)
		return ret;
	pr_err("another driver has a device \"%s\" already; remove that first\n",
	       ion_misc.name);
	return -EBUSY;
}

static int __init ion_init(void)
{
	int ret;

	ret = ion_services_init();
	if (ret)
		return ret;
	ret = ion_register();
	if (ret) {
		ion_services_exit();
		return ret;
	}
	pr_info("/dev/ion is ready, ABI version %d\n", ION_ABI_VERSION);
	return 0;
}

static void __exit ion_exit(void)
{
	misc_deregister(&ion_misc);
	ion_services_exit();
}

module_init(ion_init);
module_exit(ion_exit);

MODULE_DESCRIPTION("Lock-free packet channels in memory shared with user space");
MODULE_AUTHOR("The ion authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
