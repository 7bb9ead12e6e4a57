// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: when the kernel end asks for a kick, for every ring and for all that it
 * goes by, in each combination.
 */
#include "ion_kunit.h"

/**
 * struct wake - a ring in some state
 * @bed: its channel
 * @ring: the ring
 * @flag: its wake flag, as the user end sees it
 * @bits: the state, %WAKE_POLLED and so on
 */
struct wake {
	struct bed *bed;
	struct ion_ring *ring;
	const u16 *flag;
	unsigned int bits;
};

#define WAKE_POLLED	1
#define WAKE_STALLED	2
#define WAKE_ASLEEP	4
#define WAKE_FULL	8
#define WAKE_BROKEN	16
#define WAKE_ALL	31

static void wake_set(struct wake *w)
{
	struct ion_ring *ring = w->ring;

	ring->polled = w->bits & WAKE_POLLED;
	ring->stalled = w->bits & WAKE_STALLED;
	ring->asleep = w->bits & WAKE_ASLEEP;
	ring->found_full = w->bits & WAKE_FULL;
	ring->full = 3;
	ring->end.broken = w->bits & WAKE_BROKEN ? ION_POISON_ORDER :
						   ION_POISON_NONE;
	WRITE_ONCE(*ring->end.own_wake, ring->asleep);
}

static void wake_is(struct wake *w, u64 saw, u64 expected, const char *what)
{
	ion_check_is(&w->bed->check, saw, expected, "%s in state %#x: %s",
		     w->ring->kind->name, w->bits, what);
}

/* Whether it sleeps is told, and nothing else is another. */
static void wake_same(struct wake *w, bool asleep, bool stalled, bool full)
{
	struct ion_ring *ring = w->ring;

	wake_is(w, ring->asleep, asleep, "asleep");
	wake_is(w, READ_ONCE(*w->flag), asleep, "wake flag");
	wake_is(w, ring->stalled, stalled, "stalled");
	wake_is(w, ring->found_full, full, "found_full");
}

/* Who pushes wants a kick only if there was no room. */
static void wake_sleep(struct wake *w)
{
	bool waits = !w->ring->kind->kernel_pushes || w->bits & WAKE_STALLED;
	bool asks = !(w->bits & (WAKE_ASLEEP | WAKE_POLLED)) && waits;

	wake_set(w);
	wake_is(w, ion_ring_sleep(w->ring), asks, "asks for a kick");
	wake_same(w, asks || w->bits & WAKE_ASLEEP, w->bits & WAKE_STALLED,
		  w->bits & WAKE_FULL);
	wake_is(w, ion_ring_sleep(w->ring), false, "asks once more");
}

static void wake_awake(struct wake *w)
{
	wake_set(w);
	ion_ring_awake(w->ring);
	wake_same(w, false, false, false);
}

/* However often it finds no room: that is once. */
static void wake_stall(struct wake *w)
{
	bool broken = w->bits & WAKE_BROKEN;
	u64 full = 3 + !(w->bits & (WAKE_FULL | WAKE_BROKEN));

	wake_set(w);
	ion_ring_stall(w->ring);
	ion_ring_stall(w->ring);
	wake_is(w, w->ring->full, full, "full");
	wake_same(w, w->bits & WAKE_ASLEEP, !broken || w->bits & WAKE_STALLED,
		  !broken || w->bits & WAKE_FULL);
}

/* Arming asks whatever was before, and says if there is nothing to wait for. */
static void wake_arm(struct wake *w)
{
	bool broken = w->bits & WAKE_BROKEN;

	wake_set(w);
	wake_is(w, ion_ring_arm(w->ring),
		broken || !ion_end_known(&w->ring->end), "nothing to do");
	wake_is(w, w->ring->polled, false, "polled");
	wake_same(w, true, w->bits & WAKE_STALLED, w->bits & WAKE_FULL);
}

static void wake_each(struct kunit *test, void (*one)(struct wake *w))
{
	struct wake w = { .bed = bed_make(test) };
	unsigned int id;

	KUNIT_ASSERT_EQ(test, bed_open(w.bed, test->param_value), 0);
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_lane *lane = &w.bed->check.lane[id / 2];

		w.ring = bed_ring(w.bed, id);
		w.flag = w.ring->kind->kernel_pushes ? lane->in.end.peer_wake :
						       lane->out.end.peer_wake;
		for (w.bits = 0; w.bits <= WAKE_ALL; w.bits++)
			one(&w);
	}
	bed_close(w.bed);
}

static void wake_sleeps(struct kunit *test)
{
	wake_each(test, wake_sleep);
}

static void wake_awakes(struct kunit *test)
{
	wake_each(test, wake_awake);
}

static void wake_stalls(struct kunit *test)
{
	wake_each(test, wake_stall);
}

static void wake_arms(struct kunit *test)
{
	wake_each(test, wake_arm);
}

static const struct bed_shape wake_shapes[] = {
	{ "compact", ION_LAYOUT_COMPACT, { 4, 4, 4, 4 } },
	{ "split", ION_LAYOUT_SPLIT, { 4, 4, 4, 4 } },
};

KUNIT_ARRAY_PARAM_DESC(wake, wake_shapes, name);

static struct kunit_case wake_cases[] = {
	KUNIT_CASE_PARAM(wake_sleeps, wake_gen_params),
	KUNIT_CASE_PARAM(wake_awakes, wake_gen_params),
	KUNIT_CASE_PARAM(wake_stalls, wake_gen_params),
	KUNIT_CASE_PARAM(wake_arms, wake_gen_params),
	{}
};

struct kunit_suite ion_wake_suite = {
	.name = "ion_wake",
	.suite_init = bed_suite_init,
	.suite_exit = bed_suite_exit,
	.test_cases = wake_cases,
};
