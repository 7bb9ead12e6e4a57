/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One call with its first allocation failing, then with its second, and so on
 * until the call makes no more. After each failure nothing may have changed, and
 * the same call has to work when it is made again.
 */
#ifndef _ION_FAULT_SWEEP_H
#define _ION_FAULT_SWEEP_H

#include "fault_test.h"

/**
 * struct world - what a call is made on
 * @ch: a channel, or one that is to be made; nothing is open if fd is -1
 * @other: another one
 * @setup: what @ch is to be
 * @fd: what else is open, or -1
 */
struct world {
	struct channel ch;
	struct channel other;
	struct ion_setup setup;
	int fd;
};

/**
 * struct step - a call, and what is around it
 * @prepare: before each turn: 0 or -errno
 * @call: at least 0, or -errno
 * @good: whether all is well after the call worked; NULL: nothing to see
 * @also: an error that is right beside ENOMEM, or 0
 * @loose: a call that failed may have changed something; what, @good sees
 * @after: from this allocation on, not each one is tried; 0: all are
 */
struct step {
	int (*prepare)(struct world *w);
	int (*call)(struct world *w);
	bool (*good)(struct world *w);
	int also;
	bool loose;
	unsigned int after;
};

/**
 * struct sweep - what came of it
 * @turns: calls with a failing allocation, of all that there are if @after is 0
 * @failed: calls that failed
 */
struct sweep {
	unsigned int turns;
	unsigned int failed;
};

ION_HELPER void world_begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->ch.fd = -1;
	w->other.fd = -1;
	w->fd = -1;
}

ION_HELPER void world_end(struct world *w)
{
	channel_close(&w->ch);
	channel_close(&w->other);
	if (w->fd >= 0)
		close(w->fd);
	world_begin(w);
}

/* A failing call: it says so, and changed nothing. True if it failed. */
ION_HELPER bool sweep_call(struct __test_metadata *_metadata, struct world *w,
			   const struct step *step, const struct faults *faults,
			   unsigned int n, bool *fired)
{
	struct picture before = { 0 }, after;
	int ret;

	/* It touches all that is mapped, too. */
	if (!step->loose)
		picture_take(&before, &w->ch);
	fault_arm(faults, n);
	ret = step->call(w);
	*fired = fault_fired(faults);
	if (ret < 0) {
		EXPECT_TRUE(*fired) TH_LOG("%u: error %d", n, ret);
		EXPECT_TRUE(ret == -ENOMEM || ret == -step->also)
		TH_LOG("%u: error %d", n, ret);
		if (!step->loose) {
			picture_take(&after, &w->ch);
			EXPECT_TRUE(picture_same(&before, &after))
			TH_LOG("%u: changed something", n);
			picture_drop(&after);
		}
		ret = step->call(w);
		EXPECT_LE(0, ret) TH_LOG("%u: and then", n);
		ret = -1;
	}
	picture_drop(&before);
	return ret < 0;
}

ION_HELPER struct sweep sweep(struct __test_metadata *_metadata,
			      struct world *w, const struct step *step,
			      const struct faults *faults)
{
	struct ion_setup setup = w->setup;
	struct sweep sweep = { 0 };
	bool fired = true;
	unsigned int n;

	for (n = 1; fired && __test_passed(_metadata); n++) {
		struct census before = census_take();

		w->setup = setup;
		ASSERT_EQ(0, step->prepare ? step->prepare(w) : 0);
		if (sweep_call(_metadata, w, step, faults, n, &fired))
			sweep.failed++;
		sweep.turns += fired;
		EXPECT_TRUE(!step->good || step->good(w)) TH_LOG("%u", n);
		world_end(w);
		EXPECT_TRUE(AWAIT(census_is(before)))
		TH_LOG("%u: something is left", n);
		if (step->after && n > step->after)
			n += n / 8;
	}
	TH_LOG("%u allocations failed, and %u calls", sweep.turns,
	       sweep.failed);
	return sweep;
}

#endif /* _ION_FAULT_SWEEP_H */
