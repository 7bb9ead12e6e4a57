// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of sources with a rate is bounded: over all channels of a user, and
 * over those of all users. Channels, ticks and packets are counted; nothing
 * depends on the speed of the machine.
 */
#include "arena_test.h"
#include "ion_test.h"

#include <sys/resource.h>

/* The budget of a user is the cost of one source of the highest rate. */
#define RATE_MAX    1000000U
#define TICKS_MAX   1000U
#define TICK_COST   64U
#define BUFFER_COST 16U
#define USER_MAX    (TICKS_MAX * TICK_COST + RATE_MAX)
#define USERS_MAX   (4 * USER_MAX)
#define ALL_MAX	    (5 * USER_MAX)

#define USER 1000
#define MANY 512

struct opened {
	int fd[MANY];
	unsigned int nr;
};

static void close_all(struct opened *all)
{
	while (all->nr)
		close(all->fd[--all->nr]);
}

FIXTURE(source_budget)
{
	struct usage before;
	struct opened all;
};

FIXTURE_SETUP(source_budget)
{
	static const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };

	if (geteuid())
		SKIP(return, "needs root");
	/* The limit here is not memory. */
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &none));
	self->before = usage_now();
	self->all.nr = 0;
}

FIXTURE_TEARDOWN(source_budget)
{
	close_all(&self->all);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

static int set_up(int fd, __u64 rate, __u32 buffers)
{
	struct ion_setup setup;

	arena_wants(&setup, ION_LAYOUT_COMPACT, "source", 2, buffers,
		    buffers ? 256 : 0);
	setup.arg[0] = rate;
	return ion_call(fd, ION_IOC_SETUP, &setup);
}

static int become(uid_t uid)
{
	return seteuid(0) || seteuid(uid) ? -errno : 0;
}

static int open_as(uid_t uid)
{
	int fd = become(uid) ? -EPERM : ion_open(O_RDWR);

	return become(0) ? -EPERM : fd;
}

static int set_up_as(uid_t uid, int fd, __u64 rate, __u32 buffers)
{
	int ret = become(uid) ?: set_up(fd, rate, buffers);

	return become(0) ?: ret;
}

/* Open one more source of a user; return 0, or the error. */
static int one_more(struct opened *all, uid_t uid, __u64 rate, __u32 buffers)
{
	int fd = open_as(uid), ret;

	if (fd < 0)
		return fd;
	ret = all->nr < MANY ? set_up_as(uid, fd, rate, buffers) : -ENFILE;
	if (ret)
		close(fd);
	else
		all->fd[all->nr++] = fd;
	return ret;
}

/*
 * Open as many as possible; return how many, and in *@why the error of one
 * more.
 */
static unsigned int as_many(struct opened *all, uid_t uid, __u64 rate,
			    __u32 buffers, int *why)
{
	unsigned int n = 0;

	while (!(*why = one_more(all, uid, rate, buffers)))
		n++;
	return n;
}

static __u64 cost(__u64 rate, bool buffers)
{
	return (rate < TICKS_MAX ? rate : TICKS_MAX) * TICK_COST +
	       rate * (buffers ? BUFFER_COST : 1);
}

static const struct {
	__u64 rate;
	__u32 buffers;
} shapes[] = {
	{ RATE_MAX, 0 }, { RATE_MAX / 2, 0 }, { 20000, 0 }, { 1001, 0 },
	{ 1000, 0 },	 { 100, 0 },	      { 999, 4 },   { 62500, 4 },
};

TEST_F_TIMEOUT(source_budget, all_channels_of_a_user_share_a_budget, 120)
{
	unsigned int i, n;
	int why;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		__u64 one = cost(shapes[i].rate, shapes[i].buffers);

		n = as_many(&self->all, USER, shapes[i].rate, shapes[i].buffers,
			    &why);
		EXPECT_EQ(USER_MAX / one, n)
		{
			TH_LOG("rate %llu, %u buffers", shapes[i].rate,
			       shapes[i].buffers);
		}
		EXPECT_EQ(-EDQUOT, why);
		/* The rest of the budget is left for sources that fit. */
		EXPECT_EQ(USER_MAX - n * one < TICK_COST + 1 ? -EDQUOT : 0,
			  one_more(&self->all, USER, 1, 0));
		close_all(&self->all);
	}
}

/* A tick signals at most once. At the highest rate each has packets. */
TEST_F_TIMEOUT(source_budget, a_channel_ticks_a_thousand_times_a_second, 120)
{
	int event = eventfd(0, EFD_NONBLOCK);
	__u64 start = now_ns(), count, most;
	struct ion_setup setup;
	struct ion_stats stats;
	struct channel ch;
	int i;

	arena_wants(&setup, ION_LAYOUT_SPLIT, "source", 64, 0, 0);
	setup.arg[0] = RATE_MAX;
	ASSERT_EQ(0, channel_open_live(&ch, &setup));
	ASSERT_EQ(0, ion_set_eventfd(ch.fd, event));
	for (i = 0; i < 300; i++) {
		ion_end_sleep(&ch.rx.end);
		while (ion_ring_peek(&ch.rx, 64))
			ion_ring_release(&ch.rx, 1);
		ASSERT_EQ(POLLIN, ion_poll_for(event, POLLIN, LONG_MS));
		ASSERT_EQ(sizeof(count), read(event, &count, sizeof(count)));
	}
	ASSERT_EQ(0, stats_read(ch.fd, &stats));
	most = (now_ns() - start) * TICKS_MAX / SECOND + 2;
	EXPECT_LE(300, stats.signals);
	EXPECT_GE(most, stats.signals);
	channel_close(&ch);
	close(event);
}

TEST_F(source_budget, a_closed_channel_returns_its_budget)
{
	int i, why;

	for (i = 0; i < 50; i++) {
		ASSERT_EQ(1, as_many(&self->all, USER, RATE_MAX, 0, &why));
		close_all(&self->all);
	}
}

TEST_F(source_budget, a_refused_setup_uses_no_budget)
{
	int fd = open_as(USER), i;

	ASSERT_LE(0, fd);
	for (i = 0; i < 50; i++)
		EXPECT_EQ(-EDQUOT, set_up_as(USER, fd, RATE_MAX, 4));
	EXPECT_EQ(0, set_up_as(USER, fd, RATE_MAX, 0));
	close(fd);
}

TEST_F(source_budget, sources_without_a_rate_are_not_bounded)
{
	unsigned int i;
	int why;

	EXPECT_EQ(1, as_many(&self->all, USER, RATE_MAX, 0, &why));
	for (i = 0; i < 100; i++)
		EXPECT_EQ(0, one_more(&self->all, USER, 0, 0));
}

TEST_F(source_budget, another_user_and_root_have_their_own_budget)
{
	int why;

	EXPECT_EQ(1, as_many(&self->all, USER, RATE_MAX, 0, &why));
	EXPECT_EQ(0, one_more(&self->all, USER + 1, RATE_MAX, 0));
	EXPECT_EQ(-EDQUOT, one_more(&self->all, USER + 1, RATE_MAX, 0));
	EXPECT_EQ(0, one_more(&self->all, 0, RATE_MAX, 0));
}

TEST_F(source_budget, a_source_counts_for_its_opener)
{
	int theirs, why;

	EXPECT_EQ(1, as_many(&self->all, USER, RATE_MAX, 0, &why));
	theirs = open_as(USER);
	EXPECT_EQ(-EDQUOT, set_up_as(USER + 1, theirs, 1000, 0));
	EXPECT_EQ(0, one_more(&self->all, USER + 1, RATE_MAX, 0));
	close(theirs);
}

/* With any number of users: with user namespaces one user has thousands. */
TEST_F(source_budget, all_users_leave_a_budget_for_root)
{
	unsigned int n = USERS_MAX / USER_MAX, i;
	int why;

	for (i = 0; i < n; i++)
		EXPECT_EQ(0, one_more(&self->all, USER + i, RATE_MAX, 0));
	EXPECT_EQ(-EUSERS, one_more(&self->all, USER + n, 1, 0));
	EXPECT_EQ(ALL_MAX / USER_MAX - n,
		  as_many(&self->all, 0, RATE_MAX, 0, &why));
	EXPECT_EQ(-EUSERS, why);
	EXPECT_EQ(-EUSERS, one_more(&self->all, 0, 1, 0));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
