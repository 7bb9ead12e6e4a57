// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST: a lent thread, which goes to sleep and is woken by the flags
 * alone. If one wake-up gets lost, one of the two continues to sleep.
 */
#include <linux/errno.h>

#include "../calls.h"
#include "../kernel_end.h"
#include "selftest.h"

/* Round trips in each layout, and how many of them go to a thread known to sleep. */
#define ION_PINGS	100
#define ION_PINGS_SLOW	20

/* Count how many of the two flags that are needed while nothing is full are set. */
static unsigned int ion_serve_flags(const struct ion_helper *helper)
{
	const struct ion_ring *ring = helper->ch->ring;

	return !!READ_ONCE(*ring[ION_RING_TX].end.own_wake) +
	       !!READ_ONCE(*ring[ION_RING_CMD].end.own_wake);
}

static bool ion_serve_asleep(const struct ion_helper *helper)
{
	return READ_ONCE(helper->ch->end_state) == ION_END_LENT_SLEEPING &&
	       ion_serve_flags(helper) == 2;
}

static bool ion_serve_awake(const struct ion_helper *helper)
{
	return READ_ONCE(helper->ch->end_state) == ION_END_LENT &&
	       ion_serve_flags(helper) == 0;
}

static bool ion_serve_answered(const struct ion_helper *helper)
{
	const struct ion_ring *ring = helper->ch->ring;

	return READ_ONCE(ring[ION_RING_RX].end.own) == 3 &&
	       READ_ONCE(ring[ION_RING_EVT].end.own) == 1;
}

/**
 * ion_test_serve_spin() - test that a thread that never sleeps requests no kick
 * @check: the test
 */
void ion_test_serve_spin(struct ion_check *check)
{
	struct ion_helper helper;

	if (!ion_helper_serve(check, &helper, ION_SERVE_SPIN))
		return;
	ion_helper_await(check, &helper, ion_serve_awake, "is awake");
	ion_check_flags(check, 0);
	ion_check_push(&check->path[0], 3);
	ion_check_push(&check->path[1], 1);
	ion_helper_await(check, &helper, ion_serve_answered, "answers");
	ion_helper_end(check, &helper, -EPIPE);
	ion_check_pop(check, &check->path[0], 3);
	ion_check_pop(check, &check->path[1], 1);

	ion_check_stats(check);
	ion_check_is(check, check->stats.kicks, 0, "kicks");
	ion_check_is(check, check->stats.kernel_end, ION_KERNEL_END_GONE,
		     "kernel_end");
	ion_check_flags(check, BIT(ION_RING_TX) | BIT(ION_RING_CMD));
}

/* Do as a program does: kick if the flag requests it, then sleep. */
static void ion_serve_ping(struct ion_check *check, struct ion_path *path,
			   struct ion_waiter *waiter)
{
	ion_check_is(check, ion_check_push(path, 1), 1, "%ss pushed",
		     path->name);
	if (ion_end_peer_sleeps(&path->out.end))
		ion_check_kick(check, 0);
	while (!ion_ring_peek(&path->in, 1))
		if (!ion_waiter_wait(check, waiter))
			return;
	ion_check_pop(check, path, 1);
}

/**
 * ion_test_serve_ping() - test round trips between two threads that sleep
 * @check: the test
 */
void ion_test_serve_ping(struct ion_check *check)
{
	struct ion_waiter waiter = {};
	struct ion_helper helper;
	unsigned int i;

	if (!ion_helper_serve(check, &helper, ION_SERVE_NO_SPIN))
		return;
	ion_waiter_begin(check, &waiter);
	for (i = 0; i < ION_PINGS && ion_check_ok(check); i++) {
		if (i < ION_PINGS_SLOW)
			ion_helper_await(check, &helper, ion_serve_asleep,
					 "sleeps");
		ion_serve_ping(check, &check->path[i % ION_PATHS], &waiter);
	}
	ion_waiter_end(check, &waiter);
	ion_helper_end(check, &helper, -EPIPE);

	ion_check_stats(check);
	if (check->stats.sleeps < ION_PINGS_SLOW)
		ion_check_is(check, check->stats.sleeps, ION_PINGS_SLOW,
			     "sleeps");
}

/**
 * ion_test_serve_poison() - test that a thread returns from a poisoned channel
 * @check: the test
 */
void ion_test_serve_poison(struct ion_check *check)
{
	struct ion_helper helper;
	int ret;

	if (!ion_helper_serve(check, &helper, ION_SERVE_NO_SPIN))
		return;
	ion_helper_await(check, &helper, ion_serve_asleep, "sleeps");
	WRITE_ONCE(*check->ch->ring[ION_RING_TX].user_index, 4711);
	/* The kick only wakes the thread, unless the thread found the poison itself. */
	ret = ion_kernel_end_kick(check->ch);
	if (ret)
		ion_check_is(check, ret, -EPROTO, "kick");
	ion_helper_join(check, &helper, -EPROTO);
}
