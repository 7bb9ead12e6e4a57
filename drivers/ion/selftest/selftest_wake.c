// SPDX-License-Identifier: GPL-2.0-only
/* ION_IOC_SELFTEST: who is asleep says so, and who sleeps is woken. */
#include <linux/errno.h>
#include <linux/poll.h>

#include "../calls.h"
#include "../kernel_end.h"
#include "selftest.h"

/* The flags of a kernel end that sleeps and lacks nothing. */
#define ION_IDLE	(BIT(ION_RING_TX) | BIT(ION_RING_CMD))

static void ion_wake_fill(struct ion_check *check)
{
	unsigned int i, again;

	for (again = 0; again < 2; again++) {
		for (i = 0; i < ION_LANES; i++)
			ion_check_push(&check->lane[i], 7);
		ion_check_kick(check, 0);
	}
}

/**
 * ion_test_wake_flags() - the kernel end asks for the kicks that it wants
 * @check: the test
 *
 * Also of who pushes while it runs, as it does when somebody is told of what it
 * pushed.
 */
void ion_test_wake_flags(struct ion_check *check)
{
	struct ion_waiter waiter = {
		.flag = check->lane[0].out.end.peer_wake,
	};

	ion_check_flags(check, ION_IDLE);
	ion_waiter_begin(check, &waiter);
	ion_check_echo(check, 1);
	ion_waiter_end(check, &waiter);
	ion_check_is(check, waiter.flag_seen, 1,
		     "wake flag on tx while it runs");
	ion_check_flags(check, ION_IDLE);

	/* With something in hand it wants to know of room as well. */
	ion_wake_fill(check);
	ion_check_flags(check, BIT(ION_RINGS) - 1);
	ion_check_pop(check, &check->lane[0], 7);
	ion_check_kick(check, 0);
	ion_check_flags(check, ION_IDLE | BIT(ION_RING_EVT));
	ion_check_pop(check, &check->lane[1], 7);
	ion_check_kick(check, 0);
	ion_check_flags(check, ION_IDLE);
	ion_check_pop(check, &check->lane[0], 7);
	ion_check_pop(check, &check->lane[1], 7);
}

static void ion_wake_woken(struct ion_check *check, struct ion_waiter *waiter,
			   __poll_t expected)
{
	if (!ion_check_is(check, completion_done(&waiter->woken), !!expected,
			  "whether a sleeper was woken"))
		return;
	ion_check_bits(check, (__force u32)(waiter->events & expected),
		       (__force u32)expected, "events that it was told");
	reinit_completion(&waiter->woken);
	waiter->events = 0;
}

/**
 * ion_test_wake_answer() - who waits is woken for what comes
 * @check: the test
 */
void ion_test_wake_answer(struct ion_check *check)
{
	struct ion_waiter waiter = {};

	ion_waiter_begin(check, &waiter);
	ion_check_push(&check->lane[0], 1);
	ion_check_kick(check, 0);
	ion_wake_woken(check, &waiter, EPOLLIN | EPOLLOUT);
	ion_check_push(&check->lane[1], 1);
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
 * ion_test_wake_poison() - who waits learns that nothing will come
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
 * ion_test_wake_reset() - who waits for room learns that there is some
 * @check: the test
 */
void ion_test_wake_reset(struct ion_check *check)
{
	struct ion_waiter waiter = {};

	ion_wake_fill(check);
	ion_waiter_begin(check, &waiter);
	ion_check_is(check, ion_check_reset(check), 28, "thrown by a reset");
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
 * ion_test_wait_now() - WAIT that does not sleep
 * @check: the test
 */
void ion_test_wait_now(struct ion_check *check)
{
	ion_wait_for(check, 0, 0, -EINVAL);
	ion_wait_for(check, 8, 0, -EINVAL);
	ion_wait_for(check, 0, 8, -EINVAL);
	ion_wait_for(check, 1, 7, -ETIME);

	/* It kicks by itself. */
	ion_check_push(&check->lane[0], 2);
	ion_wait_for(check, 2, 0, 0);
	ion_wait_for(check, 3, 0, -ETIME);
	ion_wait_for(check, 0, 1, -ETIME);
	ion_check_push(&check->lane[1], 1);
	ion_wait_for(check, 3, 1, 0);
	ion_check_pop(check, &check->lane[0], 2);
	ion_check_pop(check, &check->lane[1], 1);
}

/**
 * ion_test_wait_timeout() - WAIT that sleeps for nothing
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
 * ion_test_wait_answer() - WAIT that sleeps until the answer is there
 * @check: the test
 */
void ion_test_wait_answer(struct ion_check *check)
{
	struct ion_helper helper;

	if (!ion_helper_wait(check, &helper, ION_SELFTEST_PATIENCE_NS))
		return;
	ion_check_push(&check->lane[0], 1);
	ion_check_kick(check, 0);
	ion_helper_join(check, &helper, 0);
	ion_check_is(check, helper.wait.rx_queued, 1, "rx_queued");
	ion_check_pop(check, &check->lane[0], 1);
}
