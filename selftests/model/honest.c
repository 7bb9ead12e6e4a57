// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both ends of a ring, and both follow the protocol. A check begins in any state
 * that the invariant allows, makes one step, and shows that the invariant holds
 * again; so it always holds. No end breaks, no slot is writable for one end while it
 * is readable for the other, and each packet is popped once, unchanged and in order.
 *
 * The data of a packet is its number. A check follows one packet of any number, which
 * proves it for every packet.
 */
#include "model.h"

static struct ion_packet slots[SLOTS];
static __u32 head, tail;
static __u16 wake[2];
static struct ion_producer p;
static struct ion_consumer c;
static __u64 watched;

/* Return the last published index: @ready of an end may be older than that. */
unsigned int model_load(const unsigned int *index)
{
	return *index;
}

static bool in_ring(__u64 number)
{
	return number - c.end.own < p.end.own - c.end.own;
}

static bool invariant(void)
{
	__u64 queued = p.end.own - c.end.own;

	return !p.end.broken && !c.end.broken && queued <= MASK &&
	       head == (p.end.own & MASK) && tail == (c.end.own & MASK) &&
	       /* An end may know an older count, but not a wrong one. */
	       c.end.ready - c.end.own <= queued &&
	       p.end.ready - p.end.own <= MASK - queued &&
	       (!in_ring(watched) || slots[watched & MASK].data == watched);
}

static void any_ring(void)
{
	p.end = (struct ion_end){
		.own = nondet_u64(),
		.ready = nondet_u64(),
		.mask = MASK,
		.slots = slots,
		.own_index = &head,
		.peer_index = &tail,
		.own_wake = &wake[0],
		.peer_wake = &wake[1],
	};
	c.end = (struct ion_end){
		.own = nondet_u64(),
		.ready = nondet_u64(),
		.mask = MASK,
		.slots = slots,
		.own_index = &tail,
		.peer_index = &head,
		.own_wake = &wake[1],
		.peer_wake = &wake[0],
	};
	head = (__u32)(p.end.own & MASK);
	tail = (__u32)(c.end.own & MASK);
	watched = nondet_u64();
	slots[watched & MASK].data = nondet_u64();
	assume(invariant());
}

void empty(void)
{
	struct ion_ring_words words = {
		.head = &head,
		.tail = &tail,
		.producer_wake = &wake[0],
		.consumer_wake = &wake[1],
		.slots = slots,
		.nr_slots = SLOTS,
	};

	watched = nondet_u64();
	ion_producer_attach_words(&p, &words);
	ion_consumer_attach_words(&c, &words);
	check(invariant(), "it holds at first");
	check(ion_ring_reserve(&p, ~0U) == MASK, "all of it can be filled");
}

void push(void)
{
	struct ion_packet packet = { 0 };
	__u64 room;
	bool pushed;

	any_ring();
	room = MASK - (p.end.own - c.end.own);
	packet.data = p.end.own;
	pushed = ion_ring_push(&p, &packet);
	check(pushed == (room > 0), "it goes in if there is room");
	check(invariant(), "it holds afterwards");
}

void pop(void)
{
	__u64 number, queued;
	struct ion_packet packet;
	bool popped;

	any_ring();
	number = c.end.own;
	queued = p.end.own - c.end.own;
	popped = ion_ring_pop(&c, &packet);
	check(popped == (queued > 0), "one comes if there is one");
	check(!popped || number != watched || packet.data == number,
	      "it comes as it went in");
	check(invariant(), "it holds afterwards");
}

void push_n(void)
{
	struct ion_packet packets[SLOTS + 1];
	__u32 count = nondet_u32(), i;
	__u64 room;

	any_ring();
	assume(count <= SLOTS + 1);
	for (i = 0; i < SLOTS + 1; i++)
		packets[i].data = p.end.own + i;
	room = MASK - (p.end.own - c.end.own);
	i = ion_ring_push_n(&p, packets, count, sizeof(*packets));
	check(i == (count < room ? count : room),
	      "as many as there is room for");
	check(invariant(), "it holds afterwards");
}

void pop_n(void)
{
	struct ion_packet packets[SLOTS + 1];
	__u32 count = nondet_u32(), n;
	__u64 number, queued;

	any_ring();
	assume(count <= SLOTS + 1);
	number = c.end.own;
	queued = p.end.own - c.end.own;
	n = ion_ring_pop_n(&c, packets, count, sizeof(*packets));
	check(n == (count < queued ? count : queued), "as many as there are");
	if (watched - number < n)
		check(packets[watched - number].data == watched,
		      "each as it went in, in its turn");
	check(invariant(), "it holds afterwards");
}

/* No slot is writable for the producer and readable for the consumer. */
void slots_are_one_end_s(void)
{
	__u32 i = nondet_u32(), j = nondet_u32();

	any_ring();
	assume(i < ion_ring_reserve(&p, ~0U));
	assume(j < ion_ring_peek(&c, ~0U));
	check(ion_ring_slot(&p, i, sizeof(*slots)) !=
		      ion_ring_peeked(&c, j, sizeof(*slots)),
	      "no slot is both's");
	check(invariant(), "it holds afterwards");
}

/* In place: commit a part of the reserved slots, release a part of the peeked ones. */
void in_place(void)
{
	__u32 n, use = nondet_u32(), i;

	any_ring();
	n = ion_ring_reserve(&p, nondet_u32());
	assume(use <= n);
	for (i = 0; i < use; i++)
		((struct ion_packet *)ion_ring_slot(&p, i, sizeof(*slots)))
			->data = p.end.own + i;
	ion_ring_commit(&p, use);
	n = ion_ring_peek(&c, nondet_u32());
	use = nondet_u32();
	assume(use <= n);
	ion_ring_release(&c, use);
	check(invariant(), "it holds afterwards");
}
