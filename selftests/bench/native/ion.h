/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring of ion between two threads. Its words are where the driver puts them in
 * either layout, but the driver is not used.
 */
#ifndef _ION_NATIVE_ION_H
#define _ION_NATIVE_ION_H

#include <ion/ring.h>

#include "packet.h"

/**
 * struct ring - a ring, and both of its ends
 * @words: addresses of the shared words
 * @producer: the producer's end, while no thread uses it
 * @consumer: the consumer's end, likewise
 * @memory: the shared memory
 */
struct ring {
	struct ion_ring_words words;
	struct ion_producer producer __attribute__((aligned(128)));
	struct ion_consumer consumer __attribute__((aligned(128)));
	void *memory;
};

void *ring_open_split(size_t size);
void *ring_open_compact(size_t size);
void ring_close(void *ring);

/*
 * A thread copies its end, so that it is in registers: the compiler cannot know
 * that a slot is not part of a view in memory.
 */
struct producer {
	struct ion_producer end;
};

struct consumer {
	struct ion_consumer end;
};

static inline struct producer producer_of(void *ring)
{
	return (struct producer){ ((struct ring *)ring)->producer };
}

static inline void producer_done(void *ring, const struct producer *p)
{
	((struct ring *)ring)->producer = p->end;
}

static inline struct consumer consumer_of(void *ring)
{
	return (struct consumer){ ((struct ring *)ring)->consumer };
}

static inline void consumer_done(void *ring, const struct consumer *c)
{
	((struct ring *)ring)->consumer = c->end;
}

#endif /* _ION_NATIVE_ION_H */
