// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces of ion_net.ko, and programs that attach to them and go: who may, what is
 * refused, and that each end notices when the other one goes.
 */
#include <sched.h>

#include "ion_test.h"
#include "net_test.h"

FIXTURE(net_life)
{
	struct net_end end;
	struct usage before;
};

FIXTURE_SETUP(net_life)
{
	int ret = net_insert();

	self->end.ch.fd = -1;
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, net_alone());
	self->before = usage_now();
}

FIXTURE_TEARDOWN(net_life)
{
	channel_close(&self->end.ch);
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

TEST_F(net_life, an_interface_is_made_without_a_carrier_and_deleted)
{
	ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
	EXPECT_EQ(-EEXIST, net_add("n0", ION_NET_TAP, -1));
	EXPECT_EQ(0, net_up("n0"));
	EXPECT_EQ(0, net_carrier("n0"));
	EXPECT_EQ(0, net_del("n0"));
	EXPECT_FALSE(net_exists("n0"));
	EXPECT_EQ(-ERANGE, net_add("n0", ION_NET_TUN + 1, -1));
}

TEST_F(net_life, setup_makes_an_interface_that_close_deletes)
{
	struct ion_cmd_packet cmd = { .kind = ION_NET_IFINDEX, .id_lo = 7 };
	char name[IFNAMSIZ] = "";

	ASSERT_EQ(0, net_open(&self->end, "tea%d", ION_NET_TAP));
	EXPECT_TRUE(net_exists("tea0"));
	EXPECT_EQ(0, net_up("tea0"));
	EXPECT_EQ(1, net_carrier("tea0"));
	ASSERT_TRUE(ion_ring_push_cmd(&self->end.ch.cmd, &cmd));
	EXPECT_EQ(0, ion_kick(self->end.ch.fd));
	ASSERT_TRUE(ion_ring_pop_cmd(&self->end.ch.evt, &cmd));
	EXPECT_EQ(ION_NET_IFINDEX, cmd.kind);
	EXPECT_EQ(7, cmd.id_lo);
	EXPECT_STREQ("tea0", if_indextoname((unsigned int)cmd.arg, name));
	cmd.kind = 77;
	ASSERT_TRUE(ion_ring_push_cmd(&self->end.ch.cmd, &cmd));
	EXPECT_EQ(0, ion_kick(self->end.ch.fd));
	ASSERT_TRUE(ion_ring_pop_cmd(&self->end.ch.evt, &cmd));
	EXPECT_EQ(ION_NET_UNKNOWN, cmd.kind);
	channel_close(&self->end.ch);
	EXPECT_FALSE(net_exists("tea0"));
}

TEST_F(net_life, an_empty_key_is_a_pattern)
{
	ASSERT_EQ(0, net_open(&self->end, "", ION_NET_TUN));
	EXPECT_TRUE(net_exists("ion0"));
}

TEST_F(net_life, an_interface_that_was_there_stays_when_a_program_goes)
{
	int again;

	ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
	ASSERT_EQ(0, net_up("n0"));
	for (again = 0; again < 3; again++) {
		ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
		EXPECT_EQ(1, net_carrier("n0"));
		channel_close(&self->end.ch);
		EXPECT_EQ(0, net_carrier("n0"));
	}
	EXPECT_EQ(0, net_del("n0"));
}

TEST_F(net_life, a_multicast_address_can_be_added)
{
	ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
	ASSERT_EQ(0, net_up("n0"));
	EXPECT_EQ(0, net_multicast("n0"));
	EXPECT_EQ(0, net_del("n0"));
}

TEST_F(net_life, a_second_channel_is_refused)
{
	struct net_end second;

	ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
	EXPECT_EQ(-EBUSY, net_open(&second, "n0", ION_NET_TAP));
	EXPECT_EQ(1, net_carrier("n0") | !net_up("n0"));
	EXPECT_EQ(1, net_carrier("n0"));
}

static const struct net_wrong {
	const char *at;
	const char *name;
	__u64 arg[2];
	__u32 buffers;
	__u32 buffer_size;
	int error;
} net_wrongs[] = {
	{ "no arena", "x%d", { 0, 0 }, 0, 0, EINVAL },
	{ "mode", "x%d", { 2, 0 }, 8, 2048, EINVAL },
	{ "unknown flag", "x%d", { 0, 1 << 6 }, 8, 2048, EINVAL },
	{ "high flag", "x%d", { 0, 1ULL << 32 }, 8, 2048, EINVAL },
	{ "no header", "x%d", { 0, ION_NET_CSUM }, 8, 2048, EINVAL },
	{ "no checksum", "x%d", { 0, 5 }, 8, 4096, EINVAL },
	{ "ECN alone", "x%d", { 0, 0x13 }, 8, 4096, EINVAL },
	{ "small buffers", "x%d", { 0, 7 }, 8, 2048, EINVAL },
	{ "slash", "x/y", { 0, 0 }, 8, 2048, EINVAL },
	{ "long name", "x123456789012345", { 0, 0 }, 8, 2048, EINVAL },
	{ "another pattern", "x%s", { 0, 0 }, 8, 2048, EINVAL },
	{ "another driver's", "lo", { 0, 0 }, 8, 2048, EINVAL },
	{ "another mode", "tun", { 0, 0 }, 8, 2048, EINVAL },
	{ "buffers below the MTU", "tun", { 1, 0 }, 8, 1024, EMSGSIZE },
};

TEST_F(net_life, setup_refuses_what_it_cannot_do)
{
	struct ion_setup setup;
	unsigned int i;
	int fd = ion_open(O_RDWR);

	ASSERT_EQ(0, net_add("tun", ION_NET_TUN, -1));
	for (i = 0; i < ARRAY_SIZE(net_wrongs); i++) {
		const struct net_wrong *wrong = &net_wrongs[i];

		net_setup(&setup, wrong->name, 0);
		memcpy(setup.arg, wrong->arg, sizeof(setup.arg));
		setup.buffers = wrong->buffers;
		setup.buffer_size = wrong->buffer_size;
		EXPECT_EQ(-wrong->error, ion_call(fd, ION_IOC_SETUP, &setup))
		TH_LOG("%s", wrong->at);
		EXPECT_FALSE(net_exists("x0"));
	}
	close(fd);
}

/* What SETUP returns to a user without privilege. */
static int net_setup_as_user(int fd, const char *name)
{
	struct ion_setup setup;
	pid_t child = fork();

	if (child)
		return -ion_wait_child(child);
	net_setup(&setup, name, ION_NET_TAP);
	_exit(ion_drop_privileges() ? 255
				    : -ion_call(fd, ION_IOC_SETUP, &setup));
}

TEST_F(net_life, only_owners_attach_without_privilege)
{
	int fd = ion_open(O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, net_add("mine", ION_NET_TAP, 1000));
	ASSERT_EQ(0, net_add("yours", ION_NET_TAP, 1001));
	ASSERT_EQ(0, net_add("roots", ION_NET_TAP, -1));
	EXPECT_EQ(-EPERM, net_setup_as_user(fd, "x%d"));
	EXPECT_EQ(-EPERM, net_setup_as_user(fd, "yours"));
	EXPECT_EQ(-EPERM, net_setup_as_user(fd, "roots"));
	EXPECT_EQ(0, net_setup_as_user(fd, "mine"));
	close(fd);
}

TEST_F(net_life, a_change_of_owners_that_fails_changes_nothing)
{
	int fd = ion_open(O_RDWR), other = ion_open(O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_LE(0, other);
	ASSERT_EQ(0, net_add("mine", ION_NET_TAP, 1000));
	/* No user and no group have this number. */
	EXPECT_EQ(-EINVAL, net_own("mine", 0xffffffff, -1));
	EXPECT_EQ(-EINVAL, net_own("mine", 1001, 0xffffffff));
	EXPECT_EQ(0, net_setup_as_user(fd, "mine"));
	EXPECT_EQ(0, net_own("mine", 1001, -1));
	EXPECT_EQ(-EPERM, net_setup_as_user(other, "mine"));
	close(fd);
	close(other);
}

/* In a user namespace a program may do what it likes with its own network. */
TEST_F(net_life, a_user_namespace_is_enough_for_its_own_network)
{
	int fd = ion_open(O_RDWR), status;
	pid_t child;

	ASSERT_LE(0, fd);
	child = fork();
	if (!child) {
		struct ion_setup setup;

		net_setup(&setup, "x%d", ION_NET_TAP);
		if (ion_drop_privileges() || unshare(CLONE_NEWUSER))
			_exit(255);
		/* The network is still that of another namespace. */
		if (ion_call(fd, ION_IOC_SETUP, &setup) != -EPERM)
			_exit(1);
		if (unshare(CLONE_NEWNET))
			_exit(2);
		_exit(-ion_call(fd, ION_IOC_SETUP, &setup));
	}
	status = ion_wait_child(child);
	close(fd);
	if (status == 255)
		SKIP(return, "no user namespaces");
	EXPECT_EQ(0, status);
}

TEST_F(net_life, small_buffers_make_an_interface_with_a_small_mtu)
{
	struct ion_setup setup;

	net_setup(&setup, "n0", ION_NET_TAP);
	setup.buffer_size = 256;
	ASSERT_EQ(0, net_open_setup(&self->end, &setup));
	EXPECT_EQ(-EINVAL, net_mtu("n0", 256 - 17));
	EXPECT_EQ(0, net_mtu("n0", 256 - 18));
}

TEST_F(net_life, the_mtu_ends_where_a_buffer_does)
{
	ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
	EXPECT_EQ(0, net_mtu("n0", 9000));
	EXPECT_EQ(-EMSGSIZE, net_open(&self->end, "n0", ION_NET_TAP));
	EXPECT_EQ(0, net_mtu("n0", 1500));
	ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
	EXPECT_EQ(0, net_mtu("n0", NET_SIZE - 18));
	EXPECT_EQ(-EINVAL, net_mtu("n0", NET_SIZE - 17));
	channel_close(&self->end.ch);
	EXPECT_EQ(0, net_mtu("n0", 9000));
}

TEST_F(net_life, deleting_an_interface_hangs_its_program_up)
{
	ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
	ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
	ASSERT_EQ(0, net_up("n0"));
	ASSERT_TRUE(net_give(&self->end, 0, 4));
	EXPECT_EQ(0, net_del("n0"));
	EXPECT_EQ(POLLHUP, ion_poll_for(self->end.ch.fd, 0, 0) & POLLHUP);
	EXPECT_EQ(-EPIPE, ion_kick(self->end.ch.fd));
	EXPECT_FALSE(net_exists("n0"));
}

TEST_F(net_life, the_end_of_a_namespace_hangs_its_program_up)
{
	ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
	ASSERT_EQ(0, net_up("n0"));
	ASSERT_EQ(0, net_alone());
	EXPECT_EQ(POLLHUP,
		  ion_poll_for(self->end.ch.fd, 0, 4 * LONG_MS) & POLLHUP);
	EXPECT_EQ(-EPIPE, ion_kick(self->end.ch.fd));
}

TEST_F(net_life, a_killed_program_takes_the_carrier_with_it)
{
	pid_t child;

	ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
	ASSERT_EQ(0, net_up("n0"));
	child = fork();
	if (!child) {
		if (!net_open(&self->end, "n0", ION_NET_TAP))
			pause();
		_exit(1);
	}
	EXPECT_TRUE(AWAIT(net_carrier("n0") == 1));
	kill(child, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, ion_wait_child(child));
	EXPECT_TRUE(AWAIT(net_carrier("n0") == 0));
}

TEST_F(net_life, the_module_stays_while_a_program_is_attached)
{
	ASSERT_EQ(0, net_add("n0", ION_NET_TAP, -1));
	ASSERT_EQ(0, net_open(&self->end, "n0", ION_NET_TAP));
	EXPECT_EQ(-EAGAIN, net_remove());
	channel_close(&self->end.ch);
	/* Interfaces do not keep it: they go with it. */
	EXPECT_EQ(0, net_remove());
	EXPECT_FALSE(net_exists("n0"));
	EXPECT_EQ(0, net_insert());
}

ION_TEST_KERNEL_LOG();

NET_TEST_MAIN
