/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that are supported, and nothing else does. */
#ifndef _DRIVERS_ION_COMPAT_H
#define _DRIVERS_ION_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/version.h>

/* 6.13 put the two steps into one, 6.15 removed the first of them. */
#if KERNEL_VERSION(6, 13, 0) > LINUX_VERSION_CODE
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

#endif /* _DRIVERS_ION_COMPAT_H */
