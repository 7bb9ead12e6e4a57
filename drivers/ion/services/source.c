// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "source" pushes packets with running numbers, as many as there is room
 * for, or at a rate. Without an arena the number is in data. With an arena the program
 * hands empty buffers over, and each comes back with the number in its first 8 bytes.
 * Other packets on tx, and commands, are consumed and dropped.
 */
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "../compat.h"
#include "builtin.h"
#include "source_budget.h"

#define ION_SOURCE_TICK_NS	((u64)NSEC_PER_SEC / ION_SOURCE_TICKS_MAX)

/* Packets of one tick at most: a late tick must not make others wait for long. */
#define ION_SOURCE_TICK_MAX	4096U

/**
 * struct ion_source - a channel of the source
 * @ch: the channel
 * @next: number of the next packet
 * @pool: empty buffers
 * @rate: packets per second; 0: as many as there is room for
 * @share: its cost, if there is a rate
 * @begun: time at which the timer was started
 * @due: packets that were due since then, whether or not there was room
 * @timer: owns rx, @next and @due if there is a rate; else doorbell() does. doorbell()
 *	always owns tx, and its time is charged to the program.
 */
struct ion_source {
	struct ion_channel *ch;
	u64 next;
	struct ion_pool pool;
	u64 rate;
	struct ion_share share;
	ktime_t begun;
	u64 due;
	struct hrtimer timer;
};

static void ion_source_collect(struct ion_source *source)
{
	struct ion_ring *tx = ion_channel_ring(source->ch, ION_RING_TX);
	u32 left = ion_channel_capacity(tx);
	const struct ion_packet *packets;
	u32 n, i;

	while (left) {
		n = ion_channel_peek(tx, &packets, min(left, ION_PEEK_MAX));
		if (!n)
			return;
		for (i = 0; source->pool.ids && i < n; i++)
			ion_pool_put(&source->pool, packets[i].id);
		left -= ion_channel_release(tx, n);
	}
}

static u32 ion_source_make_plain(struct ion_source *source,
				 struct ion_packet *packets, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		packets[i] = (struct ion_packet) { .data = source->next + i };
	return count;
}

/* Make packets with numbers. Returns how many there were buffers for. */
static u32 ion_source_make_buffers(struct ion_source *source,
				   struct ion_packet *packets, u32 count)
{
	u64 number;
	u32 i;

	for (i = 0; i < count; i++) {
		number = source->next + i;
		if (!ion_pool_get(&source->pool, &packets[i]) ||
		    ion_packet_write(source->ch, &packets[i], &number,
				     sizeof(number)))
			break;
	}
	return i;
}

static u32 ion_source_batch(struct ion_source *source, struct ion_ring *rx,
			    u32 want)
{
	bool buffers = source->pool.ids;
	struct ion_packet *packets;
	u32 n, made, done;

	if (buffers)
		want = min(want, ion_pool_count(&source->pool));
	n = want ? ion_channel_reserve(rx, &packets, want) : 0;
	made = buffers ? ion_source_make_buffers(source, packets, n) :
			 ion_source_make_plain(source, packets, n);
	done = ion_channel_commit(rx, made);
	source->next += done;
	while (buffers && made > done)
		ion_pool_put(&source->pool, packets[--made].id);
	return done;
}

/* Push up to @want packets. Returns whether any was pushed. */
static bool ion_source_fill(struct ion_source *source, u64 want)
{
	struct ion_ring *rx = ion_channel_ring(source->ch, ION_RING_RX);
	u32 most = min_t(u64, want, ion_channel_capacity(rx));
	u32 left = most, n;

	while (left) {
		n = ion_source_batch(source, rx, min(left, ION_PEEK_MAX));
		if (!n)
			break;
		left -= n;
	}
	return left < most;
}

static enum hrtimer_restart ion_source_tick(struct hrtimer *timer)
{
	struct ion_source *source =
		container_of(timer, struct ion_source, timer);
	u64 due = mul_u64_u64_div_u64(ktime_sub(ktime_get(), source->begun),
				      source->rate, NSEC_PER_SEC);

	if (ion_source_fill(source, min_t(u64, due - source->due,
					  ION_SOURCE_TICK_MAX)))
		ion_channel_notify(source->ch);
	source->due = due;
	hrtimer_forward_now(timer, max_t(u64, NSEC_PER_SEC / source->rate,
					 ION_SOURCE_TICK_NS));
	return HRTIMER_RESTART;
}

/* There is always more to push, so request a kick when the program makes room. */
static void ion_source_fill_all(struct ion_source *source)
{
	ion_source_fill(source, U64_MAX);
	if (!source->pool.ids || ion_pool_count(&source->pool))
		ion_channel_want_room(ion_channel_ring(source->ch,
						       ION_RING_RX));
}

static void ion_source_doorbell(struct ion_channel *ch)
{
	struct ion_source *source = ion_channel_private(ch);

	ion_source_collect(source);
	if (!source->rate)
		ion_source_fill_all(source);
	ion_drain_cmds(ion_channel_ring(ch, ION_RING_CMD));
}

/*
 * The timer's time is charged to nobody, so it must fit in the budget. The next tick
 * sees by itself how much room the ring has: no kick is needed for it.
 */
static int ion_source_start(struct ion_source *source)
{
	int ret;

	ret = ion_share_take(&source->share,
			     ion_channel_opener(source->ch)->uid, source->rate,
			     source->pool.ids);
	if (ret)
		return ret;
	ion_channel_set_async(source->ch, ION_ASYNC_BH);
	ion_channel_disarm(ion_channel_ring(source->ch, ION_RING_RX));
	hrtimer_setup(&source->timer, ion_source_tick, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);
	source->begun = ktime_get();
	hrtimer_start(&source->timer, 0, HRTIMER_MODE_REL_SOFT);
	return 0;
}

static int ion_source_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	struct ion_source *source;
	int ret;

	if (how->flags || how->arg[0] > ION_SOURCE_RATE_MAX || how->arg[1] ||
	    *how->key)
		return -EINVAL;
	source = kzalloc(sizeof(*source), ION_SERVICE_GFP);
	if (!source)
		return -ENOMEM;
	source->ch = ch;
	source->rate = how->arg[0];
	ret = ion_pool_init(&source->pool, ch);
	if (ret)
		goto err_source;
	ion_channel_set_private(ch, source);
	if (source->rate)
		ret = ion_source_start(source);
	if (ret)
		goto err_pool;
	return 0;

err_pool:
	ion_pool_destroy(&source->pool);
err_source:
	kfree(source);
	return ret;
}

static void ion_source_unbind(struct ion_channel *ch)
{
	struct ion_source *source = ion_channel_private(ch);

	if (source->rate) {
		hrtimer_cancel(&source->timer);
		ion_share_return(&source->share);
	}
	ion_pool_destroy(&source->pool);
	kfree(source);
}

const struct ion_service_ops ion_source_ops = {
	.name = "source",
	.bind = ion_source_bind,
	.unbind = ion_source_unbind,
	.doorbell = ion_source_doorbell,
};
