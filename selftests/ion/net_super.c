// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames with a struct virtio_net_hdr_v1: checksums that the other side completes, and
 * superframes of TCP and UDP, in both directions.
 */
#include <arpa/inet.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "ion_test.h"
#include "net_test.h"

#define HEADER ((int)sizeof(struct virtio_net_hdr_v1))
#define LARGE  65536
#define BYTES  (1 << 20)
#define TAKES  (ION_NET_VNET_HDR | ION_NET_CSUM)
#define SUPER \
	(TAKES | ION_NET_TSO4 | ION_NET_TSO6 | ION_NET_TSO_ECN | ION_NET_USO)
#define PORT 7000

/* SOL_UDP */
#define UDP_SEGMENT_SIZE 103

static __u8 net_byte(__u32 at)
{
	return (__u8)(at * 31 + (at >> 9));
}

static void net_pattern(__u8 *to, __u32 from, __u32 len)
{
	__u32 i;

	for (i = 0; i < len; i++)
		to[i] = net_byte(from + i);
}

/* ---- two interfaces, joined ------------------------------------------------ */

/**
 * struct carried - what crossed from one interface to the other
 * @frames: frames
 * @super: superframes among these
 * @unfinished: frames without their checksum
 * @too_long: frames that are longer than the MTU allows
 * @lost: frames without a buffer to go on in
 */
struct carried {
	int frames;
	int super;
	int unfinished;
	int too_long;
	int lost;
};

/**
 * struct net_test_pair - two networks, each with an interface, joined by a thread
 * @a: the program of the first interface
 * @b: of the second one
 * @flags_a: flags of the first interface
 * @flags_b: of the second one
 * @family: addresses of this family
 * @from_a: what came from the first interface
 * @from_b: from the second one
 * @server: a socket in the first network
 * @client: a socket in the second one
 * @stop: the thread ends
 */
struct net_test_pair {
	struct net_end a, b;
	__u32 flags_a, flags_b;
	int family;
	struct carried from_a, from_b;
	int server, client;
	bool stop;
};

FIXTURE(net_super)
{
	struct net_test_pair pair;
	struct usage before;
};

/*
 * @a, @b: flags of the interfaces
 * @super_a, @super_b: whether superframes are expected from them
 */
FIXTURE_VARIANT(net_super)
{
	__u32 a, b;
	bool super_a, super_b;
	int family;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(net_super, both_take_superframes)
{
	.a = SUPER,
	.b = SUPER,
	.super_a = true,
	.super_b = true,
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(net_super, both_take_superframes_of_ipv6)
{
	.a = SUPER,
	.b = SUPER,
	.super_a = true,
	.super_b = true,
	.family = AF_INET6,
};

FIXTURE_VARIANT_ADD(net_super, one_takes_superframes)
{
	.a = SUPER,
	.b = TAKES,
	.super_a = true,
	.super_b = false,
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(net_super, both_complete_checksums)
{
	.a = TAKES,
	.b = TAKES,
	.super_a = false,
	.super_b = false,
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(net_super, headers_only)
{
	.a = ION_NET_VNET_HDR,
	.b = ION_NET_VNET_HDR,
	.super_a = false,
	.super_b = false,
	.family = AF_INET,
};

/* clang-format on */

static void net_note(struct carried *carried, const __u8 *frame, int len)
{
	struct virtio_net_hdr_v1 header;

	memcpy(&header, frame, sizeof(header));
	carried->frames++;
	carried->super += header.gso_type != VIRTIO_NET_HDR_GSO_NONE;
	carried->unfinished += !!(header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	carried->too_long += header.gso_type == VIRTIO_NET_HDR_GSO_NONE &&
			     len > HEADER + 1514;
}

/* Take buffers back that were sent, up to the first frame. */
static void net_reap(struct net_end *end)
{
	struct ion_consumer *rx = &end->ch.rx;
	const struct ion_packet *first;
	struct ion_packet packet;

	while (ion_ring_peek(rx, 1)) {
		first = ion_ring_peeked(rx, 0, sizeof(*first));
		if (first->len)
			break;
		ion_ring_pop(rx, &packet);
		end->free[end->nr_free++] = packet.id;
	}
}

static void net_carry(struct net_end *from, struct net_end *to,
		      struct carried *carried)
{
	static __u8 frame[LARGE];
	int len;

	while ((len = net_receive(from, frame)) > 0) {
		net_note(carried, frame, len);
		carried->lost += !net_send(to, frame, (__u16)len);
		ion_kick(to->ch.fd);
		net_reap(to);
	}
}

static int net_join(struct task *task)
{
	struct net_test_pair *pair = (void *)(unsigned long)task->arg[0];
	struct pollfd fds[2] = { { pair->a.ch.fd, POLLIN, 0 },
				 { pair->b.ch.fd, POLLIN, 0 } };

	while (!READ_ONCE(pair->stop)) {
		net_carry(&pair->a, &pair->b, &pair->from_a);
		net_carry(&pair->b, &pair->a, &pair->from_b);
		poll(fds, 2, 1);
	}
	return 0;
}

/* The address of one of the two interfaces: 1 or 2. */
static struct sockaddr_storage net_at(int family, int host)
{
	struct sockaddr_storage at = { .ss_family = (sa_family_t)family };
	struct sockaddr_in6 *in6 = (void *)&at;
	struct sockaddr_in *in = (void *)&at;

	if (family == AF_INET6) {
		in6->sin6_port = htons(PORT);
		inet_pton(AF_INET6, host == 1 ? "fd00::1" : "fd00::2",
			  &in6->sin6_addr);
	} else {
		in->sin_port = htons(PORT);
		inet_pton(AF_INET, host == 1 ? "10.9.0.1" : "10.9.0.2",
			  &in->sin_addr);
	}
	return at;
}

/* An interface in a network of its own, in which the caller is afterwards. */
static int net_host(struct net_end *end, int host, int family, __u32 flags)
{
	int ret = net_alone();

	ret = ret ? ret : net_open_flags(end, "n0", ION_NET_TAP, flags, LARGE);
	if (ret)
		return ret;
	if (family == AF_INET6)
		ret = net_address6("n0", host == 1 ? "fd00::1" : "fd00::2");
	else
		ret = net_address("n0", host == 1 ? "10.9.0.1" : "10.9.0.2");
	ret = ret ? ret : net_up("n0");
	return ret || !net_give(end, 0, NET_EMPTY) ? -1 : 0;
}

/* Make two hosts, with a bound socket in each. */
static void net_pair(struct __test_metadata *_metadata,
		     struct net_test_pair *pair, int type)
{
	struct sockaddr_storage at = net_at(pair->family, 1);
	struct sockaddr_storage from = net_at(pair->family, 2);

	ASSERT_EQ(0, net_host(&pair->a, 1, pair->family, pair->flags_a));
	pair->server = socket(pair->family, type | SOCK_CLOEXEC, 0);
	ASSERT_LE(0, pair->server);
	/* An address of IPv6 is there some time after the interface is up. */
	ASSERT_TRUE(AWAIT(!bind(pair->server, (void *)&at, sizeof(at))));
	ASSERT_EQ(0, net_host(&pair->b, 2, pair->family, pair->flags_b));
	pair->client = socket(pair->family, type | SOCK_CLOEXEC, 0);
	ASSERT_LE(0, pair->client);
	ASSERT_TRUE(AWAIT(!bind(pair->client, (void *)&from, sizeof(from))));
}

FIXTURE_SETUP(net_super)
{
	struct net_test_pair *pair = &self->pair;
	int ret = net_insert();

	memset(pair, 0, sizeof(*pair));
	pair->a.ch.fd = -1;
	pair->b.ch.fd = -1;
	pair->server = -1;
	pair->client = -1;
	pair->family = variant->family;
	pair->flags_a = variant->a;
	pair->flags_b = variant->b;
	ASSERT_TRUE(!ret || ret == -EEXIST);
	self->before = usage_now();
}

FIXTURE_TEARDOWN(net_super)
{
	close(self->pair.client);
	close(self->pair.server);
	channel_close(&self->pair.a.ch);
	channel_close(&self->pair.b.ch);
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

/* ---- TCP ------------------------------------------------------------------- */

static bool net_send_all(int fd)
{
	static __u8 data[LARGE];
	__u32 at;

	for (at = 0; at < BYTES; at += LARGE) {
		net_pattern(data, at, LARGE);
		if (send(fd, data, LARGE, MSG_NOSIGNAL) != LARGE)
			return false;
	}
	return !shutdown(fd, SHUT_WR);
}

/* How many bytes come until the end, or until one is wrong. */
static __u32 net_receive_all(int fd)
{
	static __u8 data[LARGE], expected[LARGE];
	__u32 at = 0;
	ssize_t n;

	while ((n = recv(fd, data, LARGE, 0)) > 0) {
		net_pattern(expected, at, (__u32)n);
		if (memcmp(data, expected, (size_t)n))
			break;
		at += (__u32)n;
	}
	return at;
}

/* Connect, send all, and receive all. */
static int net_client(struct task *task)
{
	struct net_test_pair *pair = (void *)(unsigned long)task->arg[0];
	struct sockaddr_storage at = net_at(pair->family, 1);

	if (connect(pair->client, (void *)&at, sizeof(at)) ||
	    !net_send_all(pair->client))
		return -errno;
	return (int)net_receive_all(pair->client);
}

TEST_F(net_super, a_stream_of_tcp_arrives_byte_by_byte_both_ways)
{
	struct net_test_pair *pair = &self->pair;
	struct task join, client;
	int fd;

	net_pair(_metadata, pair, SOCK_STREAM);
	ASSERT_EQ(0, listen(pair->server, 1));
	task_start(&join, net_join, NULL, (unsigned long)pair, 0);
	task_start(&client, net_client, NULL, (unsigned long)pair, 0);
	fd = accept(pair->server, NULL, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(BYTES, net_receive_all(fd));
	EXPECT_TRUE(net_send_all(fd));
	EXPECT_EQ(BYTES, task_join(&client));
	close(fd);
	WRITE_ONCE(pair->stop, true);
	task_join(&join);
	EXPECT_EQ(variant->super_a, pair->from_a.super > 0);
	EXPECT_EQ(variant->super_b, pair->from_b.super > 0);
	EXPECT_EQ(!(variant->a & ION_NET_CSUM), !pair->from_a.unfinished);
	EXPECT_EQ(!(variant->b & ION_NET_CSUM), !pair->from_b.unfinished);
	EXPECT_EQ(0, pair->from_a.too_long + pair->from_b.too_long);
	EXPECT_EQ(0, net_stat("n0", NET_RX_ERRORS));
	EXPECT_EQ(0, net_stat("n0", NET_TX_ERRORS));
}

/* ---- UDP ------------------------------------------------------------------- */

#define SEGMENT	 1000
#define SEGMENTS 40

TEST_F(net_super, segments_of_udp_arrive_byte_by_byte)
{
	struct net_test_pair *pair = &self->pair;
	struct sockaddr_storage at = net_at(pair->family, 1);
	static __u8 data[SEGMENT * SEGMENTS], segment[LARGE];
	int i, size = SEGMENT;
	struct task join;

	net_pair(_metadata, pair, SOCK_DGRAM);
	task_start(&join, net_join, NULL, (unsigned long)pair, 0);
	net_pattern(data, 0, sizeof(data));
	ASSERT_EQ(0, setsockopt(pair->client, SOL_UDP, UDP_SEGMENT_SIZE, &size,
				sizeof(size)));
	ASSERT_EQ(sizeof(data), sendto(pair->client, data, sizeof(data), 0,
				       (void *)&at, sizeof(at)));
	for (i = 0; i < SEGMENTS; i++) {
		ASSERT_EQ(POLLIN, ion_poll_for(pair->server, POLLIN, LONG_MS));
		ASSERT_EQ(SEGMENT,
			  recv(pair->server, segment, sizeof(segment), 0));
		EXPECT_EQ(0, memcmp(segment, data + i * SEGMENT, SEGMENT));
	}
	WRITE_ONCE(pair->stop, true);
	task_join(&join);
	EXPECT_EQ(variant->super_b, pair->from_b.super > 0);
	EXPECT_EQ(0, pair->from_b.lost);
	EXPECT_EQ(0, pair->from_b.too_long);
}

/* ---- one frame with a header --------------------------------------------- */

FIXTURE(net_header)
{
	struct net_end end;
	int socket;
};

FIXTURE_SETUP(net_header)
{
	struct sockaddr_storage at = net_at(AF_INET, 1);
	int ret = net_insert();

	self->end.ch.fd = -1;
	self->socket = -1;
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, net_alone());
	ASSERT_EQ(0, net_open_flags(&self->end, "n0", ION_NET_TUN, TAKES,
				    NET_SIZE));
	ASSERT_EQ(0, net_address("n0", "10.9.0.1"));
	ASSERT_EQ(0, net_up("n0"));
	ASSERT_TRUE(net_give(&self->end, 0, NET_EMPTY));
	self->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_LE(0, self->socket);
	ASSERT_EQ(0, bind(self->socket, (void *)&at, sizeof(at)));
}

FIXTURE_TEARDOWN(net_header)
{
	close(self->socket);
	channel_close(&self->end.ch);
}

#define DATAGRAM 100

/**
 * struct udp_frame - a datagram, with its header
 * @header: for the kernel
 * @ip: header of IP
 * @udp: header of UDP
 * @data: contents
 */
struct udp_frame {
	struct virtio_net_hdr_v1 header;
	struct iphdr ip;
	struct udphdr udp;
	__u8 data[DATAGRAM];
} __attribute__((packed));

/* The sum of the pseudo header. */
static __u32 net_pseudo(const struct udp_frame *frame)
{
	return net_sum(&frame->ip.saddr, 8,
		       IPPROTO_UDP + ntohs(frame->udp.len));
}

/* A datagram for the socket. Its checksum is wrong, and is not 0. */
static void net_datagram(struct udp_frame *frame, __u8 flags)
{
	*frame = (struct udp_frame){
		.header = { .flags = flags,
			    .csum_start = sizeof(struct iphdr),
			    .csum_offset = offsetof(struct udphdr, check) },
		.ip = { .version = 4,
			.ihl = 5,
			.ttl = 64,
			.protocol = IPPROTO_UDP,
			.saddr = htonl(0x0a090002),
			.daddr = htonl(0x0a090001),
			.tot_len = htons(sizeof(*frame) - HEADER) },
		.udp = { .source = htons(PORT),
			 .dest = htons(PORT),
			 .len = htons(sizeof(struct udphdr) + DATAGRAM),
			 .check = htons(1) },
	};
	frame->ip.check = net_checksum(&frame->ip, sizeof(frame->ip));
	net_pattern(frame->data, 0, DATAGRAM);
}

/* Whether the socket gets the datagram. */
static bool net_arrives(struct net_end *end, int socket,
			const struct udp_frame *frame)
{
	__u8 data[DATAGRAM];

	net_send(end, frame, sizeof(*frame));
	ion_kick(end->ch.fd);
	return recv(socket, data, sizeof(data), MSG_DONTWAIT) == DATAGRAM &&
	       !memcmp(data, frame->data, DATAGRAM);
}

TEST_F(net_header, the_program_may_leave_a_checksum_out_or_vouch_for_it)
{
	struct udp_frame frame;

	net_datagram(&frame, 0);
	EXPECT_FALSE(net_arrives(&self->end, self->socket, &frame));
	net_datagram(&frame, VIRTIO_NET_HDR_F_DATA_VALID);
	EXPECT_TRUE(net_arrives(&self->end, self->socket, &frame));
	net_datagram(&frame, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	EXPECT_TRUE(net_arrives(&self->end, self->socket, &frame));
	EXPECT_EQ(3, net_stat("n0", NET_RX_PACKETS));
}

TEST_F(net_header, the_kernel_says_where_a_checksum_goes)
{
	struct sockaddr_storage at = net_at(AF_INET, 2);
	__u8 data[DATAGRAM] = { 1, 2, 3 };
	struct udp_frame frame;

	ASSERT_EQ(DATAGRAM, sendto(self->socket, data, DATAGRAM, 0, (void *)&at,
				   sizeof(at)));
	ASSERT_TRUE(AWAIT(net_receive(&self->end, &frame) == sizeof(frame)));
	EXPECT_EQ(VIRTIO_NET_HDR_F_NEEDS_CSUM, frame.header.flags);
	EXPECT_EQ(sizeof(struct iphdr), frame.header.csum_start);
	EXPECT_EQ(offsetof(struct udphdr, check), frame.header.csum_offset);
	EXPECT_EQ(1, frame.header.num_buffers);
	EXPECT_EQ(net_pseudo(&frame), ntohs(frame.udp.check));
	EXPECT_EQ(0, memcmp(data, frame.data, DATAGRAM));
}

/* Send two bytes; what the program gets as the checksum of UDP. */
static __u16 net_sent_check(struct net_end *end, int socket, __u16 data)
{
	struct sockaddr_storage at = net_at(AF_INET, 2);
	__u8 frame[NET_SIZE];
	__u16 check = 0;

	if (sendto(socket, &data, sizeof(data), 0, (void *)&at, sizeof(at)) !=
		    sizeof(data) ||
	    !AWAIT(net_receive(end, frame) > 0))
		return 0;
	memcpy(&check, frame + sizeof(struct iphdr) + 6, sizeof(check));
	return check;
}

/* To UDP a checksum of 0 is none, and IPv6 drops such a datagram: it is written as 65535. */
TEST_F(net_header, a_checksum_of_udp_that_is_0_is_sent_as_65535)
{
	__u16 check;

	channel_close(&self->end.ch);
	ASSERT_EQ(0,
		  net_open_flags(&self->end, "n0", ION_NET_TUN, 0, NET_SIZE));
	ASSERT_EQ(0, net_address("n0", "10.9.0.1"));
	ASSERT_EQ(0, net_up("n0"));
	ASSERT_TRUE(net_give(&self->end, 0, NET_EMPTY));
	check = net_sent_check(&self->end, self->socket, 0);
	ASSERT_NE(0, check);
	/* Data that is the checksum of the rest. */
	EXPECT_EQ(0xffff, net_sent_check(&self->end, self->socket, check));
}

TEST_F(net_header, wrong_headers_are_counted_and_their_buffers_come_back)
{
	static const struct {
		__u8 version;
		struct virtio_net_hdr_v1 header;
	} wrong[] = {
		/* A superframe of TCP, of no size, or without a checksum. */
		{ 4,
		  { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		    .flags = 1,
		    .csum_start = 20,
		    .csum_offset = 16 } },
		{ 4, { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .gso_size = 50 } },
		/* Of another protocol, of UFO, of an unknown kind. */
		{ 4,
		  { .gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
		    .flags = 1,
		    .gso_size = 9,
		    .csum_start = 40,
		    .csum_offset = 16 } },
		{ 6,
		  { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		    .flags = 1,
		    .gso_size = 9,
		    .csum_start = 40,
		    .csum_offset = 16 } },
		{ 4,
		  { .gso_type = VIRTIO_NET_HDR_GSO_UDP,
		    .flags = 1,
		    .gso_size = 50,
		    .csum_start = 20,
		    .csum_offset = 6 } },
		{ 4,
		  { .gso_type = VIRTIO_NET_HDR_GSO_UDP | VIRTIO_NET_HDR_GSO_ECN,
		    .flags = 1,
		    .gso_size = 50,
		    .csum_start = 20,
		    .csum_offset = 6 } },
		{ 4, { .gso_type = 77, .flags = 1, .gso_size = 50 } },
		/* A checksum outside the frame, or before its transport header. */
		{ 4, { .flags = 1, .csum_start = 20, .csum_offset = 107 } },
		{ 4,
		  { .flags = 1, .csum_start = 65535, .csum_offset = 65535 } },
		{ 4, { .flags = 1, .csum_start = 0, .csum_offset = 0 } },
	};
	struct udp_frame frame;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		net_datagram(&frame, 0);
		frame.ip.version = wrong[i].version;
		frame.header = wrong[i].header;
		EXPECT_FALSE(net_arrives(&self->end, self->socket, &frame));
		EXPECT_EQ(i + 1, net_stat("n0", NET_RX_ERRORS))
		TH_LOG("header %u", i);
	}
	/* Shorter than a header, and a header alone. */
	ASSERT_TRUE(net_send(&self->end, &frame, HEADER - 1));
	ASSERT_TRUE(net_send(&self->end, &frame, HEADER));
	EXPECT_EQ(0, ion_kick(self->end.ch.fd));
	EXPECT_EQ(i + 2, net_stat("n0", NET_RX_ERRORS));
	EXPECT_EQ(0, net_stat("n0", NET_RX_PACKETS));
	EXPECT_EQ(0, net_receive(&self->end, &frame));
	EXPECT_EQ(NET_BUFFERS - NET_EMPTY, self->end.nr_free);
}

/* It waits in the interface while one program goes and another one comes. */
TEST_F(net_header, a_superframe_does_not_reach_a_program_that_takes_none)
{
	struct sockaddr_storage at = net_at(AF_INET, 2);
	static __u8 data[SEGMENT * SEGMENTS], frame[LARGE];
	int size = SEGMENT, len;

	ASSERT_EQ(0, net_add("n1", ION_NET_TUN, -1));
	channel_close(&self->end.ch);
	ASSERT_EQ(0,
		  net_open_flags(&self->end, "n1", ION_NET_TUN, SUPER, LARGE));
	ASSERT_EQ(0, net_address("n1", "10.9.0.1"));
	ASSERT_EQ(0, net_up("n1"));
	ASSERT_EQ(0, setsockopt(self->socket, SOL_UDP, UDP_SEGMENT_SIZE, &size,
				sizeof(size)));
	ASSERT_EQ(sizeof(data), sendto(self->socket, data, sizeof(data), 0,
				       (void *)&at, sizeof(at)));
	channel_close(&self->end.ch);
	ASSERT_EQ(0, net_open_flags(&self->end, "n1", ION_NET_TUN, 0, LARGE));
	ASSERT_TRUE(net_give(&self->end, 0, NET_EMPTY));
	while ((len = net_receive(&self->end, frame)) > 0)
		EXPECT_GE(1500, len);
	EXPECT_EQ(0, net_del("n1"));
}

ION_TEST_KERNEL_LOG();

NET_TEST_MAIN
