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
 * An end that finds nothing to do may sleep, and the other end wakes it:
 *
 *	whoever sleeps				whoever wakes
 *
 *	    set the own wake flag		    publish the own index
 *	(E) full barrier			(F) full barrier
 *	    look at the other's index once more	    look at the other's wake flag
 *
 * (E) pairs with (F): one of the two sees what the other one wrote, so that
 * either the sleeper finds the work or the other end finds the flag. It does
 * not matter which end is the producer.
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
#include <stdbool.h>
#ifndef _ION_BARRIER_H
#define _ION_BARRIER_ENDS
#include <ion/barrier.h>
#endif
#endif

/*
 * In the kernel others check, without owning the end, how far it has come and
 * whether it is broken: see ion_ring_snapshot(). A program keeps its view to
 * itself, and in registers.
 */
#ifdef __KERNEL__
#define ION_VIEW_SET(field, value)	WRITE_ONCE(field, value)
#else
#define ION_VIEW_SET(field, value)	((field) = (value))
#endif

/**
 * struct ion_end - private view of one end of a ring
 * @own: packets that this end published or released so far
 * @ready: how far @own may go before this end must look at the other one: for
 *	a consumer what was pushed, for a producer what was popped and @mask
 *	more, as last seen
 * @mask: number of slots less one
 * @slots: the first slot
 * @own_index: shared, written by this end: @own & @mask
 * @peer_index: shared, written by the other end
 * @own_wake: shared, written by this end: not 0 while it sleeps
 * @peer_wake: shared, written by the other end: 0 while it is awake, n to be
 *	woken once it has n slots to use
 * @broken: &enum ion_poison, why this end trusts the other no longer
 * @seen: the index that broke the ring
 * @published: in the kernel: @own, once @own_index says so too; what differs is
 *	being moved on
 *
 * The counts do not wrap with the ring: what is left is a subtraction, and
 * they double as statistics. They are as wide as mask, so that a 64-bit
 * machine has no narrowing to do.
 */
struct ion_end {
	__u64 own;
	__u64 ready;
	__u64 mask;
	void *slots;
	__u32 *own_index;
	const __u32 *peer_index;
	__u16 *own_wake;
	const __u16 *peer_wake;
	__u32 broken;
	__u32 seen;
#ifdef __KERNEL__
	__u64 published;
#endif
};

/**
 * struct ion_producer - the end that pushes
 * @end: the view
 */
struct ion_producer {
	struct ion_end end;
};

/**
 * struct ion_consumer - the end that pops
 * @end: the view
 */
struct ion_consumer {
	struct ion_end end;
};

/* The words that slots are copied in; they alias the fields of a packet. */
typedef __u64 __attribute__((__may_alias__)) ion_word;

/*
 * A slot is read once, word by word: the other end may write to it meanwhile,
 * and what was checked must be what is used. @size is a multiple of 8.
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

/*
 * A slot may be written in any way: nobody who keeps to the protocol looks
 * before the index is published.
 */
static __always_inline void ion_slot_write(void *slot, const void *from,
					   __u32 size)
{
	const ion_word *word = (const ion_word *)from;
	ion_word *to = (ion_word *)slot;
	__u32 i;

	for (i = 0; i < size / sizeof(*word); i++)
		to[i] = word[i];
}

/*
 * What batches are copied in: <ion/barrier.h> knows of something wider than a
 * word, the kernel does not. Not for one packet: where its fields were written a
 * moment ago, what is wider than they are waits for them to reach the cache.
 */
#ifndef ION_WIDE
#define ION_WIDE	__attribute__((__may_alias__))
#endif
typedef __u64 ION_WIDE ion_wide;

/* Some wide ones; a compiler writes out a loop as short as a slot has words. */
static __always_inline void ion_wide_read(char *to, const char *from, __u32 n)
{
	__u32 i;

	for (i = 0; i < n; i++)
		((ion_wide *)to)[i] = READ_ONCE(((const ion_wide *)from)[i]);
}

static __always_inline void ion_wide_write(char *to, const char *from, __u32 n)
{
	__u32 i;

	for (i = 0; i < n; i++)
		((ion_wide *)to)[i] = ((const ion_wide *)from)[i];
}

/*
 * Slots that lie one after the other, in and out, two at a time: the loop costs
 * as much as a word does, and two have as many wide ones as one has words, or
 * twice as many.
 */
static __always_inline void ion_slots_read(void *to, const void *slots,
					   __u32 count, __u32 size)
{
	const char *slot = (const char *)slots;
	const char *end = slot + (__u64)(count & ~1U) * size;
	char *at = (char *)to;

	for (; slot != end; slot += 2 * size, at += 2 * size) {
		ion_wide_read(at, slot, size / sizeof(ion_word));
		if (sizeof(ion_wide) == sizeof(ion_word))
			ion_wide_read(at + size, slot + size,
				      size / sizeof(ion_word));
	}
	if (count & 1)
		ion_slot_read(at, slot, size);
}

static __always_inline void ion_slots_write(void *slots, const void *from,
					    __u32 count, __u32 size)
{
	char *slot = (char *)slots;
	char *end = slot + (__u64)(count & ~1U) * size;
	const char *at = (const char *)from;

	for (; slot != end; slot += 2 * size, at += 2 * size) {
		ion_wide_write(slot, at, size / sizeof(ion_word));
		if (sizeof(ion_wide) == sizeof(ion_word))
			ion_wide_write(slot + size, at + size,
				       size / sizeof(ion_word));
	}
	if (count & 1)
		ion_slot_write(slot, at, size);
}

/* A word in every 64 bytes of what may be a few slots, or nothing. */
static __always_inline void ion_lines_read(const void *slots, __u64 bytes)
{
	const char *first = (const char *)slots;
	__u64 at;

	for (at = 0; at < bytes; at += 64)
		(void)READ_ONCE(*(const ion_word *)(first + at));
}

static __always_inline void ion_lines_write(void *slots, __u64 bytes)
{
	char *first = (char *)slots;
	__u64 at;

	for (at = 0; at < bytes; at += 64)
		WRITE_ONCE(*(ion_word *)(first + at), 0);
}

/* The slot of the packet that has number @at in the count from the start. */
static __always_inline void *ion_end_slot(const struct ion_end *end, __u64 at,
					  __u32 size)
{
	char *slot = (char *)end->slots + (at & end->mask) * size;

	/* Or some compilers work the address out anew for every word. */
	OPTIMIZER_HIDE_VAR(slot);
	return slot;
}

/*
 * Have the processor get @count slots, from number @at on, while it does something
 * else. They were published: what the other end is about to write to had better
 * stay where it is.
 */
static __always_inline void ion_end_prefetch(const struct ion_end *end,
					     __u64 at, __u32 count, __u32 size)
{
#ifdef ION_PREFETCH
	__u32 i;

	for (i = 0; i < count; i += 64 / size)
		ION_PREFETCH(ion_end_slot(end, at + i, size));
#else
	(void)end;
	(void)at;
	(void)count;
	(void)size;
#endif
}

/* How many of @count slots, from number @at on, lie before the ring wraps. */
static __always_inline __u32 ion_end_run(const struct ion_end *end, __u64 at,
					 __u32 count)
{
	__u64 left = end->mask + 1 - (at & end->mask);

	return left < count ? (__u32)left : count;
}

/* Have @count slots, from number @at on, come into the cache: ion_ring_fetch(). */
static __always_inline void ion_end_fetch(const struct ion_end *end, __u64 at,
					  __u32 count, __u32 size)
{
	__u32 run = ion_end_run(end, at, count);

	ion_lines_read(ion_end_slot(end, at, size), (__u64)run * size);
	ion_lines_read(end->slots, (__u64)(count - run) * size);
}

/* Slots that are this end's to use, as last seen. */
static __always_inline __u32 ion_end_known(const struct ion_end *end)
{
	return (__u32)(end->ready - end->own);
}

/*
 * Look at the other end's index, (A) or (C). All slots that are not this end's
 * already, at most, may have been given to it since. @lead is mask for a
 * producer, 0 for a consumer. False if the end is broken.
 */
static __always_inline bool ion_end_look(struct ion_end *end, __u64 lead)
{
	__u64 seen, step;

	if (unlikely(end->broken))
		return false;
	/* (A) pairs with (D), (C) with (B). */
	seen = smp_load_acquire(end->peer_index);
	step = (seen - (end->ready - lead)) & end->mask;
	if (unlikely(seen > end->mask ||
		     step > end->mask - ion_end_known(end))) {
		end->seen = (__u32)seen;
		ION_VIEW_SET(end->broken, seen > end->mask ? ION_POISON_RANGE :
							     ION_POISON_ORDER);
		return false;
	}
	ION_VIEW_SET(end->ready, end->ready + step);
	return true;
}

/* Have @want slots, or as many as there are. */
static __always_inline __u32 ion_end_take(struct ion_end *end, __u32 want,
					  __u64 lead)
{
	__u32 known = ion_end_known(end);

	if (known < want) {
		if (unlikely(!ion_end_look(end, lead)))
			return 0;
		known = ion_end_known(end);
	}
	return known < want ? known : want;
}

/* Whether there is one slot at least. */
static __always_inline bool ion_end_take_one(struct ion_end *end, __u64 lead)
{
	if (end->own != end->ready)
		return true;
	return ion_end_look(end, lead) && end->own != end->ready;
}

static __always_inline void ion_end_publish(struct ion_end *end, __u32 count)
{
	ION_VIEW_SET(end->own, end->own + count);
	/* (B) pairs with (C), (D) with (A). */
	smp_store_release(end->own_index, (__u32)(end->own & end->mask));
#ifdef __KERNEL__
	/* Pairs with the acquire in ion_ring_snapshot(). */
	smp_store_release(&end->published, end->own);
#endif
}

/**
 * ion_end_peer_sleeps() - whether the other end is to be woken
 * @end: the view
 *
 * Call it after the commit or release of all that there was to do: it is the
 * full barrier (F). Once for a batch is enough.
 *
 * Return: true if the other end sleeps, or is about to.
 */
static __always_inline bool ion_end_peer_sleeps(const struct ion_end *end)
{
	smp_mb();	/* (F), pairs with (E) */
	return READ_ONCE(*end->peer_wake);
}

/**
 * ion_end_sleep() - ask the other end for a wake-up
 * @end: the view
 *
 * Afterwards try once more, by ion_ring_peek() or ion_ring_reserve(), and
 * sleep only if that found nothing.
 */
static __always_inline void ion_end_sleep(struct ion_end *end)
{
	WRITE_ONCE(*end->own_wake, 1);
	smp_mb();	/* (E), pairs with (F) */
}

/**
 * ion_end_awake() - tell the other end that it need not wake this one
 * @end: the view
 */
static __always_inline void ion_end_awake(struct ion_end *end)
{
	WRITE_ONCE(*end->own_wake, 0);
}

/**
 * ion_ring_room() - free slots, as last seen
 * @p: the producer's end
 *
 * Return: a number from 0 to mask. Shared memory is not looked at.
 */
static __always_inline __u32 ion_ring_room(const struct ion_producer *p)
{
	return ion_end_known(&p->end);
}

/**
 * ion_ring_queued() - packets to read, as last seen
 * @c: the consumer's end
 *
 * Return: a number from 0 to mask. Shared memory is not looked at.
 */
static __always_inline __u32 ion_ring_queued(const struct ion_consumer *c)
{
	return ion_end_known(&c->end);
}

/**
 * ion_ring_reserve() - get free slots to fill
 * @p: the producer's end
 * @want: how many at the most
 *
 * The consumer's index is looked at only when the slots that are known to be
 * free do not do.
 *
 * Return: how many slots may be filled, at most @want. ion_ring_slot() finds
 * them, ion_ring_commit() publishes them. Nothing need be undone if they are
 * not used.
 */
static __always_inline __u32 ion_ring_reserve(struct ion_producer *p,
					      __u32 want)
{
	return ion_end_take(&p->end, want, p->end.mask);
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
 * ion_ring_claim() - have free slots come into the cache, all at once
 * @p: the producer's end
 * @count: how many, no more than were reserved
 * @size: size of a slot in bytes
 *
 * For batches, as ion_ring_fetch(): the slots are still in the cache of the
 * processor that read them. Fill them afterwards; a word here and there is
 * written over.
 */
static __always_inline void ion_ring_claim(const struct ion_producer *p,
					   __u32 count, __u32 size)
{
	__u32 run = ion_end_run(&p->end, p->end.own, count);

	ion_lines_write(ion_ring_slot(p, 0, size), (__u64)run * size);
	ion_lines_write(p->end.slots, (__u64)(count - run) * size);
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
 * Return: how many slots may be read, at most @want. ion_ring_peeked() finds
 * them, ion_ring_release() gives them back.
 */
static __always_inline __u32 ion_ring_peek(struct ion_consumer *c, __u32 want)
{
	return ion_end_take(&c->end, want, 0);
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
 * ion_ring_fetch() - have filled slots come into the cache, all at once
 * @c: the consumer's end
 * @count: how many, no more than were peeked at
 * @size: size of a slot in bytes
 *
 * For batches. Slots that another processor filled come one cache line after
 * the other as they are read; asked for beforehand they come together. A load
 * is what every machine has for that: riscv has an instruction to prefetch only
 * as an extension.
 */
static __always_inline void ion_ring_fetch(const struct ion_consumer *c,
					   __u32 count, __u32 size)
{
	ion_end_fetch(&c->end, c->end.own, count, size);
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
	__u32 run = ion_end_run(&p->end, p->end.own, n);

	if (!n)
		return 0;
	ion_slots_write(ion_ring_slot(p, 0, size), from, run, size);
	if (unlikely(run < n))
		ion_slots_write(p->end.slots,
				(const char *)from + (__u64)run * size, n - run,
				size);
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
	__u32 before = ion_end_known(&c->end);
	__u32 n = ion_ring_peek(c, count);
	__u32 run = ion_end_run(&c->end, c->end.own, n);
	__u32 more = ion_end_known(&c->end) - n;

	if (!n)
		return 0;
	/* Those of the next batch, and of this one unless they were that. */
	if (before < count)
		ion_end_prefetch(&c->end, c->end.own, n, size);
	ion_end_prefetch(&c->end, c->end.own + n, more < n ? more : n, size);
	ion_slots_read(to, ion_ring_peeked(c, 0, size), run, size);
	if (unlikely(run < n))
		ion_slots_read((char *)to + (__u64)run * size, c->end.slots,
			       n - run, size);
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
	if (!ion_end_take_one(&p->end, p->end.mask))
		return false;
	*(struct ion_packet *)ion_ring_slot(p, 0, sizeof(*packet)) = *packet;
	ion_ring_commit(p, 1);
	return true;
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
	if (!ion_end_take_one(&c->end, 0))
		return false;
	ion_slot_read(packet, ion_ring_peeked(c, 0, sizeof(*packet)), sizeof(*packet));
	ion_ring_release(c, 1);
	return true;
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
	if (!ion_end_take_one(&p->end, p->end.mask))
		return false;
	*(struct ion_cmd_packet *)ion_ring_slot(p, 0, sizeof(*cmd)) = *cmd;
	ion_ring_commit(p, 1);
	return true;
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
	if (!ion_end_take_one(&c->end, 0))
		return false;
	ion_slot_read(cmd, ion_ring_peeked(c, 0, sizeof(*cmd)), sizeof(*cmd));
	ion_ring_release(c, 1);
	return true;
}

#ifndef __KERNEL__
#include <ion/barrier_end.h>
#include <ion/attach.h>
#endif

#endif /* _ION_RING_H */
