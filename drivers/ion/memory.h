/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_MEMORY_H
#define _DRIVERS_ION_MEMORY_H

#include <linux/gfp.h>
#include <linux/types.h>

struct page;
struct user_struct;

/*
 * What a program asks for is charged to its cgroup, and a failure is for the
 * program to hear of: not for the log, and not for the OOM killer, which would
 * end it, or another program, for having asked.
 */
#define ION_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/**
 * struct ion_memory - pages that the kernel and a program share
 * @pages: the pages, each of order 0 or part of a huge page and counted, so that
 *	one that user space still holds outlives the channel
 * @nr_pages: how many
 * @addr: where the kernel sees them, one after the other
 */
struct ion_memory {
	struct page **pages;
	unsigned int nr_pages;
	void *addr;
};

int ion_memory_alloc(struct ion_memory *mem, size_t bytes, bool huge);
void ion_memory_free(struct ion_memory *mem);

/**
 * struct ion_charge - memory that somebody pays for
 * @user: whose RLIMIT_MEMLOCK it counts against, NULL if nobody's
 * @bytes: how much
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
