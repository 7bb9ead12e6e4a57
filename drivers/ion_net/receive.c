// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the program to the stack, in NAPI: a packet of tx is an empty buffer for the
 * pool, or a frame. A frame is copied, and then nothing reads the program's memory
 * again: the stack parses the copy. Its header, if there is one, is copied likewise.
 * Its buffer goes back on rx, with len 0.
 */
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/skbuff.h>

#include "ion_net.h"

/* A frame this long is in one piece. The rest of a longer one is in pages. */
#define ION_NET_LINEAR_MAX	SKB_MAX_HEAD(NET_SKB_PAD + NET_IP_ALIGN)

/* The first bytes of a longer frame: the headers that the stack parses. */
#define ION_NET_HEAD		256

/* A superframe may be as long as a buffer. */
static bool ion_net_length_ok(const struct net_device *dev, u32 len, bool super)
{
	u32 least = dev->hard_header_len ?: sizeof(struct iphdr);

	return len >= least &&
	       (super || len <= READ_ONCE(dev->mtu) + ion_net_overhead(dev));
}

/* Copy the header, and find the frame behind it. Returns false for a wrong length. */
static bool ion_net_split(struct ion_net_queue *q, const struct ion_packet *packet,
			  struct virtio_net_hdr_v1 *header, struct ion_packet *frame)
{
	*header = (struct virtio_net_hdr_v1) { };
	*frame = *packet;
	if (q->header) {
		if (ion_packet_read(q->ch, packet, header, ION_NET_HEADER) !=
		    ION_NET_HEADER)
			return false;
		frame->data += ION_NET_HEADER;
		frame->len -= ION_NET_HEADER;
	}
	return ion_net_length_ok(q->dev, frame->len, header->gso_type);
}

/* Allocate an skb of some length, with undefined contents. */
static struct sk_buff *ion_net_alloc(struct ion_net_queue *q, u32 len)
{
	u32 rest = len <= ION_NET_LINEAR_MAX ? 0 : len - ION_NET_HEAD;
	struct sk_buff *skb;
	int err;

	if (!rest) {
		skb = napi_alloc_skb(&q->napi, len);
	} else {
		skb = alloc_skb_with_frags(NET_SKB_PAD + NET_IP_ALIGN + ION_NET_HEAD,
					   rest, PAGE_ALLOC_COSTLY_ORDER, &err,
					   GFP_ATOMIC);
		if (skb)
			skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	}
	if (!skb)
		return NULL;
	skb->dev = q->dev;
	skb_put(skb, len - rest);
	skb->data_len = rest;
	skb->len += rest;
	return skb;
}

/* Copy @size bytes of a frame, and go on behind them. */
static bool ion_net_copy_part(struct ion_net_queue *q, struct ion_packet *frame,
			      void *to, u32 size)
{
	if (ion_packet_read(q->ch, frame, to, size) != size)
		return false;
	frame->data += size;
	frame->len -= size;
	return true;
}

static bool ion_net_copy(struct ion_net_queue *q, struct ion_packet *frame,
			 struct sk_buff *skb)
{
	const skb_frag_t *frag;
	int i;

	if (!ion_net_copy_part(q, frame, skb->data, skb_headlen(skb)))
		return false;
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		frag = &skb_shinfo(skb)->frags[i];
		if (!ion_net_copy_part(q, frame, skb_frag_address(frag),
				       skb_frag_size(frag)))
			return false;
	}
	return true;
}

/* Set what the stack has to know of a frame. Returns false for a packet of no protocol. */
static bool ion_net_classify(struct net_device *dev, struct sk_buff *skb)
{
	if (dev->hard_header_len) {
		skb->protocol = eth_type_trans(skb, dev);
		return true;
	}
	switch (*skb->data >> 4) {
	case 4:
		skb->protocol = htons(ETH_P_IP);
		break;
	case 6:
		skb->protocol = htons(ETH_P_IPV6);
		break;
	default:
		return false;
	}
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	return true;
}

static void ion_net_receive(struct ion_net_queue *q,
			    const struct ion_packet *packet)
{
	struct net_device *dev = q->dev;
	struct virtio_net_hdr_v1 header;
	struct ion_packet frame;
	struct sk_buff *skb;
	u32 len;

	if (!ion_net_split(q, packet, &header, &frame)) {
		DEV_STATS_INC(dev, rx_length_errors);
		DEV_STATS_INC(dev, rx_errors);
		return;
	}
	len = frame.len;
	skb = netif_running(dev) ? ion_net_alloc(q, len) : NULL;
	if (!skb) {
		dev_core_stats_rx_dropped_inc(dev);
		return;
	}
	if (!ion_net_copy(q, &frame, skb) ||
	    (q->header && !ion_net_header_read(skb, &header)) ||
	    !ion_net_classify(dev, skb)) {
		DEV_STATS_INC(dev, rx_frame_errors);
		DEV_STATS_INC(dev, rx_errors);
		dev_kfree_skb_any(skb);
		return;
	}
	skb_record_rx_queue(skb, READ_ONCE(q->index));
	dev_sw_netstats_rx_add(dev, len);
	ion_net_count_add(&q->received, len);
	napi_gro_receive(&q->napi, skb);
}

static void ion_net_take(struct ion_net_queue *q,
			 const struct ion_packet *packet)
{
	if (!packet->len) {
		ion_pool_put(&q->pool, packet->id);
		return;
	}
	ion_net_receive(q, packet);
	q->back[q->nr_back++] = (struct ion_packet) {
		.data = (u64)packet->id * q->buffer_size,
		.id = packet->id,
	};
}

/* Give back the buffers of frames. Returns false if some remain, for want of room. */
static bool ion_net_give_back(struct ion_net_queue *q)
{
	u32 done;

	if (!q->nr_back)
		return true;
	done = ion_channel_push_n(q->rx, q->back, q->nr_back);
	q->nr_back -= done;
	memmove(q->back, q->back + done, q->nr_back * sizeof(*q->back));
	return !q->nr_back;
}

/* Take a batch from tx, if all earlier buffers went back. Returns how many. */
static u32 ion_net_batch(struct ion_net_queue *q, u32 most)
{
	struct ion_packet packets[ION_PEEK_MAX];
	u32 i, n;

	if (!ion_net_give_back(q))
		return 0;
	n = ion_channel_pop_n(q->tx, packets, min(most, ION_PEEK_MAX));
	for (i = 0; i < n; i++)
		ion_net_take(q, &packets[i]);
	return n;
}

/* Take as many packets as the budget allows, and wake a program that waits. */
static u32 ion_net_batches(struct ion_net_queue *q, u32 budget)
{
	u32 done = 0, n;

	do {
		n = ion_net_batch(q, budget - done);
		done += n;
	} while (n && done < budget);
	ion_net_give_back(q);
	ion_channel_notify(q->ch);
	return done;
}

/**
 * ion_net_poll() - take packets from tx
 * @napi: &ion_net_queue.napi
 * @budget: how many at most
 *
 * While buffers find no room on rx, packets stay on tx. The doorbell for that room
 * asks for another poll, which also wakes an interface that waits for it.
 *
 * Context: NAPI.
 * Return: how many packets were taken; @budget to be called again.
 */
int ion_net_poll(struct napi_struct *napi, int budget)
{
	struct ion_net_queue *q = container_of(napi, struct ion_net_queue, napi);
	int done = 0;

	if (xchg(&q->full, false))
		ion_net_wake(q);
	if (budget > 0)
		done = ion_net_batches(q, budget);
	if (q->nr_back && !ion_net_wait_room(q))
		return budget;
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}
