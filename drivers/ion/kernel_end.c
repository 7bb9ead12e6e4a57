// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the kernel end runs, and how it goes to sleep.
 *
 * It runs in the caller that kicks it, or in a lent thread (serve.c). Between
 * runs it sleeps: its wake flags ask the user end for a kick. A lent thread takes
 * them back for as long as it is awake. A kick is over soon, and leaves those of tx
 * and cmd as they are: whoever pushes meanwhile kicks for it, so that nobody need
 * look once more. Both ways go to sleep by the same steps.
 */
#include <linux/errno.h>

#include "kernel_end.h"
#include "notify.h"
#include "serve.h"
#include "service.h"
#include "trace_hot.h"

/* Packets and commands that the kernel end has pushed and popped so far. */
static u64 ion_kernel_end_moved(const struct ion_channel *ch)
{
	unsigned int id;
	u64 moved = 0;

	for (id = 0; id < ION_RINGS; id++)
		moved += READ_ONCE(ch->ring[id].end.own);
	return moved;
}

/**
 * ion_kernel_end_pass() - let the service handle what is queued
 * @ch: the channel, configured, end_mutex held
 *
 * Return: how many packets and commands it moved, 0 if a ring is poisoned.
 */
u32 ion_kernel_end_pass(struct ion_channel *ch)
{
	bool poisoned;
	u64 before;
	u32 done;

	ion_end_assert_held(ch);

	if (!ch->service || ion_channel_poisoned(ch))
		return 0;
	before = ion_kernel_end_moved(ch);
	WRITE_ONCE(ch->ring[ION_RING_RX].stalled, false);
	WRITE_ONCE(ch->ring[ION_RING_EVT].stalled, false);
	WRITE_ONCE(ch->ring[ION_RING_TX].stage->refused, 0);
	ion_channel_run(ch, current);
	ch->service->doorbell(ch);
	ion_channel_run(ch, NULL);
	done = ion_kernel_end_moved(ch) - before;
	poisoned = ion_channel_poisoned(ch);
	if (unlikely(poisoned))
		ion_channel_trace_poison(ch);
	if (done || poisoned)
		ion_notify(ch, poisoned);
	return done;
}

/**
 * ion_kernel_end_awake() - tell the user end that no kick is needed
 * @ch: the channel, configured, end_mutex held
 */
void ion_kernel_end_awake(struct ion_channel *ch)
{
	unsigned long flags;
	unsigned int id;

	ion_end_assert_held(ch);

	for (id = 0; id < ION_RINGS; id++) {
		flags = ion_ring_lock(&ch->ring[id]);
		ion_ring_awake(&ch->ring[id]);
		ion_ring_unlock(&ch->ring[id], flags);
	}
}

/*
 * Of rx and evt the flag says that something waits for room. It is tried once
 * more now, and if that finds no room either, the flag is set once more. What
 * another context sets just now may stay.
 */
static void ion_kernel_end_retry(struct ion_ring *ring)
{
	unsigned long flags;

	if (!READ_ONCE(ring->found_full) && !READ_ONCE(ring->asleep))
		return;
	flags = ion_ring_lock(ring);
	ion_ring_awake(ring);
	ion_ring_unlock(ring, flags);
}

/**
 * ion_kernel_end_kicked() - tell the user end that one kick was enough
 * @ch: the channel, configured
 *
 * For who kicks a lent thread, which may take a while to get a processor: it
 * is certain to run, so the flags may go back to 0 before it does. The caller
 * holds serve_wait.lock, and the thread takes it before it sets the flags for
 * another sleep. Should it be setting them for this one, they may end either
 * way, and it finds that it was kicked.
 *
 * Of a channel that is async another context may have armed a ring while the
 * thread was awake; it must find the flag down if it is to set it again.
 */
void ion_kernel_end_kicked(struct ion_channel *ch)
{
	unsigned long flags;
	unsigned int id;

	lockdep_assert_held(&ch->serve_wait.lock);

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &ch->ring[id];

		flags = ion_ring_lock(ring);
		if (ring->async)
			WRITE_ONCE(ring->asleep, false);
		ion_end_awake(&ring->end);
		ion_ring_unlock(ring, flags);
	}
}

static bool ion_kernel_end_set_flags(struct ion_channel *ch)
{
	unsigned long flags;
	bool set = false;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &ch->ring[id];

		if (ion_ring_armed(ring))
			continue;
		flags = ion_ring_lock(ring);
		set |= ion_ring_sleep(ring);
		ion_ring_unlock(ring, flags);
	}
	return set;
}

/**
 * ion_kernel_end_news() - whether another pass might find something to do
 * @ch: the channel, configured, end_mutex held
 *
 * Return: false if there is nothing to pop, nor room that was wanted.
 */
bool ion_kernel_end_news(struct ion_channel *ch)
{
	unsigned long flags;
	bool news = false;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		flags = ion_ring_lock(&ch->ring[id]);
		news |= ion_ring_news(&ch->ring[id]);
		ion_ring_unlock(&ch->ring[id], flags);
	}
	return news;
}

/**
 * ion_kernel_end_sleep() - have the user end kick, then look once more
 * @ch: the channel, configured, end_mutex held
 * @due: have a pass, whether or not there is something new
 *
 * What the user end published before it could see a flag is handled here, what
 * it publishes later comes with a kick. A pass may find a ring full and so set
 * another flag, so that there is at most one pass more than there are rings. The
 * first is due for a lent thread, even if all flags were set before: a kick that
 * they led to may have been dropped. Who just had a pass needs none for what has
 * not moved since, nor if no flag had to be set: it was seen by whoever published
 * meanwhile. Of a channel that is async a kick takes flags back that a lent thread
 * is just setting; however many come, the thread does not stay here for them,
 * since it finds that it was kicked.
 *
 * Return: how many packets and commands were moved.
 */
u32 ion_kernel_end_sleep(struct ion_channel *ch, bool due)
{
	unsigned int passes = 0;
	u32 done = 0;
	bool set;

	ion_end_assert_held(ch);

	ch->sleeps++;
	ion_trace_sleep(ch);
	set = ion_kernel_end_set_flags(ch);
	while (due || (set && ion_kernel_end_news(ch))) {
		due = false;
		done += ion_kernel_end_pass(ch);
		set = ion_kernel_end_set_flags(ch) && passes++ < ION_RINGS;
	}
	return done;
}

/**
 * ion_kernel_end_run() - handle what is queued, and sleep
 * @ch: the channel, configured, end_mutex held
 *
 * Does nothing if a lent thread has come: it sees to all that was published
 * before, and its flags are not to be touched.
 *
 * Return: how many packets and commands were moved.
 */
u32 ion_kernel_end_run(struct ion_channel *ch)
{
	u32 done;

	ion_end_assert_held(ch);

	if (ion_serve_state(ch) != ION_KERNEL_END_SLEEPING)
		return 0;
	ion_kernel_end_retry(&ch->ring[ION_RING_RX]);
	ion_kernel_end_retry(&ch->ring[ION_RING_EVT]);
	done = ion_kernel_end_pass(ch);
	return done + ion_kernel_end_sleep(ch, false);
}

/**
 * ion_kernel_end_kick() - run the kernel end, or wake the thread that does
 * @ch: the channel, configured
 *
 * Context: may sleep. Bounded by what was queued at the call.
 * Return: 0; -EPROTO if a ring is poisoned; -EPIPE if the service hung up.
 */
int ion_kernel_end_kick(struct ion_channel *ch)
{
	u32 done;

	ion_trace_kick(ch);
	/*
	 * Fully ordered: kicks_spurious, counted later, never passes it; and what
	 * the program published comes before the look for a lent thread.
	 */
	atomic64_inc_return(&ch->kicks);
	if (ion_serve_kick(ch))
		return 0;

	guard(ion_end)(ch);

	done = ion_kernel_end_run(ch);
	if (!done)
		atomic64_inc(&ch->kicks_spurious);
	ion_trace_kick_done(ch, done);
	return ion_channel_error(ch);
}

/* Something to pop, or room for what could not be pushed. */
static bool ion_kernel_end_has_work(struct ion_channel *ch)
{
	unsigned int id;

	guard(ion_end)(ch);

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring *ring = &ch->ring[id];
		u32 queued = ion_channel_look(ch, ring);

		if (!ring->kind->kernel_pushes && queued)
			return true;
		if (READ_ONCE(ring->stalled) && queued < ring->end.mask)
			return true;
	}
	return false;
}

/**
 * ion_kernel_end_nudge() - kick for a user end that is about to wait
 * @ch: the channel, configured
 *
 * A lent thread that is awake needs no kick, one that sleeps needs it only for
 * a program that pushed without looking at the wake flag.
 *
 * Context: may sleep.
 */
void ion_kernel_end_nudge(struct ion_channel *ch)
{
	enum ion_kernel_end state = ion_serve_state(ch);

	if (state == ION_KERNEL_END_SLEEPING ||
	    (state == ION_KERNEL_END_LENT_SLEEPING &&
	     ion_kernel_end_has_work(ch)))
		ion_kernel_end_kick(ch);
}
