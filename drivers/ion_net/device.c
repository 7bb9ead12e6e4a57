// SPDX-License-Identifier: GPL-2.0-only
/* The net_device of an interface. */
#include <linux/etherdevice.h>
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

/* The program sees every frame: there is no filter to set. Without this SIOCADDMULTI fails. */
static void ion_net_set_rx_mode(struct net_device *dev)
{
}

/* The interface makes superframes only for programs that take them. */
static netdev_features_t ion_net_fix_features(struct net_device *dev,
					      netdev_features_t features)
{
	const struct ion_net *net = netdev_priv(dev);

	if (!(net->flags & ION_NET_TSO4))
		features &= ~NETIF_F_TSO;
	if (!(net->flags & ION_NET_TSO6))
		features &= ~NETIF_F_TSO6;
	if (!(net->flags & ION_NET_TSO_ECN))
		features &= ~NETIF_F_TSO_ECN;
	if (!(net->flags & ION_NET_USO))
		features &= ~NETIF_F_GSO_UDP_L4;
	return features;
}

static const struct net_device_ops ion_net_tun_ops = {
	.ndo_uninit = ion_net_detach_all,
	.ndo_open = ion_net_open,
	.ndo_stop = ion_net_stop,
	.ndo_start_xmit = ion_net_xmit,
	.ndo_fix_features = ion_net_fix_features,
	.ndo_get_stats64 = dev_get_tstats64,
};

static const struct net_device_ops ion_net_tap_ops = {
	.ndo_uninit = ion_net_detach_all,
	.ndo_open = ion_net_open,
	.ndo_stop = ion_net_stop,
	.ndo_start_xmit = ion_net_xmit,
	.ndo_fix_features = ion_net_fix_features,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_set_rx_mode = ion_net_set_rx_mode,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
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
 *
 * Return: 0 or an error.
 */
int ion_net_set_mode(struct net_device *dev, u32 mode)
{
	struct ion_net *net = netdev_priv(dev);

	net->mode = mode;
	net->max_queues = min3(dev->num_tx_queues, dev->num_rx_queues, ION_NET_QUEUES_MAX);
	if (mode == ION_NET_TUN)
		ion_net_set_tun(dev);
	else if (is_zero_ether_addr(dev->dev_addr))
		eth_hw_addr_random(dev);
	dev->max_mtu = ETH_MAX_MTU - ion_net_overhead(dev);
	return netif_set_real_num_queues(dev, 1, 1);
}

/**
 * ion_net_setup() - fill in a new net_device
 * @dev: the interface
 *
 * Checksums are computed, and fragments gathered, while a frame is copied. Superframes
 * are for programs that ask for them: see ion_net_fix_features().
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
	dev->hw_features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
			   NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN |
			   NETIF_F_GSO_UDP_L4;
	dev->features = dev->hw_features | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->features;
	netif_carrier_off(dev);
}
