/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An end of a small ring in memory of the test's own, put into each state there
 * is, and what is to become of it, worked out in another way than the ring does.
 */
#ifndef _ION_KUNIT_STATES_H
#define _ION_KUNIT_STATES_H

#include "ion_kunit.h"

#define RIG_CASES	6
#define RIG_SLOTS_MAX	8
#define RIG_BYTES	512
#define RIG_WORDS_MAX	(sizeof(struct ion_cmd_packet) / sizeof(u64))

/**
 * struct rig_case - which rings a test is about
 * @name: in the results
 * @slots: how many
 * @split: the words of the two ends and the slots lie apart
 */
struct rig_case {
	const char *name;
	u32 slots;
	bool split;
};

extern const struct rig_case rig_cases[RIG_CASES];

/**
 * struct rig - an end of a ring
 * @test: whose it is
 * @slots: how many
 * @size: bytes of one
 * @pushes: it is the producer
 * @bytes: of @mem that it takes
 * @at: where things are in @mem
 * @end: the view, whichever end it is
 * @producer: the view
 * @consumer: the view
 * @view: what it should be
 * @own: where the end stood at first
 * @known: slots that were its own
 * @stored: the index that the other end wrote
 * @want: how many slots were asked for
 * @failed: something was not as expected, and was told
 * @mem: the shared memory, with something on either side of it
 * @expected: what it should be
 * @pristine: what it was before anything
 * @data: packets to push
 * @got: packets that were popped
 */
struct rig {
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
	u8 mem[RIG_BYTES] __aligned(128);
	u8 expected[RIG_BYTES] __aligned(8);
	u8 pristine[RIG_BYTES] __aligned(8);
	u64 data[(RIG_SLOTS_MAX + 1) * RIG_WORDS_MAX];
	u64 got[(RIG_SLOTS_MAX + 1) * RIG_WORDS_MAX];
};

/* How far a producer's count may go before it must look, of the other's. */
static inline u64 rig_lead(const struct rig *rig)
{
	return rig->pushes ? rig->slots - 1 : 0;
}

static inline u32 rig_mask(const struct rig *rig)
{
	return rig->slots - 1;
}

void rig_init(struct rig *rig, const struct rig_case *which, bool pushes,
	      u32 size);
void rig_set(struct rig *rig);
void rig_mend(struct rig *rig);
u32 rig_slot(const struct rig *rig, u32 number);
enum ion_poison rig_peer(const struct rig *rig, u32 *step);
u32 rig_look(struct rig *rig);
u32 rig_take(struct rig *rig, u32 want);
void rig_move(struct rig *rig, u32 count);
void rig_is(struct rig *rig, u64 saw, u64 expected, const char *what);
void rig_same(struct rig *rig);
void rig_each(struct kunit *test, void (*one)(struct rig *rig));

#endif /* _ION_KUNIT_STATES_H */
