/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_SERVICE_H
#define _DRIVERS_ION_SERVICE_H

#include "channel.h"

/**
 * struct ion_service - kernel code that owns the kernel ends of a channel
 * @name: what ION_IOC_SETUP names it by
 * @run: runs the kernel ends once, end_mutex held. It handles what was queued
 *	when it was called, and no more than that, says by ion_ring_stall()
 *	whether a ring had room for what it has, and returns how many packets
 *	and commands it moved.
 */
struct ion_service {
	const char *name;
	u32 (*run)(struct ion_channel *ch);
};

extern const struct ion_service ion_service_echo;
extern const struct ion_service ion_service_sink;

const struct ion_service *ion_service_find(const char *name);

#endif /* _DRIVERS_ION_SERVICE_H */
