/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_MAPPING_H
#define _DRIVERS_ION_MAPPING_H

struct file;
struct vm_area_struct;

int ion_mmap(struct file *file, struct vm_area_struct *vma);

#endif /* _DRIVERS_ION_MAPPING_H */
