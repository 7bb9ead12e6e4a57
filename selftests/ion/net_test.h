/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of ion_net.ko: interfaces, made and changed without a tool, and
 * a program that is attached to one.
 */
#ifndef _ION_NET_TEST_H
#define _ION_NET_TEST_H

#include <net/if.h>
#include <linux/ion_net.h>

#include "ion_live.h"

#define NET_MODULE  "ion_net"
#define NET_BUFFERS 64
#define NET_SIZE    2048
/* Give the lower half of the buffers for frames to receive; send with the others. */
#define NET_EMPTY (NET_BUFFERS / 2)
/* A type of Ethernet frames that nobody uses. */
#define NET_TYPE   0x88b5
#define NET_HEADER 14

int net_insert(void);
int net_remove(void);
int net_alone(void);

int net_add(const char *name, __u32 mode, __s64 owner);
int net_own(const char *name, __s64 owner, __s64 group);
int net_add_queues(const char *name, __u32 queues);
int net_del(const char *name);
int net_up(const char *name);
int net_down(const char *name);
int net_mtu(const char *name, int mtu);
int net_mac(const char *name, __u8 *mac);
int net_multicast(const char *name);
int net_address(const char *name, const char *address);
int net_address6(const char *name, const char *address);
bool net_exists(const char *name);
int net_carrier(const char *name);
int net_queues(const char *name);
int net_counters(const char *name);
__s64 net_stat(const char *name, unsigned int column);

/* Columns of /proc/net/dev. */
#define NET_RX_PACKETS 1
#define NET_RX_ERRORS  2
#define NET_RX_DROPPED 3
#define NET_TX_PACKETS 9
#define NET_TX_ERRORS  10
#define NET_TX_DROPPED 11

int net_socket(const char *name);
int net_socket_send(int socket, __u32 number, int len);
__s64 net_socket_receive(int socket, int len);

/**
 * struct net_end - a program that is attached to an interface
 * @ch: its channel
 * @size: bytes of a buffer
 * @free: buffers to send with
 * @nr_free: how many there are
 */
struct net_end {
	struct channel ch;
	__u32 size;
	__u16 free[NET_BUFFERS];
	unsigned int nr_free;
};

void net_setup(struct ion_setup *setup, const char *name, __u32 mode);
int net_open(struct net_end *end, const char *name, __u32 mode);
int net_open_flags(struct net_end *end, const char *name, __u32 mode,
		   __u32 flags, __u32 size);
int net_open_setup(struct net_end *end, const struct ion_setup *setup);
bool net_give(struct net_end *end, __u16 from, __u16 count);
bool net_send(struct net_end *end, const void *frame, __u16 len);
int net_receive(struct net_end *end, void *frame);
void net_frame(void *frame, __u32 number, int len);
__s64 net_number(const void *frame, int len);
__u32 net_sum(const void *data, size_t len, __u32 sum);
__u16 net_checksum(const void *data, size_t len);

void net_test_need_module(void);

#define NET_TEST_MAIN                                \
	int main(int argc, char **argv)              \
	{                                            \
		net_test_need_module();              \
		return test_harness_run(argc, argv); \
	}

#endif /* _ION_NET_TEST_H */
