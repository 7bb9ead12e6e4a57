/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device, and channels. Each says what went wrong, and returns the exit
 * status; EXIT_OK if nothing did.
 */
#ifndef _IONCTL_OPEN_H
#define _IONCTL_OPEN_H

#include "ionctl.h"

/**
 * open_device() - open the device, for what is asked of the driver
 * @fd: where the descriptor goes
 * @query: where what the driver can do goes
 *
 * That opens a channel, which is not set up.
 */
int open_device(int *fd, struct ion_query *query);

/* As open_device(), of a driver that has a feature, ION_FEATURE_*. */
int open_driver(int *fd, uint64_t feature);

/**
 * open_own() - a channel of our own
 * @ch: where it goes
 * @options: how it is to be; the device is put in
 */
int open_own(struct ionc_channel **ch, struct ionc_options *options);

/* That a channel could not be set up so. Tells it, and returns the exit status. */
int fail_set_up(int error, const struct ionc_options *options);

/* ioctl(), which returns -errno. */
int device_call(int fd, __u16 request, void *arg);

#endif /* _IONCTL_OPEN_H */
