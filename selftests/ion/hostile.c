// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that keeps to nothing: every byte that it may write is written
 * over, by its own threads, while others make every call there is. The kernel
 * owes it no service, but neither a crash, nor a hang, nor a line in its log;
 * the counters add up all the while, and RESET mends all of it.
 *
 * The seed is printed; ION_TEST_SEED in the environment repeats a run.
 */
#include "ion_live.h"

#define ROUNDS_MS  700
#define SCRIBBLERS 2
#define CALLERS	   2

static bool stop;

static __u64 next_random(__u64 *state)
{
	*state = ion_mix(*state + 0x9e3779b97f4a7c15ULL);
	return *state;
}

/* An index that is likely to be looked at twice, or any. */
static __u32 bad_index(const struct channel *ch, unsigned int ring, __u64 *seed)
{
	__u32 mask = ch->info.ring[ring].nr_slots - 1;
	__u64 x = next_random(seed);

	switch (x % 8) {
	case 0:
		return (__u32)(x >> 32);
	case 1:
		return mask + 1;
	case 2:
		return 0xffffffff;
	case 3:
		return kernel_index(ch, ring);
	default:
		return (__u32)(x >> 32) & mask;
	}
}

/* The user end's words: mostly right ones, so that the rings get somewhere. */
static void scribble_index(struct channel *ch, __u64 *seed)
{
	__u64 x = next_random(seed);
	unsigned int ring = x % ION_RINGS;
	__u32 *index = user_index(ch, ring);
	__u32 mask = ch->info.ring[ring].nr_slots - 1;

	if (x & 0x3f00)
		WRITE_ONCE(*index, (READ_ONCE(*index) + (x >> 60)) & mask);
	else
		WRITE_ONCE(*index, bad_index(ch, ring, seed));
}

/* Any word of any area that may be written, the kernel's in compact too. */
static void scribble_anywhere(struct channel *ch, __u64 *seed)
{
	__u64 x = next_random(seed);
	unsigned int area = x % ch->info.nr_areas;
	__u64 words = ch->info.area[area].length / sizeof(__u32);
	__u32 *word = ch->area[area];

	if (ch->info.area[area].prot & PROT_WRITE)
		WRITE_ONCE(word[(x >> 8) % words], (__u32)next_random(seed));
}

static int scribble(struct task *task)
{
	struct channel *ch = task->ch;
	__u64 seed = task->arg[0];

	while (!READ_ONCE(stop)) {
		if (next_random(&seed) % 4)
			scribble_index(ch, &seed);
		else
			scribble_anywhere(ch, &seed);
	}
	return 0;
}

/* pushed = popped + queued + discarded, whatever was done to the ring. */
static int check_counters(int fd)
{
	struct ion_stats stats;
	unsigned int id;

	if (ion_get_stats(fd, &stats))
		return -EIO;
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_stats *ring = &stats.ring[id];

		if (ring->queued > ring->capacity ||
		    ring->pushed !=
			    ring->popped + ring->queued + ring->discarded)
			return -ERANGE;
	}
	return 0;
}

static void call_something(struct channel *ch, __u64 *seed)
{
	struct ion_packet packets[64];
	char buffer[64 * 32];
	__u64 x = next_random(seed), timeout = x >> 48;
	__u32 count = 1 + (x >> 32) % 64;

	memset(packets, 0x5a, sizeof(packets));
	switch (x % 10) {
	case 0:
		ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_TX, packets, count);
		break;
	case 1:
		ion_batch(ch->fd, ION_IOC_POP, ION_RING_RX, buffer, count);
		break;
	case 2:
		ion_batch(ch->fd, ION_IOC_POP, ION_RING_EVT, buffer, count);
		break;
	case 3:
		ion_peek(ch->fd, (x >> 8) % ION_RINGS, buffer, x >> 40, count);
		break;
	case 4:
		ion_wait_for(ch->fd, 1, 1, &timeout);
		break;
	case 5:
		ion_poll_for(ch->fd, POLLIN | POLLOUT | POLLPRI, 0);
		break;
	case 6:
		if (write(ch->fd, packets, count * sizeof(*packets)) < 0)
			break;
		if (read(ch->fd, buffer, count * sizeof(*packets)) < 0)
			break;
		break;
	case 7:
		ion_reset(ch->fd);
		break;
	default:
		ion_kick(ch->fd);
	}
}

static int call(struct task *task)
{
	__u64 seed = task->arg[0];
	int ret = 0;

	while (!ret && !READ_ONCE(stop)) {
		call_something(task->ch, &seed);
		ret = check_counters(task->ch->fd);
	}
	return ret;
}

/* A lent thread that poison sends back is lent again. */
static int serve(struct task *task)
{
	__u64 seed = task->arg[0];
	int ret = 0;

	while (!READ_ONCE(stop)) {
		ret = ion_lend(task->ch->fd, 1 + next_random(&seed) % 100000,
			       1000000);
		if (ret && ret != -EPROTO)
			return ret;
	}
	return 0;
}

static __u64 first_seed(void)
{
	const char *given = getenv("ION_TEST_SEED");
	__u64 seed = given ? strtoull(given, NULL, 0) : now_ns();

	ksft_print_msg("seed %llu\n", (unsigned long long)seed);
	return seed;
}

FIXTURE(hostile)
{
	struct channel ch;
	__u64 seed;
};

FIXTURE_VARIANT(hostile)
{
	__u32 layout;
	bool lent;
	const char *service;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(hostile, compact)
{
	.layout = ION_LAYOUT_COMPACT,
	.lent = false,
	.service = "echo",
};

FIXTURE_VARIANT_ADD(hostile, compact_lent)
{
	.layout = ION_LAYOUT_COMPACT,
	.lent = true,
	.service = "echo",
};

FIXTURE_VARIANT_ADD(hostile, split)
{
	.layout = ION_LAYOUT_SPLIT,
	.lent = false,
	.service = "echo",
};

FIXTURE_VARIANT_ADD(hostile, split_lent)
{
	.layout = ION_LAYOUT_SPLIT,
	.lent = true,
	.service = "echo",
};

FIXTURE_VARIANT_ADD(hostile, sink_lent)
{
	.layout = ION_LAYOUT_COMPACT,
	.lent = true,
	.service = "sink",
};

/* clang-format on */

FIXTURE_SETUP(hostile)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 64,
					 variant->service));
	ASSERT_EQ(0, fcntl(self->ch.fd, F_SETFL, O_NONBLOCK));
	self->seed = first_seed();
	stop = false;
}

FIXTURE_TEARDOWN(hostile)
{
	channel_close(&self->ch);
}

TEST_F(hostile, user_end)
{
	struct task scribblers[SCRIBBLERS], callers[CALLERS], server;
	struct channel *ch = &self->ch;
	unsigned int i;

	for (i = 0; i < SCRIBBLERS; i++)
		task_start(&scribblers[i], scribble, ch, self->seed + i, 0);
	for (i = 0; i < CALLERS; i++)
		task_start(&callers[i], call, ch, self->seed + 10 + i, 0);
	if (variant->lent)
		task_start(&server, serve, ch, self->seed + 20, 0);

	sleep_ns(ROUNDS_MS * MS);
	WRITE_ONCE(stop, true);
	for (i = 0; i < SCRIBBLERS; i++)
		EXPECT_EQ(0, task_join(&scribblers[i]));
	for (i = 0; i < CALLERS; i++)
		EXPECT_EQ(0, task_join(&callers[i]));
	if (variant->lent)
		EXPECT_EQ(0, task_join(&server));

	/* All is well again after a reset, in every ring. */
	ASSERT_LE(0, ion_reset(ch->fd));
	channel_attach_live(ch);
	EXPECT_EQ(10, ion_send(ch, 0, 10));
	EXPECT_TRUE(ion_send_cmd(ch, 0));
	if (!strcmp(variant->service, "echo")) {
		EXPECT_EQ(10, ion_pop_from(ch, 0, 10));
		EXPECT_EQ(1, ion_ring_peek(&ch->evt, 1));
	}
	EXPECT_EQ(0, check_counters(ch->fd));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
