// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the stack to the program: a frame is copied to an empty buffer, and goes to rx.
 *
 * Without an empty buffer, or without room on rx, the interface's queue stops and
 * the frame waits in the qdisc: no frame is dropped here for want of room.
 */
#include <linux/skbuff.h>
#include <linux/unaligned.h>

#include "ion_net.h"

/* Called in ion_net_poll(), for the first buffer that the program gives. */
static void ion_net_ready(struct ion_pool *pool)
{
	struct ion_net_queue *q = container_of(pool, struct ion_net_queue, pool);

	ion_net_wake(q);
}

/*
 * Stop until there is room on rx. The poll that finds room wakes the interface.
 */
static void ion_net_stop_full(struct ion_net_queue *q, struct netdev_queue *txq)
{
	q->no_room++;
	netif_tx_stop_queue(txq);
	if (!ion_net_wait_room(q))
		netif_tx_wake_queue(txq);
}

/*
 * Stop until there is a buffer. One is enough: a program may give fewer than any
 * larger number and wait. The interface sends after the poll that found the first
 * one, and finds all that the program gave with it.
 */
static void ion_net_stop_empty(struct ion_net_queue *q, struct netdev_queue *txq)
{
	q->no_buffer++;
	netif_tx_stop_queue(txq);
	if (ion_pool_call_at(&q->pool, 1, ion_net_ready))
		netif_tx_wake_queue(txq);
}

/* Whether the checksum of a frame is completed here. */
static bool ion_net_completes(const struct ion_net_queue *q, const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL && !(q->flags & ION_NET_CSUM);
}

/*
 * Whether the bytes that are summed begin in the first piece of a frame, and the
 * checksum is in the frame. skb_copy_and_csum_dev() may stop the kernel otherwise.
 */
static bool ion_net_csum_ok(const struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);

	return start >= 0 && start <= skb_headlen(skb) &&
	       start + skb->csum_offset + sizeof(__sum16) <= skb->len;
}

/*
 * Copy a frame and complete its checksum. To UDP a checksum of 0 is none: it is written
 * as 0xffff, which is the same sum.
 */
static void ion_net_copy_csum(const struct sk_buff *skb, u8 *to)
{
	u8 *at = to + skb_checksum_start_offset(skb) + skb->csum_offset;

	skb_copy_and_csum_dev(skb, to);
	if (!get_unaligned((const u16 *)at))
		put_unaligned((__force u16)CSUM_MANGLED_0, (u16 *)at);
}

static void ion_net_copy_frame(const struct ion_net_queue *q, const struct sk_buff *skb,
			       u8 *to)
{
	if (ion_net_completes(q, skb))
		ion_net_copy_csum(skb, to);
	else if (skb_is_nonlinear(skb))
		skb_copy_bits(skb, 0, to, skb->len);
	else
		ion_payload_copy(to, skb->data, skb->len);
}

/*
 * Copy a frame to an empty buffer. It begins there like the frame modulo 8, if the
 * buffer has room for that: such a copy is the fastest. A frame that waited in the
 * qdisc for another program may be too long for this one, or a superframe.
 */
static bool ion_net_fill(struct ion_net_queue *q, const struct sk_buff *skb,
			 struct ion_packet *packet)
{
	u32 room, skip, len = q->header + skb->len;
	u8 *to = ion_packet_buffer(q->ch, packet, &room);
	struct virtio_net_hdr_v1 header;

	if (!to || len > min_t(u32, room, U16_MAX) ||
	    (ion_net_completes(q, skb) && !ion_net_csum_ok(skb)) ||
	    /* Without headers no program takes a superframe: only those are checked. */
	    ((q->header || skb_is_gso(skb)) &&
	     !ion_net_header_write(skb, q->flags, &header)))
		return false;
	skip = (unsigned long)(skb->data - to - q->header) % sizeof(u64);
	if (skip > room - len)
		skip = 0;
	to += skip;
	packet->data += skip;
	packet->len = len;
	if (q->header)
		memcpy(to, &header, ION_NET_HEADER);
	ion_net_copy_frame(q, skb, to + q->header);
	return true;
}

/* Returns NETDEV_TX_BUSY if there is no room: the frame is sent again later. */
static netdev_tx_t ion_net_send(struct ion_net_queue *q, struct netdev_queue *txq,
				struct sk_buff *skb)
{
	struct net_device *dev = q->dev;
	struct ion_packet packet;

	if (!ion_pool_get(&q->pool, &packet)) {
		ion_net_stop_empty(q, txq);
		return NETDEV_TX_BUSY;
	}
	if (!ion_net_fill(q, skb, &packet)) {
		ion_pool_put(&q->pool, packet.id);
		DEV_STATS_INC(dev, tx_errors);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	if (!ion_channel_push(q->rx, &packet)) {
		ion_pool_put(&q->pool, packet.id);
		ion_net_stop_full(q, txq);
		return NETDEV_TX_BUSY;
	}
	skb_tx_timestamp(skb);
	dev_sw_netstats_tx_add(dev, 1, skb->len);
	ion_net_count_add(&q->sent, skb->len);
	dev_consume_skb_any(skb);
	return NETDEV_TX_OK;
}

/**
 * ion_net_xmit() - send a frame to the program
 * @skb: the frame
 * @dev: the interface
 *
 * Context: bottom halves off, with the lock of the interface's queue.
 * Return: NETDEV_TX_OK if the frame was sent or dropped; NETDEV_TX_BUSY if not, and
 * the queue is stopped.
 */
netdev_tx_t ion_net_xmit(struct sk_buff *skb, struct net_device *dev)
{
	u32 index = skb_get_queue_mapping(skb);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, index);
	const struct ion_net *net = netdev_priv(dev);
	struct ion_net_queue *q = rcu_dereference_bh(net->queue[index]);
	netdev_tx_t ret;

	/* The program has just detached; the carrier goes off. */
	if (!q) {
		dev_core_stats_tx_dropped_inc(dev);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	ret = ion_net_send(q, txq, skb);
	if (ret == NETDEV_TX_OK && !ion_pool_count(&q->pool))
		ion_net_stop_empty(q, txq);
	if (!netdev_xmit_more() || netif_tx_queue_stopped(txq))
		ion_channel_notify(q->ch);
	return ret;
}
