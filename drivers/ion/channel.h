/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one open of /dev/ion owns.
 *
 * Locking
 * -------
 * setup_mutex	serialises the one configuration of a channel. mmap() takes it
 *		inside mmap_lock, so user memory is never touched under it.
 * user_mutex	serialises the calls that consume at the user end: a packet is
 *		copied to the caller before it is released, and no other caller
 *		may copy it meanwhile. Held over copies to user memory.
 * end_mutex	is the ownership of the kernel ends of all four rings, of their
 *		counters and of the service's run. Never held over user memory.
 *
 * Order: user_mutex, end_mutex. setup_mutex nests with neither.
 *
 * A channel is configured once and then for good: ready is stored with release
 * ordering after all that set-up writes (info, service, area, the addresses in
 * ring), and whoever saw it with acquire ordering reads those without a lock.
 */
#ifndef _DRIVERS_ION_CHANNEL_H
#define _DRIVERS_ION_CHANNEL_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "memory.h"
#include "ring.h"

struct ion_service;

/**
 * struct ion_channel - what one open of /dev/ion owns
 * @id: number, never used twice
 * @setup_mutex: see above
 * @user_mutex: see above
 * @end_mutex: see above
 * @ready: the channel is configured
 * @service: what owns the kernel ends
 * @info: the geometry, as the user end is told it
 * @charge: who pays for the memory
 * @area: the memory, by the same number as in @info
 * @ring: the kernel's ends
 * @wait: the user end sleeps here
 * @kicks: how often the user end kicked
 * @kicks_spurious: how many of those found nothing to do
 * @resets: how often the rings were emptied
 */
struct ion_channel {
	u64 id;
	struct mutex setup_mutex;
	struct mutex user_mutex;
	struct mutex end_mutex;
	bool ready;
	const struct ion_service *service;
	struct ion_info info;
	struct ion_charge charge;
	struct ion_memory area[ION_AREAS_MAX];
	struct ion_ring ring[ION_RINGS];
	wait_queue_head_t wait;
	u64 kicks;
	u64 kicks_spurious;
	u64 resets;
};

struct ion_channel *ion_channel_create(void);
void ion_channel_destroy(struct ion_channel *ch);

int ion_channel_name(const struct ion_channel *ch, struct ion_info *info,
		     const char *name);
int ion_channel_configure(struct ion_channel *ch, const struct ion_info *info);

/* Pairs with the release in ion_channel_configure(). */
static inline bool ion_channel_ready(const struct ion_channel *ch)
{
	return smp_load_acquire(&ch->ready);
}

bool ion_channel_poisoned(const struct ion_channel *ch);
int ion_channel_kick(struct ion_channel *ch);
__poll_t ion_channel_poll(struct ion_channel *ch);
void ion_channel_stats(struct ion_channel *ch, struct ion_stats *stats);
int ion_channel_reset(struct ion_channel *ch);

u32 ion_channel_limit(void);

#endif /* _DRIVERS_ION_CHANNEL_H */
