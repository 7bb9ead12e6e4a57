// SPDX-License-Identifier: GPL-2.0-only
/*
 * A channel of a test's own, and the service of it. The user ends are those of
 * ION_IOC_SELFTEST; the kernel ends do what the test says.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/string.h>

#include "geometry.h"
#include "ion_kunit.h"
#include "kernel_end.h"

#define BED_SERVICE	"kunit"

/* Whose channel is bound next: tests run one at a time. */
static struct bed *bed_next;

static int bed_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	ion_channel_set_private(ch, bed_next);
	if (bed_next->async)
		ion_channel_set_async(ch, ION_ASYNC_ANY);
	return bed_next->refuse;
}

static void bed_unbind(struct ion_channel *ch)
{
	struct bed *bed = ion_channel_private(ch);

	bed->unbinds++;
}

static void bed_doorbell(struct ion_channel *ch)
{
	struct bed *bed = ion_channel_private(ch);
	void (*call)(struct bed *bed, void *arg) = bed->call;

	/* It is called again and again until there is nothing to do. */
	bed->doorbells++;
	bed->call = NULL;
	if (call)
		call(bed, bed->arg);
}

static const struct ion_service_ops bed_service = {
	.name = BED_SERVICE,
	.bind = bed_bind,
	.unbind = bed_unbind,
	.doorbell = bed_doorbell,
};

/**
 * bed_suite_init() - have the service, for a suite that opens channels
 * @suite: the suite
 *
 * Return: 0 or an error.
 */
int bed_suite_init(struct kunit_suite *suite)
{
	return ion_service_register(&bed_service);
}

/**
 * bed_suite_exit() - have it no more
 * @suite: the suite
 */
void bed_suite_exit(struct kunit_suite *suite)
{
	ion_service_unregister(&bed_service);
}

/**
 * bed_make() - what a test has, without a channel
 * @test: the test
 *
 * Return: it goes with the test, which closes its channel before.
 */
struct bed *bed_make(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->test = test;
	return bed;
}

static int bed_configure(struct bed *bed, const struct bed_shape *shape)
{
	struct ion_check *check = &bed->check;
	struct ion_setup setup = { .layout = shape->layout };
	int ret;

	memcpy(setup.slots, shape->slots, sizeof(shape->slots));
	memset(&check->config, 0, sizeof(check->config));
	check->config.bind.key = "";
	ret = ion_geometry(&check->config.info, &setup);
	if (ret)
		return ret;
	ion_channel_describe(check->ch, &check->config.info, BED_SERVICE);
	bed_next = bed;
	bed->async = shape->async;
	return ion_check_configure(check);
}

/**
 * bed_open() - have a channel
 * @bed: without one, or with one that was not set up for an error
 * @shape: what it is to be
 *
 * Return: 0, or the error of the set-up; the channel is there after that too.
 */
int bed_open(struct bed *bed, const struct bed_shape *shape)
{
	struct ion_channel *ch = bed->check.ch;
	int ret;

	if (!ch)
		ch = ion_channel_create();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(bed->test, ch);
	bed->check.ch = ch;
	ret = bed_configure(bed, shape);
	if (!ret)
		ion_check_attach(&bed->check);
	return ret;
}

/**
 * bed_close() - close the channel, as the program does
 * @bed: with one
 *
 * What the test found is told.
 */
void bed_close(struct bed *bed)
{
	ion_channel_close(bed->check.ch);
	bed->check.ch = NULL;
	if (!ion_check_ok(&bed->check))
		KUNIT_FAIL(bed->test, "%s", bed->check.result.detail);
}

/**
 * bed_kick() - have doorbell() do something
 * @bed: with a channel
 * @call: what
 * @arg: for @call
 */
void bed_kick(struct bed *bed, void (*call)(struct bed *bed, void *arg),
	      void *arg)
{
	bed->call = call;
	bed->arg = arg;
	ion_check_kick(&bed->check, 0);
	ion_check_is(&bed->check, !bed->call, true, "doorbell() was called");
	bed->call = NULL;
}
