/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_MEMORY_H
#define _DRIVERS_ION_MEMORY_H

#include <linux/gfp.h>
#include <linux/types.h>

struct page;
struct user_struct;

/*
 * Memory that a program asks for is charged to its cgroup. A failure is reported to
 * the program only: not to the log, and not to the OOM killer, which would kill it, or
 * another program, for the request.
 */
#define ION_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/**
 * struct ion_memory - pages that the kernel and a program share
 * @pages: the pages, each of order 0 or part of a huge page, and refcounted, so that
 *	a page that user space still holds outlives the channel
 * @nr_pages: number of pages
 * @addr: kernel address at which they are mapped, one after the other
 */
struct ion_memory {
	struct page **pages;
	unsigned int nr_pages;
	void *addr;
};

int ion_memory_alloc(struct ion_memory *mem, size_t bytes, bool huge);
void ion_memory_free(struct ion_memory *mem);

/**
 * struct ion_charge - memory that is charged
 * @user: the user whose RLIMIT_MEMLOCK it counts against, or NULL
 * @bytes: size in bytes
 */
struct ion_charge {
	struct user_struct *user;
	u64 bytes;
};

int ion_memory_charge(struct ion_charge *charge, u64 bytes);
void ion_memory_uncharge(struct ion_charge *charge);

u64 ion_memory_limit(void);
u64 ion_memory_charged(void);

#endif /* _DRIVERS_ION_MEMORY_H */
