// SPDX-License-Identifier: MIT
/* Opens, attaches and closes channels. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#define IONC_DEVICE  "/dev/ion"
#define IONC_SPIN_NS 20000

#define IONC_FLAGS (IONC_COMPACT | IONC_STAMP | IONC_PHYS | IONC_NO_SPIN)

/* Bytes of the options of the first version of this library. */
#define IONC_OPTIONS_FIRST 96

static_assert(sizeof(struct ionc_options) >= IONC_OPTIONS_FIRST ||
		      sizeof(void *) < 8,
	      "options never shrink");

int ionc_get_options(struct ionc_options *options,
		     const struct ionc_options *from)
{
	int ret;

	ionc_options_init(options);
	if (!from)
		return 0;
	ret = ionc_copy_options(options, sizeof(*options), from,
				sizeof(void *) < 8 ? sizeof(*options)
						   : IONC_OPTIONS_FIRST);
	if (ret)
		return ret;
	return options->flags & ~IONC_FLAGS ? -EINVAL : 0;
}

static __u64 ionc_spin_of(const struct ionc_options *options)
{
	if (options->flags & IONC_NO_SPIN)
		return 0;
	/* On a single processor, spinning keeps the other end from running. */
	if (!options->spin_ns && sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return 0;
	return options->spin_ns ? options->spin_ns : IONC_SPIN_NS;
}

/* ---- the driver -------------------------------------------------------- */

int ionc_get_query(int fd, struct ion_query *query)
{
	int ret;

	memset(query, 0, sizeof(*query));
	query->size = sizeof(*query);
	ret = ionc_ioctl(fd, ION_IOC_QUERY, query);
	if (ret < 0)
		return ret;
	return query->abi_version == ION_ABI_VERSION ? 0 : -EPROTONOSUPPORT;
}

int ionc_set_name(char *to, size_t size, const char *from)
{
	size_t length = from ? strlen(from) : 0;

	if (length >= size)
		return -ENAMETOOLONG;
	if (length)
		memcpy(to, from, length);
	return 0;
}

static int ionc_fill_setup(struct ion_setup *setup,
			   const struct ionc_options *options, __u32 flags,
			   const struct ion_query *query)
{
	bool split = query->features & ION_FEATURE_SPLIT;
	int ret;

	if (options->buffers && !(query->features & ION_FEATURE_ARENA))
		return -EOPNOTSUPP;
	if (flags & ION_SETUP_CONNECT && !(query->features & ION_FEATURE_PORTS))
		return -EOPNOTSUPP;
	memset(setup, 0, sizeof(*setup));
	setup->size = sizeof(*setup);
	setup->flags = flags;
	setup->layout = split && !(options->flags & IONC_COMPACT)
				? ION_LAYOUT_SPLIT
				: ION_LAYOUT_COMPACT;
	if (options->flags & IONC_STAMP)
		setup->flags |= ION_SETUP_STAMP;
	if (options->flags & IONC_PHYS)
		setup->flags |= ION_SETUP_PHYS;
	memcpy(setup->slots, options->slots, sizeof(setup->slots));
	setup->buffers = options->buffers;
	setup->buffer_size = options->buffer_size;
	if (setup->buffers && !setup->buffer_size)
		setup->buffer_size = IONC_BUFFER_SIZE;
	setup->arg[0] = options->arg[0];
	setup->arg[1] = options->arg[1];
	ret = ionc_set_name(setup->service, sizeof(setup->service),
			    options->service);
	if (ret)
		return ret;
	return ionc_set_name(setup->key, sizeof(setup->key), options->key);
}

static int ionc_set_up(int fd, const struct ionc_options *options, __u32 flags)
{
	struct ion_query query;
	struct ion_setup setup;
	int ret;

	ret = ionc_get_query(fd, &query);
	if (!ret)
		ret = ionc_fill_setup(&setup, options, flags, &query);
	return ret ? ret : ionc_ioctl(fd, ION_IOC_SETUP, &setup);
}

/* ---- memory ------------------------------------------------------------ */

static void ionc_unmap(struct ionc_private *p)
{
	unsigned int i;

	/* In a child these addresses may have been mapped again since. */
	if (!ionc_is_owner(p))
		return;
	for (i = 0; i < ION_AREAS_MAX; i++)
		if (p->area[i])
			munmap(p->area[i], (size_t)p->info.area[i].length);
}

static int ionc_map(struct ionc_private *p)
{
	const struct ion_info *info = &p->info;
	__u32 i;

	if (info->nr_areas > ION_AREAS_MAX)
		return -EPROTONOSUPPORT;
	for (i = 0; i < info->nr_areas; i++) {
		void *area = mmap(NULL, (size_t)info->area[i].length,
				  (int)info->area[i].prot, MAP_SHARED, p->ch.fd,
				  (off_t)info->area[i].offset);

		if (area == MAP_FAILED)
			return -errno;
		p->area[i] = area;
		if (info->area[i].offset == ION_MMAP_ARENA)
			p->ch.arena = area;
		if (info->area[i].offset == ION_MMAP_PEER_ARENA)
			p->ch.peer_arena = area;
	}
	if (info->buffers && !p->ch.arena)
		return -EPROTONOSUPPORT;
	p->ch.buffers = info->buffers;
	p->ch.buffer_size = info->buffer_size;
	return 0;
}

/* Return the address of @size bytes at @offset of the mmap() space, or NULL. */
static void *ionc_at(const struct ionc_private *p, __u64 offset, __u64 size)
{
	const struct ion_area *area = p->info.area;
	__u32 i;

	for (i = 0; i < p->info.nr_areas; i++)
		if (offset - area[i].offset < area[i].length &&
		    size <= area[i].length - (offset - area[i].offset))
			return (char *)p->area[i] + (offset - area[i].offset);
	return NULL;
}

/* The second half of a wake flag, or NULL: an older driver gives 0 for its offset. */
static const __u16 *ionc_half_at(const struct ionc_private *p, __u64 offset)
{
	return offset ? ionc_at(p, offset, sizeof(__u16)) : NULL;
}

/* Find the words of a ring: a driver may place them anywhere. */
static int ionc_words(const struct ionc_private *p, unsigned int id,
		      struct ion_ring_words *words)
{
	const struct ion_ring_info *ring = &p->info.ring[id];
	size_t size = id == ION_RING_CMD || id == ION_RING_EVT
			      ? sizeof(struct ion_cmd_packet)
			      : sizeof(struct ion_packet);

	words->head = ionc_at(p, ring->head, sizeof(__u32));
	words->tail = ionc_at(p, ring->tail, sizeof(__u32));
	words->producer_wake = ionc_at(p, ring->producer_wake, sizeof(__u16));
	words->consumer_wake = ionc_at(p, ring->consumer_wake, sizeof(__u16));
	words->producer_wake_kernel =
		ionc_half_at(p, ring->producer_wake_kernel);
	words->consumer_wake_kernel =
		ionc_half_at(p, ring->consumer_wake_kernel);
	words->slots = ionc_at(p, ring->slots, (__u64)ring->nr_slots * size);
	words->nr_slots = ring->nr_slots;
	if (ring->slot_size != size || ring->nr_slots < ION_SLOTS_MIN ||
	    (ring->nr_slots & (ring->nr_slots - 1)))
		return -EPROTONOSUPPORT;
	if (!words->head || !words->tail || !words->producer_wake ||
	    !words->consumer_wake || !words->slots)
		return -EPROTONOSUPPORT;
	return 0;
}

/*
 * The aligned word that contains both halves of the flag of the other end. If the driver
 * placed them apart, it is one that is never 0: then each half is checked every time.
 */
static const __u32 *ionc_asleep(const struct ion_end *end)
{
	static const __u32 unknown = ~0U;
	size_t word = (size_t)end->peer_wake & ~(sizeof(__u32) - 1);

	if (((size_t)end->peer_wake_kernel & ~(sizeof(__u32) - 1)) != word)
		return &unknown;
	return (const __u32 *)word;
}

int ionc_take_ends(struct ionc_private *p)
{
	struct ion_ring_words words[ION_RINGS];
	unsigned int id;
	int ret;

	/* A driver may have more rings than this library knows. */
	if (p->info.nr_rings < ION_RINGS)
		return -EPROTONOSUPPORT;
	for (id = 0; id < ION_RINGS; id++) {
		ret = ionc_words(p, id, &words[id]);
		if (ret)
			return ret;
	}
	ion_producer_attach_words(&p->ch.tx, &words[ION_RING_TX]);
	ion_consumer_attach_words(&p->ch.rx, &words[ION_RING_RX]);
	ion_producer_attach_words(&p->ch.cmd, &words[ION_RING_CMD]);
	ion_consumer_attach_words(&p->ch.evt, &words[ION_RING_EVT]);
	p->ch.asleep[ION_RING_TX] = ionc_asleep(&p->ch.tx.end);
	p->ch.asleep[ION_RING_RX] = ionc_asleep(&p->ch.rx.end);
	p->ch.asleep[ION_RING_CMD] = ionc_asleep(&p->ch.cmd.end);
	p->ch.asleep[ION_RING_EVT] = ionc_asleep(&p->ch.evt.end);
	return 0;
}

/* ---- the channel ------------------------------------------------------- */

static struct ionc_private *ionc_new(int fd, const struct ionc_options *options,
				     __u64 owner)
{
	size_t align = alignof(struct ionc_private);
	size_t size = (sizeof(struct ionc_private) + align - 1) & ~(align - 1);
	struct ionc_private *p = aligned_alloc(align, size);

	if (!p)
		return NULL;
	memset(p, 0, size);
	p->ch.fd = fd;
	p->owner = owner;
	p->spin_ns = ionc_spin_of(options);
	p->eventfd = -1;
	p->waking = -1;
	return p;
}

/* Free everything but the descriptor. */
static void ionc_drop(struct ionc_private *p)
{
	if (p->lent)
		ionc_take_back(&p->ch);
	if (p->eventfd >= 0)
		close(p->eventfd);
	ionc_unmap(p);
	ionc_free_list_destroy(p);
	free(p);
}

static int ionc_begin(struct ionc_private *p)
{
	int ret;

	p->info.size = sizeof(p->info);
	ret = ionc_ioctl(p->ch.fd, ION_IOC_INFO, &p->info);
	if (!ret)
		ret = ionc_map(p);
	if (!ret)
		ret = ionc_take_ends(p);
	return ret ? ret : ionc_free_list_init(p);
}

int ionc_make(struct ionc_channel **ch, int fd,
	      const struct ionc_options *options)
{
	struct ionc_private *p;
	__u64 owner;
	int ret;

	ret = ionc_get_owner(&owner);
	if (ret)
		return ret;
	p = ionc_new(fd, options, owner);
	if (!p)
		return -ENOMEM;
	ret = ionc_begin(p);
	if (ret) {
		ionc_drop(p);
		return ret;
	}
	*ch = &p->ch;
	return 0;
}

int ionc_open_device(const char *device, int flags)
{
	int fd =
		open(device ? device : IONC_DEVICE, O_RDWR | O_CLOEXEC | flags);

	return fd < 0 ? -errno : fd;
}

int ionc_open_with(struct ionc_channel **ch, const struct ionc_options *options,
		   __u32 flags)
{
	int fd = ionc_open_device(options->device, 0), ret;

	if (fd < 0)
		return fd;
	ret = ionc_set_up(fd, options, flags);
	if (!ret)
		ret = ionc_make(ch, fd, options);
	if (ret)
		close(fd);
	return ret;
}

int ionc_open(struct ionc_channel **ch, const struct ionc_options *options)
{
	struct ionc_options ours;
	int ret;

	*ch = NULL;
	ret = ionc_get_options(&ours, options);
	return ret ? ret : ionc_open_with(ch, &ours, 0);
}

int ionc_attach(struct ionc_channel **ch, int fd,
		const struct ionc_options *options)
{
	struct ionc_options ours;
	struct ion_query query;
	int ret;

	*ch = NULL;
	ret = ionc_get_options(&ours, options);
	if (!ret)
		ret = ionc_get_query(fd, &query);
	return ret ? ret : ionc_make(ch, fd, &ours);
}

int ionc_detach(struct ionc_channel *ch)
{
	int fd = ch->fd;

	ionc_drop(ionc_private(ch));
	return fd;
}

void ionc_close(struct ionc_channel *ch)
{
	if (ch)
		close(ionc_detach(ch));
}

const struct ion_info *ionc_info(const struct ionc_channel *ch)
{
	return &((const struct ionc_private *)(const void *)ch)->info;
}
