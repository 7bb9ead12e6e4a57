/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ION_NATIVE_STATS_H
#define _ION_NATIVE_STATS_H

/**
 * struct stats - the times of the chunks of one ring in one row
 * @took: nanoseconds for a packet in each chunk, unsorted
 * @chunks: number of chunks
 * @room: number of chunks that @took has memory for
 */
struct stats {
	double *took;
	unsigned int chunks;
	unsigned int room;
};

/* Add the chunks of a round; return false if there is no memory. */
int stats_add(struct stats *stats, const double *took, unsigned int chunks);

/* Return the time that @percent percent of the chunks do not exceed, or 0. */
double stats_percentile(struct stats *stats, double percent);

#endif /* _ION_NATIVE_STATS_H */
