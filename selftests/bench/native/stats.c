// SPDX-License-Identifier: GPL-2.0-only
/* Computes percentiles over the chunks of all rounds. */
#include <stdlib.h>
#include <string.h>

#include "stats.h"

int stats_add(struct stats *stats, const double *took, unsigned int chunks)
{
	unsigned int all = stats->chunks + chunks;

	if (all > stats->room) {
		double *larger =
			realloc(stats->took, 2 * all * sizeof(*larger));

		if (!larger)
			return 0;
		stats->took = larger;
		stats->room = 2 * all;
	}
	memcpy(stats->took + stats->chunks, took, chunks * sizeof(*took));
	stats->chunks = all;
	return 1;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double stats_percentile(struct stats *stats, double percent)
{
	if (!stats->chunks)
		return 0;
	qsort(stats->took, stats->chunks, sizeof(*stats->took), compare);
	return stats->took[(unsigned int)((stats->chunks - 1) * percent / 100)];
}
