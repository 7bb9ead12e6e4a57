// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of /dev/ion: the default rings bit for bit, offsets, lengths,
 * rights, and the result of every call that changes mappings.
 */
#include <sys/personality.h>

#include "ion_test.h"

static const size_t ring_bytes[ION_RINGS] = {
	[ION_RING_TX] = sizeof(struct ion_packet_ring),
	[ION_RING_RX] = sizeof(struct ion_packet_ring),
	[ION_RING_CMD] = sizeof(struct ion_cmd_ring),
	[ION_RING_EVT] = sizeof(struct ion_cmd_ring),
};

#define TX_LENGTH page_align(ring_bytes[ION_RING_TX])

/* mmap(), or -errno as an address. */
static void *map(int fd, size_t length, int prot, int flags, __u64 offset)
{
	void *addr = mmap(NULL, length, prot, flags, fd, (off_t)offset);

	return addr == MAP_FAILED ? (void *)(long)-errno : addr;
}

static long map_error(int fd, size_t length, int prot, int flags, __u64 offset)
{
	void *addr = map(fd, length, prot, flags, offset);
	unsigned long value = (unsigned long)addr;

	if (value > -4096UL)
		return (long)value;
	munmap(addr, length);
	return 0;
}

FIXTURE(channel_not_mapped)
{
	int fd;
};

FIXTURE_SETUP(channel_not_mapped)
{
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(channel_not_mapped)
{
	close(self->fd);
}

/* A program of the original layout makes four mappings and no ioctl. */
TEST_F(channel_not_mapped, four_maps_give_the_default_rings)
{
	unsigned int id;
	size_t i;

	for (id = 0; id < ION_RINGS; id++) {
		unsigned char *ring = map(self->fd, page_align(ring_bytes[id]),
					  PROT_READ | PROT_WRITE, MAP_SHARED,
					  ion_test_offset[id]);
		__u32 words[3];
		__u16 flags[2];

		ASSERT_GT(-4096UL, (unsigned long)ring);
		memcpy(words, ring, sizeof(words));
		memcpy(flags, ring + 12, sizeof(flags));
		EXPECT_EQ(0, words[0]);
		EXPECT_EQ(0, words[1]);
		EXPECT_EQ(255, words[2]);
		EXPECT_EQ(0, flags[0]);
		EXPECT_EQ(!ion_kernel_pushes(id), flags[1]);
		for (i = 16; i < page_align(ring_bytes[id]); i++) {
			ASSERT_EQ(0, ring[i])
			TH_LOG("ring %u, byte %zu", id, i);
		}
	}
}

/* mmap() rounds the length up to pages. */
TEST_F(channel_not_mapped, mmap_rounds_the_length_up)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		EXPECT_EQ(0, map_error(self->fd, ring_bytes[id],
				       PROT_READ | PROT_WRITE, MAP_SHARED,
				       ion_test_offset[id]));
	}
}

TEST_F(channel_not_mapped, wrong_offsets_are_refused)
{
	const __u64 page = page_size();
	const __u64 offsets[] = {
		ION_MMAP_TX + page,  ION_MMAP_RX + page,
		ION_MMAP_RX - page,  ION_MMAP_CMD + page,
		ION_MMAP_EVT - page, ION_MMAP_EVT + page,
		0x40000000,	     0x80000000,
		0xf0000000,	     0x100000000,
		0x110000000,	     0x1000000000000,
		0x7fff000000000000,  0x8000000000000000 - page,
	};
	unsigned int i, id;

	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		for (id = 0; id < ION_RINGS; id++) {
			EXPECT_EQ(-EINVAL,
				  map_error(self->fd,
					    page_align(ring_bytes[id]),
					    PROT_READ, MAP_SHARED, offsets[i]))
			TH_LOG("offset %llx", offsets[i]);
		}
}

/* Offset plus length overflow. */
TEST_F(channel_not_mapped, offsets_that_wrap_are_refused)
{
	const __u64 page = page_size();
	const __u64 offsets[] = {
		-page,
		-2 * page,
		0x8000000000000000,
		0xf000000000000000,
		0xfffffffff0000000,
	};
	unsigned int i;
	long error;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		error = map_error(self->fd, TX_LENGTH, PROT_READ, MAP_SHARED,
				  offsets[i]);
		EXPECT_TRUE(error == -EINVAL || error == -EOVERFLOW)
		TH_LOG("offset %llx: %ld", offsets[i], error);
	}
}

static void refuse_length(struct __test_metadata *_metadata, int fd,
			  unsigned int ring, size_t length)
{
	EXPECT_EQ(-EINVAL, map_error(fd, length, PROT_READ, MAP_SHARED,
				     ion_test_offset[ring]))
	TH_LOG("ring %u, length %zu", ring, length);
}

TEST_F(channel_not_mapped, wrong_lengths_are_refused)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		size_t right = page_align(ring_bytes[id]);

		refuse_length(_metadata, self->fd, id, 0);
		refuse_length(_metadata, self->fd, id, right - page_size());
		refuse_length(_metadata, self->fd, id, right + page_size());
		refuse_length(_metadata, self->fd, id, 2 * right);
		refuse_length(_metadata, self->fd, id, 1 << 28);
		refuse_length(_metadata, self->fd, id, (1 << 28) + right);
	}
}

TEST_F(channel_not_mapped, private_mappings_are_refused)
{
	EXPECT_EQ(-EINVAL, map_error(self->fd, TX_LENGTH, PROT_READ,
				     MAP_PRIVATE, ION_MMAP_TX));
	EXPECT_EQ(-EINVAL,
		  map_error(self->fd, TX_LENGTH, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE, ION_MMAP_TX));
}

TEST_F(channel_not_mapped, executable_mappings_are_refused)
{
	EXPECT_EQ(-EACCES, map_error(self->fd, TX_LENGTH, PROT_EXEC, MAP_SHARED,
				     ION_MMAP_TX));
	EXPECT_EQ(-EACCES, map_error(self->fd, TX_LENGTH, PROT_READ | PROT_EXEC,
				     MAP_SHARED, ION_MMAP_RX));
	EXPECT_EQ(-EACCES,
		  map_error(self->fd, page_align(ring_bytes[ION_RING_CMD]),
			    PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED,
			    ION_MMAP_CMD));
}

/* Return whether the mapping at an address may be executed, by /proc. */
static bool is_executable(const void *addr)
{
	unsigned long begin, end;
	char line[512], right[8];
	bool found = false;
	FILE *maps = fopen("/proc/self/maps", "re");

	while (maps && !found && fgets(line, sizeof(line), maps))
		found = sscanf(line, "%lx-%lx %7s", &begin, &end, right) == 3 &&
			begin == (unsigned long)addr;
	if (maps)
		fclose(maps);
	return !found || right[2] != '-';
}

/*
 * Map each ring with each right that an old program may ask for; return 0, or
 * the line of the failure.
 */
static int map_where_reading_is_executing(int fd)
{
	unsigned int id;

	if (personality(READ_IMPLIES_EXEC) < 0)
		return __LINE__;
	for (id = 0; id < ION_RINGS; id++) {
		size_t length = page_align(ring_bytes[id]);
		void *rw = map(fd, length, PROT_READ | PROT_WRITE, MAP_SHARED,
			       ion_test_offset[id]);
		void *r = map(fd, length, PROT_READ, MAP_SHARED,
			      ion_test_offset[id]);

		if ((unsigned long)rw > -4096UL || (unsigned long)r > -4096UL)
			return __LINE__;
		if (is_executable(rw) || is_executable(r))
			return __LINE__;
		/* This adds the right too, where the mapping may have it. */
		if (mprotect(rw, length, PROT_READ) ||
		    mprotect(rw, length, PROT_READ | PROT_WRITE) ||
		    is_executable(rw))
			return __LINE__;
		if (!mprotect(rw, length, PROT_READ | PROT_EXEC) ||
		    errno != EACCES)
			return __LINE__;
		if (map_error(fd, length, PROT_EXEC, MAP_SHARED,
			      ion_test_offset[id]) != -EACCES)
			return __LINE__;
	}
	return 0;
}

/* A personality of old programs; it makes nothing executable. */
TEST_F(channel_not_mapped, read_implies_exec_makes_nothing_executable)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(map_where_reading_is_executing(self->fd));
	EXPECT_EQ(0, ion_wait_child(pid));
}

/*
 * After a refused first mapping the channel may still be set up in another way.
 */
TEST_F(channel_not_mapped, a_refused_mapping_configures_nothing)
{
	struct ion_setup setup;
	struct ion_info info;

	map_error(self->fd, TX_LENGTH, PROT_READ, MAP_PRIVATE, ION_MMAP_TX);
	EXPECT_EQ(-EBADFD, ion_get_info(self->fd, &info));
	map_error(self->fd, TX_LENGTH, PROT_EXEC, MAP_SHARED, ION_MMAP_TX);
	EXPECT_EQ(-EBADFD, ion_get_info(self->fd, &info));
	map_error(self->fd, TX_LENGTH + page_size(), PROT_READ, MAP_SHARED,
		  ION_MMAP_TX);
	EXPECT_EQ(-EBADFD, ion_get_info(self->fd, &info));
	map_error(self->fd, TX_LENGTH, PROT_READ, MAP_SHARED, 0x40000000);
	EXPECT_EQ(-EBADFD, ion_get_info(self->fd, &info));

	ion_setup_init(&setup, "sink");
	setup.slots[ION_RING_TX] = 2;
	EXPECT_EQ(0, ion_call(self->fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(-EINVAL, map_error(self->fd, 2 * page_size(), PROT_READ,
				     MAP_SHARED, ION_MMAP_TX));
	EXPECT_EQ(0, map_error(self->fd, page_size(), PROT_READ, MAP_SHARED,
			       ION_MMAP_TX));
}

TEST_F(channel_not_mapped, a_read_only_descriptor_maps_read_only)
{
	int fd = ion_open(O_RDONLY);
	void *addr;

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EACCES, map_error(fd, TX_LENGTH, PROT_WRITE, MAP_SHARED, 0));
	EXPECT_EQ(-EACCES, map_error(fd, TX_LENGTH, PROT_READ | PROT_WRITE,
				     MAP_SHARED, 0));
	addr = map(fd, TX_LENGTH, PROT_READ, MAP_SHARED, 0);
	ASSERT_GT(-4096UL, (unsigned long)addr);
	EXPECT_EQ(0, ion_touch(addr, false));
	EXPECT_EQ(-1, mprotect(addr, TX_LENGTH, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	close(fd);

	fd = ion_open(O_WRONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EACCES, map_error(fd, TX_LENGTH, PROT_WRITE, MAP_SHARED, 0));
	close(fd);
}

FIXTURE(channel_mapped)
{
	struct channel ch;
};

FIXTURE_SETUP(channel_mapped)
{
	ASSERT_EQ(0, channel_open(&self->ch, NULL));
}

FIXTURE_TEARDOWN(channel_mapped)
{
	channel_close(&self->ch);
}

/* Send a packet through the mappings; return whether it is echoed. */
static bool works(struct channel *ch)
{
	static __u64 number;

	number++;
	if (!ion_push_from(ch, number, 1))
		return false;
	if (ion_kick(ch->fd))
		return false;
	return ion_pop_from(ch, number, 1) == 1;
}

/* A channel with rings of more than three pages. */
FIXTURE(large_rings_mapped)
{
	struct channel ch;
};

FIXTURE_SETUP(large_rings_mapped)
{
	ASSERT_EQ(0, channel_open_slots(&self->ch, 4096, ""));
}

FIXTURE_TEARDOWN(large_rings_mapped)
{
	channel_close(&self->ch);
}

#define EXPECT_ERRNO(error, call)             \
	do {                                  \
		errno = 0;                    \
		EXPECT_EQ(-1L, (long)(call)); \
		EXPECT_EQ(error, errno);      \
	} while (0)

TEST_F(channel_mapped, mprotect_never_gives_execute)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		size_t length = page_align(ring_bytes[id]);
		void *addr = self->ch.area[id];

		EXPECT_ERRNO(EACCES, mprotect(addr, length, PROT_EXEC));
		EXPECT_ERRNO(EACCES,
			     mprotect(addr, length, PROT_READ | PROT_EXEC));
	}
	EXPECT_TRUE(works(&self->ch));
}

TEST_F(channel_mapped, mprotect_of_the_whole_is_allowed)
{
	void *addr = self->ch.area[ION_RING_TX];

	EXPECT_EQ(0, mprotect(addr, TX_LENGTH, PROT_READ));
	EXPECT_EQ(SIGSEGV, ion_touch(addr, true));
	EXPECT_EQ(0, ion_touch(addr, false));
	EXPECT_EQ(0, mprotect(addr, TX_LENGTH, PROT_NONE));
	EXPECT_EQ(SIGSEGV, ion_touch(addr, false));
	EXPECT_EQ(0, mprotect(addr, TX_LENGTH, PROT_READ | PROT_WRITE));
	EXPECT_EQ(0, ion_touch(addr, true));
	EXPECT_TRUE(works(&self->ch));
}

/* A call that would split the mapping is refused, and changes nothing. */
TEST_F(large_rings_mapped, a_mapping_cannot_be_split)
{
	char *addr = self->ch.area[ION_RING_CMD];
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	EXPECT_ERRNO(EINVAL, munmap(addr, page_size()));
	EXPECT_ERRNO(EINVAL, munmap(addr + page_size(), page_size()));
	EXPECT_ERRNO(EINVAL, munmap(addr + 2 * page_size(), page_size()));
	EXPECT_ERRNO(EINVAL, mprotect(addr, page_size(), PROT_READ));
	EXPECT_ERRNO(EINVAL,
		     mprotect(addr + page_size(), page_size(), PROT_READ));
	EXPECT_ERRNO(EINVAL,
		     mprotect(addr + 2 * page_size(), page_size(), PROT_NONE));
	EXPECT_ERRNO(EINVAL,
		     madvise(addr + page_size(), page_size(), MADV_SEQUENTIAL));
	EXPECT_ERRNO(EINVAL, mmap(addr + page_size(), page_size(), PROT_READ,
				  flags, -1, 0));

	EXPECT_EQ(0, ion_touch((__u32 *)addr, true));
	EXPECT_EQ(0, ion_touch((__u32 *)(addr + page_size()), true));
	EXPECT_EQ(0, ion_touch((__u32 *)(addr + 2 * page_size()), true));
	EXPECT_TRUE(works(&self->ch));
}

TEST_F(large_rings_mapped, mremap_is_refused)
{
	size_t length = self->ch.info.area[ION_RING_TX].length;
	char *addr = self->ch.area[ION_RING_TX];
	char *room = mmap(NULL, 2 * length, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct {
		const char *what;
		size_t from, to;
		int flags;
	} calls[] = {
		{ "move", length, length, MREMAP_MAYMOVE | MREMAP_FIXED },
		{ "grow", length, 2 * length, MREMAP_MAYMOVE },
		{ "grow in place", length, length + page_size(), 0 },
		{ "grow and move", length, 2 * length,
		  MREMAP_MAYMOVE | MREMAP_FIXED },
		{ "shrink", length, page_size(), 0 },
		{ "shrink and move", length, page_size(),
		  MREMAP_MAYMOVE | MREMAP_FIXED },
		{ "move a part", page_size(), page_size(),
		  MREMAP_MAYMOVE | MREMAP_FIXED },
		{ "duplicate", 0, length, MREMAP_MAYMOVE },
		{ "duplicate a part", 0, page_size(), MREMAP_MAYMOVE },
		{ "move and keep", length, length,
		  MREMAP_MAYMOVE | MREMAP_DONTUNMAP },
	};
	unsigned int i;
	void *to;

	ASSERT_NE(MAP_FAILED, room);
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		to = mremap(addr, calls[i].from, calls[i].to, calls[i].flags,
			    room);
		EXPECT_EQ(MAP_FAILED, to)
		TH_LOG("%s succeeded", calls[i].what);
		EXPECT_TRUE(errno == EINVAL || errno == EFAULT)
		TH_LOG("%s: errno %d", calls[i].what, errno);
		EXPECT_EQ(0, ion_touch((__u32 *)addr, true));
		EXPECT_EQ(0, ion_touch((__u32 *)(addr + page_size()), true));
		EXPECT_TRUE(works(&self->ch))
		TH_LOG("after %s", calls[i].what);
	}
}

/* An end of a ring has one user: a child gets no mapping. */
TEST_F(channel_mapped, a_child_has_no_mapping)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(ion_touch(self->ch.area[ION_RING_TX], false));
	EXPECT_EQ(SIGSEGV, ion_wait_child(pid));
	EXPECT_TRUE(works(&self->ch));
}

/*
 * Some kernels refuse to make such a mapping inheritable; on the others the
 * child has an address range with nothing mapped.
 */
TEST_F(channel_mapped, madvise_dofork_gives_a_child_nothing)
{
	void *addr = self->ch.area[ION_RING_TX];
	pid_t pid;

	if (madvise(addr, TX_LENGTH, MADV_DOFORK)) {
		EXPECT_EQ(EINVAL, errno);
		return;
	}
	EXPECT_EQ(0, ion_touch(addr, false));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(ion_touch(addr, true));
	EXPECT_EQ(SIGBUS, ion_wait_child(pid));

	/* The child of the child has none either. */
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		pid = fork();
		if (!pid)
			_exit(ion_touch(addr, false));
		_exit(ion_wait_child(pid));
	}
	EXPECT_EQ(SIGBUS, ion_wait_child(pid));
	EXPECT_TRUE(works(&self->ch));
}

TEST_F(channel_mapped, madvise_dontneed_keeps_the_contents)
{
	__u32 *word = channel_slot(&self->ch, ION_RING_TX, 200);

	*word = 0x12345678;
	EXPECT_EQ(0, madvise(self->ch.area[ION_RING_TX], TX_LENGTH,
			     MADV_DONTNEED));
	EXPECT_EQ(0x12345678, *word);
	EXPECT_EQ(255, channel_header(&self->ch, ION_RING_TX)->mask);
	EXPECT_TRUE(works(&self->ch));
}

TEST_F(channel_mapped, a_second_mapping_is_the_same_memory)
{
	__u32 *other, *word = channel_slot(&self->ch, ION_RING_EVT, 255);

	other = map(self->ch.fd, page_align(sizeof(struct ion_cmd_ring)),
		    PROT_READ, MAP_SHARED, ION_MMAP_EVT);
	ASSERT_GT(-4096UL, (unsigned long)other);
	*word = 0x87654321;
	EXPECT_EQ(0x87654321, other[(16 + 255 * 32) / 4]);
	EXPECT_EQ(SIGSEGV, ion_touch(other, true));
	munmap(other, page_align(sizeof(struct ion_cmd_ring)));
	EXPECT_EQ(0, ion_touch(word, true));
}

TEST_F(channel_mapped, a_mapping_outlives_its_descriptor)
{
	unsigned int id;

	ion_push_from(&self->ch, 0, 255);
	ion_kick(self->ch.fd);
	close(self->ch.fd);
	self->ch.fd = -1;
	for (id = 0; id < ION_RINGS; id++) {
		EXPECT_EQ(0, ion_touch(self->ch.area[id], true));
		EXPECT_EQ(0, ion_touch(channel_slot(&self->ch, id, 255), true));
	}
	EXPECT_EQ(255, ion_pop_from(&self->ch, 0, 255));
}

/* A page in a pipe keeps its bytes when the channel is closed. */
TEST_F(channel_mapped, a_page_in_a_pipe_outlives_the_channel)
{
	char *addr = self->ch.area[ION_RING_TX];
	struct iovec page = { .iov_base = addr, .iov_len = page_size() };
	struct channel others[4];
	char *was = malloc(page_size()), *is = malloc(page_size());
	int pipes[2];
	unsigned int i;

	ion_push_from(&self->ch, 77, 100);
	memcpy(was, addr, page_size());
	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ((ssize_t)page_size(), vmsplice(pipes[1], &page, 1, 0));
	channel_close(&self->ch);

	/* Freed pages would be reused for these. */
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		ASSERT_EQ(0, channel_open(&others[i], NULL));
		memset(others[i].area[ION_RING_TX], 0xaa, TX_LENGTH);
	}
	EXPECT_EQ((ssize_t)page_size(), read(pipes[0], is, page_size()));
	EXPECT_EQ(0, memcmp(was, is, page_size()));
	for (i = 0; i < ARRAY_SIZE(others); i++)
		channel_close(&others[i]);
	free(was);
	free(is);
}

/* Data of one channel are never visible in another. */
TEST_F(channel_mapped, pages_come_zeroed)
{
	unsigned int round, id;
	struct channel ch;
	size_t i;

	for (round = 0; round < 20; round++) {
		ASSERT_EQ(0, channel_open(&ch, NULL));
		for (id = 0; id < ION_RINGS; id++) {
			size_t length = ch.info.area[id].length;
			unsigned char *bytes = ch.area[id];

			for (i = 16; i < length; i++) {
				ASSERT_EQ(0, bytes[i])
				TH_LOG("byte %zu", i);
			}
			memset(bytes, 0x5a, length);
		}
		channel_close(&ch);
	}
}

/* exec() keeps the descriptor without O_CLOEXEC, and removes the mappings. */
TEST_F(channel_mapped, exec_removes_the_mappings)
{
	char text[64];
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		fcntl(self->ch.fd, F_SETFD, 0);
		snprintf(text, sizeof(text), "%d", self->ch.fd);
		execl("/proc/self/exe", "mapping", "--executed", text, NULL);
		_exit(99);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_TRUE(works(&self->ch));
}

/* Return the number of the check that failed. */
static int executed(int fd)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");
	struct ion_info info;
	bool mapped = false;
	long error;

	while (maps && !mapped && fgets(line, sizeof(line), maps))
		mapped = strstr(line, ION_DEVICE);
	if (maps)
		fclose(maps);
	if (mapped)
		return 1;
	if (ion_get_info(fd, &info))
		return 2;
	error = map_error(fd, TX_LENGTH, PROT_READ, MAP_SHARED, ION_MMAP_TX);
	return error ? 3 : 0;
}

ION_TEST_KERNEL_LOG()

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--executed"))
		return executed(atoi(argv[2]));
	ion_test_need_device();
	return test_harness_run(argc, argv);
}
