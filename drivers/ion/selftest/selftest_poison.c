// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST: a user end stores an index that it cannot have reached. The tests
 * try each such index of a small ring, and the valid ones too.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>

#include "../calls.h"
#include "../kernel_end.h"
#include "selftest.h"

/**
 * struct ion_offence - an index that a test stores, and the expected result
 * @id: the ring that it is stored in
 * @index: the index
 * @cause: the expected &enum ion_poison
 * @first: first index that would be right
 * @last: last index that would be right
 * @before: the counters of the ring before it
 */
struct ion_offence {
	enum ion_ring_id id;
	u32 index;
	enum ion_poison cause;
	u32 first;
	u32 last;
	struct ion_ring_stats before;
};

/*
 * Fill every ring, each with a different number; tx and cmd with more than rx and evt
 * have room for, so that a kick checks all of them.
 */
static void ion_poison_prepare(struct ion_check *check)
{
	unsigned int i;

	for (i = 0; i < ION_PATHS; i++)
		ion_check_push(&check->path[i], 5);
	ion_check_kick(check, 0);
	for (i = 0; i < ION_PATHS; i++) {
		ion_check_pop(check, &check->path[i], 2);
		ion_check_push(&check->path[i], 5);
	}
	ion_check_stats(check);
}

/* Judge the index by the rule itself, from the counters and not from the ring. */
static void ion_poison_judge(struct ion_offence *offence,
			     const struct ion_stats *stats)
{
	const struct ion_ring_stats *ring = &stats->ring[offence->id];
	u32 mask = ring->capacity;

	if (ion_ring_kinds[offence->id].kernel_pushes) {
		offence->first = ring->tail;
		offence->last = ring->head;
	} else {
		offence->first = ring->head;
		offence->last = (ring->tail + mask) & mask;
	}
	offence->before = *ring;
	offence->cause = ION_POISON_NONE;
	if (offence->index > mask)
		offence->cause = ION_POISON_RANGE;
	else if (((offence->index - offence->first) & mask) >
		 ((offence->last - offence->first) & mask))
		offence->cause = ION_POISON_ORDER;
}

static void ion_poison_record(struct ion_check *check,
			      const struct ion_offence *offence)
{
	const struct ion_ring_stats *ring = &check->stats.ring[offence->id];
	u32 index = offence->index;
	unsigned int id;

	ion_check_stats(check);
	for (id = 0; id < ION_RINGS; id++)
		ion_check_is(check, check->stats.ring[id].poison,
			     id == offence->id ? offence->cause :
						 ION_POISON_NONE,
			     "index %u: poison of %s", index,
			     ion_ring_kinds[id].name);
	if (!offence->cause)
		return;
	ion_check_is(check, ring->poison_seen, index, "index %u: poison_seen",
		     index);
	ion_check_is(check, ring->poison_first, offence->first,
		     "index %u: poison_first", index);
	ion_check_is(check, ring->poison_last, offence->last,
		     "index %u: poison_last", index);
	ion_check_is(check, ring->pushed, offence->before.pushed,
		     "index %u: pushed", index);
	ion_check_is(check, ring->popped, offence->before.popped,
		     "index %u: popped", index);
}

/* Check that only a reset clears the poison, and repairing the index does not. */
static void ion_poison_sticks(struct ion_check *check,
			      const struct ion_offence *offence)
{
	struct ion_packet packet = {};

	WRITE_ONCE(*check->ch->ring[offence->id].user_index, offence->first);
	ion_check_kick(check, -EPROTO);
	scoped_guard(mutex, &check->ch->push_mutex)
		ion_check_is(check, ion_user_push(check->ch,
						  &check->ch->ring[ION_RING_TX],
						  &packet, 1, false),
			     -EPROTO, "push");
	ion_poison_record(check, offence);
}

static void ion_poison_repair(struct ion_check *check)
{
	struct ion_offence none = { .cause = ION_POISON_NONE };
	unsigned int id;
	s64 queued = 0;

	ion_check_stats(check);
	for (id = 0; id < ION_RINGS; id++)
		queued += check->stats.ring[id].queued;
	ion_check_is(check, ion_check_reset(check), queued,
		     "discarded by a reset");
	ion_poison_record(check, &none);
	ion_check_echo(check, 3);
	ion_check_law(check);
}

static void ion_poison_try(struct ion_check *check, u32 index)
{
	struct ion_offence offence = {
		.id = check->test->arg[0],
		.index = index,
	};

	ion_poison_prepare(check);
	ion_poison_judge(&offence, &check->stats);
	WRITE_ONCE(*check->ch->ring[offence.id].user_index, index);
	ion_check_is(check, ion_kernel_end_kick(check->ch),
		     offence.cause ? -EPROTO : 0, "index %u: kick", index);
	ion_poison_record(check, &offence);
	if (offence.cause)
		ion_poison_sticks(check, &offence);
	ion_poison_repair(check);
}

/**
 * ion_test_poison() - test indices of one kind in one ring
 * @check: the test, whose argument selects the ring and the kind
 */
void ion_test_poison(struct ion_check *check)
{
	static const u32 beyond[] = { 8, 9, 15, 16, 0x7fffffff, 0x80000000,
				      0xfffffff8, 0xffffffff };
	u32 i;

	for (i = 0; i < 8 && ion_check_ok(check); i++)
		ion_poison_try(check,
			       check->test->arg[1] == ION_POISON_RANGE ?
				       beyond[i] : i);
}
