/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a channel's kernel end, and the wake flags that say whether a kick is
 * needed. Documentation/kernel-end.rst has a table of the states and the events.
 */
#ifndef _DRIVERS_ION_END_STATE_H
#define _DRIVERS_ION_END_STATE_H

#include "channel.h"

/* Returns the state as ION_IOC_STATS reports it. */
static inline enum ion_kernel_end
ion_end_state_public(const struct ion_channel *ch)
{
	switch (READ_ONCE(ch->end_state)) {
	case ION_END_SLEEPING:
		return ION_KERNEL_END_SLEEPING;
	case ION_END_LENT_SLEEPING:
		return ION_KERNEL_END_LENT_SLEEPING;
	default:
		return ION_KERNEL_END_LENT;
	}
}

void ion_end_state_init(struct ion_channel *ch);
int ion_end_state_lend(struct ion_channel *ch, const void *files);
void ion_end_state_sleep(struct ion_channel *ch);
void ion_end_state_wake(struct ion_channel *ch);
void ion_end_state_end(struct ion_channel *ch);
enum ion_end_state ion_end_state_kick(struct ion_channel *ch);
void ion_end_state_close(struct ion_channel *ch, const void *files);

void ion_wake_flag_arm(struct ion_ring *ring);
void ion_wake_flag_disarm(struct ion_ring *ring);
void ion_wake_flag_retry(struct ion_ring *ring);
void ion_wake_flag_reset(struct ion_ring *ring);
bool ion_wake_flags_rest(struct ion_channel *ch);

#ifdef ION_DEBUG
void ion_end_state_check(struct ion_channel *ch);
#else
static inline void ion_end_state_check(struct ion_channel *ch)
{
}
#endif

#endif /* _DRIVERS_ION_END_STATE_H */
