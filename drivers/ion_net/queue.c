// SPDX-License-Identifier: GPL-2.0-only
/* Attaches a queue to an interface, and detaches it. */
#include <linux/minmax.h>
#include <linux/rtnetlink.h>

#include "ion_net.h"

/* The buffers decide how long a frame can be. */
static int ion_net_limit_mtu(struct net_device *dev,
			     const struct ion_net_queue *q)
{
	u32 most = min_t(u32, q->buffer_size, U16_MAX);

	most -= min(most, ion_net_overhead(dev));
	if (most < dev->mtu)
		return -EMSGSIZE;
	dev->max_mtu = most;
	return 0;
}

/**
 * ion_net_attach() - let the frames of an interface cross a channel
 * @dev: the interface, of this module
 * @q: the queue of the channel
 *
 * The interface has a carrier from now on. It starts to send when the program has
 * given a buffer.
 *
 * Context: rtnl held.
 * Return: 0; -EBUSY if the interface has a queue; -EINVAL if it has another mode;
 * -EMSGSIZE if its MTU does not fit in a buffer.
 */
int ion_net_attach(struct net_device *dev, struct ion_net_queue *q)
{
	struct ion_net *net = netdev_priv(dev);
	int ret;

	ASSERT_RTNL();

	if (rtnl_dereference(net->queue))
		return -EBUSY;
	if (net->mode != q->mode)
		return -EINVAL;
	ret = ion_net_limit_mtu(dev, q);
	if (ret)
		return ret;
	q->dev = dev;
	q->ifindex = dev->ifindex;
	netif_napi_add(dev, &q->napi, ion_net_poll);
	napi_enable(&q->napi);
	rcu_assign_pointer(net->queue, q);
	netif_tx_wake_all_queues(dev);
	netif_carrier_on(dev);
	return 0;
}

/**
 * ion_net_detach() - undo ion_net_attach()
 * @q: a queue that is attached
 *
 * On return nobody uses the queue but the callbacks of its channel.
 *
 * Context: rtnl held; may sleep.
 */
void ion_net_detach(struct ion_net_queue *q)
{
	struct net_device *dev = q->dev;
	struct ion_net *net = netdev_priv(dev);

	ASSERT_RTNL();

	netif_carrier_off(dev);
	RCU_INIT_POINTER(net->queue, NULL);
	/* No ion_net_xmit() has the queue afterwards. */
	synchronize_net();
	napi_disable(&q->napi);
	netif_napi_del(&q->napi);
	dev->max_mtu = ETH_MAX_MTU - ion_net_overhead(dev);
	q->dev = NULL;
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
