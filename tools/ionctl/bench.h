/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ionctl bench compares: ways to have packets go to somebody and come back.
 * One at a time is open.
 */
#ifndef _IONCTL_BENCH_H
#define _IONCTL_BENCH_H

#include "ionctl.h"

/* Most packets of a batch. */
#define BENCH_BATCH 128

/**
 * struct bench - one way
 * @name: what it is called
 * @open: get ready. Returns EXIT_OK, or the exit status after it was told.
 * @close: undo that
 * @put: send up to so many, from that number on; returns how many went
 * @get: take up to so many that came back, the first of them with that number;
 *	returns how many, -1 if one of them is another one
 * @wait: sleep until there is something to get
 */
struct bench {
	const char *name;
	int (*open)(void);
	void (*close)(void);
	uint32_t (*put)(uint64_t number, uint32_t count);
	int (*get)(uint64_t number, uint32_t count);
	void (*wait)(void);
};

extern const struct bench bench_kicked_compact;
extern const struct bench bench_kicked_split;
extern const struct bench bench_lent_compact;
extern const struct bench bench_lent_split;
extern const struct bench bench_memory;
extern const struct bench bench_pipe;

/* The packet of a number, and whether one is it. */
struct ion_packet bench_packet(uint64_t number);
bool bench_is_packet(const struct ion_packet *packet, uint64_t number);

#endif /* _IONCTL_BENCH_H */
