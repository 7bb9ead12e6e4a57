// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writers of a hostile program: every byte that it may write, at random, and
 * the bytes that matter more often and with more care. Most of the values are
 * nearly correct, so that the kernel end makes progress and meets them in the
 * middle of its work.
 */
#include "hostile.h"

/* The index of the user end: forward by a few, off by one, or any value. */
static void scribble_index(struct channel *ch, __u64 *seed)
{
	__u64 x = random_next(seed);
	unsigned int ring = x % ION_RINGS;
	__u32 mask = ch->info.ring[ring].nr_slots - 1;
	__u32 *index = user_index(ch, ring);
	__u32 was = READ_ONCE(*index);

	switch ((x >> 8) % 32) {
	case 0:
		WRITE_ONCE(*index, mask + 1);
		break;
	case 1:
		WRITE_ONCE(*index, (__u32)(x >> 32));
		break;
	case 2:
		WRITE_ONCE(*index, (was - 1) & mask);
		break;
	case 3:
		WRITE_ONCE(*index, (kernel_index(ch, ring) + 1) & mask);
		break;
	case 4:
		WRITE_ONCE(*index, (kernel_index(ch, ring) - 1) & mask);
		break;
	case 5:
		WRITE_ONCE(*index, was - 1);
		break;
	case 6:
		WRITE_ONCE(*index, was ^ 0x80000000);
		break;
	default:
		WRITE_ONCE(*index, (was + (x >> 61)) & mask);
	}
}

/* The index and the mask of the kernel end, where the program may write them. */
static void scribble_kernel_words(struct channel *ch, __u64 *seed)
{
	__u64 x = random_next(seed);
	const struct ion_ring_info *ring = &ch->info.ring[x % ION_RINGS];
	const __u64 words[] = { ring->head, ring->tail, ring->mask };
	__u64 offset = words[(x >> 8) % ARRAY_SIZE(words)];

	if (hostile_may_write(ch, offset))
		WRITE_ONCE(*(__u32 *)channel_at(ch, offset),
			   x & 0x10000 ? (__u32)(x >> 32) : (x >> 32) & 127);
}

static void scribble_flag(struct channel *ch, __u64 *seed)
{
	__u64 x = random_next(seed);
	const struct ion_ring_info *ring = &ch->info.ring[x % ION_RINGS];
	__u64 offset = x & 0x100 ? ring->producer_wake : ring->consumer_wake;
	__u16 *flag = channel_at(ch, offset);

	if (hostile_may_write(ch, offset))
		WRITE_ONCE(*flag,
			   x & 0x200 ? !READ_ONCE(*flag) : (__u16)(x >> 32));
}

/* A slot of tx that the kernel end reads now or next. */
static void scribble_packet(struct channel *ch, __u64 *seed)
{
	__u64 x = random_next(seed);
	__u32 mask = ch->info.ring[ION_RING_TX].nr_slots - 1;
	__u32 at = (kernel_index(ch, ION_RING_TX) + (x & 7)) & mask;
	struct ion_packet *slot = channel_slot(ch, ION_RING_TX, at);

	switch ((x >> 3) % 8) {
	case 0:
		WRITE_ONCE(slot->data, x);
		break;
	case 1:
		WRITE_ONCE(slot->len, (__u16)(x >> 8));
		break;
	case 2:
		WRITE_ONCE(slot->id, (__u16)(x >> 8));
		break;
	case 3:
		WRITE_ONCE(slot->phys, x);
		break;
	case 4:
		WRITE_ONCE(slot->len, 0);
		break;
	default:
		WRITE_ONCE(slot->id, (x >> 8) % HOSTILE_BUFFERS);
		WRITE_ONCE(slot->data,
			   (x >> 8) % HOSTILE_BUFFERS * HOSTILE_SIZE);
		WRITE_ONCE(slot->len, (x >> 40) % HOSTILE_SIZE);
	}
}

/* Write to a buffer, whether the program or the service owns it. */
static void scribble_arena(struct channel *ch, __u64 *seed)
{
	__u64 x = random_next(seed);
	__u64 words = HOSTILE_BUFFERS * HOSTILE_SIZE / sizeof(x);

	if (ch->info.buffers)
		WRITE_ONCE(*(__u64 *)arena_at(ch, x % words * sizeof(x)), x);
}

/* One byte of any area. */
static void scribble_byte(struct channel *ch, __u64 *seed)
{
	__u64 x = random_next(seed);
	const struct ion_area *area = &ch->info.area[x % ch->info.nr_areas];
	unsigned char *bytes = ch->area[x % ch->info.nr_areas];

	if (area->prot & PROT_WRITE)
		WRITE_ONCE(bytes[(x >> 8) % area->length],
			   (unsigned char)(x >> 56));
}

/* A whole area. */
static void scribble_all(struct channel *ch, __u64 *seed)
{
	__u64 x = random_next(seed);
	const struct ion_area *area = &ch->info.area[x % ch->info.nr_areas];
	__u64 *words = ch->area[x % ch->info.nr_areas];
	__u64 i;

	if (!(area->prot & PROT_WRITE))
		return;
	for (i = 0; i < area->length / sizeof(*words); i++)
		WRITE_ONCE(words[i], random_next(seed));
}

static void scribble_once(struct channel *ch, __u64 *seed)
{
	__u64 x = random_next(seed);

	switch (x % 16) {
	case 0:
		/* This poisons: no packet moves until the next RESET. */
		if ((x >> 8) % 4096)
			scribble_packet(ch, seed);
		else
			scribble_all(ch, seed);
		break;
	case 1:
		if ((x >> 8) % 64)
			scribble_flag(ch, seed);
		else
			scribble_byte(ch, seed);
		break;
	case 2:
		scribble_kernel_words(ch, seed);
		break;
	case 3 ... 5:
		scribble_flag(ch, seed);
		break;
	case 6 ... 7:
		scribble_arena(ch, seed);
		break;
	case 8 ... 11:
		scribble_packet(ch, seed);
		break;
	default:
		scribble_index(ch, seed);
	}
}

int hostile_scribble(struct task *task)
{
	struct hostile *h = hostile_of(task);
	__u64 seed = task->arg[0], n = 0;

	while (!READ_ONCE(h->stop)) {
		scribble_once(hostile_any(h, &seed), &seed);
		n++;
	}
	__atomic_add_fetch(&h->writes, n, __ATOMIC_RELAXED);
	return 0;
}
