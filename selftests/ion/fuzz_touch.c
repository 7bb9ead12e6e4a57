// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fuzzer overwrites mappings: as a program that keeps to the protocol, so
 * that packets move, and as one that does not.
 */
#include "fuzz.h"

/* The address at an offset of the mmap() space; NULL: not mapped. */
static void *mapped_at(const struct fuzz_channel *ch, __u64 offset)
{
	unsigned int i;

	for (i = 0; i < ION_AREAS_MAX; i++) {
		const struct ion_area *area = &ch->info.area[i];
		__u64 in = offset - area->offset;
		unsigned int place = ch->place[i];

		if (in < area->length && in < FUZZ_STRIDE - 64 &&
		    place < FUZZ_PLACES)
			return (char *)fuzz_place(place) + in;
	}
	return NULL;
}

/* Mostly a valid part of an existing buffer; often not. */
void fuzz_packet(struct fuzz *f, const struct fuzz_channel *ch, void *slot)
{
	__u32 buffers = ch->info.buffers + 1;
	struct ion_packet packet = {
		.len = (__u16)fuzz_below(f, 300),
		.id = (__u16)fuzz_below(f, fuzz_chance(f, 8) ? 65536 : buffers),
		.phys = fuzz_random(f),
	};

	packet.data = (__u64)packet.id * ch->info.buffer_size;
	if (fuzz_chance(f, 16))
		packet.data += fuzz_number(f);
	memcpy(slot, &packet, sizeof(packet));
}

/* Move the index of the user end by this many slots, past filled ones. */
static void advance(struct fuzz *f, const struct fuzz_channel *ch,
		    unsigned int ring)
{
	const struct ion_ring_info *info = &ch->info.ring[ring];
	__u32 *head = mapped_at(ch, info->head);
	__u32 *tail = mapped_at(ch, info->tail);
	__u32 mask = info->nr_slots - 1, at, room;
	unsigned int i;
	char *slot;

	if (!head || !tail)
		return;
	if (ring & 1) {
		room = (READ_ONCE(*head) - READ_ONCE(*tail)) & mask;
		at = READ_ONCE(*tail) + fuzz_below(f, room + 1);
		/* As the library does it. */
		smp_store_release(tail, at & mask);
		return;
	}
	room = (READ_ONCE(*tail) - READ_ONCE(*head) - 1) & mask;
	room = fuzz_below(f, room + 1);
	at = READ_ONCE(*head);
	for (i = 0; i < room && i < 64; i++) {
		slot = mapped_at(ch, info->slots + (__u64)((at + i) & mask) *
							   info->slot_size);
		if (slot)
			fuzz_packet(f, ch, slot);
	}
	/* The slots were filled before. */
	smp_store_release(head, (at + room) & mask);
}

static long step_advance(struct fuzz *f)
{
	struct fuzz_channel *ch = fuzz_channel(f);
	unsigned int ring = fuzz_below(f, ION_RINGS);

	if (!ch->ready)
		return -EBADFD;
	return FUZZ_GUARDED(f, advance(f, ch, ring)) ? 0 : -EFAULT;
}

/* The user end is about to sleep, or claims it. */
static void flag(struct fuzz *f, const struct fuzz_channel *ch,
		 unsigned int ring)
{
	const struct ion_ring_info *info = &ch->info.ring[ring];
	__u16 *word = mapped_at(ch, ring & 1 ? info->consumer_wake
					     : info->producer_wake);

	if (word)
		WRITE_ONCE(*word, (__u16)fuzz_below(f, 2));
}

static long step_flag(struct fuzz *f)
{
	struct fuzz_channel *ch = fuzz_channel(f);
	unsigned int ring = fuzz_below(f, ION_RINGS);

	if (!ch->ready)
		return -EBADFD;
	return FUZZ_GUARDED(f, flag(f, ch, ring)) ? 0 : -EFAULT;
}

/* A shared word of a ring, also those of the kernel. */
static __u32 *some_word(struct fuzz *f, const struct fuzz_channel *ch,
			unsigned int ring)
{
	const struct ion_ring_info *info = &ch->info.ring[ring];
	const __u64 at[] = { info->head,	  info->tail,
			     info->mask,	  info->producer_wake,
			     info->consumer_wake, info->slots };

	return mapped_at(ch, at[fuzz_below(f, FUZZ_ARRAY(at))] & ~3ULL);
}

static long step_word(struct fuzz *f)
{
	struct fuzz_channel *ch = fuzz_channel(f);
	unsigned int ring = fuzz_below(f, ION_RINGS);
	__u32 *word = some_word(f, ch, ring);
	__u32 value = (__u32)fuzz_number(f);

	if (fuzz_chance(f, 2))
		value &= ch->info.ring[ring].nr_slots - 1;
	if (!ch->ready || !word)
		return -EBADFD;
	return FUZZ_GUARDED(f, WRITE_ONCE(*word, value)) ? 0 : -EFAULT;
}

static void write_any(struct fuzz *f, char *at, size_t length)
{
	unsigned int i, words = 1 + fuzz_below(f, 64);

	for (i = 0; i < words; i++)
		*(volatile __u32 *)(at + (fuzz_below(f, length) & ~3UL)) =
			(__u32)fuzz_number(f);
}

/* Any word of any mapping. */
static long step_scribble(struct fuzz *f)
{
	unsigned int place = fuzz_below(f, FUZZ_PLACES);
	size_t length = fuzz_world.length[place];

	if (!length || length > FUZZ_STRIDE)
		return -EFAULT;
	return FUZZ_GUARDED(f, write_any(f, fuzz_place(place), length))
		       ? 0
		       : -EFAULT;
}

static long step_look(struct fuzz *f)
{
	volatile char *at = fuzz_place(fuzz_below(f, FUZZ_PLACES));

	at += fuzz_random(f) & 0xffff;
	return FUZZ_GUARDED(f, *at) ? 0 : -EFAULT;
}

static const struct fuzz_step steps[] = {
	{ "push and pop", 40, step_advance },
	{ "wake flags", 10, step_flag },
	{ "ring words", 6, step_word },
	{ "scribble", 3, step_scribble },
	{ "look", 4, step_look },
};

const struct fuzz_steps fuzz_touch_steps = { steps, FUZZ_ARRAY(steps) };
