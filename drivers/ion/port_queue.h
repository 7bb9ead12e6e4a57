/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_PORT_QUEUE_H
#define _DRIVERS_ION_PORT_QUEUE_H

#include <linux/refcount.h>

#include "channel.h"

struct net;

/**
 * struct ion_port - a name that a program listens on
 * @ref: one of the channel that listens, one of each client between look-up and queue
 * @list: in ion_ports; empty once the channel that listens has gone
 * @ch: the channel that listens
 * @net: network namespace that the name belongs to, with a reference
 * @uid: effective user that listens
 * @gid: effective group of it
 * @mode: permission bits: who may write may connect
 * @key: the name
 * @service: service of the connections
 * @slots: most slots of each ring, as the channel that listens will see them; 0: any
 * @buffers: most buffers of the arena; 0: any
 * @buffer_size: most bytes of a buffer; 0: any
 * @backlog: most clients that may wait
 * @nr: clients that wait or are about to
 * @clients: channels of the clients that wait, the oldest first
 */
struct ion_port {
	refcount_t ref;
	struct list_head list;
	struct ion_channel *ch;
	struct net *net;
	kuid_t uid;
	kgid_t gid;
	umode_t mode;
	char key[ION_KEY_LEN];
	char service[ION_SERVICE_NAME_LEN];
	u32 slots[ION_RINGS];
	u32 buffers;
	u32 buffer_size;
	u32 backlog;
	u32 nr;
	struct list_head clients;
};

void ion_port_put(struct ion_port *port);
int ion_port_publish(struct ion_port *port);
struct ion_port *ion_port_reserve(const struct ion_setup *setup);
void ion_port_unreserve(struct ion_port *port);
void ion_port_enter(struct ion_port *port, struct ion_channel *client);
struct ion_channel *ion_port_first(struct ion_port *port);
void ion_port_return(struct ion_port *port, struct ion_channel *client);

#endif /* _DRIVERS_ION_PORT_QUEUE_H */
