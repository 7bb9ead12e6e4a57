/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the threads of a hostile program share: its channels, those of innocent
 * ones beside it, and what it does.
 */
#ifndef _ION_HOSTILE_ROUND_H
#define _ION_HOSTILE_ROUND_H

#include "pair_test.h"

#define HOSTILE_SLOTS	64
#define HOSTILE_BUFFERS 48
#define HOSTILE_SIZE	256

/**
 * struct kind - what a hostile program has
 * @service: of its channel
 * @rate: of a source that pushes from a timer, or 0
 * @layout: of its rings
 * @arena: it has buffers
 */
struct kind {
	const char *service;
	__u64 rate;
	__u32 layout;
	bool arena;
};

/**
 * struct hostile - a round
 * @kind: what it is about
 * @ch: what everybody writes to; the second one if they are a pair
 * @nr: how many of these there are
 * @calm: an innocent echo, and an innocent pair
 * @eventfd: of the hostile channels, now and then
 * @stop: it is over
 * @calls: made on the hostile channels
 * @writes: to their memory
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
ION_HELPER struct hostile *hostile_of(const struct task *task)
{
	return (struct hostile *)(unsigned long)task->arg[1];
}

ION_HELPER struct channel *hostile_any(struct hostile *h, __u64 *seed)
{
	return &h->ch[arena_below(seed, h->nr)];
}

ION_HELPER bool hostile_is(const struct hostile *h, const char *service)
{
	return !strcmp(h->kind->service, service);
}

/* Whether the program may write there: nothing else is tried, it would die. */
ION_HELPER bool hostile_may_write(const struct channel *ch, __u64 offset)
{
	const struct ion_info *info = &ch->info;
	unsigned int i;

	for (i = 0; i < info->nr_areas; i++)
		if (offset - info->area[i].offset < info->area[i].length)
			return info->area[i].prot & PROT_WRITE;
	return false;
}

#endif /* _ION_HOSTILE_ROUND_H */
