// SPDX-License-Identifier: GPL-2.0-only
/*
 * An own channel for a test, and its service. The user ends are those of
 * ION_IOC_SELFTEST; the test decides what the kernel ends do.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/string.h>

#include "geometry.h"
#include "ion_kunit.h"
#include "kernel_end.h"

#define FIXTURE_SERVICE	"kunit"

/* The fixture whose channel is bound next: tests run one at a time. */
static struct fixture *fixture_next;

static int fixture_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	ion_channel_set_private(ch, fixture_next);
	if (fixture_next->async)
		ion_channel_set_async(ch, ION_ASYNC_ANY);
	return fixture_next->refuse;
}

static void fixture_unbind(struct ion_channel *ch)
{
	struct fixture *fix = ion_channel_private(ch);

	fix->unbinds++;
}

static void fixture_doorbell(struct ion_channel *ch)
{
	struct fixture *fix = ion_channel_private(ch);
	void (*call)(struct fixture *fix, void *arg) = fix->call;

	/* doorbell() is called again until it finds no work. */
	fix->doorbells++;
	fix->call = NULL;
	if (call)
		call(fix, fix->arg);
}

static const struct ion_service_ops fixture_service = {
	.name = FIXTURE_SERVICE,
	.bind = fixture_bind,
	.unbind = fixture_unbind,
	.doorbell = fixture_doorbell,
};

/**
 * fixture_suite_init() - register the service, for a suite that opens channels
 * @suite: the suite
 *
 * Return: 0 or an error.
 */
int fixture_suite_init(struct kunit_suite *suite)
{
	return ion_service_register(&fixture_service);
}

/**
 * fixture_suite_exit() - unregister the service
 * @suite: the suite
 */
void fixture_suite_exit(struct kunit_suite *suite)
{
	ion_service_unregister(&fixture_service);
}

/**
 * fixture_create() - allocate a fixture without a channel
 * @test: the test
 *
 * Return: the fixture, freed with the test, which closes its channel before.
 */
struct fixture *fixture_create(struct kunit *test)
{
	struct fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fix);
	fix->test = test;
	return fix;
}

static int fixture_configure(struct fixture *fix, const struct fixture_shape *shape)
{
	struct ion_check *check = &fix->check;
	struct ion_setup setup = { .layout = shape->layout };
	int ret;

	memcpy(setup.slots, shape->slots, sizeof(shape->slots));
	memset(&check->config, 0, sizeof(check->config));
	check->config.bind.key = "";
	ret = ion_geometry(&check->config.info, &setup);
	if (ret)
		return ret;
	ion_channel_describe(check->ch, &check->config.info, FIXTURE_SERVICE);
	fixture_next = fix;
	fix->async = shape->async;
	return ion_check_configure(check);
}

/**
 * fixture_open() - set up a channel
 * @fix: without a channel, or with one whose set-up failed
 * @shape: its shape
 *
 * Return: 0, or the error of the set-up; the channel exists after that too.
 */
int fixture_open(struct fixture *fix, const struct fixture_shape *shape)
{
	struct ion_channel *ch = fix->check.ch;
	int ret;

	if (!ch)
		ch = ion_channel_create();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(fix->test, ch);
	fix->check.ch = ch;
	ret = fixture_configure(fix, shape);
	if (!ret)
		ion_check_attach(&fix->check);
	return ret;
}

/**
 * fixture_close() - close the channel, as the program does
 * @fix: with a channel
 *
 * Reports what the checks found.
 */
void fixture_close(struct fixture *fix)
{
	ion_channel_close(fix->check.ch);
	fix->check.ch = NULL;
	if (!ion_check_ok(&fix->check))
		KUNIT_FAIL(fix->test, "%s", fix->check.result.detail);
}

/**
 * fixture_kick() - let doorbell() make a call
 * @fix: with a channel
 * @call: the call
 * @arg: for @call
 */
void fixture_kick(struct fixture *fix, void (*call)(struct fixture *fix, void *arg),
		  void *arg)
{
	fix->call = call;
	fix->arg = arg;
	ion_check_kick(&fix->check, 0);
	ion_check_is(&fix->check, !fix->call, true, "doorbell() was called");
	fix->call = NULL;
}
