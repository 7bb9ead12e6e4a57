/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of the service "pair": two channels that are joined, and
 * payloads that cross between them.
 */
#ifndef _ION_PAIR_TEST_H
#define _ION_PAIR_TEST_H

#include "arena_test.h"

int pair_open_one(struct channel *ch, __u32 layout, __u32 slots,
		  const char *key);
int pair_open(struct channel *a, struct channel *b, __u32 layout, __u32 slots);
int pair_open_arena(struct channel *a, struct channel *b, __u32 layout,
		    __u32 slots, __u32 buffers, __u32 size);
bool pair_crosses(struct channel *from, struct channel *to, __u64 number);
bool pair_joined(struct channel *a, struct channel *b);
bool pair_alone(struct channel *ch);

/* Payloads */

bool pair_push_empty(struct channel *ch, __u32 from, __u32 to);
bool pair_give(struct channel *ch, __u32 from, __u32 to);
__u16 pair_len(const struct channel *ch, __u64 number);
bool pair_push_payload(struct channel *ch, __u32 id, __u64 number);
bool pair_is_payload(const struct channel *ch, const struct ion_packet *packet,
		     __u64 number);
bool pair_pop_payload(struct channel *ch, __u64 number);
bool pair_pop_empty(struct channel *ch, __u32 id, __u32 pad);
bool pair_pop_back(struct channel *ch, __u32 id);
bool pair_pop_unsent(struct channel *ch, __u32 id);

#endif /* _ION_PAIR_TEST_H */
