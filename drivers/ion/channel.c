// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a channel: created by open, configured once, run when kicked,
 * closed when the last descriptor and the last mapping are gone, destroyed when
 * no service keeps it.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arena.h"
#include "binding.h"
#include "channel.h"
#include "channels.h"
#include "direct.h"
#include "end_state.h"
#include "geometry.h"
#include "notify.h"
#include "quota.h"
#include "totals.h"
#include "trace.h"

static struct ion_opener ion_opener_current(void)
{
	return (struct ion_opener) {
		.pid = get_pid(task_tgid(current)),
		.uid = current_euid(),
		.gid = current_egid(),
		.cred = get_current_cred(),
	};
}

static void ion_opener_put(struct ion_opener *opener)
{
	put_cred(opener->cred);
	put_pid(opener->pid);
	*opener = (struct ion_opener) { };
}

static void ion_channel_forget_peer(struct ion_channel *ch)
{
	ion_opener_put(&ch->peer);
	ch->peer_id = 0;
}

static void ion_channel_undo_create(struct ion_channel *ch)
{
	ion_channel_forget_peer(ch);
	ion_opener_put(&ch->setter);
	ion_opener_put(&ch->opener);
	mutex_destroy(&ch->end_mutex);
	mutex_destroy(&ch->push_mutex);
	mutex_destroy(&ch->pop_mutex);
	mutex_destroy(&ch->setup_mutex);
	/* A call that walks all channels may still read it: see channels.c. */
	kfree_rcu(ch, rcu);
}

/**
 * ion_channel_create() - create a channel that is not configured
 *
 * Context: may sleep.
 * Return: the channel, or -ENOMEM.
 */
struct ion_channel *ion_channel_create(void)
{
	struct ion_channel *ch;

	ch = kzalloc(sizeof(*ch), ION_GFP);
	if (!ch)
		return ERR_PTR(-ENOMEM);
	refcount_set(&ch->ref, 1);
	ch->opener = ion_opener_current();
	mutex_init(&ch->setup_mutex);
	mutex_init(&ch->pop_mutex);
	mutex_init(&ch->push_mutex);
	mutex_init(&ch->end_mutex);
	INIT_LIST_HEAD(&ch->of_service);
	INIT_LIST_HEAD(&ch->waiting);
	ion_notify_init(ch);
	raw_spin_lock_init(&ch->state_lock);
	init_waitqueue_head(&ch->serve_wait);
	/* From here on others can find it. */
	if (ion_channels_add(ch)) {
		ion_channel_undo_create(ch);
		return ERR_PTR(-ENOMEM);
	}
	trace_ion_open(ch);
	return ch;
}

/* The parts that take long to allocate, which is done before the channel is locked. */
struct ion_parts {
	struct ion_quota *quota;
	struct ion_areas areas;
	struct ion_direct_side *direct;
};

static void ion_parts_free(struct ion_parts *parts)
{
	ion_direct_put(parts->direct);
	ion_areas_free(&parts->areas);
	ion_quota_uncharge(parts->quota);
}

/* The memory of a direct channel belongs to its link. */
static int ion_parts_alloc_direct(struct ion_parts *parts,
				  const struct ion_channel *ch,
				  const struct ion_config *config)
{
	struct ion_direct_side *side = ion_direct_take(ch, config);

	if (IS_ERR(side))
		return PTR_ERR(side);
	parts->direct = side;
	return 0;
}

static int ion_parts_alloc(struct ion_parts *parts,
			   const struct ion_channel *ch,
			   const struct ion_config *config)
{
	int ret;

	memset(parts, 0, sizeof(*parts));
	parts->quota = ion_quota_charge(ch->opener.uid);
	if (IS_ERR(parts->quota))
		return PTR_ERR(parts->quota);
	ret = config->direct ? ion_parts_alloc_direct(parts, ch, config) :
			       ion_areas_alloc(&parts->areas, &config->info);
	if (ret)
		ion_parts_free(parts);
	return ret;
}

static int ion_channel_alloc_arena(struct ion_channel *ch,
				   const struct ion_config *config)
{
	const struct ion_info *info = &config->info;

	if (!info->buffers)
		return 0;
	ch->arena = ion_arena_create(&ch->areas.area[ion_geometry_area(info, ION_MMAP_ARENA)],
				     info->buffers, info->buffer_size,
				     config->phys);
	return ch->arena ? 0 : -ENOMEM;
}

/* The channel owns the parts from here on, also after an error. */
static int ion_channel_alloc(struct ion_channel *ch,
			     const struct ion_config *config,
			     const struct ion_parts *parts)
{
	ch->setter = ion_opener_current();
	ch->info = config->info;
	strscpy(ch->name, config->name ?: config->bind.key);
	ch->quota = parts->quota;
	ch->areas = parts->areas;
	if (parts->direct) {
		ion_direct_attach(ch, parts->direct);
		return 0;
	}
	ch->stages = kcalloc(ION_RINGS, sizeof(*ch->stages), ION_GFP);
	if (!ch->stages)
		return -ENOMEM;
	return ion_channel_alloc_arena(ch, config);
}

static void ion_channel_free(struct ion_channel *ch)
{
	struct ion_parts parts = {
		.quota = ch->quota,
		.areas = ch->areas,
		.direct = ch->direct,
	};

	kfree(ch->stages);
	ch->stages = NULL;
	ion_arena_destroy(ch->arena);
	ch->arena = NULL;
	memset(&ch->areas, 0, sizeof(ch->areas));
	ch->quota = NULL;
	ch->direct = NULL;
	ion_parts_free(&parts);
}

static void ion_channel_destroy(struct ion_channel *ch)
{
	ion_notify_destroy(ch);
	ion_totals_fold(ch);
	ion_channels_remove(ch);
	ion_channel_free(ch);
	ion_channel_undo_create(ch);
}

/**
 * ion_channel_get() - keep a channel
 * @ch: the channel, to which somebody holds a reference
 *
 * The channel continues to exist, with its rings and its arena, after the program
 * closed it, and remains charged to the program. None of the program's own memory
 * is kept. After the close a push fails, and a pop gives what is left.
 *
 * Context: any.
 * Return: @ch.
 */
struct ion_channel *ion_channel_get(struct ion_channel *ch)
{
	refcount_inc(&ch->ref);
	return ch;
}
EXPORT_SYMBOL_GPL(ion_channel_get);

/**
 * ion_channel_put() - drop the reference that ion_channel_get() took
 * @ch: the channel, or NULL
 *
 * Context: may sleep.
 */
void ion_channel_put(struct ion_channel *ch)
{
	if (!ch)
		return;
	might_sleep();
	if (refcount_dec_and_test(&ch->ref))
		ion_channel_destroy(ch);
}
EXPORT_SYMBOL_GPL(ion_channel_put);

/**
 * ion_channel_close() - close a channel whose last descriptor and mapping are gone
 * @ch: the channel
 *
 * Context: may sleep.
 */
void ion_channel_close(struct ion_channel *ch)
{
	trace_ion_close(ch);
	WRITE_ONCE(ch->closed, true);
	ion_binding_unbind(ch, true);
	ion_channel_put(ch);
}

/**
 * ion_channel_word() - get the kernel's address of a shared word
 * @ch: the channel, configured
 * @offset: offset of the word, from &ion_channel.info
 *
 * Return: the address.
 */
void *ion_channel_word(const struct ion_channel *ch, u64 offset)
{
	int i = ion_geometry_area(&ch->info, offset);

	return ch->areas.area[i].addr + (offset - ch->info.area[i].offset);
}

static void ion_channel_connect_ring(struct ion_channel *ch, unsigned int id)
{
	const struct ion_ring_info *info = &ch->info.ring[id];
	struct ion_ring *ring = &ch->ring[id];
	void *head = ion_channel_word(ch, info->head);
	void *tail = ion_channel_word(ch, info->tail);
	void *producer_wake = ion_channel_word(ch, info->producer_wake);
	void *consumer_wake = ion_channel_word(ch, info->consumer_wake);
	bool kernel_pushes;

	ring->kind = &ion_ring_kinds[id];
	ring->ch = ch;
	ring->stage = &ch->stages[id];
	raw_spin_lock_init(&ring->lock);
	kernel_pushes = ring->kind->kernel_pushes;
	ring->end.mask = info->nr_slots - 1;
	ring->end.ready = kernel_pushes ? ring->end.mask : 0;
	ring->end.slots = ion_channel_word(ch, info->slots);
	ring->end.own_index = kernel_pushes ? head : tail;
	ring->end.peer_index = kernel_pushes ? tail : head;
	ring->end.own_wake = kernel_pushes ? producer_wake : consumer_wake;
	ring->end.peer_wake = kernel_pushes ? consumer_wake : producer_wake;
	ring->user_index = kernel_pushes ? tail : head;
	ring->mask = ion_channel_word(ch, info->mask);
	ion_ring_publish(ring);
}

static void ion_channel_connect(struct ion_channel *ch)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		ion_channel_connect_ring(ch, id);
	ion_end_state_init(ch);
}

/**
 * ion_channel_describe() - write the channel and its service into a geometry
 * @ch: the channel
 * @info: the geometry; the channel's number and the service's name are filled in
 * @service: name of the service to bind
 */
void ion_channel_describe(const struct ion_channel *ch, struct ion_info *info,
			  const char *service)
{
	info->channel = ch->id;
	strscpy_pad(info->service, service);
}

/* Undo ion_channel_assemble(). The service has given up its references. */
static void ion_channel_unconfigure(struct ion_channel *ch)
{
	irq_work_sync(&ch->notify_work);
	WRITE_ONCE(ch->hungup, false);
	WRITE_ONCE(ch->peer_gone, false);
	WRITE_ONCE(ch->undelivered, false);
	ion_channel_free(ch);
	ch->held = 0;
	ch->held_total = 0;
	atomic64_set(&ch->wakeups, 0);
	atomic64_set(&ch->signals, 0);
	memset(&ch->info, 0, sizeof(ch->info));
	memset(ch->name, 0, sizeof(ch->name));
	ion_channel_forget_peer(ch);
	ion_opener_put(&ch->setter);
	memset(ch->ring, 0, sizeof(ch->ring));
	ch->private = NULL;
}

static int ion_channel_assemble(struct ion_channel *ch,
				const struct ion_config *config,
				const struct ion_parts *parts)
{
	int ret;

	lockdep_assert_held(&ch->setup_mutex);

	ret = ion_channel_alloc(ch, config, parts);
	if (ret)
		goto err_free;
	if (!ch->direct)
		ion_channel_connect(ch);
	ret = ion_binding_bind(ch, ch->info.service, &config->bind);
	if (ret)
		goto err_free;
	return 0;

err_free:
	ion_channel_unconfigure(ch);
	return ret;
}

/* Called without setup_mutex: the service may take locks that nest outside it. */
static int ion_channel_activate(struct ion_channel *ch,
				const struct ion_config *config)
	__must_hold(&ch->setup_mutex)
{
	int ret;

	lockdep_assert_held(&ch->setup_mutex);

	ch->setting_up = true;
	mutex_unlock(&ch->setup_mutex);
	ret = ion_binding_activate(ch, &config->bind);
	if (ret)
		ion_binding_unbind(ch, false);
	mutex_lock(&ch->setup_mutex);
	ch->setting_up = false;
	if (ret)
		ion_channel_unconfigure(ch);
	return ret;
}

static void ion_channel_set_ready(struct ion_channel *ch)
{
	trace_ion_setup(ch);
	/* Pairs with the acquire in ion_channel_ready(). */
	smp_store_release(&ch->ready, true);
	/* Wake programs that polled before. */
	wake_up_interruptible_all(&ch->wait);
}

/**
 * ion_channel_configure() - give a channel its rings and its service
 * @ch: the channel, setup_mutex not held
 * @config: the requested configuration
 *
 * Memory is allocated before setup_mutex is taken: a large arena takes seconds, and
 * mmap() of the same channel waits for the mutex with mmap_lock held.
 *
 * Context: may sleep. mmap_lock may be held.
 * Return: 0; -EBUSY if it is configured already, or is being configured; -ENFILE,
 * -EDQUOT, -ENOSPC or -ENOMEM over a limit; -EINTR if the caller has been killed;
 * -ENOENT if the service has gone, or an error of it. An error leaves the channel as
 * it was.
 */
int ion_channel_configure(struct ion_channel *ch,
			  const struct ion_config *config)
{
	struct ion_parts parts;
	int ret;

	if (ion_channel_ready(ch))
		return -EBUSY;
	ret = ion_parts_alloc(&parts, ch, config);
	if (ret)
		return ret;
	ret = mutex_lock_killable(&ch->setup_mutex);
	if (ret)
		goto err_parts;
	ret = -EBUSY;
	if (ch->ready || ch->setting_up || ch->port)
		goto err_unlock;
	ret = ion_channel_assemble(ch, config, &parts);
	if (!ret && ch->activating)
		ret = ion_channel_activate(ch, config);
	if (!ret)
		ion_channel_set_ready(ch);
	mutex_unlock(&ch->setup_mutex);
	return ret;

err_unlock:
	mutex_unlock(&ch->setup_mutex);
err_parts:
	ion_parts_free(&parts);
	return ret;
}
