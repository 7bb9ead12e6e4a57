// SPDX-License-Identifier: MIT
/*
 * The free list of an arena is a stack without a lock: one thread often
 * allocates buffers while another one frees them, and either may be a signal
 * handler. The top word also counts its changes, so that a thread that was
 * preempted notices if the same buffer has left the top and come back (ABA).
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

#define IONC_COUNT (1ULL << 32)

/* ---- the free list ----------------------------------------------------- */

/* Make @to the top if the top is still @top; else load the top into @top. */
static bool ionc_free_list_set_top(struct ionc_free_list *list, __u64 *top,
				   __u32 to)
{
	__u64 next = ((*top + IONC_COUNT) & ~(IONC_COUNT - 1)) | to;

	return __atomic_compare_exchange_n(&list->top, top, next, true,
					   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static int ionc_free_list_get(struct ionc_free_list *list)
{
	__u64 top = __atomic_load_n(&list->top, __ATOMIC_ACQUIRE);
	__u32 id, below;

	do {
		if (!(__u32)top)
			return -ENOBUFS;
		id = (__u32)top - 1;
		below = __atomic_load_n(&list->next[id], __ATOMIC_RELAXED);
	} while (!ionc_free_list_set_top(list, &top, below));
	__atomic_store_n(&list->next[id], IONC_HELD, __ATOMIC_RELAXED);
	return (int)id;
}

static int ionc_free_list_put(struct ionc_free_list *list, __u32 id)
{
	__u64 top = __atomic_load_n(&list->top, __ATOMIC_RELAXED);
	__u32 held = IONC_HELD;

	if (!__atomic_compare_exchange_n(&list->next[id], &held, 0, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return -EALREADY;
	do {
		__atomic_store_n(&list->next[id], (__u32)top, __ATOMIC_RELAXED);
	} while (!ionc_free_list_set_top(list, &top, id + 1));
	return 0;
}

int ionc_buffer_get(struct ionc_channel *ch)
{
	struct ionc_private *p = ionc_private(ch);

	return ch->buffers ? ionc_free_list_get(&p->free_list) : -ENOBUFS;
}

int ionc_buffer_put(struct ionc_channel *ch, __u32 id)
{
	if (id >= ch->buffers)
		return -EINVAL;
	return ionc_free_list_put(&ionc_private(ch)->free_list, id);
}

__u32 ionc_give_free(struct ionc_channel *ch, __u32 count)
{
	__u32 given = 0;
	int id;

	while (given < count && ionc_reserve(ch, 1)) {
		id = ionc_buffer_get(ch);
		if (id < 0)
			break;
		ionc_give(ch, (__u32)id);
		given++;
	}
	return given;
}

int ionc_peer_copy(const struct ionc_channel *ch,
		   const struct ion_packet *packet, void *to, size_t size)
{
	const void *payload = ionc_peer_payload(ch, packet);

	if (!payload)
		return -EINVAL;
	if (packet->len > size)
		return -EMSGSIZE;
	memcpy(to, payload, packet->len);
	return packet->len;
}

/* ---- owners ------------------------------------------------------------ */

int ionc_owners(struct ionc_channel *ch, __u64 *bits)
{
	struct ion_buffers buffers;
	int ret;

	if (!ch->buffers)
		return -EOPNOTSUPP;
	memset(&buffers, 0, sizeof(buffers));
	buffers.size = sizeof(buffers);
	buffers.addr = (__u64)(size_t)bits;
	ret = ionc_ioctl(ch->fd, ION_IOC_BUFFERS, &buffers);
	return ret < 0 ? ret : (int)buffers.owned;
}

/* A direct channel has no service that could own a buffer. */
static int ionc_get_owned(struct ionc_private *p, __u64 *owned)
{
	if (!p->ch.peer_arena)
		return ionc_owners(&p->ch, owned);
	memset(owned, 0xff, (p->ch.buffers + 63) / 64 * sizeof(*owned));
	return 0;
}

/*
 * Whether the buffer of a queued packet is one of this channel. On a direct channel a
 * packet without payload gives a buffer back to the side that it belongs to.
 */
static bool ionc_is_own(const struct ionc_private *p, const struct ion_end *end,
			const struct ion_packet *packet)
{
	if (packet->id >= p->ch.buffers)
		return false;
	return !p->ch.peer_arena || (end == &p->ch.tx.end) == !!packet->len;
}

/* Mark the buffers of all packets between the two indices of a ring. */
static void ionc_mark_queued(const struct ionc_private *p,
			     const struct ion_end *end, __u32 head, __u32 tail,
			     __u64 *taken)
{
	__u32 at = tail & (__u32)end->mask;
	struct ion_packet packet;

	for (; at != (head & end->mask); at = (at + 1) & (__u32)end->mask) {
		ion_slot_read(&packet,
			      (const struct ion_packet *)end->slots + at,
			      sizeof(packet));
		if (ionc_is_own(p, end, &packet))
			taken[packet.id / 64] |= 1ULL << packet.id % 64;
	}
}

/*
 * Find the buffers that the program cannot allocate: those that are queued, and
 * those that the service owns. tx is read before the kernel is asked, and rx
 * after, so that a buffer which moves from tx to rx meanwhile is seen in at
 * least one of the three places.
 */
static int ionc_mark_taken(struct ionc_private *p, __u64 *owned, __u64 *taken)
{
	const struct ion_end *tx = &p->ch.tx.end, *rx = &p->ch.rx.end;
	__u32 head, tail;
	int ret;

	head = __atomic_load_n(tx->own_index, __ATOMIC_ACQUIRE);
	tail = __atomic_load_n(tx->peer_index, __ATOMIC_ACQUIRE);
	ionc_mark_queued(p, tx, head, tail, taken);
	ret = ionc_get_owned(p, owned);
	if (ret < 0)
		return ret;
	tail = __atomic_load_n(rx->own_index, __ATOMIC_ACQUIRE);
	head = __atomic_load_n(rx->peer_index, __ATOMIC_ACQUIRE);
	ionc_mark_queued(p, rx, head, tail, taken);
	return 0;
}

/* Put the lowest number on top, so that the buffers in use stay few and cached. */
static void ionc_free_list_refill(struct ionc_private *p, const __u64 *owned,
				  const __u64 *taken)
{
	struct ionc_free_list *list = &p->free_list;
	__u32 id = p->ch.buffers, top = 0;

	while (id-- > 0) {
		__u64 bit = 1ULL << id % 64;

		if (!(owned[id / 64] & bit) || (taken[id / 64] & bit)) {
			list->next[id] = IONC_HELD;
			continue;
		}
		list->next[id] = top;
		top = id + 1;
	}
	list->top = ((list->top + IONC_COUNT) & ~(IONC_COUNT - 1)) | top;
}

int ionc_free_list_fill(struct ionc_private *p)
{
	size_t words = (p->ch.buffers + 63) / 64;
	__u64 *bits;
	int ret;

	if (!p->ch.buffers)
		return 0;
	bits = calloc(2 * words, sizeof(*bits));
	if (!bits)
		return -ENOMEM;
	ret = ionc_mark_taken(p, bits, bits + words);
	if (!ret)
		ionc_free_list_refill(p, bits, bits + words);
	free(bits);
	return ret;
}

int ionc_free_list_init(struct ionc_private *p)
{
	if (!p->ch.buffers)
		return 0;
	p->free_list.next = calloc(p->ch.buffers, sizeof(*p->free_list.next));
	return p->free_list.next ? ionc_free_list_fill(p) : -ENOMEM;
}

void ionc_free_list_destroy(struct ionc_private *p)
{
	free(p->free_list.next);
}
