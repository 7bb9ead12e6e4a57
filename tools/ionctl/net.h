/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of ionctl net. */
#ifndef _IONCTL_NET_H
#define _IONCTL_NET_H

#include "links.h"

/**
 * struct net_args - the command line
 * @name: the interface, or NULL
 * @file: the file of send
 * @count: --count; 0: no end
 * @write: --write, or NULL
 */
struct net_args {
	const char *name;
	const char *file;
	uint64_t count;
	const char *write;
};

/* Each returns the exit status. */
int net_list(void);
int net_stats(const char *name);
int net_dump(const struct net_args *args);
int net_send(const struct net_args *args);

#endif /* _IONCTL_NET_H */
