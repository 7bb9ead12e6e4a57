/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints counters and rates, as text or JSON, for ionctl stats. */
#ifndef _IONCTL_STATS_H
#define _IONCTL_STATS_H

#include "channels.h"

/* The largest number of channels on a command line. */
#define CHANNELS_MAX 64

/**
 * struct arenas - the buffers of a channel, or of all channels
 * @buffers: number of buffers
 * @size: bytes of each buffer; 0 for the sum of all channels
 * @owned: number of buffers that the user end owns
 */
struct arenas {
	uint64_t buffers;
	uint32_t size;
	uint64_t owned;
};

/* Print lines about buffers and waiting payloads, if there are buffers. */
void arenas_text(FILE *to, const struct arenas *arenas,
		 const struct ion_stats *stats);

/*
 * Each takes the numbers of channels, which must all be in @channels or @after;
 * without channels it prints the sum of all channels.
 */

void stats_text(const struct channels *channels, const uint64_t *channel,
		size_t count);
void stats_json(const struct channels *channels, const uint64_t *channel,
		size_t count);

/* @n: number of the report, from 0, to repeat the titles. */
void rates_report_text(const struct channels *before,
		       const struct channels *after, const uint64_t *channel,
		       size_t count, uint64_t n);
void rates_report_json(const struct channels *before,
		       const struct channels *after, const uint64_t *channel,
		       size_t count);

#endif /* _IONCTL_STATS_H */
