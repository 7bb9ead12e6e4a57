// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a channel beside a model of it. A fixed sequence of random numbers
 * decides what both ends do, and after each step channel and model must agree
 * on every packet and on every counter.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "model.h"

#define MODEL_STEPS	3000

static u32 model_random(struct model *model, u32 below)
{
	return fixture_random(&model->seed) % below;
}

/* In doorbell(), or at once if the channel is async. */
static void model_service(struct model *model, struct model_call *call,
			  void (*what)(struct fixture *fix, void *arg))
{
	struct queue *hand = &model->hand[call->path];

	if (what == model_pop)
		call->want = min(call->want, queue_room(hand));
	if (!call->want)
		return;
	if (model->fix->async)
		what(model->fix, call);
	else
		fixture_kick(model->fix, what, call);
}

static void model_user_push(struct model *model, struct model_call *call)
{
	struct ion_path *path = model_path(model, call->path);
	struct queue *queue = &model->queue[path->out_id];
	u64 number = path->sent;
	u32 n;

	n = call->how ? ion_check_push_batch(path, call->want) :
			ion_check_push(path, call->want);
	ion_check_is(&model->fix->check, n,
		     min(call->want, queue_room(queue)),
		     "step %u: pushed by the program", model->step);
	while (n--)
		queue_push(queue, number++);
}

/* ion_check_pop() expects that many packets, and checks every bit. */
static void model_user_pop(struct model *model, struct model_call *call)
{
	struct ion_path *path = model_path(model, call->path);
	struct queue *queue = &model->queue[path->in_id];
	struct ion_check *check = &model->fix->check;
	u32 n = min(call->want, queue->count);
	u64 number = path->came;

	if (call->how)
		ion_check_pop_batch(check, path, n);
	else
		ion_check_pop(check, path, n);
	while (n--)
		ion_check_is(check, queue_pop(queue), number++,
			     "step %u: number in the model", model->step);
	if (!queue->count)
		ion_check_is(check, ion_ring_peek(&path->in, 1), 0,
			     "step %u: something in an empty ring",
			     model->step);
}

/* An index that the user end cannot have reached, and its repair. */
static void model_poison(struct model *model)
{
	struct ion_ring *ring = fixture_ring(model->fix,
					     model_random(model, ION_RINGS));
	const u32 beyond[] = { ring->end.mask + 1, 0x80000000, U32_MAX };
	struct ion_check *check = &model->fix->check;

	ion_check_stats(check);
	WRITE_ONCE(*ring->user_index,
		   beyond[model_random(model, ARRAY_SIZE(beyond))]);
	ion_check_stats(check);
	ion_check_is(check, check->stats.ring[ion_ring_id(ring)].poison,
		     ION_POISON_RANGE, "step %u: poison", model->step);
	ion_check_kick(check, -EPROTO);
}

static void model_reset(struct model *model)
{
	unsigned int id, path;
	u32 discarded = 0;

	for (id = 0; id < ION_RINGS; id++) {
		discarded += model->queue[id].count;
		queue_discard(&model->queue[id]);
	}
	for (path = 0; path < ION_PATHS; path++)
		queue_discard(&model->hand[path]);
	ion_check_is(&model->fix->check, ion_check_reset(&model->fix->check),
		     discarded, "step %u: discarded by a reset", model->step);
}

static void model_compare(struct model *model)
{
	struct ion_check *check = &model->fix->check;
	unsigned int id;

	ion_check_law(check);
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_stats *ring = &check->stats.ring[id];
		const struct queue *queue = &model->queue[id];
		const char *name = ion_ring_kinds[id].name;

		ion_check_is(check, ring->queued, queue->count,
			     "step %u: %s queued", model->step, name);
		ion_check_is(check, ring->pushed, queue->pushed,
			     "step %u: %s pushed", model->step, name);
		ion_check_is(check, ring->popped, queue->popped,
			     "step %u: %s popped", model->step, name);
		ion_check_is(check, ring->discarded, queue->discarded,
			     "step %u: %s discarded", model->step, name);
	}
}

static void model_step(struct model *model)
{
	struct model_call call = {
		.model = model,
		.path = model_random(model, ION_PATHS),
		.want = model_random(model, 20),
		.how = model_random(model, 3),
	};

	switch (model_random(model, 64)) {
	case 0:
		model_poison(model);
		fallthrough;
	case 1:
		model_reset(model);
		break;
	case 2 ... 6:
		model_service(model, &call, model_move);
		break;
	case 7 ... 20:
		model_service(model, &call, model_pop);
		break;
	case 21 ... 34:
		model_service(model, &call, model_push);
		break;
	case 35 ... 48:
		model_user_push(model, &call);
		break;
	default:
		model_user_pop(model, &call);
		break;
	}
	model_compare(model);
}

static const struct fixture_shape model_shapes[] = {
	{ "compact 2", ION_LAYOUT_COMPACT, { 2, 2, 2, 2 } },
	{ "split 2", ION_LAYOUT_SPLIT, { 2, 2, 2, 2 } },
	{ "compact 2 async", ION_LAYOUT_COMPACT, { 2, 2, 2, 2 }, true },
	{ "compact 4", ION_LAYOUT_COMPACT, { 4, 4, 4, 4 } },
	{ "split 4 async", ION_LAYOUT_SPLIT, { 4, 4, 4, 4 }, true },
	{ "split 8", ION_LAYOUT_SPLIT, { 8, 8, 8, 8 } },
	{ "compact 8 async", ION_LAYOUT_COMPACT, { 8, 8, 8, 8 }, true },
	{ "compact 2, 8, 32, 4", ION_LAYOUT_COMPACT, { 2, 8, 32, 4 } },
	{ "split 64, 4, 2, 16 async", ION_LAYOUT_SPLIT, { 64, 4, 2, 16 }, true },
};

KUNIT_ARRAY_PARAM_DESC(model, model_shapes, name);

static void model_agrees(struct kunit *test)
{
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	const struct fixture_shape *shape = test->param_value;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	model->fix = fixture_create(test);
	model->seed = shape - model_shapes;
	for (i = 0; i < ION_RINGS; i++)
		model->queue[i].max = shape->slots[i] - 1;
	for (i = 0; i < ION_PATHS; i++)
		model->hand[i].max = 40;

	KUNIT_ASSERT_EQ(test, fixture_open(model->fix, shape), 0);
	while (model->step++ < MODEL_STEPS && ion_check_ok(&model->fix->check)) {
		model_step(model);
		cond_resched();
	}
	fixture_close(model->fix);
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE_PARAM(model_agrees, model_gen_params),
	{}
};

struct kunit_suite ion_model_suite = {
	.name = "ion_model",
	.suite_init = fixture_suite_init,
	.suite_exit = fixture_suite_exit,
	.test_cases = model_cases,
};
