/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the tests of ports: listen, connect, accept. */
#ifndef _ION_PORT_TEST_H
#define _ION_PORT_TEST_H

#include "arena_test.h"

#define PORT_NAME "port test"

void port_wants(struct ion_setup *setup, const char *service, __u64 mode,
		__u64 backlog);
int port_listen(const char *service, __u64 mode, __u64 backlog);
void port_client_wants(struct ion_setup *setup, const char *service);
int port_connect(struct channel *ch, const char *service);
int port_accept(struct channel *ch, int listener, struct ion_accept *accept);
int port_pair(struct channel *ch, int fd);
int port_peer(int fd, struct ion_peer *peer);
bool port_crosses(struct channel *from, struct channel *to, __u64 number);

#endif /* _ION_PORT_TEST_H */
