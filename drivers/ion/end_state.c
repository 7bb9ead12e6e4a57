// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the kernel end, and its wake flags.
 *
 * Every write of either is here, under state_lock, so that they cannot disagree.
 * While the kernel end sleeps, alone or in a lent thread, the flags of tx and cmd
 * request a kick, and those of rx and evt do if a push found no room. While a lent
 * thread is awake, or was kicked and will be, they do not. A kick that runs the
 * kernel end in its caller is no state of its own: the flags stay set, and a program
 * that pushes meanwhile kicks as well.
 *
 * The caller that sets a flag must check the rings afterwards: (E) of <ion/ring.h>
 * is here.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/wait.h>

#include "end_state.h"

static void ion_wake_flag_write(struct ion_ring *ring, bool asks)
{
	lockdep_assert_held(&ring->ch->state_lock);

	WRITE_ONCE(ring->asleep, asks);
	WRITE_ONCE(*ring->end.own_wake, asks);
}

/* As a producer the kernel end needs a kick only if it has something to push. */
static bool ion_wake_flag_wanted(const struct ion_ring *ring)
{
	return !ring->polled &&
	       (!ring->kind->kernel_pushes || READ_ONCE(ring->stalled));
}

/* Set the flags that are needed. Returns whether one of them was not set before. */
static bool ion_wake_flags_set(struct ion_channel *ch)
{
	struct ion_ring *ring;
	bool set = false;

	ion_for_each_ring(ch, ring) {
		if (ring->asleep || !ion_wake_flag_wanted(ring))
			continue;
		ion_wake_flag_write(ring, true);
		set = true;
	}
	return set;
}

static void ion_wake_flags_clear(struct ion_channel *ch)
{
	struct ion_ring *ring;

	ion_for_each_ring(ch, ring)
		if (ring->asleep)
			ion_wake_flag_write(ring, false);
}

/**
 * ion_end_state_init() - put the kernel end of a new channel to sleep
 * @ch: the channel; its rings are connected
 */
void ion_end_state_init(struct ion_channel *ch)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ch->state_lock, flags);
	WRITE_ONCE(ch->end_state, ION_END_SLEEPING);
	ion_wake_flags_set(ch);
	raw_spin_unlock_irqrestore(&ch->state_lock, flags);
}

/**
 * ion_end_state_lend() - lend the calling thread to the kernel end
 * @ch: the channel
 * @files: the descriptors of its program
 *
 * The thread must make a pass afterwards: kicks from now on are left to it.
 *
 * Return: 0, or -EBUSY if another thread is lent.
 */
int ion_end_state_lend(struct ion_channel *ch, const void *files)
{
	unsigned long flags;
	int ret = -EBUSY;

	raw_spin_lock_irqsave(&ch->state_lock, flags);
	if (ch->end_state == ION_END_SLEEPING) {
		WRITE_ONCE(ch->end_state, ION_END_LENT);
		ch->server = files;
		WRITE_ONCE(ch->server_closed, false);
		ion_wake_flags_clear(ch);
		ret = 0;
	}
	raw_spin_unlock_irqrestore(&ch->state_lock, flags);
	return ret;
}

static void ion_end_state_set_asleep(struct ion_channel *ch,
				     enum ion_end_state state,
				     const void *server)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ch->state_lock, flags);
	WRITE_ONCE(ch->end_state, state);
	ch->server = server;
	ion_wake_flags_set(ch);
	raw_spin_unlock_irqrestore(&ch->state_lock, flags);
	smp_mb();	/* (E), pairs with (F) */
}

/**
 * ion_end_state_sleep() - prepare the lent thread to sleep
 * @ch: the channel, whose kernel end the caller runs
 *
 * The caller must make a pass afterwards, for packets that were published before the
 * flags were seen.
 */
void ion_end_state_sleep(struct ion_channel *ch)
{
	ion_end_state_set_asleep(ch, ION_END_LENT_SLEEPING, ch->server);
}

/**
 * ion_end_state_end() - prepare the lent thread to leave
 * @ch: the channel
 *
 * The thread may have slept, been kicked or been awake. In each case the caller must
 * kick afterwards, for kicks that were left to the thread and for packets that were
 * published before the flags were seen.
 */
void ion_end_state_end(struct ion_channel *ch)
{
	ion_end_state_set_asleep(ch, ION_END_SLEEPING, NULL);
}

/**
 * ion_end_state_wake() - mark the lent thread as awake
 * @ch: the channel
 *
 * The thread must make a pass, for the kick that woke it.
 */
void ion_end_state_wake(struct ion_channel *ch)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ch->state_lock, flags);
	WRITE_ONCE(ch->end_state, ION_END_LENT);
	ion_wake_flags_clear(ch);
	raw_spin_unlock_irqrestore(&ch->state_lock, flags);
}

/**
 * ion_end_state_kick() - leave a kick to the lent thread
 * @ch: the channel
 *
 * The caller must have a full barrier between publishing and this call: a thread that
 * is not seen here then sees what was published before it sleeps.
 *
 * Clears the flags before the thread gets a processor: one kick is enough. Clears
 * them as well if the thread is awake: another context may have armed a ring.
 *
 * Context: any but NMI.
 * Return: the state that it found. On ION_END_LENT_SLEEPING the caller must wake up
 * @serve_wait; on ION_END_SLEEPING no thread is lent.
 */
enum ion_end_state ion_end_state_kick(struct ion_channel *ch)
{
	enum ion_end_state was;
	unsigned long flags;

	raw_spin_lock_irqsave(&ch->state_lock, flags);
	was = ch->end_state;
	if (was == ION_END_LENT_SLEEPING)
		WRITE_ONCE(ch->end_state, ION_END_LENT_KICKED);
	if (was != ION_END_SLEEPING)
		ion_wake_flags_clear(ch);
	raw_spin_unlock_irqrestore(&ch->state_lock, flags);
	return was;
}

/**
 * ion_end_state_close() - end a lent thread whose program closes a descriptor
 * @ch: the channel
 * @files: the descriptors of the program that closes one
 *
 * The lent thread of that program returns: its own call holds the file, so that
 * nothing else would end it.
 */
void ion_end_state_close(struct ion_channel *ch, const void *files)
{
	unsigned long flags;
	bool serves;

	raw_spin_lock_irqsave(&ch->state_lock, flags);
	serves = ch->server && ch->server == files;
	if (serves)
		WRITE_ONCE(ch->server_closed, true);
	raw_spin_unlock_irqrestore(&ch->state_lock, flags);
	if (serves)
		wake_up(&ch->serve_wait);
}

/**
 * ion_wake_flag_arm() - request a kick when the program moves a ring on
 * @ring: the ring, owned
 *
 * The caller must check the ring afterwards.
 */
void ion_wake_flag_arm(struct ion_ring *ring)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ring->ch->state_lock, flags);
	ring->polled = false;
	ion_wake_flag_write(ring, true);
	raw_spin_unlock_irqrestore(&ring->ch->state_lock, flags);
	smp_mb();	/* (E), pairs with (F) */
}

/**
 * ion_wake_flag_disarm() - request no kicks for a ring
 * @ring: the ring, owned
 */
void ion_wake_flag_disarm(struct ion_ring *ring)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ring->ch->state_lock, flags);
	ring->polled = true;
	ion_wake_flag_write(ring, false);
	raw_spin_unlock_irqrestore(&ring->ch->state_lock, flags);
}

/**
 * ion_wake_flag_retry() - clear the request for room before a pass tries again
 * @ring: rx or evt
 *
 * On an async channel another context may set the flag from now on, and it must then
 * stay set. So it is cleared here, before the pass, and not after it.
 */
void ion_wake_flag_retry(struct ion_ring *ring)
{
	unsigned long flags;

	WRITE_ONCE(ring->full_counted, false);
	if (!ring->async || !READ_ONCE(ring->asleep))
		return;
	raw_spin_lock_irqsave(&ring->ch->state_lock, flags);
	ion_wake_flag_write(ring, false);
	raw_spin_unlock_irqrestore(&ring->ch->state_lock, flags);
}

/**
 * ion_wake_flag_reset() - write the flag again, which a program may have overwritten
 * @ring: the ring, owned; it was emptied, so nothing waits for room
 */
void ion_wake_flag_reset(struct ion_ring *ring)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ring->ch->state_lock, flags);
	ion_wake_flag_write(ring, ring->asleep && !ring->kind->kernel_pushes);
	raw_spin_unlock_irqrestore(&ring->ch->state_lock, flags);
}

/* Check whether the flag of rx or evt disagrees with the last pass. */
static bool ion_wake_flag_stale(const struct ion_ring *ring)
{
	if (READ_ONCE(ring->stalled))
		return !READ_ONCE(ring->asleep) && !READ_ONCE(ring->polled);
	return READ_ONCE(ring->asleep) && !ring->async;
}

/* Set the flag if the last pass found no room. Returns whether it set it. */
static bool ion_wake_flag_rest(struct ion_ring *ring)
{
	if (!ion_wake_flag_stale(ring))
		return false;
	ion_wake_flag_write(ring, READ_ONCE(ring->stalled));
	return ring->asleep;
}

/**
 * ion_wake_flags_rest() - request kicks for rings where the last pass found no room
 * @ch: the channel, whose kernel end the caller runs
 *
 * A flag that was set before the pass stayed set, and a program that made room
 * meanwhile saw it. A lent thread that came meanwhile has cleared them all.
 *
 * Return: true if a flag was set just now: check the rings once more.
 */
bool ion_wake_flags_rest(struct ion_channel *ch)
{
	struct ion_ring *rx = &ch->ring[ION_RING_RX];
	struct ion_ring *evt = &ch->ring[ION_RING_EVT];
	unsigned long flags;
	bool set = false;

	if (likely(!ion_wake_flag_stale(rx) && !ion_wake_flag_stale(evt)))
		return false;

	raw_spin_lock_irqsave(&ch->state_lock, flags);
	if (ch->end_state == ION_END_SLEEPING ||
	    ch->end_state == ION_END_LENT_SLEEPING) {
		set = ion_wake_flag_rest(rx);
		set |= ion_wake_flag_rest(evt);
	}
	raw_spin_unlock_irqrestore(&ch->state_lock, flags);
	if (set)
		smp_mb();	/* (E), pairs with (F) */
	return set;
}

#ifdef ION_DEBUG
static bool ion_end_state_asleep(const struct ion_channel *ch)
{
	return ch->end_state == ION_END_SLEEPING ||
	       ch->end_state == ION_END_LENT_SLEEPING;
}

/* On a split channel nobody else can write to the shared flag, so check it too. */
static void ion_wake_flag_check(const struct ion_ring *ring)
{
	const struct ion_channel *ch = ring->ch;
	bool asks = !ring->polled && !ring->kind->kernel_pushes;

	WARN_ONCE(ch->info.layout == ION_LAYOUT_SPLIT &&
		  READ_ONCE(*ring->end.own_wake) != ring->asleep,
		  "ion: %s: the wake flag is not what it should be\n",
		  ring->kind->name);
	WARN_ONCE(ion_end_state_asleep(ch) && asks && !ring->asleep,
		  "ion: %s: the kernel end sleeps in state %d and asks for no kick\n",
		  ring->kind->name, ch->end_state);
	WARN_ONCE(!ion_end_state_asleep(ch) && ring->asleep && !ring->async,
		  "ion: %s: the kernel end is awake in state %d and asks for a kick\n",
		  ring->kind->name, ch->end_state);
	WARN_ONCE(ch->end_state == ION_END_SLEEPING && ch->server,
		  "ion: a lent thread has left, and is not forgotten\n");
}

/**
 * ion_end_state_check() - check that the state and the flags agree
 * @ch: the channel, configured
 *
 * Debug builds call it at the end of every call. They agree at any time, whatever
 * other calls are in progress.
 */
void ion_end_state_check(struct ion_channel *ch)
{
	struct ion_ring *ring;
	unsigned long flags;

	if (ch->direct)
		return;
	raw_spin_lock_irqsave(&ch->state_lock, flags);
	ion_for_each_ring(ch, ring)
		ion_wake_flag_check(ring);
	raw_spin_unlock_irqrestore(&ch->state_lock, flags);
}
#endif /* ION_DEBUG */
