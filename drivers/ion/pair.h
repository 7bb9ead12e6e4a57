/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two channels that are joined: see pair.c for their life, pair_cross.c for
 * what crosses.
 */
#ifndef _DRIVERS_ION_PAIR_H
#define _DRIVERS_ION_PAIR_H

#include <linux/ion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "stock.h"

/**
 * struct ion_pair_end - one of two channels
 * @ref: its channel holds one while it is bound, and its peer another
 * @ch: the channel, kept: what was sent can be had after the program has gone
 * @ring: those of @ch
 * @lock: of @peer
 * @peer: the other one, kept; NULL until it is joined, and when the peer has
 *	gone and all that it sent is here
 * @joined: once and for good; the mutex of pair.c
 * @gone: its program closed it
 * @crossing: from here to the peer, one at a time: it owns tx and cmd of @ch,
 *	and is the only one to reserve room for packets at the peer
 * @stock: empty buffers of @ch, for what comes from the peer
 * @owed: empty buffers of @ch that are to go back on rx, and found no room
 * @payloads: payloads of @ch that wait for an empty buffer of the peer, in a ring
 *	with room for every buffer: were they left on tx, the empty ones behind
 *	them could not be had, for which the peer may wait; @crossing
 * @first: number of the first of them
 * @nr: how many there are
 * @stamp: commands that cross are stamped
 * @sent: commands that were sent
 * @origin: number of the peer's channel, for a stamp
 * @opener: who opened that, kept
 * @key: the name that it waits by
 * @waiting: in the list of those
 */
struct ion_pair_end {
	refcount_t ref;
	struct ion_channel *ch;
	struct ion_ring *ring[ION_RINGS];
	spinlock_t lock;	/* of peer */
	struct ion_pair_end *peer;
	bool joined;
	bool gone;
	struct mutex crossing;	/* to the peer */
	struct ion_stock stock;
	struct ion_stock owed;
	struct ion_packet *payloads;
	u32 first;
	u32 nr;
	bool stamp;
	u64 sent;
	u64 origin;
	struct ion_opener opener;
	char key[ION_KEY_LEN];
	struct list_head waiting;
};

u32 ion_pair_cross(struct ion_pair_end *from, struct ion_pair_end *to);
bool ion_pair_drained(struct ion_pair_end *from);
bool ion_pair_stamped(u64 origin, const struct ion_cmd_packet *cmd);

#endif /* _DRIVERS_ION_PAIR_H */
