// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of the mistakes that rings like this one have had, those that no other
 * program looks for: a loop in the kernel that chases an index, and a log that
 * a user can fill. Documentation/pitfalls.rst says where the others are.
 */
#include "arena_test.h"
#include "ion_test.h"

#define SLOTS 64

/*
 * More than this no call may do that was made once: there are a few passes, and
 * each may find the ring full again for the time that it takes.
 */
#define MOST (12 * SLOTS)

/*
 * All slots of tx are given away again as soon as they come back, and rx is
 * emptied: a kernel end that goes on while there is something goes on for ever.
 */
static int chase(struct task *task)
{
	struct ion_ring_words tx = channel_words(task->ch, ION_RING_TX);
	struct ion_ring_words rx = channel_words(task->ch, ION_RING_RX);

	while (!READ_ONCE(task->arg[0])) {
		WRITE_ONCE(*tx.head, (READ_ONCE(*tx.tail) - 1) & (SLOTS - 1));
		WRITE_ONCE(*rx.tail, READ_ONCE(*rx.head));
	}
	return 0;
}

static __u64 moved(int fd)
{
	struct ion_stats stats;

	if (ion_get_stats(fd, &stats))
		return ~0ULL;
	return stats.ring[ION_RING_TX].popped +
	       stats.ring[ION_RING_TX].discarded;
}

FIXTURE(chased)
{
	struct channel ch;
};

FIXTURE_VARIANT(chased)
{
	const char *service;
	__u32 buffers;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(chased, echo)
{
	.service = "echo",
	.buffers = 0,
};

FIXTURE_VARIANT_ADD(chased, echo_arena)
{
	.service = "echo",
	.buffers = 8,
};

FIXTURE_VARIANT_ADD(chased, sink)
{
	.service = "sink",
	.buffers = 0,
};

FIXTURE_VARIANT_ADD(chased, sink_arena)
{
	.service = "sink",
	.buffers = 8,
};

FIXTURE_VARIANT_ADD(chased, source)
{
	.service = "source",
	.buffers = 0,
};

/* clang-format on */

FIXTURE_SETUP(chased)
{
	ASSERT_EQ(0, arena_open(&self->ch, ION_LAYOUT_COMPACT, variant->service,
				SLOTS, variant->buffers,
				variant->buffers ? 256 : 0));
}

FIXTURE_TEARDOWN(chased)
{
	channel_close(&self->ch);
}

TEST_F(chased, a_kick_ends_all_the_same)
{
	__u64 until = now_ns() + 2 * SECOND, before, most = 0;
	struct ion_packet *slots = channel_slot(&self->ch, ION_RING_TX, 0);
	struct task chaser;
	__u32 i;

	/* With an arena these are refused, and passed over. */
	for (i = 0; i < SLOTS; i++)
		slots[i].id = 0xffff;
	task_start(&chaser, chase, &self->ch, 0, 0);
	while (now_ns() < until && most <= MOST) {
		before = moved(self->ch.fd);
		ion_kick(self->ch.fd);
		before = moved(self->ch.fd) - before;
		most = before > most ? before : most;
		/* In between, the chaser may have been a step behind. */
		if (ion_poll_for(self->ch.fd, POLLOUT, 0) & POLLERR)
			ion_reset(self->ch.fd);
	}
	WRITE_ONCE(chaser.arg[0], 1);
	EXPECT_EQ(0, task_join(&chaser));
	EXPECT_LT(0, most);
	EXPECT_GE(MOST, most);
}

/* Lines since the last look. */
static unsigned int log_lines(struct __test_metadata *_metadata)
{
	unsigned int lines = 0;
	char line[512];

	while (ion_kernel_log_next(line, sizeof(line))) {
		if (!lines++)
			TH_LOG("kernel: %s", line);
	}
	return lines;
}

FIXTURE(log)
{
	struct channel ch;
};

FIXTURE_SETUP(log)
{
	char line[512];

	if (ion_kernel_log < 0)
		SKIP(return, "/dev/kmsg can not be read");
	ASSERT_EQ(0, channel_open_slots(&self->ch, SLOTS, ""));
	while (ion_kernel_log_next(line, sizeof(line)))
		;
}

FIXTURE_TEARDOWN(log)
{
	if (ion_kernel_log >= 0)
		channel_close(&self->ch);
}

/* Everything that is wrong, often: it is the caller's to know. */
TEST_F(log, has_no_line_of_what_a_program_does_wrong)
{
	struct channel *ch = &self->ch;
	struct ion_setup setup;
	unsigned int i, id;

	for (i = 0; i < 100; i++) {
		for (id = 0; id < ION_RINGS; id++)
			*channel_user_index(ch, id) = SLOTS + i;
		EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
		EXPECT_EQ(POLLERR, ion_poll_for(ch->fd, POLLIN, 0));
		EXPECT_LE(0, ion_reset(ch->fd));
		EXPECT_EQ(-ENOTTY, ion_call(ch->fd, _IO(0xee, i), NULL));
		EXPECT_EQ(-EFAULT, ion_call(ch->fd, ION_IOC_STATS, NULL));
		EXPECT_EQ(MAP_FAILED,
			  mmap(NULL, page_size() * (i + 10), PROT_EXEC,
			       MAP_SHARED, ch->fd, ION_MMAP_TX));
		ion_setup_init(&setup, "no such service");
		EXPECT_EQ(-ENOENT, ion_call(ch->fd, ION_IOC_SETUP, &setup));
	}
	/* Somebody else may have had a word to say. */
	EXPECT_GE(3, log_lines(_metadata));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
