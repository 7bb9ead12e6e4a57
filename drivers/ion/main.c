// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ion: lock-free packet channels in memory shared with user space.
 *
 * The calls:	file.c, ioctl.c; rw.c and batch.c move packets
 * A channel:	channel.c its life, geometry.c its layout, memory.c its pages,
 *		mapping.c their mappings; channels.c all of them, quota.c how
 *		many there may be, list.c what is told of each
 * The rings:	<ion/ring.h> the algorithm, ring.c what is beside the hot path,
 *		user_end.c the end of the program, for one that does not map
 * Running:	kernel_end.c when, serve.c in a lent thread; notify.c wakes the
 *		program, wait.c is where it waits
 * Told:	trace.h what tracers are told, trace_hot.h what costs a nop there
 * Services:	service.c which there are; api_*.c what they call, with stage.h
 *		what they have in hand; arena.c the buffers, payload.c copies
 *		of what is in them; echo.c, sink.c, source.c with
 *		source_budget.c, pair.c and pair_cross.c, with stock.c empty
 *		buffers
 * Itself:	selftest.c, with selftest_*.c, has the module test itself
 */
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
 * Whether another driver has a misc device of that name, as Android's had. The
 * platform bus is in the set of all devices, which has no name of its own here.
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
 * misc_register() would say -EEXIST, with a stack in the log. To modprobe that
 * means that this module is loaded already, and all is well.
 */
static int __init ion_register(void)
{
	int ret = ion_name_is_taken() ? -EEXIST : misc_register(&ion_misc);

	if (ret != -EEXIST)
		return ret;
	pr_err("ion: another driver has a device \"%s\" already; remove that first\n",
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
	pr_info("ion: /dev/ion is ready, ABI version %d\n", ION_ABI_VERSION);
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
