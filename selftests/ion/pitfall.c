// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mistakes of rings that no other program tests: a loop in the kernel that
 * chases an index, and a log that a user can fill. Documentation/pitfalls.rst
 * lists the others.
 */
#include "arena_test.h"
#include "ion_test.h"

#define SLOTS 64

/*
 * The most packets that one call may move: there are a few passes, and each may
 * find the ring full again.
 */
#define MOST (12 * SLOTS)

/*
 * Give away all slots of tx again as soon as they return, and empty rx: a
 * kernel end that goes on while there is work goes on forever.
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

FIXTURE(chased_index)
{
	struct channel ch;
};

FIXTURE_VARIANT(chased_index)
{
	const char *service;
	__u32 buffers;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(chased_index, echo)
{
	.service = "echo",
	.buffers = 0,
};

FIXTURE_VARIANT_ADD(chased_index, echo_arena)
{
	.service = "echo",
	.buffers = 8,
};

FIXTURE_VARIANT_ADD(chased_index, sink)
{
	.service = "sink",
	.buffers = 0,
};

FIXTURE_VARIANT_ADD(chased_index, sink_arena)
{
	.service = "sink",
	.buffers = 8,
};

FIXTURE_VARIANT_ADD(chased_index, source)
{
	.service = "source",
	.buffers = 0,
};

/* clang-format on */

FIXTURE_SETUP(chased_index)
{
	ASSERT_EQ(0, arena_open(&self->ch, ION_LAYOUT_COMPACT, variant->service,
				SLOTS, variant->buffers,
				variant->buffers ? 256 : 0));
}

FIXTURE_TEARDOWN(chased_index)
{
	channel_close(&self->ch);
}

TEST_F(chased_index, a_kick_ends_while_its_index_is_chased)
{
	__u64 until = now_ns() + 2 * SECOND, before, most = 0;
	struct ion_packet *slots = channel_slot(&self->ch, ION_RING_TX, 0);
	struct task chaser;
	__u32 i;

	/* With an arena these are refused and passed over. */
	for (i = 0; i < SLOTS; i++)
		slots[i].id = 0xffff;
	task_start(&chaser, chase, &self->ch, 0, 0);
	while (now_ns() < until && most <= MOST) {
		before = moved(self->ch.fd);
		ion_kick(self->ch.fd);
		before = moved(self->ch.fd) - before;
		most = before > most ? before : most;
		/* The index may have been behind for a moment. */
		if (ion_poll_for(self->ch.fd, POLLOUT, 0) & POLLERR)
			ion_reset(self->ch.fd);
	}
	WRITE_ONCE(chaser.arg[0], 1);
	EXPECT_EQ(0, task_join(&chaser));
	EXPECT_LT(0, most);
	EXPECT_GE(MOST, most);
}

/* Return how many lines were logged since the last call. */
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

FIXTURE(module_log)
{
	struct channel ch;
};

FIXTURE_SETUP(module_log)
{
	char line[512];

	if (ion_kernel_log < 0)
		SKIP(return, "/dev/kmsg cannot be read");
	ASSERT_EQ(0, channel_open_slots(&self->ch, SLOTS, ""));
	while (ion_kernel_log_next(line, sizeof(line)))
		;
}

FIXTURE_TEARDOWN(module_log)
{
	if (ion_kernel_log >= 0)
		channel_close(&self->ch);
}

/* Every mistake, often: the result is only for the caller. */
TEST_F(module_log, mistakes_of_a_program_are_not_logged)
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
	/* Other parts of the kernel may have logged a line. */
	EXPECT_GE(3, log_lines(_metadata));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
