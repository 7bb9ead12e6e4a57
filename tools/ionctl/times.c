// SPDX-License-Identifier: GPL-2.0-only
/* Collects times and computes their minimum, mean, percentiles and maximum. */
#include <stdlib.h>
#include <time.h>

#include "fail.h"
#include "times.h"

uint64_t times_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void make_room(struct times *t)
{
	size_t room = t->room ? 2 * t->room : 1024;
	uint64_t *kept = realloc(t->kept, room * sizeof(*kept));

	if (!kept)
		fail_memory();
	t->kept = kept;
	t->room = room;
}

/* Drop every second kept time, and keep half as many of the next ones. */
static void thin_out(struct times *t)
{
	size_t i;

	for (i = 0; i < t->nr / 2; i++)
		t->kept[i] = t->kept[2 * i];
	t->nr /= 2;
	t->step *= 2;
}

static void keep(struct times *t, uint64_t ns)
{
	if (!t->step)
		t->step = 1;
	if (t->count % t->step)
		return;
	if (t->nr == TIMES_KEPT) {
		thin_out(t);
		if (t->count % t->step)
			return;
	}
	if (t->nr == t->room)
		make_room(t);
	t->kept[t->nr++] = ns;
}

void times_add(struct times *t, uint64_t ns)
{
	if (!t->count || ns < t->least)
		t->least = ns;
	if (ns > t->most)
		t->most = ns;
	keep(t, ns);
	t->sum += ns;
	t->count++;
}

uint64_t times_mean(const struct times *t)
{
	return t->count ? t->sum / t->count : 0;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t times_percentile(struct times *t, unsigned int percent)
{
	size_t rank = (t->nr * percent + 99) / 100;

	if (!t->nr)
		return 0;
	qsort(t->kept, t->nr, sizeof(*t->kept), compare);
	return t->kept[rank ? rank - 1 : 0];
}
