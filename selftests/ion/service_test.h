/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of services in other modules share: ion_probe.ko in and out,
 * a channel of its service, and calls that it makes in any context.
 */
#ifndef _ION_SERVICE_TEST_H
#define _ION_SERVICE_TEST_H

#include <limits.h>

#include "ion_live.h"
#include "../modules/ion_probe.h"

#define PROBE_DEVICE "/dev/ion_probe"
#define PROBE_MODULE "ion_probe"

/*
 * A module is another one for each kernel, and the tests are not: it lies beside
 * the program, or in a folder above.
 */
ION_HELPER int module_open_file(const char *name)
{
	char path[PATH_MAX], file[PATH_MAX + 16];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;
	int fd;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	while ((slash = strrchr(path, '/'))) {
		*slash = '\0';
		snprintf(file, sizeof(file), "%s/%s.ko", path, name);
		fd = open(file, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -ENOENT;
}

ION_HELPER int probe_insert(void)
{
	int fd = module_open_file(PROBE_MODULE), ret;

	if (fd < 0)
		return fd;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

ION_HELPER int probe_remove(void)
{
	return syscall(SYS_delete_module, PROBE_MODULE, O_NONBLOCK) ? -errno
								    : 0;
}

ION_HELPER int probe_open(void)
{
	int fd = open(PROBE_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* A call on the module that is about no channel. */
ION_HELPER int probe_ask(unsigned long request, void *arg)
{
	int fd = probe_open(), ret;

	if (fd < 0)
		return fd;
	ret = ion_call(fd, request, arg);
	close(fd);
	return ret;
}

ION_HELPER int probe_register(void)
{
	return probe_ask(PROBE_IOC_REGISTER, NULL);
}

ION_HELPER int probe_unregister(void)
{
	return probe_ask(PROBE_IOC_UNREGISTER, NULL);
}

/**
 * struct service - a channel whose kernel end is the module
 * @ch: the channel
 * @probe: the module's hold of it, -1 if it was let go
 * @context: where the module makes calls, enum probe_context
 */
struct service {
	struct channel ch;
	int probe;
	__u32 context;
};

ION_HELPER void service_setup(struct ion_setup *setup, __u64 flags)
{
	ion_setup_init(setup, "probe");
	setup->arg[0] = flags;
}

ION_HELPER int service_attach(struct service *s)
{
	__u64 id = s->ch.info.channel;
	int ret;

	s->probe = probe_open();
	if (s->probe < 0)
		return s->probe;
	ret = ion_call(s->probe, PROBE_IOC_ATTACH, &id);
	if (ret)
		close(s->probe);
	return ret;
}

ION_HELPER int service_open_setup(struct service *s,
				  const struct ion_setup *setup)
{
	int ret;

	s->probe = -1;
	s->context = PROBE_IN_CALLER;
	ret = channel_open_live(&s->ch, setup);
	if (ret)
		return ret;
	ret = service_attach(s);
	if (ret)
		channel_close(&s->ch);
	return ret;
}

/* A channel of the service "probe", PROBE_* flags. */
ION_HELPER int service_open(struct service *s, __u64 flags)
{
	struct ion_setup setup;

	service_setup(&setup, flags);
	return service_open_setup(s, &setup);
}

ION_HELPER void service_let_go(struct service *s)
{
	if (s->probe >= 0)
		close(s->probe);
	s->probe = -1;
}

ION_HELPER void service_close(struct service *s)
{
	channel_close(&s->ch);
	service_let_go(s);
}

ION_HELPER void service_must(bool true_, const char *what, int ret)
{
	if (true_)
		return;
	fprintf(stderr, "# ion_probe: %s: %d\n", what, ret);
	abort();
}

/* The service makes a call, in the context that it is to be in: the result. */
ION_HELPER __s64 service_run(struct service *s, struct probe_run *run)
{
	__u32 in = s->context;
	int ret;

	run->context = in;
	ret = ion_call(s->probe, PROBE_IOC_RUN, run);
	service_must(!ret, "PROBE_IOC_RUN", ret);
	if (in == PROBE_IN_DOORBELL) {
		ion_kick(s->ch.fd);
		ret = ion_call(s->probe, PROBE_IOC_RESULT, run);
		service_must(!ret, "no doorbell", ret);
		in = PROBE_IN_CALLER;
	}
	service_must(run->where == in, "context", (int)run->where);
	return run->result;
}

ION_HELPER __s64 service_call(struct service *s, __u32 call, __u32 ring,
			      __u32 count)
{
	struct probe_run run = { .call = call, .ring = ring, .count = count };

	return service_run(s, &run);
}

/* A call that is about no ring. */
ION_HELPER __s64 service_ask(struct service *s, __u32 call)
{
	return service_call(s, call, PROBE_NO_RING, 0);
}

ION_HELPER int service_flood(struct service *s, const struct probe_flood *flood)
{
	struct probe_flood none = { 0 };

	return ion_call(s->probe, PROBE_IOC_FLOOD,
			flood ? (void *)flood : &none);
}

ION_HELPER struct probe_counts service_counts(struct service *s)
{
	struct probe_counts counts;
	int ret = ion_call(s->probe, PROBE_IOC_COUNTS, &counts);

	service_must(!ret, "PROBE_IOC_COUNTS", ret);
	return counts;
}

ION_HELPER struct probe_totals probe_totals(void)
{
	struct probe_totals totals = { 0 };
	int ret = probe_ask(PROBE_IOC_TOTALS, &totals);

	service_must(!ret, "PROBE_IOC_TOTALS", ret);
	return totals;
}

/*
 * Every context, of a service that uses its rings in callbacks only and of one
 * that uses them anywhere; both layouts come up.
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

/* The channel that a variant asks for, with rings of one size. */
ION_HELPER int service_open_variant(struct service *s, __u32 flags,
				    __u32 context, __u32 layout, __u32 slots)
{
	struct ion_setup setup;
	unsigned int id;
	int ret;

	service_setup(&setup, flags);
	setup.layout = layout;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = slots;
	ret = service_open_setup(s, &setup);
	s->context = context;
	return ret;
}

/* The counters of a ring add up. */
ION_HELPER bool stats_conserved(const struct ion_stats *stats)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_stats *ring = &stats->ring[id];

		if (ring->pushed !=
		    ring->popped + ring->queued + ring->discarded)
			return false;
	}
	return true;
}

/**
 * struct inventory - what there is in the system
 * @channels: channels
 * @bytes: their memory
 * @references: to ion
 */
struct inventory {
	__u32 channels;
	__u64 bytes;
	long references;
};

ION_HELPER struct inventory inventory(void)
{
	struct ion_query query = { .size = sizeof(query) };
	int fd = ion_open(O_RDWR);
	struct inventory now;

	service_must(!ion_call(fd, ION_IOC_QUERY, &query), "ION_IOC_QUERY", fd);
	now.channels = query.channels;
	now.bytes = query.bytes;
	now.references = ion_refcount();
	close(fd);
	return now;
}

ION_HELPER bool inventory_is(struct inventory want)
{
	struct inventory now = inventory();

	return now.channels == want.channels && now.bytes == want.bytes &&
	       now.references == want.references;
}

/*
 * First and last in every test: the module is there, and afterwards nothing is
 * held and no callback came when or where it should not have.
 */
#define SERVICE_BEGIN(before)                                                 \
	do {                                                                  \
		int __ret = probe_insert();                                   \
		ASSERT_TRUE(!__ret || __ret == -EEXIST)                       \
		TH_LOG("ion_probe.ko: %s", strerror(-__ret));                 \
		ASSERT_TRUE((__ret = probe_register()) == -EEXIST || !__ret); \
		before = inventory();                                         \
	} while (0)

#define SERVICE_END(before)                               \
	do {                                              \
		struct probe_totals __totals;             \
		EXPECT_TRUE(AWAIT(inventory_is(before))); \
		__totals = probe_totals();                \
		EXPECT_EQ(0, __totals.bound);             \
		EXPECT_EQ(0, __totals.held);              \
		EXPECT_EQ(0, __totals.late);              \
		EXPECT_EQ(0, __totals.overlaps);          \
		EXPECT_EQ(0, __totals.misplaced);         \
	} while (0)

/* Without the device or the module there is nothing to test. */
ION_HELPER void service_test_need_module(void)
{
	int ret;

	ion_test_need_device();
	ret = probe_insert();
	if (ret && ret != -EEXIST) {
		ksft_print_header();
		ksft_exit_skip(PROBE_MODULE ".ko: %s\n", strerror(-ret));
	}
}

#define SERVICE_TEST_MAIN                           \
	int main(int argc, char **argv)             \
	{                                           \
		int ret;                            \
		service_test_need_module();         \
		ret = test_harness_run(argc, argv); \
		probe_remove();                     \
		return ret;                         \
	}

#endif /* _ION_SERVICE_TEST_H */
