/* SPDX-License-Identifier: GPL-2.0-only */
/* The differences between the supported kernels, and nothing else. */
#ifndef _DRIVERS_ION_COMPAT_H
#define _DRIVERS_ION_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/version.h>

/* 6.13 merged the two steps into one, 6.15 removed the first of them. */
#if KERNEL_VERSION(6, 13, 0) > LINUX_VERSION_CODE
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

/* 6.13 made the name of a namespace a string. */
#if KERNEL_VERSION(6, 13, 0) > LINUX_VERSION_CODE
#define ION_IMPORT_NS(name)	MODULE_IMPORT_NS(name)
#else
#define ION_IMPORT_NS(name)	MODULE_IMPORT_NS(#name)
#endif

/*
 * Older kernels do not let a driver map a refcounted huge page. Some of them map it
 * huge themselves when a fault returns a part of one; the others map small pages.
 */
#if KERNEL_VERSION(6, 16, 0) > LINUX_VERSION_CODE || \
	!defined(CONFIG_TRANSPARENT_HUGEPAGE)
#define vmf_insert_folio_pmd	ion_compat_insert_folio_pmd
static inline vm_fault_t ion_compat_insert_folio_pmd(struct vm_fault *vmf,
						     struct folio *folio,
						     bool write)
{
	return VM_FAULT_FALLBACK;
}
#endif

#endif /* _DRIVERS_ION_COMPAT_H */
