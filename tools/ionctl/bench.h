/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to send packets there and back that ionctl bench compares. One way at
 * a time is open.
 */
#ifndef _IONCTL_BENCH_H
#define _IONCTL_BENCH_H

#include "ionctl.h"

/* The largest batch. */
#define BENCH_BATCH 128

/**
 * struct bench - one way
 * @name: its name
 * @open: prepare it; return EXIT_OK, or report an error and return its status
 * @close: undo @open
 * @put: send up to @count packets, numbered from @number on; return how many
 *	were sent
 * @get: take up to @count packets that came back, expected to be numbered from
 *	@number on; return how many, -1 if one is wrong
 * @wait: sleep until there are packets to get
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

/* Make the packet with a number; check whether a packet is the one expected. */
struct ion_packet bench_packet(uint64_t number);
bool bench_is_packet(const struct ion_packet *packet, uint64_t number);

#endif /* _IONCTL_BENCH_H */
