// SPDX-License-Identifier: GPL-2.0-only
/*
 * At a rest no thread is in a call, unless a thread is lent on purpose. A program
 * that has nothing but the wake flags must make progress then: it pushes, kicks
 * only if a flag says so, and an answer comes.
 */
#include "state.h"

static bool ring_is_empty(const struct side *side, unsigned int ring)
{
	return kernel_index(&side->ch, ring) ==
	       READ_ONCE(*user_index(&side->ch, ring));
}

/* Take all packets; those that had no room follow. */
static void side_drain(struct side *side)
{
	__u64 number;

	side_pop(side, side->ch.rx.end.mask, &number);
	side_pop_evt(side, side->ch.evt.end.mask, &number);
}

static bool side_sent_all(const struct side *side)
{
	return ring_is_empty(side, ION_RING_TX) &&
	       ring_is_empty(side, ION_RING_CMD);
}

static bool side_took_all(const struct round *r, const struct side *side)
{
	return r->service->makes || (ring_is_empty(side, ION_RING_RX) &&
				     ring_is_empty(side, ION_RING_EVT));
}

/*
 * Return whether all rings are empty; they stay so only if no packet is in
 * transit.
 */
static bool all_settled(struct round *r)
{
	bool settled = true;
	unsigned int i;

	for (i = 0; i < r->sides; i++)
		side_drain(&r->side[i]);
	for (i = 0; i < r->sides; i++)
		settled &= side_sent_all(&r->side[i]);
	for (i = 0; i < r->sides; i++)
		settled &= side_took_all(r, &r->side[i]);
	return settled;
}

/* All packets that were pushed before the rest arrive. */
static void check_settles(struct round *r)
{
	if (!STATE_AWAIT(all_settled(r)))
		state_fail("what was pushed is not handled");
}

/* The side at which packets of this side arrive. */
static struct side *side_other(struct round *r, struct side *side)
{
	return r->service->crosses ? &r->side[side == &r->side[0]] : side;
}

static void check_packet(struct round *r, struct side *side)
{
	struct side *to = side_other(r, side);
	__u64 number = ++r->next, came = 0;

	if (!side_push(side, 1, number))
		state_fail("no room on an empty tx");
	if (!STATE_AWAIT(ring_is_empty(side, ION_RING_TX)))
		state_fail("a packet is not taken");
	if (!r->service->echoes && !r->service->crosses)
		return;
	if (!STATE_AWAIT(side_pop(to, 1, &came)))
		state_fail("a packet has no answer");
	if (came != number)
		state_fail("packet %llu instead of %llu", came, number);
}

static void check_command(struct round *r, struct side *side)
{
	struct side *to = side_other(r, side);
	__u64 number = ++r->next, came = 0;

	if (!side_push_cmd(side, number))
		state_fail("no room on an empty cmd");
	if (!STATE_AWAIT(ring_is_empty(side, ION_RING_CMD)))
		state_fail("a command is not taken");
	if (!r->service->echoes && !r->service->crosses)
		return;
	if (!STATE_AWAIT(side_pop_evt(to, 1, &came)))
		state_fail("a command has no answer");
	if (came != number)
		state_fail("command %llu instead of %llu", came, number);
}

/* The source makes a packet for each free slot; a kick is needed only for a flag. */
static void check_source(struct side *side)
{
	__u64 number, before, after;

	side_drain(side);
	if (!STATE_AWAIT(side_pop(side, 1, &before)) ||
	    !STATE_AWAIT(side_pop(side, 1, &after)))
		state_fail("no packet comes from the source");
	number = after - before;
	if (number != 1)
		state_fail("packet %llu after packet %llu", after, before);
}

static void check_gets_on(struct round *r, struct side *side)
{
	check_packet(r, side);
	check_command(r, side);
	if (r->service->makes)
		check_source(side);
}

/* The words of a kernel end that no thread runs. */
static void check_words(struct side *side)
{
	struct ion_stats stats;

	if (ion_get_stats(side->ch.fd, &stats))
		state_fail("no statistics");
	if (stats.kernel_end != ION_KERNEL_END_SLEEPING)
		state_fail("kernel_end is %u at rest", stats.kernel_end);
	if (!kernel_wake(&side->ch, ION_RING_TX))
		state_fail("the kernel end sleeps, and the flag of tx is 0");
	if (!kernel_wake(&side->ch, ION_RING_CMD))
		state_fail("the kernel end sleeps, and the flag of cmd is 0");
	if (!stats_add_up(&stats))
		state_fail("the counters do not add up");
}

static void check_all_words(struct round *r)
{
	unsigned int i;

	for (i = 0; i < r->sides && !r->keep; i++)
		check_words(&r->side[i]);
}

void state_check(struct round *r)
{
	unsigned int i;

	check_all_words(r);
	check_settles(r);
	for (i = 0; i < r->sides; i++)
		check_gets_on(r, &r->side[i]);
	check_all_words(r);
}
