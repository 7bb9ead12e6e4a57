/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The ring: one producer, one consumer, slots of a fixed size.
 *
 * The module and user programs run this same code, each over its own private
 * view of one end: struct ion_producer or struct ion_consumer. Nothing but the
 * indices, the wake flags and the slots is shared, and of those an end reads
 * only the other end's index and flag, and writes only its own.
 *
 *	producer				consumer
 *
 *	(A) load-acquire tail			(C) load-acquire head
 *	    write slots				    read slots
 *	(B) store-release head			(D) store-release tail
 *
 * (B) pairs with (C): whoever sees the new head sees what the slots were
 * filled with. (D) pairs with (A): whoever sees the new tail writes the slots
 * only after they were read.
 *
 * An end believes nothing of what the other one can write. Mask, slot address
 * and own index are private; the other's index is loaded once for each look
 * and must have moved forward by no more than it was given, or the end is
 * broken for good: it looks no more, and ion_end.broken says why.
 *
 * None of these functions sleeps, takes a lock or fails otherwise. Any context
 * will do, as long as there is one caller for an end at a time.
 */
#ifndef _ION_RING_H
#define _ION_RING_H

#include <linux/ion.h>

#ifdef __KERNEL__
#include <asm/barrier.h>
#include <linux/compiler.h>
#else
#include <ion/barrier.h>
#include <stdbool.h>
#endif

/**
 * struct ion_end - private view of one end of a ring
 * @own: packets that this end published or released so far
 * @peer: packets that the other end released or published, as last seen
 * @mask: number of slots less one
 * @broken: &enum ion_poison, why this end trusts the other no longer
 * @slots: the first slot
 * @own_index: shared, written by this end: own & mask
 * @peer_index: shared, written by the other end: peer & mask
 * @seen: the index that broke the ring
 *
 * The counts do not wrap with the ring, so that full and empty tell apart by a
 * subtraction, and double as statistics.
 */
struct ion_end {
	__u64 own;
	__u64 peer;
	__u32 mask;
	__u32 broken;
	void *slots;
	__u32 *own_index;
	const __u32 *peer_index;
	__u32 seen;
};

/**
 * struct ion_producer - the end that pushes
 * @end: the view; own counts what was pushed, peer what was popped
 */
struct ion_producer {
	struct ion_end end;
};

/**
 * struct ion_consumer - the end that pops
 * @end: the view; own counts what was popped, peer what was pushed
 */
struct ion_consumer {
	struct ion_end end;
};

/* The words that slots are copied in; they alias the fields of a packet. */
typedef __u64 __attribute__((__may_alias__)) ion_word;

/*
 * A slot is read once, word by word: the other end may write to it meanwhile,
 * and what was checked must be what is used.
 */
static __always_inline void ion_slot_read(void *to, const void *slot,
					  __u32 size)
{
	const ion_word *from = (const ion_word *)slot;
	ion_word *word = (ion_word *)to;
	__u32 i;

	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = READ_ONCE(from[i]);
}

static __always_inline void ion_slot_write(void *slot, const void *from,
					   __u32 size)
{
	const ion_word *word = (const ion_word *)from;
	ion_word *to = (ion_word *)slot;
	__u32 i;

	for (i = 0; i < size / sizeof(*word); i++)
		WRITE_ONCE(to[i], word[i]);
}

/* From ring to ring, once, by whatever the slot holds. */
static __always_inline void ion_slot_copy(void *to, const void *slot,
					  __u32 size)
{
	const ion_word *from = (const ion_word *)slot;
	ion_word *word = (ion_word *)to;
	__u32 i;

	for (i = 0; i < size / sizeof(*word); i++)
		WRITE_ONCE(word[i], READ_ONCE(from[i]));
}

/* The slot of the packet that has number @at in the count from the start. */
static __always_inline void *ion_end_slot(const struct ion_end *end, __u64 at,
					  __u32 size)
{
	return (char *)end->slots + (__u64)((__u32)at & end->mask) * size;
}

/*
 * Look at the other end's index, (A) or (C). @known slots are this end's to use
 * already: all the others, at most, may have been given to it since. False if
 * the end is broken.
 */
static __always_inline bool ion_end_look(struct ion_end *end, __u32 known)
{
	__u32 seen, step;

	if (unlikely(end->broken))
		return false;
	seen = smp_load_acquire(end->peer_index);
	step = (seen - (__u32)end->peer) & end->mask;
	if (unlikely(seen > end->mask || step > end->mask - known)) {
		end->broken = seen > end->mask ? ION_POISON_RANGE :
						 ION_POISON_ORDER;
		end->seen = seen;
		return false;
	}
	end->peer += step;
	return true;
}

/* Publish the own index, (B) or (D). */
static __always_inline void ion_end_publish(struct ion_end *end, __u32 count)
{
	end->own += count;
	smp_store_release(end->own_index, (__u32)end->own & end->mask);
}

/**
 * ion_ring_room() - free slots, as last seen
 * @p: the producer's end
 *
 * Return: a number from 0 to mask. Shared memory is not looked at.
 */
static __always_inline __u32 ion_ring_room(const struct ion_producer *p)
{
	return p->end.mask - (__u32)(p->end.own - p->end.peer);
}

/**
 * ion_ring_queued() - packets to read, as last seen
 * @c: the consumer's end
 *
 * Return: a number from 0 to mask. Shared memory is not looked at.
 */
static __always_inline __u32 ion_ring_queued(const struct ion_consumer *c)
{
	return (__u32)(c->end.peer - c->end.own);
}

/**
 * ion_ring_reserve() - get free slots to fill
 * @p: the producer's end
 * @want: how many at the most
 *
 * The consumer's index is looked at only when the slots that are known to be
 * free do not do.
 *
 * Return: how many slots may be filled, 0..@want. ion_ring_slot() finds them,
 * ion_ring_commit() publishes them. Nothing need be undone if they are not
 * used.
 */
static __always_inline __u32 ion_ring_reserve(struct ion_producer *p,
					      __u32 want)
{
	__u32 room = ion_ring_room(p);

	if (room < want) {
		if (unlikely(!ion_end_look(&p->end, room)))
			return 0;
		room = ion_ring_room(p);
	}
	return room < want ? room : want;
}

/**
 * ion_ring_slot() - a reserved slot
 * @p: the producer's end
 * @i: number of the slot among those reserved, from 0
 * @size: size of a slot in bytes
 *
 * Return: the address of the slot.
 */
static __always_inline void *ion_ring_slot(const struct ion_producer *p,
					   __u32 i, __u32 size)
{
	return ion_end_slot(&p->end, p->end.own + i, size);
}

/**
 * ion_ring_commit() - publish filled slots
 * @p: the producer's end
 * @count: how many, no more than were reserved
 *
 * Orders all that was written to the slots before the new head, (B).
 */
static __always_inline void ion_ring_commit(struct ion_producer *p, __u32 count)
{
	ion_end_publish(&p->end, count);
}

/**
 * ion_ring_peek() - get filled slots to read
 * @c: the consumer's end
 * @want: how many at the most
 *
 * The producer's index is looked at only when the packets that are known of do
 * not do.
 *
 * Return: how many slots may be read, 0..@want. ion_ring_peeked() finds them,
 * ion_ring_release() gives them back.
 */
static __always_inline __u32 ion_ring_peek(struct ion_consumer *c, __u32 want)
{
	__u32 queued = ion_ring_queued(c);

	if (queued < want) {
		if (unlikely(!ion_end_look(&c->end, queued)))
			return 0;
		queued = ion_ring_queued(c);
	}
	return queued < want ? queued : want;
}

/**
 * ion_ring_peeked() - a filled slot
 * @c: the consumer's end
 * @i: number of the slot among those peeked at, from 0
 * @size: size of a slot in bytes
 *
 * Return: the address of the slot. The producer may still write to it: copy it
 * with ion_slot_read() before looking at any field twice.
 */
static __always_inline const void *
ion_ring_peeked(const struct ion_consumer *c, __u32 i, __u32 size)
{
	return ion_end_slot(&c->end, c->end.own + i, size);
}

/**
 * ion_ring_release() - give slots back to the producer
 * @c: the consumer's end
 * @count: how many, no more than were peeked at
 *
 * Orders all that was read of the slots before the new tail, (D).
 */
static __always_inline void ion_ring_release(struct ion_consumer *c,
					     __u32 count)
{
	ion_end_publish(&c->end, count);
}

/**
 * ion_ring_push_n() - push a batch
 * @p: the producer's end
 * @from: array of @count packets
 * @count: how many at the most
 * @size: size of a packet in bytes, a multiple of 8, a constant
 *
 * One publication for the whole batch.
 *
 * Return: how many were pushed: all of them, or as many as there was room for.
 */
static __always_inline __u32 ion_ring_push_n(struct ion_producer *p,
					     const void *from, __u32 count,
					     __u32 size)
{
	__u32 n = ion_ring_reserve(p, count);
	__u32 i;

	if (!n)
		return 0;
	for (i = 0; i < n; i++)
		ion_slot_write(ion_ring_slot(p, i, size),
			       (const char *)from + (__u64)i * size, size);
	ion_ring_commit(p, n);
	return n;
}

/**
 * ion_ring_pop_n() - pop a batch
 * @c: the consumer's end
 * @to: room for @count packets
 * @count: how many at the most
 * @size: size of a packet in bytes, a multiple of 8, a constant
 *
 * One publication for the whole batch.
 *
 * Return: how many were popped: all of them, or as many as there were.
 */
static __always_inline __u32 ion_ring_pop_n(struct ion_consumer *c, void *to,
					    __u32 count, __u32 size)
{
	__u32 n = ion_ring_peek(c, count);
	__u32 i;

	if (!n)
		return 0;
	for (i = 0; i < n; i++)
		ion_slot_read((char *)to + (__u64)i * size,
			      ion_ring_peeked(c, i, size), size);
	ion_ring_release(c, n);
	return n;
}

/**
 * ion_ring_push() - push a packet
 * @p: producer's end of a ring of packets
 * @packet: the packet, copied
 *
 * Return: false, with nothing changed, if the ring is full.
 */
static __always_inline bool ion_ring_push(struct ion_producer *p,
					   const struct ion_packet *packet)
{
	return ion_ring_push_n(p, packet, 1, sizeof(*packet));
}

/**
 * ion_ring_pop() - pop a packet
 * @c: consumer's end of a ring of packets
 * @packet: where to copy it
 *
 * Return: false, with nothing changed, if the ring is empty.
 */
static __always_inline bool ion_ring_pop(struct ion_consumer *c,
					  struct ion_packet *packet)
{
	return ion_ring_pop_n(c, packet, 1, sizeof(*packet));
}

/**
 * ion_ring_push_cmd() - push a command
 * @p: producer's end of a ring of commands
 * @cmd: the command, copied
 *
 * Return: false, with nothing changed, if the ring is full.
 */
static __always_inline bool ion_ring_push_cmd(struct ion_producer *p,
					       const struct ion_cmd_packet *cmd)
{
	return ion_ring_push_n(p, cmd, 1, sizeof(*cmd));
}

/**
 * ion_ring_pop_cmd() - pop a command
 * @c: consumer's end of a ring of commands
 * @cmd: where to copy it
 *
 * Return: false, with nothing changed, if the ring is empty.
 */
static __always_inline bool ion_ring_pop_cmd(struct ion_consumer *c,
					      struct ion_cmd_packet *cmd)
{
	return ion_ring_pop_n(c, cmd, 1, sizeof(*cmd));
}

#ifndef __KERNEL__
/**
 * ion_producer_attach() - take the producer's end of a mapped compact ring
 * @p: the view to fill in
 * @ring: address of the mapping
 * @nr_slots: slots of the ring
 *
 * Goes on where the shared indices stand, so that it may also be called after
 * ION_IOC_RESET or by a program that was handed the channel.
 */
static inline void ion_producer_attach(struct ion_producer *p, void *ring,
				       __u32 nr_slots)
{
	struct ion_ring_header *header = (struct ion_ring_header *)ring;
	__u32 head = READ_ONCE(header->head);
	__u32 tail = READ_ONCE(header->tail);

	p->end.mask = nr_slots - 1;
	p->end.broken = ION_POISON_NONE;
	p->end.peer = tail;
	p->end.own = (__u64)tail + ((head - tail) & p->end.mask);
	p->end.slots = header + 1;
	p->end.own_index = &header->head;
	p->end.peer_index = &header->tail;
	p->end.seen = 0;
}

/**
 * ion_consumer_attach() - take the consumer's end of a mapped compact ring
 * @c: the view to fill in
 * @ring: address of the mapping
 * @nr_slots: slots of the ring
 *
 * See ion_producer_attach().
 */
static inline void ion_consumer_attach(struct ion_consumer *c, void *ring,
				       __u32 nr_slots)
{
	struct ion_ring_header *header = (struct ion_ring_header *)ring;

	c->end.mask = nr_slots - 1;
	c->end.broken = ION_POISON_NONE;
	c->end.own = READ_ONCE(header->tail);
	c->end.peer = c->end.own;
	c->end.slots = header + 1;
	c->end.own_index = &header->tail;
	c->end.peer_index = &header->head;
	c->end.seen = 0;
}
#endif /* !__KERNEL__ */

#endif /* _ION_RING_H */
