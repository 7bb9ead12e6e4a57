// SPDX-License-Identifier: GPL-2.0-only
/* Tests of times: few of them, and more than are kept. */
#include "../times.h"

#include "../fail.h"
#include "check.h"

void fail_memory(void)
{
	abort();
}

/* Return 1 to @count, unordered: the step has no factor in common with @count. */
static struct times times_to(uint64_t count, uint64_t step)
{
	struct times times = { 0 };
	uint64_t i;

	for (i = 1; i <= count; i++)
		times_add(&times, i * step % count + 1);
	return times;
}

static void none(void)
{
	struct times times = { 0 };

	CHECK_EQ(0, times_mean(&times));
	CHECK_EQ(0, times_percentile(&times, 50));
}

static void few(void)
{
	struct times times = times_to(20, 7);

	CHECK_EQ(1, times.least);
	CHECK_EQ(20, times.most);
	CHECK_EQ(10, times_mean(&times));
	CHECK_EQ(1, times_percentile(&times, 1));
	CHECK_EQ(10, times_percentile(&times, 50));
	CHECK_EQ(18, times_percentile(&times, 90));
	CHECK_EQ(20, times_percentile(&times, 99));
	CHECK_EQ(20, times_percentile(&times, 100));
	free(times.kept);
}

/* As many times as can be kept: all of them count. */
static void all_that_are_kept(void)
{
	struct times times = times_to(TIMES_KEPT, 7);

	CHECK_EQ(TIMES_KEPT, times.nr);
	CHECK_EQ(TIMES_KEPT / 2, times_percentile(&times, 50));
	CHECK_EQ(TIMES_KEPT, times_percentile(&times, 100));
	free(times.kept);
}

/* The times rise, so that keeping only the first or last ones is noticed. */
static void too_many(void)
{
	const uint64_t count = 5 * (uint64_t)TIMES_KEPT / 2;
	struct times times = { 0 };
	uint64_t i;

	for (i = 1; i <= count; i++)
		times_add(&times, i);
	CHECK_EQ(4, times.step);
	CHECK_EQ(count / 4, times.nr);
	for (i = 0; i < times.nr; i++)
		if (times.kept[i] != 4 * i + 1)
			break;
	CHECK_EQ(times.nr, i);
	CHECK_EQ(count, times.count);
	CHECK_EQ(1, times.least);
	CHECK_EQ(count, times.most);
	free(times.kept);
}

int main(void)
{
	static const struct check checks[] = {
		{ "of no times", none },
		{ "of few times", few },
		{ "of as many as are kept", all_that_are_kept },
		{ "of more", too_many },
		{ NULL, NULL },
	};

	return check_all(checks);
}
