// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the kernel end runs, and how it goes to sleep.
 *
 * It runs in the caller that kicks it, or in a lent thread (serve.c). Between
 * runs it sleeps: its wake flags ask the user end for a kick. Both ways go to
 * sleep by the same steps, so that neither can lose a wake-up.
 */
#include <linux/errno.h>

#include "kernel_end.h"
#include "notify.h"
#include "serve.h"
#include "service.h"

/**
 * ion_kernel_end_pass() - let the service handle what is queued
 * @ch: the channel, configured, end_mutex held
 *
 * Return: how many packets and commands it moved, 0 if a ring is poisoned.
 */
u32 ion_kernel_end_pass(struct ion_channel *ch)
{
	bool poisoned;
	u32 done;

	ion_end_assert_held(ch);

	if (ion_channel_poisoned(ch))
		return 0;
	done = ch->service->run(ch);
	poisoned = ion_channel_poisoned(ch);
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
	unsigned int id;

	ion_end_assert_held(ch);

	for (id = 0; id < ION_RINGS; id++)
		ion_ring_awake(&ch->ring[id]);
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
 */
void ion_kernel_end_kicked(struct ion_channel *ch)
{
	unsigned int id;

	lockdep_assert_held(&ch->serve_wait.lock);

	for (id = 0; id < ION_RINGS; id++)
		ion_end_awake(&ch->ring[id].end);
}

static bool ion_kernel_end_set_flags(struct ion_channel *ch)
{
	bool set = false;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		set |= ion_ring_sleep(&ch->ring[id]);
	return set;
}

/**
 * ion_kernel_end_sleep() - have the user end kick, then look once more
 * @ch: the channel, configured, end_mutex held
 *
 * What the user end published before it could see a flag is handled here, what
 * it publishes later comes with a kick. A pass may find a ring full and so set
 * another flag; none is taken back, so there is at most one pass more than
 * there are rings, whatever the user end does meanwhile. The first is due even
 * if all flags were set before: a kick that they led to may have been dropped.
 *
 * Return: how many packets and commands were moved.
 */
u32 ion_kernel_end_sleep(struct ion_channel *ch)
{
	u32 done = 0;

	ion_end_assert_held(ch);

	ch->sleeps++;
	ion_kernel_end_set_flags(ch);
	do
		done += ion_kernel_end_pass(ch);
	while (ion_kernel_end_set_flags(ch));
	return done;
}

/**
 * ion_kernel_end_run() - wake up, handle what is queued, and sleep
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
	ion_kernel_end_awake(ch);
	done = ion_kernel_end_pass(ch);
	return done + ion_kernel_end_sleep(ch);
}

/**
 * ion_kernel_end_kick() - run the kernel end, or wake the thread that does
 * @ch: the channel, configured
 *
 * Context: may sleep. Bounded by what was queued at the call.
 * Return: 0, or -EPROTO if a ring is poisoned.
 */
int ion_kernel_end_kick(struct ion_channel *ch)
{
	/* Fully ordered: kicks_spurious, counted later, never passes it. */
	atomic64_inc_return(&ch->kicks);
	if (ion_serve_kick(ch))
		return 0;

	guard(ion_end)(ch);

	if (!ion_kernel_end_run(ch))
		atomic64_inc(&ch->kicks_spurious);
	return ion_channel_poisoned(ch) ? -EPROTO : 0;
}

static bool ion_kernel_end_has_input(struct ion_channel *ch)
{
	guard(ion_end)(ch);

	ion_channel_look_all(ch);
	return ion_ring_count(&ch->ring[ION_RING_TX]) ||
	       ion_ring_count(&ch->ring[ION_RING_CMD]);
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
	     ion_kernel_end_has_input(ch)))
		ion_kernel_end_kick(ch);
}
