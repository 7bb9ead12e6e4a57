/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces of the link type "ion", by rtnetlink. */
#ifndef _IONCTL_LINKS_H
#define _IONCTL_LINKS_H

/* Before <linux/if_link.h>, whose headers then leave out what both define. */
#include <net/if.h>

#include <linux/if_link.h>

#include "ionctl.h"

/* There is no owner, or no group. */
#define LINK_NOBODY ((int64_t)-1)

/**
 * struct link_info - an interface
 * @name: its name
 * @index: its index
 * @mode: &enum ion_net_mode
 * @owner: the user who may attach, or LINK_NOBODY
 * @group: the group whose members may, or LINK_NOBODY
 * @queues: how many programs are attached
 * @max_queues: how many may be
 * @up: it is up
 * @carrier: a program is attached
 * @mtu: its MTU
 * @stats: its counters: rx is what programs sent, tx what the kernel sent to them
 */
struct link_info {
	char name[IF_NAMESIZE];
	unsigned int index;
	uint32_t mode;
	int64_t owner;
	int64_t group;
	uint32_t queues;
	uint32_t max_queues;
	bool up;
	bool carrier;
	uint32_t mtu;
	struct rtnl_link_stats64 stats;
};

/* All of them, in this network namespace. */
struct links {
	struct link_info *link;
	size_t count;
};

/* Return EXIT_OK, or the exit status of an error that was reported. */
int links_read(struct links *links);
void links_free(struct links *links);

/* Read one of them; an error, or that there is none of that name, is reported. */
int link_read(const char *name, struct link_info *link);

/* Make and delete an interface; return 0 or -errno. */
int link_add(const struct link_info *link);
int link_del(unsigned int index);

/* "tap" or "tun". */
const char *link_mode(const struct link_info *link);

/**
 * struct link_count - a counter of a queue
 * @queue: number of the queue
 * @name: its name without the number of the queue: "rx_packets"
 * @value: its value
 */
struct link_count {
	unsigned int queue;
	char name[32];
	uint64_t value;
};

/*
 * Read the counters of the queues, queue by queue, into an array to be freed. Return how
 * many there are, or -errno.
 */
int link_counts(const struct link_info *link, struct link_count **counts);

#endif /* _IONCTL_LINKS_H */
