// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program whose frames and headers lie: random ones for the stack itself, and for
 * another interface that the kernel forwards to, where superframes are segmented.
 */
#include <arpa/inet.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>

#include "ion_test.h"
#include "net_test.h"

#define LARGE  16384
#define FRAMES 6000
#define HEADER ((int)sizeof(struct virtio_net_hdr_v1))
#define SUPER                                                            \
	(ION_NET_VNET_HDR | ION_NET_CSUM | ION_NET_TSO4 | ION_NET_TSO6 | \
	 ION_NET_TSO_ECN | ION_NET_USO)

FIXTURE(net_hostile)
{
	struct net_end end;
	struct net_end out;
	struct usage before;
	__u64 random;
	bool stop;
};

/* @out: flags of the interface that frames are forwarded to */
FIXTURE_VARIANT(net_hostile)
{
	__u32 mode;
	__u32 out;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(net_hostile, tun_to_plain)
{
	.mode = ION_NET_TUN,
	.out = 0,
};

FIXTURE_VARIANT_ADD(net_hostile, tun_to_super)
{
	.mode = ION_NET_TUN,
	.out = SUPER,
};

FIXTURE_VARIANT_ADD(net_hostile, tap_to_plain)
{
	.mode = ION_NET_TAP,
	.out = 0,
};

/* clang-format on */

FIXTURE_SETUP(net_hostile)
{
	int ret = net_insert();

	memset(self, 0, sizeof(*self));
	self->end.ch.fd = -1;
	self->out.ch.fd = -1;
	self->random = now_ns();
	TH_LOG("seed %llu", self->random);
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, net_alone());
	self->before = usage_now();
	ASSERT_EQ(0, net_open_flags(&self->end, "in", variant->mode, SUPER,
				    LARGE));
	ASSERT_EQ(0, net_address("in", "10.9.0.1"));
	ASSERT_EQ(0, net_address6("in", "fd00::1"));
	ASSERT_EQ(0, net_up("in"));
	ASSERT_EQ(0, net_open_flags(&self->out, "out", ION_NET_TUN,
				    variant->out, LARGE));
	ASSERT_EQ(0, net_address("out", "10.9.1.1"));
	ASSERT_EQ(0, net_address6("out", "fd01::1"));
	ASSERT_EQ(0, net_up("out"));
	ion_write_text("/proc/sys/net/ipv4/ip_forward", "1");
	ion_write_text("/proc/sys/net/ipv6/conf/all/forwarding", "1");
}

FIXTURE_TEARDOWN(net_hostile)
{
	channel_close(&self->end.ch);
	channel_close(&self->out.ch);
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

/* Fill in headers that are right, for @len bytes of IP. Returns where TCP or UDP begins. */
static int net_ip(__u8 *at, __u64 *random, __u16 len, bool tcp)
{
	struct ip6_hdr *ip6 = (void *)at;
	struct iphdr *ip = (void *)at;
	bool forward = random_one_in(random, 2);
	__u8 protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP;

	if (random_one_in(random, 3)) {
		memset(ip6, 0, sizeof(*ip6));
		ip6->ip6_vfc = 0x60;
		ip6->ip6_plen = htons((__u16)(len - sizeof(*ip6)));
		ip6->ip6_nxt = protocol;
		ip6->ip6_hlim = 64;
		inet_pton(AF_INET6, "fd00::2", &ip6->ip6_src);
		inet_pton(AF_INET6, forward ? "fd01::2" : "fd00::1",
			  &ip6->ip6_dst);
		return sizeof(*ip6);
	}
	*ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = protocol,
		.tot_len = htons(len),
		.saddr = htonl(0x0a090002),
		.daddr = htonl(forward ? 0x0a090102 : 0x0a090001),
	};
	ip->check = net_checksum(at, sizeof(*ip));
	return sizeof(*ip);
}

/* A header for such a frame, which is right as long as nobody changes it. */
static void net_header(struct virtio_net_hdr_v1 *header, __u64 *random,
		       int start, bool tcp, bool ip6)
{
	*header = (struct virtio_net_hdr_v1){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.hdr_len = (__u16)(start + 20),
		.gso_size = (__u16)(1 + random_below(random, 2000)),
		.csum_start = (__u16)start,
		.csum_offset = tcp ? 16 : 6,
	};
	if (!tcp)
		header->gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
	else
		header->gso_type = ip6 ? VIRTIO_NET_HDR_GSO_TCPV6
				       : VIRTIO_NET_HDR_GSO_TCPV4;
	if (random_one_in(random, 4))
		header->gso_type = VIRTIO_NET_HDR_GSO_NONE;
}

/* Write random bytes to some places. */
static void net_lie(__u8 *at, int len, __u64 *random)
{
	int n = (int)random_below(random, 3);

	while (n--)
		at[random_below(random, (__u64)len)] =
			(__u8)random_next(random);
}

/* Fill in a frame with its header. Returns the length of both. */
static int net_make(__u8 *frame, __u64 *random, const __u8 *mac)
{
	int link = mac ? NET_HEADER : 0, start, len;
	__u8 *ip = frame + HEADER + link;
	bool tcp = random_one_in(random, 2);

	len = 60 + (int)random_below(random,
				     random_one_in(random, 2) ? 1440 : 15000);
	start = net_ip(ip, random, (__u16)len, tcp);
	memset(ip + start, 0, 20);
	ip[start + 3] = 9;
	ip[start + 12] = 0x50;
	ip[start + 13] = 0x10;
	if (!tcp)
		ip[start + 4] = (__u8)((len - start) >> 8);
	if (!tcp)
		ip[start + 5] = (__u8)(len - start);
	net_header((void *)frame, random, link + start, tcp, ip[0] == 0x60);
	if (mac) {
		memcpy(ip - 14, mac, 6);
		memcpy(ip - 8, "\x02ion..", 6);
		ip[-2] = ip[0] == 0x60 ? 0x86 : 0x08;
		ip[-1] = ip[0] == 0x60 ? 0xdd : 0x00;
	}
	net_lie(frame, HEADER, random);
	net_lie(frame + HEADER, link + start + 20, random);
	/* Some are cut off, some have no header of a protocol at all. */
	if (random_one_in(random, 20))
		return (int)random_below(random, (__u64)(HEADER + link + 60));
	return HEADER + link + len;
}

static __s64 net_seen(void)
{
	return net_stat("in", NET_RX_PACKETS) + net_stat("in", NET_RX_ERRORS) +
	       net_stat("in", NET_RX_DROPPED);
}

TEST_F(net_hostile, frames_and_headers_that_lie_are_each_counted_once)
{
	static __u8 frame[LARGE];
	__u8 mac[6];
	__s64 sent = 0;
	int i, len;

	ASSERT_EQ(0, net_mac("in", mac));
	ASSERT_TRUE(net_give(&self->end, 0, NET_EMPTY));
	ASSERT_TRUE(net_give(&self->out, 0, NET_EMPTY));
	for (i = 0; i < FRAMES; i++) {
		len = net_make(frame, &self->random,
			       variant->mode == ION_NET_TAP ? mac : NULL);
		/* A packet of no length is an empty buffer. */
		sent += len && net_send(&self->end, frame, (__u16)len);
		if (i % 8 == 7)
			ASSERT_EQ(0, ion_kick(self->end.ch.fd));
		while (net_receive(&self->end, frame) > 0)
			;
		while (net_receive(&self->out, frame) > 0)
			;
	}
	ASSERT_EQ(0, ion_kick(self->end.ch.fd));
	EXPECT_TRUE(AWAIT(net_seen() >= sent));
	/* The stack also counts as dropped what has no protocol that it knows. */
	EXPECT_TRUE(variant->mode == ION_NET_TAP || net_seen() == sent);
	EXPECT_LT(FRAMES / 2, sent);
	/* The right ones went on. */
	EXPECT_LT(FRAMES / 20, net_stat("out", NET_TX_PACKETS));
	EXPECT_LT(FRAMES / 20, net_stat("in", NET_RX_ERRORS));
	EXPECT_TRUE(AWAIT(!net_receive(&self->end, frame) &&
			  self->end.nr_free == NET_BUFFERS - NET_EMPTY));
}

static int net_scribble(struct task *task)
{
	__u64 *arena = channel_at(task->ch, ION_MMAP_ARENA), *at, x = 1;
	const bool *stop = (const bool *)(unsigned long)task->arg[0];
	unsigned int id, i;

	while (!READ_ONCE(*stop))
		for (id = NET_EMPTY; id < NET_BUFFERS; id++) {
			at = arena + id * (LARGE / sizeof(*arena));
			for (i = 0; i < 8; i++)
				WRITE_ONCE(at[i], x = ion_mix(x));
		}
	return 0;
}

TEST_F(net_hostile, headers_that_change_while_they_are_read_do_no_harm)
{
	__u64 until = now_ns() + 2 * SECOND;
	static __u8 frame[LARGE];
	struct task scribble;
	__u8 mac[6];
	__s64 sent = 0;
	int len;

	ASSERT_EQ(0, net_mac("in", mac));
	ASSERT_TRUE(net_give(&self->end, 0, NET_EMPTY));
	ASSERT_TRUE(net_give(&self->out, 0, NET_EMPTY));
	task_start(&scribble, net_scribble, &self->end.ch,
		   (unsigned long)&self->stop, 0);
	while (now_ns() < until) {
		len = net_make(frame, &self->random,
			       variant->mode == ION_NET_TAP ? mac : NULL);
		sent += len && net_send(&self->end, frame, (__u16)len);
		if (sent % 8 == 7)
			ASSERT_EQ(0, ion_kick(self->end.ch.fd));
		while (net_receive(&self->end, frame) > 0)
			;
		while (net_receive(&self->out, frame) > 0)
			;
	}
	WRITE_ONCE(self->stop, true);
	task_join(&scribble);
	ASSERT_EQ(0, ion_kick(self->end.ch.fd));
	EXPECT_TRUE(AWAIT(net_seen() >= sent));
	EXPECT_TRUE(variant->mode == ION_NET_TAP || net_seen() == sent);
}

ION_TEST_KERNEL_LOG();

NET_TEST_MAIN
