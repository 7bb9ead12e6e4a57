// SPDX-License-Identifier: GPL-2.0-only
/*
 * The split layout: the places of its words; and no call makes the pages of the
 * kernel writable.
 */
#include "ion_live.h"
#include "ion_test.h"

enum area {
	AREA_USER,
	AREA_KERNEL,
	AREA_TX,
	AREA_RX,
	AREA_CMD,
	AREA_EVT,
	AREAS,
};

static bool area_read_only(unsigned int area)
{
	return area == AREA_KERNEL || area == AREA_RX || area == AREA_EVT;
}

FIXTURE(split_layout)
{
	struct channel ch;
};

FIXTURE_SETUP(split_layout)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, ION_LAYOUT_SPLIT, 256, ""));
}

FIXTURE_TEARDOWN(split_layout)
{
	channel_close(&self->ch);
}

static bool works(struct channel *ch)
{
	static __u64 number;

	number++;
	return ion_send(ch, number, 1) == 1 && ion_pop_from(ch, number, 1) == 1;
}

TEST_F(split_layout, areas_have_their_sizes_and_rights)
{
	const size_t packets = page_align(256 * sizeof(struct ion_packet));
	const size_t cmds = page_align(256 * sizeof(struct ion_cmd_packet));
	const struct ion_area want[AREAS] = {
		{ ION_MMAP_USER, page_size(), PROT_READ | PROT_WRITE, 0 },
		{ ION_MMAP_KERNEL, page_size(), PROT_READ, 0 },
		{ ION_MMAP_TX, packets, PROT_READ | PROT_WRITE, 0 },
		{ ION_MMAP_RX, packets, PROT_READ, 0 },
		{ ION_MMAP_CMD, cmds, PROT_READ | PROT_WRITE, 0 },
		{ ION_MMAP_EVT, cmds, PROT_READ, 0 },
	};
	const struct ion_info *info = &self->ch.info;
	unsigned int i;

	EXPECT_EQ(ION_LAYOUT_SPLIT, info->layout);
	EXPECT_EQ(AREAS, info->nr_areas);
	EXPECT_EQ(2 * (page_size() + packets + cmds), info->bytes);
	for (i = 0; i < AREAS; i++) {
		EXPECT_EQ(want[i].offset, info->area[i].offset);
		EXPECT_EQ(want[i].length, info->area[i].length);
		EXPECT_EQ(want[i].prot, info->area[i].prot);
		EXPECT_EQ(0, info->area[i].reserved);
	}
}

static bool within(const struct ion_area *area, __u64 offset, size_t size)
{
	return offset >= area->offset &&
	       offset + size <= area->offset + area->length && !(offset % size);
}

TEST_F(split_layout, every_word_is_on_the_page_of_its_writer)
{
	const struct ion_info *info = &self->ch.info;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_info *ring = &info->ring[id];
		const struct ion_area *producer = &info->area[AREA_USER];
		const struct ion_area *consumer = &info->area[AREA_KERNEL];

		if (ion_kernel_pushes(id)) {
			producer = &info->area[AREA_KERNEL];
			consumer = &info->area[AREA_USER];
		}
		EXPECT_TRUE(within(producer, ring->head, 4));
		EXPECT_TRUE(within(producer, ring->producer_wake, 2));
		EXPECT_TRUE(within(consumer, ring->tail, 4));
		EXPECT_TRUE(within(consumer, ring->consumer_wake, 2));
		EXPECT_TRUE(within(&info->area[AREA_KERNEL], ring->mask, 4));
		EXPECT_EQ(info->area[AREA_TX + id].offset, ring->slots);
		EXPECT_EQ(256, ring->nr_slots);
		EXPECT_EQ(ion_slot_size(id), ring->slot_size);
		EXPECT_EQ(255, *(__u32 *)channel_at(&self->ch, ring->mask));
	}
}

/* The words of two rings are at least two cache lines apart. */
TEST_F(split_layout, the_words_of_two_rings_are_apart)
{
	const struct ion_ring_info *ring = self->ch.info.ring;
	unsigned int a, b, i, j;

	for (a = 0; a < ION_RINGS; a++) {
		const __u64 words_a[] = { ring[a].head, ring[a].tail,
					  ring[a].mask, ring[a].producer_wake,
					  ring[a].consumer_wake };

		for (b = a + 1; b < ION_RINGS; b++) {
			const __u64 words_b[] = { ring[b].head, ring[b].tail,
						  ring[b].mask,
						  ring[b].producer_wake,
						  ring[b].consumer_wake };

			for (i = 0; i < ARRAY_SIZE(words_a); i++)
				for (j = 0; j < ARRAY_SIZE(words_b); j++)
					EXPECT_NE(words_a[i] / 128,
						  words_b[j] / 128);
		}
	}
}

TEST_F(split_layout, a_dry_run_reports_the_same)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	setup.layout = ION_LAYOUT_SPLIT;
	setup.flags = ION_SETUP_DRY_RUN;
	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_SETUP, &setup));
	setup.info.channel = self->ch.info.channel;
	EXPECT_EQ(0, memcmp(&setup.info, &self->ch.info, sizeof(setup.info)));
	setup.layout = ION_LAYOUT_SPLIT + 1;
	EXPECT_EQ(-EINVAL, ion_call(self->ch.fd, ION_IOC_SETUP, &setup));
}

static long map_error(int fd, size_t length, int prot, int flags, __u64 offset)
{
	void *addr = mmap(NULL, length, prot, flags, fd, (off_t)offset);

	if (addr == MAP_FAILED)
		return -errno;
	munmap(addr, length);
	return 0;
}

TEST_F(split_layout, mappings_that_ask_for_too_much_are_refused)
{
	unsigned int i;

	for (i = 0; i < AREAS; i++) {
		const struct ion_area *area = &self->ch.info.area[i];
		int fd = self->ch.fd, rw = area_read_only(i) ? -EACCES : 0;

		EXPECT_EQ(0, map_error(fd, area->length, PROT_READ, MAP_SHARED,
				       area->offset));
		EXPECT_EQ(rw,
			  map_error(fd, area->length, PROT_READ | PROT_WRITE,
				    MAP_SHARED, area->offset));
		EXPECT_EQ(rw, map_error(fd, area->length, PROT_WRITE,
					MAP_SHARED, area->offset));
		EXPECT_EQ(-EACCES,
			  map_error(fd, area->length, PROT_READ | PROT_EXEC,
				    MAP_SHARED, area->offset));
		EXPECT_EQ(-EINVAL, map_error(fd, area->length, PROT_READ,
					     MAP_PRIVATE, area->offset));
		EXPECT_EQ(-EINVAL,
			  map_error(fd, area->length, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE, area->offset));
		EXPECT_EQ(-EINVAL,
			  map_error(fd, area->length + page_size(), PROT_READ,
				    MAP_SHARED, area->offset));
		EXPECT_EQ(-EINVAL,
			  map_error(fd, area->length, PROT_READ, MAP_SHARED,
				    area->offset + page_size()));
	}
}

TEST_F(split_layout, the_compact_layout_has_no_split_areas)
{
	int fd = ion_open(O_RDWR);
	struct ion_info info;

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EINVAL, map_error(fd, page_size(), PROT_READ, MAP_SHARED,
				     ION_MMAP_USER));
	EXPECT_EQ(-EINVAL, map_error(fd, page_size(), PROT_READ, MAP_SHARED,
				     ION_MMAP_KERNEL));
	EXPECT_EQ(-EBADFD, ion_get_info(fd, &info));
	EXPECT_EQ(0, map_error(fd, 8192, PROT_READ, MAP_SHARED, ION_MMAP_TX));
	EXPECT_EQ(-EINVAL, map_error(fd, page_size(), PROT_READ, MAP_SHARED,
				     ION_MMAP_USER));
	close(fd);
}

/* A write past the page tables is refused too: VM_MAYWRITE is clear. */
static long write_by_mem_file(void *addr)
{
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	__u32 word = 0x55555555;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = pwrite(fd, &word, sizeof(word), (off_t)(unsigned long)addr);
	n = n < 0 ? -errno : n;
	close(fd);
	return n;
}

static long write_by_vm_call(void *addr)
{
	__u32 word = 0x55555555;
	struct iovec from = { &word, sizeof(word) };
	struct iovec to = { addr, sizeof(word) };
	ssize_t n = process_vm_writev(getpid(), &from, 1, &to, 1, 0);

	return n < 0 ? -errno : n;
}

static long write_by_read(void *addr)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, addr, 4);

	n = n < 0 ? -errno : n;
	close(fd);
	return n;
}

static int try_to_write(void *addr, size_t length)
{
	if (!mprotect(addr, length, PROT_READ | PROT_WRITE) || errno != EACCES)
		return 1;
	if (!mprotect(addr, length, PROT_WRITE) || errno != EACCES)
		return 2;
	if (!mprotect(addr, length, PROT_READ | PROT_EXEC) || errno != EACCES)
		return 3;
	if (mprotect(addr, length, PROT_NONE) ||
	    mprotect(addr, length, PROT_READ))
		return 4;
	if (!mprotect(addr, length, PROT_READ | PROT_WRITE) || errno != EACCES)
		return 5;
	return ion_touch(addr, true) == SIGSEGV ? 0 : 6;
}

TEST_F(split_layout, read_only_areas_stay_read_only)
{
	unsigned int i;

	for (i = 0; i < AREAS; i++) {
		void *addr = self->ch.area[i];

		if (!area_read_only(i))
			continue;
		EXPECT_EQ(0, try_to_write(addr, self->ch.info.area[i].length))
		TH_LOG("area %u", i);
		EXPECT_EQ(-EIO, write_by_mem_file(addr));
		EXPECT_EQ(-EFAULT, write_by_vm_call(addr));
		EXPECT_EQ(-EFAULT, write_by_read(addr));
		EXPECT_EQ(0, ion_touch(addr, false));
	}
	EXPECT_TRUE(works(&self->ch));
}

TEST_F(split_layout, writable_areas_may_become_read_only_and_back)
{
	void *addr = self->ch.area[AREA_USER];

	EXPECT_EQ(0, mprotect(addr, page_size(), PROT_READ));
	EXPECT_EQ(SIGSEGV, ion_touch(addr, true));
	EXPECT_EQ(0, mprotect(addr, page_size(), PROT_READ | PROT_WRITE));
	EXPECT_EQ(0, ion_touch(addr, true));
	EXPECT_TRUE(works(&self->ch));
}

TEST_F(split_layout, a_second_mapping_is_read_only_too)
{
	const struct ion_area *area = &self->ch.info.area[AREA_RX];
	void *again = mmap(NULL, area->length, PROT_READ, MAP_SHARED,
			   self->ch.fd, (off_t)area->offset);

	ASSERT_NE(MAP_FAILED, again);
	EXPECT_EQ(0, try_to_write(again, area->length));
	EXPECT_EQ(MAP_FAILED, mmap(again, area->length, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_FIXED, self->ch.fd,
				   (off_t)area->offset));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(0, try_to_write(self->ch.area[AREA_RX], area->length));
	EXPECT_TRUE(works(&self->ch));
}

/* A child may map with the descriptor, and has no more rights. */
static int child_tries(const struct channel *ch, bool inherited)
{
	const struct ion_area *area = &ch->info.area[AREA_KERNEL];
	void *addr = ch->area[AREA_KERNEL];

	if (inherited)
		return mprotect(addr, area->length, PROT_READ | PROT_WRITE)
			       ? errno
			       : 0;
	if (ion_touch(addr, false) != SIGSEGV)
		return 101;
	if (map_error(ch->fd, area->length, PROT_READ | PROT_WRITE, MAP_SHARED,
		      (off_t)area->offset) != -EACCES)
		return 102;
	addr = mmap(NULL, area->length, PROT_READ, MAP_SHARED, ch->fd,
		    (off_t)area->offset);
	return addr == MAP_FAILED ? 103 : try_to_write(addr, area->length);
}

TEST_F(split_layout, a_child_cannot_write_either)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(child_tries(&self->ch, false));
	EXPECT_EQ(0, ion_wait_child(pid));

	/* Some kernels refuse this. */
	if (!madvise(self->ch.area[AREA_KERNEL], page_size(), MADV_DOFORK)) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid)
			_exit(child_tries(&self->ch, true));
		EXPECT_EQ(EACCES, ion_wait_child(pid));
	}
	EXPECT_EQ(0, try_to_write(self->ch.area[AREA_KERNEL], page_size()));
	EXPECT_TRUE(works(&self->ch));
}

TEST_F(split_layout, a_read_only_descriptor_maps_read_only)
{
	struct ion_setup setup;
	int fd = ion_open(O_RDONLY);
	unsigned int i;

	ASSERT_LE(0, fd);
	ion_setup_init(&setup, "");
	setup.layout = ION_LAYOUT_SPLIT;
	ASSERT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	for (i = 0; i < AREAS; i++) {
		const struct ion_area *area = &setup.info.area[i];
		void *addr = mmap(NULL, area->length, PROT_READ, MAP_SHARED, fd,
				  (off_t)area->offset);

		ASSERT_NE(MAP_FAILED, addr);
		EXPECT_EQ(0, try_to_write(addr, area->length))
		TH_LOG("area %u", i);
		EXPECT_EQ(-EACCES,
			  map_error(fd, area->length, PROT_READ | PROT_WRITE,
				    MAP_SHARED, area->offset));
		munmap(addr, area->length);
	}
	close(fd);
}

/* Bytes outside of the words are never read. */
TEST_F(split_layout, the_rest_of_the_user_page_is_ignored)
{
	unsigned char *page = self->ch.area[AREA_USER];
	const struct ion_ring_info *ring = self->ch.info.ring;
	static bool used[65536];
	unsigned int id, i;
	struct ion_stats stats;

	for (id = 0; id < ION_RINGS; id++) {
		bool rx = ion_kernel_pushes(id);
		__u64 index = rx ? ring[id].tail : ring[id].head;
		__u64 wake = rx ? ring[id].consumer_wake
				: ring[id].producer_wake;

		memset(used + (index - ION_MMAP_USER), true, 4);
		memset(used + (wake - ION_MMAP_USER), true, 2);
	}
	for (i = 0; i < page_size(); i++)
		if (!used[i])
			page[i] = 0xa5;
	for (i = 0; i < 300; i++)
		ASSERT_TRUE(works(&self->ch));
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	for (id = 0; id < ION_RINGS; id++)
		EXPECT_EQ(ION_POISON_NONE, stats.ring[id].poison);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
