// SPDX-License-Identifier: GPL-2.0-only
/* What ethtool shows of an interface. */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "ion_net.h"

static void ion_net_get_drvinfo(struct net_device *dev,
				struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
}

/* Queues come and go with the channels of programs. */
static void ion_net_get_channels(struct net_device *dev,
				 struct ethtool_channels *channels)
{
	const struct ion_net *net = netdev_priv(dev);

	channels->max_combined = net->max_queues;
	channels->combined_count = net->nr_queues;
}

static const char * const ion_net_stat_names[] = {
	"rx%u_packets",
	"rx%u_bytes",
	"tx%u_packets",
	"tx%u_bytes",
	"tx%u_stops_no_buffer",
	"tx%u_stops_no_room",
};

#define ION_NET_STATS	ARRAY_SIZE(ion_net_stat_names)

/*
 * The number is constant: a program asks for it, and then for the counters, and a
 * channel that came in between would make the kernel write more than there is room for.
 */
static int ion_net_get_sset_count(struct net_device *dev, int set)
{
	const struct ion_net *net = netdev_priv(dev);

	if (set != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return net->max_queues * ION_NET_STATS;
}

static void ion_net_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	const struct ion_net *net = netdev_priv(dev);
	u32 i, name;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < net->max_queues; i++) {
		for (name = 0; name < ION_NET_STATS; name++)
			ethtool_sprintf(&data, ion_net_stat_names[name], i);
	}
}

static void ion_net_count_read(const struct ion_net_count *count, u64 *data)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&count->sync);
		data[0] = u64_stats_read(&count->packets);
		data[1] = u64_stats_read(&count->bytes);
	} while (u64_stats_fetch_retry(&count->sync, start));
}

static void ion_net_get_stats(struct net_device *dev,
			      struct ethtool_stats *stats, u64 *data)
{
	const struct ion_net *net = netdev_priv(dev);
	const struct ion_net_queue *q;
	u32 i;

	memset(data, 0, sizeof(*data) * ION_NET_STATS * net->max_queues);
	for (i = 0; i < net->nr_queues; i++, data += ION_NET_STATS) {
		q = rtnl_dereference(net->queue[i]);
		ion_net_count_read(&q->received, data);
		ion_net_count_read(&q->sent, data + 2);
		data[4] = READ_ONCE(q->no_buffer);
		data[5] = READ_ONCE(q->no_room);
	}
}

const struct ethtool_ops ion_net_ethtool_ops = {
	.get_drvinfo = ion_net_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_channels = ion_net_get_channels,
	.get_sset_count = ion_net_get_sset_count,
	.get_strings = ion_net_get_strings,
	.get_ethtool_stats = ion_net_get_stats,
};
