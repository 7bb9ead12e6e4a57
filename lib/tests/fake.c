// SPDX-License-Identifier: MIT
/* The rings and the kernel end of the fake driver. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake.h"
#include "wraps.h"

#define PAGE 4096U

static __u64 pages(__u64 bytes)
{
	return (bytes + PAGE - 1) & ~(__u64)(PAGE - 1);
}

static __u64 slot_bytes(unsigned int id)
{
	return id >= ION_RING_CMD ? sizeof(struct ion_cmd_packet)
				  : sizeof(struct ion_packet);
}

void *fake_at(const struct fake *f, __u64 offset)
{
	__u32 i;

	for (i = 0; i < f->info.nr_areas; i++)
		if (offset - f->info.area[i].offset < f->info.area[i].length)
			return (char *)f->area[i] +
			       (offset - f->info.area[i].offset);
	return NULL;
}

static void add_area(struct ion_info *info, __u64 offset, __u64 length,
		     bool writable)
{
	struct ion_area *area = &info->area[info->nr_areas++];

	area->offset = offset;
	area->length = pages(length);
	area->prot = PROT_READ | (writable ? PROT_WRITE : 0);
}

static void lay_out_compact(struct ion_info *info, unsigned int id)
{
	struct ion_ring_info *ring = &info->ring[id];
	__u64 base = (__u64)id << 28;

	ring->head = base;
	ring->tail = base + 4;
	ring->mask = base + 8;
	ring->producer_wake = base + 12;
	ring->consumer_wake = base + 14;
	ring->slots = base + 16;
	add_area(info, base, 16 + ring->nr_slots * slot_bytes(id), true);
}

static void lay_out_split(struct ion_info *info, unsigned int id)
{
	struct ion_ring_info *ring = &info->ring[id];
	bool kernel_pushes = id & 1;
	__u64 user = ION_MMAP_USER + id * 128;
	__u64 kernel = ION_MMAP_KERNEL + id * 128;

	ring->head = kernel_pushes ? kernel : user;
	ring->tail = kernel_pushes ? user : kernel;
	ring->mask = kernel + 4;
	ring->producer_wake = (kernel_pushes ? kernel : user) + 8;
	ring->consumer_wake = (kernel_pushes ? user : kernel) + 8;
	ring->slots = (__u64)id << 28;
	add_area(info, ring->slots, ring->nr_slots * slot_bytes(id),
		 !kernel_pushes);
}

/* The words of the peer, of its own ring, take the place of the kernel's. */
static void lay_out_direct(struct ion_info *info, unsigned int id)
{
	struct ion_ring_info *ring = &info->ring[id];
	bool peer_pushes = id & 1;
	__u64 own = ION_MMAP_USER + id * 128;
	__u64 peer = ION_MMAP_KERNEL + (id ^ 1) * 128;

	lay_out_split(info, id);
	ring->head = peer_pushes ? peer : own;
	ring->tail = peer_pushes ? own : peer;
	ring->mask = own + 4;
	ring->producer_wake = ring->head + 8;
	ring->consumer_wake = ring->tail + 8;
	ring->producer_wake_kernel = ring->head + fake_half;
	ring->consumer_wake_kernel = ring->tail + fake_half;
}

/* An older driver gives 0 for the offsets of the second halves. */
static void lay_out_halves(struct ion_info *info)
{
	unsigned int id;

	if (!(fake_features & ION_FEATURE_DIRECT))
		return;
	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring_info *ring = &info->ring[id];

		if (ring->producer_wake_kernel)
			continue;
		ring->producer_wake_kernel = ring->producer_wake;
		ring->consumer_wake_kernel = ring->consumer_wake;
	}
}

static void lay_out(struct ion_info *info, const struct ion_setup *setup)
{
	bool direct = !strcmp(setup->service, "direct");
	unsigned int id;

	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	info->layout = setup->layout;
	info->buffers = setup->buffers;
	info->buffer_size = setup->buffer_size;
	info->nr_rings = ION_RINGS;
	memcpy(info->service, setup->service, sizeof(info->service));
	for (id = 0; id < ION_RINGS; id++) {
		info->ring[id].nr_slots = setup->slots[id] ? setup->slots[id]
							   : 256;
		info->ring[id].slot_size = (__u32)slot_bytes(id);
		if (direct)
			lay_out_direct(info, id);
		else if (setup->layout == ION_LAYOUT_SPLIT)
			lay_out_split(info, id);
		else
			lay_out_compact(info, id);
	}
	if (setup->layout == ION_LAYOUT_SPLIT) {
		add_area(info, ION_MMAP_USER, PAGE, true);
		add_area(info, ION_MMAP_KERNEL, PAGE, false);
	}
	if (info->buffers)
		add_area(info, ION_MMAP_ARENA,
			 (__u64)info->buffers * info->buffer_size, true);
	if (info->buffers && direct)
		add_area(info, ION_MMAP_PEER_ARENA,
			 (__u64)info->buffers * info->buffer_size, false);
	lay_out_halves(info);
}

static struct ion_ring_words words_of(const struct fake *f, unsigned int id)
{
	const struct ion_ring_info *ring = &f->info.ring[id];
	struct ion_ring_words words;

	words.head = fake_at(f, ring->head);
	words.tail = fake_at(f, ring->tail);
	words.producer_wake = fake_at(f, ring->producer_wake);
	words.consumer_wake = fake_at(f, ring->consumer_wake);
	words.producer_wake_kernel = NULL;
	words.consumer_wake_kernel = NULL;
	words.slots = fake_at(f, ring->slots);
	words.nr_slots = ring->nr_slots;
	return words;
}

void fake_attach(struct fake *f)
{
	struct ion_ring_words words[ION_RINGS];
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		words[id] = words_of(f, id);
	ion_consumer_attach_words(&f->tx, &words[ION_RING_TX]);
	ion_producer_attach_words(&f->rx, &words[ION_RING_RX]);
	ion_consumer_attach_words(&f->cmd, &words[ION_RING_CMD]);
	ion_producer_attach_words(&f->evt, &words[ION_RING_EVT]);
}

/* ---- setting up -------------------------------------------------------- */

static void map_areas(struct fake *f, int fd)
{
	__u32 i;

	for (i = 0; i < f->info.nr_areas; i++)
		f->area[i] = __real_mmap64(NULL, f->info.area[i].length,
					   PROT_READ | PROT_WRITE, MAP_SHARED,
					   fd, (off_t)f->info.area[i].offset);
}

__u64 fake_mirror(__u64 offset)
{
	switch (offset) {
	case ION_MMAP_USER:
		return ION_MMAP_KERNEL;
	case ION_MMAP_KERNEL:
		return ION_MMAP_USER;
	case ION_MMAP_ARENA:
		return ION_MMAP_PEER_ARENA;
	case ION_MMAP_PEER_ARENA:
		return ION_MMAP_ARENA;
	default:
		return offset ^ ION_MMAP_RX;
	}
}

/* The second of two direct channels has the memory of the first. */
static void meet(struct fake *f, struct fake *first)
{
	__u32 i;

	for (i = 0; i < f->info.nr_areas; i++)
		f->area[i] =
			fake_at(first, fake_mirror(f->info.area[i].offset));
	f->file = first->file;
	f->second = true;
	f->peer = first;
	first->peer = f;
}

/* A direct channel meets the one that was set up before it, whatever the keys. */
static struct fake *waiting;

int fake_setup(struct fake *f, int fd, const struct ion_setup *setup)
{
	__u64 arena = pages((__u64)setup->buffers * setup->buffer_size);
	__u32 i;

	f->direct = !strcmp(setup->service, "direct");
	if (f->direct && setup->layout != ION_LAYOUT_SPLIT)
		return -EINVAL;
	if (setup->buffers > FAKE_BUFFERS)
		return -ENOMEM;
	if (!strcmp(setup->service, "net"))
		fake_net_setup = *setup;
	lay_out(&f->info, setup);
	if (ftruncate(fd, (off_t)(arena + (f->direct ? ION_MMAP_PEER_ARENA
						     : ION_MMAP_ARENA))))
		return -EINVAL;
	f->file = fd;
	if (f->direct && waiting)
		meet(f, waiting);
	else
		map_areas(f, fd);
	if (f->direct)
		waiting = waiting ? NULL : f;
	for (i = 0; i < setup->buffers; i++)
		f->owned[i] = true;
	fake_attach(f);
	if (!f->direct)
		fake_sleep(f);
	return 0;
}

/* ---- the kernel end ---------------------------------------------------- */

static bool is_service(const struct fake *f, const char *name)
{
	return !strcmp(f->info.service, name);
}

static bool pass_packets(struct fake *f)
{
	bool hold = is_service(f, "hold"), any = false;
	struct ion_packet packet;

	if (is_service(f, "net"))
		return fake_net_pass(f);
	while ((hold || ion_ring_reserve(&f->rx, 1)) &&
	       ion_ring_pop(&f->tx, &packet)) {
		if (hold)
			f->owned[packet.id] = false;
		else
			ion_ring_push(&f->rx, &packet);
		any = true;
	}
	return any;
}

static bool pass_cmds(struct fake *f)
{
	struct ion_cmd_packet cmd;
	bool any = false;

	while (ion_ring_reserve(&f->evt, 1) &&
	       ion_ring_pop_cmd(&f->cmd, &cmd)) {
		if (is_service(f, "net"))
			fake_net_answer(&cmd);
		ion_ring_push_cmd(&f->evt, &cmd);
		any = true;
	}
	return any;
}

/* Run the kernel end once; return whether it moved anything. */
bool fake_pass(struct fake *f)
{
	bool any;

	if (is_service(f, "quiet"))
		return false;
	any = pass_packets(f);
	any = pass_cmds(f) || any;
	/* Refresh all indices: this finds one that is wrong. */
	ion_ring_reserve(&f->rx, (__u32)f->rx.end.mask);
	ion_ring_reserve(&f->evt, (__u32)f->evt.end.mask);
	ion_ring_peek(&f->tx, (__u32)f->tx.end.mask);
	ion_ring_peek(&f->cmd, (__u32)f->cmd.end.mask);
	if (f->tx.end.broken || f->rx.end.broken || f->cmd.end.broken ||
	    f->evt.end.broken)
		f->poisoned = true;
	if (any || f->poisoned)
		fake_notify(f);
	return any;
}

void fake_awake(struct fake *f)
{
	ion_end_awake(&f->tx.end);
	ion_end_awake(&f->rx.end);
	ion_end_awake(&f->cmd.end);
	ion_end_awake(&f->evt.end);
}

/* Ask for a kick, then check again; return whether there is work. */
bool fake_sleep(struct fake *f)
{
	ion_end_sleep(&f->tx.end);
	ion_end_sleep(&f->cmd.end);
	if (ion_ring_peek(&f->tx, 1) && !ion_ring_reserve(&f->rx, 1))
		ion_end_sleep(&f->rx.end);
	if (ion_ring_peek(&f->cmd, 1) && !ion_ring_reserve(&f->evt, 1))
		ion_end_sleep(&f->evt.end);
	return fake_pass(f);
}

void fake_run(struct fake *f)
{
	if (f->poisoned || f->hungup)
		return;
	fake_awake(f);
	do {
		while (fake_pass(f))
			;
	} while (fake_sleep(f) && !f->poisoned);
}

void fake_notify(struct fake *f)
{
	static const __u64 one = 1;
	bool wanted;

	pthread_cond_broadcast(&f->changed);
	wanted = ion_end_peer_sleeps(&f->tx.end);
	wanted = ion_end_peer_sleeps(&f->rx.end) || wanted;
	wanted = ion_end_peer_sleeps(&f->cmd.end) || wanted;
	wanted = ion_end_peer_sleeps(&f->evt.end) || wanted;
	if (wanted && f->eventfd >= 0 &&
	    write(f->eventfd, &one, sizeof(one)) != sizeof(one))
		abort();
}

void fake_reset(struct fake *f)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring_words words = words_of(f, id);
		__u32 at = __atomic_load_n(id & 1 ? words.head : words.tail,
					   __ATOMIC_RELAXED);

		__atomic_store_n(id & 1 ? words.tail : words.head, at,
				 __ATOMIC_RELAXED);
	}
	f->poisoned = false;
	fake_attach(f);
	if (!f->serving)
		fake_sleep(f);
	fake_notify(f);
}

/* ---- direct channels --------------------------------------------------- */

/* The half of a wake flag that the program writes, or the one that the kernel does. */
static __u16 *half_of(const struct fake *f, unsigned int id, bool kernel)
{
	const struct ion_ring_info *ring = &f->info.ring[id];

	if (id & 1)
		return fake_at(f, kernel ? ring->consumer_wake_kernel
					 : ring->consumer_wake);
	return fake_at(f, kernel ? ring->producer_wake_kernel
				 : ring->producer_wake);
}

/* Packets to pop, or free slots. */
static __u32 usable(const struct fake *f, unsigned int id)
{
	const struct ion_ring_info *ring = &f->info.ring[id];
	__u32 mask = ring->nr_slots - 1, queued;
	const __u32 *head = fake_at(f, ring->head);
	const __u32 *tail = fake_at(f, ring->tail);

	queued = (__atomic_load_n(head, __ATOMIC_ACQUIRE) -
		  __atomic_load_n(tail, __ATOMIC_ACQUIRE)) &
		 mask;
	return id & 1 ? queued : mask - queued;
}

static bool take_half(const struct fake *f, unsigned int id, bool kernel)
{
	__u16 *half = half_of(f, id, kernel);
	__u32 want = __atomic_load_n(half, __ATOMIC_SEQ_CST);

	if (!want || want > usable(f, id))
		return false;
	__atomic_store_n(half, 0, __ATOMIC_SEQ_CST);
	return true;
}

void fake_kick_peer(struct fake *f)
{
	static const __u64 one = 1;
	struct fake *peer = f->peer;
	bool wanted = false, woken = false;
	unsigned int id;

	if (!peer)
		return;
	for (id = 0; id < ION_RINGS; id++) {
		wanted = take_half(peer, id, false) || wanted;
		woken = take_half(peer, id, true) || woken;
	}
	if (wanted || woken)
		pthread_cond_broadcast(&peer->changed);
	if (wanted && peer->eventfd >= 0 &&
	    write(peer->eventfd, &one, sizeof(one)) != sizeof(one))
		abort();
}

/* Set the kernel's half of the flag of a ring, before the ring is checked. */
void fake_ask(struct fake *f, unsigned int id, __u32 want)
{
	if (f->direct)
		__atomic_store_n(half_of(f, id, true), (__u16)want,
				 __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void fake_hang_up(struct fake *f)
{
	pthread_mutex_lock(&f->lock);
	f->hungup = true;
	fake_notify(f);
	pthread_mutex_unlock(&f->lock);
}
