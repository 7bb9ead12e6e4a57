// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST: buffers are handed over with their packets and come back, and the
 * kernel end refuses packets that are wrong.
 */
#include <linux/array_size.h>
#include <linux/limits.h>

#include "../arena.h"
#include "../kernel_end.h"
#include "selftest.h"

#define ION_SIZE	ION_SELFTEST_BUFFER_SIZE

static struct ion_packet ion_arena_packet(u16 id, u16 len)
{
	return (struct ion_packet) {
		.data = (u64)id * ION_SIZE,
		.len = len,
		.id = id,
		.pad = 0x10000 + id,
	};
}

static void ion_arena_push(struct ion_check *check, struct ion_packet packet)
{
	ion_check_is(check, ion_ring_push(&check->path[0].out, &packet), true,
		     "push of buffer %u", packet.id);
}

static void ion_arena_pop(struct ion_check *check, struct ion_packet expected)
{
	struct ion_packet packet = {};
	u16 id = expected.id;

	if (!ion_check_is(check, ion_ring_pop(&check->path[0].in, &packet),
			  true, "pop of buffer %u", id))
		return;
	ion_check_is(check, packet.id, id, "id");
	ion_check_bits(check, packet.data, expected.data, "data of %u", id);
	ion_check_is(check, packet.len, expected.len, "len of %u", id);
	ion_check_bits(check, packet.pad, expected.pad, "pad of %u", id);
	ion_check_bits(check, packet.phys, 0, "phys of %u", id);
}

static void ion_arena_empty(struct ion_check *check)
{
	ion_check_is(check, ion_ring_peek(&check->path[0].in, 1), 0,
		     "packets on rx");
}

/* Check which buffers belong to the user end, one bit for each. */
static void ion_arena_is(struct ion_check *check, u64 expected)
{
	ion_check_bits(check, ion_arena_word(check->ch->arena, 0), expected,
		       "buffers of the user end");
	ion_check_is(check, ion_arena_owned(check->ch->arena),
		     hweight64(expected), "how many these are");
}

static void ion_arena_refused(struct ion_check *check, u32 id, u32 range,
			      u32 owner)
{
	const struct ion_ring_stats *tx = &check->stats.ring[ION_RING_TX];

	ion_check_stats(check);
	ion_check_is(check, tx->bad_id, id, "bad_id");
	ion_check_is(check, tx->bad_range, range, "bad_range");
	ion_check_is(check, tx->bad_owner, owner, "bad_owner");
	ion_check_is(check, tx->discarded, id + range + owner, "discarded");
	ion_arena_is(check, 0xf);
}

/**
 * ion_test_arena_owner() - test that buffers belong to the service while it has them
 * @check: the test; rx has room for one packet
 *
 * tx has room for one packet as well, which the service peeks at and cannot move.
 */
void ion_test_arena_owner(struct ion_check *check)
{
	struct ion_packet first = ion_arena_packet(0, 9);
	struct ion_packet second = ion_arena_packet(3, 0);

	ion_arena_is(check, 0xf);
	ion_arena_push(check, first);
	ion_check_kick(check, 0);
	ion_arena_is(check, 0xf);
	ion_arena_push(check, second);
	ion_check_kick(check, 0);
	ion_arena_is(check, 0x7);

	ion_arena_pop(check, first);
	ion_check_kick(check, 0);
	ion_arena_is(check, 0xf);
	ion_arena_pop(check, second);
	ion_arena_empty(check);
	ion_arena_refused(check, 0, 0, 0);
}

/**
 * ion_test_arena_reset() - test that a reset gives all buffers back
 * @check: the test; rings hold one packet each
 */
void ion_test_arena_reset(struct ion_check *check)
{
	ion_arena_push(check, ion_arena_packet(1, 1));
	ion_check_kick(check, 0);
	ion_arena_push(check, ion_arena_packet(2, 2));
	ion_check_kick(check, 0);
	ion_arena_is(check, 0xb);

	ion_check_is(check, ion_check_reset(check), 2, "discarded by a reset");
	ion_arena_is(check, 0xf);
	ion_arena_empty(check);
	ion_arena_push(check, ion_arena_packet(2, 3));
	ion_check_kick(check, 0);
	ion_arena_pop(check, ion_arena_packet(2, 3));
}

/* Check that a valid packet comes through behind the wrong ones. */
static void ion_arena_passes(struct ion_check *check)
{
	struct ion_packet right = ion_arena_packet(1, ION_SIZE);

	ion_arena_push(check, right);
	ion_check_kick(check, 0);
	ion_arena_pop(check, right);
	ion_arena_empty(check);
}

/**
 * ion_test_arena_phys() - test that a phys from the program is ignored
 * @check: the test
 */
void ion_test_arena_phys(struct ion_check *check)
{
	struct ion_packet packet = ion_arena_packet(2, 1);
	struct ion_packet lie = packet;

	lie.phys = U64_MAX;
	ion_arena_push(check, lie);
	ion_check_kick(check, 0);
	ion_arena_pop(check, packet);
	ion_arena_refused(check, 0, 0, 0);
}

/**
 * ion_test_arena_bad_id() - test packets whose buffer does not exist
 * @check: the test
 */
void ion_test_arena_bad_id(struct ion_check *check)
{
	static const u16 ids[] = { 4, 5, 0x7fff, U16_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		ion_arena_push(check, ion_arena_packet(ids[i], 1));
	ion_arena_passes(check);
	ion_arena_refused(check, ARRAY_SIZE(ids), 0, 0);
}

/**
 * ion_test_arena_bad_range() - test payloads that leave their buffer
 * @check: the test
 */
void ion_test_arena_bad_range(struct ion_check *check)
{
	static const struct {
		u64 data;
		u16 len;
	} bad[] = {
		{ ION_SIZE - 1, 1 },		/* the buffer before */
		{ ION_SIZE, ION_SIZE + 1 },
		{ 2 * ION_SIZE - 1, 2 },
		{ 2 * ION_SIZE + 1, 0 },
		{ U64_MAX, 2 },
		{ U64_MAX - ION_SIZE, U16_MAX },
	};
	struct ion_packet edge = ion_arena_packet(1, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ion_packet packet = ion_arena_packet(1, bad[i].len);

		packet.data = bad[i].data;
		ion_arena_push(check, packet);
	}
	ion_arena_passes(check);
	ion_arena_refused(check, 0, ARRAY_SIZE(bad), 0);

	/* An empty payload at the very end is in the buffer. */
	edge.data = 2 * ION_SIZE;
	ion_arena_push(check, edge);
	ion_check_kick(check, 0);
	ion_arena_pop(check, edge);
	ion_arena_refused(check, 0, ARRAY_SIZE(bad), 0);
}

/**
 * ion_test_arena_bad_owner() - test a buffer that was handed over before
 * @check: the test
 */
void ion_test_arena_bad_owner(struct ion_check *check)
{
	struct ion_packet packet = ion_arena_packet(3, 5);

	ion_arena_push(check, packet);
	ion_arena_push(check, packet);
	ion_arena_push(check, packet);
	ion_check_kick(check, 0);
	ion_arena_pop(check, packet);
	ion_arena_empty(check);
	ion_arena_refused(check, 0, 0, 2);

	/* The buffer belongs to the user end again. */
	ion_arena_push(check, packet);
	ion_check_kick(check, 0);
	ion_arena_pop(check, packet);
	ion_arena_passes(check);
	ion_arena_refused(check, 0, 0, 2);
}
