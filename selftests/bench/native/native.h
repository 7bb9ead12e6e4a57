/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings between two threads of one program: the interface between a ring and the
 * benchmark.
 */
#ifndef _ION_NATIVE_H
#define _ION_NATIVE_H

#include <linux/ion.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NATIVE_SLOTS  256U
#define NATIVE_BURST  128U /* the largest batch */
#define NATIVE_CHUNKS 65536U

/**
 * struct native_run - a run of two threads, and its times
 * @ring: rings made by open(); the second one is the way back of a round trip
 * @batch: packets in a batch
 * @chunk: packets, or round trips, between two readings of the clock
 * @producer_work: turns of an empty loop for each packet, at the producer
 * @consumer_work: the same at the consumer
 * @seconds: length of the run
 * @latest: when to give up a chunk that is not completed
 * @stop: set by the thread that reads the clock, which owns the fields below
 * @wrong: number of the first wrong packet plus one
 * @took: nanoseconds for a packet, averaged over each chunk
 * @chunks: number of chunks
 * @started: when the current chunk began
 * @ends: when the run ends
 */
struct native_run {
	void *ring[2];
	unsigned int batch;
	unsigned int chunk;
	unsigned int producer_work;
	unsigned int consumer_work;
	double seconds;
	__u64 latest;
	int stop;

	__u64 wrong __attribute__((aligned(128)));
	double *took;
	unsigned int chunks;
	__u64 started;
	__u64 ends;
};

/**
 * struct native_loops - the loops of the two threads, for one kind of packet
 * @produce: push packets one at a time until @stop of the run is set
 * @consume: pop and check them, and set @stop
 * @ask: push one, wait until it comes back, and set @stop
 * @answer: send back the packets that come
 * @push: push a number of packets for which there is room
 * @pop: pop a number of packets that are queued
 * @produce_batches: as @produce, in batches; NULL if the ring has none
 * @consume_batches: as @consume, in batches
 * @push_batches: as @push, in batches
 * @pop_batches: as @pop, in batches
 */
struct native_loops {
	void (*produce)(struct native_run *run);
	void (*consume)(struct native_run *run);
	void (*ask)(struct native_run *run);
	void (*answer)(struct native_run *run);
	void (*push)(void *ring, unsigned int count);
	void (*pop)(void *ring, unsigned int count);
	void (*produce_batches)(struct native_run *run);
	void (*consume_batches)(struct native_run *run);
	void (*push_batches)(void *ring, unsigned int count,
			     unsigned int batch);
	void (*pop_batches)(void *ring, unsigned int count, unsigned int batch);
};

/**
 * struct native_ring - a ring to be measured
 * @name: its name in the table and for --only
 * @open: make a ring of NATIVE_SLOTS for packets of a size in bytes, or NULL
 * @close: free it
 * @packet: loops for packets of 24 bytes
 * @command: loops for commands of 32 bytes
 */
struct native_ring {
	const char *name;
	void *(*open)(size_t size);
	void (*close)(void *ring);
	struct native_loops packet;
	struct native_loops command;
};

/* Allocate zeroed memory at the start of a page; native_free() frees it. */
void *native_alloc(size_t bytes);
void native_free(void *memory);

__u64 native_now(void);

/* Record a chunk of @packets packets; return false when the time is up. */
bool native_chunk(struct native_run *run, __u64 packets);

extern const struct native_ring native_ion_split;
extern const struct native_ring native_ion_compact;
extern const struct native_ring native_ion_library;
extern const struct native_ring native_ion_in_place;
extern const struct native_ring native_line;
extern const struct native_ring native_plain;
extern const struct native_ring native_rte_ring;
extern const struct native_ring native_rte_ring_zc;
extern const struct native_ring native_ck_ring;
extern const struct native_ring native_ck_ring_pointers;
extern const struct native_ring native_boost;
extern const struct native_ring native_readerwriterqueue;
extern const struct native_ring native_atomic_queue;

#ifdef __cplusplus
}
#endif

#endif /* _ION_NATIVE_H */
