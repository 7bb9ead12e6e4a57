// SPDX-License-Identifier: GPL-2.0-only
/*
 * The random choices of the fuzzer: numbers, addresses, arguments, descriptors.
 */
#include <time.h>

#include "fuzz.h"

__u64 fuzz_random(struct fuzz *f)
{
	__u64 x = f->random += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

__u64 fuzz_below(struct fuzz *f, __u64 limit)
{
	return fuzz_random(f) % limit;
}

bool fuzz_chance(struct fuzz *f, unsigned int one_in)
{
	return !fuzz_below(f, one_in);
}

/* A number that is likely to matter, or any. */
__u64 fuzz_number(struct fuzz *f)
{
	static const __u64 numbers[] = {
		0,	    1,
		2,	    7,
		8,	    23,
		24,	    25,
		32,	    63,
		64,	    255,
		256,	    257,
		1023,	    1024,
		1025,	    4095,
		4096,	    4097,
		8192,	    65535,
		65536,	    65537,
		1048576,    1ULL << 28,
		0x60000000, 0x7fffffff,
		0x80000000, 0xffffffff,
		1ULL << 32, 1ULL << 63,
		~0ULL >> 1, ~0ULL - 4095,
		~0ULL - 1,  ~0ULL,
	};
	__u64 x = fuzz_random(f);

	switch (x % 4) {
	case 0:
		return x >> 8;
	case 1:
		return (x >> 8) & ((1ULL << (x >> 56) % 32) - 1);
	default:
		return numbers[(x >> 8) % FUZZ_ARRAY(numbers)];
	}
}

void *fuzz_place(unsigned int place)
{
	return (void *)(FUZZ_BASE + place * FUZZ_STRIDE);
}

/* A bad address, or one where the bytes change by themselves. */
void *fuzz_pointer(struct fuzz *f)
{
	unsigned long at = FUZZ_BASE + fuzz_below(f, FUZZ_PLACES) * FUZZ_STRIDE;

	switch (fuzz_below(f, 8)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(unsigned long)fuzz_number(f);
	case 2:
		return (void *)-(unsigned long)fuzz_below(f, 1 << 20);
	case 3:
		return f->scratch + FUZZ_SCRATCH + fuzz_below(f, 4096);
	case 4:
		/* The last mapped bytes, and too few. */
		return f->scratch + 2 * FUZZ_SCRATCH - fuzz_below(f, 16);
	default:
		return (void *)(at + (fuzz_random(f) & 0x1ff8));
	}
}

/* Space for @size bytes; often it ends where the memory ends. */
void *fuzz_memory(struct fuzz *f, size_t size)
{
	if (size > FUZZ_SCRATCH / 2)
		size = FUZZ_SCRATCH / 2;
	if (fuzz_chance(f, 3))
		return f->scratch + FUZZ_SCRATCH - size;
	return f->scratch + (fuzz_below(f, FUZZ_SCRATCH / 2) & ~7UL);
}

/* Change one field of it. */
static void fuzz_change(struct fuzz *f, char *arg, size_t size)
{
	static const __s32 sizes[] = { 0, 4, -1, -8, 8, 1, 256, 4096, 65536 };
	__u32 grown, number = (__u32)fuzz_number(f);
	__u64 wide = fuzz_number(f);

	switch (fuzz_below(f, 6)) {
	case 0:
		grown = sizes[fuzz_below(f, FUZZ_ARRAY(sizes))] +
			(fuzz_chance(f, 2) ? size : 0);
		memcpy(arg, &grown, sizeof(grown));
		break;
	case 1:
		arg[fuzz_below(f, size)] ^= 1 << fuzz_below(f, 8);
		break;
	case 2:
		arg[fuzz_below(f, size)] = (char)fuzz_random(f);
		break;
	case 3:
		memcpy(arg + (fuzz_below(f, size - 7) & ~7UL), &wide, 8);
		break;
	default:
		memcpy(arg + (fuzz_below(f, size - 3) & ~3UL), &number, 4);
		break;
	}
}

/*
 * The place of an argument: mostly as it is, often nearly so, sometimes
 * anywhere. Behind it are zeros, or no memory.
 */
void *fuzz_argument(struct fuzz *f, const void *arg, size_t size)
{
	char *at = fuzz_memory(f, size);
	char *page;

	if (size < 8 || fuzz_chance(f, 25))
		return fuzz_pointer(f);
	if (at + size + 64 <= f->scratch + FUZZ_SCRATCH)
		memset(at + size, 0, 64);
	memcpy(at, arg, size);
	while (fuzz_chance(f, 5))
		fuzz_change(f, at, size);
	if (!fuzz_chance(f, 20))
		return at;

	/* In memory that the kernel and other threads write. */
	page = fuzz_pointer(f);
	if ((unsigned long)page >= FUZZ_BASE &&
	    (unsigned long)page < FUZZ_BASE + FUZZ_PLACES * FUZZ_STRIDE)
		return FUZZ_GUARDED(f, memcpy(page, at, size)) ? page : at;
	return at;
}

struct fuzz_channel *fuzz_channel(struct fuzz *f)
{
	return &fuzz_world.channel[fuzz_below(f, FUZZ_CHANNELS)];
}

/* A descriptor of the device, or of another kind. */
int fuzz_fd(struct fuzz *f)
{
	int tries = 4, fd = -1;

	if (fuzz_chance(f, 40))
		return fuzz_other(f);
	while (fd < 0 && tries--)
		fd = fuzz_channel(f)->fd;
	return fd;
}

int fuzz_other(struct fuzz *f)
{
	if (fuzz_chance(f, 20))
		return -1;
	return fuzz_world.other[fuzz_below(f, FUZZ_OTHERS)];
}

__u64 fuzz_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}
