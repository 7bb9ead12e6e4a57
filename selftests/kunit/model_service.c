// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: the service of a channel, beside the model. */
#include <linux/minmax.h>
#include <linux/string.h>

#include "calls.h"
#include "model.h"

/* Check that the service got the oldest packets of the model. */
static void model_popped(struct model_call *call, const void *slots, u32 n)
{
	struct model *model = call->model;
	struct ion_path *path = model_path(model, call->path);
	u64 words[MODEL_WORDS], number;
	u32 i;

	for (i = 0; i < n; i++) {
		number = queue_pop(&model->queue[path->out_id]);
		queue_push(&model->hand[call->path], number);
		ion_check_word(words, path, number);
		ion_check_is(&model->fix->check,
			     memcmp(words, slots + i * path->size, path->size),
			     0, "step %u: %s %llu at the service", model->step,
			     path->name, number);
	}
}

void model_pop(struct fixture *fix, void *arg)
{
	struct model_call *call = arg;
	const struct calls *calls = &calls_of[call->path];
	struct model *model = call->model;
	enum ion_ring_id id = model_path(model, call->path)->out_id;
	struct ion_ring *ring = ion_channel_ring(fix->check.ch, id);
	u32 n, count = model->queue[id].count;
	const void *slots = model->slots;

	switch (call->how) {
	case 0:
		n = calls->pop(ring, model->slots);
		call->want = 1;
		break;
	case 1:
		n = calls->pop_n(ring, model->slots, call->want);
		break;
	default:
		call->want = min(call->want, ION_PEEK_MAX);
		n = calls->peek(ring, &slots, call->want);
		break;
	}
	ion_check_is(&fix->check, n, min(call->want, count),
		     "step %u: popped", model->step);
	model_popped(call, slots, n);
	if (call->how > 1 && n)
		ion_check_is(&fix->check, calls->release(ring, n), n,
			     "step %u: released", model->step);
}

/* The packets that the service holds, the oldest first. */
static void model_fill(struct model_call *call, void *slots, u32 n)
{
	const struct queue *hand = &call->model->hand[call->path];
	struct ion_path *path = model_path(call->model, call->path);
	u64 words[MODEL_WORDS];
	u32 i;

	for (i = 0; i < n; i++) {
		ion_check_word(words, path, hand->number[i]);
		memcpy(slots + i * path->size, words, path->size);
	}
}

static u32 model_reserve(struct model_call *call, struct ion_ring *ring)
{
	const struct calls *calls = &calls_of[call->path];
	void *slots;
	u32 n;

	call->want = min(call->want, ION_PEEK_MAX);
	n = calls->reserve(ring, &slots, call->want);
	if (!n)
		return 0;
	model_fill(call, slots, n);
	return calls->commit(ring, n);
}

void model_push(struct fixture *fix, void *arg)
{
	struct model_call *call = arg;
	const struct calls *calls = &calls_of[call->path];
	struct model *model = call->model;
	struct queue *hand = &model->hand[call->path];
	enum ion_ring_id id = model_path(model, call->path)->in_id;
	struct ion_ring *ring = ion_channel_ring(fix->check.ch, id);
	struct queue *queue = &model->queue[id];
	u32 n;

	call->want = min(call->want, hand->count);
	if (!call->want)
		return;
	model_fill(call, model->slots, call->want);
	switch (call->how) {
	case 0:
		call->want = 1;
		n = calls->push(ring, model->slots);
		break;
	case 1:
		n = calls->push_n(ring, model->slots, call->want);
		break;
	default:
		n = model_reserve(call, ring);
		break;
	}
	ion_check_is(&fix->check, n, min(call->want, queue_room(queue)),
		     "step %u: pushed", model->step);
	while (n--)
		queue_push(queue, queue_pop(hand));
}

/* Past the packets that the service holds: in order only if it holds none. */
void model_move(struct fixture *fix, void *arg)
{
	struct model_call *call = arg;
	struct model *model = call->model;
	struct ion_path *path = model_path(model, call->path);
	struct queue *from = &model->queue[path->out_id];
	struct queue *to = &model->queue[path->in_id];
	u32 n;

	if (model->hand[call->path].count)
		return;
	n = calls_of[call->path].move(fixture_ring(fix, path->out_id),
				      fixture_ring(fix, path->in_id), call->want);
	ion_check_is(&fix->check, n,
		     min3(call->want, from->count, queue_room(to)),
		     "step %u: moved", model->step);
	while (n--)
		queue_push(to, queue_pop(from));
}
