// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pair with arenas. A payload is copied to an empty buffer that the receiver
 * handed over, and the sender's buffer goes back to it, empty. The payload lies
 * where it lay in its own buffer; all buffers are of one size.
 *
 * If payloads of both ends wait, and neither program has an empty buffer to hand over
 * that it uses for receiving, two payloads change places: each program gets the buffer
 * back that it sent, with the payload of the other one.
 *
 * A call that takes something over records it and then checks what the other side has
 * recorded, with a full barrier (H) between the two: of two calls at the same time, one
 * sees both.
 *
 * When the peer has gone, buffers whose payload nobody gets go back with EPIPE in pad.
 */
#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "builtin.h"
#include "pair.h"

/* Bytes of each payload that are swapped at a time, over the stack. */
#define ION_PAIR_BOUNCE	128U

/**
 * ion_pair_buffers_init() - set an end up for the buffers of its channel
 * @end: the end, with the channel; ion_pair_buffers_destroy() undoes it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; ion_pair_buffers_destroy() is needed in both cases.
 */
int ion_pair_buffers_init(struct ion_pair_end *end)
{
	u32 size;
	int ret;

	end->buffers = ion_channel_buffers(end->ch, &size);
	ret = ion_pool_init(&end->pool, end->ch);
	if (!ret)
		ret = ion_pool_init(&end->owed, end->ch);
	if (ret || !end->buffers)
		return ret;

	end->payloads = kvmalloc_array(end->buffers, sizeof(*end->payloads),
				       ION_SERVICE_GFP);
	end->filled = bitmap_zalloc(end->buffers, ION_SERVICE_GFP);
	return end->payloads && end->filled ? 0 : -ENOMEM;
}

/**
 * ion_pair_buffers_destroy() - undo ion_pair_buffers_init()
 * @end: the end
 */
void ion_pair_buffers_destroy(struct ion_pair_end *end)
{
	bitmap_free(end->filled);
	kvfree(end->payloads);
	ion_pool_destroy(&end->owed);
	ion_pool_destroy(&end->pool);
}

static u64 ion_pair_base(const struct ion_pair_end *end, u16 id)
{
	return (u64)id * end->pool.size;
}

/* ---- what the program hands over ---------------------------------------- */

static void ion_pair_accept(struct ion_pair_end *end,
			    const struct ion_packet *packet)
{
	lockdep_assert_held(&end->crossing);

	if (test_and_clear_bit(packet->id, end->filled))
		atomic_dec(&end->nr_filled);
	if (!packet->len) {
		ion_pool_put(&end->pool, packet->id);
		return;
	}
	end->payloads[(end->first + end->nr) % end->buffers] = *packet;
	WRITE_ONCE(end->nr, end->nr + 1);
	end->taken++;
}

static u32 ion_pair_collect_some(struct ion_pair_end *end, bool *more)
{
	struct ion_ring *tx = end->ring[ION_RING_TX];
	const struct ion_packet *packets;
	u32 n = 0, i;

	*more = false;
	spin_lock(&end->crossing);
	if (!end->ended)
		n = ion_channel_peek_step(tx, &packets, ION_PEEK_MAX, more);
	for (i = 0; i < n; i++)
		ion_pair_accept(end, &packets[i]);
	ion_channel_release(tx, n);
	spin_unlock(&end->crossing);
	return n;
}

/* Take all that is on tx: empty buffers to the pool, the others to wait. */
static void ion_pair_collect(struct ion_pair_end *end)
{
	struct ion_ring *tx = end->ring[ION_RING_TX];
	u32 left = ion_channel_capacity(tx), n;
	bool more;

	while (left && !ion_channel_empty(tx)) {
		n = ion_pair_collect_some(end, &more);
		if (!n && !more)
			return;
		left -= min(left, max(n, 1));
		cond_resched();
	}
}

/**
 * ion_pair_count_held() - report the payloads that wait
 * @end: the end that sent them, after everything has crossed that can
 *
 * Each payload is counted once, however often this is called.
 *
 * Context: any in which a spinlock may be taken.
 */
void ion_pair_count_held(struct ion_pair_end *end)
{
	u32 fresh;

	if (!READ_ONCE(end->nr) && !READ_ONCE(end->shown))
		return;
	spin_lock(&end->crossing);
	fresh = min_t(u64, end->nr, end->taken - end->counted);
	end->counted = end->taken;
	WRITE_ONCE(end->shown, end->nr);
	ion_channel_set_held(end->ch, end->nr, fresh);
	spin_unlock(&end->crossing);
}

/* Remove the first payload from those that wait. */
static void ion_pair_next(struct ion_pair_end *end)
{
	lockdep_assert_held(&end->crossing);

	end->first = (end->first + 1) % end->buffers;
	WRITE_ONCE(end->nr, end->nr - 1);
}

/* ---- what goes back to it ------------------------------------------------ */

static bool ion_pair_push(struct ion_pair_end *end,
			  const struct ion_packet *packet)
{
	struct ion_ring *rx = end->ring[ION_RING_RX];

	return ion_channel_push(rx, packet) ||
	       (ion_pair_room(end, rx) && ion_channel_push(rx, packet));
}

static bool ion_pair_push_empty(struct ion_pair_end *end, u16 id, u32 pad)
{
	struct ion_packet packet = {
		.data = ion_pair_base(end, id),
		.id = id,
		.pad = pad,
	};

	return ion_pair_push(end, &packet);
}

static bool ion_pair_settle_one(struct ion_pair_end *end)
{
	struct ion_packet packet;
	bool done;

	spin_lock(&end->crossing);
	done = ion_pool_get(&end->owed, &packet);
	if (done && !ion_pair_push(end, &packet)) {
		ion_pool_put(&end->owed, packet.id);
		done = false;
	}
	spin_unlock(&end->crossing);
	return done;
}

/* Push the buffers that must go back, as far as there is room. */
static void ion_pair_settle(struct ion_pair_end *end)
{
	u32 left = ion_pool_count(&end->owed);

	while (left-- && ion_pair_settle_one(end))
		cond_resched();
}

/* ---- payloads that cross ------------------------------------------------- */

/*
 * All copies of payloads are made here. Both addresses are equally far from the start
 * of a buffer, or from a multiple of 8, so that they agree modulo 8.
 */
static void ion_pair_copy(void *to, const void *from, u32 len)
{
	memcpy(to, from, len);
}

/* Copy the payload to the empty buffer that @copy names, and fill in the packet. */
static void ion_pair_place(const struct ion_pair_end *from,
			   const struct ion_packet *packet,
			   struct ion_packet *copy)
{
	copy->data += packet->data - ion_pair_base(from, packet->id);
	copy->len = packet->len;
	copy->pad = packet->pad;
}

/* Deliver a payload. Returns false if there is no room, or no buffer. */
static bool ion_pair_try_deliver(struct ion_pair_end *from,
				 struct ion_pair_end *to,
				 const struct ion_packet *packet)
{
	struct ion_ring *rx = to->ring[ION_RING_RX];
	struct ion_packet copy, *room;
	const void *payload;
	u32 bytes;
	void *at;

	if (!ion_channel_reserve(rx, &room, 1) ||
	    !ion_pool_get(&to->pool, &copy))
		return false;
	ion_pair_place(from, packet, &copy);
	payload = ion_packet_buffer(from->ch, packet, &bytes);
	at = ion_packet_buffer(to->ch, &copy, &bytes);
	if (payload && at)
		ion_pair_copy(at, payload, packet->len);

	/* The program may hand it over again as soon as it is pushed. */
	set_bit(copy.id, to->filled);
	atomic_inc(&to->nr_filled);
	if (ion_channel_push(rx, &copy))
		return true;
	/* Buffers that went back to @to took the room meanwhile. */
	clear_bit(copy.id, to->filled);
	atomic_dec(&to->nr_filled);
	ion_pool_put(&to->pool, copy.id);
	return false;
}

static bool ion_pair_deliver(struct ion_pair_end *from,
			     struct ion_pair_end *to,
			     const struct ion_packet *packet)
{
	lockdep_assert_held(&from->crossing);

	if (!ion_pool_count(&to->pool))
		return false;
	if (!ion_pair_try_deliver(from, to, packet) &&
	    !(ion_pair_room(to, to->ring[ION_RING_RX]) &&
	      ion_pair_try_deliver(from, to, packet)))
		return false;
	if (!ion_pair_push_empty(from, packet->id, 0))
		ion_pool_put(&from->owed, packet->id);
	return true;
}

/* Cross one payload. Returns false if the first one cannot go now, or there is none. */
static bool ion_pair_cross_payload(struct ion_pair_end *from,
				   struct ion_pair_end *to)
{
	const struct ion_packet *packet;
	bool done = false;

	spin_lock(&from->crossing);
	if (from->nr) {
		packet = &from->payloads[from->first];
		done = READ_ONCE(to->gone) ?
			       ion_pair_push_empty(from, packet->id, EPIPE) :
			       ion_pair_deliver(from, to, packet);
		if (done)
			ion_pair_next(from);
	}
	spin_unlock(&from->crossing);
	return done;
}

/* A caller that takes further payloads from tx meanwhile also makes them cross. */
static void ion_pair_cross_payloads(struct ion_pair_end *from,
				    struct ion_pair_end *to)
{
	u32 left = READ_ONCE(from->nr);

	if (left && READ_ONCE(to->gone))
		ion_channel_set_undelivered(from->ch);
	while (left-- && ion_pair_cross_payload(from, to))
		cond_resched();
}

/* ---- payloads that change places ----------------------------------------- */

/* Lock both ends, in an order in which two swaps do not wait forever. */
static void ion_pair_lock_both(struct ion_pair_end *a, struct ion_pair_end *b)
	__acquires(&a->crossing)
	__acquires(&b->crossing)
{
	spin_lock(a < b ? &a->crossing : &b->crossing);
	spin_lock_nested(a < b ? &b->crossing : &a->crossing,
			 SINGLE_DEPTH_NESTING);
}

static void ion_pair_unlock_both(struct ion_pair_end *a, struct ion_pair_end *b)
	__releases(&a->crossing)
	__releases(&b->crossing)
{
	spin_unlock(&a->crossing);
	spin_unlock(&b->crossing);
}

/*
 * Check whether a payload of the end waits, while no empty buffer can be expected for
 * payloads to it: its pool is empty, and the program has no buffer that it has used for
 * receiving.
 */
static bool ion_pair_stuck(const struct ion_pair_end *end)
{
	return end->nr && !ion_pool_count(&end->pool) &&
	       !atomic_read(&end->nr_filled) && !READ_ONCE(end->gone);
}

static bool ion_pair_has_room(struct ion_pair_end *end)
{
	struct ion_ring *rx = end->ring[ION_RING_RX];
	struct ion_packet *room;

	return ion_channel_reserve(rx, &room, 1) || ion_pair_room(end, rx);
}

/**
 * struct ion_pair_span - a payload, or a piece of one
 * @at: address of its buffer
 * @from: offset in the buffer at which it begins
 * @to: offset in the buffer at which it ends
 */
struct ion_pair_span {
	void *at;
	u32 from;
	u32 to;
};

static struct ion_pair_span ion_pair_span(struct ion_pair_end *end,
					  const struct ion_packet *packet)
{
	u32 from = packet->data - ion_pair_base(end, packet->id), bytes;
	void *at = ion_packet_buffer(end->ch, packet, &bytes);

	if (!at)
		return (struct ion_pair_span){};
	return (struct ion_pair_span){
		.at = at - from,
		.from = from,
		.to = from + packet->len,
	};
}

/* Returns the piece of a payload that lies between @at and @at + ION_PAIR_BOUNCE. */
static struct ion_pair_span ion_pair_piece(const struct ion_pair_span *span,
					   u32 at)
{
	struct ion_pair_span piece = {
		.at = span->at,
		.from = clamp(span->from, at, at + ION_PAIR_BOUNCE),
		.to = clamp(span->to, at, at + ION_PAIR_BOUNCE),
	};

	return piece;
}

static void ion_pair_swap_pieces(const struct ion_pair_span *a,
				 const struct ion_pair_span *b, u32 at)
{
	struct ion_pair_span x = ion_pair_piece(a, at);
	struct ion_pair_span y = ion_pair_piece(b, at);
	u64 of_a[ION_PAIR_BOUNCE / sizeof(u64)];
	u64 of_b[ION_PAIR_BOUNCE / sizeof(u64)];

	ion_pair_copy((void *)of_a + (x.from - at), a->at + x.from,
		      x.to - x.from);
	ion_pair_copy((void *)of_b + (y.from - at), b->at + y.from,
		      y.to - y.from);
	ion_pair_copy(b->at + x.from, (void *)of_a + (x.from - at),
		      x.to - x.from);
	ion_pair_copy(a->at + y.from, (void *)of_b + (y.from - at),
		      y.to - y.from);
}

/*
 * Swap two payloads. No byte outside the payloads is moved. A program that writes to a
 * buffer that it handed over changes what it sends, or what it gets.
 */
static void ion_pair_swap_bytes(const struct ion_pair_span *a,
				const struct ion_pair_span *b)
{
	u32 at = ALIGN_DOWN(min(a->from, b->from), sizeof(u64));
	u32 end = max(a->to, b->to);

	if (!a->at || !b->at)
		return;
	for (; at < end; at += ION_PAIR_BOUNCE)
		ion_pair_swap_pieces(a, b, at);
}

/*
 * There was room, and nobody else pushes to rx of either. So this fails only if the
 * program closed its channel or broke a ring, and then the payload is lost to it.
 */
static void ion_pair_push_swapped(struct ion_pair_end *end,
				  const struct ion_packet *packet)
{
	if (!ion_channel_push(end->ring[ION_RING_RX], packet))
		ion_pool_put(&end->owed, packet->id);
}

static void ion_pair_swap_first(struct ion_pair_end *a, struct ion_pair_end *b)
{
	const struct ion_packet *of_a = &a->payloads[a->first];
	const struct ion_packet *of_b = &b->payloads[b->first];
	struct ion_packet to_a = {
		.data = ion_pair_base(a, of_a->id),
		.id = of_a->id,
	};
	struct ion_packet to_b = {
		.data = ion_pair_base(b, of_b->id),
		.id = of_b->id,
	};
	struct ion_pair_span span_a = ion_pair_span(a, of_a);
	struct ion_pair_span span_b = ion_pair_span(b, of_b);

	ion_pair_place(b, of_b, &to_a);
	ion_pair_place(a, of_a, &to_b);
	ion_pair_swap_bytes(&span_a, &span_b);
	ion_pair_next(a);
	ion_pair_next(b);
	ion_pair_push_swapped(a, &to_a);
	ion_pair_push_swapped(b, &to_b);
}

static bool ion_pair_swap_one(struct ion_pair_end *a, struct ion_pair_end *b)
{
	bool done;

	ion_pair_lock_both(a, b);
	done = ion_pair_stuck(a) && ion_pair_stuck(b) &&
	       ion_pair_has_room(a) && ion_pair_has_room(b);
	if (done)
		ion_pair_swap_first(a, b);
	ion_pair_unlock_both(a, b);
	return done;
}

static void ion_pair_swap(struct ion_pair_end *a, struct ion_pair_end *b)
{
	u32 left = min(READ_ONCE(a->nr), READ_ONCE(b->nr));

	while (left-- && ion_pair_swap_one(a, b))
		cond_resched();
}

/**
 * ion_pair_exchange_buffers() - take over what both ends have handed over
 * @a: an end
 * @b: the other end
 *
 * Takes empty buffers first: payloads of the other end may wait for them, and no call
 * but this one would check again.
 *
 * Context: may sleep, and waits for nobody.
 */
void ion_pair_exchange_buffers(struct ion_pair_end *a, struct ion_pair_end *b)
{
	ion_pair_settle(a);
	ion_pair_settle(b);
	ion_pair_collect(a);
	ion_pair_collect(b);
	/*
	 * (H), pairs with itself in a call of the other program: payloads, empty
	 * buffers and @gone were written before, and are read after it.
	 */
	smp_mb();
	ion_pair_cross_payloads(a, b);
	ion_pair_cross_payloads(b, a);
	ion_pair_swap(a, b);
}

/* ---- the end ------------------------------------------------------------- */

static bool ion_pair_return_one(struct ion_pair_end *end)
{
	bool done;

	spin_lock(&end->crossing);
	done = end->nr &&
	       ion_pair_push_empty(end, end->payloads[end->first].id, EPIPE);
	if (done)
		ion_pair_next(end);
	spin_unlock(&end->crossing);
	return done;
}

/**
 * ion_pair_return_buffers() - give the buffers of sent payloads back to the program
 * @end: an end whose peer has gone and sends nothing more
 *
 * Keeps empty buffers: a program that only receives must not find packets that nobody
 * sent between the last packet and the end.
 *
 * Context: may sleep, and waits for nobody.
 * Return: true if all are back, and nothing more is taken; false if there was no
 * room for all.
 */
bool ion_pair_return_buffers(struct ion_pair_end *end)
{
	u32 left = end->buffers;

	if (!ion_pair_has_buffers(end))
		return true;
	ion_pair_settle(end);
	ion_pair_collect(end);
	if (READ_ONCE(end->nr))
		ion_channel_set_undelivered(end->ch);
	while (left-- && ion_pair_return_one(end))
		cond_resched();
	ion_pair_count_held(end);

	spin_lock(&end->crossing);
	end->ended |= !end->nr && !ion_pool_count(&end->owed);
	spin_unlock(&end->crossing);
	return end->ended;
}
