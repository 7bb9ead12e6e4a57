// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "direct": packets cross between two programs with no call, each page has
 * one writer, and what is asked for must fit.
 */
#include "ion_test.h"
#include "direct_test.h"

FIXTURE(direct)
{
	struct usage before;
	struct channel a;
	struct channel b;
};

FIXTURE_SETUP(direct)
{
	self->before = usage_now();
	ASSERT_EQ(0, direct_open_arena(&self->a, &self->b, 8, 4, 4096));
}

FIXTURE_TEARDOWN(direct)
{
	channel_close(&self->a);
	channel_close(&self->b);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

TEST_F(direct, packets_and_commands_cross_with_no_call)
{
	struct ion_stats before, after;

	ASSERT_EQ(0, ion_get_stats(self->a.fd, &before));
	EXPECT_TRUE(direct_crosses(&self->a, &self->b, 1));
	EXPECT_TRUE(direct_crosses(&self->b, &self->a, 2));
	ASSERT_EQ(0, ion_get_stats(self->a.fd, &after));
	EXPECT_EQ(before.calls + 1, after.calls);
}

TEST_F(direct, full_ring_takes_as_many_as_it_holds)
{
	EXPECT_EQ(7, ion_push_from(&self->a, 0, 10));
	EXPECT_EQ(7, ion_pop_from(&self->b, 0, 10));
	EXPECT_EQ(3, ion_push_from(&self->a, 7, 3));
	EXPECT_EQ(3, ion_pop_from(&self->b, 7, 10));
}

TEST_F(direct, payload_is_read_in_the_arena_of_the_peer)
{
	char *own = channel_at(&self->a, ION_MMAP_ARENA);
	const char *seen = channel_at(&self->b, ION_MMAP_PEER_ARENA);

	memcpy(own + 4096 + 100, "tea", 4);
	EXPECT_STREQ("tea", seen + 4096 + 100);
}

TEST_F(direct, pages_of_the_peer_are_read_only)
{
	__u64 at[] = { ION_MMAP_KERNEL, ION_MMAP_RX, ION_MMAP_EVT,
		       ION_MMAP_PEER_ARENA };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		__u32 *word = channel_at(&self->a, at[i]);

		ASSERT_NE(NULL, word);
		EXPECT_EQ(0, ion_touch(word, false));
		EXPECT_EQ(SIGSEGV, ion_touch(word, true));
		EXPECT_ERRNO(EACCES, mprotect(word, page_size(),
					      PROT_READ | PROT_WRITE));
		EXPECT_EQ(MAP_FAILED,
			  mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			       MAP_SHARED, self->a.fd, (off_t)at[i]));
	}
}

TEST_F(direct, first_channel_pays_for_both)
{
	EXPECT_NE(0, self->a.info.bytes);
	EXPECT_EQ(0, self->b.info.bytes);
	EXPECT_EQ(self->before.bytes + self->a.info.bytes, usage_now().bytes);
}

TEST_F(direct, third_channel_waits_for_a_fourth)
{
	struct channel c, d;

	ASSERT_EQ(0, direct_open(&c, &d, 4));
	EXPECT_TRUE(direct_crosses(&c, &d, 1));
	EXPECT_TRUE(direct_crosses(&self->a, &self->b, 2));
	channel_close(&c);
	channel_close(&d);
}

TEST_F(direct, calls_that_need_a_kernel_end_are_refused)
{
	EXPECT_REFUSED(&self->a, EOPNOTSUPP, ion_reset(self->a.fd));
	EXPECT_REFUSED(&self->a, EOPNOTSUPP, ion_lend(self->a.fd, NO_SPIN, 1));
	EXPECT_REFUSED(&self->a, EOPNOTSUPP, ion_join(self->a.fd, self->b.fd));
}

TEST_F(direct, read_and_write_move_packets)
{
	struct ion_packet packet = ion_packet_of(5), got;

	ASSERT_EQ(sizeof(packet), write(self->a.fd, &packet, sizeof(packet)));
	ASSERT_EQ(sizeof(got), read(self->b.fd, &got, sizeof(got)));
	EXPECT_TRUE(ion_packet_is(&got, 5));
}

TEST_F(direct, stats_say_what_is_queued)
{
	struct ion_stats stats;

	EXPECT_EQ(3, ion_push_from(&self->a, 0, 3));
	ASSERT_EQ(0, ion_get_stats(self->a.fd, &stats));
	EXPECT_EQ(3, stats.ring[ION_RING_TX].queued);
	EXPECT_EQ(7, stats.ring[ION_RING_TX].capacity);
	ASSERT_EQ(0, ion_get_stats(self->b.fd, &stats));
	EXPECT_EQ(3, stats.ring[ION_RING_RX].queued);
	EXPECT_TRUE(stats_add_up(&stats));
}

TEST(direct_setup_and_info_report_the_same)
{
	int fd[2] = { ion_open(O_RDWR), ion_open(O_RDWR) };
	struct ion_setup setup;
	struct ion_info info;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fd); i++) {
		direct_wants(&setup, 8, 2, 4096);
		ASSERT_EQ(0, ion_call(fd[i], ION_IOC_SETUP, &setup));
		ASSERT_EQ(0, ion_get_info(fd[i], &info));
		EXPECT_EQ(info.bytes, setup.info.bytes);
		EXPECT_EQ(0, memcmp(&info, &setup.info, sizeof(info)));
	}
	close(fd[0]);
	close(fd[1]);
}

/* What a second channel asks for has to be the first one's geometry, mirrored. */
TEST(direct_refuses_what_does_not_fit)
{
	struct usage before = usage_now();
	struct ion_setup setup;
	struct channel a, b;

	direct_wants(&setup, 8, 4, 4096);
	setup.slots[ION_RING_TX] = 16;
	ASSERT_EQ(0, channel_open_live(&a, &setup));
	EXPECT_EQ(-EINVAL, channel_open_live(&b, &setup));
	setup.slots[ION_RING_TX] = 8;
	setup.slots[ION_RING_RX] = 16;
	setup.buffers = 8;
	EXPECT_EQ(-EINVAL, channel_open_live(&b, &setup));
	setup.buffers = 4;
	ASSERT_EQ(0, channel_open_live(&b, &setup));
	EXPECT_EQ(15, ion_push_from(&a, 0, 20));
	EXPECT_EQ(15, ion_pop_from(&b, 0, 20));
	channel_close(&a);
	channel_close(&b);

	direct_wants(&setup, 8, 0, 0);
	setup.layout = ION_LAYOUT_COMPACT;
	EXPECT_EQ(-EINVAL, channel_open_live(&a, &setup));
	setup.layout = ION_LAYOUT_SPLIT;
	setup.flags = ION_SETUP_STAMP;
	EXPECT_EQ(-EOPNOTSUPP, channel_open_live(&a, &setup));
	setup.flags = 0;
	setup.arg[1] = 1;
	EXPECT_EQ(-EINVAL, channel_open_live(&a, &setup));
	EXPECT_TRUE(usage_returns_to(&before));
}

static int opens(struct task *task)
{
	return direct_open_one(task->ch, 8, 0, 0);
}

/* Each finds nobody who waits, and must not wait for the other one then. */
TEST(two_channels_that_are_set_up_at_the_same_time_meet)
{
	__u64 until = now_ns() + 10 * SECOND;
	struct channel a, b;
	struct task task[2];
	unsigned int round;

	for (round = 0; round < 300 && now_ns() < until; round++) {
		task_start(&task[0], opens, &a, 0, 0);
		task_start(&task[1], opens, &b, 0, 0);
		ASSERT_EQ(0, task_join(&task[0]));
		ASSERT_EQ(0, task_join(&task[1]));
		EXPECT_TRUE(direct_crosses(&a, &b, round))
		TH_LOG("round %u", round);
		channel_close(&a);
		channel_close(&b);
	}
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
