/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of the test "hostile": its channels, and those of its
 * innocent neighbours.
 */
#ifndef _ION_HOSTILE_H
#define _ION_HOSTILE_H

#include "long_test.h"
#include "pair_test.h"

#define HOSTILE_SLOTS	64
#define HOSTILE_BUFFERS 48
#define HOSTILE_SIZE	256

/**
 * struct kind - a kind of hostile program
 * @service: the service of its channel
 * @rate: packets a second of a source with a timer, or 0
 * @layout: the layout of its rings
 * @arena: its channel has buffers
 */
struct kind {
	const char *service;
	__u64 rate;
	__u32 layout;
	bool arena;
};

/**
 * struct hostile - a round
 * @kind: the kind of program
 * @ch: the hostile channels; two if they are a pair
 * @nr: how many these are
 * @calm: the innocent channels: an echo and a pair
 * @eventfd: an eventfd that the hostile channels have at times
 * @stop: the threads must return
 * @calls: how many calls were made on the hostile channels
 * @writes: how many writes to their memory
 */
struct hostile {
	const struct kind *kind;
	struct channel ch[2];
	unsigned int nr;
	struct channel calm[3];
	int eventfd;
	bool stop;
	__u64 calls;
	__u64 writes;
};

/* The round that a task belongs to. */
static inline struct hostile *hostile_of(const struct task *task)
{
	return (struct hostile *)(unsigned long)task->arg[1];
}

static inline struct channel *hostile_any(struct hostile *h, __u64 *seed)
{
	return &h->ch[random_below(seed, h->nr)];
}

static inline bool hostile_is(const struct hostile *h, const char *service)
{
	return !strcmp(h->kind->service, service);
}

/* Return whether the program may write there; other writes would kill it. */
static inline bool hostile_may_write(const struct channel *ch, __u64 offset)
{
	const struct ion_info *info = &ch->info;
	unsigned int i;

	for (i = 0; i < info->nr_areas; i++)
		if (offset - info->area[i].offset < info->area[i].length)
			return info->area[i].prot & PROT_WRITE;
	return false;
}

/* The functions of the threads; they return 0, or -errno for a fault. */
int hostile_scribble(struct task *task);
int hostile_call(struct task *task);
int hostile_serve(struct task *task);
int hostile_calm(struct task *task);
int hostile_calm_serve(struct task *task);

/* Reset the channels and use them; return NULL, or what does not work. */
const char *hostile_after(struct hostile *h);

#endif /* _ION_HOSTILE_H */
