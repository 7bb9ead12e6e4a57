// SPDX-License-Identifier: GPL-2.0-only
/* The services, and what they note of how they are called. */
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "probe.h"

atomic64_t probe_bound, probe_held, probe_late, probe_overlaps;
atomic64_t probe_misplaced;

static LIST_HEAD(probe_list);
static DEFINE_MUTEX(probe_list_mutex);
static DEFINE_MUTEX(probe_register_mutex);
static bool probe_registered;

static void probe_free(struct kref *ref)
{
	struct probe *p = container_of(ref, struct probe, ref);

	if (p->ch) {
		ion_channel_put(p->ch);
		atomic64_dec(&probe_held);
	}
	kfree(p->queued);
	kfree(p->answered);
	kfree(p);
}

/* The last reference may be put in any context but an interrupt. */
void probe_put(struct probe *p)
{
	kref_put(&p->ref, probe_free);
}

struct probe *probe_find(u64 id)
{
	struct probe *p;

	guard(mutex)(&probe_list_mutex);
	list_for_each_entry(p, &probe_list, list) {
		if (p->id == id) {
			kref_get(&p->ref);
			return p;
		}
	}
	return NULL;
}

/* Begin a callback; return false if there should be none. */
static bool probe_enter(struct probe *p)
{
	if (!in_task() || irqs_disabled())
		atomic64_inc(&probe_misplaced);
	if (!p) {
		atomic64_inc(&probe_late);
		return false;
	}
	if (atomic_inc_return(&p->inside) != 1)
		atomic64_inc(&probe_overlaps);
	/* Give other callbacks time to overlap with this one. */
	if (p->flags & PROBE_SLEEPY)
		usleep_range(p->sleep_us, p->sleep_us + 10);
	return true;
}

static void probe_leave(struct probe *p)
{
	atomic_dec(&p->inside);
}

static struct probe *probe_create(struct ion_channel *ch,
				  const struct ion_bind *how)
{
	struct probe *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	kref_init(&p->ref);
	p->id = ion_channel_id(ch);
	p->flags = how->arg[0];
	if (p->flags & PROBE_SLEEPY)
		p->sleep_us = min_t(u64, how->arg[1], USEC_PER_SEC);
	probe_calls_init(p);
	probe_flood_init(p);
	return p;
}

static int probe_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	struct probe *p;

	if (how->arg[0] & ~(u64)PROBE_FLAGS)
		return -EINVAL;
	/* A bind() that failed must leave nothing. */
	if (ion_channel_private(ch))
		atomic64_inc(&probe_late);
	if (how->arg[0] & PROBE_REFUSE) {
		ion_channel_set_async(ch, ION_ASYNC_ANY);
		ion_channel_set_private(ch, ch);
		return (int)how->arg[1];
	}
	p = probe_create(ch, how);
	if (!p)
		return -ENOMEM;
	p->ch = ion_channel_get(ch);
	atomic64_inc(&probe_held);
	atomic64_inc(&probe_bound);
	if (p->flags & PROBE_ASYNC)
		ion_channel_set_async(ch, ION_ASYNC_ANY);
	ion_channel_set_private(ch, p);
	probe_enter(p);
	scoped_guard(mutex, &probe_list_mutex) list_add(&p->list, &probe_list);
	probe_leave(p);
	return 0;
}

static void probe_unbind(struct ion_channel *ch)
{
	struct probe *p = ion_channel_private(ch);

	if (!probe_enter(p))
		return;
	scoped_guard(mutex, &probe_list_mutex) list_del(&p->list);
	if (!(p->flags & PROBE_KEEP))
		probe_flood_end(p);
	atomic64_inc(&p->unbound);
	atomic64_dec(&probe_bound);
	/* A later callback finds NULL, and is counted as late. */
	ion_channel_set_private(ch, NULL);
	probe_leave(p);
	probe_put(p);
}

/* Peek and release on tx, reserve and commit on rx. */
static void probe_echo(struct ion_channel *ch)
{
	struct ion_ring *tx = ion_channel_ring(ch, ION_RING_TX);
	struct ion_ring *rx = ion_channel_ring(ch, ION_RING_RX);
	u32 left = ion_channel_capacity(tx);
	const struct ion_packet *in;
	struct ion_packet *out;
	u32 n, room;

	while (left) {
		n = ion_channel_peek(tx, &in, left);
		if (!n)
			break;
		room = ion_channel_reserve(rx, &out, n);
		memcpy(out, in, room * sizeof(*out));
		ion_channel_commit(rx, room);
		ion_channel_release(tx, room);
		if (room < n)
			break;
		left -= n;
	}
}

static void probe_echo_cmds(struct ion_channel *ch)
{
	struct ion_ring *in = ion_channel_ring(ch, ION_RING_CMD);
	struct ion_ring *out = ion_channel_ring(ch, ION_RING_EVT);
	u32 left = ion_channel_capacity(in);
	const struct ion_cmd_packet *cmds;
	u32 n, done;

	while (left) {
		n = ion_cmd_peek(in, &cmds, left);
		if (!n)
			break;
		done = ion_cmd_push_n(out, cmds, n);
		ion_cmd_release(in, done);
		if (done < n)
			break;
		left -= n;
	}
}

static void probe_doorbell(struct ion_channel *ch)
{
	struct probe *p = ion_channel_private(ch);
	struct probe_run *run;

	if (!probe_enter(p))
		return;
	atomic64_inc(&p->doorbells);
	run = xchg(&p->queued, NULL);
	if (run) {
		probe_make_call(p, run);
		kfree(xchg(&p->answered, run));
	}
	if (p->flags & PROBE_ECHO) {
		probe_echo(ch);
		probe_echo_cmds(ch);
	}
	probe_leave(p);
}

/* The kind of the command decides the result. */
static bool probe_verify(struct ion_channel *ch,
			 const struct ion_cmd_packet *cmd,
			 const struct ion_opener **opener)
{
	*opener = ion_channel_opener(ch);
	return cmd->kind == 1;
}

/* Refuse to join two channels that both echo. */
static int probe_join(struct ion_channel *ch, struct ion_channel *other)
{
	const struct probe *p = ion_channel_private(ch);
	const struct probe *q = ion_channel_private(other);

	if (!p || !q) {
		atomic64_inc(&probe_late);
		return -EIO;
	}
	return p->flags & q->flags & PROBE_ECHO ? -EXDEV : 0;
}

static const struct ion_service_ops probe_service = {
	.name = "probe",
	.bind = probe_bind,
	.unbind = probe_unbind,
	.doorbell = probe_doorbell,
	.join = probe_join,
	.verify = probe_verify,
};

/* A service without optional callbacks: it consumes every packet. */
static void probe_plain_doorbell(struct ion_channel *ch)
{
	struct ion_ring *tx = ion_channel_ring(ch, ION_RING_TX);
	u32 left = ion_channel_capacity(tx);
	struct ion_packet packet;

	while (left-- && ion_channel_pop(tx, &packet))
		;
}

static const struct ion_service_ops probe_plain = {
	.name = "probe-plain",
	.doorbell = probe_plain_doorbell,
};

static const struct ion_service_ops *const probe_services[] = {
	&probe_service,
	&probe_plain,
	&probe_read,
	&probe_write,
	&probe_device_ops,
};

static void probe_unregister_some(unsigned int nr)
{
	while (nr)
		ion_service_unregister(probe_services[--nr]);
}

int probe_register(void)
{
	unsigned int i;
	int ret;

	guard(mutex)(&probe_register_mutex);
	if (probe_registered)
		return -EEXIST;
	for (i = 0; i < ARRAY_SIZE(probe_services); i++) {
		ret = ion_service_register(probe_services[i]);
		if (ret) {
			probe_unregister_some(i);
			return ret;
		}
	}
	probe_registered = true;
	return 0;
}

int probe_unregister(void)
{
	guard(mutex)(&probe_register_mutex);
	if (!probe_registered)
		return -ENOENT;
	probe_unregister_some(ARRAY_SIZE(probe_services));
	probe_registered = false;
	return 0;
}

static const char *const probe_names[PROBE_TRIES] = {
	[PROBE_TRY_GOOD] = "probe-try",
	[PROBE_TRY_LONGEST_NAME] = "probe-with-a-name-of-31-letters",
	[PROBE_TRY_NAME_TOO_LONG] = "probe-with-a-name-of-32-letters.",
	[PROBE_TRY_EMPTY_NAME] = "",
	[PROBE_TRY_NO_DOORBELL] = "probe-try",
	[PROBE_TRY_NAME_OF_OURS] = "probe",
	[PROBE_TRY_NAME_OF_BUILTIN] = "echo",
};

int probe_try(unsigned long which)
{
	struct ion_service_ops service = {
		.doorbell = probe_plain_doorbell,
	};
	int ret;

	if (which >= PROBE_TRIES)
		return -EDOM;
	service.name = probe_names[which];
	if (which == PROBE_TRY_NO_DOORBELL)
		service.doorbell = NULL;
	ret = ion_service_register(&service);
	if (!ret)
		ion_service_unregister(&service);
	return ret;
}
