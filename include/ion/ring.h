/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A ring has one producer, one consumer and slots of a fixed size.
 *
 * The module and user programs run this same code, each on a private view of
 * its own end: struct ion_producer or struct ion_consumer. Only the indices,
 * the wake flags and the slots are shared. Each end writes its own index and
 * flag, and reads the other end's.
 *
 *	producer				consumer
 *
 *	(A) load-acquire tail			(C) load-acquire head
 *	    write slots				    read slots
 *	(B) store-release head			(D) store-release tail
 *
 * (B) pairs with (C): a consumer that sees the new head also sees the contents
 * of the slots. (D) pairs with (A): a producer that sees the new tail writes to
 * the slots only after they were read.
 *
 * An end that finds nothing to do may sleep, and the other end wakes it:
 *
 *	the end that sleeps			the end that wakes it
 *
 *	    set its own wake flag		    publish its own index
 *	(E) full barrier			(F) full barrier
 *	    check the other end's index again	    check the other end's wake flag
 *
 * (E) pairs with (F): at least one end sees what the other one wrote, so either
 * the sleeper finds the work or the other end finds the flag. Either end may be
 * the producer.
 *
 * An end trusts nothing that the other end can write. Mask, slot address and
 * own index are private. Each refresh loads the other end's index once. That
 * index may advance by at most the slots that the other end was given. If it is
 * anywhere else, the end is broken: it never refreshes again, and
 * ion_end.broken says why.
 *
 * None of these functions sleeps, takes a lock or fails in any other way. They
 * work in any context, with at most one caller for each end at a time.
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
 * In the kernel, code that does not own the end may read how far it has come
 * and whether it is broken: see ion_ring_snapshot(). A program does not share
 * its view, so the compiler may keep it in registers.
 */
#ifdef __KERNEL__
#define ION_VIEW_SET(field, value)	WRITE_ONCE(field, value)
#else
#define ION_VIEW_SET(field, value)	((field) = (value))
#endif

/**
 * struct ion_end - private view of one end of a ring
 * @own: number of packets that this end published or released so far
 * @ready: how far @own may go before this end must refresh @peer_index: for a
 *	consumer the number of packets pushed, for a producer the number of
 *	packets popped plus @mask, both as last seen
 * @mask: number of slots less one
 * @slots: the first slot
 * @own_index: shared, written by this end: @own & @mask
 * @peer_index: shared, written by the other end
 * @own_wake: shared, written by this end: not 0 while this end sleeps
 * @peer_wake: shared, written by the other end: 0 while that end is awake, n
 *	while it sleeps and asks to be woken once it has n slots to use
 * @peer_wake_kernel: read by programs only: the second half of @peer_wake, which the
 *	kernel writes while the other end's program sleeps in a system call; @peer_wake if
 *	there is none
 * @broken: &enum ion_poison, why this end no longer trusts the other one
 * @seen: the index that broke the ring
 * @published: kernel only: follows @own once @own_index is stored; while the
 *	two differ, @own_index is being stored
 *
 * The counts do not wrap with the ring: the number of usable slots is one
 * subtraction, and the counts also serve as statistics. They are as wide as
 * mask, so that a 64-bit machine need not narrow them.
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
	const __u16 *peer_wake_kernel;
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

/* Slots are copied in these words, which alias the fields of a packet. */
typedef __u64 __attribute__((__may_alias__)) ion_word;

/*
 * Read each word of a slot exactly once: the other end may write to the slot
 * meanwhile, and the value that was checked must be the value that is used.
 * @size is a multiple of 8.
 */
static __always_inline void ion_slot_read(void *to, const void *slot,
					  __u32 size)
{
	const ion_word *from = (const ion_word *)slot;
	ion_word *word = (ion_word *)to;
	__u32 i;

	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = READ_ONCE(from[i]);
#ifdef __clang_analyzer__
	/* It does not see that the words fill a struct. */
	__builtin_memcpy(to, slot, size);
#endif
}

/*
 * The compiler may write a slot in any order: the other end, if it keeps to the
 * protocol, reads the slot only after the index is published.
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
 * Batches are copied in this type: <ion/barrier.h> may define one that is wider
 * than a word, the kernel does not. A single packet is copied word by word: its
 * fields were often written a moment ago, and a load that is wider than those
 * stores waits until they reach the cache.
 */
#ifndef ION_WIDE
#define ION_WIDE	__attribute__((__may_alias__))
#endif
typedef __u64 ION_WIDE ion_wide;

/* Copy @n wide words; @n is small and constant, so compilers unroll the loop. */
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
 * Copy adjacent slots, two in each iteration: an iteration costs as much as
 * copying a word. Two slots have as many wide words as one slot has words, or
 * twice as many where a wide word is a word.
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

/* Read a word in every 64 bytes; @bytes may be 0. */
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

/* Return the slot of packet @at, counted from the start of the ring's life. */
static __always_inline void *ion_end_slot(const struct ion_end *end, __u64 at,
					  __u32 size)
{
	char *slot = (char *)end->slots + (at & end->mask) * size;

	/* Keep compilers from recomputing the address for every word. */
	OPTIMIZER_HIDE_VAR(slot);
	return slot;
}

/*
 * Prefetch @count slots, from number @at on. They must be published: prefetching
 * a slot that the other end is about to write takes the cache line away from it.
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

/* Return how many of @count slots, from number @at on, lie before the wrap. */
static __always_inline __u32 ion_end_run(const struct ion_end *end, __u64 at,
					 __u32 count)
{
	__u64 left = end->mask + 1 - (at & end->mask);

	return left < count ? (__u32)left : count;
}

/* Load @count slots, from number @at on, into the cache: ion_ring_fetch(). */
static __always_inline void ion_end_fetch(const struct ion_end *end, __u64 at,
					  __u32 count, __u32 size)
{
	__u32 run = ion_end_run(end, at, count);

	ion_lines_read(ion_end_slot(end, at, size), (__u64)run * size);
	ion_lines_read(end->slots, (__u64)(count - run) * size);
}

/* Return the number of slots that this end may use, as last seen. */
static __always_inline __u32 ion_end_known(const struct ion_end *end)
{
	return (__u32)(end->ready - end->own);
}

/*
 * Refresh @ready from the other end's index, (A) or (C). Since the last refresh
 * the other end can have given at most the slots that this end does not hold
 * already. @lead is mask for a producer and 0 for a consumer. Return false if
 * the end is broken.
 */
static __always_inline bool ion_end_refresh(struct ion_end *end, __u64 lead)
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

/* Return how many slots this end may use, at most @want. */
static __always_inline __u32 ion_end_take(struct ion_end *end, __u32 want,
					  __u64 lead)
{
	__u32 known = ion_end_known(end);

	if (known < want) {
		if (unlikely(!ion_end_refresh(end, lead)))
			return 0;
		known = ion_end_known(end);
	}
	return known < want ? known : want;
}

/* Return whether this end may use at least one slot. */
static __always_inline bool ion_end_take_one(struct ion_end *end, __u64 lead)
{
	if (end->own != end->ready)
		return true;
	return ion_end_refresh(end, lead) && end->own != end->ready;
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
 * ion_end_peer_sleeps() - whether the other end needs a wake-up
 * @end: the view
 *
 * Call it after the last commit or release: it contains the full barrier (F).
 * One call for a batch is enough.
 *
 * Return: true if the other end sleeps, or is about to.
 */
static __always_inline bool ion_end_peer_sleeps(const struct ion_end *end)
{
	smp_mb();	/* (F), pairs with (E) */
#ifdef __KERNEL__
	return READ_ONCE(*end->peer_wake);
#else
	return READ_ONCE(*end->peer_wake) | READ_ONCE(*end->peer_wake_kernel);
#endif
}

/**
 * ion_end_sleep() - ask the other end for a wake-up
 * @end: the view
 *
 * Call ion_ring_peek() or ion_ring_reserve() again afterwards, and sleep only if
 * that returns 0.
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
 * Return: a number from 0 to mask. Shared memory is not read.
 */
static __always_inline __u32 ion_ring_room(const struct ion_producer *p)
{
	return ion_end_known(&p->end);
}

/**
 * ion_ring_queued() - packets to read, as last seen
 * @c: the consumer's end
 *
 * Return: a number from 0 to mask. Shared memory is not read.
 */
static __always_inline __u32 ion_ring_queued(const struct ion_consumer *c)
{
	return ion_end_known(&c->end);
}

/**
 * ion_ring_reserve() - get free slots to fill
 * @p: the producer's end
 * @want: the largest number to return
 *
 * The consumer's index is read only when fewer than @want slots are known to be
 * free.
 *
 * Return: how many slots may be filled, at most @want. ion_ring_slot() gives
 * their addresses, ion_ring_commit() publishes them. Slots that are not used
 * need no undo.
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
 * ion_ring_claim() - get reserved slots into the cache, all at once
 * @p: the producer's end
 * @count: how many, at most as many as were reserved
 * @size: size of a slot in bytes
 *
 * Use it for batches, like ion_ring_fetch(): the slots are still in the cache of
 * the processor that read them. It overwrites a word in every 64 bytes, so fill
 * the slots afterwards.
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
 * @count: how many, at most as many as were reserved
 *
 * Orders all writes to the slots before the new head, (B).
 */
static __always_inline void ion_ring_commit(struct ion_producer *p, __u32 count)
{
	ion_end_publish(&p->end, count);
}

/**
 * ion_ring_peek() - get filled slots to read
 * @c: the consumer's end
 * @want: the largest number to return
 *
 * The producer's index is read only when fewer than @want packets are known.
 *
 * Return: how many slots may be read, at most @want. ion_ring_peeked() gives
 * their addresses, ion_ring_release() gives them back.
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
 * with ion_slot_read() before you read any field twice.
 */
static __always_inline const void *
ion_ring_peeked(const struct ion_consumer *c, __u32 i, __u32 size)
{
	return ion_end_slot(&c->end, c->end.own + i, size);
}

/**
 * ion_ring_fetch() - get filled slots into the cache, all at once
 * @c: the consumer's end
 * @count: how many, at most as many as were peeked at
 * @size: size of a slot in bytes
 *
 * Use it for batches. Slots that another processor filled arrive one cache line
 * after the other while they are read; loads in advance make them arrive
 * together. It uses plain loads because every machine has them: on riscv,
 * prefetching is an extension.
 */
static __always_inline void ion_ring_fetch(const struct ion_consumer *c,
					   __u32 count, __u32 size)
{
	ion_end_fetch(&c->end, c->end.own, count, size);
}

/**
 * ion_ring_release() - give slots back to the producer
 * @c: the consumer's end
 * @count: how many, at most as many as were peeked at
 *
 * Orders all reads of the slots before the new tail, (D).
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
 * @count: the largest number to push
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
 * @count: the largest number to pop
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
	/*
	 * Prefetch the next batch. The previous call prefetched this one only
	 * if all of it was known then.
	 */
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
