/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ION_NATIVE_ROWS_H
#define _ION_NATIVE_ROWS_H

#include "native.h"
#include "stats.h"

#define RINGS_MAX 16

enum row_kind {
	ROW_ONE,
	ROW_BATCH,
	ROW_TRIP,
};

/**
 * struct row - a row of the table
 * @key: its name for --row
 * @title: its name in the table
 * @kind: one at a time, in batches, or there and back
 * @commands: with commands instead of packets
 * @batch: packets in a batch
 * @producer_work: as in &struct native_run
 * @consumer_work: as in &struct native_run
 */
struct row {
	const char *key;
	const char *title;
	enum row_kind kind;
	bool commands;
	unsigned int batch;
	unsigned int producer_work;
	unsigned int consumer_work;
};

/**
 * struct result - the result of one ring in one row
 * @median: millions of packets a second, or nanoseconds there and back
 * @low: a tenth of the chunks are worse than this
 * @high: a tenth of the chunks are better than this
 */
struct result {
	double median;
	double low;
	double high;
};

extern const struct row rows[];
extern const unsigned int nr_rows;
extern const struct native_ring *const rings[];
extern const unsigned int nr_rings;

/* The functions of a ring in a row; both are NULL if it cannot run there. */
struct native_halves {
	void (*first)(struct native_run *run);
	void (*second)(struct native_run *run);
};

struct native_halves row_halves(const struct row *row,
				const struct native_ring *ring);

struct result row_result(const struct row *row, struct stats *stats);

#endif /* _ION_NATIVE_ROWS_H */
