/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_USER_END_H
#define _DRIVERS_ION_USER_END_H

#include "channel.h"

int ion_user_push(struct ion_channel *ch, struct ion_ring *ring,
		  const void *packets, u32 count, bool nowait);
int ion_user_pop(struct ion_channel *ch, struct ion_ring *ring, void *packets,
		 u32 count, bool nowait, u32 *index);
int ion_user_release(struct ion_channel *ch, struct ion_ring *ring, u32 index,
		     u32 count);
u32 ion_user_peek(const struct ion_ring *ring, void *packets, u32 skip,
		  u32 count);
bool ion_user_kick_needed(const struct ion_ring *ring);

#endif /* _DRIVERS_ION_USER_END_H */
