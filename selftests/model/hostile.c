// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end against another end that writes any value at any time: each load of its
 * index gives any value. In every state of an end, it accesses no slot outside the
 * ring, never owns more slots than mask, and publishes an index in range, and a broken
 * end does not change.
 */
#include "model.h"

static struct ion_packet slots[SLOTS];
static __u64 words[SLOTS * sizeof(*slots) / sizeof(__u64)];
static __u32 own_index, peer_index;
static __u16 own_wake, peer_wake;
static bool loaded_wrong;

unsigned int model_load(const unsigned int *index)
{
	__u32 seen = nondet_u32();

	check(index == &peer_index, "only the other end's index is loaded");
	loaded_wrong |= seen > MASK;
	return seen;
}

static void any_end(struct ion_end *end)
{
	end->mask = MASK;
	end->slots = slots;
	end->own_index = &own_index;
	end->peer_index = &peer_index;
	end->own_wake = &own_wake;
	end->peer_wake = &peer_wake;
	end->own = nondet_u64();
	end->ready = nondet_u64();
	end->broken = nondet_u32();
	end->seen = nondet_u32();
	/* The invariant, which holds after attach. */
	assume(end->ready - end->own <= MASK);
	own_index = (__u32)(end->own & MASK);
}

static void check_end(const struct ion_end *end, const struct ion_end *before,
		      __u32 n)
{
	check(end->ready - end->own <= MASK, "no more than mask are its own");
	check(end->own == before->own + n, "it moved on by what it says");
	check(own_index == (end->own & MASK), "and published that");
	check(end->mask == MASK && end->slots == slots, "the view is its own");
	check(!loaded_wrong || end->broken, "no index out of range is used");
	if (before->broken) {
		check(end->broken == before->broken, "what broke it is kept");
		check(end->seen == before->seen, "and with what index");
		check(end->ready == before->ready, "it believes no more");
	} else if (end->broken) {
		check(end->ready == before->ready, "what broke it is not used");
		check((end->seen > MASK) == (end->broken == ION_POISON_RANGE),
		      "the cause is what was seen");
	}
}

void reserve_and_commit(void)
{
	struct ion_producer p, before;
	__u32 want = nondet_u32(), n, use = nondet_u32(), i = nondet_u32();

	any_end(&p.end);
	before = p;
	n = ion_ring_reserve(&p, want);
	check(n <= want && n <= MASK,
	      "never more than asked, or than the ring");
	check_end(&p.end, &before.end, 0);
	assume(i < n);
	*(struct ion_packet *)ion_ring_slot(&p, i, sizeof(*slots)) =
		(struct ion_packet){ 0 };
	assume(use <= n);
	ion_ring_commit(&p, use);
	check_end(&p.end, &before.end, use);
}

void peek_and_release(void)
{
	struct ion_consumer c, before;
	__u32 want = nondet_u32(), n, use = nondet_u32(), i = nondet_u32();
	struct ion_packet packet;

	any_end(&c.end);
	before = c;
	n = ion_ring_peek(&c, want);
	check(n <= want && n <= MASK,
	      "never more than asked, or than the ring");
	check_end(&c.end, &before.end, 0);
	assume(i < n);
	ion_slot_read(&packet, ion_ring_peeked(&c, i, sizeof(packet)),
		      sizeof(packet));
	assume(use <= n);
	ion_ring_release(&c, use);
	check_end(&c.end, &before.end, use);
}

void push(void)
{
	struct ion_packet packet = { .data = nondet_u64() };
	struct ion_producer p, before;

	any_end(&p.end);
	before = p;
	check_end(&p.end, &before.end, ion_ring_push(&p, &packet));
}

void pop(void)
{
	struct ion_packet packet;
	struct ion_consumer c, before;

	any_end(&c.end);
	before = c;
	check_end(&c.end, &before.end, ion_ring_pop(&c, &packet));
}

void push_n(void)
{
	struct ion_packet packets[2 * SLOTS];
	__u32 count = nondet_u32(), n;
	struct ion_producer p, before;

	any_end(&p.end);
	before = p;
	assume(count <= 2 * SLOTS);
	n = ion_ring_push_n(&p, packets, count, sizeof(*packets));
	check(n <= count, "never more than asked");
	check_end(&p.end, &before.end, n);
}

void pop_n(void)
{
	struct ion_packet packets[2 * SLOTS];
	__u32 count = nondet_u32(), n;
	struct ion_consumer c, before;

	any_end(&c.end);
	before = c;
	assume(count <= 2 * SLOTS);
	n = ion_ring_pop_n(&c, packets, count, sizeof(*packets));
	check(n <= count, "never more than asked");
	check_end(&c.end, &before.end, n);
}

void claim_and_fetch(void)
{
	struct ion_producer p;
	struct ion_consumer c;
	__u32 n = nondet_u32();

	any_end(&p.end);
	p.end.slots = words;
	assume(n <= p.end.ready - p.end.own);
	ion_ring_claim(&p, n, sizeof(*slots));
	c.end = p.end;
	ion_ring_fetch(&c, n, sizeof(*slots));
}
