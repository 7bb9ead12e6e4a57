/* SPDX-License-Identifier: GPL-2.0-only */
/* A page of the program whose faults wait until the test resolves them. */
#ifndef _ION_FAULT_PAGE_H
#define _ION_FAULT_PAGE_H

#include <linux/userfaultfd.h>

#include "ion_live.h"

int fault_open(void *page);
bool fault_waits(int fd);
int fault_end(int fd, void *page);
int fault_fill(int fd, void *page, const void *from);

#endif /* _ION_FAULT_PAGE_H */
