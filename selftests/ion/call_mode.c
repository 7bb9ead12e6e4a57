// SPDX-License-Identifier: GPL-2.0-only
/*
 * The access mode that calls need: those that take packets or peek at them need
 * a descriptor that is open for reading, those that add packets one for
 * writing. Other calls take any descriptor, even one that is open for neither
 * (flags 3).
 */
#include "ion_test.h"

#define READS	1
#define WRITES	2
#define NEITHER O_ACCMODE

static const struct {
	const char *name;
	unsigned long request;
	unsigned int needs;
} calls[] = {
	{ "QUERY", ION_IOC_QUERY, 0 },
	{ "SETUP", ION_IOC_SETUP, 0 },
	{ "INFO", ION_IOC_INFO, 0 },
	{ "KICK", ION_IOC_KICK, 0 },
	{ "PUSH", ION_IOC_PUSH, WRITES },
	{ "POP", ION_IOC_POP, READS },
	{ "STATS", ION_IOC_STATS, 0 },
	{ "PEEK", ION_IOC_PEEK, READS },
	{ "RESET", ION_IOC_RESET, READS | WRITES },
	{ "WAIT", ION_IOC_WAIT, READS },
	{ "SERVE", ION_IOC_SERVE, 0 },
	{ "EVENTFD", ION_IOC_EVENTFD, 0 },
	{ "JOIN", ION_IOC_JOIN, 0 },
	{ "VERIFY", ION_IOC_VERIFY, READS },
	{ "BUFFERS", ION_IOC_BUFFERS, 0 },
	{ "SELFTEST", ION_IOC_SELFTEST, 0 },
	{ "LIST", ION_IOC_LIST, 0 },
	{ "ACCEPT", ION_IOC_ACCEPT, READS | WRITES },
	{ "PAIR", ION_IOC_PAIR, READS | WRITES },
	{ "PEER", ION_IOC_PEER, 0 },
};

/* A request that every call refuses in the end, whatever the access mode. */
static int call_with_nonsense(int fd, unsigned long request)
{
	unsigned char nonsense[2048];
	const __u32 size = sizeof(nonsense);

	memset(nonsense, 0xff, sizeof(nonsense));
	memcpy(nonsense, &size, sizeof(size));
	return ion_call(fd, request, nonsense);
}

static int open_set_up(int flags, const char *service)
{
	int fd = ion_open(flags), ret;
	struct ion_setup setup;

	if (fd < 0)
		return fd;
	ion_setup_init(&setup, service);
	ret = ion_call(fd, ION_IOC_SETUP, &setup);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

FIXTURE(call_mode)
{
	struct channel ch;
};

FIXTURE_VARIANT(call_mode)
{
	int flags;
	unsigned int may;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(call_mode, read_only)
{
	.flags = O_RDONLY,
	.may = READS,
};

FIXTURE_VARIANT_ADD(call_mode, write_only)
{
	.flags = O_WRONLY,
	.may = WRITES,
};

FIXTURE_VARIANT_ADD(call_mode, read_and_write)
{
	.flags = O_RDWR,
	.may = READS | WRITES,
};

FIXTURE_VARIANT_ADD(call_mode, neither)
{
	.flags = NEITHER,
	.may = 0,
};

/* clang-format on */

FIXTURE_SETUP(call_mode)
{
	self->ch.fd = open_set_up(variant->flags, "echo");
	ASSERT_LE(0, self->ch.fd);
}

FIXTURE_TEARDOWN(call_mode)
{
	channel_close(&self->ch);
}

TEST_F(call_mode, the_access_mode_decides)
{
	struct picture before, after;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		picture_take(&before, &self->ch);
		ret = call_with_nonsense(self->ch.fd, calls[i].request);
		EXPECT_EQ(!!(calls[i].needs & ~variant->may), ret == -EBADF)
		TH_LOG("%s: %d", calls[i].name, ret);
		EXPECT_GT(0, ret);
		picture_take(&after, &self->ch);
		EXPECT_TRUE(picture_same(&before, &after));
		picture_drop(&before);
		picture_drop(&after);
	}
}

TEST_F(call_mode, the_access_mode_decides_before_the_setup)
{
	int fd = ion_open(variant->flags), ret;
	unsigned int i;

	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		ret = call_with_nonsense(fd, calls[i].request);
		EXPECT_EQ(!!(calls[i].needs & ~variant->may), ret == -EBADF)
		TH_LOG("%s: %d", calls[i].name, ret);
	}
	EXPECT_EQ(-ENOTTY, call_with_nonsense(fd, ION_IOC_PEER + 1));
	EXPECT_EQ(-ENOTTY, call_with_nonsense(fd, ION_IOC_QUERY - 1));
	close(fd);
}

static int wait_for_one(int fd)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = 1,
		.timeout_ns = ION_WAIT_FOREVER,
	};

	return ion_call(fd, ION_IOC_WAIT, &wait);
}

/* The rule is that of read() and write(). */
TEST(a_reader_takes_packets_but_adds_none)
{
	int fd = open_set_up(O_RDONLY, "source");
	struct ion_packet packet = { 0 };

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, wait_for_one(fd));
	EXPECT_EQ(1, ion_peek(fd, ION_RING_RX, &packet, 0, 1));
	EXPECT_EQ(1, ion_batch(fd, ION_IOC_POP, ION_RING_RX, &packet, 1));
	EXPECT_EQ(sizeof(packet), read(fd, &packet, sizeof(packet)));
	EXPECT_EQ(-EBADF, ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1));
	EXPECT_EQ(-1, write(fd, &packet, sizeof(packet)));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-EBADF, ion_reset(fd));
	close(fd);
}

TEST(a_writer_adds_packets_but_takes_none)
{
	int fd = open_set_up(O_WRONLY, "sink");
	struct ion_packet packet = { 0 };
	struct ion_stats stats;

	ASSERT_LE(0, fd);
	EXPECT_EQ(1, ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1));
	EXPECT_EQ(0, ion_kick(fd));
	EXPECT_EQ(sizeof(packet), write(fd, &packet, sizeof(packet)));
	EXPECT_EQ(0, ion_get_stats(fd, &stats));
	EXPECT_EQ(2, stats.ring[ION_RING_TX].popped);
	EXPECT_EQ(-EBADF, ion_batch(fd, ION_IOC_POP, ION_RING_RX, &packet, 1));
	EXPECT_EQ(-EBADF, ion_peek(fd, ION_RING_TX, &packet, 0, 1));
	EXPECT_EQ(-EBADF, wait_for_one(fd));
	EXPECT_EQ(-1, read(fd, &packet, sizeof(packet)));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-EBADF, ion_reset(fd));
	close(fd);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
