/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two channels that are joined: pair.c joins and ends them, pair_cross.c moves packets
 * and commands between them, pair_buffers.c copies payloads.
 */
#ifndef _DRIVERS_ION_PAIR_H
#define _DRIVERS_ION_PAIR_H

#include <linux/atomic.h>
#include <linux/ion.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

/**
 * struct ion_pair_end - one of two channels
 * @ref: references: one of its channel while that is bound, and one of its peer
 * @ch: the channel, with a reference: the peer can get what was sent after the program
 *	has gone
 * @ring: the rings of @ch
 * @lock: protects @peer
 * @peer: the other end, with a reference; NULL until it is joined, and once the peer
 *	has gone and everything that it sent has crossed
 * @joined: the end was joined, which remains so; ion_pair_lock of pair.c
 * @gone: its program closed it
 * @alone: @peer is NULL because it has gone
 * @crossing: owns tx and cmd of @ch, the room on rx and evt of the peer that is
 *	reserved, and the fields down to @ended. It is held for a bounded number
 *	of packets or commands, or for one payload
 * @first: number of the first of @payloads
 * @nr: number of @payloads; read without @crossing to decide whether to take it
 * @payloads: payloads of @ch that wait for an empty buffer of the peer, in a ring
 *	with room for every buffer. If they stayed on tx, they would block the empty
 *	buffers behind them, for which the peer may wait.
 * @taken: how many payloads of @ch there were, including @payloads
 * @counted: how many of those ion_pair_count_held() has seen
 * @shown: how many it reported last; read without @crossing
 * @ended: @ch is hung up, or about to be: nothing more is taken from tx
 * @sent: commands that were sent
 * @buffers: buffers of @ch, 0 without an arena
 * @pool: empty buffers of @ch, for payloads from the peer
 * @owed: empty buffers of @ch that must go back on rx, and found no room
 * @filled: one bit for each buffer of @ch, set if it was handed over empty, went back
 *	with a payload, and was not handed over again
 * @nr_filled: how many bits of @filled are set
 * @stamp: commands that cross are stamped
 * @origin: number of the peer's channel, for a stamp
 * @opener: opener of the peer's channel, with references to its pid and cred
 * @key: the name that the end waits by
 * @waiting: entry in the list of waiting ends
 */
struct ion_pair_end {
	refcount_t ref;
	struct ion_channel *ch;
	struct ion_ring *ring[ION_RINGS];
	spinlock_t lock;	/* of peer */
	struct ion_pair_end *peer;
	bool joined;
	bool gone;
	bool alone;
	spinlock_t crossing;	/* tx and cmd, and what is below */
	u32 first;
	u32 nr;
	struct ion_packet *payloads;
	u64 taken;
	u64 counted;
	u32 shown;
	bool ended;
	u64 sent;
	u32 buffers;
	struct ion_pool pool;
	struct ion_pool owed;
	unsigned long *filled;
	atomic_t nr_filled;
	bool stamp;
	u64 origin;
	struct ion_opener opener;
	char key[ION_KEY_LEN];
	struct list_head waiting;
};

/* pair_cross.c */
bool ion_pair_room(struct ion_pair_end *to, struct ion_ring *ring);
void ion_pair_exchange(struct ion_pair_end *a, struct ion_pair_end *b);
bool ion_pair_drained(struct ion_pair_end *from);
bool ion_pair_unsent(const struct ion_pair_end *end);

/* pair_stamp.c */
u32 ion_pair_move_stamped(struct ion_pair_end *from, struct ion_pair_end *to,
			  u32 count);
bool ion_pair_stamped(u64 origin, const struct ion_cmd_packet *cmd);

/* pair_buffers.c */
int ion_pair_buffers_init(struct ion_pair_end *end);
void ion_pair_buffers_destroy(struct ion_pair_end *end);
void ion_pair_exchange_buffers(struct ion_pair_end *a, struct ion_pair_end *b);
void ion_pair_count_held(struct ion_pair_end *end);
bool ion_pair_return_buffers(struct ion_pair_end *end);

static inline bool ion_pair_has_buffers(const struct ion_pair_end *end)
{
	return end->buffers;
}

#endif /* _DRIVERS_ION_PAIR_H */
