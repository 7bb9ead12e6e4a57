/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ION_NATIVE_STATS_H
#define _ION_NATIVE_STATS_H

/**
 * struct stats - what the chunks of one ring in one row took
 * @took: nanoseconds for a packet in each chunk, unsorted
 * @chunks: how many there are
 * @room: for how many there is room
 */
struct stats {
	double *took;
	unsigned int chunks;
	unsigned int room;
};

/* The chunks of a round join those before; false without memory. */
int stats_add(struct stats *stats, const double *took, unsigned int chunks);

/* What so many percent of the chunks took at the most; 0 if there is none. */
double stats_percentile(struct stats *stats, double percent);

#endif /* _ION_NATIVE_STATS_H */
