/* SPDX-License-Identifier: GPL-2.0-only */
/* The differences between the supported kernels, and nothing else. */
#ifndef _DRIVERS_ION_NET_COMPAT_H
#define _DRIVERS_ION_NET_COMPAT_H

#include <linux/version.h>
#include <net/rtnetlink.h>

#include "ion_net.h"

/* 6.15 put the arguments of newlink() into a struct. */
#if KERNEL_VERSION(6, 15, 0) > LINUX_VERSION_CODE
static inline int ion_net_newlink(struct net *net, struct net_device *dev,
				  struct nlattr *tb[], struct nlattr *data[],
				  struct netlink_ext_ack *extack)
{
	return ion_net_link_create(dev, data);
}
#else
static inline int ion_net_newlink(struct net_device *dev,
				  struct rtnl_newlink_params *params,
				  struct netlink_ext_ack *extack)
{
	return ion_net_link_create(dev, params->data);
}
#endif

#endif /* _DRIVERS_ION_NET_COMPAT_H */
