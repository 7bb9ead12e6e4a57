// SPDX-License-Identifier: GPL-2.0-only
/* The rows and the rings. */
#include <assert.h>

#include "rows.h"

/* This many turns take about ten nanoseconds. */
#define WORK 32

const struct row rows[] = {
	{ "one", "packets, one at a time, balanced", ROW_ONE, false, 1, 0, 0 },
	{ "fast-producer", "packets, one at a time, fast producer", ROW_ONE,
	  false, 1, 0, WORK },
	{ "fast-consumer", "packets, one at a time, fast consumer", ROW_ONE,
	  false, 1, WORK, 0 },
	{ "batch-8", "packets, batches of 8", ROW_BATCH, false, 8, 0, 0 },
	{ "batch-32", "packets, batches of 32", ROW_BATCH, false, 32, 0, 0 },
	{ "batch-128", "packets, batches of 128", ROW_BATCH, false, 128, 0, 0 },
	{ "cmd-32", "commands, batches of 32", ROW_BATCH, true, 32, 0, 0 },
	{ "trip", "round trip of a packet", ROW_TRIP, false, 1, 0, 0 },
};

const unsigned int nr_rows = sizeof(rows) / sizeof(*rows);

const struct native_ring *const rings[] = {
	&native_ion_split,
	&native_ion_compact,
	&native_ion_library,
	&native_ion_in_place,
	&native_plain,
	&native_rte_ring,
	&native_rte_ring_zc,
	&native_ck_ring,
	&native_ck_ring_pointers,
	&native_boost,
	&native_readerwriterqueue,
	&native_atomic_queue,
	&native_line,
};

const unsigned int nr_rings = sizeof(rings) / sizeof(*rings);

static_assert(sizeof(rings) / sizeof(*rings) <= RINGS_MAX, "room for all");

struct native_halves row_halves(const struct row *row,
				const struct native_ring *ring)
{
	const struct native_loops *loops = row->commands ? &ring->command
							 : &ring->packet;

	switch (row->kind) {
	case ROW_ONE:
		return (struct native_halves){ loops->produce, loops->consume };
	case ROW_BATCH:
		return (struct native_halves){ loops->produce_batches,
					       loops->consume_batches };
	default:
		return (struct native_halves){ loops->answer, loops->ask };
	}
}

struct result row_result(const struct row *row, struct stats *stats)
{
	double middle = stats_percentile(stats, 50);
	double slow = stats_percentile(stats, 90);
	double fast = stats_percentile(stats, 10);

	if (row->kind == ROW_TRIP)
		return (struct result){ middle, slow, fast };
	return (struct result){ 1e3 / middle, 1e3 / slow, 1e3 / fast };
}
