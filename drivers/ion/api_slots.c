// SPDX-License-Identifier: GPL-2.0-only
/*
 * <linux/ion.h>: the calls by which a service pushes, pops, reserves and peeks.
 *
 * Packets and commands differ in their size only. The size is a constant wherever the
 * functions here are inlined, so that slots are copied word by word.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/minmax.h>

#include "api_ring.h"
#include "stage.h"

/* Returns false, and warns, if the service released more than it peeked at. */
static bool ion_api_peeked(const struct ion_ring *ring, u32 count)
{
	return !WARN_ONCE(count > ring->stage->nr,
			  "ion: a service released more than it peeked at\n");
}

/* Returns false, and warns, if the service committed more than it reserved. */
static bool ion_api_reserved(const struct ion_ring *ring, u32 count)
{
	return !WARN_ONCE(count > ring->stage->nr,
			  "ion: a service committed more than it reserved\n");
}

static __always_inline u32 ion_api_push_some(struct ion_ring *ring,
					     const void *from, u32 count,
					     u32 size)
{
	struct ion_api_hold hold = ion_api_lock(ring);
	u32 n = 0;

	if (!ion_channel_state_error(ring->ch))
		n = ion_stage_push(ring, from, ion_stage_reserve(ring, count),
				   size);
	ion_api_unlock(ring, hold);
	return n;
}

/* Limit the work under a ring's lock to a batch: it keeps interrupts, or softirqs, off. */
static __always_inline u32 ion_api_batch(const struct ion_ring *ring, u32 count)
{
	return ring->async ? min_t(u32, count, ION_PEEK_MAX) : count;
}

static __always_inline u32 ion_api_push(struct ion_ring *ring, const void *from,
					u32 count, u32 size)
{
	u32 done = 0, want, n;

	while (done < count) {
		want = ion_api_batch(ring, count - done);
		n = ion_api_push_some(ring, from + (size_t)done * size, want,
				      size);
		done += n;
		if (n < want)
			break;
	}
	return done;
}

static __always_inline u32 ion_api_pop_some(struct ion_ring *ring, void *to,
					    u32 count, u32 size, bool *again)
{
	struct ion_api_hold hold = ion_api_lock(ring);
	u32 n = 0;

	*again = false;
	if (!ion_channel_poisoned(ring->ch))
		n = ion_stage_pop(ring, to, count, size, again);
	ion_api_unlock(ring, hold);
	return n;
}

static __always_inline u32 ion_api_pop(struct ion_ring *ring, void *to,
				       u32 count, u32 size)
{
	u32 done = 0, n;
	bool again;

	while (done < count) {
		n = ion_api_pop_some(ring, to + (size_t)done * size,
				     ion_api_batch(ring, count - done), size,
				     &again);
		done += n;
		if (!n && !again)
			break;
	}
	return done;
}

static __always_inline u32 ion_api_commit(struct ion_ring *ring, u32 count,
					  u32 size)
{
	struct ion_api_hold hold = ion_api_lock(ring);
	u32 n = 0;

	if (ion_api_reserved(ring, count) && !ion_channel_state_error(ring->ch))
		n = ion_stage_push(ring, &ring->stage->slots,
				   ion_ring_reserve(&ring->producer, count),
				   size);
	ring->stage->nr = 0;
	ion_api_unlock(ring, hold);
	return n;
}

static __always_inline u32 ion_api_peek_some(struct ion_ring *ring, u32 want,
					     bool *again, u32 size)
{
	struct ion_api_hold hold = ion_api_lock(ring);
	u32 n = 0;

	*again = false;
	if (!ion_channel_poisoned(ring->ch))
		n = ion_stage_peek(ring, want, size, again);
	ion_api_unlock(ring, hold);
	return n;
}

static __always_inline u32 ion_api_peek(struct ion_ring *ring, u32 want,
					u32 size)
{
	bool again;
	u32 n;

	do
		n = ion_api_peek_some(ring, want, &again, size);
	while (!n && again);
	return n;
}

static __always_inline u32 ion_api_release(struct ion_ring *ring, u32 count,
					   u32 size)
{
	struct ion_api_hold hold = ion_api_lock(ring);
	u32 n = 0;

	if (ion_api_peeked(ring, count))
		n = ion_stage_release(ring, count, size);
	ion_api_unlock(ring, hold);
	return n;
}

/*
 * Check whether slots can be copied from ring to ring: nothing is staged, and no
 * buffer changes its owner. Two rings of which only one has a lock take the path
 * through the stage.
 */
static __always_inline bool ion_api_direct(const struct ion_ring *from,
					   const struct ion_ring *to)
{
	return !from->stage->nr && !from->ch->arena && !to->ch->arena &&
	       (from->async ? to->async : from->ch == to->ch);
}

/*
 * The lock of @from is not held: this reads only its constant fields, and its slots
 * from number @at on.
 */
static __always_inline u32 ion_api_copy(const struct ion_ring *from, u64 at,
					struct ion_ring *to, u32 count,
					u32 size)
{
	struct ion_api_hold hold = ion_api_lock(to);
	u32 n = 0;

	if (!ion_channel_state_error(to->ch))
		n = ion_stage_reserve(to, count);
	if (n) {
		ion_stage_copy(&from->end, at, &to->producer, n, size);
		ion_ring_commit(&to->producer, n);
		ion_trace_push(to, n);
	}
	ion_api_unlock(to, hold);
	return n;
}

/*
 * No two locks are held at once: the slots of @from stay where they are until its
 * owner, the caller, releases them. If the program resets the ring meanwhile, the
 * slots have still been moved, with the contents that they had, and are no longer in
 * the ring to be released.
 */
static __always_inline u32 ion_api_move_some(struct ion_ring *from,
					     struct ion_ring *to, u32 want,
					     u32 size)
{
	struct ion_api_hold hold = ion_api_lock(from);
	u64 at = from->end.own;
	u32 n = 0;

	if (!ion_channel_poisoned(from->ch))
		n = ion_ring_peek(&from->consumer, want);
	ion_api_unlock(from, hold);
	if (!n)
		return 0;

	n = ion_api_copy(from, at, to, n, size);
	hold = ion_api_lock(from);
	if (n && from->end.own == at) {
		ion_ring_release(&from->consumer, n);
		ion_trace_pop(from, n);
	}
	ion_api_unlock(from, hold);
	return n;
}

/* Slots that are moved at a time with interrupts off. */
#define ION_API_MOVE_BATCH	64U

static __always_inline u32 ion_api_move_direct(struct ion_ring *from,
					       struct ion_ring *to, u32 count,
					       u32 size)
{
	u32 done = 0, want, n;

	if (!from->async)
		return ion_channel_state_error(from->ch) ? 0 :
			       ion_stage_move(from, to, count, size);
	while (done < count) {
		want = min(count - done, ION_API_MOVE_BATCH);
		n = ion_api_move_some(from, to, want, size);
		done += n;
		if (n < want)
			break;
	}
	return done;
}

static __always_inline u32 ion_api_move_staged(struct ion_ring *from,
					       struct ion_ring *to, u32 count,
					       u32 size)
{
	u32 done = 0, n, pushed;

	while (done < count) {
		n = ion_api_peek(from, min(count - done, ION_PEEK_MAX), size);
		if (!n)
			break;
		pushed = ion_api_push(to, &from->stage->slots, n, size);
		done += ion_api_release(from, pushed, size);
		if (pushed < n)
			break;
	}
	return done;
}

static __always_inline u32 ion_api_move(struct ion_ring *from,
					struct ion_ring *to, u32 count,
					u32 size)
{
	count = min_t(u32, count, from->end.mask);
	return ion_api_direct(from, to) ?
		       ion_api_move_direct(from, to, count, size) :
		       ion_api_move_staged(from, to, count, size);
}

/*
 * The exported calls. Each makes the checks once and passes the size as a constant.
 */
u32 __ion_push(struct ion_ring *ring, const void *from, u32 count, u32 size)
{
	if (!ion_api_ok(ring, size, true))
		return 0;
	if (size == ION_PACKET_SIZE)
		return ion_api_push(ring, from, count, ION_PACKET_SIZE);
	return ion_api_push(ring, from, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(__ion_push);

u32 __ion_pop(struct ion_ring *ring, void *to, u32 count, u32 size)
{
	if (!ion_api_ok(ring, size, false))
		return 0;
	if (size == ION_PACKET_SIZE)
		return ion_api_pop(ring, to, count, ION_PACKET_SIZE);
	return ion_api_pop(ring, to, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(__ion_pop);

u32 __ion_reserve(struct ion_ring *ring, void **slots, u32 want, u32 size)
{
	struct ion_api_hold hold;
	u32 n = 0;

	*slots = NULL;
	if (!ion_api_ok(ring, size, true))
		return 0;
	hold = ion_api_lock(ring);
	if (!ion_channel_state_error(ring->ch))
		n = ion_stage_reserve(ring, min_t(u32, want, ION_PEEK_MAX));
	ring->stage->nr = n;
	ion_api_unlock(ring, hold);
	if (n)
		*slots = &ring->stage->slots;
	return n;
}
EXPORT_SYMBOL_GPL(__ion_reserve);

u32 __ion_commit(struct ion_ring *ring, u32 count, u32 size)
{
	if (!ion_api_ok(ring, size, true))
		return 0;
	if (size == ION_PACKET_SIZE)
		return ion_api_commit(ring, count, ION_PACKET_SIZE);
	return ion_api_commit(ring, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(__ion_commit);

/* With @more, make one step only; it may have found nothing but refused packets. */
u32 __ion_peek(struct ion_ring *ring, const void **slots, u32 want, u32 size,
	       bool *more)
{
	bool again = false;
	u32 n = 0;

	if (want && ion_api_ok(ring, size, false)) {
		do {
			if (size == ION_PACKET_SIZE)
				n = ion_api_peek_some(ring, want, &again,
						      ION_PACKET_SIZE);
			else
				n = ion_api_peek_some(ring, want, &again,
						      ION_CMD_SIZE);
		} while (!more && !n && again);
	}
	if (more)
		*more = again;
	*slots = n ? &ring->stage->slots : NULL;
	return n;
}
EXPORT_SYMBOL_GPL(__ion_peek);

u32 __ion_release(struct ion_ring *ring, u32 count, u32 size)
{
	if (!ion_api_ok(ring, size, false))
		return 0;
	if (size == ION_PACKET_SIZE)
		return ion_api_release(ring, count, ION_PACKET_SIZE);
	return ion_api_release(ring, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(__ion_release);

/* Functions of their own: in one, the loops over slots get fewer registers. */
static noinline u32 ion_move_packets(struct ion_ring *from, struct ion_ring *to,
				     u32 count)
{
	return ion_api_move(from, to, count, ION_PACKET_SIZE);
}

static noinline u32 ion_move_cmds(struct ion_ring *from, struct ion_ring *to,
				  u32 count)
{
	return ion_api_move(from, to, count, ION_CMD_SIZE);
}

u32 __ion_move(struct ion_ring *from, struct ion_ring *to, u32 count, u32 size)
{
	if (!ion_api_ok(from, size, false) || !ion_api_ok(to, size, true))
		return 0;
	return size == ION_PACKET_SIZE ? ion_move_packets(from, to, count) :
					 ion_move_cmds(from, to, count);
}
EXPORT_SYMBOL_GPL(__ion_move);
