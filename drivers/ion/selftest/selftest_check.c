// SPDX-License-Identifier: GPL-2.0-only
/* ION_IOC_SELFTEST: the verdict of a test, and its channel. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include <ion/attach.h>

#include "../geometry.h"
#include "../memory.h"
#include "../quota.h"
#include "selftest.h"

/* Write the words of the verdict. Returns the offset at which more may follow. */
__printf(2, 0)
static size_t ion_check_begin(struct ion_check *check, const char *format,
			      va_list args)
{
	char *detail = check->result.detail;
	size_t size = sizeof(check->result.detail);
	size_t at = 0;

	if (check->where)
		at = scnprintf(detail, size, "%s: ", check->where);
	return at + vscnprintf(detail + at, size - at, format, args);
}

/**
 * ion_check_fail() - record that a test failed
 * @check: the test
 * @error: the reason, a negative error
 * @format: the reason, in words
 */
void ion_check_fail(struct ion_check *check, int error, const char *format,
		    ...)
{
	va_list args;

	if (!ion_check_ok(check))
		return;
	va_start(args, format);
	ion_check_begin(check, format, args);
	va_end(args);
	check->result.error = error;
}

__printf(2, 3)
static void ion_check_add(struct ion_check *check, const char *format, ...)
{
	char *detail = check->result.detail;
	size_t at = strlen(detail);
	va_list args;

	va_start(args, format);
	vscnprintf(detail + at, sizeof(check->result.detail) - at, format,
		   args);
	va_end(args);
	check->result.error = -EIO;
}

/**
 * ion_check_is() - check that a number is as expected
 * @check: the test, which fails if it is not
 * @saw: the number
 * @expected: the number that is expected
 * @format: description of the number
 *
 * Return: true if it is.
 */
bool ion_check_is(struct ion_check *check, s64 saw, s64 expected,
		  const char *format, ...)
{
	va_list args;

	if (saw == expected)
		return true;
	if (!ion_check_ok(check))
		return false;
	va_start(args, format);
	ion_check_begin(check, format, args);
	va_end(args);
	ion_check_add(check, ": saw %lld, expected %lld", saw, expected);
	return false;
}

/**
 * ion_check_bits() - check that bits are as expected
 * @check: the test, which fails if they are not
 * @saw: the bits
 * @expected: the bits that are expected
 * @format: description of the bits
 *
 * Return: true if they are.
 */
bool ion_check_bits(struct ion_check *check, u64 saw, u64 expected,
		    const char *format, ...)
{
	va_list args;

	if (saw == expected)
		return true;
	if (!ion_check_ok(check))
		return false;
	va_start(args, format);
	ion_check_begin(check, format, args);
	va_end(args);
	ion_check_add(check, ": saw %#llx, expected %#llx", saw, expected);
	return false;
}

/**
 * ion_check_cancel() - cancel a test that reached a limit of the system
 * @check: the test, which then cannot be run
 * @error: the error that it got
 *
 * Return: false, with nothing recorded, if @error is no limit of the system.
 */
bool ion_check_cancel(struct ion_check *check, int error)
{
	switch (error) {
	case -ENFILE:
		ion_check_fail(check, -ECANCELED,
			       "no channel left of max_channels, %u",
			       ion_quota_limit());
		return true;
	case -EDQUOT:
		ion_check_fail(check, -ECANCELED,
			       "no channel left of max_user_channels, %u",
			       ion_quota_user_limit());
		return true;
	case -ENOSPC:
		ion_check_fail(check, -ECANCELED,
			       "no room for %llu bytes in max_bytes, %llu",
			       check->config.info.bytes, ion_memory_limit());
		return true;
	case -ENOMEM:
		ion_check_fail(check, -ECANCELED,
			       "out of memory, or over RLIMIT_MEMLOCK");
		return true;
	default:
		return false;
	}
}

/**
 * ion_check_create() - create a channel that is not set up
 * @check: the test, without a channel
 *
 * Return: true on success; otherwise the reason is recorded.
 */
bool ion_check_create(struct ion_check *check)
{
	struct ion_channel *ch = ion_channel_create();

	if (IS_ERR(ch)) {
		if (!ion_check_cancel(check, PTR_ERR(ch)))
			ion_check_is(check, PTR_ERR(ch), 0, "open");
		return false;
	}
	check->ch = ch;
	return true;
}

/**
 * ion_check_configure() - set the channel up by its config
 * @check: the test
 *
 * Return: as ion_channel_configure().
 */
int ion_check_configure(struct ion_check *check)
{
	return ion_channel_configure(check->ch, &check->config);
}

static const char *const ion_check_layouts[] = {
	[ION_LAYOUT_COMPACT] = "compact",
	[ION_LAYOUT_SPLIT] = "split",
};

static int ion_check_setup(struct ion_check *check, enum ion_layout layout)
{
	struct ion_setup *setup = &check->setup;
	unsigned int id;
	int ret;

	memset(setup, 0, sizeof(*setup));
	setup->layout = layout;
	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] = check->test->slots;
	setup->buffers = check->test->buffers;
	if (setup->buffers)
		setup->buffer_size = ION_SELFTEST_BUFFER_SIZE;

	memset(&check->config, 0, sizeof(check->config));
	check->config.bind.key = setup->key;
	ret = ion_geometry(&check->config.info, setup);
	if (ret)
		return ret;
	ion_channel_describe(check->ch, &check->config.info, "echo");
	return ion_check_configure(check);
}

/**
 * ion_check_open() - create a channel and set it up
 * @check: the test, without a channel
 * @layout: its layout; the rest is as &struct ion_selftest_case says
 *
 * Return: true on success; otherwise the reason is recorded.
 */
bool ion_check_open(struct ion_check *check, enum ion_layout layout)
{
	int ret;

	check->where = ion_check_layouts[layout];
	if (!ion_check_create(check))
		return false;
	ret = ion_check_setup(check, layout);
	if (ret) {
		if (!ion_check_cancel(check, ret))
			ion_check_is(check, ret, 0, "set-up");
		ion_check_close(check);
		return false;
	}
	ion_check_attach(check);
	return true;
}

/**
 * ion_check_close() - close the channel
 * @check: the test; nothing happens if it has no channel
 */
void ion_check_close(struct ion_check *check)
{
	if (check->ch)
		ion_channel_close(check->ch);
	check->ch = NULL;
}

static struct ion_ring_words ion_check_words(const struct ion_channel *ch,
					     enum ion_ring_id id)
{
	const struct ion_ring_info *info = &ch->info.ring[id];

	return (struct ion_ring_words) {
		.head = ion_channel_word(ch, info->head),
		.tail = ion_channel_word(ch, info->tail),
		.producer_wake = ion_channel_word(ch, info->producer_wake),
		.consumer_wake = ion_channel_word(ch, info->consumer_wake),
		.slots = ion_channel_word(ch, info->slots),
		.nr_slots = info->nr_slots,
	};
}

static void ion_check_attach_path(struct ion_check *check,
				  struct ion_path *path)
{
	struct ion_ring_words words;

	words = ion_check_words(check->ch, path->out_id);
	ion_producer_attach_words(&path->out, &words);
	words = ion_check_words(check->ch, path->in_id);
	ion_consumer_attach_words(&path->in, &words);
	path->size = ion_ring_kinds[path->out_id].slot_size;
	path->came = path->sent;
}

/**
 * ion_check_attach() - attach to the user ends of the channel
 * @check: the test
 *
 * As a program does, a test attaches again after a reset.
 */
void ion_check_attach(struct ion_check *check)
{
	check->path[0].name = "packet";
	check->path[0].out_id = ION_RING_TX;
	check->path[0].in_id = ION_RING_RX;
	check->path[1].name = "command";
	check->path[1].out_id = ION_RING_CMD;
	check->path[1].in_id = ION_RING_EVT;
	ion_check_attach_path(check, &check->path[0]);
	ion_check_attach_path(check, &check->path[1]);
}
