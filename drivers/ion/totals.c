// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of all channels since the module was loaded.
 *
 * Each channel has its own counters. When it is destroyed they are folded into
 * ion_totals_gone. A reader adds the counters of existing channels, by rising number,
 * one at a time under ion_totals_lock: nobody waits for long, whichever thread is
 * preempted meanwhile.
 *
 * A channel that is folded meanwhile is added to the sum of each reader that has not
 * reached its number yet. So each channel is counted once, and no total ever
 * decreases.
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "channel.h"
#include "channels.h"
#include "quota.h"
#include "totals.h"

/* Readers without CAP_SYS_ADMIN that may walk the channels at the same time. */
#define ION_TOTALS_READERS	64

/**
 * struct ion_totals_reader - a reader that walks the channels
 * @list: in ion_totals_readers
 * @at: number of the last channel that was added
 * @sum: the counters that were added so far
 */
struct ion_totals_reader {
	struct list_head list;
	u64 at;
	struct ion_totals *sum;
};

static DEFINE_SPINLOCK(ion_totals_lock);
static LIST_HEAD(ion_totals_readers);
static unsigned int ion_totals_nr_readers;
static struct ion_totals ion_totals_gone;

/*
 * No counter may decrease, although a program may move its index back before the
 * kernel end has seen it, and the numbers of a snapshot may not be of one moment. In
 * these cases the previous value is kept.
 */
static void ion_totals_count(struct ion_ring *ring)
{
	struct ion_counted *last = &ring->counted;
	struct ion_snapshot snap;
	struct ion_counted now;

	lockdep_assert_held(&ion_totals_lock);

	/* The indices of a direct ring do not tell how much has crossed. */
	if (ring->direct || !ion_ring_snapshot(ring, &snap))
		return;
	now.pushed = ring->kind->kernel_pushes ? snap.own : snap.user;
	now.discarded = snap.discarded;
	now.popped = now.pushed - snap.queued - snap.discarded;
	if (now.pushed >= last->pushed && now.popped >= last->popped)
		*last = now;
}

static void ion_totals_add_ring(struct ion_ring_totals *to,
				struct ion_ring *ring, bool gone)
{
	const struct ion_counted *counted = &ring->counted;
	u64 queued;

	ion_totals_count(ring);
	queued = counted->pushed - counted->popped - counted->discarded;
	to->pushed += counted->pushed;
	to->popped += counted->popped;
	to->discarded += counted->discarded + (gone ? queued : 0);
	to->queued += gone ? 0 : queued;
	to->full += READ_ONCE(ring->full);
	to->bad_id += READ_ONCE(ring->refused[ION_REFUSED_ID]);
	to->bad_range += READ_ONCE(ring->refused[ION_REFUSED_RANGE]);
	to->bad_owner += READ_ONCE(ring->refused[ION_REFUSED_OWNER]);
}

static void ion_totals_add(struct ion_totals *to, struct ion_channel *ch,
			   bool gone)
{
	unsigned int id;

	to->calls += atomic64_read(&ch->calls);
	if (!ion_channel_ready(ch))
		return;
	/* Pairs with the order in ion_kernel_end_count_kick(). */
	to->kicks_spurious += atomic64_read_acquire(&ch->kicks_spurious);
	to->kicks += atomic64_read(&ch->kicks);
	to->sleeps += READ_ONCE(ch->sleeps);
	to->wakeups += atomic64_read(&ch->wakeups);
	to->signals += atomic64_read(&ch->signals);
	to->resets += READ_ONCE(ch->resets);
	to->held_total += READ_ONCE(ch->held_total);
	for (id = 0; id < ION_RINGS; id++)
		ion_totals_add_ring(&to->ring[id], &ch->ring[id], gone);
}

/**
 * ion_totals_fold() - add the counters of a channel that goes to the totals
 * @ch: the channel, with no reference left, its memory not freed yet; it can still
 *	be found
 *
 * Context: process.
 */
void ion_totals_fold(struct ion_channel *ch)
{
	struct ion_totals_reader *reader;

	spin_lock(&ion_totals_lock);
	list_for_each_entry(reader, &ion_totals_readers, list)
		if (ch->id > reader->at)
			ion_totals_add(reader->sum, ch, true);
	ion_totals_add(&ion_totals_gone, ch, true);
	ch->folded = true;
	spin_unlock(&ion_totals_lock);
}

static int ion_totals_begin(struct ion_totals_reader *reader)
{
	bool admin = ion_quota_admin();
	int ret = -EBUSY;

	spin_lock(&ion_totals_lock);
	if (admin || ion_totals_nr_readers < ION_TOTALS_READERS) {
		ion_totals_nr_readers++;
		list_add(&reader->list, &ion_totals_readers);
		*reader->sum = ion_totals_gone;
		ret = 0;
	}
	spin_unlock(&ion_totals_lock);
	return ret;
}

static void ion_totals_end(struct ion_totals_reader *reader)
{
	spin_lock(&ion_totals_lock);
	list_del(&reader->list);
	ion_totals_nr_readers--;
	spin_unlock(&ion_totals_lock);
}

/* Add the next channel. Returns whether there was one. */
static bool ion_totals_next(struct ion_totals_reader *reader)
{
	struct ion_channel *ch;

	spin_lock(&ion_totals_lock);
	/* The memory of a channel is freed after it was folded, under this lock. */
	rcu_read_lock();
	ch = ion_channels_after(reader->at);
	if (ch && !ch->folded)
		ion_totals_add(reader->sum, ch, false);
	if (ch)
		reader->at = ch->id;
	rcu_read_unlock();
	spin_unlock(&ion_totals_lock);
	return ch;
}

/**
 * ion_totals_read() - add up the counters of all channels
 * @totals: written, all of it but size
 *
 * Context: may sleep; waits for no other thread.
 * Return: 0; -EBUSY if the caller lacks CAP_SYS_ADMIN and too many others without it
 * read at the same time; -EINTR if the caller has been killed.
 */
int ion_totals_read(struct ion_totals *totals)
{
	struct ion_totals_reader reader = { .sum = totals };
	u32 size = totals->size;
	bool more;
	int ret;

	ret = ion_totals_begin(&reader);
	if (ret)
		return ret;
	do {
		more = ion_totals_next(&reader);
		cond_resched();
	} while (more && !fatal_signal_pending(current));
	ion_totals_end(&reader);
	totals->size = size;
	totals->nr_rings = ION_RINGS;
	totals->opened = ion_channels_opened();
	return more ? -EINTR : 0;
}
