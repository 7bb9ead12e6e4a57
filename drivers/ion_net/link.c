// SPDX-License-Identifier: GPL-2.0-only
/* The link type "ion", and who may attach to an interface of it. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/etherdevice.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "compat.h"
#include "ion_net.h"

static const struct nla_policy ion_net_policy[IFLA_ION_MAX + 1] = {
	[IFLA_ION_MODE] = NLA_POLICY_MAX(NLA_U32, ION_NET_TUN),
	[IFLA_ION_OWNER] = { .type = NLA_U32 },
	[IFLA_ION_GROUP] = { .type = NLA_U32 },
};

static int ion_net_validate(struct nlattr *tb[], struct nlattr *data[],
			    struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_ADDRESS])
		return 0;
	if (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN)
		return -EINVAL;
	if (!is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))
		return -EADDRNOTAVAIL;
	return 0;
}

/*
 * The users are those of the namespace of the caller. Both are checked before one is
 * changed.
 */
static int ion_net_set_owners(struct ion_net *net, struct nlattr *data[])
{
	struct user_namespace *users = current_user_ns();
	kuid_t owner = net->owner;
	kgid_t group = net->group;

	if (data && data[IFLA_ION_OWNER]) {
		owner = make_kuid(users, nla_get_u32(data[IFLA_ION_OWNER]));
		if (!uid_valid(owner))
			return -EINVAL;
	}
	if (data && data[IFLA_ION_GROUP]) {
		group = make_kgid(users, nla_get_u32(data[IFLA_ION_GROUP]));
		if (!gid_valid(group))
			return -EINVAL;
	}
	net->owner = owner;
	net->group = group;
	return 0;
}

/**
 * ion_net_link_create() - register an interface that rtnetlink asks for
 * @dev: the interface, after ion_net_setup()
 * @data: its attributes, &enum ion_net_attr; may be NULL
 *
 * Return: 0 or an error, with nothing registered.
 */
int ion_net_link_create(struct net_device *dev, struct nlattr *data[])
{
	struct ion_net *net = netdev_priv(dev);
	u32 mode = ION_NET_TAP;
	int ret;

	if (data && data[IFLA_ION_MODE])
		mode = nla_get_u32(data[IFLA_ION_MODE]);
	ret = ion_net_set_owners(net, data);
	if (ret)
		return ret;
	ret = ion_net_set_mode(dev, mode);
	if (ret)
		return ret;
	if (dev->mtu > dev->max_mtu)
		return -EINVAL;
	net->persistent = true;
	return register_netdevice(dev);
}

static int ion_net_changelink(struct net_device *dev, struct nlattr *tb[],
			      struct nlattr *data[],
			      struct netlink_ext_ack *extack)
{
	struct ion_net *net = netdev_priv(dev);

	if (data && data[IFLA_ION_MODE] &&
	    nla_get_u32(data[IFLA_ION_MODE]) != net->mode)
		return -EOPNOTSUPP;
	return ion_net_set_owners(net, data);
}

static size_t ion_net_get_size(const struct net_device *dev)
{
	return 3 * nla_total_size(sizeof(u32));
}

static int ion_net_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct ion_net *net = netdev_priv(dev);
	struct user_namespace *users = current_user_ns();

	if (nla_put_u32(skb, IFLA_ION_MODE, net->mode))
		return -EMSGSIZE;
	if (uid_valid(net->owner) &&
	    nla_put_u32(skb, IFLA_ION_OWNER,
			from_kuid_munged(users, net->owner)))
		return -EMSGSIZE;
	if (gid_valid(net->group) &&
	    nla_put_u32(skb, IFLA_ION_GROUP,
			from_kgid_munged(users, net->group)))
		return -EMSGSIZE;
	return 0;
}

struct rtnl_link_ops ion_net_link_ops __read_mostly = {
	.kind = "ion",
	.priv_size = sizeof(struct ion_net),
	.setup = ion_net_setup,
	.maxtype = IFLA_ION_MAX,
	.policy = ion_net_policy,
	.validate = ion_net_validate,
	.newlink = ion_net_newlink,
	.changelink = ion_net_changelink,
	.get_size = ion_net_get_size,
	.fill_info = ion_net_fill_info,
};

/**
 * ion_net_is_ours() - check whether an interface is of the link type "ion"
 * @dev: any interface
 *
 * Return: whether it is.
 */
bool ion_net_is_ours(const struct net_device *dev)
{
	return dev->rtnl_link_ops == &ion_net_link_ops;
}

/**
 * ion_net_may_attach() - check whether the calling thread may attach a channel
 * @dev: an interface of this module
 *
 * An interface without owner and group is for CAP_NET_ADMIN alone.
 *
 * Return: whether it may.
 */
bool ion_net_may_attach(const struct net_device *dev)
{
	const struct ion_net *net = netdev_priv(dev);

	if (uid_valid(net->owner) && uid_eq(net->owner, current_euid()))
		return true;
	if (gid_valid(net->group) && in_egroup_p(net->group))
		return true;
	return ns_capable(dev_net(dev)->user_ns, CAP_NET_ADMIN);
}
