// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST: the user end of a program that obeys the protocol. It pushes
 * packets in which every bit depends on their number, and checks every bit of the
 * packets that come back.
 */
#include <linux/cleanup.h>
#include <linux/minmax.h>

#include "../calls.h"
#include "../kernel_end.h"
#include "selftest.h"

#define ION_WORDS_MAX	(sizeof(struct ion_cmd_packet) / sizeof(u64))
#define ION_BURST	16U

static u64 ion_check_mix(u64 x)
{
	x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
	x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ (x >> 33);
}

/**
 * ion_check_word() - compute the contents of a packet
 * @words: written, all of it
 * @path: packets or commands
 * @number: number of the packet
 *
 * Of two consecutive packets, each bit is set in one and clear in the other.
 */
void ion_check_word(u64 *words, const struct ion_path *path, u64 number)
{
	u64 flip = number & 1 ? ~0ULL : 0;
	unsigned int i;

	for (i = 0; i < path->size / sizeof(*words); i++)
		words[i] = ion_check_mix((number >> 1) * ION_WORDS_MAX + i + 1) ^
			   flip;
}

static bool ion_check_push_one(struct ion_path *path)
{
	union {
		struct ion_packet packet;
		struct ion_cmd_packet cmd;
		u64 words[ION_WORDS_MAX];
	} slot;
	bool pushed;

	ion_check_word(slot.words, path, path->sent);
	pushed = path->out_id == ION_RING_TX ?
			 ion_ring_push(&path->out, &slot.packet) :
			 ion_ring_push_cmd(&path->out, &slot.cmd);
	path->sent += pushed;
	return pushed;
}

/**
 * ion_check_push() - push packets, one by one
 * @path: the path to push to
 * @count: how many at most
 *
 * Return: how many there was room for.
 */
u32 ion_check_push(struct ion_path *path, u32 count)
{
	u32 n;

	for (n = 0; n < count && ion_check_push_one(path); n++)
		;
	return n;
}

static u32 ion_check_push_burst(struct ion_path *path, u32 count)
{
	u64 words[ION_BURST * ION_WORDS_MAX];
	u32 i, n;

	for (i = 0; i < count; i++)
		ion_check_word((void *)words + i * path->size, path,
			       path->sent + i);
	n = ion_ring_push_n(&path->out, words, count, path->size);
	path->sent += n;
	return n;
}

/**
 * ion_check_push_batch() - push packets, many at once
 * @path: the path to push to
 * @count: how many at most
 *
 * Return: how many there was room for.
 */
u32 ion_check_push_batch(struct ion_path *path, u32 count)
{
	u32 done = 0, want, n;

	do {
		want = min(count - done, ION_BURST);
		n = ion_check_push_burst(path, want);
		done += n;
	} while (n == want && done < count);
	return done;
}

/**
 * ion_check_came() - check a packet that came back
 * @check: the test
 * @path: the path that it came on; it is the next one expected there
 * @words: the packet
 */
void ion_check_came(struct ion_check *check, struct ion_path *path,
		    const u64 *words)
{
	u64 expected[ION_WORDS_MAX];
	unsigned int i;

	ion_check_word(expected, path, path->came);
	for (i = 0; i < path->size / sizeof(*words); i++)
		ion_check_bits(check, words[i], expected[i],
			       "%s %llu word %u", path->name, path->came, i);
	path->came++;
}

static bool ion_check_pop_one(struct ion_check *check, struct ion_path *path)
{
	union {
		struct ion_packet packet;
		struct ion_cmd_packet cmd;
		u64 words[ION_WORDS_MAX];
	} slot;
	bool popped;

	popped = path->in_id == ION_RING_RX ?
			 ion_ring_pop(&path->in, &slot.packet) :
			 ion_ring_pop_cmd(&path->in, &slot.cmd);
	if (popped)
		ion_check_came(check, path, slot.words);
	return popped;
}

/**
 * ion_check_pop() - pop packets, one by one, and check them
 * @check: the test
 * @path: the path to pop from
 * @count: how many there must be
 */
void ion_check_pop(struct ion_check *check, struct ion_path *path, u32 count)
{
	u32 n;

	for (n = 0; n < count && ion_check_pop_one(check, path); n++)
		;
	ion_check_is(check, n, count, "%ss back", path->name);
}

/**
 * ion_check_pop_batch() - pop packets, many at once, and check them
 * @check: the test
 * @path: the path to pop from
 * @count: how many there must be
 */
void ion_check_pop_batch(struct ion_check *check, struct ion_path *path,
			 u32 count)
{
	u64 words[ION_BURST * ION_WORDS_MAX];
	u32 done = 0, n, i;

	do {
		n = ion_ring_pop_n(&path->in, words,
				   min(count - done, ION_BURST), path->size);
		for (i = 0; i < n; i++)
			ion_check_came(check, path,
				       (void *)words + i * path->size);
		done += n;
	} while (n && done < count);
	ion_check_is(check, done, count, "%ss back at once", path->name);
}

/**
 * ion_check_kick() - ION_IOC_KICK
 * @check: the test
 * @expected: expected result of the kick
 */
void ion_check_kick(struct ion_check *check, int expected)
{
	ion_check_is(check, ion_kernel_end_kick(check->ch), expected, "kick");
}

/**
 * ion_check_reset() - ION_IOC_RESET, and attach
 * @check: the test
 *
 * Return: how many packets and commands were discarded.
 */
int ion_check_reset(struct ion_check *check)
{
	int discarded;

	scoped_guard(mutex, &check->ch->pop_mutex)
		scoped_guard(mutex, &check->ch->push_mutex)
			discarded = ion_channel_reset(check->ch);
	ion_check_attach(check);
	return discarded;
}

/**
 * ion_check_echo() - send packets and commands, and check that they come back
 * @check: the test; the rings are empty, and it has no arena
 * @count: how many of each, no more than a ring holds
 */
void ion_check_echo(struct ion_check *check, u32 count)
{
	struct ion_path *path = check->path;
	unsigned int i;

	for (i = 0; i < ION_PATHS; i++)
		ion_check_is(check, ion_check_push(&path[i], count), count,
			     "%ss pushed", path[i].name);
	ion_check_kick(check, 0);
	for (i = 0; i < ION_PATHS; i++)
		ion_check_pop(check, &path[i], count);
}

/**
 * ion_check_stats() - ION_IOC_STATS
 * @check: the test, whose stats are written
 */
void ion_check_stats(struct ion_check *check)
{
	ion_channel_refresh_stats(check->ch, &check->stats);
}

/**
 * ion_check_law() - check the rules that hold for the counters at any time
 * @check: the test
 */
void ion_check_law(struct ion_check *check)
{
	unsigned int id;

	ion_check_stats(check);
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_stats *ring = &check->stats.ring[id];

		ion_check_is(check,
			     ring->popped + ring->queued + ring->discarded,
			     ring->pushed, "%s popped + queued + discarded",
			     ion_ring_kinds[id].name);
	}
}

/**
 * ion_check_flags() - check the wake flags of the kernel end
 * @check: the test
 * @expected: one bit for each flag, by &enum ion_ring_id
 */
void ion_check_flags(struct ion_check *check, unsigned int expected)
{
	unsigned int saw = 0, i;

	for (i = 0; i < ION_PATHS; i++) {
		struct ion_path *path = &check->path[i];

		if (READ_ONCE(*path->out.end.peer_wake))
			saw |= BIT(path->out_id);
		if (READ_ONCE(*path->in.end.peer_wake))
			saw |= BIT(path->in_id);
	}
	ion_check_bits(check, saw, expected, "wake flags");
}
