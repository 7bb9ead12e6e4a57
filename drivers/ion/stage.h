/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stage: packets that a service peeked at or reserved, between ring and service.
 *
 * A peek makes private copies: the service uses what it checked, whatever the program
 * writes to the slot meanwhile. With an arena the buffer is the service's from then
 * on. If the program resets the ring, the next peek drops the copies; a release that
 * comes first finds them unchanged. Packets that a service reserves are private until
 * it commits.
 *
 * The caller of every function here must own the end. @size is the slot size of the
 * ring, a constant at every call.
 */
#ifndef _DRIVERS_ION_STAGE_H
#define _DRIVERS_ION_STAGE_H

#include <linux/array_size.h>
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "arena.h"
#include "channel.h"
#include "trace_hot.h"

#define ION_PACKET_SIZE	((u32)sizeof(struct ion_packet))
#define ION_CMD_SIZE	((u32)sizeof(struct ion_cmd_packet))

/* Read consecutive slots, from number @at on. */
static __always_inline void ion_stage_read(const struct ion_end *end, void *to,
					   u64 at, u32 count, u32 size)
{
	u32 run = ion_end_run(end, at, count);

	ion_slots_read(to, ion_end_slot(end, at, size), run, size);
	if (unlikely(run < count))
		ion_slots_read(to + run * size, end->slots, count - run, size);
}

/* Take the buffers of the packets that were read, and keep the valid packets. */
static inline void ion_stage_accept(struct ion_ring *ring, u64 at, u32 count)
{
	struct ion_arena *arena = ring->ch->arena;
	struct ion_stage *stage = ring->stage;
	struct ion_packet *packets = stage->slots.packets;
	u32 first = stage->nr;
	enum ion_refusal refusal;
	u32 i;

	for (i = 0; i < count; i++) {
		struct ion_packet packet = packets[first + i];

		refusal = ion_arena_take(arena, &packet);
		if (refusal != ION_REFUSALS) {
			WRITE_ONCE(ring->refused[refusal],
				   ring->refused[refusal] + 1);
			WRITE_ONCE(stage->refused,
				   READ_ONCE(stage->refused) + 1);
			continue;
		}
		packets[stage->nr] = packet;
		stage->at[stage->nr++] = at + i;
	}
}

/* Move the end on over @count slots, of which @good held valid packets. */
static inline void ion_stage_publish(struct ion_ring *ring, u32 count, u32 good)
{
	ring->stage->ahead -= count;
	if (likely(good == count)) {
		ion_ring_release(&ring->consumer, count);
		ion_trace_pop(ring, good);
		return;
	}
	ion_ring_discard(ring, count, count - good);
	ion_trace_pop(ring, good);
	ion_trace_discard(ring, count - good);
}

static inline bool ion_ring_has_arena(const struct ion_ring *ring)
{
	return ring->ch->arena && ring->kind->slot_size == ION_PACKET_SIZE;
}

/* Refresh the ring once, and read one batch. */
static __always_inline void ion_stage_fill(struct ion_ring *ring, u32 want,
					   u32 size)
{
	struct ion_stage *stage = ring->stage;
	u32 got = ion_ring_peek(&ring->consumer, stage->ahead + want);
	u64 at = ring->end.own + stage->ahead;
	u32 n = got - min(got, stage->ahead);

	if (!n)
		return;
	if (!stage->ahead)
		ion_ring_fetch(&ring->consumer, n, size);
	ion_stage_read(&ring->end, (void *)&stage->slots + stage->nr * size, at,
		       n, size);
	stage->ahead += n;
	if (ion_ring_has_arena(ring))
		ion_stage_accept(ring, at, n);
	else
		stage->nr += n;
}

/* The ring was reset. The buffers are the program's again, as all it pushed. */
static inline void ion_stage_forget(struct ion_ring *ring)
{
	struct ion_stage *stage = ring->stage;
	u32 i;

	for (i = 0; ion_ring_has_arena(ring) && i < stage->nr; i++)
		ion_arena_give(ring->ch->arena, &stage->slots.packets[i]);
	stage->nr = 0;
	stage->detached = false;
}

/*
 * Fill the stage with @want packets, or as many as there are. Refused packets are
 * skipped. If no packet is before them they are released at once, and @again says that
 * there may be more behind them. At most as many as the ring holds are skipped, or a
 * program could keep a loop over its packets running forever.
 */
static __always_inline u32 ion_stage_peek(struct ion_ring *ring, u32 want,
					  u32 size, bool *again)
{
	struct ion_stage *stage = ring->stage;

	ion_ring_assert_owned(ring);

	*again = false;
	if (unlikely(stage->detached))
		ion_stage_forget(ring);
	want = min_t(u32, want, ION_PEEK_MAX);
	if (stage->nr < want && READ_ONCE(stage->refused) < ring->end.mask)
		ion_stage_fill(ring, want - stage->nr, size);
	if (stage->nr)
		return min(want, stage->nr);

	*again = stage->ahead;
	if (*again)
		ion_stage_publish(ring, stage->ahead, 0);
	else
		WRITE_ONCE(stage->refused, 0);
	return 0;
}

/* Count the slots to release: up to the first packet that stays, refused ones too. */
static inline u32 ion_stage_slots(const struct ion_ring *ring, u32 count)
{
	const struct ion_stage *stage = ring->stage;

	if (count == stage->nr)
		return stage->ahead;
	if (!ion_ring_has_arena(ring) || stage->detached)
		return count;
	return stage->at[count] - ring->end.own;
}

static __always_inline u32 ion_stage_release(struct ion_ring *ring, u32 count,
					     u32 size)
{
	struct ion_stage *stage = ring->stage;

	ion_ring_assert_owned(ring);

	if (count && !stage->detached)
		ion_stage_publish(ring, ion_stage_slots(ring, count), count);
	stage->nr -= count;
	stage->detached &= stage->nr != 0;
	if (unlikely(stage->nr)) {
		memmove(&stage->slots, (void *)&stage->slots + count * size,
			stage->nr * size);
		memmove(stage->at, stage->at + count,
			stage->nr * sizeof(*stage->at));
	}
	return count;
}

/* Pop what is in the stage first. */
static __always_inline u32 ion_stage_pop(struct ion_ring *ring, void *to,
					 u32 count, u32 size, bool *again)
{
	u32 n;

	ion_ring_assert_owned(ring);

	*again = false;
	if (!ring->stage->nr && !ion_ring_has_arena(ring)) {
		n = ion_ring_pop_n(&ring->consumer, to, count, size);
		ion_trace_pop(ring, n);
		return n;
	}

	n = ion_stage_peek(ring, count, size, again);
	memcpy(to, &ring->stage->slots, n * size);
	return ion_stage_release(ring, n, size);
}

/* Hand the buffers over. Returns how many packets may be pushed. */
static inline u32 ion_stage_give(struct ion_ring *ring, struct ion_packet *to,
				 const struct ion_packet *packets, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		to[i] = packets[i];
		if (WARN_ONCE(ion_arena_give(ring->ch->arena, &to[i]) !=
			      ION_REFUSALS,
			      "ion: a service pushed a buffer that it does not have\n"))
			break;
	}
	return i;
}

static inline u32 ion_stage_push_buffers(struct ion_ring *ring,
					 const struct ion_packet *packets,
					 u32 count)
{
	struct ion_packet given[8];
	u32 done = 0, n;

	while (done < count) {
		n = min_t(u32, count - done, ARRAY_SIZE(given));
		n = ion_stage_give(ring, given, packets + done, n);
		if (!n)
			break;
		done += ion_ring_push_n(&ring->producer, given, n,
					ION_PACKET_SIZE);
	}
	return done;
}

static __always_inline u32 ion_stage_reserve(struct ion_ring *ring, u32 want)
{
	u32 room;

	ion_ring_assert_owned(ring);

	room = ion_ring_reserve(&ring->producer, want);
	if (unlikely(room < want))
		ion_ring_stall(ring);
	else
		WRITE_ONCE(ring->full_counted, false);
	return room;
}

/* Push at most @room packets, the room that the caller has seen. */
static __always_inline u32 ion_stage_push(struct ion_ring *ring,
					  const void *from, u32 room, u32 size)
{
	u32 n;

	if (!room)
		return 0;
	if (ion_ring_has_arena(ring)) {
		n = ion_stage_push_buffers(ring, from, room);
	} else {
		if (room > 1)
			ion_ring_claim(&ring->producer, room, size);
		n = ion_ring_push_n(&ring->producer, from, room, size);
	}
	ion_trace_push(ring, n);
	return n;
}

/*
 * Copy from slot to slot, reading each word once. The caller has peeked at the source,
 * from number @from on, and reserved the target, and publishes it.
 */
static __always_inline void ion_stage_copy(const struct ion_end *in, u64 from,
					   const struct ion_producer *out,
					   u32 count, u32 size)
{
	u64 to = out->end.own;
	u32 done, run;

	if (count > 1) {
		ion_end_fetch(in, from, count, size);
		ion_ring_claim(out, count, size);
	}
	for (done = 0; done < count; done += run) {
		run = ion_end_run(&out->end, to + done, count - done);
		run = ion_end_run(in, from + done, run);
		ion_slots_read(ion_end_slot(&out->end, to + done, size),
			       ion_end_slot(in, from + done, size), run, size);
	}
}

/*
 * Slots that are moved at a time between two rings that the callback owns. The other
 * side works on a batch while the next one is moved. Of 16, 32 and 64, 32 was the
 * fastest round trip with a lent thread.
 */
#define ION_MOVE_BATCH	32U

static __always_inline u32 ion_stage_move_batch(struct ion_consumer *in,
						struct ion_producer *out,
						u32 want, u32 size)
{
	u32 n = ion_ring_reserve(out, want);

	if (n) {
		ion_stage_copy(&in->end, in->end.own, out, n, size);
		ion_ring_commit(out, n);
		ion_ring_release(in, n);
	}
	return n;
}

static __always_inline u32 ion_stage_move(struct ion_ring *from,
					  struct ion_ring *to, u32 count,
					  u32 size)
{
	u32 done = 0, want, n;

	ion_ring_assert_owned(from);
	ion_ring_assert_owned(to);

	want = ion_ring_peek(&from->consumer, count);
	while (done < want) {
		n = ion_stage_move_batch(&from->consumer, &to->producer,
					 min(want - done, ION_MOVE_BATCH),
					 size);
		if (!n) {
			ion_trace_pop(from, done);
			ion_trace_push(to, done);
			ion_ring_stall(to);
			return done;
		}
		done += n;
	}
	WRITE_ONCE(to->full_counted, false);
	ion_trace_pop(from, done);
	ion_trace_push(to, done);
	return done;
}

#endif /* _DRIVERS_ION_STAGE_H */
