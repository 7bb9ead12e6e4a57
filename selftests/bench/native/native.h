/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings between two threads of one program: what a ring has to tell of itself
 * to be measured, and what the driver tells it.
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
 * struct native_run - what two threads do together, and what it took
 * @ring: what open() made; the second one is the way back of a round trip
 * @batch: packets a batch
 * @chunk: packets, or round trips, between two looks at the clock
 * @producer_work: turns of an empty loop for each packet, at the producer
 * @consumer_work: the same at the consumer
 * @seconds: how long
 * @latest: when to give up a chunk that does not get full
 * @stop: set by the one that looks at the clock, which has what follows
 * @wrong: the first packet that was not what it should be, and one more
 * @took: nanoseconds for a packet, on the average of each chunk
 * @chunks: how many chunks there are
 * @started: when the present chunk began
 * @ends: when all of it is to end
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
 * struct native_loops - the inside of the two threads, for one kind of packet
 * @produce: push packets one at a time until told to stop
 * @consume: pop and check them, and tell when to stop
 * @ask: push one, wait for it to come back, and tell when to stop
 * @answer: send back what comes
 * @push: push so many packets, which there is room for
 * @pop: pop so many packets, which are there
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
 * @name: what the table calls it, and --only
 * @open: a ring of NATIVE_SLOTS for packets of so many bytes, or NULL
 * @close: free it
 * @packet: for packets of 24 bytes
 * @command: for commands of 32 bytes
 */
struct native_ring {
	const char *name;
	void *(*open)(size_t size);
	void (*close)(void *ring);
	struct native_loops packet;
	struct native_loops command;
};

/* Zeroed memory that begins with a page, for native_free(). */
void *native_alloc(size_t bytes);
void native_free(void *memory);

__u64 native_now(void);

/* Called after each chunk of so many packets: false when the time is up. */
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
