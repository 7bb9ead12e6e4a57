/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_KERNEL_END_H
#define _DRIVERS_ION_KERNEL_END_H

#include <linux/mutex.h>
#include <linux/sched.h>

#include "channel.h"

u32 ion_kernel_end_pass(struct ion_channel *ch);
u32 ion_kernel_end_settle(struct ion_channel *ch);
bool ion_kernel_end_has_work(const struct ion_channel *ch);
u32 ion_kernel_end_run(struct ion_channel *ch);
u32 ion_kernel_end_run_pending(struct ion_channel *ch);
int ion_kernel_end_kick(struct ion_channel *ch);
u32 ion_kernel_end_leave(struct ion_channel *ch);
int ion_kernel_end_kick_if_needed(struct ion_channel *ch, bool nowait);
bool ion_kernel_end_trylock(struct ion_channel *ch);
int ion_kernel_end_confirm(struct ion_channel *ch, bool nowait);
u32 ion_kernel_end_refresh(struct ion_channel *ch, struct ion_ring *ring);
bool ion_callback_begin(struct ion_channel *ch);
void ion_callback_end(struct ion_channel *ch, bool was_poisoned);

/*
 * A lent thread keeps end_mutex from pass to pass, and releases it when another
 * thread waits for it. It may be preempted for long, so every caller but close waits
 * killably. Returns 0, or -EINTR for a fatal signal.
 */
static inline int ion_end_lock(struct ion_channel *ch)
{
	int ret;

	atomic_inc(&ch->end_wanted);
	ret = mutex_lock_killable(&ch->end_mutex);
	atomic_dec(&ch->end_wanted);
	return ret;
}

/* For the second of two channels; the one at the lower address is locked first. */
static inline int ion_end_lock_nested(struct ion_channel *ch)
{
	int ret;

	atomic_inc(&ch->end_wanted);
	ret = mutex_lock_killable_nested(&ch->end_mutex, SINGLE_DEPTH_NESTING);
	atomic_dec(&ch->end_wanted);
	return ret;
}

/* For unbinding a channel from its service, which must not fail. */
static inline void ion_end_lock_unkillable(struct ion_channel *ch)
{
	atomic_inc(&ch->end_wanted);
	mutex_lock(&ch->end_mutex);
	atomic_dec(&ch->end_wanted);
}

/* The thread that unlocks the mutex runs the kicks that found it taken. */
static inline void ion_end_unlock(struct ion_channel *ch)
{
	/* Every callback is over. */
	lockdep_assert(!ch->runner);

	mutex_unlock(&ch->end_mutex);
	smp_mb();	/* pairs with the barrier in ion_kernel_end_leave() */
	if (unlikely(READ_ONCE(ch->kick_pending)))
		ion_kernel_end_run_pending(ch);
}

static inline void ion_end_assert_held(const struct ion_channel *ch)
{
	lockdep_assert_held(&ch->end_mutex);
}

/* Set the thread that is in a callback of the service, and may use its rings. */
static inline void ion_end_set_runner(struct ion_channel *ch,
				      const struct task_struct *runner)
{
	ion_end_assert_held(ch);

	WRITE_ONCE(ch->runner, runner);
}

#endif /* _DRIVERS_ION_KERNEL_END_H */
