// SPDX-License-Identifier: MIT
/*
 * Tells which process a channel belongs to.
 *
 * A process ID does not distinguish a child of fork() from its parent: in a PID
 * namespace of its own the child may have the same number. A page that the
 * kernel clears in every child does, however the child was created, and needs no
 * fork handler. The number in the page differs from that of every ancestor, so
 * that a child with channels of its own does not mistake those of its parent for
 * its own.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

static __u64 *ionc_mark;
static __u64 ionc_last_owner;

static int ionc_make_mark(__u64 **mark)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	__u64 *none = NULL;
	void *page;
	int ret = 0;

	page = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	*mark = page;
	if (madvise(page, size, MADV_WIPEONFORK))
		ret = -errno;
	else if (__atomic_compare_exchange_n(&ionc_mark, &none, page, false,
					     __ATOMIC_ACQ_REL,
					     __ATOMIC_ACQUIRE))
		return 0;
	/* Another thread was faster, or this kernel lacks MADV_WIPEONFORK. */
	munmap(page, size);
	*mark = none;
	return ret;
}

int ionc_get_owner(__u64 *owner)
{
	__u64 *mark = __atomic_load_n(&ionc_mark, __ATOMIC_ACQUIRE);
	__u64 fresh;
	int ret;

	if (!mark) {
		ret = ionc_make_mark(&mark);
		if (ret)
			return ret;
	}
	*owner = __atomic_load_n(mark, __ATOMIC_RELAXED);
	if (*owner)
		return 0;
	fresh = __atomic_add_fetch(&ionc_last_owner, 1, __ATOMIC_RELAXED);
	/* If another thread was faster, *owner is its number. */
	if (__atomic_compare_exchange_n(mark, owner, fresh, false,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		*owner = fresh;
	return 0;
}

bool ionc_is_owner(const struct ionc_private *p)
{
	/* The mark exists: it is made before the channel. */
	return __atomic_load_n(__atomic_load_n(&ionc_mark, __ATOMIC_ACQUIRE),
			       __ATOMIC_RELAXED) == p->owner;
}
