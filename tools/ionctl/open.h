/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens the device and own channels. Each function reports what goes wrong and
 * returns the exit status, EXIT_OK on success.
 */
#ifndef _IONCTL_OPEN_H
#define _IONCTL_OPEN_H

#include "ionctl.h"

/**
 * open_device() - open the device, to ask the driver something
 * @fd: set to the descriptor
 * @query: filled in by ION_IOC_QUERY
 *
 * This opens a channel, which is not set up.
 */
int open_device(int *fd, struct ion_query *query);

/* Like open_device(), and fail if the driver lacks a feature, ION_FEATURE_*. */
int open_driver(int *fd, uint64_t feature);

/**
 * open_own() - open an own channel
 * @ch: set to the channel
 * @options: options of the channel; this sets the device
 */
int open_own(struct ionc_channel **ch, struct ionc_options *options);

/* Report that a channel could not be set up; return the exit status. */
int fail_set_up(int error, const struct ionc_options *options);

/* Call ioctl(); return its result or -errno. */
int device_call(int fd, __u16 request, void *arg);

#endif /* _IONCTL_OPEN_H */
