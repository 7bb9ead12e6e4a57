// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct virtio_net_hdr_v1 before a frame, as of TUN and of virtio: what a frame lacks
 * of its checksum, and how a superframe is to be segmented.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/virtio_net.h>

#include "ion_net.h"

/* The fields that both kinds of header have. The header of virtio 1 only adds to them. */
static const struct virtio_net_hdr *
ion_net_header_base(const struct virtio_net_hdr_v1 *header)
{
	static_assert(offsetof(struct virtio_net_hdr_v1, num_buffers) ==
		      sizeof(struct virtio_net_hdr));
	return (const struct virtio_net_hdr *)header;
}

/* The protocol of a frame, behind VLAN tags if there are some. */
static __be16 ion_net_protocol(const struct sk_buff *skb)
{
	if (skb->dev->hard_header_len)
		return __vlan_get_protocol(skb, eth_hdr(skb)->h_proto, NULL);
	return *skb->data >> 4 == 6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
}

/*
 * A superframe needs a checksum to be completed, as virtio demands, and to be of the
 * protocol that it claims. UFO is not offered: nothing makes such frames today.
 */
static bool ion_net_gso_ok(const struct sk_buff *skb,
			   const struct virtio_net_hdr_v1 *header)
{
	if (header->gso_type == VIRTIO_NET_HDR_GSO_NONE)
		return true;
	if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) ||
	    (header->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_UDP)
		return false;
	return virtio_net_hdr_match_proto(ion_net_protocol(skb), header->gso_type);
}

/**
 * ion_net_header_read() - apply the header of a frame of the program
 * @skb: the frame, with its device, and with the length of a link header or more
 * @header: a copy of the header, which the program cannot change
 *
 * Return: false if the header does not fit the frame.
 */
bool ion_net_header_read(struct sk_buff *skb, const struct virtio_net_hdr_v1 *header)
{
	skb_reset_mac_header(skb);
	if (!ion_net_gso_ok(skb, header))
		return false;
	if (virtio_net_hdr_to_skb(skb, ion_net_header_base(header), true))
		return false;
	if (header->flags & VIRTIO_NET_HDR_F_DATA_VALID &&
	    skb->ip_summed == CHECKSUM_NONE)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return true;
}

/* Whether the program takes a frame of the stack without segmenting it first. */
static bool ion_net_takes(const struct sk_buff *skb, u32 flags)
{
	unsigned int type = skb_shinfo(skb)->gso_type;

	if (!skb_is_gso(skb))
		return true;
	return (type & SKB_GSO_TCPV4 && flags & ION_NET_TSO4) ||
	       (type & SKB_GSO_TCPV6 && flags & ION_NET_TSO6) ||
	       (type & SKB_GSO_UDP_L4 && flags & ION_NET_USO);
}

/**
 * ion_net_header_write() - make the header of a frame for the program
 * @skb: the frame
 * @flags: &enum ion_net_flags
 * @header: the header
 *
 * Return: false if the frame is a superframe of a kind that the program does not take.
 */
bool ion_net_header_write(const struct sk_buff *skb, u32 flags,
			  struct virtio_net_hdr_v1 *header)
{
	*header = (struct virtio_net_hdr_v1) { };
	if (!ion_net_takes(skb, flags) ||
	    virtio_net_hdr_from_skb(skb, (struct virtio_net_hdr *)header, true, true, 0))
		return false;
	/* The checksum is computed while the frame is copied. */
	if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM && !(flags & ION_NET_CSUM))
		*header = (struct virtio_net_hdr_v1) { };
	header->num_buffers = __cpu_to_virtio16(true, 1);
	return true;
}
