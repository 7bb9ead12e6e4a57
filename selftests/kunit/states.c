// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: <ion/ring.h>, at each end, in each state that there is. */
#include <linux/string.h>

#include "states.h"

/* A broken end stays as it is, whatever the other one does then. */
static void states_stay(struct rig *rig)
{
	if (!rig->end.broken)
		return;
	rig_mend(rig);
	rig_is(rig, ion_end_look(&rig->end, rig_lead(rig)), false,
	       "look of a broken end");
	rig_same(rig);
}

static void states_look_one(struct rig *rig)
{
	rig_set(rig);
	rig_look(rig);
	rig_is(rig, ion_end_look(&rig->end, rig_lead(rig)), !rig->view.broken,
	       "look");
	rig_same(rig);
	states_stay(rig);
}

static void states_look(struct kunit *test)
{
	rig_each(test, states_look_one);
}

static void states_take_one(struct rig *rig)
{
	u32 n;

	for (rig->want = 0; rig->want <= rig->slots + 1; rig->want++) {
		rig_set(rig);
		n = rig_take(rig, rig->want);
		if (rig->pushes)
			rig_is(rig, ion_ring_reserve(&rig->producer, rig->want),
			       n, "reserved");
		else
			rig_is(rig, ion_ring_peek(&rig->consumer, rig->want), n,
			       "peeked at");
		rig_same(rig);
	}
}

static void states_take(struct kunit *test)
{
	rig_each(test, states_take_one);
}

/* What is pushed should be in the slots from where the producer stands. */
static void states_expect_slots(struct rig *rig, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		memcpy(rig->expected + rig_slot(rig, i),
		       (u8 *)rig->data + i * rig->size, rig->size);
}

/* What was popped is what was there, and there is nothing more. */
static void states_expect_got(struct rig *rig, u32 count)
{
	const u8 *got = (const u8 *)rig->got;
	u32 i;

	for (i = 0; i < count; i++)
		rig_is(rig, memcmp(got + i * rig->size,
				   rig->pristine + rig_slot(rig, i),
				   rig->size), 0, "a packet that was popped");
	rig_is(rig, !!memchr_inv(got + count * rig->size, 0,
				 sizeof(rig->got) - count * rig->size), false,
	       "something beyond what was popped");
}

static bool states_push(struct rig *rig)
{
	if (rig->size == sizeof(struct ion_packet))
		return ion_ring_push(&rig->producer, (void *)rig->data);
	return ion_ring_push_cmd(&rig->producer, (void *)rig->data);
}

static bool states_pop(struct rig *rig)
{
	if (rig->size == sizeof(struct ion_packet))
		return ion_ring_pop(&rig->consumer, (void *)rig->got);
	return ion_ring_pop_cmd(&rig->consumer, (void *)rig->got);
}

static void states_single_one(struct rig *rig)
{
	u32 n;

	rig->want = 1;
	rig_set(rig);
	n = rig_take(rig, 1);
	rig_move(rig, n);
	if (rig->pushes) {
		states_expect_slots(rig, n);
		rig_is(rig, states_push(rig), n, "pushed");
	} else {
		rig_is(rig, states_pop(rig), n, "popped");
		states_expect_got(rig, n);
	}
	rig_same(rig);
	states_stay(rig);
}

static void states_single(struct kunit *test)
{
	rig_each(test, states_single_one);
}

static void states_batch_want(struct rig *rig)
{
	u32 n = rig_take(rig, rig->want);

	rig_move(rig, n);
	if (rig->pushes) {
		states_expect_slots(rig, n);
		rig_is(rig, ion_ring_push_n(&rig->producer, rig->data,
					    rig->want, rig->size), n, "pushed");
	} else {
		rig_is(rig, ion_ring_pop_n(&rig->consumer, rig->got, rig->want,
					   rig->size), n, "popped");
		states_expect_got(rig, n);
	}
	rig_same(rig);
}

static void states_batch_one(struct rig *rig)
{
	for (rig->want = 0; rig->want <= rig->slots + 1; rig->want++) {
		rig_set(rig);
		states_batch_want(rig);
	}
	states_stay(rig);
}

static void states_batch(struct kunit *test)
{
	rig_each(test, states_batch_one);
}

/* By hand: @count of the @n that there are. The others stay as they were. */
static void states_part_push(struct rig *rig, u32 n, u32 count)
{
	u32 i;

	rig_is(rig, ion_ring_reserve(&rig->producer, rig->want), n, "reserved");
	ion_ring_claim(&rig->producer, count, rig->size);
	for (i = 0; i < count; i++)
		ion_slot_write(ion_ring_slot(&rig->producer, i, rig->size),
			       (u8 *)rig->data + i * rig->size, rig->size);
	ion_ring_commit(&rig->producer, count);
	states_expect_slots(rig, count);
	rig_is(rig, ion_ring_room(&rig->producer),
	       rig->view.ready - rig->view.own, "room");
}

static void states_part_pop(struct rig *rig, u32 n, u32 count)
{
	u32 i;

	rig_is(rig, ion_ring_peek(&rig->consumer, rig->want), n, "peeked at");
	ion_ring_fetch(&rig->consumer, count, rig->size);
	for (i = 0; i < count; i++)
		ion_slot_read((u8 *)rig->got + i * rig->size,
			      ion_ring_peeked(&rig->consumer, i, rig->size),
			      rig->size);
	ion_ring_release(&rig->consumer, count);
	states_expect_got(rig, count);
	rig_is(rig, ion_ring_queued(&rig->consumer),
	       rig->view.ready - rig->view.own, "queued");
}

static void states_part_one(struct rig *rig)
{
	u32 count = 0, n;

	rig->want = rig->slots - 1;
	do {
		rig_set(rig);
		n = rig_take(rig, rig->want);
		rig_move(rig, count);
		if (rig->pushes)
			states_part_push(rig, n, count);
		else
			states_part_pop(rig, n, count);
		rig_same(rig);
	} while (count++ < n);
}

static void states_part(struct kunit *test)
{
	rig_each(test, states_part_one);
}

/* The flags of the two ends: one writes its own, and reads the other's. */
static void states_flags_one(struct rig *rig)
{
	static const u16 flags[] = { 0, 1, 0x8000, U16_MAX };
	u16 one = 1, none = 0;
	unsigned int i;

	/* No index matters. */
	if (rig->stored)
		return;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		rig_set(rig);
		memcpy(rig->mem + rig->at.peer_wake, &flags[i], sizeof(one));
		memcpy(rig->expected, rig->mem, rig->bytes);
		rig_is(rig, ion_end_peer_sleeps(&rig->end), !!flags[i],
		       "the other end sleeps");
		rig_same(rig);
		ion_end_sleep(&rig->end);
		memcpy(rig->expected + rig->at.own_wake, &one, sizeof(one));
		rig_same(rig);
		ion_end_awake(&rig->end);
		memcpy(rig->expected + rig->at.own_wake, &none, sizeof(none));
		rig_same(rig);
	}
}

static void states_flags(struct kunit *test)
{
	rig_each(test, states_flags_one);
}

KUNIT_ARRAY_PARAM_DESC(rig, rig_cases, name);

static struct kunit_case states_cases[] = {
	KUNIT_CASE_PARAM(states_look, rig_gen_params),
	KUNIT_CASE_PARAM(states_take, rig_gen_params),
	KUNIT_CASE_PARAM(states_single, rig_gen_params),
	KUNIT_CASE_PARAM(states_batch, rig_gen_params),
	KUNIT_CASE_PARAM(states_part, rig_gen_params),
	KUNIT_CASE_PARAM(states_flags, rig_gen_params),
	{}
};

struct kunit_suite ion_states_suite = {
	.name = "ion_states",
	.test_cases = states_cases,
};
