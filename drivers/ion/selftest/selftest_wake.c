// SPDX-License-Identifier: GPL-2.0-only
/* ION_IOC_SELFTEST: an end that sleeps sets its wake flag, and is woken. */
#include <linux/errno.h>
#include <linux/poll.h>

#include "../calls.h"
#include "../kernel_end.h"
#include "selftest.h"

/* The flags of a kernel end that sleeps and needs no room. */
#define ION_IDLE	(BIT(ION_RING_TX) | BIT(ION_RING_CMD))

static void ion_wake_fill(struct ion_check *check)
{
	unsigned int i, again;

	for (again = 0; again < 2; again++) {
		for (i = 0; i < ION_PATHS; i++)
			ion_check_push(&check->path[i], 7);
		ion_check_kick(check, 0);
	}
}

/**
 * ion_test_wake_flags() - test that the kernel end requests the kicks that it needs
 * @check: the test
 *
 * It also requests kicks of a program that pushes while it runs, which is the case
 * while it notifies somebody of its own pushes.
 */
void ion_test_wake_flags(struct ion_check *check)
{
	struct ion_waiter waiter = {
		.flag = check->path[0].out.end.peer_wake,
	};

	ion_check_flags(check, ION_IDLE);
	ion_waiter_begin(check, &waiter);
	ion_check_echo(check, 1);
	ion_waiter_end(check, &waiter);
	ion_check_is(check, waiter.flag_seen, 1,
		     "wake flag on tx while it runs");
	ion_check_flags(check, ION_IDLE);

	/* With something left to push it requests a kick for room as well. */
	ion_wake_fill(check);
	ion_check_flags(check, BIT(ION_RINGS) - 1);
	ion_check_pop(check, &check->path[0], 7);
	ion_check_kick(check, 0);
	ion_check_flags(check, ION_IDLE | BIT(ION_RING_EVT));
	ion_check_pop(check, &check->path[1], 7);
	ion_check_kick(check, 0);
	ion_check_flags(check, ION_IDLE);
	ion_check_pop(check, &check->path[0], 7);
	ion_check_pop(check, &check->path[1], 7);
}

static void ion_wake_woken(struct ion_check *check, struct ion_waiter *waiter,
			   __poll_t expected)
{
	if (!ion_check_is(check, completion_done(&waiter->woken), !!expected,
			  "whether a sleeper was woken"))
		return;
	ion_check_bits(check, (__force u32)(waiter->events & expected),
		       (__force u32)expected, "events of its wake-up");
	reinit_completion(&waiter->woken);
	waiter->events = 0;
}

/**
 * ion_test_wake_answer() - test that a waiter is woken for an answer
 * @check: the test
 */
void ion_test_wake_answer(struct ion_check *check)
{
	struct ion_waiter waiter = {};

	ion_waiter_begin(check, &waiter);
	ion_check_push(&check->path[0], 1);
	ion_check_kick(check, 0);
	ion_wake_woken(check, &waiter, EPOLLIN | EPOLLOUT);
	ion_check_push(&check->path[1], 1);
	ion_check_kick(check, 0);
	ion_wake_woken(check, &waiter, EPOLLPRI | EPOLLWRBAND);
	/* And for nothing else. */
	ion_check_kick(check, 0);
	ion_wake_woken(check, &waiter, 0);
	ion_waiter_end(check, &waiter);

	ion_check_stats(check);
	ion_check_is(check, check->stats.wakeups, 2, "wakeups");
}

/**
 * ion_test_wake_poison() - test that a waiter is notified of poison
 * @check: the test
 */
void ion_test_wake_poison(struct ion_check *check)
{
	struct ion_wait wait = { .evt = 1 };
	struct ion_waiter waiter = {};

	ion_waiter_begin(check, &waiter);
	WRITE_ONCE(*check->ch->ring[ION_RING_EVT].user_index, 4711);
	ion_check_is(check, ion_wait_packets(check->ch, &wait), -EPROTO, "wait");
	ion_check_stats(check);
	ion_check_is(check, check->stats.ring[ION_RING_EVT].poison,
		     ION_POISON_RANGE, "poison of evt");
	ion_wake_woken(check, &waiter, EPOLLERR);
	ion_waiter_end(check, &waiter);
}

/**
 * ion_test_wake_reset() - test that a waiter for room is notified of a reset
 * @check: the test
 */
void ion_test_wake_reset(struct ion_check *check)
{
	struct ion_waiter waiter = {};

	ion_wake_fill(check);
	ion_waiter_begin(check, &waiter);
	ion_check_is(check, ion_check_reset(check), 28, "discarded by a reset");
	ion_wake_woken(check, &waiter, EPOLLOUT | EPOLLWRBAND);
	ion_waiter_end(check, &waiter);
}

static void ion_wait_for(struct ion_check *check, u32 rx, u32 evt,
			 int expected)
{
	struct ion_wait wait = { .rx = rx, .evt = evt };

	ion_check_is(check, ion_wait_packets(check->ch, &wait), expected,
		     "wait for %u and %u", rx, evt);
}

/**
 * ion_test_wait_now() - test a WAIT that does not sleep
 * @check: the test
 */
void ion_test_wait_now(struct ion_check *check)
{
	ion_wait_for(check, 0, 0, -EINVAL);
	ion_wait_for(check, 8, 0, -EINVAL);
	ion_wait_for(check, 0, 8, -EINVAL);
	ion_wait_for(check, 1, 7, -ETIME);

	/* WAIT kicks by itself. */
	ion_check_push(&check->path[0], 2);
	ion_wait_for(check, 2, 0, 0);
	ion_wait_for(check, 3, 0, -ETIME);
	ion_wait_for(check, 0, 1, -ETIME);
	ion_check_push(&check->path[1], 1);
	ion_wait_for(check, 3, 1, 0);
	ion_check_pop(check, &check->path[0], 2);
	ion_check_pop(check, &check->path[1], 1);
}

/**
 * ion_test_wait_timeout() - test a WAIT that times out
 * @check: the test
 */
void ion_test_wait_timeout(struct ion_check *check)
{
	struct ion_helper helper;

	if (!ion_helper_wait(check, &helper, NSEC_PER_MSEC))
		return;
	ion_helper_join(check, &helper, -ETIME);
	ion_check_is(check, helper.wait.timeout_ns, 0, "time that is left");
	ion_check_is(check, helper.wait.rx_queued, 0, "rx_queued");
}

/**
 * ion_test_wait_answer() - test a WAIT that sleeps until the answer is there
 * @check: the test
 */
void ion_test_wait_answer(struct ion_check *check)
{
	struct ion_helper helper;

	if (!ion_helper_wait(check, &helper, ION_SELFTEST_PATIENCE_NS))
		return;
	ion_check_push(&check->path[0], 1);
	ion_check_kick(check, 0);
	ion_helper_join(check, &helper, 0);
	ion_check_is(check, helper.wait.rx_queued, 1, "rx_queued");
	ion_check_pop(check, &check->path[0], 1);
}
