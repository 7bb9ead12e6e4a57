/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the tests of the service "direct": two channels that share memory. */
#ifndef _ION_DIRECT_TEST_H
#define _ION_DIRECT_TEST_H

#include "arena_test.h"

#define DIRECT_KEY "direct test"

void direct_wants(struct ion_setup *setup, __u32 slots, __u32 buffers,
		  __u32 size);
int direct_open_one(struct channel *ch, __u32 slots, __u32 buffers, __u32 size);
int direct_open(struct channel *a, struct channel *b, __u32 slots);
int direct_open_arena(struct channel *a, struct channel *b, __u32 slots,
		      __u32 buffers, __u32 size);
bool direct_crosses(struct channel *from, struct channel *to, __u64 number);

/* The halves of the wake flag of a user end. */
__u16 *direct_half(const struct channel *ch, unsigned int ring);
__u16 direct_kernel_half(const struct channel *ch, unsigned int ring);

#endif /* _ION_DIRECT_TEST_H */
