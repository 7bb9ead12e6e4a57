// SPDX-License-Identifier: GPL-2.0-only
/*
 * Superframes that get a VLAN tag after the stack has checked their length, as those of
 * a VLAN interface on top do. A program of BPF adds the tag here.
 */
#include <net/if.h>

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "ion_test.h"
#include "net_test.h"

#define HEADER ((int)sizeof(struct virtio_net_hdr_v1))
/* Bytes before the data: Ethernet, the tag, IP and UDP. */
#define BEFORE (HEADER + NET_HEADER + 4 + 20 + 8)
#define LARGE  65536
#define SUPER  (ION_NET_VNET_HDR | ION_NET_CSUM | ION_NET_USO)

/* <linux/udp.h> and <netinet/udp.h> define the same struct. */
#define UDP_SEGMENT_SIZE 103
#define SEGMENT		 1400

static int net_bpf(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Add a tag to each frame that an interface sends. Returns a descriptor. */
static int net_tag(const char *name)
{
	/* bpf_skb_vlan_push(skb, htons(0x8100), 5); return TCX_NEXT */
	const struct bpf_insn code[] = {
		{ BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, htons(0x8100) },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 5 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_skb_vlan_push },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, TCX_NEXT },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SCHED_CLS,
		.insn_cnt = ARRAY_SIZE(code),
		.insns = (unsigned long)code,
		.license = (unsigned long)"GPL",
		.expected_attach_type = BPF_TCX_EGRESS,
	};
	int program = net_bpf(BPF_PROG_LOAD, &attr), link;

	if (program < 0)
		return -errno;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (__u32)program;
	attr.link_create.target_ifindex = if_nametoindex(name);
	attr.link_create.attach_type = BPF_TCX_EGRESS;
	link = net_bpf(BPF_LINK_CREATE, &attr);
	if (link < 0)
		link = -errno;
	close(program);
	return link;
}

/* An interface that needs no ARP to send to any address. */
static int net_up_noarp(int socket, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP | IFF_NOARP };

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	return ion_call(socket, SIOCSIFFLAGS, &ifr);
}

FIXTURE(net_vlan)
{
	struct net_end end;
	int socket;
	int tag;
};

FIXTURE_SETUP(net_vlan)
{
	int ret = net_insert(), size = SEGMENT;

	self->end.ch.fd = -1;
	self->socket = -1;
	self->tag = -1;
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, net_alone());
	ASSERT_EQ(0,
		  net_open_flags(&self->end, "n0", ION_NET_TAP, SUPER, LARGE));
	self->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_LE(0, self->socket);
	ASSERT_EQ(0, net_address("n0", "10.9.0.1"));
	ASSERT_EQ(0, net_up_noarp(self->socket, "n0"));
	ASSERT_EQ(0, setsockopt(self->socket, IPPROTO_UDP, UDP_SEGMENT_SIZE,
				&size, sizeof(size)));
	self->tag = net_tag("n0");
	if (self->tag == -EINVAL || self->tag == -ENOSYS)
		SKIP(return, "no BPF for interfaces");
	ASSERT_LE(0, self->tag);
	ASSERT_TRUE(net_give(&self->end, 0, NET_EMPTY));
}

FIXTURE_TEARDOWN(net_vlan)
{
	close(self->tag);
	close(self->socket);
	channel_close(&self->end.ch);
}

/* Send data in one call, and receive it: how many frames it came in, or -1. */
static int net_count_frames(struct net_end *end, int socket, int size)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	static __u8 data[LARGE], frame[LARGE];
	__u64 until = now_ns() + LONG_MS * MS;
	int frames = 0, left = size, len;

	inet_pton(AF_INET, "10.9.0.2", &to.sin_addr);
	if (sendto(socket, data, (size_t)size, 0, (void *)&to, sizeof(to)) !=
	    size)
		return -1;
	while (left > 0 && now_ns() < until && !net_stat("n0", NET_TX_ERRORS)) {
		len = net_receive(end, frame);
		if (!len)
			continue;
		if (frame[HEADER + 12] != 0x81 || frame[HEADER + 13])
			return -1;
		left -= len - BEFORE;
		frames++;
	}
	return left ? -1 : frames;
}

/* The longest one, and longer ones: these come in segments. */
TEST_F(net_vlan, a_superframe_has_room_for_a_tag)
{
	const int most = 65535 - BEFORE;
	int size;

	EXPECT_EQ(1, net_count_frames(&self->end, self->socket, most - 1));
	for (size = most; size < most + 8; size++)
		EXPECT_EQ(size / SEGMENT + 1,
			  net_count_frames(&self->end, self->socket, size))
	TH_LOG("%d bytes", size);
	EXPECT_EQ(0, net_stat("n0", NET_TX_ERRORS));
}

ION_TEST_KERNEL_LOG();

NET_TEST_MAIN
