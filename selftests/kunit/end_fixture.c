// SPDX-License-Identifier: GPL-2.0-only
/* An end of a small ring, in every state: see states.h. */
#include <linux/sched.h>
#include <linux/string.h>

#include "states.h"

/* The words of the two ends are this far apart in the split layout. */
#define END_BLOCK	64

const struct end_case end_cases[] = {
	{ "compact, 2 slots", 2, false }, { "split, 2 slots", 2, true },
	{ "compact, 4 slots", 4, false }, { "split, 4 slots", 4, true },
	{ "compact, 8 slots", 8, false }, { "split, 8 slots", 8, true },
};

static_assert(ARRAY_SIZE(end_cases) == END_CASES);

static void end_layout(struct end_fixture *fix, bool split)
{
	u32 producer = END_BLOCK;
	u32 consumer = split ? producer + END_BLOCK : producer;
	u32 head = producer + offsetof(struct ion_ring_header, head);
	u32 tail = consumer + offsetof(struct ion_ring_header, tail);
	u32 from_producer = producer +
			    offsetof(struct ion_ring_header, producer_wake);
	u32 from_consumer = consumer +
			    offsetof(struct ion_ring_header, consumer_wake);

	fix->at.own_index = fix->pushes ? head : tail;
	fix->at.peer_index = fix->pushes ? tail : head;
	fix->at.own_wake = fix->pushes ? from_producer : from_consumer;
	fix->at.peer_wake = fix->pushes ? from_consumer : from_producer;
	fix->at.slots = split ? consumer + END_BLOCK :
				producer + sizeof(struct ion_ring_header);
	fix->bytes = fix->at.slots + fix->slots * fix->size + END_BLOCK;
}

/**
 * end_init() - place a ring in memory in which all words differ
 * @fix: with its test
 * @which: the ring
 * @pushes: the end under test is the producer
 * @size: bytes of a slot
 */
void end_init(struct end_fixture *fix, const struct end_case *which, bool pushes,
	      u32 size)
{
	u64 seed = size, *word = (u64 *)fix->pristine;
	unsigned int i;

	static_assert(END_BYTES >= 4 * END_BLOCK +
				   END_SLOTS_MAX * sizeof(struct ion_cmd_packet));
	for (i = 0; i < END_BYTES / sizeof(*word); i++)
		word[i] = fixture_random(&seed);
	for (i = 0; i < ARRAY_SIZE(fix->data); i++)
		fix->data[i] = fixture_random(&seed);
	fix->slots = which->slots;
	fix->size = size;
	fix->pushes = pushes;
	end_layout(fix, which->split);
}

static void end_store_index(u8 *mem, u32 at, u32 index)
{
	memcpy(mem + at, &index, sizeof(index));
}

/**
 * end_set_state() - set the end, and the memory, to a state
 * @fix: with own, known and stored
 */
void end_set_state(struct end_fixture *fix)
{
	memcpy(fix->mem, fix->pristine, fix->bytes);
	end_store_index(fix->mem, fix->at.own_index, fix->own % fix->slots);
	end_store_index(fix->mem, fix->at.peer_index, fix->stored);
	memcpy(fix->expected, fix->mem, fix->bytes);
	memset(fix->got, 0, sizeof(fix->got));
	fix->end = (struct ion_end) {
		.own = fix->own,
		.ready = fix->own + fix->known,
		.mask = end_mask(fix),
		.slots = fix->mem + fix->at.slots,
		.own_index = (u32 *)(fix->mem + fix->at.own_index),
		.peer_index = (u32 *)(fix->mem + fix->at.peer_index),
		.own_wake = (u16 *)(fix->mem + fix->at.own_wake),
		.peer_wake = (u16 *)(fix->mem + fix->at.peer_wake),
	};
	fix->view = fix->end;
}

/**
 * end_repair() - the other end restores the index that was seen last
 * @fix: the fixture
 */
void end_repair(struct end_fixture *fix)
{
	u64 seen = fix->own + fix->known - end_lead(fix);

	end_store_index(fix->mem, fix->at.peer_index, seen % fix->slots);
	end_store_index(fix->expected, fix->at.peer_index, seen % fix->slots);
}

/**
 * end_slot_at() - the slot of a packet
 * @fix: the fixture
 * @number: of the packet, counted from the end
 *
 * Return: its offset in the memory.
 */
u32 end_slot_at(const struct end_fixture *fix, u32 number)
{
	return fix->at.slots + (fix->own + number) % fix->slots * fix->size;
}

/**
 * end_peer_may_store() - whether the other end may have stored its index
 * @fix: the fixture
 * @step: is set to how far it moved since it was seen last
 *
 * Walks on from there, slot by slot, as long as there are slots to give.
 *
 * Return: the kind of poison, or ION_POISON_NONE.
 */
enum ion_poison end_peer_may_store(const struct end_fixture *fix, u32 *step)
{
	u64 seen = fix->own + fix->known - end_lead(fix);

	for (*step = 0; fix->known + *step < fix->slots; ++*step)
		if ((seen + *step) % fix->slots == fix->stored)
			return ION_POISON_NONE;
	*step = 0;
	return fix->stored < fix->slots ? ION_POISON_ORDER : ION_POISON_RANGE;
}

/**
 * end_refresh() - update the expected view for a refresh of the other index
 * @fix: the fixture
 *
 * Return: how many slots the end owns then; 0 if it is broken.
 */
u32 end_refresh(struct end_fixture *fix)
{
	u32 step;

	fix->view.broken = end_peer_may_store(fix, &step);
	if (fix->view.broken) {
		fix->view.seen = fix->stored;
		return 0;
	}
	fix->view.ready += step;
	return fix->known + step;
}

/**
 * end_take() - update the expected view for a request of slots
 * @fix: the fixture
 * @want: how many
 *
 * The other index is refreshed only if the known slots are too few.
 *
 * Return: how many slots are available.
 */
u32 end_take(struct end_fixture *fix, u32 want)
{
	u32 there = fix->known < want ? end_refresh(fix) : fix->known;

	return min(there, want);
}

/**
 * end_advance() - update the expected view and memory for moving on
 * @fix: the fixture
 * @count: slots
 */
void end_advance(struct end_fixture *fix, u32 count)
{
	fix->view.own += count;
	end_store_index(fix->expected, fix->at.own_index,
			(fix->own + count) % fix->slots);
}

/* Report once: the next states would fail in the same way. */
static void end_fail(struct end_fixture *fix, const char *what, u64 saw, u64 expected)
{
	if (!fix->failed)
		KUNIT_FAIL(fix->test,
			   "%s: saw %llu, expected %llu (%s, %u bytes a slot, own %llu, known %u, stored %u, want %u)",
			   what, saw, expected,
			   fix->pushes ? "producer" : "consumer", fix->size,
			   fix->own, fix->known, fix->stored, fix->want);
	fix->failed = true;
}

/**
 * end_is() - check a number
 * @fix: the fixture
 * @saw: the number
 * @expected: the expected number
 * @what: its name
 */
void end_is(struct end_fixture *fix, u64 saw, u64 expected, const char *what)
{
	if (saw != expected)
		end_fail(fix, what, saw, expected);
}

/**
 * end_is_as_expected() - check the view and every byte of the memory
 * @fix: the fixture
 */
void end_is_as_expected(struct end_fixture *fix)
{
	u32 at;

	end_is(fix, fix->end.own, fix->view.own, "own");
	end_is(fix, fix->end.ready, fix->view.ready, "ready");
	end_is(fix, fix->end.mask, fix->view.mask, "mask");
	end_is(fix, fix->end.broken, fix->view.broken, "broken");
	end_is(fix, fix->end.seen, fix->view.seen, "seen");
	if (!memcmp(fix->mem, fix->expected, fix->bytes))
		return;
	for (at = 0; fix->mem[at] == fix->expected[at]; at++)
		;
	end_fail(fix, "bytes of memory as expected", at, fix->bytes);
}

/* All valid indices, and invalid ones that are valid when they are masked. */
static u32 end_nth_index(const struct end_fixture *fix, u32 i)
{
	u32 in = i % (2 * fix->slots);

	if (i < 2 * fix->slots)
		return in;
	return in < fix->slots ? 0x80000000U + in : U32_MAX - (in - fix->slots);
}

static void end_each_index(struct end_fixture *fix, void (*one)(struct end_fixture *fix),
			   u64 from)
{
	u32 at, i;

	for (at = 0; at < fix->slots; at++) {
		fix->own = from + at;
		for (fix->known = 0; fix->known < fix->slots; fix->known++) {
			for (i = 0; i < 4 * fix->slots && !fix->failed; i++) {
				fix->stored = end_nth_index(fix, i);
				one(fix);
			}
			cond_resched();
		}
	}
}

/**
 * end_each_state() - run a check in every state of an end
 * @test: the test, of one of end_cases
 * @one: the check; it calls end_set_state()
 *
 * Every count of the end, with every number of slots that it knows, with every
 * index that the other end stored: for both ends, both sizes of slots, and where
 * the count passes 32 bits and 64 bits.
 */
void end_each_state(struct kunit *test, void (*one)(struct end_fixture *fix))
{
	static const u64 from[] = { 16, U32_MAX - 3, U64_MAX - 3 };
	const struct end_case *which = test->param_value;
	struct end_fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, fix);
	fix->test = test;
	for (i = 0; i < 4 * ARRAY_SIZE(from); i++) {
		end_init(fix, which, i & 1,
			 i & 2 ? sizeof(struct ion_packet) :
				 sizeof(struct ion_cmd_packet));
		end_each_index(fix, one, from[i / 4]);
	}
}
