/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel that another process has: a copy of its descriptor.
 *
 * What is done with the copy is done to the channel, which stays open for as
 * long as somebody has it. To close the copy takes no lent thread back: the
 * driver does that when the program that lent it closes one of its own.
 */
#ifndef _IONCTL_BORROW_H
#define _IONCTL_BORROW_H

#include "channels.h"

/**
 * borrow_channel() - get a descriptor of a channel
 * @channel: its number
 * @fd: where the descriptor goes
 * @entry: where what ION_IOC_LIST tells of it goes
 *
 * Return: the exit status, %EXIT_OK, or what went wrong is told.
 */
int borrow_channel(__u64 channel, int *fd, struct ion_list_entry *entry);

/* For the help of commands that use it. */
#define BORROW_TEXT                                                                        \
	"It takes a copy of a descriptor of the channel from a process that has it, and\n" \
	"may do that of which ptrace(2) may trace the process: root, or its own user.\n"

#endif /* _IONCTL_BORROW_H */
