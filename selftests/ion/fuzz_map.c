// SPDX-License-Identifier: GPL-2.0-only
/* The fuzzer makes every memory call on mappings. */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fuzz.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static size_t length_at(unsigned int place)
{
	size_t length = fuzz_world.length[place];

	return length && length <= FUZZ_STRIDE ? length : page_size();
}

/* A part of a mapping: often all of it, often more. */
static void *some_piece(struct fuzz *f, size_t *length)
{
	unsigned int place = fuzz_below(f, FUZZ_PLACES);
	unsigned long at = (unsigned long)fuzz_place(place);
	size_t whole = length_at(place);

	*length = whole;
	switch (fuzz_below(f, 6)) {
	case 0:
		*length = page_size() *
			  (1 + fuzz_below(f, whole / page_size() + 2));
		break;
	case 1:
		at += page_size() * fuzz_below(f, whole / page_size() + 1);
		break;
	case 2:
		at += page_size() * fuzz_below(f, whole / page_size() + 1);
		*length = page_size();
		break;
	case 3:
		at += fuzz_chance(f, 4) ? fuzz_below(f, page_size()) : 0;
		*length = fuzz_chance(f, 4) ? fuzz_number(f) & 0xfffffff
					    : whole;
		break;
	default:
		break;
	}
	if (at + *length > FUZZ_BASE + FUZZ_PLACES * FUZZ_STRIDE)
		*length = page_size();
	return (void *)at;
}

static const __u64 offsets[] = {
	ION_MMAP_TX,	ION_MMAP_RX,	 ION_MMAP_CMD,	 ION_MMAP_EVT,
	ION_MMAP_USER,	ION_MMAP_KERNEL, ION_MMAP_ARENA, 0x70000000ULL,
	0x1000,		0x10001000,	 0x0fffe000,	 0x7ffffffffffff000ULL,
	0x100000000ULL, 0x160000000ULL,
};

static int some_prot(struct fuzz *f)
{
	static const int prots[] = { PROT_READ | PROT_WRITE,
				     PROT_READ,
				     PROT_WRITE,
				     PROT_NONE,
				     PROT_EXEC,
				     PROT_READ | PROT_EXEC,
				     7 };

	return prots[fuzz_below(f, FUZZ_ARRAY(prots))];
}

static long step_mmap(struct fuzz *f)
{
	static const int odd[] = { MAP_POPULATE, MAP_LOCKED,   MAP_NORESERVE,
				   MAP_NONBLOCK, MAP_STACK,    MAP_HUGETLB,
				   MAP_SYNC,	 MAP_GROWSDOWN };
	static const int kinds[] = { MAP_SHARED, MAP_SHARED, MAP_PRIVATE,
				     MAP_SHARED_VALIDATE };
	__u64 offset = offsets[fuzz_below(f, FUZZ_ARRAY(offsets))];
	unsigned int place = fuzz_below(f, FUZZ_PLACES);
	size_t length = page_size() * (1 + fuzz_below(f, 4));
	int flags = kinds[fuzz_below(f, FUZZ_ARRAY(kinds))];
	void *at;

	if (fuzz_chance(f, 3))
		length = length_at(fuzz_below(f, FUZZ_PLACES));
	if (fuzz_chance(f, 12))
		length = fuzz_number(f) & (FUZZ_STRIDE - 1);
	if (fuzz_chance(f, 12))
		offset = fuzz_number(f) & ~(page_size() - 1);
	while (fuzz_chance(f, 5))
		flags |= odd[fuzz_below(f, FUZZ_ARRAY(odd))];
	flags |= fuzz_chance(f, 4) ? MAP_FIXED_NOREPLACE : MAP_FIXED;
	at = mmap(fuzz_place(place), length, some_prot(f), flags, fuzz_fd(f),
		  (off_t)offset);
	if (at == MAP_FAILED)
		return -errno;
	fuzz_world.length[place] = (length + page_size() - 1) &
				   ~(page_size() - 1);
	return 0;
}

static bool look(struct fuzz *f, volatile char *at)
{
	return FUZZ_GUARDED(f, *at);
}

/* Map where the kernel chooses; unmap at once. */
static long step_mmap_anywhere(struct fuzz *f)
{
	__u64 offset = offsets[fuzz_below(f, FUZZ_ARRAY(offsets))];
	size_t length = length_at(fuzz_below(f, FUZZ_PLACES));
	void *at = mmap(NULL, length, some_prot(f), MAP_SHARED, fuzz_fd(f),
			(off_t)offset);

	if (at == MAP_FAILED)
		return -errno;
	look(f, at);
	return fuzz_ret(munmap(at, length));
}

static long step_munmap(struct fuzz *f)
{
	size_t length;
	void *at = some_piece(f, &length);

	return fuzz_ret(munmap(at, length));
}

/* It may move within the own address range, and nowhere else. */
static long step_mremap(struct fuzz *f)
{
	static const int kinds[] = {
		0, MREMAP_MAYMOVE | MREMAP_FIXED,
		MREMAP_MAYMOVE | MREMAP_FIXED | 4 /* MREMAP_DONTUNMAP */
	};
	int flags = kinds[fuzz_below(f, FUZZ_ARRAY(kinds))];
	unsigned int to = fuzz_below(f, FUZZ_PLACES);
	size_t length, new_length;
	void *at = some_piece(f, &length);

	new_length = fuzz_chance(f, 2) ? length
				       : page_size() * (1 + fuzz_below(f, 8));
	if (fuzz_chance(f, 6))
		length = 0;
	if (new_length > FUZZ_STRIDE)
		new_length = page_size();
	return fuzz_ret((long)syscall(SYS_mremap, at, length, new_length, flags,
				      fuzz_place(to)) == -1
				? -1
				: 0);
}

static long step_mprotect(struct fuzz *f)
{
	size_t length;
	void *at = some_piece(f, &length);

	return fuzz_ret(mprotect(at, length, some_prot(f)));
}

static long step_madvise(struct fuzz *f)
{
	static const int known[] = {
		MADV_NORMAL,
		MADV_RANDOM,
		MADV_SEQUENTIAL,
		MADV_WILLNEED,
		MADV_DONTNEED,
		MADV_FREE,
		MADV_REMOVE,
		MADV_DONTFORK,
		MADV_DOFORK,
		MADV_MERGEABLE,
		MADV_UNMERGEABLE,
		MADV_HUGEPAGE,
		MADV_NOHUGEPAGE,
		MADV_DONTDUMP,
		MADV_DODUMP,
		MADV_WIPEONFORK,
		MADV_KEEPONFORK,
		MADV_COLD,
		MADV_PAGEOUT,
		MADV_POPULATE_READ,
		MADV_POPULATE_WRITE,
		MADV_COLLAPSE,
		24 /* MADV_DONTNEED_LOCKED */,
		102 /* MADV_GUARD_INSTALL */,
		103 /* MADV_GUARD_REMOVE */,
		99,
	};
	int advice = known[fuzz_below(f, FUZZ_ARRAY(known))];
	size_t length;
	void *at = some_piece(f, &length);

	return fuzz_ret(madvise(at, length, advice));
}

static long step_mlock(struct fuzz *f)
{
	size_t length;
	void *at = some_piece(f, &length);

	switch (fuzz_below(f, 4)) {
	case 0:
		return fuzz_ret(munlock(at, length));
	case 1:
		return fuzz_ret(mlock2(at, length, MLOCK_ONFAULT));
	case 2:
		return fuzz_chance(f, 4) ? fuzz_ret(mlockall(MCL_CURRENT))
					 : fuzz_ret(munlockall());
	default:
		return fuzz_ret(mlock(at, length));
	}
}

static long step_msync(struct fuzz *f)
{
	size_t length;
	void *at = some_piece(f, &length);

	return fuzz_ret(msync(at, length, (int)fuzz_below(f, 8)));
}

static long step_mincore(struct fuzz *f)
{
	size_t length;
	void *at = some_piece(f, &length);

	if (length > FUZZ_STRIDE)
		length = page_size();
	return fuzz_ret(mincore(at, length, fuzz_memory(f, 4096)));
}

/* Calls that are old, or that few mappings support. */
static long step_mm_odd(struct fuzz *f)
{
	size_t length;
	void *at = some_piece(f, &length);
	unsigned long nodes = 1;

	switch (fuzz_below(f, 4)) {
	case 0:
		return fuzz_ret(syscall(SYS_remap_file_pages, at, length, 0,
					fuzz_below(f, 4), 0));
	case 1:
		return fuzz_ret(syscall(SYS_mbind, at, length, fuzz_below(f, 4),
					&nodes, 8, fuzz_below(f, 8)));
#ifdef SYS_mseal
	case 2:
		/* A sealed mapping stays until the end of the process. */
		return fuzz_chance(f, 40) ? fuzz_ret(syscall(SYS_mseal, at,
							     page_size(), 0))
					  : 0;
#endif
	default:
		return fuzz_ret(syscall(SYS_process_madvise, -1, NULL, 0,
					MADV_COLD, 0));
	}
}

static const struct fuzz_step steps[] = {
	{ "mmap", 10, step_mmap },
	{ "mmap anywhere", 3, step_mmap_anywhere },
	{ "munmap", 5, step_munmap },
	{ "mremap", 5, step_mremap },
	{ "mprotect", 5, step_mprotect },
	{ "madvise", 8, step_madvise },
	{ "mlock", 4, step_mlock },
	{ "msync", 2, step_msync },
	{ "mincore", 2, step_mincore },
	{ "odd memory calls", 2, step_mm_odd },
};

const struct fuzz_steps fuzz_map_steps = { steps, FUZZ_ARRAY(steps) };
