// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kicks, and the passes of the kernel end.
 *
 * The kernel end runs in the caller that kicks it, or in a lent thread (serve.c),
 * which holds end_mutex meanwhile. end_state.c has the states and the wake flags. A
 * kick leaves the flags of tx and cmd set: a program that pushes meanwhile kicks as
 * well, so that nobody has to check those rings once more.
 *
 * A caller that cannot wait for end_mutex leaves the kick to its owner: kick_pending.
 */
#include <linux/errno.h>

#include "direct.h"
#include "end_state.h"
#include "kernel_end.h"
#include "notify.h"
#include "trace_hot.h"

/* Returns how many packets and commands the kernel end has pushed and popped so far. */
static u64 ion_kernel_end_moved(const struct ion_channel *ch)
{
	const struct ion_ring *ring;
	u64 moved = 0;

	ion_for_each_ring(ch, ring)
		moved += READ_ONCE(ring->end.own);
	return moved;
}

/* Trace new poison. On an async channel it was traced when it was found. */
static void ion_kernel_end_trace_poison(const struct ion_channel *ch)
{
	const struct ion_ring *ring;

	ion_end_assert_held(ch);

	if (ion_channel_async(ch))
		return;
	ion_for_each_ring(ch, ring)
		if (ring->end.broken)
			ion_trace_poison(ring);
}

/**
 * ion_callback_begin() - begin a callback of the service
 * @ch: the channel, end_mutex held
 *
 * Return: the argument of ion_callback_end().
 */
bool ion_callback_begin(struct ion_channel *ch)
{
	ion_end_set_runner(ch, current);
	return ion_channel_poisoned(ch);
}

/**
 * ion_callback_end() - end a callback of the service
 * @ch: the channel, end_mutex held
 * @was_poisoned: from ion_callback_begin()
 *
 * Traces and notifies of poison that the callback found.
 */
void ion_callback_end(struct ion_channel *ch, bool was_poisoned)
{
	ion_end_set_runner(ch, NULL);
	if (was_poisoned || !ion_channel_poisoned(ch))
		return;
	ion_kernel_end_trace_poison(ch);
	ion_notify_state(ch);
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
	ion_end_set_runner(ch, current);
	ch->service->ops->doorbell(ch);
	ion_end_set_runner(ch, NULL);
	done = ion_kernel_end_moved(ch) - before;
	if (done)
		WRITE_ONCE(ch->idle_since, 0);
	poisoned = ion_channel_poisoned(ch);
	if (unlikely(poisoned))
		ion_kernel_end_trace_poison(ch);
	if (done || poisoned)
		ion_notify(ch, poisoned);
	return done;
}

/**
 * ion_kernel_end_has_work() - check whether another pass might find something to do
 * @ch: the channel, configured
 *
 * Return: false if there is nothing to pop, and no room that a push waits for.
 */
bool ion_kernel_end_has_work(const struct ion_channel *ch)
{
	const struct ion_ring *ring;

	ion_for_each_ring(ch, ring)
		if (ion_ring_has_work(ring))
			return true;
	return false;
}

/**
 * ion_kernel_end_settle() - set the wake flags after a pass, and check once more
 * @ch: the channel, configured, end_mutex held; in a state of sleep
 *
 * A pass may find a ring full, so that its flag is set now. Moves of the user end
 * before it could see that flag are handled here; later moves come with a kick. Each
 * further pass is for a flag that was not set before, and only kicks clear flags: so
 * there are at most as many further passes as there are such rings.
 *
 * Return: how many packets and commands were moved.
 */
u32 ion_kernel_end_settle(struct ion_channel *ch)
{
	unsigned int passes = 0;
	u32 done = 0;

	ion_end_assert_held(ch);

	while (ion_wake_flags_rest(ch) && passes++ < ION_RINGS &&
	       (ion_ring_has_work(&ch->ring[ION_RING_RX]) ||
		ion_ring_has_work(&ch->ring[ION_RING_EVT])))
		done += ion_kernel_end_pass(ch);
	return done;
}

/**
 * ion_kernel_end_run() - handle what is queued, then set the wake flags
 * @ch: the channel, configured, end_mutex held
 *
 * Does nothing if a lent thread has come: that thread makes a pass, which handles all
 * that was published before, and its flags must not be touched.
 *
 * Return: how many packets and commands were moved.
 */
u32 ion_kernel_end_run(struct ion_channel *ch)
{
	u32 done;

	ion_end_assert_held(ch);

	if (READ_ONCE(ch->end_state) != ION_END_SLEEPING)
		return 0;
	ion_wake_flag_retry(&ch->ring[ION_RING_RX]);
	ion_wake_flag_retry(&ch->ring[ION_RING_EVT]);
	done = ion_kernel_end_pass(ch);
	WRITE_ONCE(ch->sleeps, ch->sleeps + 1);
	ion_trace_sleep(ch);
	return done + ion_kernel_end_settle(ch);
}

/* Count a kick after the kernel end ran in its caller. */
static void ion_kernel_end_count_done(struct ion_channel *ch, u32 done)
{
	if (!done)
		atomic64_inc(&ch->kicks_spurious);
	ion_trace_kick_done(ch, false, done, !done);
}

/* Leave the kick to the lent thread. Returns false if no thread is lent. */
static bool ion_kernel_end_kick_lent(struct ion_channel *ch)
{
	enum ion_end_state was;
	bool spurious;

	if (READ_ONCE(ch->end_state) == ION_END_SLEEPING)
		return false;
	was = ion_end_state_kick(ch);
	if (was == ION_END_SLEEPING)
		return false;
	spurious = was != ION_END_LENT_SLEEPING;
	ion_trace_kick_done(ch, true, 0, spurious);
	if (spurious)
		atomic64_inc(&ch->kicks_spurious);
	else
		ion_notify_lent(ch);
	return true;
}

/*
 * Fully ordered: kicks_spurious, counted later, never exceeds it; and what the
 * program published comes before the check for a lent thread.
 */
static void ion_kernel_end_count_kick(struct ion_channel *ch)
{
	ion_trace_kick(ch);
	atomic64_inc_return(&ch->kicks);
}

/**
 * ion_kernel_end_kick() - run the kernel end, or wake the thread that does
 * @ch: the channel, configured
 *
 * Context: may sleep. Bounded by what was queued at the call.
 * Return: 0; -EPROTO if a ring is poisoned; -EPIPE if the service hung up;
 * -EINTR for a fatal signal.
 */
int ion_kernel_end_kick(struct ion_channel *ch)
{
	int ret;

	if (ch->direct)
		return ion_direct_kick(ch);
	ion_kernel_end_count_kick(ch);
	if (ion_kernel_end_kick_lent(ch))
		return 0;
	ret = ion_end_lock(ch);
	if (ret)
		return ret;
	ion_kernel_end_count_done(ch, ion_kernel_end_run(ch));
	ret = ion_channel_kick_error(ch);
	ion_end_unlock(ch);
	return ret;
}

/* Pending kicks of other threads that one thread handles at most. */
#define ION_PENDING_MAX	64

/**
 * ion_kernel_end_run_pending() - handle the kicks that found end_mutex taken
 * @ch: the channel, configured
 *
 * Each turn is for a system call that another thread made meanwhile. A program that
 * makes them without a pause does not keep the caller here forever: at the limit,
 * sleepers in poll() are woken, and kick again.
 *
 * Return: how many packets and commands were moved.
 */
u32 ion_kernel_end_run_pending(struct ion_channel *ch)
{
	unsigned int turns = 0;
	u32 done = 0;

	while (READ_ONCE(ch->kick_pending) && mutex_trylock(&ch->end_mutex)) {
		/* Fully ordered: the pass sees what was published before it was set. */
		if (xchg(&ch->kick_pending, false))
			done += ion_kernel_end_run(ch);
		mutex_unlock(&ch->end_mutex);
		smp_mb();	/* as in ion_end_unlock() */
		if (++turns == ION_PENDING_MAX) {
			wake_up_interruptible_all(&ch->wait);
			break;
		}
	}
	return done;
}

/**
 * ion_kernel_end_leave() - run the kernel end, or leave that to the mutex's owner
 * @ch: the channel, configured, in the state of sleep
 *
 * If another thread owns end_mutex, that thread runs the kernel end. Either the
 * trylock here succeeds, or the owner sees kick_pending after it unlocks.
 *
 * Context: process; waits for no other thread.
 * Return: how many packets and commands were moved here.
 */
u32 ion_kernel_end_leave(struct ion_channel *ch)
{
	WRITE_ONCE(ch->kick_pending, true);
	smp_mb();	/* pairs with the barrier in ion_end_unlock() */
	return ion_kernel_end_run_pending(ch);
}

/* Kick without waiting for any thread. */
static void ion_kernel_end_try_kick(struct ion_channel *ch)
{
	ion_kernel_end_count_kick(ch);
	if (!ion_kernel_end_kick_lent(ch))
		ion_kernel_end_count_done(ch, ion_kernel_end_leave(ch));
}

/**
 * ion_kernel_end_kick_if_needed() - kick for a user end that is about to wait
 * @ch: the channel, configured
 * @nowait: wait for no other thread
 *
 * A lent thread that is awake needs no kick. If it sleeps, it needs one only if the
 * program pushed without checking the wake flag.
 *
 * Context: may sleep.
 * Return: 0, or -EINTR for a fatal signal.
 */
int ion_kernel_end_kick_if_needed(struct ion_channel *ch, bool nowait)
{
	enum ion_end_state state = READ_ONCE(ch->end_state);

	if (ch->direct) {
		ion_direct_kick(ch);
		return 0;
	}
	if (state != ION_END_SLEEPING && (state != ION_END_LENT_SLEEPING ||
					  !ion_kernel_end_has_work(ch)))
		return 0;
	if (!nowait)
		return ion_kernel_end_kick(ch) == -EINTR ? -EINTR : 0;
	ion_kernel_end_try_kick(ch);
	return 0;
}

/**
 * ion_kernel_end_refresh() - refresh the position of the user end in a ring
 * @ch: the channel, end_mutex held
 * @ring: the ring
 *
 * Notifies of poison that it finds.
 *
 * Return: packets in the ring, a number from 0 to mask.
 */
u32 ion_kernel_end_refresh(struct ion_channel *ch, struct ion_ring *ring)
{
	unsigned long flags;
	bool fresh;
	u32 queued;

	ion_end_assert_held(ch);

	flags = ion_ring_lock(ring);
	fresh = !ring->end.broken && !ion_ring_refresh(ring);
	if (fresh)
		ion_trace_poison(ring);
	queued = ion_ring_count(ring);
	ion_ring_unlock(ring, flags);
	if (fresh)
		ion_notify_state(ch);
	return queued;
}

static void ion_kernel_end_refresh_all(struct ion_channel *ch)
{
	struct ion_ring *ring;

	ion_for_each_ring(ch, ring)
		ion_kernel_end_refresh(ch, ring);
}

/**
 * ion_kernel_end_trylock() - take the kernel end, if nobody else owns it
 * @ch: the channel, configured
 *
 * On success it has also refreshed the position of the user end in every ring. A
 * direct channel has no kernel end.
 *
 * Context: process; waits for no other thread.
 * Return: true if the caller owns it, until ion_end_unlock().
 */
bool ion_kernel_end_trylock(struct ion_channel *ch)
{
	if (ch->direct || !mutex_trylock(&ch->end_mutex))
		return false;
	ion_kernel_end_refresh_all(ch);
	return true;
}

/* The next check may find the indices of a direct channel right again. */
static int ion_kernel_end_confirm_direct(const struct ion_channel *ch)
{
	const struct ion_ring *ring;
	bool bad = false;

	ion_for_each_ring(ch, ring)
		ion_ring_user_has(ring, &bad);
	return bad ? -EPROTO : 0;
}

/**
 * ion_kernel_end_confirm() - poison the rings whose index cannot be right
 * @ch: the channel, configured; a snapshot found such an index in one of its rings
 * @nowait: wait for no other thread
 *
 * Context: may sleep.
 * Return: -EPROTO if a ring is poisoned, or would be if another thread did not own
 * its end; 0 if the index was repaired meanwhile; -EINTR for a fatal signal.
 */
int ion_kernel_end_confirm(struct ion_channel *ch, bool nowait)
{
	bool locked;

	if (ch->direct)
		return ion_kernel_end_confirm_direct(ch);
	if (ion_channel_poisoned(ch))
		return -EPROTO;
	locked = nowait ? mutex_trylock(&ch->end_mutex) : !ion_end_lock(ch);
	if (!locked)
		return nowait ? -EPROTO : -EINTR;
	ion_kernel_end_refresh_all(ch);
	ion_end_unlock(ch);
	return ion_channel_poisoned(ch) ? -EPROTO : 0;
}
