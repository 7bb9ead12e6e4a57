/* SPDX-License-Identifier: GPL-2.0-only */
/* Running peers, and what comes of it. */
#ifndef _ION_BENCH_RUN_H
#define _ION_BENCH_RUN_H

#include <stddef.h>

#include "bench.h"

/* Most rows, and most peers of a row. */
#define ROWS_MAX  16
#define PEERS_MAX 8

/* Bytes of a reason. */
#define REASON_MAX 256

/**
 * struct samples - figures of the chunks of one peer with one size of a batch
 * @value: packets a nanosecond, of all rounds
 * @nr: how many
 * @room: for how many there is room
 */
struct samples {
	double *value;
	size_t nr;
	size_t room;
};

/**
 * struct figure - what they come to, in the unit of the row
 * @median: the median
 * @low: a tenth of the chunks were below
 * @high: a tenth of the chunks were above
 * @chunks: how many there were, 0: nothing was measured
 */
struct figure {
	double median;
	double low;
	double high;
	size_t chunks;
};

/**
 * struct result - of one row
 * @samples: of each peer, of each size of a batch
 * @reason: why a peer could not be measured; empty: it could
 */
struct result {
	struct samples samples[PEERS_MAX][BATCHES_MAX];
	char reason[PEERS_MAX][REASON_MAX];
};

/**
 * struct options - what the command line says
 * @only: ids of rows, with commas; NULL: all of them
 * @rounds: how many
 * @seconds: for each figure of a round
 */
struct options {
	const char *only;
	unsigned int rounds;
	double seconds;
};

bool row_wanted(const struct options *options, const char *id);

/* One round of one row; another peer comes first in each. */
bool run_row(const struct row *row, struct result *result, unsigned int round,
	     double seconds);

void samples_add(struct samples *samples, double value);
struct figure figure_of(const struct row *row, struct samples *samples);

/* How many times its best peer ion is; 0: that can not be said. */
double ratio_of(const struct row *row, struct result *result);

/**
 * struct fact - a number that is counted, and not a rate
 * @name: what it is
 * @value: how many
 * @unit: of what
 */
struct fact {
	const char *name;
	double value;
	const char *unit;
};

#define FACTS_MAX 24

/* System calls, sleep and memory; returns how many facts there are. */
unsigned int facts_count(struct fact *facts, double seconds);

void table_print(struct result *results, const struct options *options,
		 const struct fact *facts, unsigned int nr_facts,
		 struct samples *line);
bool json_write(const char *path, struct result *results,
		const struct options *options, const struct fact *facts,
		unsigned int nr_facts, struct samples *line);

#endif /* _ION_BENCH_RUN_H */
