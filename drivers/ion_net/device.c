// SPDX-License-Identifier: GPL-2.0-only
/* The net_device of an interface. */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <net/ip_tunnels.h>

#include "ion_net.h"

static int ion_net_open(struct net_device *dev)
{
	netif_tx_start_all_queues(dev);
	return 0;
}

static int ion_net_stop(struct net_device *dev)
{
	netif_tx_stop_all_queues(dev);
	return 0;
}

/* The interface is being deleted: the program gets POLLHUP, and EPIPE from calls. */
static void ion_net_uninit(struct net_device *dev)
{
	struct ion_net *net = netdev_priv(dev);
	struct ion_net_queue *q = rtnl_dereference(net->queue);

	if (!q)
		return;
	ion_net_detach(q);
	ion_channel_hangup(q->ch);
}

static const struct net_device_ops ion_net_tun_ops = {
	.ndo_uninit = ion_net_uninit,
	.ndo_open = ion_net_open,
	.ndo_stop = ion_net_stop,
	.ndo_start_xmit = ion_net_xmit,
	.ndo_get_stats64 = dev_get_tstats64,
};

static const struct net_device_ops ion_net_tap_ops = {
	.ndo_uninit = ion_net_uninit,
	.ndo_open = ion_net_open,
	.ndo_stop = ion_net_stop,
	.ndo_start_xmit = ion_net_xmit,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void ion_net_get_drvinfo(struct net_device *dev,
				struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
}

static const struct ethtool_ops ion_net_ethtool_ops = {
	.get_drvinfo = ion_net_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
};

/**
 * ion_net_overhead() - get the bytes of a frame that the MTU does not count
 * @dev: an interface
 *
 * Return: the bytes of an Ethernet header with a VLAN tag, or 0.
 */
u32 ion_net_overhead(const struct net_device *dev)
{
	return dev->hard_header_len ? ETH_HLEN + VLAN_HLEN : 0;
}

static void ion_net_set_tun(struct net_device *dev)
{
	dev->type = ARPHRD_NONE;
	dev->hard_header_len = 0;
	dev->addr_len = 0;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->netdev_ops = &ion_net_tun_ops;
}

/**
 * ion_net_set_mode() - set what the frames of a new interface are
 * @dev: an interface that is not registered yet, after ion_net_setup()
 * @mode: &enum ion_net_mode
 */
void ion_net_set_mode(struct net_device *dev, u32 mode)
{
	struct ion_net *net = netdev_priv(dev);

	net->mode = mode;
	if (mode == ION_NET_TUN)
		ion_net_set_tun(dev);
	else if (is_zero_ether_addr(dev->dev_addr))
		eth_hw_addr_random(dev);
	dev->max_mtu = ETH_MAX_MTU - ion_net_overhead(dev);
}

/**
 * ion_net_setup() - fill in a new net_device
 * @dev: the interface
 *
 * The stack checksums and gathers what it sends while it is copied, and no later.
 */
void ion_net_setup(struct net_device *dev)
{
	struct ion_net *net = netdev_priv(dev);

	ether_setup(dev);
	net->owner = INVALID_UID;
	net->group = INVALID_GID;
	dev->netdev_ops = &ion_net_tap_ops;
	dev->ethtool_ops = &ion_net_ethtool_ops;
	dev->rtnl_link_ops = &ion_net_link_ops;
	dev->needs_free_netdev = true;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	/* Rings are used with interrupts on: netpoll sends with interrupts off. */
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_DISABLE_NETPOLL;
	dev->hw_features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM;
	dev->features = dev->hw_features | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->features;
	netif_carrier_off(dev);
}
