/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes that depend on the size of a page: 4 KiB, 16 KiB or more. */
#ifndef _ION_PAGE_H
#define _ION_PAGE_H

#include <stddef.h>
#include <unistd.h>

#include <linux/ion.h>

static inline size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* @bytes, rounded up to pages. */
static inline size_t page_align(size_t bytes)
{
	return (bytes + page_size() - 1) & ~(page_size() - 1);
}

/* The start of the page of an address. */
static inline void *page_of(const void *at)
{
	return (void *)((unsigned long)at & ~(page_size() - 1));
}

/* The memory of the default rings. */
static inline __u64 default_bytes(void)
{
	return 2 * page_align(sizeof(struct ion_packet_ring)) +
	       2 * page_align(sizeof(struct ion_cmd_ring));
}

#endif /* _ION_PAGE_H */
