/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_MEMORY_H
#define _DRIVERS_ION_MEMORY_H

#include <linux/gfp.h>
#include <linux/ion.h>
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

/**
 * struct ion_charge - memory that is charged
 * @user: the user whose RLIMIT_MEMLOCK it counts against, or NULL
 * @bytes: size in bytes
 */
struct ion_charge {
	struct user_struct *user;
	u64 bytes;
};

/**
 * struct ion_areas - the memory of a channel, or of a direct link
 * @charge: what it is charged to
 * @nr: number of @area that are allocated, and are to be freed
 * @area: the memory, by the same number as in &struct ion_info
 */
struct ion_areas {
	struct ion_charge charge;
	unsigned int nr;
	struct ion_memory area[ION_AREAS_MAX];
};

int ion_areas_alloc(struct ion_areas *areas, const struct ion_info *info);
void ion_areas_free(struct ion_areas *areas);

u64 ion_memory_limit(void);
u64 ion_memory_charged(void);

#endif /* _DRIVERS_ION_MEMORY_H */
