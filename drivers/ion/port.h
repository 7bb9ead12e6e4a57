/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_PORT_H
#define _DRIVERS_ION_PORT_H

#include <linux/types.h>

struct ion_accept;
struct ion_channel;
struct ion_config;
struct ion_peer;
struct ion_setup;

int ion_port_check(const struct ion_setup *setup);
int ion_port_listen(struct ion_channel *ch, const struct ion_setup *setup);
int ion_port_connect(struct ion_channel *ch, const struct ion_setup *setup,
		     struct ion_config *config);
void ion_port_leave(struct ion_channel *ch);
int ion_port_pair(struct ion_channel *ch, struct ion_channel *client,
		  struct ion_accept *accept);
int ion_port_may_accept(const struct ion_channel *listener, bool nonblock);
int ion_port_accept(struct ion_channel *ch, struct ion_channel *listener,
		    struct ion_accept *accept, bool nonblock);
void ion_port_peer(const struct ion_channel *ch, struct ion_peer *peer);

#endif /* _DRIVERS_ION_PORT_H */
