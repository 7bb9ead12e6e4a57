/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_NOTIFY_H
#define _DRIVERS_ION_NOTIFY_H

#include "channel.h"

/**
 * enum ion_woken - the target of a wake-up
 * @ION_WOKEN_WAITERS: threads that sleep in a system call
 * @ION_WOKEN_EVENTFD: the eventfd of a program that set a wake flag
 * @ION_WOKEN_SIGIO: processes that asked for SIGIO
 * @ION_WOKEN_LENT: the lent thread
 */
enum ion_woken {
	ION_WOKEN_WAITERS,
	ION_WOKEN_EVENTFD,
	ION_WOKEN_SIGIO,
	ION_WOKEN_LENT,
};

void ion_notify_init(struct ion_channel *ch);
void ion_notify_destroy(struct ion_channel *ch);
void ion_notify(struct ion_channel *ch, bool all);
void ion_notify_rings(struct ion_channel *ch, unsigned int rings, bool wanted);
void ion_notify_lent(struct ion_channel *ch);
void ion_notify_stop(struct ion_channel *ch);
void ion_notify_state(struct ion_channel *ch);
int ion_notify_eventfd(struct ion_channel *ch, int fd);

#endif /* _DRIVERS_ION_NOTIFY_H */
