/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/ion.h>: checks and locking of the calls on a ring. */
#ifndef _DRIVERS_ION_API_RING_H
#define _DRIVERS_ION_API_RING_H

#include <linux/ion.h>

#include "channel.h"
#include "notify.h"
#include "trace_hot.h"

bool ion_api_any(const struct ion_ring *ring);
bool ion_api_context(const struct ion_ring *ring);
bool ion_api_ok(const struct ion_ring *ring, u32 size, bool pushes);

/**
 * struct ion_api_hold - ownership of a ring's kernel end for one call
 * @flags: the saved interrupt flags
 * @broken: the ring was poisoned when the call began
 */
struct ion_api_hold {
	unsigned long flags;
	bool broken;
};

static __always_inline struct ion_api_hold ion_api_lock(struct ion_ring *ring)
	__acquires(&ring->lock)
{
	struct ion_api_hold hold = { .flags = ion_ring_lock(ring) };

	hold.broken = ring->end.broken;
	return hold;
}

/*
 * When a callback ends, the program is notified if it found a ring poisoned. A call
 * in any other context notifies the program at once.
 */
static __always_inline void ion_api_unlock(struct ion_ring *ring,
					   struct ion_api_hold hold)
	__releases(&ring->lock)
{
	bool fresh = ring->async && ring->end.broken && !hold.broken;

	if (unlikely(fresh))
		ion_trace_poison(ring);
	ion_ring_unlock(ring, hold.flags);
	if (unlikely(fresh))
		ion_notify_state(ring->ch);
}

#endif /* _DRIVERS_ION_API_RING_H */
