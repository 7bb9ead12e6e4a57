/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An end of a small ring in own memory, in every state; and the state after each
 * call, computed in another way than by the ring.
 */
#ifndef _ION_KUNIT_STATES_H
#define _ION_KUNIT_STATES_H

#include "ion_kunit.h"

#define END_CASES	6
#define END_SLOTS_MAX	8
#define END_BYTES	512
#define END_WORDS_MAX	(sizeof(struct ion_cmd_packet) / sizeof(u64))

/**
 * struct end_case - a ring of a test
 * @name: in the results
 * @slots: how many slots
 * @split: the words of the two ends and the slots are apart
 */
struct end_case {
	const char *name;
	u32 slots;
	bool split;
};

extern const struct end_case end_cases[END_CASES];

/**
 * struct end_fixture - an end of a ring
 * @test: the test
 * @slots: how many slots
 * @size: bytes of a slot
 * @pushes: it is the producer
 * @bytes: how many bytes of @mem it uses
 * @at: offsets in @mem
 * @end: the view of either end
 * @producer: the view of a producer
 * @consumer: the view of a consumer
 * @view: the expected view
 * @own: the count of the end at first
 * @known: how many slots it owned at first
 * @stored: the index that the other end stored
 * @want: how many slots were requested
 * @failed: a failure was reported
 * @mem: the shared memory, with other bytes around it
 * @expected: the expected memory
 * @pristine: the memory before the state is set
 * @data: packets to push
 * @got: packets that were popped
 */
struct end_fixture {
	struct kunit *test;
	u32 slots;
	u32 size;
	bool pushes;
	u32 bytes;
	struct {
		u32 own_index;
		u32 peer_index;
		u32 own_wake;
		u32 peer_wake;
		u32 slots;
	} at;
	union {
		struct ion_end end;
		struct ion_producer producer;
		struct ion_consumer consumer;
	};
	struct ion_end view;
	u64 own;
	u32 known;
	u32 stored;
	u32 want;
	bool failed;
	u8 mem[END_BYTES] __aligned(128);
	u8 expected[END_BYTES] __aligned(8);
	u8 pristine[END_BYTES] __aligned(8);
	u64 data[(END_SLOTS_MAX + 1) * END_WORDS_MAX];
	u64 got[(END_SLOTS_MAX + 1) * END_WORDS_MAX];
};

/* How far the count of a producer may be ahead of the other end. */
static inline u64 end_lead(const struct end_fixture *fix)
{
	return fix->pushes ? fix->slots - 1 : 0;
}

static inline u32 end_mask(const struct end_fixture *fix)
{
	return fix->slots - 1;
}

void end_init(struct end_fixture *fix, const struct end_case *which, bool pushes,
	      u32 size);
void end_set_state(struct end_fixture *fix);
void end_repair(struct end_fixture *fix);
u32 end_slot_at(const struct end_fixture *fix, u32 number);
enum ion_poison end_peer_may_store(const struct end_fixture *fix, u32 *step);
u32 end_refresh(struct end_fixture *fix);
u32 end_take(struct end_fixture *fix, u32 want);
void end_advance(struct end_fixture *fix, u32 count);
void end_is(struct end_fixture *fix, u64 saw, u64 expected, const char *what);
void end_is_as_expected(struct end_fixture *fix);
void end_each_state(struct kunit *test, void (*one)(struct end_fixture *fix));

#endif /* _ION_KUNIT_STATES_H */
