// SPDX-License-Identifier: GPL-2.0-only
/* Ports: a program listens on a name, and others connect to it. */
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "ion_test.h"
#include "port_test.h"

FIXTURE(port)
{
	struct usage before;
	int listener;
};

FIXTURE_VARIANT(port)
{
	const char *service;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(port, direct)
{
	.service = "direct",
};

FIXTURE_VARIANT_ADD(port, pair)
{
	.service = "pair",
};

/* clang-format on */

FIXTURE_SETUP(port)
{
	self->before = usage_now();
	self->listener = port_listen(variant->service, 0600, 2);
	ASSERT_LE(0, self->listener);
}

FIXTURE_TEARDOWN(port)
{
	close(self->listener);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

TEST_F(port, client_and_server_talk)
{
	struct channel client, server;
	struct ion_accept accept;

	ASSERT_EQ(0, port_connect(&client, variant->service));
	ASSERT_EQ(0, port_accept(&server, self->listener, &accept));
	EXPECT_TRUE(port_crosses(&client, &server, 1));
	EXPECT_TRUE(port_crosses(&server, &client, 2));
	EXPECT_EQ(getpid(), accept.pid);
	EXPECT_EQ(geteuid(), accept.uid);
	EXPECT_EQ(getegid(), accept.gid);
	EXPECT_EQ(client.info.channel, accept.channel);
	channel_close(&client);
	channel_close(&server);
}

TEST_F(port, client_may_push_before_it_is_accepted)
{
	struct channel client, server;
	struct ion_accept accept;

	ASSERT_EQ(0, port_connect(&client, variant->service));
	EXPECT_EQ(3, ion_push_from(&client, 0, 3));
	EXPECT_EQ(0, ion_kick(client.fd));
	ASSERT_EQ(0, port_accept(&server, self->listener, &accept));
	EXPECT_EQ(0, ion_kick(client.fd));
	EXPECT_EQ(3, ion_pop_from(&server, 0, 5));
	channel_close(&client);
	channel_close(&server);
}

TEST_F(port, each_client_has_a_channel_of_its_own)
{
	struct channel client[2], server[2];
	struct ion_accept accept;
	unsigned int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, port_connect(&client[i], variant->service));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, port_accept(&server[i], self->listener, &accept));
	for (i = 0; i < 2; i++)
		EXPECT_TRUE(port_crosses(&client[i], &server[i], i));
	for (i = 0; i < 2; i++) {
		channel_close(&client[i]);
		channel_close(&server[i]);
	}
}

TEST_F(port, listener_is_readable_while_a_client_waits)
{
	struct channel client, server;
	struct ion_accept accept;

	EXPECT_EQ(0, ion_poll_for(self->listener, POLLIN, 0));
	ASSERT_EQ(0, port_connect(&client, variant->service));
	EXPECT_EQ(POLLIN, ion_poll_for(self->listener, POLLIN, 0));
	ASSERT_EQ(0, port_accept(&server, self->listener, &accept));
	EXPECT_EQ(0, ion_poll_for(self->listener, POLLIN, 0));
	channel_close(&client);
	channel_close(&server);
}

static int accepts(struct task *task)
{
	struct ion_accept accept;

	return port_accept(task->ch, (int)task->arg[0], &accept);
}

TEST_F(port, accept_sleeps_until_a_client_connects)
{
	struct channel client, server;
	struct task task;

	task_start(&task, accepts, &server, (__u64)self->listener, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&task)));
	ASSERT_EQ(0, port_connect(&client, variant->service));
	EXPECT_EQ(0, task_join(&task));
	EXPECT_TRUE(port_crosses(&client, &server, 1));
	channel_close(&client);
	channel_close(&server);
}

TEST_F(port, accept_does_not_sleep_with_nonblock)
{
	struct channel server;
	struct ion_accept accept;

	ASSERT_EQ(0, fcntl(self->listener, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, port_accept(&server, self->listener, &accept));
}

static __u64 channels_opened(int fd)
{
	struct ion_totals totals = { .size = sizeof(totals) };
	struct ion_query query = {
		.size = sizeof(query),
		.totals = (__u64)(unsigned long)&totals,
	};

	return ion_call(fd, ION_IOC_QUERY, &query) ? 0 : totals.opened;
}

/* A server may ask in a loop: no channel is made for nobody. */
TEST_F(port, accept_of_nobody_makes_no_channel)
{
	struct channel server;
	struct ion_accept accept;
	__u64 opened;

	ASSERT_EQ(0, fcntl(self->listener, F_SETFL, O_NONBLOCK));
	opened = channels_opened(self->listener);
	EXPECT_NE(0, opened);
	EXPECT_EQ(-EAGAIN, port_accept(&server, self->listener, &accept));
	EXPECT_EQ(opened, channels_opened(self->listener));
}

TEST_F(port, client_beyond_the_backlog_is_refused)
{
	struct channel client[3], server;
	struct ion_accept accept;

	ASSERT_EQ(0, port_connect(&client[0], variant->service));
	ASSERT_EQ(0, port_connect(&client[1], variant->service));
	EXPECT_EQ(-EAGAIN, port_connect(&client[2], variant->service));
	ASSERT_EQ(0, port_accept(&server, self->listener, &accept));
	EXPECT_EQ(0, port_connect(&client[2], variant->service));
	channel_close(&client[0]);
	channel_close(&client[1]);
	channel_close(&client[2]);
	channel_close(&server);
}

/* Neither service takes an argument, which is found after the port is. */
TEST_F(port, failed_set_up_gives_its_place_in_the_queue_back)
{
	struct channel client;
	struct ion_setup setup;
	unsigned int i;

	port_client_wants(&setup, variant->service);
	setup.arg[0] = 1;
	for (i = 0; i < 3; i++)
		EXPECT_EQ(-EINVAL, channel_open_live(&client, &setup));
	ASSERT_EQ(0, port_connect(&client, variant->service));
	channel_close(&client);
}

TEST_F(port, client_that_closes_leaves_the_queue)
{
	struct channel client[2], server;
	struct ion_accept accept;

	ASSERT_EQ(0, port_connect(&client[0], variant->service));
	ASSERT_EQ(0, port_connect(&client[1], variant->service));
	channel_close(&client[0]);
	ASSERT_EQ(0, port_accept(&server, self->listener, &accept));
	EXPECT_EQ(client[1].info.channel, accept.channel);
	channel_close(&client[1]);
	channel_close(&server);
}

TEST_F(port, listener_that_closes_hangs_its_clients_up)
{
	struct channel client;

	ASSERT_EQ(0, port_connect(&client, variant->service));
	close(self->listener);
	EXPECT_EQ(POLLRDHUP | POLLHUP,
		  ion_poll_for(client.fd, POLLIN | POLLRDHUP, LONG_MS));
	channel_close(&client);
	EXPECT_EQ(-ECONNREFUSED, port_connect(&client, variant->service));
	self->listener = -1;
}

/* A client that sets its wake flag only now gets no signal for it. */
TEST_F(port, client_of_a_closed_listener_is_to_kick)
{
	struct channel client, server;

	ASSERT_EQ(0, port_connect(&client, variant->service));
	close(self->listener);
	EXPECT_TRUE(ion_end_peer_sleeps(&client.tx.end));
	EXPECT_EQ(-EPIPE, ion_kick(client.fd));
	EXPECT_EQ(-EPIPE, port_pair(&server, client.fd));
	channel_close(&client);
	self->listener = -1;
}

/* The other channel would push to a program that gets nothing, and not learn it. */
TEST_F(port, client_of_a_closed_listener_is_joined_with_nobody)
{
	bool direct = !strcmp(variant->service, "direct");
	int want = direct ? -EOPNOTSUPP : -EPIPE;
	struct channel client, other;
	struct ion_setup setup;

	ASSERT_EQ(0, port_connect(&client, variant->service));
	close(self->listener);
	arena_wants(&setup, ION_LAYOUT_SPLIT, variant->service, 8, 0, 0);
	ASSERT_EQ(0, channel_open_live(&other, &setup));
	EXPECT_EQ(want, ion_join(client.fd, other.fd));
	EXPECT_EQ(want, ion_join(other.fd, client.fd));
	channel_close(&client);
	channel_close(&other);
	self->listener = -1;
}

TEST_F(port, client_with_another_peer_outlives_the_listener)
{
	struct channel client, other;

	ASSERT_EQ(0, port_connect(&client, variant->service));
	ASSERT_EQ(0, port_pair(&other, client.fd));
	close(self->listener);
	EXPECT_EQ(0, ion_poll_for(client.fd, POLLIN | POLLRDHUP, 0));
	EXPECT_TRUE(port_crosses(&client, &other, 1));
	EXPECT_TRUE(port_crosses(&other, &client, 2));
	channel_close(&client);
	channel_close(&other);
	self->listener = -1;
}

TEST_F(port, accept_passes_over_a_client_with_another_peer)
{
	struct channel client[2], other, server;
	struct ion_accept accept;

	ASSERT_EQ(0, port_connect(&client[0], variant->service));
	ASSERT_EQ(0, port_connect(&client[1], variant->service));
	ASSERT_EQ(0, port_pair(&other, client[0].fd));
	ASSERT_EQ(0, port_accept(&server, self->listener, &accept));
	EXPECT_EQ(client[1].info.channel, accept.channel);
	EXPECT_TRUE(port_crosses(&client[1], &server, 1));
	EXPECT_TRUE(port_crosses(&client[0], &other, 2));
	channel_close(&client[0]);
	channel_close(&client[1]);
	channel_close(&other);
	channel_close(&server);
}

TEST_F(port, name_is_taken_until_the_listener_closes)
{
	EXPECT_EQ(-EADDRINUSE, port_listen(variant->service, 0600, 0));
	close(self->listener);
	self->listener = port_listen(variant->service, 0600, 0);
	EXPECT_LE(0, self->listener);
}

TEST_F(port, client_of_another_service_is_refused)
{
	bool direct = !strcmp(variant->service, "direct");
	struct channel client;

	EXPECT_EQ(-EPROTOTYPE,
		  port_connect(&client, direct ? "pair" : "direct"));
	EXPECT_EQ(-EOPNOTSUPP, port_connect(&client, "echo"));
}

TEST_F(port, listener_has_no_rings)
{
	struct ion_setup setup;
	struct ion_info info;

	EXPECT_EQ(MAP_FAILED, mmap(NULL, page_size(), PROT_READ, MAP_SHARED,
				   self->listener, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-EBADFD, ion_get_info(self->listener, &info));
	EXPECT_EQ(-EBADFD, ion_kick(self->listener));
	ion_setup_init(&setup, "echo");
	EXPECT_EQ(-EBUSY, ion_call(self->listener, ION_IOC_SETUP, &setup));
}

TEST_F(port, accept_with_no_free_descriptor_leaves_the_client_in_the_queue)
{
	struct channel client, server;
	struct ion_accept accept;
	struct rlimit limit, none;

	ASSERT_EQ(0, port_connect(&client, variant->service));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	none = limit;
	none.rlim_cur = 3;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(-EMFILE, port_accept(&server, self->listener, &accept));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	ASSERT_EQ(0, port_accept(&server, self->listener, &accept));
	channel_close(&client);
	channel_close(&server);
}

TEST_F(port, peer_is_known_to_both_sides)
{
	struct channel client, server;
	struct ion_accept accept;
	struct ion_peer peer;

	ASSERT_EQ(0, port_connect(&client, variant->service));
	ASSERT_EQ(0, port_peer(client.fd, &peer));
	EXPECT_EQ(ION_PEER_NONE, peer.state);
	EXPECT_EQ(0, peer.pid);
	ASSERT_EQ(0, port_accept(&server, self->listener, &accept));
	ASSERT_EQ(0, port_peer(client.fd, &peer));
	EXPECT_EQ(ION_PEER_THERE, peer.state);
	EXPECT_EQ(getpid(), peer.pid);
	EXPECT_EQ(server.info.channel, peer.channel);
	ASSERT_EQ(0, port_peer(server.fd, &peer));
	EXPECT_EQ(client.info.channel, peer.channel);
	channel_close(&client);
	ASSERT_EQ(0, port_peer(server.fd, &peer));
	EXPECT_EQ(ION_PEER_GONE, peer.state);
	EXPECT_EQ(getpid(), peer.pid);
	channel_close(&server);
}

static int connects(const char *service)
{
	struct channel ch;
	int ret;

	ret = port_connect(&ch, service);
	if (!ret)
		channel_close(&ch);
	return -ret;
}

/* The device itself may be for root only. */
static int connects_as_another_user(const char *service)
{
	int fd = ion_open(O_RDWR);
	struct ion_setup setup;

	if (fd < 0 || ion_drop_privileges())
		return 255;
	port_client_wants(&setup, service);
	return -ion_call(fd, ION_IOC_SETUP, &setup);
}

static int connects_from_another_namespace(const char *service)
{
	return unshare(CLONE_NEWNET) ? 255 : connects(service);
}

static int in_child(int (*run)(const char *service), const char *service)
{
	pid_t pid = fork();

	if (!pid)
		_exit(run(service));
	return ion_wait_child(pid);
}

TEST_F(port, mode_says_who_may_connect)
{
	EXPECT_EQ(EACCES, in_child(connects_as_another_user, variant->service));
	EXPECT_EQ(0, in_child(connects, variant->service));
	close(self->listener);
	self->listener = port_listen(variant->service, 0602, 0);
	ASSERT_LE(0, self->listener);
	EXPECT_EQ(0, in_child(connects_as_another_user, variant->service));
}

/* Open as root, and connect as another user: what a broker hands on is not root's. */
static int connects_and_waits(struct channel *server, int listener,
			      const char *service)
{
	struct ion_accept accept;
	int fd, ret, end[2];
	pid_t pid;

	if (pipe(end))
		return -errno;
	pid = fork();
	if (!pid) {
		struct ion_setup setup;

		fd = ion_open(O_RDWR);
		port_client_wants(&setup, service);
		close(end[1]);
		if (fd < 0 || ion_drop_privileges() ||
		    ion_call(fd, ION_IOC_SETUP, &setup))
			_exit(1);
		_exit(read(end[0], &fd, 1) != 0);
	}
	close(end[0]);
	ret = port_accept(server, listener, &accept);
	if (!ret &&
	    (accept.uid != 1000 || accept.gid != 1000 || accept.pid != pid))
		ret = -EBADMSG;
	close(end[1]);
	return ion_wait_child(pid) ?: ret;
}

TEST_F(port, client_is_who_set_the_channel_up)
{
	struct channel server = { .fd = -1 };
	struct ion_peer peer;

	close(self->listener);
	self->listener = port_listen(variant->service, 0602, 0);
	ASSERT_LE(0, self->listener);
	ASSERT_EQ(0, connects_and_waits(&server, self->listener,
					variant->service));
	ASSERT_EQ(0, port_peer(server.fd, &peer));
	EXPECT_EQ(1000, peer.uid);
	EXPECT_EQ(1000, peer.gid);
	channel_close(&server);
}

TEST_F(port, name_belongs_to_the_network_namespace)
{
	int ret = in_child(connects_from_another_namespace, variant->service);

	if (ret == 255)
		SKIP(return, "no network namespaces");
	EXPECT_EQ(ECONNREFUSED, ret);
}

TEST_F(port, listener_bounds_the_geometry)
{
	struct channel client;
	struct ion_setup setup;

	close(self->listener);
	self->listener = ion_open(O_RDWR);
	port_wants(&setup, variant->service, 0600, 0);
	setup.slots[ION_RING_RX] = 4;
	setup.buffer_size = 4096;
	ASSERT_EQ(0, ion_call(self->listener, ION_IOC_SETUP, &setup));
	EXPECT_EQ(-EMSGSIZE, port_connect(&client, variant->service));
	port_client_wants(&setup, variant->service);
	setup.slots[ION_RING_TX] = 4;
	setup.buffers = 2;
	setup.buffer_size = 8192;
	EXPECT_EQ(-EMSGSIZE, channel_open_live(&client, &setup));
	setup.buffer_size = 4096;
	EXPECT_EQ(0, channel_open_live(&client, &setup));
	channel_close(&client);
}

TEST_F(port, bad_requests_are_refused)
{
	int fd = ion_open(O_RDWR);
	struct ion_setup setup;

	port_wants(&setup, variant->service, 0600, ION_BACKLOG_MAX + 1);
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SETUP, &setup));
	port_wants(&setup, variant->service, 01000, 0);
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SETUP, &setup));
	port_wants(&setup, variant->service, 0600, 0);
	setup.flags |= ION_SETUP_CONNECT;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SETUP, &setup));
	setup.flags = ION_SETUP_LISTEN | ION_SETUP_DRY_RUN;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SETUP, &setup));
	setup.flags = ION_SETUP_LISTEN;
	memset(setup.key, 0, sizeof(setup.key));
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SETUP, &setup));
	port_wants(&setup, "sink", 0600, 0);
	EXPECT_EQ(-EOPNOTSUPP, ion_call(fd, ION_IOC_SETUP, &setup));
	close(fd);
}

/* As with socketpair(): both sides belong to one program. */
TEST_F(port, pair_makes_the_other_side)
{
	struct channel a, b, c;
	struct ion_setup setup;

	arena_wants(&setup, ION_LAYOUT_SPLIT, variant->service, 8, 2, 4096);
	setup.slots[ION_RING_TX] = 16;
	ASSERT_EQ(0, channel_open_live(&a, &setup));
	ASSERT_EQ(0, port_pair(&b, a.fd));
	EXPECT_EQ(16, b.info.ring[ION_RING_RX].nr_slots);
	EXPECT_EQ(-EISCONN, port_pair(&c, a.fd));
	EXPECT_EQ(-EISCONN, port_pair(&c, b.fd));
	channel_close(&a);
	EXPECT_EQ(POLLRDHUP | POLLHUP,
		  ion_poll_for(b.fd, POLLIN | POLLRDHUP, LONG_MS));
	channel_close(&b);
}

/* Without the right to lock more memory. */
static void as_a_user_with_memory(rlim_t bytes)
{
	const struct rlimit limit = { bytes, bytes };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) || ion_drop_privileges())
		_exit(255);
}

static int accepts_large_and_small(int listener, __u64 small)
{
	struct ion_accept accept;
	struct channel server;
	int ret;

	as_a_user_with_memory(128 << 10);
	ret = port_accept(&server, listener, &accept);
	if (ret != -ENOMEM)
		return 1;
	ret = port_accept(&server, listener, &accept);
	return ret ? -ret : accept.channel != small;
}

/* With pair, each side pays for its own rings and arena. */
TEST(client_that_costs_too_much_does_not_hold_up_others)
{
	struct channel large, small;
	struct ion_setup setup;
	int listener;
	pid_t pid;

	listener = port_listen("pair", 0600, 2);
	ASSERT_LE(0, listener);
	port_client_wants(&setup, "pair");
	setup.buffers = 64;
	setup.buffer_size = 4096;
	ASSERT_EQ(0, channel_open_live(&large, &setup));
	ASSERT_EQ(0, port_connect(&small, "pair"));
	pid = fork();
	if (!pid)
		_exit(accepts_large_and_small(listener, small.info.channel));
	EXPECT_EQ(0, ion_wait_child(pid));
	channel_close(&large);
	channel_close(&small);
	close(listener);
}

/* The service is checked first: no channel of it is made. */
TEST(pair_of_another_service_costs_nothing)
{
	struct channel ch, other;
	struct ion_setup setup;
	pid_t pid;

	arena_wants(&setup, ION_LAYOUT_SPLIT, "echo", 8, 64, 4096);
	ASSERT_EQ(0, channel_open_live(&ch, &setup));
	pid = fork();
	if (!pid) {
		as_a_user_with_memory(128 << 10);
		_exit(-port_pair(&other, ch.fd));
	}
	EXPECT_EQ(EOPNOTSUPP, ion_wait_child(pid));
	channel_close(&ch);
}

TEST(pair_needs_a_service_that_joins)
{
	struct channel ch, other;

	ASSERT_EQ(0, channel_open_slots(&ch, 8, "echo"));
	EXPECT_EQ(-EOPNOTSUPP, port_pair(&other, ch.fd));
	channel_close(&ch);
}

/* A program that is killed leaves no port and no client behind. */
TEST(killed_server_frees_its_name)
{
	struct usage before = usage_now();
	pid_t pid = fork();

	if (!pid) {
		if (port_listen("direct", 0600, 0) >= 0)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
	EXPECT_TRUE(usage_returns_to(&before));
	EXPECT_EQ(ECONNREFUSED, connects("direct"));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
