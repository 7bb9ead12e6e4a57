// SPDX-License-Identifier: GPL-2.0-only
/*
 * The numbers of the ABI, compared with a second list of them, and with those
 * that the inserted driver reports. abi.mk compiles more of it.
 */
#include <stddef.h>

#include "ion_test.h"

TEST(sizes_and_offsets_are_fixed)
{
#define SIZE(type, size, alignment)                     \
	EXPECT_EQ((size_t)(size), sizeof(struct type)); \
	EXPECT_EQ((size_t)(alignment), __alignof__(struct type));
#define FIELD(type, field, offset, size)                           \
	EXPECT_EQ((size_t)(offset), offsetof(struct type, field)); \
	EXPECT_EQ((size_t)(size), sizeof(((struct type *)0)->field));
#define VALUE(name, value) EXPECT_EQ((__u64)(value), (__u64)(name));

#include "abi_layout.h"
}

/* The numbers do not encode the sizes of structs, which may grow. */
TEST(ioctl_numbers_are_fixed)
{
	EXPECT_EQ(_IO(0xef, 0), ION_IOC_QUERY);
	EXPECT_EQ(_IO(0xef, 1), ION_IOC_SETUP);
	EXPECT_EQ(_IO(0xef, 2), ION_IOC_INFO);
	EXPECT_EQ(_IO(0xef, 3), ION_IOC_KICK);
	EXPECT_EQ(_IO(0xef, 4), ION_IOC_PUSH);
	EXPECT_EQ(_IO(0xef, 5), ION_IOC_POP);
	EXPECT_EQ(_IO(0xef, 6), ION_IOC_STATS);
	EXPECT_EQ(_IO(0xef, 7), ION_IOC_PEEK);
	EXPECT_EQ(_IO(0xef, 8), ION_IOC_RESET);
	EXPECT_EQ(_IO(0xef, 9), ION_IOC_WAIT);
	EXPECT_EQ(_IO(0xef, 10), ION_IOC_SERVE);
	EXPECT_EQ(_IO(0xef, 11), ION_IOC_EVENTFD);
	EXPECT_EQ(_IO(0xef, 12), ION_IOC_JOIN);
	EXPECT_EQ(_IO(0xef, 13), ION_IOC_VERIFY);
	EXPECT_EQ(_IO(0xef, 14), ION_IOC_BUFFERS);
	EXPECT_EQ(_IO(0xef, 15), ION_IOC_SELFTEST);
	EXPECT_EQ(_IO(0xef, 16), ION_IOC_LIST);
	EXPECT_EQ(_IO(0xef, 17), ION_IOC_ACCEPT);
	EXPECT_EQ(_IO(0xef, 18), ION_IOC_PAIR);
	EXPECT_EQ(_IO(0xef, 19), ION_IOC_PEER);
}

TEST(the_driver_reports_this_version)
{
	struct ion_query query = { .size = sizeof(query) };
	int fd = ion_open(O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ion_call(fd, ION_IOC_QUERY, &query));
	EXPECT_EQ(ION_ABI_VERSION, query.abi_version);
	EXPECT_EQ(ION_SLOTS_MIN, query.slots_min);
	EXPECT_EQ(ION_SLOTS_MAX, query.slots_max);
	EXPECT_EQ(ION_BATCH_MAX, query.batch_max);
	EXPECT_TRUE(query.features & ION_FEATURE_COMPACT);
	close(fd);
}

#ifdef ION_HAVE_CXX
int ion_cxx_round_trip(int count);

TEST(a_ring_works_in_cxx)
{
	EXPECT_EQ(10000, ion_cxx_round_trip(10000));
}
#else
TEST(a_ring_works_in_cxx)
{
	SKIP(return, "built without a C++ compiler");
}
#endif

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
