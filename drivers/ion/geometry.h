/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_GEOMETRY_H
#define _DRIVERS_ION_GEOMETRY_H

#include <linux/build_bug.h>
#include <linux/ion.h>

/* The service whose channels come in twos that share memory: see direct.c. */
#define ION_DIRECT_NAME	"direct"

/**
 * struct ion_split_words - the words of one ring that one end writes
 * @index: its index
 * @mask: number of slots less one
 * @wake: its wake flag
 * @kernel_wake: direct: the half of the wake flag that the kernel writes
 *
 * In the split layout a ring has two such blocks, on different pages. Two cache lines a
 * block keep the rings apart, also for a processor that fetches lines in pairs. The mask
 * is in the kernel's block, or, without one, in that of the program.
 */
struct ion_split_words {
	u32 index;
	u32 mask;
	u16 wake;
	u16 kernel_wake;
} __aligned(128);

/* The tx of one side of a direct link is the rx of the other, as cmd and evt are. */
static inline unsigned int ion_geometry_mirror(unsigned int id)
{
	static_assert((ION_RING_TX ^ 1) == ION_RING_RX);
	static_assert((ION_RING_CMD ^ 1) == ION_RING_EVT);

	return id ^ 1;
}

bool ion_geometry_direct(const struct ion_setup *setup);
int ion_geometry(struct ion_info *info, const struct ion_setup *setup);
int ion_geometry_area(const struct ion_info *info, u64 offset);

#endif /* _DRIVERS_ION_GEOMETRY_H */
