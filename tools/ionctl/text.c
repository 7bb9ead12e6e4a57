// SPDX-License-Identifier: GPL-2.0-only
/* Formats numbers and names for people. */
#include "text.h"

#include <string.h>

/* Write about three significant digits and the largest unit below the number. */
static const char *scale(char text[TEXT_SIZE], double number, double step,
			 const char *const *units, size_t count)
{
	size_t unit = 0;

	/* 999.95 would be written as 1000.0. */
	while (unit + 1 < count && number >= step - 0.05) {
		number /= step;
		unit++;
	}
	if (!unit)
		snprintf(text, TEXT_SIZE, "%.0f%s", number, units[0]);
	else
		snprintf(text, TEXT_SIZE, "%.*f%s", number < 9.995 ? 2 : 1,
			 number, units[unit]);
	return text;
}

#define SCALE(text, number, step, units) \
	scale(text, number, step, units, sizeof(units) / sizeof(*(units)))

const char *text_bytes(char text[TEXT_SIZE], uint64_t bytes)
{
	static const char *const units[] = { " B",   " KiB", " MiB",
					     " GiB", " TiB", " PiB" };

	return SCALE(text, (double)bytes, 1024, units);
}

const char *text_rate(char text[TEXT_SIZE], double rate)
{
	static const char *const units[] = { "", " k", " M", " G" };

	return SCALE(text, rate, 1000, units);
}

const char *text_time(char text[TEXT_SIZE], uint64_t ns)
{
	static const char *const units[] = { " ns", " us", " ms", " s" };

	return SCALE(text, (double)ns, 1000, units);
}

const char *text_bar(char text[TEXT_SIZE], uint64_t part, uint64_t whole)
{
	size_t full = 0;

	if (whole)
		full = part >= whole ? TEXT_BAR
				     : (size_t)(part * TEXT_BAR / whole);
	if (!full && part)
		full = 1;
	memset(text, '#', full);
	memset(text + full, '-', TEXT_BAR - full);
	text[TEXT_BAR] = '\0';
	return text;
}

const char *text_safe(char *to, size_t to_size, const char *from, size_t size)
{
	size_t i;

	for (i = 0; i < size && i + 1 < to_size && from[i]; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	to[i] = '\0';
	return to;
}

size_t text_line(const char *text, size_t width)
{
	size_t length = strlen(text), at = width;

	if (length <= width)
		return length;
	while (at && text[at] != ' ')
		at--;
	return at ? at : width;
}

static const char *name_of(const char *const *names, size_t count,
			   unsigned int number)
{
	return number < count && names[number] ? names[number] : "?";
}

#define NAME_OF(names, number) \
	name_of(names, sizeof(names) / sizeof(*(names)), number)

const char *ring_name(unsigned int ring)
{
	static const char *const names[] = {
		[ION_RING_TX] = "tx",
		[ION_RING_RX] = "rx",
		[ION_RING_CMD] = "cmd",
		[ION_RING_EVT] = "evt",
	};

	return NAME_OF(names, ring);
}

const char *layout_name(unsigned int layout)
{
	static const char *const names[] = {
		[ION_LAYOUT_COMPACT] = "compact",
		[ION_LAYOUT_SPLIT] = "split",
	};

	return NAME_OF(names, layout);
}

const char *state_name(unsigned int state)
{
	static const char *const names[] = {
		[ION_CHANNEL_OPEN] = "open",
		[ION_CHANNEL_READY] = "ready",
		[ION_CHANNEL_CLOSED] = "closed",
		[ION_CHANNEL_LISTENING] = "listening",
	};

	return NAME_OF(names, state);
}

const char *kernel_end_name(unsigned int kernel_end)
{
	static const char *const names[] = {
		[ION_KERNEL_END_SLEEPING] = "sleeping",
		[ION_KERNEL_END_LENT] = "lent",
		[ION_KERNEL_END_LENT_SLEEPING] = "lent, sleeping",
		[ION_KERNEL_END_GONE] = "gone",
	};

	return NAME_OF(names, kernel_end);
}

const char *poison_name(unsigned int poison)
{
	static const char *const names[] = {
		[ION_POISON_NONE] = "none",
		[ION_POISON_RANGE] = "range",
		[ION_POISON_ORDER] = "order",
	};

	return NAME_OF(names, poison);
}
