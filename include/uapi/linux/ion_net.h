/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The service "net" of ion_net.ko: the frames of a network interface cross a channel.
 *
 * SETUP: &ion_setup.key is the name of the interface, &ion_setup.arg[0] its mode, and
 * &ion_setup.arg[1] has flags. Documentation/ion_net.rst explains the rest.
 */
#ifndef _UAPI_LINUX_ION_NET_H
#define _UAPI_LINUX_ION_NET_H

/**
 * enum ion_net_mode - the frames of an interface
 * @ION_NET_TAP: Ethernet frames
 * @ION_NET_TUN: IPv4 and IPv6 packets without a header before them
 */
enum ion_net_mode {
	ION_NET_TAP = 0,
	ION_NET_TUN = 1,
};

/**
 * enum ion_net_flags - how the frames of a channel look, and what the program takes
 * @ION_NET_VNET_HDR: a &struct virtio_net_hdr_v1, in little endian, precedes each frame;
 *	the flags below but @ION_NET_MULTI_QUEUE need it
 * @ION_NET_CSUM: frames of the kernel may lack their checksum, and the header says where
 *	it goes; the flags for superframes need it
 * @ION_NET_TSO4: frames of the kernel may be superframes of TCP over IPv4
 * @ION_NET_TSO6: likewise over IPv6
 * @ION_NET_TSO_ECN: such superframes may have the flag CWR in the first segment; needs
 *	one of the two
 * @ION_NET_USO: frames of the kernel may be superframes of UDP
 * @ION_NET_MULTI_QUEUE: the interface may have several channels, each a queue of its own;
 *	all have this flag
 *
 * All channels of an interface have the same mode, flags and size of buffers.
 */
enum ion_net_flags {
	ION_NET_VNET_HDR = 1U << 0,
	ION_NET_CSUM = 1U << 1,
	ION_NET_TSO4 = 1U << 2,
	ION_NET_TSO6 = 1U << 3,
	ION_NET_TSO_ECN = 1U << 4,
	ION_NET_USO = 1U << 5,
	ION_NET_MULTI_QUEUE = 1U << 8,
};

#define ION_NET_FLAGS		0x13fU	/* all of enum ion_net_flags */
#define ION_NET_QUEUES_MAX	64U	/* channels of one interface */
#define ION_NET_GSO_BUFFER_MIN	4096U	/* smallest buffers for superframes, in bytes */

/**
 * enum ion_net_attr - IFLA_INFO_DATA of the link type "ion"
 * @IFLA_ION_UNSPEC: no attribute
 * @IFLA_ION_MODE: u32, &enum ion_net_mode; cannot be changed later
 * @IFLA_ION_OWNER: u32, the user who may attach without CAP_NET_ADMIN
 * @IFLA_ION_GROUP: u32, the group whose members may
 * @__IFLA_ION_MAX: the number of attributes
 */
enum ion_net_attr {
	IFLA_ION_UNSPEC,
	IFLA_ION_MODE,
	IFLA_ION_OWNER,
	IFLA_ION_GROUP,
	__IFLA_ION_MAX,
};

#define IFLA_ION_MAX	(__IFLA_ION_MAX - 1)

/**
 * enum ion_net_cmd - commands on cmd; the answer on evt has the id of its command
 * @ION_NET_IFINDEX: asks for the index that the interface had at SETUP, in arg
 * @ION_NET_UNKNOWN: the kind of the answer to any other command
 */
enum ion_net_cmd {
	ION_NET_IFINDEX = 1,
	ION_NET_UNKNOWN = 0xffff,
};

#endif /* _UAPI_LINUX_ION_NET_H */
