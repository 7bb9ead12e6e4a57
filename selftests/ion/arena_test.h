/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of arenas: channels that have one, packets that name a
 * buffer, and owners of buffers.
 */
#ifndef _ION_ARENA_TEST_H
#define _ION_ARENA_TEST_H

#include <sys/socket.h>

#include "ion_live.h"

void arena_wants(struct ion_setup *setup, __u32 layout, const char *service,
		 __u32 slots, __u32 buffers, __u32 buffer_size);
int arena_open(struct channel *ch, __u32 layout, const char *service,
	       __u32 slots, __u32 buffers, __u32 buffer_size);
unsigned char *arena_at(const struct channel *ch, __u64 data);
struct ion_packet arena_packet(const struct channel *ch, __u32 id, __u32 skip,
			       __u16 len);
void arena_fill(const struct channel *ch, const struct ion_packet *p,
		__u64 number);
bool arena_holds(const struct channel *ch, const struct ion_packet *p,
		 __u64 number);
bool arena_packet_sane(const struct channel *ch, const struct ion_packet *p);

#define ARENA_WORDS (ION_BUFFERS_MAX / 64)

int arena_owned(int fd, __u64 *bits);
bool arena_owns(int fd, __u32 id);
bool arena_push(struct channel *ch, struct ion_packet packet);
bool arena_send(struct channel *ch, struct ion_packet packet);
struct ion_packet arena_pop(struct channel *ch);
bool arena_rx_empty(struct channel *ch);
bool arena_same(const struct ion_packet *a, const struct ion_packet *b);

/* Pass a descriptor to another process. */
void ion_send_fd(int socket, int fd);
int ion_receive_fd(int socket);

#endif /* _ION_ARENA_TEST_H */
