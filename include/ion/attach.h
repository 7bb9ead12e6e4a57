/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Gives a program its ends of the rings that it mapped. <ion/ring.h> includes
 * this header.
 */
#ifndef _ION_ATTACH_H
#define _ION_ATTACH_H

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "ion: rings and calls are little-endian, this machine is not"
#endif

#include <ion/ring.h>

#ifndef _ION_BARRIER_H
#define _ION_BARRIER_ENDS
#include <ion/barrier.h>
#endif

/**
 * struct ion_ring_words - where the words of a ring are mapped
 * @head: the producer's index
 * @tail: the consumer's index
 * @producer_wake: the producer's wake flag
 * @consumer_wake: the consumer's wake flag
 * @producer_wake_kernel: second half of the producer's wake flag, from
 *	&struct ion_ring_info; NULL if it has none
 * @consumer_wake_kernel: likewise for the consumer
 * @slots: the first slot
 * @nr_slots: number of slots, from &struct ion_ring_info, never from shared
 *	memory
 */
struct ion_ring_words {
	__u32 *head;
	__u32 *tail;
	__u16 *producer_wake;
	__u16 *consumer_wake;
	const __u16 *producer_wake_kernel;
	const __u16 *consumer_wake_kernel;
	void *slots;
	__u32 nr_slots;
};

/**
 * ion_ring_words_compact() - the words of a compact ring
 * @ring: address of the mapping
 * @nr_slots: slots of the ring
 *
 * Return: the addresses that ion_producer_attach_words() and
 * ion_consumer_attach_words() need.
 */
static inline struct ion_ring_words ion_ring_words_compact(void *ring,
							   __u32 nr_slots)
{
	struct ion_ring_header *header = (struct ion_ring_header *)ring;
	struct ion_ring_words words;

	words.head = &header->head;
	words.tail = &header->tail;
	words.producer_wake = &header->producer_wake;
	words.consumer_wake = &header->consumer_wake;
	words.producer_wake_kernel = words.producer_wake;
	words.consumer_wake_kernel = words.consumer_wake;
	words.slots = header + 1;
	words.nr_slots = nr_slots;
	return words;
}

/**
 * ion_producer_attach_words() - take the producer's end of a mapped ring
 * @p: the view to fill in
 * @words: where the ring is
 *
 * Continues at the shared indices, so it may also be called after ION_IOC_RESET,
 * or by a program that was handed the channel.
 */
static inline void
ion_producer_attach_words(struct ion_producer *p,
			  const struct ion_ring_words *words)
{
	__u32 head = READ_ONCE(*words->head);
	__u32 tail = READ_ONCE(*words->tail);

	p->end.mask = words->nr_slots - 1;
	p->end.broken = ION_POISON_NONE;
	p->end.ready = tail + p->end.mask;
	p->end.own = tail + ((head - tail) & p->end.mask);
	p->end.slots = words->slots;
	p->end.own_index = words->head;
	p->end.peer_index = words->tail;
	p->end.own_wake = words->producer_wake;
	p->end.peer_wake = words->consumer_wake;
	p->end.peer_wake_kernel = words->consumer_wake_kernel ?
					  words->consumer_wake_kernel :
					  words->consumer_wake;
	p->end.seen = 0;
}

/**
 * ion_consumer_attach_words() - take the consumer's end of a mapped ring
 * @c: the view to fill in
 * @words: where the ring is
 *
 * See ion_producer_attach_words().
 */
static inline void
ion_consumer_attach_words(struct ion_consumer *c,
			  const struct ion_ring_words *words)
{
	c->end.mask = words->nr_slots - 1;
	c->end.broken = ION_POISON_NONE;
	c->end.own = READ_ONCE(*words->tail);
	c->end.ready = c->end.own;
	c->end.slots = words->slots;
	c->end.own_index = words->tail;
	c->end.peer_index = words->head;
	c->end.own_wake = words->consumer_wake;
	c->end.peer_wake = words->producer_wake;
	c->end.peer_wake_kernel = words->producer_wake_kernel ?
					  words->producer_wake_kernel :
					  words->producer_wake;
	c->end.seen = 0;
}

/**
 * ion_producer_attach() - take the producer's end of a mapped compact ring
 * @p: the view to fill in
 * @ring: address of the mapping
 * @nr_slots: slots of the ring
 *
 * See ion_producer_attach_words().
 */
static inline void ion_producer_attach(struct ion_producer *p, void *ring,
				       __u32 nr_slots)
{
	struct ion_ring_words words = ion_ring_words_compact(ring, nr_slots);

	ion_producer_attach_words(p, &words);
}

/**
 * ion_consumer_attach() - take the consumer's end of a mapped compact ring
 * @c: the view to fill in
 * @ring: address of the mapping
 * @nr_slots: slots of the ring
 *
 * See ion_producer_attach_words().
 */
static inline void ion_consumer_attach(struct ion_consumer *c, void *ring,
				       __u32 nr_slots)
{
	struct ion_ring_words words = ion_ring_words_compact(ring, nr_slots);

	ion_consumer_attach_words(c, &words);
}

#include <ion/barrier_end.h>

#endif /* _ION_ATTACH_H */
