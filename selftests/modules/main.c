// SPDX-License-Identifier: GPL-2.0-only
/* /dev/ion_probe: see ion_probe.h. */
#include <linux/cleanup.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "probe.h"

struct workqueue_struct *probe_threads;

static long probe_ioctl_attach(struct file *file, const void __user *arg)
{
	struct probe *p;
	u64 id;

	if (copy_from_user(&id, arg, sizeof(id)))
		return -EFAULT;
	p = probe_find(id);
	if (!p)
		return -ENOENT;
	if (cmpxchg(&file->private_data, NULL, p)) {
		probe_put(p);
		return -EBUSY;
	}
	return 0;
}

static long probe_ioctl_run(struct probe *p, void __user *arg)
{
	struct probe_run *run __free(kfree) = NULL;
	int ret;

	run = kmalloc(sizeof(*run), GFP_KERNEL);
	if (!run)
		return -ENOMEM;
	if (copy_from_user(run, arg, sizeof(*run)))
		return -EFAULT;
	ret = probe_calls_run(p, run);
	if (ret)
		return ret;
	return copy_to_user(arg, run, sizeof(*run)) ? -EFAULT : 0;
}

static long probe_ioctl_result(struct probe *p, void __user *arg)
{
	struct probe_run *run __free(kfree) = xchg(&p->answered, NULL);

	if (!run)
		return -EAGAIN;
	return copy_to_user(arg, run, sizeof(*run)) ? -EFAULT : 0;
}

static long probe_ioctl_flood(struct probe *p, const void __user *arg)
{
	struct probe_flood flood;

	if (copy_from_user(&flood, arg, sizeof(flood)))
		return -EFAULT;
	return probe_flood_set(p, &flood);
}

static long probe_ioctl_counts(struct probe *p, void __user *arg)
{
	struct probe_counts counts = {
		.doorbells = atomic64_read(&p->doorbells),
		.unbound = atomic64_read(&p->unbound),
		.sum = atomic64_read(&p->sum),
		.released = READ_ONCE(p->released),
		.committed = READ_ONCE(p->committed),
		.cut = atomic64_read(&p->cut),
	};
	unsigned int i;

	for (i = 0; i < PROBE_SOURCES; i++) {
		counts.pushed[i] = READ_ONCE(p->sent[i]);
		counts.popped[i] = READ_ONCE(p->came[i]);
	}
	return copy_to_user(arg, &counts, sizeof(counts)) ? -EFAULT : 0;
}

static long probe_ioctl_totals(void __user *arg)
{
	struct probe_totals totals = {
		.bound = atomic64_read(&probe_bound),
		.held = atomic64_read(&probe_held),
		.late = atomic64_read(&probe_late),
		.overlaps = atomic64_read(&probe_overlaps),
		.misplaced = atomic64_read(&probe_misplaced),
	};

	return copy_to_user(arg, &totals, sizeof(totals)) ? -EFAULT : 0;
}

static long probe_ioctl_attached(struct probe *p, unsigned int cmd,
				 void __user *arg)
{
	if (!p)
		return -EBADFD;
	switch (cmd) {
	case PROBE_IOC_RUN:
		return probe_ioctl_run(p, arg);
	case PROBE_IOC_RESULT:
		return probe_ioctl_result(p, arg);
	case PROBE_IOC_FLOOD:
		return probe_ioctl_flood(p, arg);
	case PROBE_IOC_COUNTS:
		return probe_ioctl_counts(p, arg);
	default:
		return -ENOTTY;
	}
}

static long probe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case PROBE_IOC_ATTACH:
		return probe_ioctl_attach(file, uarg);
	case PROBE_IOC_TOTALS:
		return probe_ioctl_totals(uarg);
	case PROBE_IOC_REGISTER:
		return probe_register();
	case PROBE_IOC_UNREGISTER:
		return probe_unregister();
	case PROBE_IOC_TRY:
		return probe_try(arg);
	default:
		return probe_ioctl_attached(READ_ONCE(file->private_data), cmd,
					    uarg);
	}
}

/* misc_open() leaves its own device here. */
static int probe_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return nonseekable_open(inode, file);
}

static int probe_release(struct inode *inode, struct file *file)
{
	struct probe *p = file->private_data;

	if (p) {
		probe_flood_end(p);
		probe_put(p);
	}
	return 0;
}

static const struct file_operations probe_fops = {
	.owner = THIS_MODULE,
	.open = probe_open,
	.release = probe_release,
	.unlocked_ioctl = probe_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice probe_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ion_probe",
	.fops = &probe_fops,
};

static int __init probe_init(void)
{
	int ret = -ENOMEM;

	probe_threads = alloc_workqueue("ion_probe", WQ_UNBOUND, 0);
	if (!probe_threads)
		return ret;
	ret = probe_register();
	if (ret)
		goto err_threads;
	ret = misc_register(&probe_device);
	if (ret)
		goto err_services;
	return 0;

err_services:
	probe_unregister();
err_threads:
	destroy_workqueue(probe_threads);
	return ret;
}

static void __exit probe_exit(void)
{
	misc_deregister(&probe_device);
	probe_unregister();
	destroy_workqueue(probe_threads);
}

module_init(probe_init);
module_exit(probe_exit);

MODULE_DESCRIPTION("Test service of /dev/ion");
MODULE_LICENSE("GPL");
