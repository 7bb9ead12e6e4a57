/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring of ion's between two threads: where its words are in either layout is
 * as the driver has it, and nothing of the driver is used.
 */
#ifndef _ION_NATIVE_ION_H
#define _ION_NATIVE_ION_H

#include <ion/ring.h>

#include "packet.h"

/**
 * struct ring - a ring, and both of its ends
 * @words: where what is shared lies
 * @producer: the end that pushes, while nobody has it
 * @consumer: the end that pops
 * @memory: what is shared
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
 * An end is a copy: it is in registers, as the compiler can not know that a slot
 * is no part of a view in memory.
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
