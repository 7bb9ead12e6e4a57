/* SPDX-License-Identifier: GPL-2.0-only */
/* A model of a channel, in which a ring is an array of the numbers of packets. */
#ifndef _ION_KUNIT_MODEL_H
#define _ION_KUNIT_MODEL_H

#include <linux/string.h>

#include "ion_kunit.h"

#define MODEL_MAX	64
#define MODEL_WORDS	(sizeof(struct ion_cmd_packet) / sizeof(u64))

/**
 * struct queue - packets in order, by their numbers
 * @count: how many packets
 * @max: how many there may be
 * @number: their numbers, the oldest first
 * @pushed: how many were ever pushed
 * @popped: how many were popped
 * @discarded: how many were discarded
 */
struct queue {
	u32 count;
	u32 max;
	u64 number[MODEL_MAX];
	u64 pushed;
	u64 popped;
	u64 discarded;
};

/**
 * struct model - the expected state of the channel
 * @fix: the channel
 * @seed: of the random numbers
 * @step: how many steps were made
 * @queue: the rings
 * @hand: packets that the service popped and has not pushed yet, by path
 * @slots: space for packets
 */
struct model {
	struct fixture *fix;
	u64 seed;
	u32 step;
	struct queue queue[ION_RINGS];
	struct queue hand[ION_PATHS];
	u64 slots[MODEL_MAX * MODEL_WORDS] __aligned(16);
};

/**
 * struct model_call - a call of the service
 * @model: the model
 * @path: the path
 * @want: how many packets
 * @how: the kind of call
 */
struct model_call {
	struct model *model;
	unsigned int path;
	u32 want;
	u32 how;
};

static inline u32 queue_room(const struct queue *queue)
{
	return queue->max - queue->count;
}

static inline void queue_push(struct queue *queue, u64 number)
{
	queue->number[queue->count++] = number;
	queue->pushed++;
}

static inline u64 queue_pop(struct queue *queue)
{
	u64 number = queue->number[0];

	queue->count--;
	memmove(queue->number, queue->number + 1,
		queue->count * sizeof(queue->number[0]));
	queue->popped++;
	return number;
}

static inline void queue_discard(struct queue *queue)
{
	queue->discarded += queue->count;
	queue->count = 0;
}

static inline struct ion_path *model_path(struct model *model, unsigned int path)
{
	return &model->fix->check.path[path];
}

/* model_service.c: the calls of the service, in doorbell() or outside of it. */
void model_pop(struct fixture *fix, void *arg);
void model_push(struct fixture *fix, void *arg);
void model_move(struct fixture *fix, void *arg);

#endif /* _ION_KUNIT_MODEL_H */
