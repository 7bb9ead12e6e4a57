// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers of ion between processes: the services pair and direct, with packets written
 * and read in place; and the time to wake a process that sleeps, there and back.
 */
#include <string.h>

#include "ion.h"

#define KEY "ion_bench"

static struct ionc_channel *receiver, *sender;

/* ---- packets one way --------------------------------------------------- */

static bool pair_open(const struct peer *peer)
{
	receiver = ion_open_pair(peer, KEY);
	return receiver;
}

static bool pair_open_sender(const struct peer *peer)
{
	sender = ion_open_pair(peer, KEY);
	return sender;
}

static void pair_close(void)
{
	ionc_close(receiver);
	ionc_close(sender);
	receiver = NULL;
	sender = NULL;
}

static unsigned int pair_put(__u64 seq, unsigned int n)
{
	unsigned int put;

	for (;;) {
		put = ion_fill(sender, seq, n);
		if (put)
			break;
		if (ionc_wait_room(sender, IONC_FOREVER))
			return 0;
	}
	ionc_kick(sender);
	return put;
}

static int pair_get(__u64 seq, unsigned int n)
{
	int got = ion_take(receiver, seq, n);

	if (!got) {
		if (ionc_wait(receiver, 1, 0, IONC_FOREVER))
			return -1;
		got = ion_take(receiver, seq, n);
	}
	/* The kernel end may wait for the room that was made. */
	ionc_kick(receiver);
	return got;
}

#define PAIR_PEER(title, more)                   \
	{                                        \
		.name = title,                   \
		.flags = PEER_ION | (more),      \
		.size = 2048,                    \
		.open = pair_open,               \
		.open_sender = pair_open_sender, \
		.close = pair_close,             \
		.put = pair_put,                 \
		.get = pair_get,                 \
	}

const struct peer ion_pair = PAIR_PEER("ion, pair", 0);
const struct peer ion_direct = PAIR_PEER("ion, direct", PEER_DIRECT);

/* ---- there and back, both asleep in between ---------------------------- */

static bool by_poll;

static bool wake_open(const struct peer *peer)
{
	by_poll = peer->flags & PEER_POLL;
	return pair_open(peer);
}

/* Kick, and sleep until there is a packet. */
static bool wake_wait(struct ionc_channel *ch)
{
	if (by_poll)
		return ionc_poll(ch, IONC_RX, IONC_FOREVER) > 0;
	return !ionc_wait(ch, 1, 0, IONC_FOREVER);
}

static unsigned int wake_put(__u64 seq, unsigned int n)
{
	struct ion_packet packet = bench_packet(seq);

	(void)n;
	return ionc_push(receiver, &packet);
}

static int wake_get(__u64 seq, unsigned int n)
{
	struct ion_packet packet;

	(void)n;
	if (!wake_wait(receiver) || !ionc_pop(receiver, &packet))
		return -1;
	return bench_is(&packet, seq) ? 1 : -1;
}

static void wake_answer(void)
{
	struct ion_packet packet;

	while (wake_wait(sender))
		if (ionc_pop(sender, &packet))
			ionc_push(sender, &packet);
}

#define WAKE_PEER(title, more)                             \
	{                                                  \
		.name = title,                             \
		.flags = PEER_ION | PEER_NO_SPIN | (more), \
		.size = 16,                                \
		.open = wake_open,                         \
		.open_sender = pair_open_sender,           \
		.close = pair_close,                       \
		.put = wake_put,                           \
		.get = wake_get,                           \
		.answer = wake_answer,                     \
	}

const struct peer ion_wake_wait = WAKE_PEER("ion, pair, ION_IOC_WAIT", 0);
const struct peer ion_direct_wait =
	WAKE_PEER("ion, direct, ION_IOC_WAIT", PEER_DIRECT);
const struct peer ion_wake_poll = WAKE_PEER("ion, pair, poll()", PEER_POLL);
const struct peer ion_direct_poll =
	WAKE_PEER("ion, direct, poll()", PEER_DIRECT | PEER_POLL);

/* Open echo with a lent thread that sleeps whenever it has nothing to do. */
static bool lent_open(const struct peer *peer)
{
	by_poll = false;
	receiver = ion_open(peer, "echo");
	if (!receiver)
		return false;
	if (ion_lend(receiver, 0))
		return true;
	pair_close();
	return false;
}

const struct peer ion_wake_lent = {
	.name = "ion, lent thread, asleep",
	.flags = PEER_ION | PEER_NO_SPIN,
	.size = 16,
	.open = lent_open,
	.close = pair_close,
	.put = wake_put,
	.get = wake_get,
};
