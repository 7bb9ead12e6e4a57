// SPDX-License-Identifier: GPL-2.0-only
/* Reads the totals of all channels since the module was loaded. */
#include "totals.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "open.h"

/* Other programs may read them too, each for a few microseconds: try again. */
#define TRIES 100

int totals_read(int fd, struct ion_totals *totals)
{
	struct ion_query query = { .size = sizeof(query) };
	int tries = 0;
	int ret;

	query.totals = (uintptr_t)totals;
	do {
		memset(totals, 0, sizeof(*totals));
		totals->size = sizeof(*totals);
		ret = device_call(fd, ION_IOC_QUERY, &query);
	} while (ret == -EBUSY && ++tries < TRIES && !sched_yield());
	return ret;
}

static void ring_stats(const struct ion_ring_totals *from,
		       struct ion_ring_stats *to)
{
	to->pushed = from->pushed;
	to->popped = from->popped;
	to->discarded = from->discarded;
	to->queued = (uint32_t)from->queued;
	to->full = from->full;
	to->bad_id = from->bad_id;
	to->bad_range = from->bad_range;
	to->bad_owner = from->bad_owner;
}

void totals_stats(const struct ion_totals *totals, struct ion_stats *stats)
{
	unsigned int ring;

	stats->calls = totals->calls;
	stats->kicks = totals->kicks;
	stats->kicks_spurious = totals->kicks_spurious;
	stats->sleeps = totals->sleeps;
	stats->wakeups = totals->wakeups;
	stats->signals = totals->signals;
	stats->resets = totals->resets;
	stats->held_total = totals->held_total;
	for (ring = 0; ring < ION_RINGS; ring++)
		ring_stats(&totals->ring[ring], &stats->ring[ring]);
}
