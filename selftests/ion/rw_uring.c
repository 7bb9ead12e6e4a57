// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring on the device, by plain system calls: a request that can be
 * completed is completed at once, any other when the channel wakes it.
 */
#include "ion_live.h"
#include "ion_test.h"
#include "uring_test.h"

#define PACKET sizeof(struct ion_packet)

FIXTURE(rw_uring)
{
	struct channel ch;
	struct ion_packet out[2048];
	struct ion_packet in[2048];
};

ION_LAYOUT_VARIANTS(rw_uring);

FIXTURE_SETUP(rw_uring)
{
	unsigned int i;

	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
	for (i = 0; i < ARRAY_SIZE(self->out); i++)
		self->out[i] = ion_packet_of(i);
}

FIXTURE_TEARDOWN(rw_uring)
{
	channel_close(&self->ch);
}

static ssize_t get(int fd, void *to, size_t bytes)
{
	ssize_t n = read(fd, to, bytes);

	return n < 0 ? -errno : n;
}

/* Return how many packets in a row are those from number @from on. */
static __u32 right(const struct ion_packet *packets, __u64 from, __u32 count)
{
	__u32 i;

	for (i = 0; i < count; i++)
		if (!ion_packet_is(&packets[i], from + i))
			break;
	return i;
}

TEST_F(rw_uring, read_and_write_complete)
{
	int ret, fd = self->ch.fd, res = 0;
	struct uring uring;

	ret = uring_open(&uring);
	if (ret)
		SKIP(return, "io_uring is off: %s", strerror(-ret));

	/* Packets in the ring are read at once. */
	EXPECT_EQ(1, uring_submit(&uring, IORING_OP_WRITE, fd, self->out,
				  10 * PACKET));
	EXPECT_TRUE(uring_take(&uring, &res));
	EXPECT_EQ(10 * PACKET, res);
	EXPECT_EQ(1, uring_submit(&uring, IORING_OP_READ, fd, self->in,
				  20 * PACKET));
	EXPECT_TRUE(uring_take(&uring, &res));
	EXPECT_EQ(10 * PACKET, res);
	EXPECT_EQ(10, right(self->in, 0, 10));
	EXPECT_EQ(1, uring_submit(&uring, IORING_OP_READ, fd, self->in, 23));
	EXPECT_TRUE(uring_take(&uring, &res));
	EXPECT_EQ(-EINVAL, res);
	EXPECT_EQ(1,
		  uring_submit(&uring, IORING_OP_WRITE, fd, self->out, 4096));
	EXPECT_TRUE(uring_take(&uring, &res));
	EXPECT_EQ(-EINVAL, res);

	/*
	 * Packets that come later are read later; nothing is blocked meanwhile.
	 */
	EXPECT_EQ(1, uring_submit(&uring, IORING_OP_READ, fd, self->in,
				  20 * PACKET));
	sleep_ns(20 * MS);
	EXPECT_FALSE(uring_take(&uring, &res));
	channel_attach_live(&self->ch);
	EXPECT_EQ(3, ion_send(&self->ch, 0, 3));
	EXPECT_TRUE(AWAIT(uring_take(&uring, &res)));
	EXPECT_EQ(3 * PACKET, res);
	EXPECT_EQ(3, right(self->in, 0, 3));

	channel_attach_live(&self->ch);
	EXPECT_EQ(510, ion_fill(&self->ch));
	EXPECT_EQ(1,
		  uring_submit(&uring, IORING_OP_WRITE, fd, self->out, PACKET));
	sleep_ns(20 * MS);
	EXPECT_FALSE(uring_take(&uring, &res));
	EXPECT_EQ(4 * PACKET, get(fd, self->in, 4 * PACKET));
	EXPECT_TRUE(AWAIT(uring_take(&uring, &res)));
	EXPECT_EQ(PACKET, res);

	/* A request that is left is cancelled with the program. */
	EXPECT_EQ(507, ion_reset(fd));
	EXPECT_EQ(1,
		  uring_submit(&uring, IORING_OP_READ, fd, self->in, PACKET));
}

/* As many packets as fit into memory of a common size. */
TEST_F(rw_uring, read_rounds_its_size_down)
{
	int ret, fd = self->ch.fd, res = 0;
	struct uring uring;

	ret = uring_open(&uring);
	if (ret)
		SKIP(return, "io_uring is off: %s", strerror(-ret));
	EXPECT_EQ(200, ion_send(&self->ch, 0, 200));
	EXPECT_EQ(1, uring_submit(&uring, IORING_OP_READ, fd, self->in, 4096));
	EXPECT_TRUE(AWAIT(uring_take(&uring, &res)));
	EXPECT_EQ(170 * PACKET, res);
	EXPECT_EQ(170, right(self->in, 0, 170));
	/* Also if it waits for them. */
	EXPECT_EQ(30 * PACKET, get(fd, self->in, 30 * PACKET));
	EXPECT_EQ(1, uring_submit(&uring, IORING_OP_READ, fd, self->in, 4096));
	EXPECT_FALSE(uring_take(&uring, &res));
	EXPECT_EQ(3, ion_send(&self->ch, 0, 3));
	EXPECT_TRUE(AWAIT(uring_take(&uring, &res)));
	EXPECT_EQ(3 * PACKET, res);
	EXPECT_EQ(3, right(self->in, 0, 3));
}

#define PIECE  4096
#define PIECES 4

TEST_F(rw_uring, multishot_read_completes_for_each_packet)
{
	int ret, fd = self->ch.fd, res = 0;
	struct uring uring;
	unsigned int i;
	char *pieces;

	ret = uring_open(&uring);
	if (ret)
		SKIP(return, "io_uring is off: %s", strerror(-ret));
	pieces = aligned_alloc(PIECE, PIECE * PIECES);
	ASSERT_NE(NULL, pieces);
	EXPECT_EQ(1, uring_provide(&uring, pieces, PIECE, PIECES));
	ASSERT_TRUE(AWAIT(uring_take(&uring, &res)));
	ASSERT_LE(0, res);
	EXPECT_EQ(1, uring_read_multishot(&uring, fd));
	for (i = 0; i < PIECES; i++) {
		EXPECT_EQ(10 + i, ion_send(&self->ch, 0, 10 + i));
		ASSERT_TRUE(AWAIT(uring_take(&uring, &res)));
		ASSERT_EQ((10 + i) * PACKET, res)
		TH_LOG("a multishot read() into %d bytes: %s", PIECE,
		       res < 0 ? strerror(-res) : "not all");
	}
	/* io_uring takes the pieces in any order. */
	for (i = 0; i < PIECES; i++)
		EXPECT_EQ(10, right((void *)(pieces + i * PIECE), 0, 10));
	close(uring.fd);
	free(pieces);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
