// SPDX-License-Identifier: GPL-2.0-only
/* The service "net": a network interface whose frames cross a channel. */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "ion_net.h"

static const char *ion_net_name(const struct ion_bind *how)
{
	return *how->key ? how->key : "ion%d";
}

/* Each flag needs others: &enum ion_net_flags says which. */
static bool ion_net_flags_ok(u64 flags, u32 buffer_size)
{
	if (flags & ~(u64)ION_NET_FLAGS)
		return false;
	if (flags & ION_NET_CSUM && !(flags & ION_NET_VNET_HDR))
		return false;
	if (flags & ION_NET_TSO_ECN && !(flags & (ION_NET_TSO4 | ION_NET_TSO6)))
		return false;
	return !(flags & ION_NET_GSO) ||
	       (flags & ION_NET_CSUM && buffer_size >= ION_NET_GSO_BUFFER_MIN);
}

static int ion_net_check(struct ion_channel *ch, const struct ion_bind *how)
{
	u32 buffer_size;

	if (how->flags || how->arg[0] > ION_NET_TUN)
		return -EINVAL;
	if (!dev_valid_name(ion_net_name(how)))
		return -EINVAL;
	if (!ion_channel_buffers(ch, &buffer_size))
		return -EINVAL;
	return ion_net_flags_ok(how->arg[1], buffer_size) ? 0 : -EINVAL;
}

static int ion_net_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	struct ion_net_queue *q;
	int ret;

	ret = ion_net_check(ch, how);
	if (ret)
		return ret;
	q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);
	if (!q)
		return -ENOMEM;
	ret = ion_pool_init(&q->pool, ch);
	if (ret) {
		kfree(q);
		return ret;
	}
	q->ch = ch;
	q->tx = ion_channel_ring(ch, ION_RING_TX);
	q->rx = ion_channel_ring(ch, ION_RING_RX);
	q->mode = how->arg[0];
	q->flags = how->arg[1];
	q->header = q->flags & ION_NET_VNET_HDR ? ION_NET_HEADER : 0;
	u64_stats_init(&q->sent.sync);
	u64_stats_init(&q->received.sync);
	ion_channel_buffers(ch, &q->buffer_size);
	ion_channel_set_private(ch, q);
	ion_channel_set_async(ch, ION_ASYNC_BH);
	return 0;
}

static void ion_net_unbind(struct ion_channel *ch)
{
	struct ion_net_queue *q = ion_channel_private(ch);

	ion_pool_destroy(&q->pool);
	kfree(q);
}

/* Make an interface that goes when the program detaches. */
static struct net_device *ion_net_create(struct net *ns,
					 const struct ion_net_queue *q,
					 const char *name)
{
	u32 queues = q->flags & ION_NET_MULTI_QUEUE ? ION_NET_QUEUES_MAX : 1;
	struct net_device *dev;
	int ret;

	if (!ns_capable(ns->user_ns, CAP_NET_ADMIN))
		return ERR_PTR(-EPERM);
	dev = alloc_netdev_mqs(sizeof(struct ion_net), name, NET_NAME_USER,
			       ion_net_setup, queues, queues);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev_net_set(dev, ns);
	ret = ion_net_set_mode(dev, q->mode);
	/* The smallest buffer, ION_BUFFER_SIZE_MIN, has room for the smallest MTU. */
	dev->mtu = min(dev->mtu,
		       q->buffer_size - q->header - ion_net_overhead(dev));
	ret = ret ?: register_netdevice(dev);
	if (ret) {
		free_netdev(dev);
		return ERR_PTR(ret);
	}
	return dev;
}

static struct net_device *ion_net_find(struct net *ns,
				       const struct ion_net_queue *q,
				       const char *name)
{
	struct net_device *dev = __dev_get_by_name(ns, name);

	if (!dev)
		return ion_net_create(ns, q, name);
	if (!ion_net_is_ours(dev))
		return ERR_PTR(-EINVAL);
	return ion_net_may_attach(dev) ? dev : ERR_PTR(-EPERM);
}

/* An interface that a SETUP made goes with its channel. */
static void ion_net_drop(struct net_device *dev)
{
	const struct ion_net *net = netdev_priv(dev);

	if (!net->persistent && !net->nr_queues)
		unregister_netdevice(dev);
}

static int ion_net_activate(struct ion_channel *ch, const struct ion_bind *how)
{
	struct ion_net_queue *q = ion_channel_private(ch);
	struct net_device *dev;
	int ret;

	rtnl_lock();
	dev = ion_net_find(how->net, q, ion_net_name(how));
	ret = PTR_ERR_OR_ZERO(dev);
	if (!ret) {
		ret = ion_net_attach(dev, q);
		if (ret)
			ion_net_drop(dev);
	}
	rtnl_unlock();
	return ret;
}

static void ion_net_deactivate(struct ion_channel *ch)
{
	struct ion_net_queue *q = ion_channel_private(ch);
	struct net_device *dev;

	rtnl_lock();
	dev = q->dev;
	if (dev) {
		ion_net_detach(q);
		ion_net_drop(dev);
	}
	rtnl_unlock();
}

/* Answer a command. Returns false if there is none, or no room for the answer. */
static bool ion_net_answer(struct ion_net_queue *q)
{
	struct ion_ring *ring = ion_channel_ring(q->ch, ION_RING_CMD);
	struct ion_ring *evt = ion_channel_ring(q->ch, ION_RING_EVT);
	const struct ion_cmd_packet *cmd;
	struct ion_cmd_packet *answer;

	if (!ion_cmd_peek(ring, &cmd, 1) || !ion_cmd_reserve(evt, &answer, 1))
		return false;
	*answer = *cmd;
	if (cmd->kind == ION_NET_IFINDEX)
		answer->arg = q->ifindex;
	else
		answer->kind = ION_NET_UNKNOWN;
	return ion_cmd_commit(evt, 1) && ion_cmd_release(ring, 1);
}

/*
 * A doorbell ends the request for room on rx. So it must see a request that was made
 * before: the barrier orders the end before the load.
 */
static bool ion_net_has_work(const struct ion_net_queue *q)
{
	smp_mb();	/* pairs with the barrier in ion_net_wait_room() */
	return READ_ONCE(q->full) || !ion_channel_empty(q->tx);
}

static void ion_net_schedule(struct ion_net_queue *q)
{
	/* The poll runs when bottom halves are on again. */
	local_bh_disable();
	napi_schedule(&q->napi);
	local_bh_enable();
}

static void ion_net_doorbell(struct ion_channel *ch)
{
	struct ion_ring *cmd = ion_channel_ring(ch, ION_RING_CMD);
	struct ion_net_queue *q = ion_channel_private(ch);
	u32 left = ion_channel_capacity(cmd);

	while (left-- && ion_net_answer(q))
		;
	if (ion_net_has_work(q))
		ion_net_schedule(q);
}

/* rx has room now, and an interface that waits for room was not woken. */
static void ion_net_reset(struct ion_channel *ch)
{
	ion_net_schedule(ion_channel_private(ch));
}

static const struct ion_service_ops ion_net_service = {
	.name = "net",
	.bind = ion_net_bind,
	.activate = ion_net_activate,
	.deactivate = ion_net_deactivate,
	.unbind = ion_net_unbind,
	.doorbell = ion_net_doorbell,
	.reset = ion_net_reset,
};

static int __init ion_net_init(void)
{
	int ret;

	ret = rtnl_link_register(&ion_net_link_ops);
	if (ret)
		return ret;
	ret = ion_service_register(&ion_net_service);
	if (ret)
		rtnl_link_unregister(&ion_net_link_ops);
	return ret;
}

static void __exit ion_net_exit(void)
{
	ion_service_unregister(&ion_net_service);
	rtnl_link_unregister(&ion_net_link_ops);
}

module_init(ion_net_init);
module_exit(ion_net_exit);

MODULE_ALIAS_RTNL_LINK("ion");
MODULE_AUTHOR("The ion authors");
MODULE_DESCRIPTION("Network interfaces on channels of /dev/ion");
MODULE_VERSION("0.1.0");
MODULE_LICENSE("GPL");
