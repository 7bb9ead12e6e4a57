/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of <linux/ion.h> for packets and for commands by one name. */
#ifndef _ION_KUNIT_CALLS_H
#define _ION_KUNIT_CALLS_H

#include "ion_kunit.h"

/**
 * struct calls - the calls of a service on a path
 * @push: push one, to rx or evt
 * @pop: pop one, from tx or cmd
 * @push_n: push many
 * @pop_n: pop many
 * @reserve: reserve room for many
 * @commit: commit reserved slots
 * @peek: peek at many
 * @release: release slots that were peeked at
 * @move: move from tx to rx, or from cmd to evt
 */
struct calls {
	bool (*push)(struct ion_ring *ring, const void *slot);
	bool (*pop)(struct ion_ring *ring, void *slot);
	u32 (*push_n)(struct ion_ring *ring, const void *slots, u32 count);
	u32 (*pop_n)(struct ion_ring *ring, void *slots, u32 count);
	u32 (*reserve)(struct ion_ring *ring, void **slots, u32 want);
	u32 (*commit)(struct ion_ring *ring, u32 count);
	u32 (*peek)(struct ion_ring *ring, const void **slots, u32 want);
	u32 (*release)(struct ion_ring *ring, u32 count);
	u32 (*move)(struct ion_ring *from, struct ion_ring *to, u32 count);
};

/* By the number of the path. */
extern const struct calls calls_of[ION_PATHS];

#endif /* _ION_KUNIT_CALLS_H */
