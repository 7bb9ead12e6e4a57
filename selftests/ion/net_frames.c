// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames between the stack and a program that is attached to an interface: both
 * directions, what is refused, and that a program without empty buffers loses none.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <sys/socket.h>

#include "ion_test.h"
#include "net_test.h"

FIXTURE(net_frames)
{
	struct net_end end;
	struct net_end other;
	int socket;
};

FIXTURE_SETUP(net_frames)
{
	int ret = net_insert();

	self->socket = -1;
	self->other.ch.fd = -1;
	self->end.ch.fd = -1;
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, net_alone());
	ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
	ASSERT_EQ(0, net_up("n0"));
	self->socket = net_socket("n0");
	ASSERT_LE(0, self->socket);
}

FIXTURE_TEARDOWN(net_frames)
{
	close(self->socket);
	channel_close(&self->other.ch);
	channel_close(&self->end.ch);
}

static const int net_lengths[] = { 18, 60, 61, 64, 127, 999, 1513, 1514, 1518 };

#define NET_LENGTHS ARRAY_SIZE(net_lengths)

TEST_F(net_frames, frames_of_the_program_reach_a_socket)
{
	__u8 frame[NET_SIZE];
	unsigned int i;

	for (i = 0; i < NET_LENGTHS; i++) {
		net_frame(frame, i, net_lengths[i]);
		ASSERT_TRUE(net_send(&self->end, frame, net_lengths[i]));
		EXPECT_EQ(0, ion_kick(self->end.ch.fd));
		EXPECT_EQ(i, net_socket_receive(self->socket, net_lengths[i]));
	}
	EXPECT_EQ(NET_LENGTHS, net_stat("n0", NET_RX_PACKETS));
	/* Every buffer has come back. */
	EXPECT_EQ(0, net_receive(&self->end, frame));
	EXPECT_EQ(NET_BUFFERS - NET_EMPTY, self->end.nr_free);
}

TEST_F(net_frames, frames_of_a_socket_reach_the_program)
{
	__u8 frame[NET_SIZE];
	__u64 timeout;
	unsigned int i;

	ASSERT_TRUE(net_give(&self->end, 0, NET_EMPTY));
	for (i = 0; i < NET_LENGTHS; i++) {
		if (net_lengths[i] > 1514)
			continue;
		ASSERT_EQ(0, net_socket_send(self->socket, i, net_lengths[i]));
		timeout = LONG_MS * MS;
		ASSERT_EQ(0, ion_wait_for(self->end.ch.fd, 1, 0, &timeout));
		ASSERT_EQ(net_lengths[i], net_receive(&self->end, frame));
		EXPECT_EQ(i, net_number(frame, net_lengths[i]));
	}
	EXPECT_EQ(0, net_stat("n0", NET_TX_DROPPED));
}

/* Take frames in order until no more come. Returns how many, -1 if one is wrong. */
static int net_take(struct net_end *end, __u32 from, int len)
{
	__u8 frame[NET_SIZE];
	__u64 timeout = LONG_MS * MS / 10;
	int n, taken = 0;

	while (!ion_wait_for(end->ch.fd, 1, 0, &timeout)) {
		while ((n = net_receive(end, frame)) > 0) {
			if (n != len || net_number(frame, n) != from + taken)
				return -1;
			taken++;
		}
		timeout = LONG_MS * MS / 10;
	}
	return taken;
}

TEST_F(net_frames, without_buffers_frames_wait_and_none_is_lost)
{
	__u32 number;

	for (number = 0; number < 100; number++)
		ASSERT_EQ(0, net_socket_send(self->socket, number, 200));
	EXPECT_EQ(0, net_stat("n0", NET_TX_PACKETS));
	EXPECT_TRUE(ion_ring_peek(&self->end.ch.rx, 1) == 0);
	/* One buffer is enough to go on. */
	ASSERT_TRUE(net_give(&self->end, 0, 1));
	EXPECT_EQ(100, net_take(&self->end, 0, 200));
	/* Again, from the state of having stopped. */
	for (number = 100; number < 200; number++)
		ASSERT_EQ(0, net_socket_send(self->socket, number, 200));
	ASSERT_TRUE(net_give(&self->end, 1, 3));
	EXPECT_EQ(100, net_take(&self->end, 100, 200));
	EXPECT_EQ(200, net_stat("n0", NET_TX_PACKETS));
	EXPECT_EQ(0, net_stat("n0", NET_TX_DROPPED));
}

TEST_F(net_frames, without_room_on_rx_frames_wait_both_ways)
{
	struct net_end *small = &self->other;
	__u8 frame[NET_SIZE];
	struct ion_setup setup;
	int socket, sent = 0, received = 0;
	__u32 number;

	net_setup(&setup, "small", ION_NET_TAP);
	setup.slots[ION_RING_RX] = 4;
	ASSERT_EQ(0, net_open_setup(small, &setup));
	ASSERT_EQ(0, net_up("small"));
	socket = net_socket("small");
	ASSERT_LE(0, socket);
	ASSERT_TRUE(net_give(small, 0, 16));
	for (number = 0; number < 50; number++)
		ASSERT_EQ(0, net_socket_send(socket, number, 100));
	/* rx is full. Frames of the program stay where they are, or their buffers. */
	for (number = 0; number < 20; number++) {
		net_frame(frame, number, 100);
		sent += net_send(small, frame, 100);
	}
	EXPECT_EQ(20, sent);
	EXPECT_EQ(0, ion_kick(small->ch.fd));
	EXPECT_EQ(50, net_take(small, 0, 100));
	while (received < 20 && net_socket_receive(socket, 100) == received)
		received++;
	EXPECT_EQ(20, received);
	EXPECT_EQ(0, net_receive(small, frame));
	EXPECT_EQ(NET_BUFFERS - NET_EMPTY, small->nr_free);
	EXPECT_EQ(0, net_stat("small", NET_TX_DROPPED));
	close(socket);
}

TEST_F(net_frames, a_lent_thread_carries_frames_without_kicks)
{
	__u8 frame[NET_SIZE];
	struct task server;
	__u32 number;

	ASSERT_TRUE(net_give(&self->end, 0, 8));
	ASSERT_TRUE(server_start(&server, &self->end.ch, SPIN, 0));
	for (number = 0; number < 20; number++) {
		net_frame(frame, number, 300);
		ASSERT_TRUE(AWAIT(net_send(&self->end, frame, 300)));
		EXPECT_EQ(number, net_socket_receive(self->socket, 300));
		ASSERT_EQ(0, net_socket_send(self->socket, number, 300));
		ASSERT_TRUE(AWAIT(net_receive(&self->end, frame) == 300));
		EXPECT_EQ(number, net_number(frame, 300));
	}
	EXPECT_EQ(-EINTR, server_stop(&server));
}

TEST_F(net_frames, frames_of_a_wrong_length_are_counted)
{
	static const __u16 lengths[] = { 1, 13, 1519, 2048 };
	__u8 frame[NET_SIZE] = { 0 };
	unsigned int i;

	for (i = 0; i < 4; i++)
		ASSERT_TRUE(net_send(&self->end, frame, lengths[i]));
	EXPECT_EQ(0, ion_kick(self->end.ch.fd));
	EXPECT_EQ(4, net_stat("n0", NET_RX_ERRORS));
	EXPECT_EQ(0, net_stat("n0", NET_RX_PACKETS));
	EXPECT_EQ(0, net_receive(&self->end, frame));
	EXPECT_EQ(NET_BUFFERS - NET_EMPTY, self->end.nr_free);
	/* A good one still arrives. */
	net_frame(frame, 1, 60);
	ASSERT_TRUE(net_send(&self->end, frame, 60));
	EXPECT_EQ(0, ion_kick(self->end.ch.fd));
	EXPECT_EQ(1, net_socket_receive(self->socket, 60));
}

TEST_F(net_frames, packets_outside_their_buffer_do_not_reach_the_interface)
{
	const struct ion_packet bad[] = {
		{ .data = NET_SIZE - 59, .len = 60 },
		{ .data = ~0ULL, .len = 60 },
		{ .data = 5 * NET_SIZE, .len = 60, .id = 4 },
		{ .data = (__u64)NET_BUFFERS * NET_SIZE,
		  .len = 60,
		  .id = NET_BUFFERS },
	};
	struct ion_stats stats;
	unsigned int i;

	for (i = 0; i < 4; i++)
		ASSERT_TRUE(ion_ring_push(&self->end.ch.tx, &bad[i]));
	/* One buffer twice: the kernel has it already. */
	ASSERT_TRUE(net_give(&self->end, 7, 1));
	ASSERT_TRUE(net_give(&self->end, 7, 1));
	EXPECT_EQ(0, ion_get_stats(self->end.ch.fd, &stats));
	EXPECT_TRUE(stats_add_up(&stats));
	EXPECT_EQ(0, net_stat("n0", NET_RX_ERRORS));
	EXPECT_EQ(0, net_stat("n0", NET_RX_PACKETS));
	/* Buffer 7 is in the pool once. */
	ASSERT_EQ(0, net_socket_send(self->socket, 3, 100));
	ASSERT_EQ(0, net_socket_send(self->socket, 4, 100));
	EXPECT_EQ(1, AWAIT(net_stat("n0", NET_TX_PACKETS) == 1));
	EXPECT_EQ(2, net_take(&self->end, 3, 100));
}

TEST_F(net_frames, a_poisoned_ring_stops_the_queue_until_reset)
{
	struct net_end *end = &self->end;
	__u32 *head = user_index(&end->ch, ION_RING_TX), was = *head;

	ASSERT_TRUE(net_give(end, 0, 8));
	*head = 0x12345678;
	EXPECT_EQ(-EPROTO, ion_kick(end->ch.fd));
	ASSERT_EQ(0, net_socket_send(self->socket, 0, 100));
	ASSERT_EQ(0, net_socket_send(self->socket, 1, 100));
	EXPECT_EQ(0, net_stat("n0", NET_TX_PACKETS));
	*head = was;
	EXPECT_LE(0, ion_reset(end->ch.fd));
	channel_attach_live(&end->ch);
	EXPECT_EQ(2, net_take(end, 0, 100));
}

TEST_F(net_frames, frames_for_an_interface_that_is_down_are_counted)
{
	struct net_end *end = &self->other;
	__u8 frame[NET_SIZE];

	ASSERT_EQ(0, net_open(end, "down", ION_NET_TAP));
	net_frame(frame, 0, 60);
	ASSERT_TRUE(net_send(end, frame, 60));
	EXPECT_EQ(0, ion_kick(end->ch.fd));
	EXPECT_EQ(1, net_stat("down", NET_RX_DROPPED));
}

/* ---- ping --------------------------------------------------------------- */

/* Send one echo request with @len bytes, and return whether they come back. */
static bool net_ping(int socket, const struct sockaddr_in *to, __u16 number,
		     int len)
{
	struct pollfd poll_fd = { .fd = socket, .events = POLLIN };
	__u8 out[NET_SIZE] = { ICMP_ECHO }, in[NET_SIZE];
	int i;

	memcpy(out + 6, &number, sizeof(number));
	for (i = 8; i < len + 8; i++)
		out[i] = (__u8)(number + i);
	number = net_checksum(out, len + 8);
	memcpy(out + 2, &number, sizeof(number));
	if (sendto(socket, out, len + 8, 0, (const void *)to, sizeof(*to)) < 0)
		return false;
	while (poll(&poll_fd, 1, LONG_MS) == 1)
		if (recv(socket, in, sizeof(in), 0) == len + 28 &&
		    in[20] == ICMP_ECHOREPLY &&
		    !memcmp(in + 24, out + 4, len + 4))
			return true;
	return false;
}

/* Every size up to the MTU of 1500, in steps. Returns the first one that fails. */
static int net_ping_all(const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), len;

	inet_pton(AF_INET, address, &to.sin_addr);
	for (len = 0; len <= 1472; len += len > 1450 ? 1 : 13)
		if (!net_ping(fd, &to, (__u16)len, len))
			return 1;
	return 0;
}

/* Carry the frames of one interface to the other one. */
static void net_carry(struct net_end *from, struct net_end *to)
{
	__u8 frame[NET_SIZE];
	int len;

	while ((len = net_receive(from, frame)) > 0)
		net_send(to, frame, (__u16)len);
	ion_kick(to->ch.fd);
}

static void net_switch(struct net_end *a, struct net_end *b, pid_t child)
{
	struct pollfd fds[2] = { { a->ch.fd, POLLIN, 0 },
				 { b->ch.fd, POLLIN, 0 } };

	while (!process_state(child) || process_state(child) != 'Z') {
		net_carry(a, b);
		net_carry(b, a);
		poll(fds, 2, 10);
	}
}

static void net_ping_between(struct __test_metadata *_metadata,
			     struct net_end *a, struct net_end *b, __u32 mode)
{
	pid_t child;

	/* Each interface has a network of its own; the last one is that of the child. */
	ASSERT_EQ(0, net_alone());
	ASSERT_EQ(0, net_open(a, "p0", mode));
	ASSERT_EQ(0, net_address("p0", "10.9.0.1"));
	ASSERT_EQ(0, net_up("p0"));
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	ASSERT_EQ(0, net_alone());
	ASSERT_EQ(0, net_open(b, "p1", mode));
	ASSERT_EQ(0, net_address("p1", "10.9.0.2"));
	ASSERT_EQ(0, net_up("p1"));
	ASSERT_TRUE(net_give(a, 0, NET_EMPTY));
	ASSERT_TRUE(net_give(b, 0, NET_EMPTY));
	pid_t pinger = fork();

	if (!pinger)
		_exit(net_ping_all("10.9.0.1"));
	net_switch(a, b, pinger);
	EXPECT_EQ(0, ion_wait_child(pinger));
	EXPECT_EQ(0, net_stat("p1", NET_RX_ERRORS));
	EXPECT_EQ(0, net_stat("p1", NET_TX_DROPPED));
	kill(child, SIGKILL);
	ion_wait_child(child);
}

TEST_F(net_frames, ping_of_every_size_crosses_two_interfaces)
{
	channel_close(&self->end.ch);
	net_ping_between(_metadata, &self->end, &self->other, ION_NET_TAP);
}

TEST_F(net_frames, ping_of_every_size_crosses_two_tun_interfaces)
{
	channel_close(&self->end.ch);
	net_ping_between(_metadata, &self->end, &self->other, ION_NET_TUN);
}

TEST_F(net_frames, a_tun_interface_refuses_what_is_no_ip)
{
	struct net_end *end = &self->other;
	__u8 frame[NET_SIZE] = { 0x10 };

	ASSERT_EQ(0, net_open(end, "tun0", ION_NET_TUN));
	ASSERT_EQ(0, net_up("tun0"));
	ASSERT_TRUE(net_send(end, frame, 60));
	ASSERT_TRUE(net_send(end, frame, 19));
	ASSERT_TRUE(net_send(end, frame, 1501));
	EXPECT_EQ(0, ion_kick(end->ch.fd));
	EXPECT_EQ(3, net_stat("tun0", NET_RX_ERRORS));
}

ION_TEST_KERNEL_LOG();

NET_TEST_MAIN
