/* SPDX-License-Identifier: GPL-2.0-only */
/* What the KUnit suites share. */
#ifndef _ION_KUNIT_H
#define _ION_KUNIT_H

#include <kunit/test.h>
#include <linux/ion.h>

#include "channel.h"
#include "selftest.h"

/**
 * struct bed_shape - what the channel of a test is to be
 * @name: in the results
 * @layout: its layout
 * @slots: of each ring
 * @async: its rings may be used anywhere, not in doorbell() alone
 */
struct bed_shape {
	const char *name;
	enum ion_layout layout;
	u32 slots[ION_RINGS];
	bool async;
};

/**
 * struct bed - a channel under test, whose both ends the test plays
 * @test: the test
 * @check: the channel and its user ends; it keeps the first thing that is not as
 *	expected
 * @refuse: what bind() returns
 * @async: bind() makes the channel so
 * @call: what the next doorbell() is to do
 * @arg: for @call
 * @doorbells: calls of doorbell()
 * @unbinds: calls of unbind()
 */
struct bed {
	struct kunit *test;
	struct ion_check check;
	int refuse;
	bool async;
	void (*call)(struct bed *bed, void *arg);
	void *arg;
	unsigned int doorbells;
	unsigned int unbinds;
};

int bed_suite_init(struct kunit_suite *suite);
void bed_suite_exit(struct kunit_suite *suite);

struct bed *bed_make(struct kunit *test);
int bed_open(struct bed *bed, const struct bed_shape *shape);
void bed_close(struct bed *bed);
void bed_kick(struct bed *bed, void (*call)(struct bed *bed, void *arg),
	      void *arg);

static inline struct ion_ring *bed_ring(struct bed *bed, enum ion_ring_id id)
{
	return &bed->check.ch->ring[id];
}

/* The same sequence each time. */
static inline u64 bed_random(u64 *state)
{
	u64 x = *state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

extern struct kunit_suite ion_states_suite;
extern struct kunit_suite ion_counts_suite;
extern struct kunit_suite ion_wake_suite;
extern struct kunit_suite ion_model_suite;
extern struct kunit_suite ion_geometry_suite;
extern struct kunit_suite ion_life_suite;
extern struct kunit_suite ion_payload_suite;
extern struct kunit_suite ion_misuse_suite;

#endif /* _ION_KUNIT_H */
