// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST: the threads that sleep. The caller sleeps only where a fatal signal
 * wakes it. Sleeps that any signal would end, a WAIT or a lent thread, are in a helper
 * thread that gets no signals and ends before the test does. Nobody sleeps for longer
 * than ION_SELFTEST_PATIENCE_NS, whatever is broken.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "../calls.h"
#include "../notify.h"
#include "selftest.h"

#define ION_PATIENCE	((long)(ION_SELFTEST_PATIENCE_NS / NSEC_PER_SEC) * HZ)

static int ion_waiter_wake(struct wait_queue_entry *entry, unsigned int mode,
			   int flags, void *key)
{
	struct ion_waiter *waiter =
		container_of(entry, struct ion_waiter, entry);

	waiter->events |= key_to_poll(key);
	if (waiter->flag)
		waiter->flag_seen = READ_ONCE(*waiter->flag);
	complete(&waiter->woken);
	return 0;
}

/**
 * ion_waiter_begin() - sleep in the wait queue, as poll() does
 * @check: the test
 * @waiter: the waiter to fill in; zeroes, or with a flag
 */
void ion_waiter_begin(struct ion_check *check, struct ion_waiter *waiter)
{
	init_completion(&waiter->woken);
	init_waitqueue_func_entry(&waiter->entry, ion_waiter_wake);
	add_wait_queue(&check->ch->wait, &waiter->entry);
}

/**
 * ion_waiter_end() - undo ion_waiter_begin()
 * @check: the test
 * @waiter: the waiter
 */
void ion_waiter_end(struct ion_check *check, struct ion_waiter *waiter)
{
	remove_wait_queue(&check->ch->wait, &waiter->entry);
}

/**
 * ion_waiter_wait() - sleep until the waiter is woken, once for each wake-up
 * @check: the test, which fails if there is no wake-up
 * @waiter: the waiter
 *
 * Return: true if it was woken.
 */
bool ion_waiter_wait(struct ion_check *check, struct ion_waiter *waiter)
{
	long left = wait_for_completion_killable_timeout(&waiter->woken,
							 ION_PATIENCE);

	if (left < 0)
		ion_check_fail(check, -EINTR, "killed");
	else if (!left)
		ion_check_fail(check, -ETIMEDOUT,
			       "not woken in %llu s, with %u on rx, %u on evt",
			       ION_SELFTEST_PATIENCE_NS / NSEC_PER_SEC,
			       ion_ring_peek(&check->path[0].in, U32_MAX),
			       ion_ring_peek(&check->path[1].in, U32_MAX));
	return left > 0;
}

static int ion_helper_main(void *arg)
{
	struct ion_helper *helper = arg;

	helper->ret = helper->run(helper);
	complete(&helper->done);
	return 0;
}

static bool ion_helper_start(struct ion_check *check,
			     struct ion_helper *helper)
{
	struct task_struct *task;

	helper->ch = check->ch;
	init_completion(&helper->done);
	task = kthread_create(ion_helper_main, helper, "ion-selftest");
	if (IS_ERR(task)) {
		ion_check_fail(check, -ECANCELED, "no thread: error %ld",
			       PTR_ERR(task));
		return false;
	}
	helper->task = get_task_struct(task);
	wake_up_process(task);
	return true;
}

/**
 * ion_helper_await() - wait until a thread has reached a state
 * @check: the test, which fails if the thread does not reach it
 * @helper: the thread
 * @there: checks whether it has; called from time to time
 * @what: description of the state
 *
 * Return: true if it has reached the state.
 */
bool ion_helper_await(struct ion_check *check,
		      const struct ion_helper *helper,
		      bool (*there)(const struct ion_helper *helper),
		      const char *what)
{
	ktime_t until = ktime_add_ns(ktime_get(), ION_SELFTEST_PATIENCE_NS);

	while (!there(helper)) {
		if (fatal_signal_pending(current)) {
			ion_check_fail(check, -EINTR, "killed");
			return false;
		}
		if (ktime_after(ktime_get(), until)) {
			ion_check_fail(check, -ETIMEDOUT,
				       "no thread that %s after %llu s", what,
				       ION_SELFTEST_PATIENCE_NS / NSEC_PER_SEC);
			return false;
		}
		usleep_range(50, 100);
	}
	return true;
}

/* Check whether the thread is in the kernel end, awake or asleep. */
static bool ion_helper_serves(const struct ion_helper *helper)
{
	return READ_ONCE(helper->ch->end_state) != ION_END_SLEEPING;
}

/* Check whether the thread sleeps, or has slept; nobody else is in the queue. */
static bool ion_helper_waits(const struct ion_helper *helper)
{
	return completion_done((struct completion *)&helper->done) ||
	       wq_has_sleeper(&helper->ch->waiters);
}

static int ion_helper_run_wait(struct ion_helper *helper)
{
	return ion_wait_packets(helper->ch, &helper->wait);
}

static int ion_helper_run_serve(struct ion_helper *helper)
{
	return ion_serve_channel(helper->ch, NULL, &helper->serve);
}

/**
 * ion_helper_wait() - start a thread that waits for a packet on rx
 * @check: the test
 * @helper: the thread
 * @timeout_ns: how long it waits at most
 *
 * Return: true if it was started; the caller must then call ion_helper_join().
 */
bool ion_helper_wait(struct ion_check *check, struct ion_helper *helper,
		     u64 timeout_ns)
{
	*helper = (struct ion_helper) {
		.run = ion_helper_run_wait,
		.wait = { .rx = 1, .timeout_ns = timeout_ns },
	};
	if (!ion_helper_start(check, helper))
		return false;
	ion_helper_await(check, helper, ion_helper_waits, "waits");
	return true;
}

/**
 * ion_helper_serve() - start a thread that serves
 * @check: the test
 * @helper: the thread
 * @idle_ns: &ion_serve.idle_ns
 *
 * Return: true if it was started; the caller must then call ion_helper_join() or
 * ion_helper_end().
 */
bool ion_helper_serve(struct ion_check *check, struct ion_helper *helper,
		      u64 idle_ns)
{
	*helper = (struct ion_helper) {
		.run = ion_helper_run_serve,
		.serve = {
			.idle_ns = idle_ns,
			.max_ns = 4 * ION_SELFTEST_PATIENCE_NS,
		},
	};
	if (!ion_helper_start(check, helper))
		return false;
	ion_helper_await(check, helper, ion_helper_serves, "serves");
	return true;
}

/* Hang the channel up. The thread sees that, even if it begins later, and returns. */
static void ion_helper_stop(struct ion_helper *helper)
{
	ion_channel_hangup(helper->ch);
	kthread_stop_put(helper->task);
}

/**
 * ion_helper_join() - wait until the thread returns by itself
 * @check: the test
 * @helper: the thread, which does not exist afterwards
 * @expected: expected result of its call
 */
void ion_helper_join(struct ion_check *check, struct ion_helper *helper,
		     int expected)
{
	long left = wait_for_completion_killable_timeout(&helper->done,
							 ION_PATIENCE);

	if (left < 0)
		ion_check_fail(check, -EINTR, "killed");
	else if (!left)
		ion_check_fail(check, -ETIMEDOUT,
			       "a thread is not back after %llu s",
			       ION_SELFTEST_PATIENCE_NS / NSEC_PER_SEC);
	ion_helper_stop(helper);
	ion_check_is(check, helper->ret, expected, "what a thread returned");
}

/**
 * ion_helper_end() - hang up, and wait until the thread returns
 * @check: the test, whose channel is unusable afterwards
 * @helper: the thread, which does not exist afterwards
 * @expected: expected result of its call
 */
void ion_helper_end(struct ion_check *check, struct ion_helper *helper,
		    int expected)
{
	ion_channel_hangup(helper->ch);
	ion_helper_join(check, helper, expected);
}
