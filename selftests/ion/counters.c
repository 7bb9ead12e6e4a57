// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters against a model of the channel, over a random walk: pushed =
 * popped + queued + discarded, and every other number of ION_IOC_STATS, is exact
 * at every snapshot, and every packet is where the model has it. The seed is
 * printed, and --seed repeats a run.
 */
#include <poll.h>

#include "ion_test.h"
#include "options.h"
#include "random.h"

#define SLOTS_MOST 256
#define STEPS	   100000

static struct test_options options = { .shared = TEST_SEED, .harness = true };

static __u64 seed;

static __u64 below(__u64 limit)
{
	return random_below(&seed, limit);
}

struct model_ring {
	__u64 pushed;
	__u64 taken;
	__u64 discarded;
	__u64 full;
	__u32 capacity;
	/* The numbers of the queued packets, by the count of pushes. */
	__u64 number[SLOTS_MOST];
};

struct model {
	struct channel ch;
	struct model_ring ring[ION_RINGS];
	__u64 kicks;
	__u64 kicks_spurious;
	__u64 resets;
	__u64 next;
};

static __u32 queued(const struct model_ring *ring)
{
	return ring->pushed - ring->taken;
}

static void put(struct model_ring *ring, __u64 number)
{
	ring->number[ring->pushed++ % SLOTS_MOST] = number;
}

static __u64 take(struct model_ring *ring)
{
	return ring->number[ring->taken++ % SLOTS_MOST];
}

static __u32 model_move(struct model_ring *in, struct model_ring *out)
{
	__u32 done = 0;

	while (queued(in) && queued(out) < out->capacity) {
		put(out, take(in));
		done++;
	}
	out->full += queued(in) > 0;
	return done;
}

static void model_kick(struct model *model)
{
	struct model_ring *ring = model->ring;
	__u32 done = model_move(&ring[ION_RING_TX], &ring[ION_RING_RX]);

	done += model_move(&ring[ION_RING_CMD], &ring[ION_RING_EVT]);
	model->kicks++;
	model->kicks_spurious += !done;
}

static int model_reset(struct model *model)
{
	unsigned int id;
	int discarded = 0;

	for (id = 0; id < ION_RINGS; id++) {
		struct model_ring *ring = &model->ring[id];

		discarded += queued(ring);
		ring->discarded += queued(ring);
		ring->taken = ring->pushed;
	}
	model->resets++;
	return discarded;
}

static void fill_slot(void *slot, unsigned int ring, __u64 number)
{
	if (ion_ring_is_cmd(ring))
		*(struct ion_cmd_packet *)slot = ion_cmd_of(number);
	else
		*(struct ion_packet *)slot = ion_packet_of(number);
}

static bool slot_is(const void *slot, unsigned int ring, __u64 number)
{
	return ion_ring_is_cmd(ring) ? ion_cmd_is(slot, number)
				     : ion_packet_is(slot, number);
}

static struct ion_cmd_packet slot_room[1024];
static unsigned char *const slots = (unsigned char *)slot_room;

static bool step_push(struct model *model, unsigned int id, bool by_memory)
{
	struct model_ring *ring = &model->ring[id];
	struct channel *ch = &model->ch;
	__u32 size = ion_slot_size(id);
	__u32 count = 1 + below(ring->capacity + 2);
	__u32 room = ring->capacity - queued(ring);
	int want = count < room ? count : room;
	int got;
	__u32 i;

	for (i = 0; i < count; i++)
		fill_slot(slots + (size_t)i * size, id, model->next + i);
	if (by_memory && id == ION_RING_TX)
		got = ion_ring_push_n(&ch->tx, slots, count, 24);
	else if (by_memory)
		got = ion_ring_push_n(&ch->cmd, slots, count, 32);
	else
		got = ion_batch(ch->fd, ION_IOC_PUSH, id, slots, count);
	for (i = 0; (int)i < want; i++)
		put(ring, model->next + i);
	model->next += count;
	return got == (want || by_memory ? want : -EAGAIN);
}

static bool step_pop(struct model *model, unsigned int id, bool by_memory)
{
	struct model_ring *ring = &model->ring[id];
	struct channel *ch = &model->ch;
	__u32 size = ion_slot_size(id);
	__u32 count = 1 + below(ring->capacity + 2);
	int want = count < queued(ring) ? count : queued(ring);
	bool good = true;
	int got, i;

	if (by_memory && id == ION_RING_RX)
		got = ion_ring_pop_n(&ch->rx, slots, count, 24);
	else if (by_memory)
		got = ion_ring_pop_n(&ch->evt, slots, count, 32);
	else
		got = ion_batch(ch->fd, ION_IOC_POP, id, slots, count);
	for (i = 0; i < want; i++)
		good &= slot_is(slots + (size_t)i * size, id, take(ring));
	return good && got == (want || by_memory ? want : -EAGAIN);
}

static bool step_peek(struct model *model, unsigned int id)
{
	const struct model_ring *ring = &model->ring[id];
	__u32 skip = below(ring->capacity + 2);
	__u32 count = 1 + below(ring->capacity + 2);
	__u32 left = queued(ring) - (skip < queued(ring) ? skip : queued(ring));
	int want = count < left ? count : left;
	int got = ion_peek(model->ch.fd, id, slots, skip, count);
	int i;

	for (i = 0; i < want; i++) {
		__u64 at = (ring->taken + skip + i) % SLOTS_MOST;
		const void *slot = slots + (size_t)i * ion_slot_size(id);

		if (!slot_is(slot, id, ring->number[at]))
			return false;
	}
	return got == want;
}

static bool step_poll(struct model *model)
{
	const struct model_ring *ring = model->ring;
	struct pollfd file = {
		.fd = model->ch.fd,
		.events = POLLIN | POLLPRI | POLLOUT | POLLWRBAND,
	};
	short want = 0;

	if (poll(&file, 1, 0) < 0)
		return false;
	model_kick(model);
	if (queued(&ring[ION_RING_RX]))
		want |= POLLIN;
	if (queued(&ring[ION_RING_EVT]))
		want |= POLLPRI;
	if (queued(&ring[ION_RING_TX]) < ring[ION_RING_TX].capacity)
		want |= POLLOUT;
	if (queued(&ring[ION_RING_CMD]) < ring[ION_RING_CMD].capacity)
		want |= POLLWRBAND;
	return file.revents == want;
}

static bool step_reset(struct model *model)
{
	bool good = ion_reset(model->ch.fd) == model_reset(model);

	channel_attach(&model->ch);
	return good;
}

/*
 * Make one random step; its name is in @what. Packets that a call moved are not
 * in the private view of an end, so the ends are attached again before they are
 * used.
 */
static bool step(struct model *model, const char **what)
{
	__u32 dice = below(1000);
	bool cmd = below(4) == 0;

	if (dice < 500)
		channel_attach(&model->ch);
	if (dice < 250)
		return *what = "push by memory",
		       step_push(model, cmd ? ION_RING_CMD : ION_RING_TX, true);
	if (dice < 500)
		return *what = "pop by memory",
		       step_pop(model, cmd ? ION_RING_EVT : ION_RING_RX, true);
	if (dice < 600)
		return *what = "push by call",
		       step_push(model, cmd ? ION_RING_CMD : ION_RING_TX,
				 false);
	if (dice < 700)
		return *what = "pop by call",
		       step_pop(model, cmd ? ION_RING_EVT : ION_RING_RX, false);
	if (dice < 720)
		return *what = "peek", step_peek(model, below(4));
	if (dice < 760)
		return *what = "poll", step_poll(model);
	if (dice < 765)
		return *what = "reset", step_reset(model);
	model_kick(model);
	return *what = "kick", ion_kick(model->ch.fd) == 0;
}

static void expect_counters(struct __test_metadata *_metadata,
			    const struct model *model)
{
	struct ion_stats stats;
	unsigned int id;

	ASSERT_EQ(0, ion_get_stats(model->ch.fd, &stats));
	ASSERT_EQ(model->kicks, stats.kicks);
	ASSERT_EQ(model->kicks_spurious, stats.kicks_spurious);
	ASSERT_EQ(model->resets, stats.resets);
	for (id = 0; id < ION_RINGS; id++) {
		const struct model_ring *want = &model->ring[id];
		const struct ion_ring_stats *ring = &stats.ring[id];

		ASSERT_EQ(ring->pushed,
			  ring->popped + ring->queued + ring->discarded);
		ASSERT_EQ(want->pushed, ring->pushed);
		ASSERT_EQ(want->taken - want->discarded, ring->popped);
		ASSERT_EQ(want->discarded, ring->discarded);
		ASSERT_EQ(want->full, ring->full);
		ASSERT_EQ(queued(want), ring->queued);
		ASSERT_EQ(want->capacity, ring->capacity);
		ASSERT_EQ(want->pushed % (want->capacity + 1), ring->head);
		ASSERT_EQ(want->taken % (want->capacity + 1), ring->tail);
		ASSERT_EQ(ION_POISON_NONE, ring->poison);
	}
}

FIXTURE(counters)
{
	struct model model;
};

FIXTURE_VARIANT(counters)
{
	__u32 slots[ION_RINGS];
};

/* clang-format off */
FIXTURE_VARIANT_ADD(counters, small)
{
	.slots = { 8, 8, 4, 4 },
};

FIXTURE_VARIANT_ADD(counters, equal)
{
	.slots = { 256, 256, 256, 256 },
};

FIXTURE_VARIANT_ADD(counters, small_rx)
{
	.slots = { 64, 4, 32, 2 },
};

FIXTURE_VARIANT_ADD(counters, small_tx)
{
	.slots = { 2, 128, 2, 64 },
};

/* clang-format on */

FIXTURE_SETUP(counters)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, "echo");
	for (id = 0; id < ION_RINGS; id++) {
		setup.slots[id] = variant->slots[id];
		self->model.ring[id].capacity = variant->slots[id] - 1;
	}
	ASSERT_EQ(0, channel_open(&self->model.ch, &setup));
	seed = options.seed;
	TH_LOG("seed %llu", seed);
}

FIXTURE_TEARDOWN(counters)
{
	channel_close(&self->model.ch);
}

TEST_F_TIMEOUT(counters, counters_agree_with_the_model, 120)
{
	const char *what = "";
	unsigned int i;

	for (i = 0; i < STEPS; i++) {
		ASSERT_TRUE(step(&self->model, &what))
		TH_LOG("step %u: %s", i, what);
		if (below(8) == 0)
			expect_counters(_metadata, &self->model);
	}
	expect_counters(_metadata, &self->model);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN_OPTIONS(&options)
