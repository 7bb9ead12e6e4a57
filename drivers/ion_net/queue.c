// SPDX-License-Identifier: GPL-2.0-only
/* Attaches a queue to an interface, and detaches it. */
#include <linux/if_vlan.h>
#include <linux/minmax.h>
#include <linux/rtnetlink.h>

#include "ion_net.h"

/* Bytes of the longest frame that fits in a buffer. */
static u32 ion_net_room(const struct ion_net_queue *q)
{
	return min_t(u32, q->buffer_size, U16_MAX) - q->header;
}

/* The buffers decide how long a frame can be. */
static int ion_net_limit_mtu(struct net_device *dev, const struct ion_net_queue *q)
{
	u32 most = ion_net_room(q);

	most -= min(most, ion_net_overhead(dev));
	if (most < dev->mtu)
		return -EMSGSIZE;
	dev->max_mtu = most;
	return 0;
}

/*
 * Superframes are shorter than this. Their length is checked before they get the tag of
 * a VLAN interface on top.
 */
static u32 ion_net_super_max(const struct net_device *dev, const struct ion_net_queue *q)
{
	return ion_net_room(q) - (dev->hard_header_len ? VLAN_HLEN : 0);
}

/* Let the interface do what the first of its programs asks for. */
static int ion_net_begin(struct net_device *dev, const struct ion_net_queue *q)
{
	struct ion_net *net = netdev_priv(dev);
	int ret;

	ret = ion_net_limit_mtu(dev, q);
	if (ret)
		return ret;
	net->flags = q->flags;
	if (q->flags & ION_NET_GSO)
		netif_set_tso_max_size(dev, ion_net_super_max(dev, q));
	netdev_update_features(dev);
	return 0;
}

static void ion_net_end(struct net_device *dev)
{
	struct ion_net *net = netdev_priv(dev);

	net->flags = 0;
	dev->max_mtu = ETH_MAX_MTU - ion_net_overhead(dev);
	/* An interface that is being deleted needs no features. */
	if (dev->reg_state == NETREG_REGISTERED)
		netdev_update_features(dev);
}

/* Another queue has to look like the others. */
static int ion_net_join(struct ion_net *net, const struct ion_net_queue *q)
{
	struct ion_net_queue *first = rtnl_dereference(net->queue[0]);

	if (!(net->flags & q->flags & ION_NET_MULTI_QUEUE) ||
	    net->nr_queues == net->max_queues)
		return -EBUSY;
	if (q->flags != net->flags || q->buffer_size != first->buffer_size)
		return -EINVAL;
	return 0;
}

/*
 * The queues for which the stack hashes. Those towards the stack only grow: a frame may
 * still be on its way that has the number of one.
 */
static int ion_net_set_nr(struct net_device *dev, u32 nr)
{
	int ret;

	if (nr > dev->real_num_rx_queues) {
		ret = netif_set_real_num_rx_queues(dev, nr);
		if (ret)
			return ret;
	}
	return netif_set_real_num_tx_queues(dev, nr);
}

static void ion_net_start_poll(struct net_device *dev, struct ion_net_queue *q)
{
	q->dev = dev;
	q->ifindex = dev->ifindex;
	netif_napi_add(dev, &q->napi, ion_net_poll);
	napi_enable(&q->napi);
}

/* On return nobody uses the queue but the callbacks of its channel. */
static void ion_net_stop_poll(struct ion_net_queue *q)
{
	napi_disable(&q->napi);
	netif_napi_del(&q->napi);
	q->dev = NULL;
}

/**
 * ion_net_attach() - let the frames of an interface cross a channel
 * @dev: the interface, of this module
 * @q: the queue of the channel
 *
 * The interface has a carrier from now on. It starts to send to the queue when the
 * program has given a buffer.
 *
 * Context: rtnl held.
 * Return: 0; -EBUSY if the interface can have no other queue; -EINVAL if it has another
 * mode, or its queues have other flags or buffers; -EMSGSIZE if its MTU does not fit in
 * a buffer; -ENOMEM.
 */
int ion_net_attach(struct net_device *dev, struct ion_net_queue *q)
{
	struct ion_net *net = netdev_priv(dev);
	u32 nr = net->nr_queues;
	int ret;

	ASSERT_RTNL();

	if (net->mode != q->mode)
		return -EINVAL;
	ret = nr ? ion_net_join(net, q) : ion_net_begin(dev, q);
	if (ret)
		return ret;
	q->index = nr;
	ion_net_start_poll(dev, q);
	rcu_assign_pointer(net->queue[nr], q);
	ret = ion_net_set_nr(dev, nr + 1);
	if (ret)
		goto undo;
	net->nr_queues = nr + 1;
	ion_net_wake(q);
	netif_carrier_on(dev);
	return 0;

undo:
	RCU_INIT_POINTER(net->queue[nr], NULL);
	synchronize_net();
	ion_net_stop_poll(q);
	if (!nr)
		ion_net_end(dev);
	return ret;
}

/*
 * Take the last queue of the interface out of it. No ion_net_xmit() has it afterwards,
 * and the stack sends to one queue less.
 */
static struct ion_net_queue *ion_net_take_last(struct net_device *dev)
{
	struct ion_net *net = netdev_priv(dev);
	u32 nr = --net->nr_queues;
	struct ion_net_queue *last = rtnl_dereference(net->queue[nr]);

	if (nr)
		netif_set_real_num_tx_queues(dev, nr);
	else
		netif_carrier_off(dev);
	RCU_INIT_POINTER(net->queue[nr], NULL);
	synchronize_net();
	return last;
}

/*
 * Give a queue that was taken out the place of another one. The interface may have
 * stopped for the other one, or for this one when it had its old place: wake it.
 */
static void ion_net_replace(struct net_device *dev, const struct ion_net_queue *old,
			    struct ion_net_queue *q)
{
	struct ion_net *net = netdev_priv(dev);

	WRITE_ONCE(q->index, old->index);
	rcu_assign_pointer(net->queue[old->index], q);
	synchronize_net();
	ion_net_wake(q);
}

/**
 * ion_net_detach() - undo ion_net_attach()
 * @q: a queue that is attached
 *
 * On return nobody uses the queue but the callbacks of its channel. The last queue of
 * the interface gets its place.
 *
 * Context: rtnl held; may sleep.
 */
void ion_net_detach(struct ion_net_queue *q)
{
	struct net_device *dev = q->dev;
	struct ion_net *net = netdev_priv(dev);
	struct ion_net_queue *last;

	ASSERT_RTNL();

	last = ion_net_take_last(dev);
	if (last != q)
		ion_net_replace(dev, q, last);
	ion_net_stop_poll(q);
	if (!net->nr_queues)
		ion_net_end(dev);
}

/**
 * ion_net_detach_all() - detach all queues of an interface that is being deleted
 * @dev: the interface
 *
 * The programs get POLLHUP, and EPIPE from calls.
 *
 * Context: rtnl held; may sleep.
 */
void ion_net_detach_all(struct net_device *dev)
{
	struct ion_net *net = netdev_priv(dev);
	struct ion_net_queue *q;

	ASSERT_RTNL();

	while (net->nr_queues) {
		q = rtnl_dereference(net->queue[net->nr_queues - 1]);
		ion_net_detach(q);
		ion_channel_hangup(q->ch);
	}
}

/**
 * ion_net_wait_room() - ask for a poll when the program makes room on rx
 * @q: a queue that is attached
 *
 * Orders the request before the check, and before doorbell() takes an earlier one
 * back: see ion_net_has_work(). A program whose ring is poisoned makes room by RESET.
 *
 * Context: softirq, or bottom halves off.
 * Return: false if there is room already.
 */
bool ion_net_wait_room(struct ion_net_queue *q)
{
	WRITE_ONCE(q->full, true);
	smp_mb();	/* pairs with the barrier in ion_net_has_work() */
	return ion_channel_error(q->ch) || ion_channel_arm(q->rx);
}
