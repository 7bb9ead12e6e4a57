// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap() of /dev/ion, the only place that knows of VMAs.
 *
 * The policy: a mapping covers one whole area, is shared and never executable, and
 * stays at its address in the program that made it. Calls that would split it, unmap a
 * part of it, move it or grow it are refused. A child gets SIGBUS when it touches it.
 * It may be unmapped as a whole, and an area may be mapped more than once.
 *
 * A VMA holds the file, and so the channel. A page that user space still holds when
 * the channel goes (a pipe, a registered buffer) has a reference of its own.
 *
 * The memory of an arena may be huge pages. A huge page is mapped as such if the VMA
 * is aligned for it, which thp_get_unmapped_area() ensures.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "binding.h"
#include "calls.h"
#include "channel.h"
#include "compat.h"
#include "geometry.h"

/* The pages are allocated at set-up and remain: a fault only finds the right one. */
static vm_fault_t ion_vm_fault(struct vm_fault *vmf)
{
	const struct ion_memory *mem = vmf->vma->vm_private_data;
	pgoff_t at = vmf->pgoff - vmf->vma->vm_pgoff;

	if (!mem || at >= mem->nr_pages)
		return VM_FAULT_SIGBUS;

	vmf->page = mem->pages[at];
	get_page(vmf->page);
	return 0;
}

static vm_fault_t ion_vm_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	const struct ion_memory *mem = vmf->vma->vm_private_data;
	unsigned long begin = vmf->address & PMD_MASK;
	struct folio *folio;
	pgoff_t at;

	if (!mem || order != PMD_ORDER || begin < vmf->vma->vm_start)
		return VM_FAULT_FALLBACK;
	at = (begin - vmf->vma->vm_start) >> PAGE_SHIFT;
	if (at >= mem->nr_pages)
		return VM_FAULT_FALLBACK;
	folio = page_folio(mem->pages[at]);
	if (folio_order(folio) != PMD_ORDER ||
	    folio_page(folio, 0) != mem->pages[at])
		return VM_FAULT_FALLBACK;

	return vmf_insert_folio_pmd(vmf, folio, vmf->flags & FAULT_FLAG_WRITE);
}

/*
 * Called for a second VMA of the same mapping: MADV_DOFORK removed VM_DONTCOPY and the
 * program forked, or mremap() is about to be refused. An end of a ring has one user, so
 * the new VMA gets no pages.
 */
static void ion_vm_open(struct vm_area_struct *vma)
{
	vma->vm_private_data = NULL;
}

static int ion_vm_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

static int ion_vm_mremap(struct vm_area_struct *vma)
{
	return -EINVAL;
}

static const struct vm_operations_struct ion_vm_ops = {
	.open = ion_vm_open,
	.may_split = ion_vm_may_split,
	.mremap = ion_vm_mremap,
	.fault = ion_vm_fault,
	.huge_fault = ion_vm_huge_fault,
};

/*
 * Check whether the program asks for the right to execute. Under READ_IMPLIES_EXEC the
 * kernel adds that right to readable mappings before it calls the driver. The driver
 * then cannot tell whether the program asked for it, and only removes it.
 */
static bool ion_vma_wants_exec(const struct vm_area_struct *vma)
{
	if (current->personality & READ_IMPLIES_EXEC &&
	    vma->vm_flags & VM_READ)
		return false;
	return vma->vm_flags & VM_EXEC;
}

/* Returns the number of the area that the VMA asks for, or an error. */
static int ion_vma_area(const struct ion_info *info,
			const struct vm_area_struct *vma)
{
	unsigned int i;

	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;

	for (i = 0; i < info->nr_areas; i++) {
		const struct ion_area *area = &info->area[i];

		if (vma->vm_pgoff != area->offset >> PAGE_SHIFT)
			continue;
		if (vma->vm_end - vma->vm_start != area->length)
			return -EINVAL;
		if (ion_vma_wants_exec(vma))
			return -EACCES;
		if ((vma->vm_flags & VM_WRITE) && !(area->prot & PROT_WRITE))
			return -EACCES;
		return i;
	}
	return -EINVAL;
}

static int ion_vma_establish(struct ion_channel *ch, struct vm_area_struct *vma)
{
	int i = ion_vma_area(&ch->info, vma);
	vm_flags_t never = VM_EXEC | VM_MAYEXEC;

	if (i < 0)
		return i;

	if (!(ch->info.area[i].prot & PROT_WRITE))
		never |= VM_MAYWRITE;
	vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP, never);
	vma->vm_private_data = &ch->areas.area[i];
	vma->vm_ops = &ion_vm_ops;
	return 0;
}

/* Give a channel that was not set up the default rings, at its first mmap(). */
static int ion_mmap_default(struct ion_channel *ch, struct vm_area_struct *vma)
{
	static const struct ion_setup setup;
	struct ion_config *config __free(kfree) = NULL;
	int ret;

	config = kzalloc(sizeof(*config), ION_GFP);
	if (!config)
		return -ENOMEM;
	config->bind.key = setup.key;
	ret = ion_geometry(&config->info, &setup);
	if (ret)
		return ret;
	ret = ion_vma_area(&config->info, vma);
	if (ret < 0)
		return ret;
	ion_channel_describe(ch, &config->info,
			     ion_binding_service_name(setup.service));
	return ion_channel_configure(ch, config);
}

/**
 * ion_mmap() - map an area of a channel
 * @file: the open device
 * @vma: as mmap() made it
 *
 * Context: mmap_lock held for writing.
 * Return: 0; -EINVAL for an offset at which no area begins, a length that is
 * not the area's, or a private mapping; -EACCES for a right that the area does
 * not give; an error of ion_channel_configure(). A channel that listens has no area.
 */
int ion_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ion_channel *ch = file->private_data;
	int ret;

	if (ion_channel_listens(ch))
		return -EINVAL;
	if (!ion_channel_ready(ch)) {
		ret = ion_mmap_default(ch, vma);
		/* Another caller may have set it up meanwhile, with other rings. */
		if (ret && !ion_channel_ready(ch))
			return ret;
	}
	return ion_vma_establish(ch, vma);
}
