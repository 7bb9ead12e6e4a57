// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner of each buffer against a model, over a random walk: packets of
 * every kind, valid and invalid, by mmap and by calls, kicks, resets. After
 * every step the bitmap, the counters and the packets agree with the model.
 *
 * The seed is printed, and --seed repeats a run.
 */
#include "arena_test.h"
#include "ion_test.h"
#include "options.h"

#define STEPS	15000
#define BUFFERS 70
#define SIZE	256
/* All queued packets fit one pass of the service: see ION_PEEK_MAX. */
#define SLOTS 32

static struct test_options options = { .shared = TEST_SEED, .harness = true };

enum kind {
	ECHO,
	SINK,
	SOURCE
};

static const char *const names[] = { "echo", "sink", "source" };

/* The state of a packet on tx. */
enum state {
	UNSEEN,
	HELD,
	REFUSED
};

struct entry {
	struct ion_packet packet;
	enum state state;
};

/**
 * struct model - the expected state
 * @ch: the channel
 * @kind: its service
 * @seed: of the random numbers
 * @user: the buffers that the program owns
 * @tx: the packets in the ring
 * @nr_tx: how many these are
 * @rx: the packets in the ring
 * @nr_rx: how many these are
 * @pool: the buffers that source keeps
 * @nr_pool: how many these are
 * @number: the next number of source
 * @pushed: packets pushed to tx
 * @popped: packets popped from tx
 * @discarded: packets discarded on tx
 * @refused: packets refused, by cause: id, range, owner
 */
struct model {
	struct channel ch;
	enum kind kind;
	__u64 seed;
	bool user[BUFFERS];
	struct entry tx[SLOTS];
	__u32 nr_tx;
	struct ion_packet rx[SLOTS];
	__u32 nr_rx;
	__u16 pool[BUFFERS];
	__u32 nr_pool;
	__u64 number;
	__u64 pushed;
	__u64 popped;
	__u64 discarded;
	__u64 refused[3];
};

/* The rule in another form: with numbers that cannot overflow. */
static int refusal(const struct model *m, const struct ion_packet *p)
{
	__u64 begin = (__u64)p->id * SIZE, at = p->data;

	if (p->id >= BUFFERS)
		return 0;
	if (at >> 48 || at < begin || at + p->len > begin + SIZE)
		return 1;
	return m->user[p->id] ? -1 : 2;
}

static void model_check(struct model *m)
{
	__u32 i;

	for (i = 0; i < m->nr_tx; i++) {
		struct entry *entry = &m->tx[i];
		int cause;

		if (entry->state != UNSEEN)
			continue;
		cause = refusal(m, &entry->packet);
		entry->state = cause < 0 ? HELD : REFUSED;
		if (cause < 0)
			m->user[entry->packet.id] = false;
		else
			m->refused[cause]++;
	}
}

static void model_drop_first(struct model *m)
{
	if (m->tx[0].state == HELD)
		m->popped++;
	else
		m->discarded++;
	memmove(&m->tx[0], &m->tx[1], --m->nr_tx * sizeof(m->tx[0]));
}

static struct entry *model_held(struct model *m)
{
	__u32 i;

	for (i = 0; i < m->nr_tx; i++)
		if (m->tx[i].state == HELD)
			return &m->tx[i];
	return NULL;
}

static void model_give(struct model *m, struct ion_packet packet)
{
	packet.phys = 0;
	m->user[packet.id] = true;
	m->rx[m->nr_rx++] = packet;
}

/* What the service does with a valid packet; false if it cannot yet. */
static bool model_serve(struct model *m, struct ion_packet packet)
{
	if (m->kind == SOURCE) {
		m->pool[m->nr_pool++] = packet.id;
		return true;
	}
	if (m->nr_rx == SLOTS - 1)
		return false;
	if (m->kind == SINK)
		packet.len = 0;
	model_give(m, packet);
	return true;
}

/*
 * A refused packet leaves with the one before it, or at once if there is none.
 */
static void model_kick(struct model *m)
{
	struct entry *held;
	bool moved = false;

	model_check(m);
	while ((held = model_held(m)) && model_serve(m, held->packet)) {
		while (m->tx[0].state != HELD)
			model_drop_first(m);
		model_drop_first(m);
		moved = true;
	}
	while (m->nr_tx && m->tx[0].state == REFUSED && (moved || !held))
		model_drop_first(m);
	while (m->nr_pool && m->nr_rx < SLOTS - 1) {
		__u16 id = m->pool[--m->nr_pool];

		model_give(m, (struct ion_packet){ .data = (__u64)id * SIZE,
						   .len = 8,
						   .id = id });
		m->number++;
	}
}

static int model_reset(struct model *m)
{
	int discarded = m->nr_tx + m->nr_rx;
	__u32 i;

	for (i = 0; i < m->nr_tx; i++)
		if (m->tx[i].state == HELD)
			m->user[m->tx[i].packet.id] = true;
	m->discarded += m->nr_tx;
	m->nr_tx = 0;
	m->nr_rx = 0;
	/* The kernel end goes on if it waited for room. */
	model_kick(m);
	return discarded;
}

/* Mostly valid, often nearly so, sometimes anything. */
static struct ion_packet random_packet(struct model *m)
{
	__u32 id = random_below(&m->seed, BUFFERS);
	__u32 skip = random_below(&m->seed, SIZE + 1);
	__u32 len = random_below(&m->seed, SIZE - skip + 1);
	struct ion_packet packet = arena_packet(&m->ch, id, skip, len);

	packet.phys = random_next(&m->seed);
	packet.pad = (__u32)m->pushed;
	switch (random_below(&m->seed, 16)) {
	case 0:
		packet.id += BUFFERS;
		break;
	case 1:
		packet.len = SIZE - skip + 1;
		break;
	case 2:
		packet.data -= skip + random_below(&m->seed, 2);
		break;
	case 3:
		packet.data ^= 1ULL << random_below(&m->seed, 64);
		break;
	case 4:
		packet.len = (__u16)random_next(&m->seed);
		packet.data = random_next(&m->seed);
		break;
	default:
		break;
	}
	return packet;
}

static bool step_push(struct model *m)
{
	__u32 most = 1 + random_below(&m->seed, 6);
	bool call = random_next(&m->seed) & 1;

	while (most--) {
		struct ion_packet packet = random_packet(m);
		bool room = m->nr_tx < SLOTS - 1;
		int ret;

		if (call)
			ret = ion_batch(m->ch.fd, ION_IOC_PUSH, ION_RING_TX,
					&packet, 1) == 1;
		else
			ret = arena_push(&m->ch, packet);
		if (ret != room)
			return false;
		if (call)
			channel_attach_live(&m->ch);
		if (!room)
			return true;
		m->tx[m->nr_tx++] = (struct entry){ packet, UNSEEN };
		m->pushed++;
	}
	return true;
}

/*
 * The numbers of source are in the buffers, unless the program handed one over
 * again before it checked.
 */
static bool content_right(struct model *m, const struct ion_packet *packet)
{
	__u64 number = m->number - m->nr_rx;
	__u32 i;

	if (m->kind != SOURCE || !m->user[packet->id])
		return true;
	for (i = 1; i < m->nr_rx; i++)
		if (m->rx[i].id == packet->id)
			return true;
	return !memcmp(arena_at(&m->ch, packet->data), &number, 8);
}

static bool step_pop(struct model *m)
{
	__u32 most = 1 + random_below(&m->seed, 2 * SLOTS);
	struct ion_packet packet;

	while (most-- && m->nr_rx) {
		if (!ion_ring_pop(&m->ch.rx, &packet) || packet.phys ||
		    !arena_same(&packet, &m->rx[0]) ||
		    !content_right(m, &packet))
			return false;
		memmove(&m->rx[0], &m->rx[1], --m->nr_rx * sizeof(m->rx[0]));
	}
	return m->nr_rx || arena_rx_empty(&m->ch);
}

static bool step_reset(struct model *m)
{
	int discarded = model_reset(m);

	if (ion_reset(m->ch.fd) != discarded)
		return false;
	channel_attach_live(&m->ch);
	return true;
}

static bool bitmap_agrees(struct model *m)
{
	__u64 bits[2];
	int owned = arena_owned(m->ch.fd, bits), count = 0;
	__u32 i;

	for (i = 0; i < BUFFERS; i++) {
		if ((bits[i / 64] >> (i % 64) & 1) != m->user[i])
			return false;
		count += m->user[i];
	}
	return owned == count;
}

static bool counters_agree(struct model *m)
{
	const struct ion_ring_stats *tx;
	struct ion_stats stats;

	if (stats_read(m->ch.fd, &stats))
		return false;
	tx = &stats.ring[ION_RING_TX];
	return tx->pushed == m->pushed && tx->popped == m->popped &&
	       tx->discarded == m->discarded && tx->queued == m->nr_tx &&
	       tx->bad_id == m->refused[0] && tx->bad_range == m->refused[1] &&
	       tx->bad_owner == m->refused[2] &&
	       stats.ring[ION_RING_RX].queued == m->nr_rx;
}

/* Make a random step; return its name if it failed. */
static const char *step(struct model *m)
{
	__u32 what = random_below(&m->seed, 100);

	if (what < 45)
		return step_push(m) ? NULL : "push";
	if (what < 65)
		return step_pop(m) ? NULL : "pop";
	if (what < 66)
		return step_reset(m) ? NULL : "reset";
	model_kick(m);
	return ion_kick(m->ch.fd) ? "kick" : NULL;
}

FIXTURE(arena_fuzz)
{
	struct model m;
};

FIXTURE_VARIANT(arena_fuzz)
{
	__u32 layout;
	enum kind kind;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(arena_fuzz, echo_compact)
{
	.layout = ION_LAYOUT_COMPACT,
	.kind = ECHO,
};

FIXTURE_VARIANT_ADD(arena_fuzz, echo_split)
{
	.layout = ION_LAYOUT_SPLIT,
	.kind = ECHO,
};

FIXTURE_VARIANT_ADD(arena_fuzz, sink)
{
	.layout = ION_LAYOUT_COMPACT,
	.kind = SINK,
};

FIXTURE_VARIANT_ADD(arena_fuzz, source)
{
	.layout = ION_LAYOUT_SPLIT,
	.kind = SOURCE,
};

/* clang-format on */

FIXTURE_SETUP(arena_fuzz)
{
	memset(&self->m, 0, sizeof(self->m));
	memset(self->m.user, 1, sizeof(self->m.user));
	self->m.kind = variant->kind;
	self->m.seed = options.seed;
	TH_LOG("seed %llu", options.seed);
	ASSERT_EQ(0, arena_open(&self->m.ch, variant->layout,
				names[variant->kind], SLOTS, BUFFERS, SIZE));
}

FIXTURE_TEARDOWN(arena_fuzz)
{
	channel_close(&self->m.ch);
}

TEST_F(arena_fuzz, owners_agree_with_the_model)
{
	struct model *m = &self->m;
	const char *wrong;
	int i;

	for (i = 0; i < STEPS; i++) {
		wrong = step(m);
		ASSERT_EQ(NULL, wrong)
		TH_LOG("step %d: %s", i, wrong);
		ASSERT_TRUE(bitmap_agrees(m))
		TH_LOG("step %d", i);
		ASSERT_TRUE(counters_agree(m))
		TH_LOG("step %d", i);
	}
	/* The walk did enough of everything. */
	EXPECT_LT(STEPS / 10, m->popped);
	for (i = 0; i < 3; i++)
		EXPECT_LT(STEPS / 200, m->refused[i]);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN_OPTIONS(&options)
