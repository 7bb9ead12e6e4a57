// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the rings of a channel at the kernel end: its counts, the indices that
 * it allows the user end, and a reset, in every state of a small ring.
 */
#include <linux/sched.h>

#include "ion_kunit.h"

/**
 * struct counts - a kernel end in some state
 * @fix: its channel
 * @ring: the ring
 * @slots: how many slots it has
 * @own: the count of the kernel end
 * @queued: packets in the ring at the last check
 * @stored: the index of the user end
 * @user: the count of the user end at the last check
 */
struct counts {
	struct fixture *fix;
	struct ion_ring *ring;
	u32 slots;
	u64 own;
	u32 queued;
	u32 stored;
	u64 user;
};

/* A value that is unlike every other number here. */
#define COUNTS_DISCARDED	5

/*
 * The kernel end is ahead of the user end, or behind it, by the queued packets.
 */
static void counts_set(struct counts *c)
{
	struct ion_end *end = &c->ring->end;
	bool pushes = c->ring->kind->kernel_pushes;

	c->user = pushes ? c->own - c->queued : c->own + c->queued;
	end->own = c->own;
	end->ready = pushes ? c->user + c->slots - 1 : c->user;
	end->broken = ION_POISON_NONE;
	end->seen = 0;
	c->ring->discarded = COUNTS_DISCARDED;
	WRITE_ONCE(*c->ring->user_index, c->stored);
	ion_ring_publish(c->ring);
}

/*
 * Return whether the user end may have stored its index, and how far it moved.
 */
static bool counts_right(const struct counts *c, u32 *step)
{
	u32 most = c->ring->kind->kernel_pushes ? c->queued :
						  c->slots - 1 - c->queued;

	for (*step = 0; *step <= most; ++*step)
		if ((c->user + *step) % c->slots == c->stored)
			return true;
	return false;
}

static void counts_is(struct counts *c, u64 saw, u64 expected, const char *what)
{
	ion_check_is(&c->fix->check, saw, expected,
		     "%s at %llu with %u, index %u: %s", c->ring->kind->name,
		     c->own, c->queued, c->stored, what);
}

static void counts_stats(struct counts *c, bool right)
{
	bool pushes = c->ring->kind->kernel_pushes;
	u64 pushed = pushes ? c->own : c->user;
	u64 taken = pushes ? c->user : c->own;
	struct ion_ring_stats stats;
	u32 cause = right ? ION_POISON_NONE :
		    c->stored < c->slots ? ION_POISON_ORDER :
					   ION_POISON_RANGE;

	ion_ring_stats(c->ring, &stats);
	counts_is(c, stats.pushed, pushed, "pushed");
	counts_is(c, stats.popped, taken - COUNTS_DISCARDED, "popped");
	counts_is(c, stats.discarded, COUNTS_DISCARDED, "discarded");
	counts_is(c, stats.queued, c->queued, "queued");
	counts_is(c, stats.popped + stats.queued + stats.discarded,
		  stats.pushed, "popped + queued + discarded");
	counts_is(c, stats.capacity, c->slots - 1, "capacity");
	counts_is(c, stats.head, pushed % c->slots, "head");
	counts_is(c, stats.tail, taken % c->slots, "tail");
	counts_is(c, stats.poison, cause, "poison");
	counts_is(c, stats.poison_seen, right ? 0 : c->stored, "poison_seen");
}

/* With the user end that much further, or with an invalid index. */
static void counts_seen(struct counts *c, bool right, u32 step)
{
	u32 queued = c->queued;
	u64 user = c->user;

	if (right) {
		c->user += step;
		c->queued += c->ring->kind->kernel_pushes ? -step : step;
	}
	counts_stats(c, right);
	c->user = user;
	c->queued = queued;
}

/*
 * A snapshot reports what a check would find, and changes nothing. A check
 * reports valid indices; the range that it allows has two indices.
 */
static void counts_refresh(struct counts *c)
{
	u32 first, last, step;
	bool right, allowed;

	counts_set(c);
	right = counts_right(c, &step);
	counts_seen(c, right, step);
	counts_is(c, ion_ring_user(c->ring), c->user, "user end");
	counts_is(c, ion_ring_count(c->ring), c->queued, "count");
	counts_is(c, ion_ring_free_slots(c->ring), c->slots - 1 - c->queued, "free");
	first = ion_ring_allowed_first(c->ring);
	last = ion_ring_allowed_last(c->ring);
	allowed = first <= last ? c->stored >= first && c->stored <= last :
				  (c->stored >= first && c->stored < c->slots) ||
				  c->stored <= last;
	counts_is(c, allowed, right, "allowed");

	counts_is(c, ion_ring_refresh(c->ring), right, "refresh");
	counts_seen(c, right, step);
}

/*
 * The kernel end has published its index, which the program has seen, but not
 * yet its count: a snapshot reports what the program sees, not the count
 * before.
 */
static void counts_between(struct counts *c)
{
	struct ion_snapshot snap;
	u32 step, queued;

	counts_set(c);
	if (!counts_right(c, &step))
		return;
	queued = c->ring->kind->kernel_pushes ? c->queued - step :
						c->queued + step;
	WRITE_ONCE(c->ring->end.published, c->own - 1);

	counts_is(c, ion_ring_snapshot(c->ring, &snap), false, "rest");
	counts_is(c, snap.queued, queued, "queued, between two writes");
	counts_is(c, snap.own, c->own, "own, between two writes");
	counts_is(c, snap.user, c->user + step, "user end, between two writes");
}

/*
 * After a reset both ends stand where the producer stood, and the packets are
 * discarded.
 */
static void counts_reset(struct counts *c)
{
	bool pushes = c->ring->kind->kernel_pushes;
	u32 step, queued = c->queued;
	u64 pushed;

	counts_set(c);
	if (counts_right(c, &step)) {
		c->user += step;
		queued += pushes ? -step : step;
	}
	pushed = pushes ? c->own : c->user;

	counts_is(c, ion_ring_reset(c->ring), queued, "discarded by a reset");
	counts_is(c, c->ring->end.own, pushed, "own after a reset");
	counts_is(c, ion_ring_user(c->ring), pushed, "user end after a reset");
	counts_is(c, ion_ring_count(c->ring), 0, "count after a reset");
	counts_is(c, c->ring->discarded, COUNTS_DISCARDED + queued,
		  "discarded by a reset");
	counts_is(c, c->ring->end.broken, ION_POISON_NONE,
		  "poison after a reset");
	counts_is(c, READ_ONCE(*c->ring->user_index), pushed % c->slots,
		  "index of the user end after a reset");
	counts_is(c, READ_ONCE(*c->ring->end.own_index), pushed % c->slots,
		  "index of the kernel end after a reset");
	counts_is(c, READ_ONCE(*c->ring->mask), c->slots - 1,
		  "mask after a reset");
	counts_is(c, ion_ring_refresh(c->ring), true, "refresh after a reset");
}

static void counts_ring(struct counts *c, void (*one)(struct counts *c))
{
	u32 at, i;

	for (at = 0; at < c->slots; at++) {
		c->own = (u64)U32_MAX - 2 + at;
		for (c->queued = 0; c->queued < c->slots; c->queued++) {
			for (i = 0; i < 3 * c->slots; i++) {
				c->stored = i < 2 * c->slots ? i :
					    U32_MAX - (i - 2 * c->slots);
				one(c);
			}
			cond_resched();
		}
	}
}

static void counts_each(struct kunit *test, void (*one)(struct counts *c))
{
	struct counts c = { .fix = fixture_create(test) };
	unsigned int id;

	KUNIT_ASSERT_EQ(test, fixture_open(c.fix, test->param_value), 0);
	for (id = 0; id < ION_RINGS; id++) {
		c.ring = fixture_ring(c.fix, id);
		c.slots = c.ring->end.mask + 1;
		counts_ring(&c, one);
	}
	fixture_close(c.fix);
}

static void counts_checks(struct kunit *test)
{
	counts_each(test, counts_refresh);
}

static void counts_moves(struct kunit *test)
{
	counts_each(test, counts_between);
}

static void counts_resets(struct kunit *test)
{
	counts_each(test, counts_reset);
}

static const struct fixture_shape counts_shapes[] = {
	{ "compact, 2 slots", ION_LAYOUT_COMPACT, { 2, 2, 2, 2 } },
	{ "split, 2 slots", ION_LAYOUT_SPLIT, { 2, 2, 2, 2 } },
	{ "compact, 4 slots", ION_LAYOUT_COMPACT, { 4, 4, 4, 4 } },
	{ "split, 4 slots", ION_LAYOUT_SPLIT, { 4, 4, 4, 4 } },
	{ "compact, 8 slots", ION_LAYOUT_COMPACT, { 8, 8, 8, 8 } },
	{ "split, 8 slots", ION_LAYOUT_SPLIT, { 8, 8, 8, 8 } },
};

KUNIT_ARRAY_PARAM_DESC(counts, counts_shapes, name);

static struct kunit_case counts_cases[] = {
	KUNIT_CASE_PARAM(counts_checks, counts_gen_params),
	KUNIT_CASE_PARAM(counts_moves, counts_gen_params),
	KUNIT_CASE_PARAM(counts_resets, counts_gen_params),
	{}
};

struct kunit_suite ion_counts_suite = {
	.name = "ion_counts",
	.suite_init = fixture_suite_init,
	.suite_exit = fixture_suite_exit,
	.test_cases = counts_cases,
};
