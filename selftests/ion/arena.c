// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arena as it is set up and mapped: geometry, memory charged, limits, and
 * memory that both ends see.
 */
#include <sys/resource.h>

#include "arena_test.h"
#include "ion_test.h"

#define BUFFERS 100
#define SIZE	512

static struct ion_area last_area(const struct ion_info *info)
{
	return info->area[info->nr_areas - 1];
}

FIXTURE(arena)
{
	struct usage before;
	struct channel ch;
};

ION_LAYOUT_VARIANTS(arena);

FIXTURE_SETUP(arena)
{
	self->before = usage_now();
	ASSERT_EQ(0, arena_open(&self->ch, variant->layout, "echo", 64, BUFFERS,
				SIZE));
}

FIXTURE_TEARDOWN(arena)
{
	channel_close(&self->ch);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

TEST_F(arena, info_describes_the_arena)
{
	size_t page = page_size();
	const struct ion_info *info = &self->ch.info;
	struct ion_area area = last_area(info);
	__u64 bytes = 0;
	unsigned int i;

	EXPECT_EQ(BUFFERS, info->buffers);
	EXPECT_EQ(SIZE, info->buffer_size);
	EXPECT_EQ(variant->layout == ION_LAYOUT_SPLIT ? 7 : 5, info->nr_areas);
	EXPECT_EQ(ION_MMAP_ARENA, area.offset);
	EXPECT_EQ((BUFFERS * SIZE + page - 1) / page * page, area.length);
	EXPECT_EQ(PROT_READ | PROT_WRITE, area.prot);
	EXPECT_EQ(0, area.reserved);
	for (i = 0; i < info->nr_areas; i++)
		bytes += info->area[i].length;
	EXPECT_EQ(bytes, info->bytes);
	EXPECT_EQ(self->before.bytes + bytes, usage_now().bytes);
}

TEST_F(arena, a_dry_run_reports_the_same_and_allocates_nothing)
{
	struct ion_setup setup;

	arena_wants(&setup, variant->layout, "echo", 64, BUFFERS, SIZE);
	setup.flags = ION_SETUP_DRY_RUN;
	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(0, memcmp(&setup.info, &self->ch.info, sizeof(setup.info)));
	EXPECT_EQ(self->before.bytes + self->ch.info.bytes, usage_now().bytes);
}

TEST_F(arena, the_arena_begins_zeroed)
{
	static const unsigned char zeros[BUFFERS * SIZE];

	EXPECT_EQ(0, memcmp(zeros, arena_at(&self->ch, 0), sizeof(zeros)));
}

TEST_F(arena, echo_returns_payloads)
{
	struct channel *ch = &self->ch;
	struct ion_packet sent, back;
	__u32 id;

	for (id = 0; id < BUFFERS; id++) {
		sent = arena_packet(ch, id, id, SIZE - id);
		sent.phys = ~0ULL;
		arena_fill(ch, &sent, id);
		ASSERT_TRUE(arena_send(ch, sent));
		back = arena_pop(ch);
		EXPECT_TRUE(arena_same(&sent, &back));
		EXPECT_EQ(0, back.phys);
	}
	for (id = 0; id < BUFFERS; id++) {
		sent = arena_packet(ch, id, id, SIZE - id);
		EXPECT_TRUE(arena_holds(ch, &sent, id));
	}
}

/* Both mappings, and a third one, are of the same memory. */
TEST_F(arena, the_arena_is_mapped_any_number_of_times)
{
	struct ion_area area = last_area(&self->ch.info);
	unsigned char *again;

	*arena_at(&self->ch, 7) = 0xa5;
	again = mmap(NULL, area.length, PROT_READ | PROT_WRITE, MAP_SHARED,
		     self->ch.fd, (off_t)area.offset);
	ASSERT_NE(MAP_FAILED, again);
	EXPECT_EQ(0xa5, again[7]);
	again[area.length - 1] = 0x5a;
	EXPECT_EQ(0, munmap(again, area.length));
	EXPECT_EQ(0x5a, *arena_at(&self->ch, area.length - 1));
}

static int map_errno(const struct channel *ch, __u64 offset, size_t length,
		     int prot, int flags)
{
	void *addr = mmap(NULL, length, prot, flags, ch->fd, (off_t)(offset));

	if (addr == MAP_FAILED)
		return errno;
	munmap(addr, length);
	return 0;
}

TEST_F(arena, the_arena_is_mapped_only_as_a_whole)
{
	struct ion_area area = last_area(&self->ch.info);
	size_t page = page_size();
	struct channel *ch = &self->ch;
	int rw = PROT_READ | PROT_WRITE;

	EXPECT_EQ(EINVAL, map_errno(ch, area.offset, area.length - page, rw,
				    MAP_SHARED));
	EXPECT_EQ(EINVAL, map_errno(ch, area.offset, area.length + page, rw,
				    MAP_SHARED));
	EXPECT_EQ(EINVAL, map_errno(ch, area.offset + page, area.length - page,
				    rw, MAP_SHARED));
	EXPECT_EQ(EINVAL,
		  map_errno(ch, area.offset, area.length, rw, MAP_PRIVATE));
	EXPECT_EQ(EACCES, map_errno(ch, area.offset, area.length,
				    rw | PROT_EXEC, MAP_SHARED));
	EXPECT_EQ(0, map_errno(ch, area.offset, area.length, PROT_READ,
			       MAP_SHARED));
	EXPECT_EQ(-1, munmap(arena_at(ch, 0), page));
	EXPECT_EQ(EINVAL, errno);
}

/* A mapping keeps the arena after the descriptor is closed. */
TEST_F(arena, a_mapping_outlives_the_descriptor)
{
	close(self->ch.fd);
	self->ch.fd = -1;
	memset(arena_at(&self->ch, 0), 1, BUFFERS * SIZE);
	EXPECT_EQ(self->before.channels + 1, usage_now().channels);
}

TEST(without_buffers_there_is_no_arena)
{
	struct channel ch;

	ASSERT_EQ(0, channel_open(&ch, NULL));
	EXPECT_EQ(0, ch.info.buffers);
	EXPECT_EQ(0, ch.info.buffer_size);
	EXPECT_EQ(4, ch.info.nr_areas);
	EXPECT_EQ(EINVAL,
		  map_errno(&ch, ION_MMAP_ARENA, 4096, PROT_READ, MAP_SHARED));
	channel_close(&ch);
}

/* 64 MiB, aligned for huge pages where the kernel has them. */
TEST(a_large_arena_works)
{
	struct ion_packet sent, back;
	struct channel ch;
	__u32 id;

	ASSERT_EQ(0, arena_open(&ch, ION_LAYOUT_SPLIT, "echo", 64, 64,
				ION_BUFFER_SIZE_MAX));
	for (id = 0; id < 64; id++) {
		/*
		 * The last bytes of a buffer, which a length from its start
		 * does not reach.
		 */
		sent = arena_packet(&ch, id, ION_BUFFER_SIZE_MAX - 0xffff,
				    0xffff);
		arena_fill(&ch, &sent, id);
		ASSERT_TRUE(arena_send(&ch, sent));
	}
	for (id = 0; id < 63; id++) {
		sent = arena_packet(&ch, id, ION_BUFFER_SIZE_MAX - 0xffff,
				    0xffff);
		back = arena_pop(&ch);
		EXPECT_TRUE(arena_same(&sent, &back));
		EXPECT_TRUE(arena_holds(&ch, &back, id));
	}
	channel_close(&ch);
}

static const struct {
	__u32 buffers;
	__u32 size;
	int error;
} sizes[] = {
	{ 0, 256, EINVAL },
	{ 1, 0, EINVAL },
	{ 1, 1, EINVAL },
	{ 1, 128, EINVAL },
	{ 1, 255, EINVAL },
	{ 1, 257, EINVAL },
	{ 3, 768, EINVAL },
	{ 1, 2 * ION_BUFFER_SIZE_MAX, EINVAL },
	{ 1, 0x80000000, EINVAL },
	{ 1, 0xffffffff, EINVAL },
	{ ION_BUFFERS_MAX + 1, 256, EINVAL },
	{ 0xffffffff, 256, EINVAL },
	{ 0x80000000, 0x80000000, EINVAL },
	/* More than max_bytes, also where 32 bits overflow. */
	{ 256, ION_BUFFER_SIZE_MAX, ENOSPC },
	{ 4096, ION_BUFFER_SIZE_MAX, ENOSPC },
	{ ION_BUFFERS_MAX, ION_BUFFER_SIZE_MAX, ENOSPC },
	/* The first valid request sets it up. */
	{ ION_BUFFERS_MAX, 256, 0 },
	{ 1, 256, EBUSY },
};

TEST(sizes_are_limited)
{
	int fd = ion_open(O_RDWR);
	struct ion_setup setup;
	unsigned int i;

	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		arena_wants(&setup, ION_LAYOUT_COMPACT, "echo", 64,
			    sizes[i].buffers, sizes[i].size);
		EXPECT_EQ(-sizes[i].error, ion_call(fd, ION_IOC_SETUP, &setup))
		TH_LOG("%u of %u", sizes[i].buffers, sizes[i].size);
	}
	EXPECT_EQ(ION_BUFFERS_MAX, arena_owned(fd, NULL));
	close(fd);
}

TEST(every_buffer_id_is_used)
{
	struct ion_packet sent, back;
	struct channel ch;
	__u32 id;

	ASSERT_EQ(0, arena_open(&ch, ION_LAYOUT_COMPACT, "echo", 64,
				ION_BUFFERS_MAX, 256));
	for (id = 0; id < ION_BUFFERS_MAX; id += id < 8 ? 1 : 251) {
		sent = arena_packet(&ch, id, 1, 255);
		ASSERT_TRUE(arena_send(&ch, sent));
		back = arena_pop(&ch);
		EXPECT_TRUE(arena_same(&sent, &back));
	}
	sent = arena_packet(&ch, ION_BUFFERS_MAX - 1, 256, 0);
	ASSERT_TRUE(arena_send(&ch, sent));
	back = arena_pop(&ch);
	EXPECT_TRUE(arena_same(&sent, &back));
	channel_close(&ch);
}

TEST(a_dry_run_of_the_largest_arena_reports_its_size)
{
	int fd = ion_open(O_RDWR);
	struct ion_setup setup;

	arena_wants(&setup, ION_LAYOUT_COMPACT, "echo", 64, ION_BUFFERS_MAX,
		    ION_BUFFER_SIZE_MAX);
	setup.flags = ION_SETUP_DRY_RUN;
	ASSERT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(1ULL << 36, last_area(&setup.info).length);
	EXPECT_LT(1ULL << 36, setup.info.bytes);
	close(fd);
}

/* Without CAP_IPC_LOCK the memory counts against RLIMIT_MEMLOCK. */
TEST(the_arena_is_charged_to_the_user)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	struct ion_setup setup;
	int fd;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		fd = ion_open(O_RDWR);
		if (setrlimit(RLIMIT_MEMLOCK, &limit) || ion_drop_privileges())
			_exit(1);
		arena_wants(&setup, ION_LAYOUT_COMPACT, "echo", 64, 4096, 256);
		if (ion_call(fd, ION_IOC_SETUP, &setup) != -ENOMEM)
			_exit(2);
		setup.buffers = 2048;
		if (ion_call(fd, ION_IOC_SETUP, &setup))
			_exit(3);
		_exit(0);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
