// SPDX-License-Identifier: MIT
/*
 * The free buffers of an arena: a stack, without a lock, as who allocates and
 * who frees are often two threads, and one of them may be a signal handler. Its
 * top word counts its changes, so that a thread that was held up does not take
 * the top of now for that of then.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

#define IONC_COUNT (1ULL << 32)

/* ---- the stack --------------------------------------------------------- */

/* Put another one on top, if @top still is what is there; else that goes to @top. */
static bool ionc_stock_top(struct ionc_stock *stock, __u64 *top, __u32 to)
{
	__u64 next = ((*top + IONC_COUNT) & ~(IONC_COUNT - 1)) | to;

	return __atomic_compare_exchange_n(&stock->top, top, next, true,
					   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static int ionc_stock_get(struct ionc_stock *stock)
{
	__u64 top = __atomic_load_n(&stock->top, __ATOMIC_ACQUIRE);
	__u32 id, below;

	do {
		if (!(__u32)top)
			return -ENOBUFS;
		id = (__u32)top - 1;
		below = __atomic_load_n(&stock->next[id], __ATOMIC_RELAXED);
	} while (!ionc_stock_top(stock, &top, below));
	__atomic_store_n(&stock->next[id], IONC_HELD, __ATOMIC_RELAXED);
	return (int)id;
}

static int ionc_stock_put(struct ionc_stock *stock, __u32 id)
{
	__u64 top = __atomic_load_n(&stock->top, __ATOMIC_RELAXED);
	__u32 held = IONC_HELD;

	if (!__atomic_compare_exchange_n(&stock->next[id], &held, 0, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return -EALREADY;
	do {
		__atomic_store_n(&stock->next[id], (__u32)top,
				 __ATOMIC_RELAXED);
	} while (!ionc_stock_top(stock, &top, id + 1));
	return 0;
}

int ionc_buffer_get(struct ionc_channel *ch)
{
	struct ionc_private *p = ionc_private(ch);

	return ch->buffers ? ionc_stock_get(&p->stock) : -ENOBUFS;
}

int ionc_buffer_put(struct ionc_channel *ch, __u32 id)
{
	if (id >= ch->buffers)
		return -EINVAL;
	return ionc_stock_put(&ionc_private(ch)->stock, id);
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

/* ---- whose they are ---------------------------------------------------- */

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

/* A packet between the two indices of a ring stands for its buffer. */
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
		if (packet.id < p->ch.buffers)
			taken[packet.id / 64] |= 1ULL << packet.id % 64;
	}
}

/*
 * Which buffers the program can not have: what is on its way, and what the
 * service has. tx is looked at before the kernel is asked, and rx after, so that
 * a buffer which goes through all three meanwhile is seen in one of them.
 */
static int ionc_mark_taken(struct ionc_private *p, __u64 *owned, __u64 *taken)
{
	const struct ion_end *tx = &p->ch.tx.end, *rx = &p->ch.rx.end;
	__u32 head, tail;
	int ret;

	head = __atomic_load_n(tx->own_index, __ATOMIC_ACQUIRE);
	tail = __atomic_load_n(tx->peer_index, __ATOMIC_ACQUIRE);
	ionc_mark_queued(p, tx, head, tail, taken);
	ret = ionc_owners(&p->ch, owned);
	if (ret < 0)
		return ret;
	tail = __atomic_load_n(rx->own_index, __ATOMIC_ACQUIRE);
	head = __atomic_load_n(rx->peer_index, __ATOMIC_ACQUIRE);
	ionc_mark_queued(p, rx, head, tail, taken);
	return 0;
}

/* The lowest on top, so that few buffers stay in the cache. */
static void ionc_stock_refill(struct ionc_private *p, const __u64 *owned,
			      const __u64 *taken)
{
	struct ionc_stock *stock = &p->stock;
	__u32 id = p->ch.buffers, top = 0;

	while (id-- > 0) {
		__u64 bit = 1ULL << id % 64;

		if (!(owned[id / 64] & bit) || (taken[id / 64] & bit)) {
			stock->next[id] = IONC_HELD;
			continue;
		}
		stock->next[id] = top;
		top = id + 1;
	}
	stock->top = ((stock->top + IONC_COUNT) & ~(IONC_COUNT - 1)) | top;
}

int ionc_stock_fill(struct ionc_private *p)
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
		ionc_stock_refill(p, bits, bits + words);
	free(bits);
	return ret;
}

int ionc_stock_init(struct ionc_private *p)
{
	if (!p->ch.buffers)
		return 0;
	p->stock.next = calloc(p->ch.buffers, sizeof(*p->stock.next));
	return p->stock.next ? ionc_stock_fill(p) : -ENOMEM;
}

void ionc_stock_destroy(struct ionc_private *p)
{
	free(p->stock.next);
}
