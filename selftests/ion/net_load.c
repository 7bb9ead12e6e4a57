// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces of ion_net.ko that go, stop and change while frames cross them, and
 * programs that write to a frame while the kernel takes it.
 */
#include <sched.h>

#include "ion_test.h"
#include "net_test.h"

#define ROUNDS 10

FIXTURE(net_load)
{
	struct net_end end;
	struct usage before;
	bool stop;
};

FIXTURE_SETUP(net_load)
{
	int ret = net_insert();

	self->end.ch.fd = -1;
	self->stop = false;
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, net_alone());
	self->before = usage_now();
}

FIXTURE_TEARDOWN(net_load)
{
	channel_close(&self->end.ch);
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

/* Send and receive until the channel ends, or a kick asks for a stop. */
static void net_work(struct net_end *end, const bool *stop)
{
	__u8 frame[NET_SIZE];
	__u32 number = 0;

	net_give(end, 0, NET_EMPTY);
	do {
		net_frame(frame, number, 60 + number % 1400);
		if (net_send(end, frame, 60 + number % 1400))
			number++;
		while (net_receive(end, frame))
			;
	} while (!READ_ONCE(*stop) && !ion_kick(end->ch.fd));
}

static int net_program(struct task *task)
{
	net_work((struct net_end *)(unsigned long)task->arg[0],
		 (bool *)(unsigned long)task->arg[1]);
	return 0;
}

/* Send to the program for some time, whether frames arrive or not. bind() waits for RCU. */
static void net_load(const char *name, int ms)
{
	int socket = net_socket(name);
	__u64 until = now_ns() + ms * MS;
	__u32 number = 0;

	while (socket >= 0 && now_ns() < until)
		net_socket_send(socket, number++, 300);
	if (socket >= 0)
		close(socket);
}

static void net_start(struct task *task, struct net_end *end, bool *stop)
{
	task_start(task, net_program, NULL, (unsigned long)end,
		   (unsigned long)stop);
}

TEST_F(net_load, an_interface_is_deleted_under_load)
{
	struct task program;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
		ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
		ASSERT_EQ(0, net_up("n0"));
		net_start(&program, &self->end, &self->stop);
		net_load("n0", round * 3);
		EXPECT_EQ(0, net_del("n0"));
		EXPECT_EQ(0, task_join(&program));
		EXPECT_EQ(-EPIPE, ion_kick(self->end.ch.fd));
		channel_close(&self->end.ch);
	}
}

TEST_F(net_load, an_interface_stops_and_changes_under_load)
{
	struct task program;
	int round;

	ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
	net_start(&program, &self->end, &self->stop);
	for (round = 0; round < ROUNDS; round++) {
		EXPECT_EQ(0, net_up("n0"));
		EXPECT_EQ(0, net_mtu("n0", 500 + 100 * round));
		net_load("n0", 5);
		EXPECT_EQ(0, net_down("n0"));
	}
	EXPECT_EQ(0, net_up("n0"));
	/* It still works. */
	net_load("n0", 20);
	WRITE_ONCE(self->stop, true);
	EXPECT_EQ(0, task_join(&program));
	EXPECT_LT(0, net_stat("n0", NET_TX_PACKETS));
	EXPECT_EQ(0, ion_kick(self->end.ch.fd));
}

TEST_F(net_load, programs_are_killed_under_load_and_come_back)
{
	int round;
	pid_t child;

	ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
	ASSERT_EQ(0, net_up("n0"));
	for (round = 0; round < ROUNDS; round++) {
		child = fork();
		if (!child) {
			if (!net_open(&self->end, "n0", ION_NET_TAP))
				net_work(&self->end, &self->stop);
			_exit(1);
		}
		EXPECT_TRUE(AWAIT(net_carrier("n0") == 1));
		net_load("n0", 10);
		kill(child, SIGKILL);
		EXPECT_EQ(256 + SIGKILL, ion_wait_child(child));
		EXPECT_TRUE(AWAIT(net_carrier("n0") == 0));
	}
	EXPECT_EQ(0, net_del("n0"));
}

static int net_scribble(struct task *task)
{
	struct channel *ch = task->ch;
	__u64 *arena = channel_at(ch, ION_MMAP_ARENA), x = 1;
	unsigned int i;

	while (!READ_ONCE(*(bool *)(unsigned long)task->arg[0]))
		for (i = 0; i < NET_BUFFERS * NET_SIZE / sizeof(*arena); i += 3)
			WRITE_ONCE(arena[i], x = ion_mix(x));
	return 0;
}

/* Headers of all kinds, that change while the kernel copies them. */
TEST_F(net_load, frames_that_change_are_each_counted_once)
{
	struct net_end *end = &self->end;
	__u64 until = now_ns() + SECOND, sent = 0, n = 0;
	__u8 frame[NET_SIZE] = { 0x45 };
	struct task scribble;

	ASSERT_EQ(0, net_open(end, "n0", ION_NET_TUN));
	ASSERT_EQ(0, net_address("n0", "10.9.0.1"));
	ASSERT_EQ(0, net_up("n0"));
	task_start(&scribble, net_scribble, &end->ch,
		   (unsigned long)&self->stop, 0);
	while (now_ns() < until) {
		frame[0] = n++ % 4 ? 0x45 : (__u8)ion_mix(n);
		sent += net_send(end, frame, 1 + ion_mix(n) % NET_SIZE);
		if (n % 8 == 0)
			ion_kick(end->ch.fd);
		net_receive(end, frame);
	}
	WRITE_ONCE(self->stop, true);
	task_join(&scribble);
	EXPECT_EQ(0, ion_kick(end->ch.fd));
	EXPECT_LT(0, sent);
	EXPECT_TRUE(AWAIT(net_stat("n0", NET_RX_PACKETS) +
				  net_stat("n0", NET_RX_ERRORS) +
				  net_stat("n0", NET_RX_DROPPED) >=
			  (__s64)sent));
	EXPECT_LE((__s64)sent, net_stat("n0", NET_RX_PACKETS) +
				       net_stat("n0", NET_RX_ERRORS) +
				       net_stat("n0", NET_RX_DROPPED));
	/* All buffers come back. */
	EXPECT_TRUE(AWAIT(!net_receive(end, frame) &&
			  end->nr_free == NET_BUFFERS - NET_EMPTY));
}

ION_TEST_KERNEL_LOG();

NET_TEST_MAIN
