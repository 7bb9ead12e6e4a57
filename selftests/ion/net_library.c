// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of <ionchannel_net.h> on ion_net.ko itself; lib/tests has them on a fake
 * driver.
 */
#include "net_test.h"

#include <arpa/inet.h>
#include <ionchannel_net.h>
#include <linux/udp.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "ion_test.h"

#define NET_FRAMES 64

FIXTURE(net_library)
{
	struct ionc_net *net;
	struct ionc_net *other;
	int socket;
};

static int net_library_open(struct ionc_net **net, const char *name, __u32 mode,
			    __u32 flags)
{
	struct ionc_net_options options;

	ionc_net_options_init(&options);
	options.name = name;
	options.mode = mode;
	options.flags = flags;
	options.buffers = NET_BUFFERS - 1;
	return ionc_net_open(net, &options);
}

FIXTURE_SETUP(net_library)
{
	int ret = net_insert();

	self->other = NULL;
	self->socket = -1;
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, net_alone());
	ASSERT_EQ(0, net_library_open(&self->net, "n0", ION_NET_TAP, 0));
	ASSERT_EQ(0, net_up("n0"));
	self->socket = net_socket("n0");
	ASSERT_LE(0, self->socket);
}

FIXTURE_TEARDOWN(net_library)
{
	close(self->socket);
	ionc_net_close(self->other);
	ionc_net_close(self->net);
}

/* Put a frame of each number into its buffer. */
static void net_library_fill(struct ionc_frame *frames, __u32 count,
			     __u32 number, int len)
{
	__u32 i;

	for (i = 0; i < count; i++) {
		net_frame(frames[i].data, number + i, len);
		frames[i].len = (__u32)len;
	}
}

TEST_F(net_library, an_interface_has_the_name_that_a_pattern_gave)
{
	char name[IONC_NET_NAME];

	ASSERT_EQ(0, net_library_open(&self->other, "tea%d", ION_NET_TUN, 0));
	EXPECT_EQ(0, ionc_net_name(self->other, name));
	EXPECT_STREQ("tea0", name);
	EXPECT_EQ(if_nametoindex("tea0"), ionc_net_index(self->other));
	ASSERT_EQ(0, net_alone());
	EXPECT_EQ(-ENXIO, ionc_net_name(self->other, name));
}

TEST_F(net_library, frames_of_the_program_reach_a_socket)
{
	struct ionc_frame frames[NET_FRAMES];
	__u32 sent = 0, got = 0, n;

	while (got < 500) {
		n = ionc_net_alloc(self->net, frames, NET_FRAMES);
		/* All buffers that are for sending. */
		ASSERT_EQ((NET_BUFFERS - 1) / 2, n);
		net_library_fill(frames, n, sent, 300);
		ASSERT_EQ(n, ionc_net_send(self->net, frames, n));
		sent += n;
		ASSERT_EQ(0, ionc_net_wait(self->net, 5 * SECOND));
		EXPECT_EQ(0, ionc_net_receive(self->net, frames, NET_FRAMES));
		while (got < sent) {
			ASSERT_EQ(got, net_socket_receive(self->socket, 300));
			got++;
		}
	}
	EXPECT_EQ(sent, net_stat("n0", NET_RX_PACKETS));
}

TEST_F(net_library, a_program_that_only_sends_gets_its_buffers_back)
{
	struct ionc_frame frames[NET_FRAMES];
	__u32 n, round;

	for (round = 0; round < 20; round++) {
		n = ionc_net_alloc(self->net, frames, NET_FRAMES);
		ASSERT_EQ((NET_BUFFERS - 1) / 2, n);
		net_library_fill(frames, n, round * n, 300);
		ASSERT_EQ(n, ionc_net_send(self->net, frames, n));
		ASSERT_EQ(0, ionc_net_flush(self->net));
		while (n--)
			ASSERT_LE(0, net_socket_receive(self->socket, 300));
	}
}

TEST_F(net_library, frames_of_a_socket_reach_the_program)
{
	struct ionc_frame frames[NET_FRAMES];
	__u32 sent = 0, got = 0, i, n;

	while (got < 500) {
		for (i = 0; i < 60; i++)
			ASSERT_EQ(0, net_socket_send(self->socket, sent++, 99));
		while (got < sent) {
			ASSERT_EQ(0, ionc_net_wait(self->net, 5 * SECOND));
			n = ionc_net_receive(self->net, frames, NET_FRAMES);
			for (i = 0; i < n; i++, got++)
				ASSERT_EQ(got, net_number(frames[i].data,
							  frames[i].len));
			ASSERT_EQ(n, ionc_net_free(self->net, frames, n));
		}
	}
	EXPECT_EQ(0, net_stat("n0", NET_TX_DROPPED));
}

/* Each frame goes back in the buffer that it came in. */
TEST_F(net_library, frames_are_answered_in_place)
{
	struct ionc_frame frames[NET_FRAMES];
	__u32 sent = 0, got = 0, i, n;

	while (got < 500) {
		for (i = 0; i < 20; i++)
			ASSERT_EQ(0, net_socket_send(self->socket, sent++, 99));
		while (got < sent) {
			ASSERT_EQ(0, ionc_net_wait(self->net, 5 * SECOND));
			n = ionc_net_receive(self->net, frames, NET_FRAMES);
			ASSERT_EQ(n, ionc_net_send(self->net, frames, n));
			ASSERT_EQ(0, ionc_net_flush(self->net));
			for (i = 0; i < n; i++, got++)
				ASSERT_EQ(got,
					  net_socket_receive(self->socket, 99));
		}
	}
	/* The buffers that came back are free again. */
	EXPECT_EQ(0, ionc_net_receive(self->net, frames, NET_FRAMES));
	EXPECT_EQ(0, ionc_net_flush(self->net));
	EXPECT_EQ((NET_BUFFERS - 1) / 2,
		  ionc_net_alloc(self->net, frames, NET_FRAMES));
}

TEST_F(net_library, a_frame_may_be_moved_in_its_buffer)
{
	struct ionc_frame frame;

	ASSERT_EQ(1, ionc_net_alloc(self->net, &frame, 1));
	EXPECT_EQ(2, (unsigned long)frame.data % 8);
	net_frame((char *)frame.data + 50, 7, 100);
	frame.data = (char *)frame.data + 50;
	frame.len = 100;
	ASSERT_EQ(1, ionc_net_send(self->net, &frame, 1));
	EXPECT_EQ(-EINVAL, ionc_net_send(self->net, &frame, 1));
	EXPECT_EQ(0, ionc_net_flush(self->net));
	EXPECT_EQ(7, net_socket_receive(self->socket, 100));
}

TEST_F(net_library, a_lent_thread_saves_kicks)
{
	struct ionc_channel *ch = ionc_net_channel(self->net);
	struct ionc_lend_options lend = {
		.size = sizeof(lend),
		.flags = IONC_LEND_NEVER_SLEEP,
	};
	struct ionc_frame frames[NET_FRAMES];
	struct ion_stats stats;
	__u32 number, n;
	__u64 kicks;

	ASSERT_EQ(0, ionc_lend(ch, &lend));
	ASSERT_EQ(0, ionc_stats(ch, &stats));
	kicks = stats.kicks;
	for (number = 0; number < 100; number++) {
		ASSERT_TRUE(AWAIT(ionc_net_alloc(self->net, frames, 1) == 1));
		net_library_fill(frames, 1, number, 200);
		ASSERT_EQ(1, ionc_net_send(self->net, frames, 1));
		ASSERT_EQ(0, ionc_net_flush(self->net));
		EXPECT_EQ(number, net_socket_receive(self->socket, 200));
		ASSERT_EQ(0, net_socket_send(self->socket, number, 200));
		ASSERT_TRUE(AWAIT((n = ionc_net_receive(self->net, frames,
							NET_FRAMES)) == 1));
		EXPECT_EQ(number, net_number(frames->data, frames->len));
		ASSERT_EQ(1, ionc_net_free(self->net, frames, 1));
	}
	ASSERT_EQ(0, ionc_stats(ch, &stats));
	/* It leaves the kernel now and then, and needs a kick meanwhile. */
	EXPECT_GT(50, stats.kicks - kicks);
	EXPECT_EQ(0, ionc_take_back(ch));
}

static int net_library_wait(struct task *task)
{
	struct ionc_net *net = (void *)(unsigned long)task->arg[0];

	return ionc_net_wait(net, IONC_FOREVER);
}

TEST_F(net_library, deleting_an_interface_ends_a_wait)
{
	struct task task;

	task_start(&task, net_library_wait, NULL,
		   (__u64)(unsigned long)self->net, 0);
	EXPECT_TRUE(task_sleeps(&task));
	EXPECT_EQ(0, net_del("n0"));
	EXPECT_EQ(-EPIPE, task_join(&task));
	EXPECT_EQ(-EPIPE, ionc_net_wait(self->net, IONC_FOREVER));
}

/* ---- headers of virtio --------------------------------------------------- */

/* A UDP socket for packets to a program that answers on @net, or -errno. */
static int net_library_udp(struct ionc_net **net, __u32 flags)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (net_library_open(net, "udp", ION_NET_TUN, flags) ||
	    net_address("udp", "10.9.0.1") || net_up("udp"))
		return -ENODEV;
	inet_pton(AF_INET, "10.9.0.2", &to.sin_addr);
	return connect(fd, (void *)&to, sizeof(to)) ? -errno : fd;
}

/* Turn a packet back: the sum of addresses and ports stays the same. */
static void net_library_turn(const struct ionc_frame *frame)
{
	char *ip = frame->data, from[4], port[2];

	memcpy(from, ip + 12, 4);
	memcpy(ip + 12, ip + 16, 4);
	memcpy(ip + 16, from, 4);
	memcpy(port, ip + 20, 2);
	memcpy(ip + 20, ip + 22, 2);
	memcpy(ip + 22, port, 2);
}

/* Answer the next packet in place, with its header; it is in @frame. */
static int net_library_answer(struct ionc_net *net, struct ionc_frame *frame)
{
	int ret;

	do {
		ret = ionc_net_wait(net, 5 * SECOND);
	} while (!ret && !ionc_net_receive(net, frame, 1));
	if (ret)
		return ret;
	net_library_turn(frame);
	ret = ionc_net_send(net, frame, 1);
	return ret == 1 ? ionc_net_flush(net) : ret;
}

static ssize_t net_library_get(int fd, void *data, size_t size)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	if (poll(&poll_fd, 1, LONG_MS) != 1)
		return -ETIME;
	return recv(fd, data, size, 0);
}

TEST_F(net_library, a_header_leaves_the_checksum_to_the_other_side)
{
	const __u32 flags = ION_NET_VNET_HDR | ION_NET_CSUM;
	int fd = net_library_udp(&self->other, flags);
	struct ionc_frame frame;
	char text[100];
	int i;

	ASSERT_LE(0, fd);
	for (i = 0; i < 20; i++) {
		memset(text, i, sizeof(text));
		ASSERT_EQ(50 + i, send(fd, text, 50 + i, 0));
		ASSERT_EQ(0, net_library_answer(self->other, &frame));
		EXPECT_EQ(VIRTIO_NET_HDR_F_NEEDS_CSUM, frame.header->flags);
		EXPECT_EQ(20, frame.header->csum_start);
		EXPECT_EQ(6, frame.header->csum_offset);
		EXPECT_EQ(28 + 50 + i, frame.len);
		memset(text, 0xee, sizeof(text));
		EXPECT_EQ(50 + i, net_library_get(fd, text, sizeof(text)));
		EXPECT_EQ(i, text[49 + i]);
	}
	close(fd);
}

TEST_F(net_library, a_superframe_crosses_in_one_buffer)
{
	const __u32 flags = ION_NET_VNET_HDR | ION_NET_CSUM | ION_NET_USO;
	static const int segment = 1000, on = 1;
	static char data[20000], back[20000];
	int fd = net_library_udp(&self->other, flags), i;
	struct ionc_frame frame;
	ssize_t got = 0, n;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)));
	ASSERT_EQ(0, setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment,
				sizeof(segment)));
	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + i / 256);
	ASSERT_EQ(sizeof(data), send(fd, data, sizeof(data), 0));
	ASSERT_EQ(0, net_library_answer(self->other, &frame));
	EXPECT_EQ(28 + sizeof(data), frame.len);
	EXPECT_EQ(VIRTIO_NET_HDR_GSO_UDP_L4, frame.header->gso_type);
	EXPECT_EQ(segment, frame.header->gso_size);
	for (; got < sizeof(back); got += n) {
		n = net_library_get(fd, back + got, sizeof(back) - got);
		ASSERT_LT(0, n);
	}
	EXPECT_EQ(0, memcmp(data, back, sizeof(back)));
	close(fd);
}

/* ---- several queues ------------------------------------------------------ */

/* Take all frames of a queue. */
static __u32 net_library_drain(struct ionc_net *net)
{
	struct ionc_frame frames[NET_FRAMES];
	__u32 n = ionc_net_receive(net, frames, NET_FRAMES);

	ionc_net_free(net, frames, n);
	ionc_net_flush(net);
	return n;
}

/* Send one packet of a flow of its own. */
static bool net_library_flow(int number)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool sent;

	to.sin_port = htons((__u16)(1000 + number));
	inet_pton(AF_INET, "10.9.0.2", &to.sin_addr);
	sent = sendto(fd, "tea", 3, 0, (void *)&to, sizeof(to)) == 3;
	close(fd);
	return sent;
}

TEST_F(net_library, two_nets_are_two_queues)
{
	int fd = net_library_udp(&self->other, ION_NET_MULTI_QUEUE), i;
	struct ionc_net *two, *more;
	__u32 a = 0, b = 0;

	ASSERT_LE(0, fd);
	close(fd);
	EXPECT_EQ(-EBUSY, net_library_open(&more, "udp", ION_NET_TUN, 0));
	EXPECT_EQ(-EINVAL,
		  net_library_open(&more, "udp", ION_NET_TUN,
				   ION_NET_MULTI_QUEUE | ION_NET_VNET_HDR));
	ASSERT_EQ(0, net_library_open(&two, "udp", ION_NET_TUN,
				      ION_NET_MULTI_QUEUE));
	EXPECT_EQ(ionc_net_index(self->other), ionc_net_index(two));
	for (i = 0; i < NET_FRAMES; i++) {
		ASSERT_TRUE(net_library_flow(i));
		a += net_library_drain(self->other);
		b += net_library_drain(two);
	}
	EXPECT_EQ(NET_FRAMES, a + b);
	EXPECT_LT(0, a);
	EXPECT_LT(0, b);
	/* The one that stays gets all flows. */
	ionc_net_close(self->other);
	self->other = two;
	for (i = 0; i < 20; i++) {
		ASSERT_TRUE(net_library_flow(i));
		EXPECT_EQ(1, net_library_drain(two));
	}
}

TEST_F(net_library, refusals_are_explained)
{
	struct ionc_net_options options;

	ionc_net_options_init(&options);
	options.name = "n0";
	EXPECT_EQ(-EBUSY, ionc_net_open(&self->other, &options));
	EXPECT_NE(NULL, strstr(ionc_explain(IONC_NET_OPEN, -EBUSY), "queue"));
	options.name = "lo";
	EXPECT_EQ(-EINVAL, ionc_net_open(&self->other, &options));
	options.name = "n1";
	options.mode = ION_NET_TUN + 1;
	EXPECT_EQ(-EINVAL, ionc_net_open(&self->other, &options));
	options.mode = ION_NET_TAP;
	ASSERT_EQ(0, net_add("n1", ION_NET_TAP, -1));
	ASSERT_EQ(0, net_mtu("n1", 9000));
	EXPECT_EQ(-EMSGSIZE, ionc_net_open(&self->other, &options));
	EXPECT_NE(NULL, strstr(ionc_explain(IONC_NET_OPEN, -EMSGSIZE), "MTU"));
	options.buffer_size = 16384;
	EXPECT_EQ(0, ionc_net_open(&self->other, &options));
}

ION_TEST_KERNEL_LOG();

NET_TEST_MAIN
