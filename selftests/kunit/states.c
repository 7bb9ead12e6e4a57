// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: <ion/ring.h>, at each end, in every state. */
#include <linux/string.h>

#include "states.h"

/* A broken end stays so, whatever the other end does. */
static void states_stay(struct end_fixture *fix)
{
	if (!fix->end.broken)
		return;
	end_repair(fix);
	end_is(fix, ion_end_refresh(&fix->end, end_lead(fix)), false,
	       "refresh of a broken end");
	end_is_as_expected(fix);
}

static void states_refresh_one(struct end_fixture *fix)
{
	end_set_state(fix);
	end_refresh(fix);
	end_is(fix, ion_end_refresh(&fix->end, end_lead(fix)),
	       !fix->view.broken, "refresh");
	end_is_as_expected(fix);
	states_stay(fix);
}

static void states_refresh(struct kunit *test)
{
	end_each_state(test, states_refresh_one);
}

static void states_take_one(struct end_fixture *fix)
{
	u32 n;

	for (fix->want = 0; fix->want <= fix->slots + 1; fix->want++) {
		end_set_state(fix);
		n = end_take(fix, fix->want);
		if (fix->pushes)
			end_is(fix, ion_ring_reserve(&fix->producer, fix->want),
			       n, "reserved");
		else
			end_is(fix, ion_ring_peek(&fix->consumer, fix->want), n,
			       "peeked at");
		end_is_as_expected(fix);
	}
}

static void states_take(struct kunit *test)
{
	end_each_state(test, states_take_one);
}

/* Pushed packets are in the slots from the producer on. */
static void states_expect_slots(struct end_fixture *fix, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		memcpy(fix->expected + end_slot_at(fix, i),
		       (u8 *)fix->data + i * fix->size, fix->size);
}

/* Popped packets are those of the slots, and no more. */
static void states_expect_got(struct end_fixture *fix, u32 count)
{
	const u8 *got = (const u8 *)fix->got;
	u32 i;

	for (i = 0; i < count; i++)
		end_is(fix, memcmp(got + i * fix->size,
				   fix->pristine + end_slot_at(fix, i),
				   fix->size), 0, "a packet that was popped");
	end_is(fix, !!memchr_inv(got + count * fix->size, 0,
				 sizeof(fix->got) - count * fix->size), false,
	       "something beyond what was popped");
}

static bool states_push(struct end_fixture *fix)
{
	if (fix->size == sizeof(struct ion_packet))
		return ion_ring_push(&fix->producer, (void *)fix->data);
	return ion_ring_push_cmd(&fix->producer, (void *)fix->data);
}

static bool states_pop(struct end_fixture *fix)
{
	if (fix->size == sizeof(struct ion_packet))
		return ion_ring_pop(&fix->consumer, (void *)fix->got);
	return ion_ring_pop_cmd(&fix->consumer, (void *)fix->got);
}

static void states_single_one(struct end_fixture *fix)
{
	u32 n;

	fix->want = 1;
	end_set_state(fix);
	n = end_take(fix, 1);
	end_advance(fix, n);
	if (fix->pushes) {
		states_expect_slots(fix, n);
		end_is(fix, states_push(fix), n, "pushed");
	} else {
		end_is(fix, states_pop(fix), n, "popped");
		states_expect_got(fix, n);
	}
	end_is_as_expected(fix);
	states_stay(fix);
}

static void states_single(struct kunit *test)
{
	end_each_state(test, states_single_one);
}

static void states_batch_want(struct end_fixture *fix)
{
	u32 n = end_take(fix, fix->want);

	end_advance(fix, n);
	if (fix->pushes) {
		states_expect_slots(fix, n);
		end_is(fix, ion_ring_push_n(&fix->producer, fix->data,
					    fix->want, fix->size), n, "pushed");
	} else {
		end_is(fix, ion_ring_pop_n(&fix->consumer, fix->got, fix->want,
					   fix->size), n, "popped");
		states_expect_got(fix, n);
	}
	end_is_as_expected(fix);
}

static void states_batch_one(struct end_fixture *fix)
{
	for (fix->want = 0; fix->want <= fix->slots + 1; fix->want++) {
		end_set_state(fix);
		states_batch_want(fix);
	}
	states_stay(fix);
}

static void states_batch(struct kunit *test)
{
	end_each_state(test, states_batch_one);
}

/* By slots: @count of the @n that are available. The others stay unchanged. */
static void states_part_push(struct end_fixture *fix, u32 n, u32 count)
{
	u32 i;

	end_is(fix, ion_ring_reserve(&fix->producer, fix->want), n, "reserved");
	ion_ring_claim(&fix->producer, count, fix->size);
	for (i = 0; i < count; i++)
		ion_slot_write(ion_ring_slot(&fix->producer, i, fix->size),
			       (u8 *)fix->data + i * fix->size, fix->size);
	ion_ring_commit(&fix->producer, count);
	states_expect_slots(fix, count);
	end_is(fix, ion_ring_room(&fix->producer),
	       fix->view.ready - fix->view.own, "room");
}

static void states_part_pop(struct end_fixture *fix, u32 n, u32 count)
{
	u32 i;

	end_is(fix, ion_ring_peek(&fix->consumer, fix->want), n, "peeked at");
	ion_ring_fetch(&fix->consumer, count, fix->size);
	for (i = 0; i < count; i++)
		ion_slot_read((u8 *)fix->got + i * fix->size,
			      ion_ring_peeked(&fix->consumer, i, fix->size),
			      fix->size);
	ion_ring_release(&fix->consumer, count);
	states_expect_got(fix, count);
	end_is(fix, ion_ring_queued(&fix->consumer),
	       fix->view.ready - fix->view.own, "queued");
}

static void states_part_one(struct end_fixture *fix)
{
	u32 count = 0, n;

	fix->want = fix->slots - 1;
	do {
		end_set_state(fix);
		n = end_take(fix, fix->want);
		end_advance(fix, count);
		if (fix->pushes)
			states_part_push(fix, n, count);
		else
			states_part_pop(fix, n, count);
		end_is_as_expected(fix);
	} while (count++ < n);
}

static void states_part(struct kunit *test)
{
	end_each_state(test, states_part_one);
}

/* The flags of the two ends: an end writes its own, and reads the other one. */
static void states_flags_one(struct end_fixture *fix)
{
	static const u16 flags[] = { 0, 1, 0x8000, U16_MAX };
	u16 one = 1, none = 0;
	unsigned int i;

	/* The flags do not depend on the indices. */
	if (fix->stored)
		return;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		end_set_state(fix);
		memcpy(fix->mem + fix->at.peer_wake, &flags[i], sizeof(one));
		memcpy(fix->expected, fix->mem, fix->bytes);
		end_is(fix, ion_end_peer_sleeps(&fix->end), !!flags[i],
		       "the other end sleeps");
		end_is_as_expected(fix);
		ion_end_sleep(&fix->end);
		memcpy(fix->expected + fix->at.own_wake, &one, sizeof(one));
		end_is_as_expected(fix);
		ion_end_awake(&fix->end);
		memcpy(fix->expected + fix->at.own_wake, &none, sizeof(none));
		end_is_as_expected(fix);
	}
}

static void states_flags(struct kunit *test)
{
	end_each_state(test, states_flags_one);
}

KUNIT_ARRAY_PARAM_DESC(end, end_cases, name);

static struct kunit_case states_cases[] = {
	KUNIT_CASE_PARAM(states_refresh, end_gen_params),
	KUNIT_CASE_PARAM(states_take, end_gen_params),
	KUNIT_CASE_PARAM(states_single, end_gen_params),
	KUNIT_CASE_PARAM(states_batch, end_gen_params),
	KUNIT_CASE_PARAM(states_part, end_gen_params),
	KUNIT_CASE_PARAM(states_flags, end_gen_params),
	{}
};

struct kunit_suite ion_states_suite = {
	.name = "ion_states",
	.test_cases = states_cases,
};
