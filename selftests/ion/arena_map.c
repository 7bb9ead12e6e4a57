// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapping of an arena that is large enough for huge pages: whatever a
 * program does to the mapping, its data remain, for the kernel too, and the
 * memory is freed when it should be.
 */
#include <sys/utsname.h>

#include "ion_test.h"

#ifndef MADV_COLD
#define MADV_COLD    20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define MIB	(1UL << 20)
#define BUFFERS 5U
#define LENGTH	(BUFFERS * MIB)
#define PAGES	(LENGTH / page_size())

static void *map(int fd)
{
	return mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    ION_MMAP_ARENA);
}

/* A word in every page identifies the page. */
static void mark(char *arena)
{
	unsigned long i;

	for (i = 0; i < PAGES; i++)
		*(__u64 *)(arena + i * page_size() + 8 * (i % 512)) = i + 1;
}

static unsigned long marked(const char *arena)
{
	unsigned long i, found = 0;

	for (i = 0; i < PAGES; i++)
		found += *(__u64 *)(arena + i * page_size() + 8 * (i % 512)) ==
			 i + 1;
	return found;
}

FIXTURE(huge_arena)
{
	int fd;
	char *at;
	struct ion_query before;
};

FIXTURE_SETUP(huge_arena)
{
	struct ion_setup setup;
	int fd = ion_open(O_RDWR);

	ASSERT_LE(0, fd);
	self->before.size = sizeof(self->before);
	ASSERT_EQ(0, ion_call(fd, ION_IOC_QUERY, &self->before));
	self->fd = fd;
	ion_setup_init(&setup, "echo");
	setup.buffers = BUFFERS;
	setup.buffer_size = MIB;
	ASSERT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	self->at = map(fd);
	ASSERT_NE(MAP_FAILED, (void *)self->at);
}

FIXTURE_TEARDOWN(huge_arena)
{
	struct ion_query after = { .size = sizeof(after) };
	int fd;

	if (self->at)
		EXPECT_EQ(0, munmap(self->at, LENGTH));
	EXPECT_EQ(0, close(self->fd));
	fd = ion_open(O_RDWR);
	EXPECT_EQ(0, ion_call(fd, ION_IOC_QUERY, &after));
	EXPECT_EQ(self->before.channels, after.channels);
	EXPECT_EQ(self->before.bytes, after.bytes);
	close(fd);
}

TEST_F(huge_arena, the_arena_begins_zeroed)
{
	unsigned long i;

	for (i = 0; i < LENGTH; i += 8)
		ASSERT_EQ(0, *(__u64 *)(self->at + i));
}

TEST_F(huge_arena, a_page_is_read_before_it_is_written)
{
	unsigned long i;
	__u64 sum = 0;

	for (i = 0; i < PAGES; i++)
		sum += self->at[i * page_size()];
	EXPECT_EQ(0, sum);
	mark(self->at);
	EXPECT_EQ(PAGES, marked(self->at));
}

/* Advice that drops pages from the mapping keeps them in the arena. */
TEST_F(huge_arena, advice_keeps_the_contents)
{
	static const int advice[] = { MADV_DONTNEED, MADV_PAGEOUT, MADV_COLD,
				      MADV_HUGEPAGE, MADV_NOHUGEPAGE };
	unsigned int i;

	mark(self->at);
	for (i = 0; i < ARRAY_SIZE(advice); i++) {
		madvise(self->at, LENGTH, advice[i]);
		EXPECT_EQ(PAGES, marked(self->at));
		madvise(self->at + 3 * page_size(), page_size(), advice[i]);
		EXPECT_EQ(PAGES, marked(self->at));
	}
	EXPECT_EQ(0, madvise(self->at, LENGTH, MADV_POPULATE_WRITE));
	EXPECT_EQ(PAGES, marked(self->at));
}

/* A huge page that was mapped by one entry is mapped in pieces from then on. */
TEST_F(huge_arena, a_page_dropped_from_a_huge_page_returns)
{
	unsigned long i;

	mark(self->at);
	for (i = 1; i < PAGES; i += 97) {
		ASSERT_EQ(0, madvise(self->at + i * page_size(), page_size(),
				     MADV_DONTNEED));
		ASSERT_EQ(PAGES, marked(self->at));
	}
}

TEST_F(huge_arena, mprotect_keeps_the_contents)
{
	mark(self->at);
	ASSERT_EQ(0, mprotect(self->at, LENGTH, PROT_READ));
	EXPECT_EQ(PAGES, marked(self->at));
	ASSERT_EQ(0, mprotect(self->at, LENGTH, PROT_READ | PROT_WRITE));
	mark(self->at);
	EXPECT_EQ(PAGES, marked(self->at));
	EXPECT_EQ(-1, mprotect(self->at + page_size(), page_size(), PROT_READ));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, munmap(self->at, 2 * MIB));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(PAGES, marked(self->at));
}

TEST_F(huge_arena, mlock_keeps_the_contents)
{
	mark(self->at);
	EXPECT_EQ(0, mlock(self->at, LENGTH));
	EXPECT_EQ(PAGES, marked(self->at));
	EXPECT_EQ(0, munlock(self->at, LENGTH));
}

TEST_F(huge_arena, a_second_and_a_new_mapping_are_the_same_memory)
{
	char *other = map(self->fd);

	ASSERT_NE(MAP_FAILED, (void *)other);
	mark(self->at);
	EXPECT_EQ(PAGES, marked(other));
	ASSERT_EQ(0, munmap(self->at, LENGTH));
	EXPECT_EQ(PAGES, marked(other));
	self->at = map(self->fd);
	ASSERT_NE(MAP_FAILED, (void *)self->at);
	EXPECT_EQ(PAGES, marked(self->at));
	EXPECT_EQ(0, munmap(other, LENGTH));
}

/* Pages in a pipe are not reused before the pipe releases them. */
TEST_F(huge_arena, pages_in_a_pipe_outlive_the_channel)
{
	struct iovec iov = { self->at + 2 * MIB - 4096, 8192 };
	char back[8192];
	int pipes[2];

	memset(self->at, 0x5a, LENGTH);
	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(8192, vmsplice(pipes[1], &iov, 1, 0));
	ASSERT_EQ(0, munmap(self->at, LENGTH));
	ASSERT_EQ(0, close(self->fd));
	self->fd = ion_open(O_RDWR);
	self->at = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(self->at, 0, LENGTH);
	ASSERT_EQ(8192, read(pipes[0], back, sizeof(back)));
	EXPECT_EQ(0x5a, back[0]);
	EXPECT_EQ(0x5a, back[8191]);
	close(pipes[0]);
	close(pipes[1]);
}

/* Since 6.16 a driver may map a huge page by one entry. */
static bool maps_huge_pages(void)
{
	struct utsname name;
	int major, minor;

	return !uname(&name) &&
	       sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 16));
}

/*
 * Two of the five MiB are mapped by one entry, twice, where that is possible.
 */
TEST_F(huge_arena, a_huge_page_is_mapped_by_one_entry)
{
	char line[256];
	FILE *smaps = fopen("/proc/self/smaps", "r");
	unsigned long kib = 0;
	bool found = false;

	ASSERT_NE(NULL, smaps);
	mark(self->at);
	while (fgets(line, sizeof(line), smaps)) {
		found |= !!strstr(line, "/dev/ion");
		if (found && sscanf(line, "FilePmdMapped: %lu", &kib) == 1)
			break;
	}
	fclose(smaps);
	ASSERT_TRUE(found);
	EXPECT_EQ(maps_huge_pages() ? 4096 : 0, kib);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
