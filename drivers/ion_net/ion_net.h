/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network interface on a channel.
 *
 * A queue belongs to a channel, from bind() to unbind(). An interface has a queue for
 * each channel that is attached. Attaching and detaching is under rtnl; nothing else is.
 *
 * main.c		the service "net"
 * link.c		the link type "ion", and who may attach
 * device.c		the net_device
 * ethtool.c		what ethtool shows
 * queue.c		attach and detach
 * send.c		from the stack to rx
 * receive.c		from tx to the stack, in NAPI
 * header.c		struct virtio_net_hdr_v1, in both directions
 */
#ifndef _DRIVERS_ION_NET_H
#define _DRIVERS_ION_NET_H

#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>
#include <linux/uidgid.h>
#include <uapi/linux/virtio_net.h>
#include <uapi/linux/ion_net.h>

#include <linux/ion.h>

/* The header that precedes a frame, if &ion_net_queue.flags has ION_NET_VNET_HDR. */
#define ION_NET_HEADER	((u32)sizeof(struct virtio_net_hdr_v1))

/* Flags for superframes of the kernel. */
#define ION_NET_GSO	(ION_NET_TSO4 | ION_NET_TSO6 | ION_NET_TSO_ECN | ION_NET_USO)

/**
 * struct ion_net - an interface, the private part of its net_device
 * @queue: its queues, the first @nr_queues; the others are NULL. Written under rtnl.
 * @nr_queues: how many channels are attached; under rtnl
 * @max_queues: how many may be
 * @flags: &enum ion_net_flags of its queues, 0 without any; under rtnl
 * @mode: &enum ion_net_mode
 * @owner: user who may attach, or INVALID_UID
 * @group: group whose members may, or INVALID_GID
 * @persistent: the interface stays when the program detaches
 */
struct ion_net {
	struct ion_net_queue __rcu *queue[ION_NET_QUEUES_MAX];
	u32 nr_queues;
	u32 max_queues;
	u32 flags;
	u32 mode;
	kuid_t owner;
	kgid_t group;
	bool persistent;
};

/**
 * struct ion_net_count - the frames of a queue in one direction
 * @sync: orders the rest for a reader on a 32-bit machine
 * @packets: frames
 * @bytes: bytes of these, without the header
 */
struct ion_net_count {
	struct u64_stats_sync sync;
	u64_stats_t packets;
	u64_stats_t bytes;
};

/**
 * struct ion_net_queue - the frames of a channel
 * @ch: the channel
 * @tx: its ring of frames for the stack, and of empty buffers
 * @rx: its ring of frames from the stack, and of buffers that go back
 * @dev: the interface, NULL if there is none; written under rtnl, constant while
 *	@napi is enabled
 * @index: its place in &ion_net.queue, and the queue of the interface that sends to it;
 *	written under rtnl
 * @mode: the mode that the program asked for
 * @flags: &enum ion_net_flags
 * @header: bytes before each frame: ION_NET_HEADER or 0
 * @ifindex: the interface's index when the queue was attached
 * @buffer_size: bytes of a buffer
 * @pool: empty buffers, to be filled by the stack
 * @napi: takes packets from @tx
 * @full: somebody waits for room on @rx: the stopped interface, or @napi
 * @sent: frames for the program; written by ion_net_xmit(), one at a time
 * @received: frames of the program; written by @napi
 * @no_buffer: how often the interface stopped for want of a buffer
 * @no_room: how often it stopped for want of room on rx
 * @nr_back: how many buffers of @back did not fit on @rx
 * @back: packets that give buffers back, used by @napi alone
 */
struct ion_net_queue {
	struct ion_channel *ch;
	struct ion_ring *tx;
	struct ion_ring *rx;
	struct net_device *dev;
	u32 index;
	u32 mode;
	u32 flags;
	u32 header;
	u32 ifindex;
	u32 buffer_size;
	struct ion_pool pool;
	struct napi_struct napi;
	bool full;
	struct ion_net_count sent;
	struct ion_net_count received;
	unsigned long no_buffer;
	unsigned long no_room;
	u32 nr_back;
	struct ion_packet back[ION_PEEK_MAX];
};

static inline void ion_net_count_add(struct ion_net_count *count, u32 bytes)
{
	u64_stats_update_begin(&count->sync);
	u64_stats_inc(&count->packets);
	u64_stats_add(&count->bytes, bytes);
	u64_stats_update_end(&count->sync);
}

/* Let the interface send to a queue again. */
static inline void ion_net_wake(const struct ion_net_queue *q)
{
	netif_wake_subqueue(q->dev, READ_ONCE(q->index));
}

/* link.c */
extern struct rtnl_link_ops ion_net_link_ops;
int ion_net_link_create(struct net_device *dev, struct nlattr *data[]);
bool ion_net_is_ours(const struct net_device *dev);
bool ion_net_may_attach(const struct net_device *dev);

/* device.c */
void ion_net_setup(struct net_device *dev);
int ion_net_set_mode(struct net_device *dev, u32 mode);
u32 ion_net_overhead(const struct net_device *dev);

/* ethtool.c */
extern const struct ethtool_ops ion_net_ethtool_ops;

/* queue.c */
int ion_net_attach(struct net_device *dev, struct ion_net_queue *q);
void ion_net_detach(struct ion_net_queue *q);
void ion_net_detach_all(struct net_device *dev);
bool ion_net_wait_room(struct ion_net_queue *q);

/* header.c */
bool ion_net_header_read(struct sk_buff *skb, const struct virtio_net_hdr_v1 *header);
bool ion_net_header_write(const struct sk_buff *skb, u32 flags,
			  struct virtio_net_hdr_v1 *header);

/* send.c */
netdev_tx_t ion_net_xmit(struct sk_buff *skb, struct net_device *dev);

/* receive.c */
int ion_net_poll(struct napi_struct *napi, int budget);

#endif /* _DRIVERS_ION_NET_H */
