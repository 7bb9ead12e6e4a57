/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of services in other modules: ion_probe.ko is inserted and
 * removed, its service has a channel, and makes calls in any context.
 */
#ifndef _ION_SERVICE_TEST_H
#define _ION_SERVICE_TEST_H

#include <limits.h>

#include "ion_live.h"
#include "../modules/ion_probe.h"

#define PROBE_DEVICE "/dev/ion_probe"
#define PROBE_MODULE "ion_probe"

int module_open_file(const char *name);
int probe_insert(void);
int probe_remove(void);
int probe_open(void);
int probe_ask(unsigned long request, void *arg);
int probe_register(void);
int probe_unregister(void);

/**
 * struct service - a channel whose kernel end is the module
 * @ch: the channel
 * @probe: a reference that the module holds, -1 if it is released
 * @context: where the module makes calls, enum probe_context
 */
struct service {
	struct channel ch;
	int probe;
	__u32 context;
};

void service_setup(struct ion_setup *setup, __u64 flags);
int service_attach(struct service *s);
int service_open_setup(struct service *s, const struct ion_setup *setup);
int service_open(struct service *s, __u64 flags);
void service_release(struct service *s);
void service_close(struct service *s);
/* Abort unless @good, with @what and @ret in the message. */
void service_must(bool good, const char *what, int ret);
__s64 service_run(struct service *s, struct probe_run *run);
__s64 service_call(struct service *s, __u32 call, __u32 ring, __u32 count);
__s64 service_ask(struct service *s, __u32 call);
int service_flood(struct service *s, const struct probe_flood *flood);
struct probe_counts service_counts(struct service *s);
struct probe_totals probe_totals(void);

/*
 * Every context: of a service that uses its rings in callbacks only, and of one
 * that uses them anywhere; in both layouts.
 */
#define SERVICE_VARIANT(fixture, name, f, c, l)        \
	FIXTURE_VARIANT_ADD(fixture, name)             \
	{                                              \
		.flags = (f), .context = PROBE_IN_##c, \
		.layout = ION_LAYOUT_##l,              \
	}

#define SERVICE_VARIANTS(fixture)                                           \
	FIXTURE_VARIANT(fixture)                                            \
	{                                                                   \
		__u32 flags;                                                \
		__u32 context;                                              \
		__u32 layout;                                               \
	};                                                                  \
	SERVICE_VARIANT(fixture, sync, 0, DOORBELL, SPLIT);                 \
	SERVICE_VARIANT(fixture, doorbell, PROBE_ASYNC, DOORBELL, COMPACT); \
	SERVICE_VARIANT(fixture, caller, PROBE_ASYNC, CALLER, SPLIT);       \
	SERVICE_VARIANT(fixture, irqs_off, PROBE_ASYNC, IRQS_OFF, COMPACT); \
	SERVICE_VARIANT(fixture, thread, PROBE_ASYNC, WORK, COMPACT);       \
	SERVICE_VARIANT(fixture, softirq, PROBE_ASYNC, SOFTIRQ, SPLIT);     \
	SERVICE_VARIANT(fixture, hardirq, PROBE_ASYNC, HARDIRQ, COMPACT)

int service_open_variant(struct service *s, __u32 flags, __u32 context,
			 __u32 layout, __u32 slots);

/*
 * First and last in every test: the module is inserted; at the end it holds
 * nothing, and each callback ran when and where it may.
 */
#define SERVICE_BEGIN(before)                                                 \
	do {                                                                  \
		int __ret = probe_insert();                                   \
		ASSERT_TRUE(!__ret || __ret == -EEXIST)                       \
		TH_LOG("ion_probe.ko: %s", strerror(-__ret));                 \
		ASSERT_TRUE((__ret = probe_register()) == -EEXIST || !__ret); \
		before = usage_now();                                         \
	} while (0)

#define SERVICE_END(before)                           \
	do {                                          \
		struct probe_totals __totals;         \
		EXPECT_TRUE(AWAIT(usage_is(before))); \
		__totals = probe_totals();            \
		EXPECT_EQ(0, __totals.bound);         \
		EXPECT_EQ(0, __totals.held);          \
		EXPECT_EQ(0, __totals.late);          \
		EXPECT_EQ(0, __totals.overlaps);      \
		EXPECT_EQ(0, __totals.misplaced);     \
	} while (0)

void service_test_need_module(void);

#define SERVICE_TEST_MAIN                            \
	int main(int argc, char **argv)              \
	{                                            \
		service_test_need_module();          \
		return test_harness_run(argc, argv); \
	}

#endif /* _ION_SERVICE_TEST_H */
