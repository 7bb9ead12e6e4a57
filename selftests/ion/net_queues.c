// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces with several channels: who may attach, that each one is a queue, and that
 * the others go on when one leaves.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "ion_test.h"
#include "net_test.h"

#define QUEUES 4
#define MULTI  ION_NET_MULTI_QUEUE
/* Flows of UDP, each of another port: the stack spreads them. */
#define FLOWS  64
#define ROUNDS 20

FIXTURE(net_queues)
{
	struct net_end end[QUEUES];
	struct usage before;
	int socket[FLOWS];
	bool stop;
};

FIXTURE_SETUP(net_queues)
{
	int ret = net_insert(), i;

	memset(self, 0, sizeof(*self));
	for (i = 0; i < QUEUES; i++)
		self->end[i].ch.fd = -1;
	for (i = 0; i < FLOWS; i++)
		self->socket[i] = -1;
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, net_alone());
	self->before = usage_now();
}

FIXTURE_TEARDOWN(net_queues)
{
	int i;

	for (i = 0; i < FLOWS; i++)
		if (self->socket[i] >= 0)
			close(self->socket[i]);
	for (i = 0; i < QUEUES; i++)
		channel_close(&self->end[i].ch);
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

static int net_attach(struct net_end *end, __u32 flags, __u32 size)
{
	return net_open_flags(end, "q0", ION_NET_TUN, flags, size);
}

TEST_F(net_queues, all_channels_ask_for_several_and_look_alike)
{
	struct net_end *end = self->end;

	ASSERT_EQ(0, net_attach(&end[0], 0, NET_SIZE));
	EXPECT_EQ(-EBUSY, net_attach(&end[1], 0, NET_SIZE));
	EXPECT_EQ(-EBUSY, net_attach(&end[1], MULTI, NET_SIZE));
	channel_close(&end[0].ch);
	ASSERT_EQ(0, net_attach(&end[0], MULTI, NET_SIZE));
	EXPECT_EQ(-EBUSY, net_attach(&end[1], 0, NET_SIZE));
	EXPECT_EQ(-EINVAL,
		  net_attach(&end[1], MULTI | ION_NET_VNET_HDR, NET_SIZE));
	EXPECT_EQ(-EINVAL, net_attach(&end[1], MULTI, 2 * NET_SIZE));
	EXPECT_EQ(-EINVAL,
		  net_open_flags(&end[1], "q0", ION_NET_TAP, MULTI, NET_SIZE));
	EXPECT_EQ(1, net_queues("q0"));
	EXPECT_EQ(0, net_attach(&end[1], MULTI, NET_SIZE));
	EXPECT_EQ(2, net_queues("q0"));
}

TEST_F(net_queues, an_interface_has_as_many_queues_as_it_was_made_with)
{
	struct net_end *end = self->end;

	ASSERT_EQ(0, net_add_queues("two", 2));
	ASSERT_EQ(0,
		  net_open_flags(&end[0], "two", ION_NET_TAP, MULTI, NET_SIZE));
	ASSERT_EQ(0,
		  net_open_flags(&end[1], "two", ION_NET_TAP, MULTI, NET_SIZE));
	EXPECT_EQ(-EBUSY,
		  net_open_flags(&end[2], "two", ION_NET_TAP, MULTI, NET_SIZE));
	EXPECT_EQ(2, net_queues("two"));
	channel_close(&end[0].ch);
	EXPECT_EQ(1, net_queues("two"));
	EXPECT_EQ(0,
		  net_open_flags(&end[2], "two", ION_NET_TAP, MULTI, NET_SIZE));
	EXPECT_EQ(0, net_del("two"));
	EXPECT_EQ(-EPIPE, ion_kick(end[1].ch.fd));
	EXPECT_EQ(-EPIPE, ion_kick(end[2].ch.fd));
}

/* ethtool asks how many there are, then for them: a channel may come in between. */
TEST_F(net_queues, the_number_of_counters_does_not_change)
{
	int counters;

	ASSERT_EQ(0, net_attach(&self->end[0], MULTI, NET_SIZE));
	counters = net_counters("q0");
	EXPECT_LT(0, counters);
	ASSERT_EQ(0, net_attach(&self->end[1], MULTI, NET_SIZE));
	EXPECT_EQ(counters, net_counters("q0"));
	channel_close(&self->end[0].ch);
	EXPECT_EQ(counters, net_counters("q0"));
}

TEST_F(net_queues, there_are_never_more_than_the_limit)
{
	static struct net_end end[ION_NET_QUEUES_MAX + 1];
	struct ion_setup setup;
	unsigned int i;
	int ret = 0;

	net_setup(&setup, "most", ION_NET_TUN);
	setup.arg[1] = MULTI;
	setup.buffers = 1;
	for (i = 0; i <= ION_NET_QUEUES_MAX && !ret; i++)
		ret = net_open_setup(&end[i], &setup);
	EXPECT_EQ(-EBUSY, ret);
	EXPECT_EQ(ION_NET_QUEUES_MAX + 1, i);
	EXPECT_EQ(ION_NET_QUEUES_MAX, net_queues("most"));
	for (i = 0; i < ION_NET_QUEUES_MAX; i++)
		channel_close(&end[i].ch);
	EXPECT_FALSE(net_exists("most"));
}

/* ---- frames of many flows ---------------------------------------------------- */

/* The interface with its queues, and a socket for each flow to 10.9.0.2. */
static void net_flows(struct __test_metadata *_metadata, struct net_end *end,
		      int *socket_of)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int i;

	inet_pton(AF_INET, "10.9.0.2", &to.sin_addr);
	for (i = 0; i < QUEUES; i++) {
		ASSERT_EQ(0, net_attach(&end[i], MULTI, NET_SIZE));
		ASSERT_TRUE(net_give(&end[i], 0, NET_EMPTY));
	}
	ASSERT_EQ(0, net_address("q0", "10.9.0.1"));
	ASSERT_EQ(0, net_up("q0"));
	for (i = 0; i < FLOWS; i++) {
		socket_of[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		to.sin_port = htons((__u16)(7000 + i));
		ASSERT_EQ(0, connect(socket_of[i], (void *)&to, sizeof(to)));
	}
}

static void net_send_flows(const int *socket_of)
{
	char data[100] = "";
	int i;

	for (i = 0; i < FLOWS; i++)
		send(socket_of[i], data, sizeof(data), MSG_DONTWAIT);
}

/* Receive from the first queues until @want frames came: how many did. @busy: queues. */
static int net_receive_flows(struct net_end *end, int queues, int want,
			     int *busy)
{
	__u64 until = now_ns() + LONG_MS * MS;
	int i, got = 0, from[QUEUES] = { 0 };
	__u8 frame[NET_SIZE];

	do {
		for (i = 0; i < queues; i++)
			while (net_receive(&end[i], frame) > 0) {
				got++;
				from[i]++;
			}
	} while (got < want && now_ns() < until);
	for (*busy = 0, i = 0; i < queues; i++)
		*busy += from[i] > 0;
	return got;
}

/* Receive until no frame came for some time. */
static void net_drain(struct net_end *end, int queues)
{
	int busy, i;

	for (i = 0; i < 20; i++) {
		if (net_receive_flows(end, queues, 0, &busy))
			i = 0;
		sleep_ns(MS);
	}
}

TEST_F(net_queues, flows_are_spread_over_all_queues)
{
	int busy;

	net_flows(_metadata, self->end, self->socket);
	net_send_flows(self->socket);
	EXPECT_EQ(FLOWS, net_receive_flows(self->end, QUEUES, FLOWS, &busy));
	EXPECT_EQ(QUEUES, busy);
	EXPECT_EQ(0, net_stat("q0", NET_TX_DROPPED));
}

/* Whichever one leaves, the last one takes its place, and no queue stays stopped. */
TEST_F(net_queues, the_others_go_on_when_one_leaves)
{
	struct net_end *end = self->end, left;
	int queues, busy, round;

	net_flows(_metadata, end, self->socket);
	for (queues = QUEUES - 1; queues; queues--) {
		/* The first one stops for want of buffers. The others do not. */
		for (round = 0; round < 2 * QUEUES; round++) {
			net_send_flows(self->socket);
			net_drain(end + 1, queues);
		}
		left = end[0];
		memmove(end, end + 1, queues * sizeof(*end));
		end[queues].ch.fd = -1;
		channel_close(&left.ch);
		EXPECT_EQ(queues, net_queues("q0"));
		EXPECT_EQ(1, net_carrier("q0"));
		/* What was sent to the one that left may be lost; this is not. */
		net_drain(end, queues);
		net_send_flows(self->socket);
		EXPECT_EQ(FLOWS, net_receive_flows(end, queues, FLOWS, &busy));
		EXPECT_EQ(queues, busy);
	}
	channel_close(&end[0].ch);
	EXPECT_FALSE(net_exists("q0"));
}

TEST_F(net_queues, frames_of_each_channel_reach_the_stack)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7) };
	/* A datagram of 4 bytes for 10.9.0.1, port 7, without a checksum. */
	const __u8 frame[32] = {
		0x45, 0,  0, 32, 0, 0,	0,   0,	  64,  17,  0x66,
		0xb9, 10, 9, 0,	 2, 10, 9,   0,	  1,   0,   7,
		0,    7,  0, 12, 0, 0,	't', 'e', 'a', '!',
	};
	char data[8];
	int i;

	net_flows(_metadata, self->end, self->socket);
	inet_pton(AF_INET, "10.9.0.1", &at.sin_addr);
	close(self->socket[0]);
	self->socket[0] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(self->socket[0], (void *)&at, sizeof(at)));
	for (i = 0; i < QUEUES; i++) {
		ASSERT_TRUE(net_send(&self->end[i], frame, sizeof(frame)));
		EXPECT_EQ(0, ion_kick(self->end[i].ch.fd));
		EXPECT_EQ(4, recv(self->socket[0], data, sizeof(data),
				  MSG_DONTWAIT));
	}
}

/* ---- under load -------------------------------------------------------------- */

static int net_sender(struct task *task)
{
	const int *socket_of = (const int *)(unsigned long)task->arg[0];
	const bool *stop = (const bool *)(unsigned long)task->arg[1];

	while (!READ_ONCE(*stop))
		net_send_flows(socket_of);
	return 0;
}

/* Attach, receive for a while, and leave. */
static int net_visitor(struct task *task)
{
	struct net_end *end = (struct net_end *)(unsigned long)task->arg[0];
	const bool *stop = (const bool *)(unsigned long)task->arg[1];
	__u8 frame[NET_SIZE];
	int ret = 0, i;

	while (!READ_ONCE(*stop) && !ret) {
		ret = net_attach(end, MULTI, NET_SIZE);
		if (ret || !net_give(end, 0, NET_EMPTY))
			break;
		for (i = 0; i < 50; i++)
			net_receive(end, frame);
		channel_close(&end->ch);
	}
	return ret;
}

TEST_F(net_queues, channels_come_and_go_under_load)
{
	struct task sender, visitor[QUEUES - 1];
	__u64 until = now_ns() + 3 * SECOND;
	__u8 frame[NET_SIZE];
	int i, busy;

	net_flows(_metadata, self->end, self->socket);
	for (i = 1; i < QUEUES; i++)
		channel_close(&self->end[i].ch);
	task_start(&sender, net_sender, NULL, (unsigned long)self->socket,
		   (unsigned long)&self->stop);
	for (i = 1; i < QUEUES; i++)
		task_start(&visitor[i - 1], net_visitor, NULL,
			   (unsigned long)&self->end[i],
			   (unsigned long)&self->stop);
	while (now_ns() < until)
		net_receive(&self->end[0], frame);
	WRITE_ONCE(self->stop, true);
	task_join(&sender);
	for (i = 1; i < QUEUES; i++)
		EXPECT_EQ(0, task_join(&visitor[i - 1]));
	/* The one that stayed has all flows again. */
	EXPECT_EQ(1, net_queues("q0"));
	net_drain(self->end, 1);
	net_send_flows(self->socket);
	EXPECT_EQ(FLOWS, net_receive_flows(self->end, 1, FLOWS, &busy));
}

TEST_F(net_queues, an_interface_with_many_channels_is_deleted_under_load)
{
	struct task sender;
	int round, i;

	for (round = 0; round < ROUNDS; round++) {
		ASSERT_EQ(0, net_add_queues("q0", QUEUES));
		for (i = 0; i < QUEUES; i++) {
			ASSERT_EQ(0,
				  net_open_flags(&self->end[i], "q0",
						 ION_NET_TAP, MULTI, NET_SIZE));
			net_give(&self->end[i], 0, NET_EMPTY);
		}
		ASSERT_EQ(0, net_up("q0"));
		for (i = 0; i < QUEUES; i++)
			self->socket[i] = net_socket("q0");
		self->stop = false;
		task_start(&sender, net_sender, NULL,
			   (unsigned long)self->socket,
			   (unsigned long)&self->stop);
		EXPECT_EQ(0, net_del("q0"));
		WRITE_ONCE(self->stop, true);
		task_join(&sender);
		for (i = 0; i < QUEUES; i++) {
			EXPECT_EQ(-EPIPE, ion_kick(self->end[i].ch.fd));
			close(self->socket[i]);
			self->socket[i] = -1;
			channel_close(&self->end[i].ch);
		}
	}
}

ION_TEST_KERNEL_LOG();

NET_TEST_MAIN
