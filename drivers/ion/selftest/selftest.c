// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST: the list of tests, and their results.
 *
 * selftest_check.c has the verdict and the channel of a test, selftest_user.c the
 * user end that a test plays, selftest_thread.c the threads that sleep; the other
 * selftest_*.c are the tests. Calls share no state, so they may be made at the same
 * time.
 */
#include <linux/array_size.h>
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../calls.h"
#include "selftest.h"

#define POISON(name, ring, cause)					\
	{ "poison." name, ion_test_poison, 8, 0,			\
	  { ION_RING_##ring, ION_POISON_##cause } }

/* The rings are small, so that their indices wrap soon. */
static const struct ion_selftest_case ion_selftest_cases[] = {
	{ "echo", ion_test_echo, 8 },
	{ "echo.smallest", ion_test_echo, ION_SLOTS_MIN },
	{ "echo.nothing", ion_test_nothing, 8 },
	{ "echo.batch", ion_test_batch, 8 },
	{ "ring.wrap", ion_test_wrap, 8 },
	{ "ring.wrap.large", ion_test_wrap, 1024 },
	{ "ring.full", ion_test_full, 8 },
	{ "ring.full.smallest", ion_test_full, ION_SLOTS_MIN },
	{ "ring.full.default", ion_test_full, ION_SLOTS_DEFAULT },
	{ "ring.words", ion_test_words, 8 },
	{ "ring.reset", ion_test_reset, 8 },
	{ "calls.push.pop.peek", ion_test_calls, 8 },

	POISON("tx.range", TX, RANGE),
	POISON("tx.order", TX, ORDER),
	POISON("rx.range", RX, RANGE),
	POISON("rx.order", RX, ORDER),
	POISON("cmd.range", CMD, RANGE),
	POISON("cmd.order", CMD, ORDER),
	POISON("evt.range", EVT, RANGE),
	POISON("evt.order", EVT, ORDER),

	{ "arena.owner", ion_test_arena_owner, 2, 4 },
	{ "arena.reset", ion_test_arena_reset, 2, 4 },
	{ "arena.phys", ion_test_arena_phys, 8, 4 },
	{ "arena.bad_id", ion_test_arena_bad_id, 8, 4 },
	{ "arena.bad_range", ion_test_arena_bad_range, 8, 4 },
	{ "arena.bad_owner", ion_test_arena_bad_owner, 8, 4 },

	{ "limits.layout", ion_test_limits_layout },
	{ "limits.slots", ion_test_limits_slots },
	{ "limits.arena", ion_test_limits_arena },
	{ "limits.areas", ion_test_limits_areas },
	{ "limits.max_bytes", ion_test_limits_bytes },
	{ "limits.service", ion_test_limits_service },

	{ "wake.flags", ion_test_wake_flags, 8 },
	{ "wake.answer", ion_test_wake_answer, 8 },
	{ "wake.poison", ion_test_wake_poison, 8 },
	{ "wake.reset", ion_test_wake_reset, 8 },
	{ "wait.now", ion_test_wait_now, 8 },
	{ "wait.timeout", ion_test_wait_timeout, 8 },
	{ "wait.answer", ion_test_wait_answer, 8 },
	{ "serve.spin", ion_test_serve_spin, 8 },
	{ "serve.ping", ion_test_serve_ping, 8 },
	{ "serve.poison", ion_test_serve_poison, 8 },
};

static void ion_selftest_layouts(struct ion_check *check)
{
	unsigned int layout;

	for (layout = ION_LAYOUT_COMPACT; layout <= ION_LAYOUT_SPLIT &&
	     ion_check_ok(check); layout++) {
		if (!ion_check_open(check, layout))
			break;
		check->test->run(check);
		if (ion_check_ok(check))
			ion_check_law(check);
		ion_check_close(check);
	}
}

static void ion_selftest_run(struct ion_check *check,
			     const struct ion_selftest_case *test)
{
	ktime_t begin = ktime_get();

	memset(check, 0, sizeof(*check));
	check->test = test;
	strscpy_pad(check->result.name, test->name);
	if (test->slots) {
		ion_selftest_layouts(check);
	} else {
		test->run(check);
		ion_check_close(check);
	}
	check->result.ns = ktime_to_ns(ktime_sub(ktime_get(), begin));
}

/* Each result is copied to the caller at once: a bad address ends the call early. */
static int ion_selftest_all(struct ion_check *check,
			    struct ion_selftest *selftest)
{
	struct ion_selftest_result __user *to = u64_to_user_ptr(selftest->addr);
	unsigned int i;
	int ret;

	selftest->failed = 0;
	for (i = 0; i < ARRAY_SIZE(ion_selftest_cases); i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ion_selftest_run(check, &ion_selftest_cases[i]);
		selftest->failed += !ion_check_ok(check);
		if (i >= selftest->count)
			continue;
		ret = ion_copy_out(to + i, &check->result,
				   sizeof(check->result));
		if (ret)
			return ret;
	}
	selftest->count = i;
	return 0;
}

/**
 * ion_ioctl_selftest() - ION_IOC_SELFTEST
 * @arg: &struct ion_selftest
 *
 * Touches no other channel, leaves nothing behind, and logs nothing.
 *
 * Context: may sleep. If something is broken each test may take some seconds; a
 * fatal signal ends the call.
 * Return: 0, whether or not tests failed; -EPERM without CAP_SYS_ADMIN; -EINVAL,
 * -E2BIG or -EFAULT for the request; -ENOMEM; -EINTR for a fatal signal.
 */
long ion_ioctl_selftest(void __user *arg)
{
	struct ion_check *check __free(kfree) = NULL;
	struct ion_selftest selftest;
	int ret;

	ret = ion_copy_in(&selftest, sizeof(selftest), arg);
	if (ret)
		return ret;
	if (selftest.flags)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	check = kmalloc(sizeof(*check), ION_GFP);
	if (!check)
		return -ENOMEM;
	ret = ion_selftest_all(check, &selftest);
	return ret ?: ion_copy_out(arg, &selftest, sizeof(selftest));
}
