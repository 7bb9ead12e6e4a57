// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages of a channel, and what they are charged to: the memory cgroup of the
 * program that set the channel up, the RLIMIT_MEMLOCK of its user, and the
 * limit of the module over all channels.
 */
#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "memory.h"
#include "quota.h"

static unsigned long max_bytes = 256UL << 20;
module_param(max_bytes, ulong, 0644);
MODULE_PARM_DESC(max_bytes, "Most bytes of ring memory of all channels together, 1/16 of them for CAP_SYS_ADMIN only (default 256 MiB)");

static atomic_long_t ion_bytes = ATOMIC_LONG_INIT(0);

/**
 * ion_memory_limit() - get the limit on the bytes of all channels together
 *
 * Return: the module parameter max_bytes.
 */
u64 ion_memory_limit(void)
{
	return READ_ONCE(max_bytes);
}

/**
 * ion_memory_charged() - get the bytes that all channels have
 *
 * Return: the bytes that count against the module parameter max_bytes.
 */
u64 ion_memory_charged(void)
{
	return atomic_long_read(&ion_bytes);
}

static void ion_memory_free_pages(struct ion_memory *mem)
{
	unsigned int at = 0;

	while (at < mem->nr_pages) {
		struct folio *folio = page_folio(mem->pages[at]);

		at += folio_nr_pages(folio);
		folio_put(folio);
		cond_resched();
	}
	mem->nr_pages = 0;
	kvfree(mem->pages);
	mem->pages = NULL;
}

/* Allocate a huge page where a whole one is needed and available, else a page. */
static struct folio *ion_memory_alloc_folio(unsigned int at, unsigned int nr,
					    bool huge)
{
	gfp_t gfp = ION_GFP | __GFP_ZERO;
	gfp_t once = (gfp & ~__GFP_RETRY_MAYFAIL) | __GFP_NORETRY;
	struct folio *folio = NULL;

	/* It can be mapped huge only if it is aligned in the address space as well. */
	if (huge && IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) &&
	    IS_ALIGNED(at, PTRS_PER_PTE) && nr - at >= PTRS_PER_PTE)
		folio = folio_alloc(once, PMD_ORDER);
	return folio ?: folio_alloc(gfp, 0);
}

static int ion_memory_alloc_pages(struct ion_memory *mem, unsigned int nr,
				  bool huge)
{
	struct folio *folio;
	int ret = -ENOMEM;
	unsigned int i;

	mem->nr_pages = 0;
	mem->pages = kvcalloc(nr, sizeof(*mem->pages), ION_GFP);
	if (!mem->pages)
		return -ENOMEM;

	while (mem->nr_pages < nr) {
		folio = ion_memory_alloc_folio(mem->nr_pages, nr, huge);
		if (!folio)
			goto err_free;
		for (i = 0; i < folio_nr_pages(folio); i++)
			mem->pages[mem->nr_pages++] = folio_page(folio, i);
		cond_resched();
		/* The caller was killed: the rest may take seconds. */
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			goto err_free;
		}
	}
	return 0;

err_free:
	ion_memory_free_pages(mem);
	return ret;
}

/* Allocate zeroed pages. An arena uses huge pages, as far as available. */
static int ion_memory_alloc(struct ion_memory *mem, const struct ion_area *area)
{
	int ret;

	ret = ion_memory_alloc_pages(mem, area->length >> PAGE_SHIFT,
				     area->offset >= ION_MMAP_ARENA);
	if (ret)
		return ret;

	mem->addr = vmap(mem->pages, mem->nr_pages, VM_MAP, PAGE_KERNEL);
	if (!mem->addr) {
		ion_memory_free_pages(mem);
		return -ENOMEM;
	}
	return 0;
}

static void ion_memory_free(struct ion_memory *mem)
{
	vunmap(mem->addr);
	mem->addr = NULL;
	ion_memory_free_pages(mem);
}

static int ion_charge_limited(u64 bytes, u64 limit)
{
	long now = atomic_long_read(&ion_bytes);

	do {
		if (bytes > limit || now > limit - bytes)
			return -ENOSPC;
	} while (!atomic_long_try_cmpxchg(&ion_bytes, &now, now + bytes));

	return 0;
}

/* The last part of the limit is for CAP_SYS_ADMIN, which is checked only if needed. */
static int ion_charge_module(u64 bytes)
{
	u64 limit = ion_memory_limit();
	int ret = ion_charge_limited(bytes, ion_quota_unreserved(limit));

	if (ret && ion_quota_admin())
		ret = ion_charge_limited(bytes, limit);
	return ret;
}

static void ion_uncharge_module(u64 bytes)
{
	atomic_long_sub(bytes, &ion_bytes);
}

/* As in io_uring: one count for each user, and no limit with CAP_IPC_LOCK. */
static int ion_charge_user(struct user_struct *user, u64 bytes)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	unsigned long pages = bytes >> PAGE_SHIFT;
	long now = atomic_long_read(&user->locked_vm);

	do {
		if (now + pages > limit)
			return -ENOMEM;
	} while (!atomic_long_try_cmpxchg(&user->locked_vm, &now, now + pages));

	return 0;
}

static void ion_uncharge_user(struct user_struct *user, u64 bytes)
{
	atomic_long_sub(bytes >> PAGE_SHIFT, &user->locked_vm);
}

/* An error charges nothing. */
static int ion_memory_charge(struct ion_charge *charge, u64 bytes)
{
	int ret;

	ret = ion_charge_module(bytes);
	if (ret)
		return ret;

	charge->user = NULL;
	if (!capable(CAP_IPC_LOCK)) {
		ret = ion_charge_user(current_user(), bytes);
		if (ret) {
			ion_uncharge_module(bytes);
			return ret;
		}
		charge->user = get_uid(current_user());
	}
	charge->bytes = bytes;
	return 0;
}

static void ion_memory_uncharge(struct ion_charge *charge)
{
	if (charge->user) {
		ion_uncharge_user(charge->user, charge->bytes);
		free_uid(charge->user);
		charge->user = NULL;
	}
	ion_uncharge_module(charge->bytes);
	charge->bytes = 0;
}

static int ion_areas_alloc_each(struct ion_areas *areas,
				const struct ion_info *info)
{
	int ret;

	while (areas->nr < info->nr_areas) {
		ret = ion_memory_alloc(&areas->area[areas->nr],
				       &info->area[areas->nr]);
		if (ret)
			return ret;
		areas->nr++;
	}
	return 0;
}

/**
 * ion_areas_alloc() - allocate the areas of a geometry, charged to the current program
 * @areas: the areas to fill in, all zero
 * @info: the geometry
 *
 * Context: may sleep. mmap_lock may be held.
 * Return: 0; -ENOSPC over the limit of the module; -ENOMEM over RLIMIT_MEMLOCK, or without
 * memory; -EINTR if the caller has been killed. An error leaves nothing behind.
 */
int ion_areas_alloc(struct ion_areas *areas, const struct ion_info *info)
{
	int ret;

	ret = ion_memory_charge(&areas->charge, info->bytes);
	if (ret)
		return ret;
	ret = ion_areas_alloc_each(areas, info);
	if (ret)
		ion_areas_free(areas);
	return ret;
}

/**
 * ion_areas_free() - free areas, and end their charge
 * @areas: areas that ion_areas_alloc() filled in, or zeroes
 *
 * Context: may sleep.
 */
void ion_areas_free(struct ion_areas *areas)
{
	while (areas->nr)
		ion_memory_free(&areas->area[--areas->nr]);
	ion_memory_uncharge(&areas->charge);
}
