/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters and rates, as text and as JSON: what ionctl stats prints. */
#ifndef _IONCTL_STATS_H
#define _IONCTL_STATS_H

#include "channels.h"

/* Most channels on one command line. */
#define CHANNELS_MAX 64

/**
 * struct arenas - the buffers of a channel, or of all channels
 * @buffers: how many there are
 * @size: bytes of each, 0 of all channels
 * @owned: how many belong to the user end
 */
struct arenas {
	uint64_t buffers;
	uint32_t size;
	uint64_t owned;
};

/* Lines about them, and about payloads that wait; none if there are no buffers. */
void arenas_text(FILE *to, const struct arenas *arenas,
		 const struct ion_stats *stats);

/*
 * Each takes the numbers of channels, all of which are there; with none of them
 * it prints the sum of all channels.
 */

void stats_text(const struct channels *channels, const uint64_t *channel,
		size_t count);
void stats_json(const struct channels *channels, const uint64_t *channel,
		size_t count);

/* @n: number of the report, from 0: titles are repeated. */
void rates_report_text(const struct channels *before,
		       const struct channels *after, const uint64_t *channel,
		       size_t count, uint64_t n);
void rates_report_json(const struct channels *before,
		       const struct channels *after, const uint64_t *channel,
		       size_t count);

#endif /* _IONCTL_STATS_H */
