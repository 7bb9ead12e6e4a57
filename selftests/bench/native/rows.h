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
 * struct row - what is measured
 * @key: its name for --row
 * @title: what the table calls it
 * @kind: one at a time, in batches, or there and back
 * @commands: whether with commands in the place of packets
 * @batch: packets a batch
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
 * struct result - what came out for one ring in one row
 * @median: millions of packets a second, or nanoseconds there and back
 * @low: the worse end of the chunks, a tenth of which is worse still
 * @high: the better end
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

/* What a ring does in a row; NULL in both if it can not. */
struct native_halves {
	void (*first)(struct native_run *run);
	void (*second)(struct native_run *run);
};

struct native_halves row_halves(const struct row *row,
				const struct native_ring *ring);

struct result row_result(const struct row *row, struct stats *stats);

#endif /* _ION_NATIVE_ROWS_H */
