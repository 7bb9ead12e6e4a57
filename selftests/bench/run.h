/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs peers, and holds their results. */
#ifndef _ION_BENCH_RUN_H
#define _ION_BENCH_RUN_H

#include <stddef.h>

#include "bench.h"

/* The most rows, and the most peers of a row. */
#define ROWS_MAX  16
#define PEERS_MAX 8

/* Bytes of a reason. */
#define REASON_MAX 256

/**
 * struct samples - the chunks of one peer with one size of a batch
 * @value: packets a nanosecond of each chunk of all rounds
 * @nr: number of chunks
 * @room: number of chunks that @value has memory for
 */
struct samples {
	double *value;
	size_t nr;
	size_t room;
};

/**
 * struct figure - summary of samples, in the unit of the row
 * @median: the median
 * @low: a tenth of the chunks are below
 * @high: a tenth of the chunks are above
 * @chunks: number of chunks; 0: nothing was measured
 */
struct figure {
	double median;
	double low;
	double high;
	size_t chunks;
};

/**
 * struct result - the result of one row
 * @samples: samples of each peer with each size of a batch
 * @reason: why a peer could not be measured; empty: it could
 */
struct result {
	struct samples samples[PEERS_MAX][BATCHES_MAX];
	char reason[PEERS_MAX][REASON_MAX];
};

/**
 * struct options - the command line
 * @only: ids of rows, with commas; NULL: all rows
 * @rounds: number of rounds
 * @seconds: seconds for each figure of a round
 */
struct options {
	const char *only;
	unsigned int rounds;
	double seconds;
};

bool row_wanted(const struct options *options, const char *id);

/* Run one round of a row; each round begins with another peer. */
bool run_row(const struct row *row, struct result *result, unsigned int round,
	     double seconds);

void samples_add(struct samples *samples, double value);
struct figure figure_of(const struct row *row, struct samples *samples);

/* Return how many times its best peer ion is; 0 if that is unknown. */
double ratio_of(const struct row *row, struct result *result);

/**
 * struct fact - a count rather than a rate
 * @name: its name
 * @value: its value
 * @unit: its unit
 */
struct fact {
	const char *name;
	double value;
	const char *unit;
};

#define FACTS_MAX 24

/* Count system calls, sleep and memory; return the number of facts. */
unsigned int facts_count(struct fact *facts, double seconds);

void table_print(struct result *results, const struct options *options,
		 const struct fact *facts, unsigned int nr_facts,
		 struct samples *line);
bool json_write(const char *path, struct result *results,
		const struct options *options, const struct fact *facts,
		unsigned int nr_facts, struct samples *line);

#endif /* _ION_BENCH_RUN_H */
