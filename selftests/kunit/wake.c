// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the states of the kernel end and its wake flags: every event in every
 * state, for each ring and for everything that its flag depends on.
 */
#include "end_state.h"
#include "ion_kunit.h"

/**
 * struct wake - a channel in some state
 * @fix: the channel
 * @ring: the ring of @bits; the others are neither polled nor without room
 * @flag: its wake flag, as the user end sees it
 * @state: the state of the kernel end
 * @bits: %WAKE_POLLED and so on
 */
struct wake {
	struct fixture *fix;
	struct ion_ring *ring;
	const u16 *flag;
	enum ion_end_state state;
	unsigned int bits;
};

#define WAKE_POLLED	1
#define WAKE_STALLED	2
#define WAKE_FULL	4
#define WAKE_BROKEN	8
#define WAKE_ALL	15

/* A producer asks for a kick only if there was no room. */
static bool wake_wanted(const struct wake *w)
{
	return !(w->bits & WAKE_POLLED) &&
	       (!w->ring->kind->kernel_pushes || w->bits & WAKE_STALLED);
}

static bool wake_sleeps(enum ion_end_state state)
{
	return state == ION_END_SLEEPING || state == ION_END_LENT_SLEEPING;
}

/* Enter the state, by the transitions that lead to it. */
static void wake_set(struct wake *w)
{
	struct ion_channel *ch = w->fix->check.ch;
	struct ion_ring *ring = w->ring;

	ring->polled = w->bits & WAKE_POLLED;
	ring->stalled = w->bits & WAKE_STALLED;
	ring->full_counted = w->bits & WAKE_FULL;
	ring->full = 3;
	ring->end.broken = w->bits & WAKE_BROKEN ? ION_POISON_ORDER :
						   ION_POISON_NONE;
	ion_end_state_wake(ch);
	ion_end_state_end(ch);
	if (w->state == ION_END_SLEEPING)
		return;
	ion_end_state_lend(ch, ch);
	if (w->state == ION_END_LENT)
		return;
	ion_end_state_sleep(ch);
	if (w->state == ION_END_LENT_KICKED)
		ion_end_state_kick(ch);
}

static void wake_is(struct wake *w, u64 saw, u64 expected, const char *what)
{
	ion_check_is(&w->fix->check, saw, expected,
		     "%s in state %d, bits %#x: %s", w->ring->kind->name,
		     w->state, w->bits, what);
}

/* The kernel end knows its flag as the user end sees it. */
static void wake_same(struct wake *w, enum ion_end_state state, bool asks,
		      const char *what)
{
	wake_is(w, w->fix->check.ch->end_state, state, what);
	wake_is(w, w->ring->asleep, asks, what);
	wake_is(w, READ_ONCE(*w->flag), asks, what);
}

static void wake_states_one(struct wake *w)
{
	wake_set(w);
	wake_same(w, w->state, wake_sleeps(w->state) && wake_wanted(w), "set");
}

static void wake_kick_one(struct wake *w)
{
	struct ion_channel *ch = w->fix->check.ch;

	wake_set(w);
	wake_is(w, ion_end_state_kick(ch), w->state, "the state found");
	if (w->state == ION_END_SLEEPING) {
		wake_same(w, ION_END_SLEEPING, wake_wanted(w), "kicked");
		return;
	}
	wake_same(w, w->state == ION_END_LENT ? ION_END_LENT :
						ION_END_LENT_KICKED,
		  false, "kicked");
}

/*
 * A flag that another context armed while a thread was awake is cleared by a
 * kick.
 */
static void wake_armed_one(struct wake *w)
{
	struct ion_channel *ch = w->fix->check.ch;

	wake_set(w);
	ion_wake_flag_arm(w->ring);
	wake_is(w, w->ring->polled, false, "polled after arming");
	wake_same(w, w->state, true, "armed");
	if (ion_end_state_kick(ch) != ION_END_SLEEPING)
		wake_is(w, READ_ONCE(*w->flag), false, "armed, then kicked");

	wake_set(w);
	ion_wake_flag_disarm(w->ring);
	wake_is(w, w->ring->polled, true, "polled after disarming");
	wake_same(w, w->state, false, "disarmed");
}

static void wake_leave_one(struct wake *w)
{
	struct ion_channel *ch = w->fix->check.ch;

	wake_set(w);
	ion_end_state_end(ch);
	wake_same(w, ION_END_SLEEPING, wake_wanted(w), "left");
	wake_is(w, !!ch->server, false, "server after it left");

	wake_set(w);
	wake_is(w, ion_end_state_lend(ch, w),
		w->state == ION_END_SLEEPING ? 0 : -EBUSY, "lent");
	if (w->state == ION_END_SLEEPING)
		wake_same(w, ION_END_LENT, false, "lent");
	else
		wake_is(w, ch->server == ch, true, "server of before");

	wake_set(w);
	ion_end_state_wake(ch);
	wake_same(w, ION_END_LENT, false, "woken");
}

/* A pass found no room: the flag is set then, and not before the next try. */
static void wake_rest_one(struct wake *w)
{
	bool pushes = w->ring->kind->kernel_pushes;
	struct ion_channel *ch = w->fix->check.ch;
	bool asks = wake_sleeps(w->state) && wake_wanted(w);

	wake_set(w);
	ion_wake_flag_retry(w->ring);
	wake_is(w, w->ring->full_counted, false, "full_counted of a new try");
	wake_same(w, w->state, asks && !w->ring->async, "tried again");
	/* The pass pushed everything, or found no room as before. */
	w->ring->stalled = false;
	wake_is(w, ion_wake_flags_rest(ch), false, "set with nothing left");
	wake_same(w, w->state, asks && !pushes && !w->ring->async,
		  "at rest with nothing left");
	w->ring->stalled = w->bits & WAKE_STALLED;
	wake_is(w, ion_wake_flags_rest(ch), asks && pushes, "set at rest");
	wake_is(w, ion_wake_flags_rest(ch), false, "set at rest once more");
	if (pushes)
		wake_same(w, w->state, asks, "at rest");

	wake_set(w);
	ion_wake_flag_reset(w->ring);
	wake_same(w, w->state,
		  !pushes && wake_sleeps(w->state) && wake_wanted(w), "reset");
}

/* However often it finds no room, this counts once. */
static void wake_stall_one(struct wake *w)
{
	bool broken = w->bits & WAKE_BROKEN;
	u64 full = 3 + !(w->bits & (WAKE_FULL | WAKE_BROKEN));

	wake_set(w);
	ion_ring_stall(w->ring);
	ion_ring_stall(w->ring);
	wake_is(w, w->ring->full, full, "full");
	wake_is(w, w->ring->stalled, !broken || w->bits & WAKE_STALLED,
		"stalled");
	wake_is(w, w->ring->full_counted, !broken || w->bits & WAKE_FULL,
		"full_counted");
}

static void wake_each_bit(struct wake *w, void (*one)(struct wake *w))
{
	for (w->bits = 0; w->bits <= WAKE_ALL; w->bits++)
		one(w);
	/* The next ring finds this one unchanged. */
	w->bits = 0;
	wake_set(w);
}

static void wake_each(struct kunit *test, void (*one)(struct wake *w))
{
	struct wake w = { .fix = fixture_create(test) };
	unsigned int id;

	KUNIT_ASSERT_EQ(test, fixture_open(w.fix, test->param_value), 0);
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_path *path = &w.fix->check.path[id / 2];

		w.ring = fixture_ring(w.fix, id);
		w.flag = w.ring->kind->kernel_pushes ? path->in.end.peer_wake :
						       path->out.end.peer_wake;
		for (w.state = 0; w.state <= ION_END_LENT_KICKED; w.state++)
			wake_each_bit(&w, one);
	}
	w.state = ION_END_SLEEPING;
	wake_set(&w);
	fixture_close(w.fix);
}

static void wake_states(struct kunit *test)
{
	wake_each(test, wake_states_one);
}

static void wake_kicks(struct kunit *test)
{
	wake_each(test, wake_kick_one);
}

static void wake_arms(struct kunit *test)
{
	wake_each(test, wake_armed_one);
}

static void wake_leaves(struct kunit *test)
{
	wake_each(test, wake_leave_one);
}

static void wake_rests(struct kunit *test)
{
	wake_each(test, wake_rest_one);
}

static void wake_without_room(struct kunit *test)
{
	wake_each(test, wake_stall_one);
}

static const struct fixture_shape wake_shapes[] = {
	{ "compact", ION_LAYOUT_COMPACT, { 4, 4, 4, 4 } },
	{ "split", ION_LAYOUT_SPLIT, { 4, 4, 4, 4 } },
};

KUNIT_ARRAY_PARAM_DESC(wake, wake_shapes, name);

static struct kunit_case wake_cases[] = {
	KUNIT_CASE_PARAM(wake_states, wake_gen_params),
	KUNIT_CASE_PARAM(wake_kicks, wake_gen_params),
	KUNIT_CASE_PARAM(wake_arms, wake_gen_params),
	KUNIT_CASE_PARAM(wake_leaves, wake_gen_params),
	KUNIT_CASE_PARAM(wake_rests, wake_gen_params),
	KUNIT_CASE_PARAM(wake_without_room, wake_gen_params),
	{}
};

struct kunit_suite ion_wake_suite = {
	.name = "ion_wake",
	.suite_init = fixture_suite_init,
	.suite_exit = fixture_suite_exit,
	.test_cases = wake_cases,
};
