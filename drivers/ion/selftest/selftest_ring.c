// SPDX-License-Identifier: GPL-2.0-only
/* ION_IOC_SELFTEST: packets and commands go through the rings and back. */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/minmax.h>

#include "../calls.h"
#include "../kernel_end.h"
#include "selftest.h"

static u32 ion_path_mask(const struct ion_path *path)
{
	return path->out.end.mask;
}

/**
 * ion_test_echo() - test that packets come back one by one, with every bit unchanged
 * @check: the test
 */
void ion_test_echo(struct ion_check *check)
{
	unsigned int i, id;

	for (i = 0; i < 32 && ion_check_ok(check); i++)
		ion_check_echo(check, 1);

	ion_check_stats(check);
	for (id = 0; id < ION_RINGS; id++) {
		ion_check_is(check, check->stats.ring[id].pushed, 32,
			     "%s pushed", ion_ring_kinds[id].name);
		ion_check_is(check, check->stats.ring[id].popped, 32,
			     "%s popped", ion_ring_kinds[id].name);
	}
	ion_check_is(check, check->stats.kicks, 32, "kicks");
	ion_check_is(check, check->stats.kicks_spurious, 0, "kicks_spurious");
}

/**
 * ion_test_nothing() - test that nothing comes if nothing was pushed
 * @check: the test
 */
void ion_test_nothing(struct ion_check *check)
{
	unsigned int i, id;

	ion_check_kick(check, 0);
	for (i = 0; i < ION_PATHS; i++)
		ion_check_is(check, ion_ring_peek(&check->path[i].in, 1), 0,
			     "%ss back", check->path[i].name);

	ion_check_stats(check);
	for (id = 0; id < ION_RINGS; id++)
		ion_check_is(check, check->stats.ring[id].pushed, 0,
			     "%s pushed", ion_ring_kinds[id].name);
	ion_check_is(check, check->stats.kicks_spurious, 1, "kicks_spurious");
}

/* Send batches there and back, so often that each slot is first in one of them. */
static void ion_batch_path(struct ion_check *check, struct ion_path *path,
			   u32 count)
{
	u32 i;

	for (i = 0; i <= ion_path_mask(path) && ion_check_ok(check); i++) {
		ion_check_is(check, ion_check_push_batch(path, count), count,
			     "%ss pushed at once", path->name);
		ion_check_kick(check, 0);
		ion_check_pop_batch(check, path, count);
	}
}

/**
 * ion_test_batch() - test batches of as many as the rings hold, and of fewer
 * @check: the test
 */
void ion_test_batch(struct ion_check *check)
{
	u32 mask = ion_path_mask(&check->path[0]), count;

	for (count = 1; count <= mask && ion_check_ok(check); count++) {
		ion_batch_path(check, &check->path[0], count);
		ion_batch_path(check, &check->path[1], count);
	}
}

/* Check both indices of an empty ring. */
static void ion_wrap_indices(struct ion_check *check, const struct ion_end *end,
			     enum ion_ring_id id, u32 expected)
{
	ion_check_is(check, READ_ONCE(*end->own_index), expected,
		     "%s index of the user end", ion_ring_kinds[id].name);
	ion_check_is(check, READ_ONCE(*end->peer_index), expected,
		     "%s index of the kernel end", ion_ring_kinds[id].name);
}

static void ion_wrap_path(struct ion_check *check, struct ion_path *path,
			  u32 step)
{
	u32 mask = ion_path_mask(path), at = 0;

	/* Three laps, and a bit more. */
	while (at < 3 * (mask + 1) + step && ion_check_ok(check)) {
		ion_check_is(check, ion_check_push_batch(path, step), step,
			     "%ss pushed at once", path->name);
		ion_check_kick(check, 0);
		ion_check_pop(check, path, step);
		at += step;
		ion_wrap_indices(check, &path->out.end, path->out_id,
				 at & mask);
		ion_wrap_indices(check, &path->in.end, path->in_id, at & mask);
	}
}

/**
 * ion_test_wrap() - test that the indices wrap, in step with what is moved
 * @check: the test
 */
void ion_test_wrap(struct ion_check *check)
{
	u32 step = min(ion_path_mask(&check->path[0]) / 2, 61U);

	ion_wrap_path(check, &check->path[0], step);
	ion_wrap_path(check, &check->path[1], step);
}

static void ion_full_stats(struct ion_check *check,
			   const struct ion_path *path, u32 out, u32 in,
			   u64 full)
{
	const struct ion_ring_stats *ring = check->stats.ring;

	ion_check_stats(check);
	ion_check_is(check, ring[path->out_id].queued, out, "%s queued",
		     ion_ring_kinds[path->out_id].name);
	ion_check_is(check, ring[path->in_id].queued, in, "%s queued",
		     ion_ring_kinds[path->in_id].name);
	ion_check_is(check, ring[path->in_id].full, full, "%s full",
		     ion_ring_kinds[path->in_id].name);
}

/* Push more than a ring holds into both rings, and pop it again. */
static void ion_full_path(struct ion_check *check, struct ion_path *path)
{
	u32 mask = ion_path_mask(path);
	/* With a single slot to fill, only that one waits for room. */
	u64 full = mask > 1 ? 2 : 1;

	ion_check_is(check, ion_check_push(path, mask + 1), mask,
		     "%ss that found room", path->name);
	ion_check_kick(check, 0);
	ion_full_stats(check, path, 0, mask, 0);
	ion_check_is(check, ion_check_push(path, mask + 1), mask,
		     "%ss that found room again", path->name);
	ion_check_kick(check, 0);
	ion_full_stats(check, path, mask, mask, 1);
	ion_check_is(check, ion_check_push(path, 1), 0,
		     "%ss that found room in a full ring", path->name);

	ion_check_pop(check, path, 1);
	ion_check_kick(check, 0);
	ion_full_stats(check, path, mask - 1, mask, full);
	ion_check_pop(check, path, mask);
	ion_check_kick(check, 0);
	ion_check_pop(check, path, mask - 1);
	ion_full_stats(check, path, 0, 0, full);
}

/**
 * ion_test_full() - test that a full ring holds its capacity, and loses nothing
 * @check: the test
 */
void ion_test_full(struct ion_check *check)
{
	ion_full_path(check, &check->path[0]);
	ion_full_path(check, &check->path[1]);
}

/**
 * ion_test_words() - test that the kernel end never reads back words that it writes
 * @check: the test
 *
 * In the compact layout a program can write to all of these words.
 */
void ion_test_words(struct ion_check *check)
{
	struct ion_ring *ring;
	unsigned int id;

	ion_check_echo(check, 5);
	ion_for_each_ring(check->ch, ring) {
		WRITE_ONCE(*ring->mask, 0xfffffff0);
		WRITE_ONCE(*ring->end.own_index, 0x4711);
	}
	ion_check_kick(check, 0);
	ion_check_law(check);
	for (id = 0; id < ION_RINGS; id++)
		ion_check_is(check, check->stats.ring[id].pushed, 5,
			     "%s pushed", ion_ring_kinds[id].name);

	ion_check_is(check, ion_check_reset(check), 0, "discarded by a reset");
	ion_for_each_ring(check->ch, ring)
		ion_check_is(check, READ_ONCE(*ring->mask), 7,
			     "%s mask after a reset", ring->kind->name);
	ion_check_echo(check, 7);
}

/**
 * ion_test_reset() - test that a reset discards and counts what is in the rings
 * @check: the test
 */
void ion_test_reset(struct ion_check *check)
{
	static const u32 lost[ION_RINGS] = { 2, 3, 2, 3 };
	unsigned int i, id;

	for (i = 0; i < ION_PATHS; i++)
		ion_check_push(&check->path[i], 3);
	ion_check_kick(check, 0);
	for (i = 0; i < ION_PATHS; i++)
		ion_check_push(&check->path[i], 2);
	ion_check_is(check, ion_check_reset(check), 10, "discarded by a reset");

	ion_check_stats(check);
	ion_check_is(check, check->stats.resets, 1, "resets");
	for (id = 0; id < ION_RINGS; id++) {
		ion_check_is(check, check->stats.ring[id].queued, 0,
			     "%s queued", ion_ring_kinds[id].name);
		ion_check_is(check, check->stats.ring[id].discarded, lost[id],
			     "%s discarded", ion_ring_kinds[id].name);
	}
	ion_check_echo(check, 7);
}

static void ion_calls_pop(struct ion_check *check, struct ion_path *path,
			  u32 count)
{
	struct ion_ring *ring = &check->ch->ring[path->in_id];
	struct ion_cmd_packet slots[8];
	u32 index = 0;
	int n, i;

	guard(mutex)(&check->ch->pop_mutex);

	n = ion_user_pop(check->ch, ring, slots, ARRAY_SIZE(slots), false,
			 &index);
	if (!ion_check_is(check, n, count, "%ss popped by a call", path->name))
		return;
	for (i = 0; i < n; i++)
		ion_check_came(check, path, (void *)slots + i * path->size);
	ion_check_is(check, ion_user_release(check->ch, ring, index, n), 0,
		     "release");
	n = ion_user_pop(check->ch, ring, slots, ARRAY_SIZE(slots), false,
			 &index);
	ion_check_is(check, n, -EAGAIN, "pop of an empty ring");
}

static int ion_calls_push(struct ion_check *check, struct ion_ring *ring,
			  const void *slots, u32 count)
{
	guard(mutex)(&check->ch->push_mutex);

	return ion_user_push(check->ch, ring, slots, count, false);
}

static void ion_calls_path(struct ion_check *check, struct ion_path *path)
{
	struct ion_ring *ring = &check->ch->ring[path->out_id];
	struct ion_cmd_packet slots[8] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		ion_check_word((void *)slots + i * path->size, path,
			       path->sent + i);
	ion_check_is(check, ion_calls_push(check, ring, slots, 8), 7,
		     "%ss pushed by a call", path->name);
	ion_check_is(check, ion_calls_push(check, ring, slots, 8), -EAGAIN,
		     "push to a full ring");
	path->sent += 7;

	ion_check_is(check, ion_user_peek(ring, slots, 5, 8), 2,
		     "%ss seen by a call", path->name);
	path->came += 5;
	ion_check_came(check, path, (void *)slots);
	path->came -= 6;
	ion_check_kick(check, 0);
	ion_calls_pop(check, path, 7);
}

/**
 * ion_test_calls() - test PUSH, POP and PEEK
 * @check: the test
 */
void ion_test_calls(struct ion_check *check)
{
	ion_calls_path(check, &check->path[0]);
	ion_calls_path(check, &check->path[1]);
	ion_check_attach(check);
	ion_check_echo(check, 3);
}
