/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's end of a ring.
 *
 * Every function here wants the ends owned: end_mutex of the channel held.
 */
#ifndef _DRIVERS_ION_RING_H
#define _DRIVERS_ION_RING_H

#include <ion/ring.h>
#include <linux/types.h>

/**
 * struct ion_ring_kind - what the rings of all channels have in common
 * @name: as in the documentation
 * @slot_size: bytes
 * @kernel_pushes: the kernel end is the producer
 * @events: what poll() tells if the user end can pop from it, or push to it
 */
struct ion_ring_kind {
	const char *name;
	u32 slot_size;
	bool kernel_pushes;
	__poll_t events;
};

extern const struct ion_ring_kind ion_ring_kinds[ION_RINGS];

/**
 * struct ion_ring - the kernel's end of one ring
 * @kind: which ring it is
 * @end: the view, whichever end it is
 * @producer: the view of rx and evt
 * @consumer: the view of tx and cmd
 * @discarded: packets that a reset threw away
 * @full: how often there was no room to push
 * @told: where the kernel end stood when the user end was last told
 * @stalled: the kernel end has something to push and found no room
 * @asleep: the wake flag of the kernel end is set
 * @mask: shared, for programs that read it; never read here
 * @user_index: shared, the index of the user end
 */
struct ion_ring {
	const struct ion_ring_kind *kind;
	union {
		struct ion_end end;
		struct ion_producer producer;
		struct ion_consumer consumer;
	};
	u64 discarded;
	u64 full;
	u64 told;
	bool stalled;
	bool asleep;
	u32 *mask;
	u32 *user_index;
};

bool ion_ring_look(struct ion_ring *ring);
u64 ion_ring_user(const struct ion_ring *ring);
u32 ion_ring_count(const struct ion_ring *ring);
u32 ion_ring_free(const struct ion_ring *ring);
void ion_ring_stall(struct ion_ring *ring, bool stalled);
void ion_ring_awake(struct ion_ring *ring);
bool ion_ring_sleep(struct ion_ring *ring);
void ion_ring_publish(struct ion_ring *ring);
u32 ion_ring_reset(struct ion_ring *ring);
void ion_ring_stats(const struct ion_ring *ring, struct ion_ring_stats *stats);

#endif /* _DRIVERS_ION_RING_H */
