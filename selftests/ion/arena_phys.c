// SPDX-License-Identifier: GPL-2.0-only
/*
 * ion_packet.phys: the kernel never believes it, and sets it only for a program
 * whose opener could have read physical memory anyway.
 */
#include <linux/capability.h>

#include "arena_test.h"
#include "ion_test.h"

#define BUFFERS 40
#define SIZE	2048

FIXTURE(arena_phys)
{
	struct channel ch;
};

FIXTURE_VARIANT(arena_phys)
{
	__u32 layout;
	const char *service;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(arena_phys, compact)
{
	.layout = ION_LAYOUT_COMPACT,
	.service = "echo",
};

FIXTURE_VARIANT_ADD(arena_phys, split)
{
	.layout = ION_LAYOUT_SPLIT,
	.service = "echo",
};

FIXTURE_VARIANT_ADD(arena_phys, sink)
{
	.layout = ION_LAYOUT_SPLIT,
	.service = "sink",
};

FIXTURE_VARIANT_ADD(arena_phys, source)
{
	.layout = ION_LAYOUT_COMPACT,
	.service = "source",
};

/* clang-format on */

static int open_phys(struct channel *ch, __u32 layout, const char *service,
		     __u32 buffers, __u32 size, __u32 flags)
{
	struct ion_setup setup;

	arena_wants(&setup, layout, service, 64, buffers, size);
	setup.flags = flags;
	return channel_open_live(ch, &setup);
}

/*
 * The physical address of a page of this program, or 0 if the kernel hides it.
 */
static __u64 frame_of(const void *addr)
{
	size_t page = page_size();
	__u64 at = (unsigned long)addr, entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry), at / page * sizeof(entry)) !=
	    sizeof(entry))
		entry = 0;
	close(fd);
	if (!(entry >> 63))
		return 0;
	return (entry & ((1ULL << 55) - 1)) * page + at % page;
}

FIXTURE_SETUP(arena_phys)
{
	ASSERT_EQ(0, open_phys(&self->ch, variant->layout, variant->service,
			       BUFFERS, SIZE, 0));
}

FIXTURE_TEARDOWN(arena_phys)
{
	channel_close(&self->ch);
}

TEST_F(arena_phys, phys_is_neither_believed_nor_set)
{
	struct channel *ch = &self->ch;
	struct ion_packet packet;
	__u32 i;

	for (i = 0; i < BUFFERS; i++) {
		packet = arena_packet(ch, i, 5, 16);
		packet.phys = ion_mix(i) | 1;
		ASSERT_TRUE(arena_send(ch, packet));
		packet = arena_pop(ch);
		EXPECT_EQ(0, packet.phys);
		EXPECT_TRUE(arena_packet_sane(ch, &packet));
	}
}

/*
 * Every page of the arena, in buffers of any size; the value from the program
 * has no effect.
 */
static bool phys_right(struct channel *ch, __u32 skip)
{
	struct ion_packet packet;
	__u32 id;

	for (id = 0; id < ch->info.buffers; id++) {
		packet = arena_packet(ch, id, skip, 16);
		packet.phys = ~0ULL;
		*arena_at(ch, packet.data) = 1;
		if (!arena_send(ch, packet))
			return false;
		packet = arena_pop(ch);
		if (packet.id != id || !packet.phys ||
		    packet.phys != frame_of(arena_at(ch, packet.data)))
			return false;
	}
	return true;
}

TEST_F(arena_phys, phys_is_set_if_the_setup_asked_for_it)
{
	struct channel ch;

	if (!strcmp(variant->service, "source"))
		return;
	if (!frame_of(&self->ch))
		SKIP(return, "/proc/self/pagemap tells no frames");
	ASSERT_EQ(0, open_phys(&ch, variant->layout, variant->service, BUFFERS,
			       SIZE, ION_SETUP_PHYS));
	EXPECT_TRUE(phys_right(&ch, 0));
	EXPECT_TRUE(phys_right(&ch, 77));
	channel_close(&ch);
	/* In huge pages, where the kernel has them. */
	ASSERT_EQ(0, open_phys(&ch, variant->layout, variant->service, 8,
			       ION_BUFFER_SIZE_MAX, ION_SETUP_PHYS));
	EXPECT_TRUE(phys_right(&ch, 0));
	EXPECT_TRUE(phys_right(&ch, ION_BUFFER_SIZE_MAX - 16));
	channel_close(&ch);
}

/* At the end of the arena there is no address. */
TEST(the_end_of_the_arena_has_no_phys)
{
	struct ion_packet packet;
	struct channel ch;

	ASSERT_EQ(0, open_phys(&ch, ION_LAYOUT_COMPACT, "echo", 2, SIZE,
			       ION_SETUP_PHYS));
	ASSERT_TRUE(arena_send(&ch, arena_packet(&ch, 1, SIZE, 0)));
	packet = arena_pop(&ch);
	EXPECT_EQ(1, packet.id);
	EXPECT_EQ(0, packet.phys);
	channel_close(&ch);
}

TEST(phys_needs_an_arena)
{
	struct ion_setup setup;
	int fd = ion_open(O_RDWR);

	ion_setup_init(&setup, "echo");
	setup.flags = ION_SETUP_PHYS;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SETUP, &setup));
	close(fd);
}

static int setup_phys(int fd, __u32 more)
{
	struct ion_setup setup;

	arena_wants(&setup, ION_LAYOUT_COMPACT, "echo", 64, 4, SIZE);
	setup.flags = ION_SETUP_PHYS | more;
	return ion_call(fd, ION_IOC_SETUP, &setup);
}

static int drop_rawio(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective &= ~(1U << CAP_SYS_RAWIO);
	data[0].permitted &= ~(1U << CAP_SYS_RAWIO);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* The capability decides, not the user id. */
TEST(phys_is_refused_without_the_capability)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		int fd;

		if (drop_rawio())
			_exit(1);
		fd = ion_open(O_RDWR);
		if (fd < 0)
			_exit(2);
		if (setup_phys(fd, 0) != -EPERM)
			_exit(3);
		if (setup_phys(fd, ION_SETUP_DRY_RUN) != -EPERM)
			_exit(4);
		/* The channel is as if the flag had not been given. */
		_exit(ion_kick(fd) == -EBADFD ? 0 : 5);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
}

/* A channel that an unprivileged program opened never reports addresses. */
TEST(the_capability_of_the_opener_decides)
{
	int pair[2], fd;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (drop_rawio())
			_exit(1);
		ion_send_fd(pair[1], ion_open(O_RDWR));
		_exit(0);
	}
	fd = ion_receive_fd(pair[0]);
	EXPECT_EQ(0, ion_wait_child(pid));
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EPERM, setup_phys(fd, 0));
	close(fd);

	/* And the reverse. */
	fd = ion_open(O_RDWR);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (ion_drop_privileges())
			_exit(1);
		_exit(setup_phys(fd, 0) ? 2 : 0);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
	close(fd);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
