/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network interface on a channel.
 *
 * A queue belongs to a channel, from bind() to unbind(). An interface has at most
 * one queue. Attaching and detaching is under rtnl; nothing else is.
 *
 * main.c		the service "net"
 * link.c		the link type "ion", and who may attach
 * device.c		the net_device
 * queue.c		attach and detach
 * send.c		from the stack to rx
 * receive.c		from tx to the stack, in NAPI
 */
#ifndef _DRIVERS_ION_NET_H
#define _DRIVERS_ION_NET_H

#include <linux/netdevice.h>
#include <linux/uidgid.h>
#include <uapi/linux/ion_net.h>

#include <linux/ion.h>

/**
 * struct ion_net - an interface, the private part of its net_device
 * @queue: its queue while a program is attached, else NULL; written under rtnl
 * @mode: &enum ion_net_mode
 * @owner: user who may attach, or INVALID_UID
 * @group: group whose members may, or INVALID_GID
 * @persistent: the interface stays when the program detaches
 */
struct ion_net {
	struct ion_net_queue __rcu *queue;
	u32 mode;
	kuid_t owner;
	kgid_t group;
	bool persistent;
};

/**
 * struct ion_net_queue - the frames of a channel
 * @ch: the channel
 * @tx: its ring of frames for the stack, and of empty buffers
 * @rx: its ring of frames from the stack, and of buffers that go back
 * @dev: the interface, NULL if there is none; written under rtnl, constant while
 *	@napi is enabled
 * @mode: the mode that the program asked for
 * @ifindex: the interface's index when the queue was attached
 * @buffer_size: bytes of a buffer
 * @pool: empty buffers, to be filled by the stack
 * @napi: takes packets from @tx
 * @full: somebody waits for room on @rx: the stopped interface, or @napi
 * @nr_back: how many buffers of @back did not fit on @rx
 * @back: packets that give buffers back, used by @napi alone
 */
struct ion_net_queue {
	struct ion_channel *ch;
	struct ion_ring *tx;
	struct ion_ring *rx;
	struct net_device *dev;
	u32 mode;
	u32 ifindex;
	u32 buffer_size;
	struct ion_pool pool;
	struct napi_struct napi;
	bool full;
	u32 nr_back;
	struct ion_packet back[ION_PEEK_MAX];
};

/* link.c */
extern struct rtnl_link_ops ion_net_link_ops;
int ion_net_link_create(struct net_device *dev, struct nlattr *data[]);
bool ion_net_is_ours(const struct net_device *dev);
bool ion_net_may_attach(const struct net_device *dev);

/* device.c */
void ion_net_setup(struct net_device *dev);
void ion_net_set_mode(struct net_device *dev, u32 mode);
u32 ion_net_overhead(const struct net_device *dev);

/* queue.c */
int ion_net_attach(struct net_device *dev, struct ion_net_queue *q);
void ion_net_detach(struct ion_net_queue *q);
bool ion_net_wait_room(struct ion_net_queue *q);

/* send.c */
netdev_tx_t ion_net_xmit(struct sk_buff *skb, struct net_device *dev);

/* receive.c */
int ion_net_poll(struct napi_struct *napi, int budget);

#endif /* _DRIVERS_ION_NET_H */
