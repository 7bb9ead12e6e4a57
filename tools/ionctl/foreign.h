/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A foreign channel is one that another process opened. ionctl uses it through a
 * copy of that process's descriptor.
 *
 * Calls on the copy act on the channel, which stays open while any copy is open.
 * Closing the copy does not end a lent thread: the driver ends it only when the
 * program that lent it closes one of its own descriptors.
 */
#ifndef _IONCTL_FOREIGN_H
#define _IONCTL_FOREIGN_H

#include "channels.h"

/**
 * open_foreign() - get a descriptor of a channel of another process
 * @channel: its number
 * @fd: set to the descriptor
 * @entry: filled in from ION_IOC_LIST
 *
 * Return: %EXIT_OK, or the exit status of an error that was reported.
 */
int open_foreign(__u64 channel, int *fd, struct ion_list_entry *entry);

/* Part of the help of the commands that use it. */
#define FOREIGN_TEXT                                                                    \
	"It copies a descriptor of the channel from a process that has it open. Only\n" \
	"root and the user of that process may do so: see ptrace(2).\n"

#endif /* _IONCTL_FOREIGN_H */
