/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_PORT_H
#define _DRIVERS_ION_PORT_H

#include <linux/types.h>

struct file;
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
struct file *ion_port_accept(struct file *file, struct ion_accept *accept);
struct file *ion_port_pair(struct ion_channel *ch, struct ion_accept *accept);
void ion_port_peer(const struct ion_channel *ch, struct ion_peer *peer);

#endif /* _DRIVERS_ION_PORT_H */
