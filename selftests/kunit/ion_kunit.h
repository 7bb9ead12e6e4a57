/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the KUnit suites. */
#ifndef _ION_KUNIT_H
#define _ION_KUNIT_H

#include <kunit/test.h>
#include <linux/ion.h>

#include "channel.h"
#include "selftest.h"

/**
 * struct fixture_shape - the channel of a test
 * @name: in the results
 * @layout: its layout
 * @slots: of each ring
 * @async: its rings may be used anywhere, not only in doorbell()
 */
struct fixture_shape {
	const char *name;
	enum ion_layout layout;
	u32 slots[ION_RINGS];
	bool async;
};

/**
 * struct fixture - a channel under test, both ends of which the test has
 * @test: the test
 * @check: the channel and its user ends; it keeps the first unexpected result
 * @refuse: the result of bind()
 * @async: bind() makes the channel async
 * @call: the call of the next doorbell()
 * @arg: for @call
 * @doorbells: calls of doorbell()
 * @unbinds: calls of unbind()
 */
struct fixture {
	struct kunit *test;
	struct ion_check check;
	int refuse;
	bool async;
	void (*call)(struct fixture *fix, void *arg);
	void *arg;
	unsigned int doorbells;
	unsigned int unbinds;
};

int fixture_suite_init(struct kunit_suite *suite);
void fixture_suite_exit(struct kunit_suite *suite);

struct fixture *fixture_create(struct kunit *test);
int fixture_open(struct fixture *fix, const struct fixture_shape *shape);
void fixture_close(struct fixture *fix);
void fixture_kick(struct fixture *fix, void (*call)(struct fixture *fix, void *arg),
		  void *arg);

static inline struct ion_ring *fixture_ring(struct fixture *fix, enum ion_ring_id id)
{
	return &fix->check.ch->ring[id];
}

/* The sequence is the same each time. */
static inline u64 fixture_random(u64 *state)
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
extern struct kunit_suite ion_direct_suite;
extern struct kunit_suite ion_misuse_suite;

#endif /* _ION_KUNIT_H */
