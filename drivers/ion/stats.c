// SPDX-License-Identifier: GPL-2.0-only
/* ION_IOC_STATS and ION_IOC_RESET: read a channel's counters, and empty its rings. */
#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "calls.h"
#include "end_state.h"
#include "kernel_end.h"
#include "notify.h"

/* How the program hears of what happens, except calls that sleep. */
static u32 ion_stats_hears(struct ion_channel *ch)
{
	u32 hears = 0;

	/* Each may change at any time: no barrier makes the answer better. */
	if (waitqueue_active(&ch->wait))
		hears |= ION_HEARS_POLL;
	if (READ_ONCE(ch->eventfd))
		hears |= ION_HEARS_EVENTFD;
	/* fasync has no WRITE_ONCE(). */
	if (data_race(READ_ONCE(ch->fasync)))
		hears |= ION_HEARS_SIGIO;
	return hears;
}

/**
 * ion_channel_stats() - read every counter of a channel
 * @ch: the channel, configured
 * @stats: written, all of it but size
 *
 * The counters of each ring are a snapshot. No lock of the kernel end is taken, so that a
 * preempted owner does not delay the call.
 *
 * Context: any.
 */
void ion_channel_stats(struct ion_channel *ch, struct ion_stats *stats)
{
	u32 waited[ION_RINGS];
	unsigned int id;

	memset_startat(stats, 0, kernel_end);
	stats->nr_rings = ION_RINGS;
	stats->kernel_end = ion_channel_hungup(ch) ?
				    ION_KERNEL_END_GONE :
				    ion_end_state_public(ch);
	stats->channel = ch->id;
	stats->calls = atomic64_read(&ch->calls);
	/* Pairs with the order in ion_kernel_end_count_kick(). */
	stats->kicks_spurious = atomic64_read_acquire(&ch->kicks_spurious);
	stats->kicks = atomic64_read(&ch->kicks);
	stats->sleeps = READ_ONCE(ch->sleeps);
	stats->wakeups = atomic64_read(&ch->wakeups);
	stats->signals = atomic64_read(&ch->signals);
	stats->resets = READ_ONCE(ch->resets);
	stats->held = READ_ONCE(ch->held);
	stats->held_total = READ_ONCE(ch->held_total);
	stats->sleepers = ion_waiting_read(ch, waited);
	stats->hears = ion_stats_hears(ch);
	for (id = 0; id < ION_RINGS; id++) {
		ion_ring_stats(&ch->ring[id], &stats->ring[id]);
		stats->ring[id].waited = waited[id];
	}
}

/**
 * ion_channel_refresh_stats() - refresh the user end's position, then read counters
 * @ch: the channel, configured
 * @stats: written, all of it but size
 *
 * If nobody runs the kernel end just now, the counters are one snapshot of all rings,
 * and an index that cannot be right poisons its ring.
 *
 * Context: process; waits for no other thread.
 */
void ion_channel_refresh_stats(struct ion_channel *ch, struct ion_stats *stats)
{
	bool owned = ion_kernel_end_trylock(ch);

	ion_channel_stats(ch, stats);
	if (owned)
		ion_end_unlock(ch);
}

/* Returns how many were discarded. Sets @waited if the kernel end has to run. */
static u32 ion_reset_ring(struct ion_ring *ring, bool *waited)
{
	unsigned long flags;
	u32 discarded;

	flags = ion_ring_lock(ring);
	*waited |= ring->end.broken || ring->stage->nr ||
		   (ring->kind->kernel_pushes && READ_ONCE(ring->asleep));
	ion_ring_assert_owned(ring);
	discarded = ion_ring_reset(ring);
	ion_wake_flag_reset(ring);
	ion_ring_unlock(ring, flags);
	return discarded;
}

static void ion_reset_service(struct ion_channel *ch)
{
	bool poisoned;

	if (!ch->service || !ch->service->ops->reset)
		return;
	poisoned = ion_callback_begin(ch);
	ch->service->ops->reset(ch);
	ion_callback_end(ch, poisoned);
}

/**
 * ion_channel_reset() - empty the rings and trust the user end again
 * @ch: the channel, configured; pop_mutex and push_mutex held
 *
 * The kernel end runs if it waited for room, or for the reset: what it has to push
 * may not be in a ring, so that no kick would come for it. It also runs if packets of
 * tx or cmd are in its stage, to release them.
 *
 * Return: how many packets and commands were discarded; -EINTR for a fatal signal.
 */
int ion_channel_reset(struct ion_channel *ch)
{
	struct ion_ring *ring;
	bool waited = false;
	int discarded = 0;
	int ret;

	lockdep_assert_held(&ch->pop_mutex);
	lockdep_assert_held(&ch->push_mutex);

	ret = ion_end_lock(ch);
	if (ret)
		return ret;
	ion_for_each_ring(ch, ring)
		discarded += ion_reset_ring(ring, &waited);
	WRITE_ONCE(ch->resets, ch->resets + 1);
	ion_reset_service(ch);
	/* A lent thread makes a pass. */
	ion_notify_stop(ch);
	if (waited)
		ion_kernel_end_run(ch);
	ion_end_unlock(ch);
	return discarded;
}
