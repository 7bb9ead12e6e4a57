// SPDX-License-Identifier: GPL-2.0-only
/* How fast counters run. */
#include "rates.h"

#include <string.h>

#include "text.h"

static double rate(uint64_t before, uint64_t after, double seconds)
{
	return after > before ? (double)(after - before) / seconds : 0;
}

void rates_of(const struct channels *before, const struct channels *after,
	      const struct ion_list_entry *entry, struct rates *rates)
{
	static const struct ion_stats zero;
	const struct ion_list_entry *old =
		channels_find(before, entry->channel);
	const struct ion_stats *from = old ? &old->stats : &zero;
	const struct ion_stats *to = &entry->stats;
	double seconds = (double)(after->ns - before->ns) / 1e9;
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		rates->pushed[ring] = rate(from->ring[ring].pushed,
					   to->ring[ring].pushed, seconds);
	rates->kicks = rate(from->kicks, to->kicks, seconds);
	rates->sleeps = rate(from->sleeps, to->sleeps, seconds);
	rates->wakeups = rate(from->wakeups, to->wakeups, seconds);
	rates->signals = rate(from->signals, to->signals, seconds);
}

void rates_of_all(const struct channels *before, const struct channels *after,
		  struct rates *rates)
{
	unsigned int ring;
	size_t i;

	memset(rates, 0, sizeof(*rates));
	for (i = 0; i < after->count; i++) {
		struct rates one;

		rates_of(before, after, &after->entry[i], &one);
		for (ring = 0; ring < ION_RINGS; ring++)
			rates->pushed[ring] += one.pushed[ring];
		rates->kicks += one.kicks;
		rates->sleeps += one.sleeps;
		rates->wakeups += one.wakeups;
		rates->signals += one.signals;
	}
}

double rates_total(const struct rates *rates)
{
	double total = 0;
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		total += rates->pushed[ring];
	return total;
}

/* A tenth is as precise as such a number gets. */
static void put_rate(json_t *object, const char *key, double number)
{
	json_put_real(object, key, (double)(uint64_t)(number * 10 + 0.5) / 10);
}

json_t *rates_json(const struct rates *rates)
{
	json_t *object = json_new_object();
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		put_rate(object, ring_name(ring), rates->pushed[ring]);
	put_rate(object, "kicks", rates->kicks);
	put_rate(object, "sleeps", rates->sleeps);
	put_rate(object, "wakeups", rates->wakeups);
	put_rate(object, "signals", rates->signals);
	return object;
}
