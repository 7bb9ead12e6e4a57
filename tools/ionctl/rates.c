// SPDX-License-Identifier: GPL-2.0-only
/* Computes rates from counters. */
#include "rates.h"

#include "text.h"
#include "totals.h"

static double rate(uint64_t before, uint64_t after, double seconds)
{
	return after > before ? (double)(after - before) / seconds : 0;
}

static void rates_between(const struct ion_stats *from,
			  const struct ion_stats *to, uint64_t ns,
			  struct rates *rates)
{
	double seconds = (double)ns / 1e9;
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		rates->pushed[ring] = rate(from->ring[ring].pushed,
					   to->ring[ring].pushed, seconds);
	rates->kicks = rate(from->kicks, to->kicks, seconds);
	rates->sleeps = rate(from->sleeps, to->sleeps, seconds);
	rates->wakeups = rate(from->wakeups, to->wakeups, seconds);
	rates->signals = rate(from->signals, to->signals, seconds);
}

void rates_of(const struct channels *before, const struct channels *after,
	      const struct ion_list_entry *entry, struct rates *rates)
{
	static const struct ion_stats zero;
	const struct ion_list_entry *old =
		channels_find(before, entry->channel);

	rates_between(old ? &old->stats : &zero, &entry->stats,
		      after->ns - before->ns, rates);
}

void rates_of_all(const struct channels *before, const struct channels *after,
		  struct rates *rates)
{
	struct ion_stats from = { 0 }, to = { 0 };

	totals_stats(&before->totals, &from);
	totals_stats(&after->totals, &to);
	rates_between(&from, &to, after->ns - before->ns, rates);
}

double rates_total(const struct rates *rates)
{
	double total = 0;
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		total += rates->pushed[ring];
	return total;
}

/* Put a rate into an object, rounded to a tenth. */
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
