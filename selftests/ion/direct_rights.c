// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each page of a direct channel has one writer. Every way to write to a page is tried on
 * the pages of the peer, where it must fail and change nothing, and on the program's own,
 * where it must work.
 */
#include "ion_test.h"
#include "direct_test.h"
#include "uring_test.h"

#define BYTES 64

FIXTURE(direct_rights)
{
	struct channel a;
	struct channel b;
	char *page;
	char before[BYTES];
};

FIXTURE_VARIANT(direct_rights)
{
	__u64 at;
	bool own;
};

#define RIGHTS_VARIANT(name, offset, may)              \
	FIXTURE_VARIANT_ADD(direct_rights, name)       \
	{                                              \
		.at = ION_MMAP_##offset, .own = (may), \
	}

RIGHTS_VARIANT(words, USER, true);
RIGHTS_VARIANT(tx, TX, true);
RIGHTS_VARIANT(cmd, CMD, true);
RIGHTS_VARIANT(arena, ARENA, true);
RIGHTS_VARIANT(words_of_the_peer, KERNEL, false);
RIGHTS_VARIANT(rx, RX, false);
RIGHTS_VARIANT(evt, EVT, false);
RIGHTS_VARIANT(arena_of_the_peer, PEER_ARENA, false);

FIXTURE_SETUP(direct_rights)
{
	ASSERT_EQ(0, direct_open_arena(&self->a, &self->b, 256, 4, 4096));
	self->page = channel_at(&self->a, variant->at);
	ASSERT_NE(NULL, self->page);
	memcpy(self->before, self->page, BYTES);
}

FIXTURE_TEARDOWN(direct_rights)
{
	if (!variant->own)
		EXPECT_EQ(0, memcmp(self->before, self->page, BYTES));
	channel_close(&self->a);
	channel_close(&self->b);
}

/* The result of a call, or -errno. */
static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

TEST_F(direct_rights, store)
{
	EXPECT_EQ(variant->own ? 0 : SIGSEGV,
		  ion_touch((__u32 *)self->page, true));
}

TEST_F(direct_rights, mmap)
{
	size_t length = 0;
	unsigned int i;
	void *again;

	for (i = 0; i < self->a.info.nr_areas; i++)
		if (self->a.info.area[i].offset == variant->at)
			length = self->a.info.area[i].length;
	ASSERT_NE(0, length);
	again = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED,
		     self->a.fd, (off_t)variant->at);
	if (variant->own) {
		EXPECT_NE(MAP_FAILED, again);
	} else {
		EXPECT_EQ(MAP_FAILED, again);
		EXPECT_EQ(EACCES, errno);
	}
	/* A private copy would not be what the peer sees. */
	EXPECT_ERRNO(EINVAL, mmap(NULL, length, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE, self->a.fd, (off_t)variant->at));
	EXPECT_ERRNO(EINVAL, mmap(NULL, length, PROT_READ, MAP_PRIVATE,
				  self->a.fd, (off_t)variant->at));
	EXPECT_ERRNO(EACCES, mmap(NULL, length, PROT_READ | PROT_EXEC,
				  MAP_SHARED, self->a.fd, (off_t)variant->at));
}

TEST_F(direct_rights, mprotect)
{
	size_t length = page_size();
	unsigned int i;
	long ret;

	for (i = 0; i < self->a.info.nr_areas; i++)
		if (self->a.info.area[i].offset == variant->at)
			length = self->a.info.area[i].length;
	ret = result(mprotect(self->page, length, PROT_READ | PROT_WRITE));
	EXPECT_EQ(variant->own ? 0 : -EACCES, ret);
	if (!variant->own)
		EXPECT_EQ(SIGSEGV, ion_touch((__u32 *)self->page, true));
}

/* This writes to read-only private memory too. */
TEST_F(direct_rights, proc_mem)
{
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	off_t at = (off_t)(unsigned long)self->page;
	char bytes[BYTES];
	long ret;

	ASSERT_LE(0, fd);
	memcpy(bytes, self->page, BYTES);
	if (!variant->own)
		memset(bytes, 0x5a, BYTES);
	ret = result(pwrite(fd, bytes, BYTES, at));
	EXPECT_EQ(variant->own ? BYTES : -EIO, ret);
	close(fd);
}

TEST_F(direct_rights, process_vm_writev)
{
	char bytes[BYTES];
	struct iovec from = { bytes, BYTES }, to = { self->page, BYTES };

	memcpy(bytes, self->page, BYTES);
	if (!variant->own)
		memset(bytes, 0x5a, BYTES);
	EXPECT_EQ(variant->own ? BYTES : -EFAULT,
		  result(process_vm_writev(getpid(), &from, 1, &to, 1, 0)));
}

TEST_F(direct_rights, read_of_a_file)
{
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, zero);
	EXPECT_EQ(variant->own ? BYTES : -EFAULT,
		  result(read(zero, self->page, BYTES)));
	close(zero);
}

/* A call of the channel itself that writes to its argument. */
TEST_F(direct_rights, ioctl)
{
	struct ion_packet packet = ion_packet_of(1);
	struct ion_stats stats;

	/* It is popped only once the program has it. */
	EXPECT_TRUE(ion_ring_push(&self->b.tx, &packet));
	if (!variant->own)
		memcpy(self->before, self->page, BYTES);
	EXPECT_EQ(variant->own ? 1 : -EFAULT,
		  ion_batch(self->a.fd, ION_IOC_POP, ION_RING_RX,
			    self->page + 1024, 1));
	ASSERT_EQ(0, ion_get_stats(self->a.fd, &stats));
	EXPECT_EQ(!variant->own, stats.ring[ION_RING_RX].queued);
}

TEST_F(direct_rights, registered_buffer_of_io_uring)
{
	struct iovec iov = { self->page, page_size() };
	struct uring uring;
	long ret;

	ret = uring_open(&uring);
	if (ret)
		SKIP(return, "io_uring is off: %s", strerror((int)-ret));
	ret = result(syscall(SYS_io_uring_register, uring.fd,
			     IORING_REGISTER_BUFFERS, &iov, 1));
	EXPECT_EQ(variant->own ? 0 : -EFAULT, ret);
	close(uring.fd);
}

TEST_F(direct_rights, reader_cannot_become_the_writer)
{
	char path[32];
	int fd;

	/* A descriptor without the right to write maps no page to write. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->a.fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		SKIP(return, "not opened again: %s", strerror(errno));
	/* It is another channel, and has no rings. */
	EXPECT_EQ(MAP_FAILED, mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
				   MAP_SHARED, fd, (off_t)variant->at));
	close(fd);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
