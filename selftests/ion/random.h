/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers; the state that they begin with determines all of them. */
#ifndef _ION_RANDOM_H
#define _ION_RANDOM_H

#include "channel.h"

static inline __u64 random_next(__u64 *state)
{
	*state += 0x9e3779b97f4a7c15ULL;
	return ion_mix(*state);
}

static inline __u64 random_below(__u64 *state, __u64 limit)
{
	return random_next(state) % limit;
}

static inline bool random_one_in(__u64 *state, unsigned int n)
{
	return !random_below(state, n);
}

#endif /* _ION_RANDOM_H */
