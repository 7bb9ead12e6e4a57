// SPDX-License-Identifier: GPL-2.0-only
/*
 * The totals of ION_IOC_QUERY: the counts of all channels, also of closed ones.
 */
#include "arena_test.h"
#include "ion_test.h"

#define SLOTS 16

FIXTURE(totals)
{
	int fd;
};

FIXTURE_SETUP(totals)
{
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(totals)
{
	close(self->fd);
}

static int totals_to(int fd, void *totals)
{
	struct ion_query query = { .size = sizeof(query) };

	query.totals = (__u64)(unsigned long)totals;
	return ion_call(fd, ION_IOC_QUERY, &query);
}

static int get_totals(int fd, struct ion_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	totals->size = sizeof(*totals);
	return totals_to(fd, totals);
}

static bool totals_obey_the_law(const struct ion_totals *totals)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_totals *ring = &totals->ring[id];

		if (ring->pushed !=
		    ring->popped + ring->queued + ring->discarded)
			return false;
	}
	return true;
}

static bool ring_rises(const struct ion_ring_totals *before,
		       const struct ion_ring_totals *after)
{
	return before->pushed <= after->pushed &&
	       before->popped <= after->popped &&
	       before->discarded <= after->discarded &&
	       before->full <= after->full && before->bad_id <= after->bad_id &&
	       before->bad_range <= after->bad_range &&
	       before->bad_owner <= after->bad_owner;
}

static bool totals_rise(const struct ion_totals *before,
			const struct ion_totals *after)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (!ring_rises(&before->ring[id], &after->ring[id]))
			return false;
	return before->opened <= after->opened &&
	       before->calls <= after->calls && before->kicks <= after->kicks &&
	       before->kicks_spurious <= after->kicks_spurious &&
	       before->sleeps <= after->sleeps &&
	       before->wakeups <= after->wakeups &&
	       before->signals <= after->signals &&
	       before->resets <= after->resets &&
	       before->held_total <= after->held_total;
}

static int open_service(struct channel *ch, const char *service)
{
	return channel_open_layout(ch, ION_LAYOUT_COMPACT, SLOTS, service);
}

TEST_F(totals, the_counts_of_a_closed_channel_remain)
{
	struct ion_totals before, there, gone;
	struct ion_cmd_packet cmd;
	struct channel ch;

	ASSERT_EQ(0, get_totals(self->fd, &before));
	ASSERT_EQ(0, open_service(&ch, "echo"));
	EXPECT_EQ(9, ion_send(&ch, 0, 9));
	EXPECT_TRUE(ion_send_cmd(&ch, 1));
	EXPECT_EQ(9, ion_pop_from(&ch, 0, 9));
	EXPECT_TRUE(ion_ring_pop_cmd(&ch.evt, &cmd));
	EXPECT_EQ(0, ion_reset(ch.fd));
	ASSERT_EQ(0, get_totals(self->fd, &there));
	channel_close(&ch);
	ASSERT_EQ(0, get_totals(self->fd, &gone));

	EXPECT_EQ(before.opened + 1, gone.opened);
	EXPECT_EQ(before.ring[ION_RING_TX].pushed + 9,
		  there.ring[ION_RING_TX].pushed);
	EXPECT_EQ(before.ring[ION_RING_RX].popped + 9,
		  there.ring[ION_RING_RX].popped);
	EXPECT_EQ(before.ring[ION_RING_CMD].popped + 1,
		  there.ring[ION_RING_CMD].popped);
	EXPECT_EQ(before.ring[ION_RING_EVT].pushed + 1,
		  there.ring[ION_RING_EVT].pushed);
	EXPECT_EQ(before.kicks + 2, there.kicks);
	EXPECT_EQ(before.resets + 1, there.resets);
	EXPECT_EQ(0, memcmp(there.ring, gone.ring, sizeof(gone.ring)));
	EXPECT_EQ(there.kicks, gone.kicks);
	EXPECT_EQ(there.resets, gone.resets);
	EXPECT_EQ(ION_RINGS, gone.nr_rings);
	EXPECT_EQ(sizeof(gone), gone.size);
}

TEST_F(totals, queued_packets_are_discarded_with_the_channel)
{
	struct ion_totals before, there, gone;
	struct channel ch;

	ASSERT_EQ(0, get_totals(self->fd, &before));
	ASSERT_EQ(0, open_service(&ch, "echo"));
	EXPECT_EQ(5, ion_send(&ch, 0, 5));
	EXPECT_EQ(3, ion_push_from(&ch, 5, 3));
	ASSERT_EQ(0, get_totals(self->fd, &there));
	EXPECT_EQ(before.ring[ION_RING_RX].queued + 5,
		  there.ring[ION_RING_RX].queued);
	EXPECT_EQ(before.ring[ION_RING_TX].queued + 3,
		  there.ring[ION_RING_TX].queued);
	channel_close(&ch);
	ASSERT_EQ(0, get_totals(self->fd, &gone));
	EXPECT_EQ(before.ring[ION_RING_RX].queued,
		  gone.ring[ION_RING_RX].queued);
	EXPECT_EQ(before.ring[ION_RING_RX].discarded + 5,
		  gone.ring[ION_RING_RX].discarded);
	EXPECT_EQ(before.ring[ION_RING_TX].discarded + 3,
		  gone.ring[ION_RING_TX].discarded);
	EXPECT_TRUE(totals_obey_the_law(&there));
	EXPECT_TRUE(totals_obey_the_law(&gone));
}

TEST_F(totals, refused_packets_are_counted)
{
	struct ion_totals before, gone;
	struct ion_packet packet = { .id = 9, .len = 1 };
	struct channel ch;

	ASSERT_EQ(0, get_totals(self->fd, &before));
	ASSERT_EQ(0,
		  arena_open(&ch, ION_LAYOUT_COMPACT, "sink", SLOTS, 8, 256));
	EXPECT_TRUE(ion_ring_push(&ch.tx, &packet));
	packet.id = 0;
	packet.len = 257;
	EXPECT_TRUE(ion_ring_push(&ch.tx, &packet));
	EXPECT_EQ(0, ion_kick(ch.fd));
	channel_close(&ch);
	ASSERT_EQ(0, get_totals(self->fd, &gone));
	EXPECT_EQ(before.ring[ION_RING_TX].bad_id + 1,
		  gone.ring[ION_RING_TX].bad_id);
	EXPECT_EQ(before.ring[ION_RING_TX].bad_range + 1,
		  gone.ring[ION_RING_TX].bad_range);
	EXPECT_EQ(before.ring[ION_RING_TX].discarded + 2,
		  gone.ring[ION_RING_TX].discarded);
}

/* Before the kernel end sees it, and when it would poison the ring. */
TEST_F(totals, an_index_that_goes_back_lowers_no_total)
{
	struct ion_totals before, pushed, back, gone;
	__u32 *head, first;
	struct channel ch;

	ASSERT_EQ(0, open_service(&ch, "echo"));
	head = user_index(&ch, ION_RING_TX);
	first = READ_ONCE(*head);
	ASSERT_EQ(0, get_totals(self->fd, &before));
	EXPECT_EQ(8, ion_push_from(&ch, 0, 8));
	ASSERT_EQ(0, get_totals(self->fd, &pushed));
	EXPECT_EQ(before.ring[ION_RING_TX].pushed + 8,
		  pushed.ring[ION_RING_TX].pushed);
	WRITE_ONCE(*head, first);
	ASSERT_EQ(0, get_totals(self->fd, &back));
	EXPECT_TRUE(totals_rise(&pushed, &back));
	EXPECT_TRUE(totals_obey_the_law(&back));
	WRITE_ONCE(*head, 4711);
	ASSERT_EQ(0, get_totals(self->fd, &back));
	EXPECT_TRUE(totals_rise(&pushed, &back));
	EXPECT_TRUE(totals_obey_the_law(&back));
	channel_close(&ch);
	ASSERT_EQ(0, get_totals(self->fd, &gone));
	EXPECT_TRUE(totals_rise(&back, &gone));
	EXPECT_TRUE(totals_obey_the_law(&gone));
}

/* Open channels that live for a few packets, until *arg is set. */
static int come_and_go(struct task *task)
{
	bool *stop = (bool *)(unsigned long)task->arg[0];
	__u64 pushed = 0;
	struct channel ch;

	while (!READ_ONCE(*stop)) {
		if (open_service(&ch, pushed % 2 ? "echo" : "sink"))
			return -1;
		if (ion_send(&ch, 0, 7) != 7)
			return -2;
		pushed += 7;
		channel_close(&ch);
	}
	return (int)pushed;
}

/* Idle channels, so that a query takes long enough for others to close. */
#define IDLE	 200
#define CHURNERS 3
#define LOOKS	 300

TEST_F(totals, no_total_falls_while_channels_come_and_go)
{
	struct ion_totals first, before, after;
	static struct channel idle[IDLE];
	struct task churner[CHURNERS];
	bool stop = false;
	int i, ret, wrong = 0;
	__u64 pushed = 0;

	for (i = 0; i < IDLE; i++)
		ASSERT_EQ(0, open_service(&idle[i], "sink"));
	ASSERT_EQ(0, get_totals(self->fd, &first));
	for (i = 0; i < CHURNERS; i++)
		task_start(&churner[i], come_and_go, NULL,
			   (__u64)(unsigned long)&stop, 0);
	before = first;
	for (i = 0; i < LOOKS; i++) {
		if (get_totals(self->fd, &after) ||
		    !totals_rise(&before, &after) ||
		    !totals_obey_the_law(&after))
			wrong++;
		before = after;
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < CHURNERS; i++) {
		ret = task_join(&churner[i]);
		EXPECT_LT(0, ret);
		pushed += ret;
	}
	EXPECT_EQ(0, wrong);
	/* No channel was counted twice, or omitted. */
	ASSERT_EQ(0, get_totals(self->fd, &after));
	EXPECT_EQ(first.ring[ION_RING_TX].pushed + pushed,
		  after.ring[ION_RING_TX].pushed);
	EXPECT_EQ(first.opened + pushed / 7, after.opened);
	for (i = 0; i < IDLE; i++)
		channel_close(&idle[i]);
}

static int as_user(int fd)
{
	struct ion_totals before, after;
	struct channel ch;

	if (open_service(&ch, "echo") || ion_send(&ch, 0, 4) != 4 ||
	    get_totals(fd, &before) || ion_drop_privileges())
		return 1;
	return get_totals(fd, &after) || !totals_rise(&before, &after);
}

TEST_F(totals, every_user_sees_all_totals)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(as_user(self->fd));
	EXPECT_EQ(0, ion_wait_child(pid));
}

TEST_F(totals, without_an_address_no_totals_are_written)
{
	EXPECT_EQ(0, totals_to(self->fd, NULL));
}

TEST_F(totals, invalid_requests_are_refused)
{
	struct {
		struct ion_totals totals;
		__u64 more[2];
	} arg = { .totals.size = sizeof(arg.totals) };
	const struct ion_totals *read_only;

	EXPECT_EQ(0, totals_to(self->fd, &arg));
	arg.totals.size--;
	EXPECT_EQ(-EINVAL, totals_to(self->fd, &arg));
	arg.totals.size = 0;
	EXPECT_EQ(-EINVAL, totals_to(self->fd, &arg));
	arg.totals.size = sizeof(arg);
	EXPECT_EQ(0, totals_to(self->fd, &arg));
	arg.more[1] = 1;
	EXPECT_EQ(-E2BIG, totals_to(self->fd, &arg));
	arg.more[1] = 0;
	arg.totals.reserved[5] = 1;
	EXPECT_EQ(-EINVAL, totals_to(self->fd, &arg));
	EXPECT_EQ(-EFAULT, totals_to(self->fd, (void *)8));
	read_only = mmap(NULL, sizeof(*read_only), PROT_READ,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, read_only);
	EXPECT_EQ(-EINVAL, totals_to(self->fd, (void *)read_only));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
