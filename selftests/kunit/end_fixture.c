// SPDX-License-Identifier: GPL-2.0-only
/* An end of a small ring, in each state that there is: see states.h. */
#include <linux/sched.h>
#include <linux/string.h>

#include "states.h"

/* The split layout keeps what the two ends write apart by so much. */
#define RIG_BLOCK	64

const struct rig_case rig_cases[] = {
	{ "compact, 2 slots", 2, false }, { "split, 2 slots", 2, true },
	{ "compact, 4 slots", 4, false }, { "split, 4 slots", 4, true },
	{ "compact, 8 slots", 8, false }, { "split, 8 slots", 8, true },
};

static_assert(ARRAY_SIZE(rig_cases) == RIG_CASES);

static void rig_layout(struct rig *rig, bool split)
{
	u32 producer = RIG_BLOCK;
	u32 consumer = split ? producer + RIG_BLOCK : producer;
	u32 head = producer + offsetof(struct ion_ring_header, head);
	u32 tail = consumer + offsetof(struct ion_ring_header, tail);
	u32 from_producer = producer +
			    offsetof(struct ion_ring_header, producer_wake);
	u32 from_consumer = consumer +
			    offsetof(struct ion_ring_header, consumer_wake);

	rig->at.own_index = rig->pushes ? head : tail;
	rig->at.peer_index = rig->pushes ? tail : head;
	rig->at.own_wake = rig->pushes ? from_producer : from_consumer;
	rig->at.peer_wake = rig->pushes ? from_consumer : from_producer;
	rig->at.slots = split ? consumer + RIG_BLOCK :
				producer + sizeof(struct ion_ring_header);
	rig->bytes = rig->at.slots + rig->slots * rig->size + RIG_BLOCK;
}

/**
 * rig_init() - have a ring in memory that no two words are the same in
 * @rig: with its test
 * @which: the ring
 * @pushes: whose end is tried is the producer
 * @size: bytes of a slot
 */
void rig_init(struct rig *rig, const struct rig_case *which, bool pushes,
	      u32 size)
{
	u64 seed = size, *word = (u64 *)rig->pristine;
	unsigned int i;

	static_assert(RIG_BYTES >= 4 * RIG_BLOCK +
				   RIG_SLOTS_MAX * sizeof(struct ion_cmd_packet));
	for (i = 0; i < RIG_BYTES / sizeof(*word); i++)
		word[i] = bed_random(&seed);
	for (i = 0; i < ARRAY_SIZE(rig->data); i++)
		rig->data[i] = bed_random(&seed);
	rig->slots = which->slots;
	rig->size = size;
	rig->pushes = pushes;
	rig_layout(rig, which->split);
}

static void rig_store(u8 *mem, u32 at, u32 index)
{
	memcpy(mem + at, &index, sizeof(index));
}

/**
 * rig_set() - put the end, and the memory, into a state
 * @rig: own, known and stored say which
 */
void rig_set(struct rig *rig)
{
	memcpy(rig->mem, rig->pristine, rig->bytes);
	rig_store(rig->mem, rig->at.own_index, rig->own % rig->slots);
	rig_store(rig->mem, rig->at.peer_index, rig->stored);
	memcpy(rig->expected, rig->mem, rig->bytes);
	memset(rig->got, 0, sizeof(rig->got));
	rig->end = (struct ion_end) {
		.own = rig->own,
		.ready = rig->own + rig->known,
		.mask = rig_mask(rig),
		.slots = rig->mem + rig->at.slots,
		.own_index = (u32 *)(rig->mem + rig->at.own_index),
		.peer_index = (u32 *)(rig->mem + rig->at.peer_index),
		.own_wake = (u16 *)(rig->mem + rig->at.own_wake),
		.peer_wake = (u16 *)(rig->mem + rig->at.peer_wake),
	};
	rig->view = rig->end;
}

/**
 * rig_mend() - the other end puts its index where it was seen last
 * @rig: the rig
 */
void rig_mend(struct rig *rig)
{
	u64 seen = rig->own + rig->known - rig_lead(rig);

	rig_store(rig->mem, rig->at.peer_index, seen % rig->slots);
	rig_store(rig->expected, rig->at.peer_index, seen % rig->slots);
}

/**
 * rig_slot() - which slot a packet lies in
 * @rig: the rig
 * @number: of the packet, from where the end stands
 *
 * Return: where that is in the memory.
 */
u32 rig_slot(const struct rig *rig, u32 number)
{
	return rig->at.slots + (rig->own + number) % rig->slots * rig->size;
}

/**
 * rig_peer() - whether the other end may have stored its index
 * @rig: the rig
 * @step: how far it has come since it was seen last is written
 *
 * Walks on from there, slot by slot, as long as there are slots to be given.
 *
 * Return: what is wrong with it, if anything is.
 */
enum ion_poison rig_peer(const struct rig *rig, u32 *step)
{
	u64 seen = rig->own + rig->known - rig_lead(rig);

	for (*step = 0; rig->known + *step < rig->slots; ++*step)
		if ((seen + *step) % rig->slots == rig->stored)
			return ION_POISON_NONE;
	*step = 0;
	return rig->stored < rig->slots ? ION_POISON_ORDER : ION_POISON_RANGE;
}

/**
 * rig_look() - what a look makes of the view
 * @rig: the rig
 *
 * Return: how many slots are the end's own after it; none if it broke.
 */
u32 rig_look(struct rig *rig)
{
	u32 step;

	rig->view.broken = rig_peer(rig, &step);
	if (rig->view.broken) {
		rig->view.seen = rig->stored;
		return 0;
	}
	rig->view.ready += step;
	return rig->known + step;
}

/**
 * rig_take() - what having slots makes of the view
 * @rig: the rig
 * @want: how many
 *
 * The other end is looked at only when what is known does not do.
 *
 * Return: how many there are to be had.
 */
u32 rig_take(struct rig *rig, u32 want)
{
	u32 there = rig->known < want ? rig_look(rig) : rig->known;

	return min(there, want);
}

/**
 * rig_move() - what moving on makes of the view, and of the memory
 * @rig: the rig
 * @count: slots
 */
void rig_move(struct rig *rig, u32 count)
{
	rig->view.own += count;
	rig_store(rig->expected, rig->at.own_index,
		  (rig->own + count) % rig->slots);
}

/* Told once: the states that follow would say the same. */
static void rig_fail(struct rig *rig, const char *what, u64 saw, u64 expected)
{
	if (!rig->failed)
		KUNIT_FAIL(rig->test,
			   "%s: saw %llu, expected %llu (%s, %u bytes a slot, own %llu, known %u, stored %u, want %u)",
			   what, saw, expected,
			   rig->pushes ? "producer" : "consumer", rig->size,
			   rig->own, rig->known, rig->stored, rig->want);
	rig->failed = true;
}

/**
 * rig_is() - a number is what it should be
 * @rig: the rig
 * @saw: the number
 * @expected: what it should be
 * @what: it tells
 */
void rig_is(struct rig *rig, u64 saw, u64 expected, const char *what)
{
	if (saw != expected)
		rig_fail(rig, what, saw, expected);
}

/**
 * rig_same() - the view and the memory are what they should be, to the byte
 * @rig: the rig
 */
void rig_same(struct rig *rig)
{
	u32 at;

	rig_is(rig, rig->end.own, rig->view.own, "own");
	rig_is(rig, rig->end.ready, rig->view.ready, "ready");
	rig_is(rig, rig->end.mask, rig->view.mask, "mask");
	rig_is(rig, rig->end.broken, rig->view.broken, "broken");
	rig_is(rig, rig->end.seen, rig->view.seen, "seen");
	if (!memcmp(rig->mem, rig->expected, rig->bytes))
		return;
	for (at = 0; rig->mem[at] == rig->expected[at]; at++)
		;
	rig_fail(rig, "bytes of memory as expected", at, rig->bytes);
}

/* Those that there are, and those that are one of them when they are masked. */
static u32 rig_index(const struct rig *rig, u32 i)
{
	u32 in = i % (2 * rig->slots);

	if (i < 2 * rig->slots)
		return in;
	return in < rig->slots ? 0x80000000U + in : U32_MAX - (in - rig->slots);
}

static void rig_each_state(struct rig *rig, void (*one)(struct rig *rig),
			   u64 from)
{
	u32 at, i;

	for (at = 0; at < rig->slots; at++) {
		rig->own = from + at;
		for (rig->known = 0; rig->known < rig->slots; rig->known++) {
			for (i = 0; i < 4 * rig->slots && !rig->failed; i++) {
				rig->stored = rig_index(rig, i);
				one(rig);
			}
			cond_resched();
		}
	}
}

/**
 * rig_each() - try something in each state that an end may be in
 * @test: the test, of one of rig_cases
 * @one: what to try; it calls rig_set()
 *
 * Where the end stands, what it knows to be its own, and what the other end
 * stored: every one of these with every other, for both ends, both sizes of slots,
 * and where the count goes beyond 32 bits and beyond 64.
 */
void rig_each(struct kunit *test, void (*one)(struct rig *rig))
{
	static const u64 from[] = { 16, U32_MAX - 3, U64_MAX - 3 };
	const struct rig_case *which = test->param_value;
	struct rig *rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, rig);
	rig->test = test;
	for (i = 0; i < 4 * ARRAY_SIZE(from); i++) {
		rig_init(rig, which, i & 1,
			 i & 2 ? sizeof(struct ion_packet) :
				 sizeof(struct ion_cmd_packet));
		rig_each_state(rig, one, from[i / 4]);
	}
}
