// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library libionchannel on the driver itself; lib/tests has the same on a
 * fake driver.
 */
#include "ion_live.h"

#include <ionchannel.h>
#include <sys/socket.h>

#include "ion_test.h"
#include "library.h"

/* The version that the driver seems to report, unless 0. */
static __u32 another_abi;

int __wrap_ioctl(int fd, unsigned long request, void *arg)
{
	int ret = __real_ioctl(fd, request, arg);

	if (!ret && request == ION_IOC_QUERY && another_abi)
		((struct ion_query *)arg)->abi_version = another_abi;
	return ret;
}

FIXTURE(library)
{
	struct ionc_channel *ch;
};

FIXTURE_VARIANT(library)
{
	unsigned int flags;
};

#define LIBRARY_VARIANT(name, which)       \
	FIXTURE_VARIANT_ADD(library, name) \
	{                                  \
		.flags = which             \
	}

LIBRARY_VARIANT(compact, IONC_COMPACT);
LIBRARY_VARIANT(split, 0);

static int open_channel(struct ionc_channel **ch, unsigned int flags,
			const char *service, const char *key, __u32 buffers)
{
	struct ionc_options options;

	ionc_options_init(&options);
	options.flags = flags;
	options.service = service;
	options.key = key;
	options.buffers = buffers;
	return ionc_open(ch, &options);
}

FIXTURE_SETUP(library)
{
	ASSERT_EQ(0, open_channel(&self->ch, variant->flags, NULL, NULL, 16));
}

FIXTURE_TEARDOWN(library)
{
	ionc_close(self->ch);
}

static bool echoes(struct ionc_channel *ch, __u32 id)
{
	struct ion_packet packet = ionc_packet(ch, id, 8), got = { 0 };
	__u64 *at = ionc_payload(ch, &packet);

	*at = ion_mix(id);
	packet.pad = id + 1;
	if (ionc_send(ch, &packet, 1, SECOND) != 1 ||
	    ionc_receive(ch, &got, 1, 5 * SECOND) != 1)
		return false;
	at = ionc_payload(ch, &got);
	return at && *at == ion_mix(id) && got.pad == id + 1;
}

TEST_F(library, echo_returns_packets)
{
	struct ion_cmd_packet cmd = ion_cmd_of(7), answer;
	struct ion_stats stats;
	unsigned int i;

	EXPECT_EQ(variant->flags ? ION_LAYOUT_COMPACT : ION_LAYOUT_SPLIT,
		  ionc_info(self->ch)->layout);
	for (i = 0; i < 1000; i++)
		ASSERT_TRUE(echoes(self->ch, i % 16));
	EXPECT_EQ(0, ionc_send_cmd(self->ch, &cmd, 0));
	EXPECT_EQ(0, ionc_receive_evt(self->ch, &answer, SECOND));
	EXPECT_TRUE(ion_cmd_is(&answer, 7));
	ASSERT_EQ(0, ionc_stats(self->ch, &stats));
	EXPECT_EQ(1000, stats.ring[ION_RING_RX].popped);
	/* Every kick had work, and no call slept. */
	EXPECT_EQ(1001, stats.kicks);
	EXPECT_EQ(0, stats.kicks_spurious);
}

TEST_F(library, waits_end_at_their_timeout)
{
	struct ion_packet packets[300] = { 0 };
	__u64 start = now_ns();

	EXPECT_EQ(-ETIME, ionc_wait_rx(self->ch, 1, 0));
	EXPECT_EQ(-ETIME, ionc_wait_evt(self->ch, 1, 20 * MS));
	EXPECT_EQ(-ETIME, ionc_poll(self->ch, IONC_RX | IONC_EVT, 20 * MS));
	EXPECT_LE(40 * MS, now_ns() - start);
	EXPECT_EQ(IONC_TX | IONC_CMD, ionc_poll(self->ch, 15, 0));
	EXPECT_EQ(-EINVAL, ionc_wait_rx(self->ch, 256, 0));
	EXPECT_EQ(-ETIME, ionc_receive(self->ch, packets, 1, MS));
	EXPECT_EQ(0, ionc_check(self->ch));
}

static int wait_for_one(struct task *task)
{
	struct ionc_channel *ch = (void *)(unsigned long)task->arg[0];

	return ionc_wait_rx(ch, 1, IONC_FOREVER);
}

TEST_F(library, a_packet_wakes_a_sleeper)
{
	struct ion_packet packet = ionc_packet(self->ch, 3, 0);
	struct task task;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		task_start(&task, wait_for_one, NULL,
			   (__u64)(unsigned long)self->ch, 0);
		EXPECT_TRUE(task_sleeps(&task));
		EXPECT_TRUE(ionc_push(self->ch, &packet));
		EXPECT_EQ(0, ionc_kick(self->ch));
		EXPECT_EQ(0, task_join(&task));
		EXPECT_TRUE(ionc_pop(self->ch, &packet));
	}
}

TEST_F(library, a_signal_ends_a_wait)
{
	struct task task;

	task_handle_signal(0);
	task_start(&task, wait_for_one, NULL, (__u64)(unsigned long)self->ch,
		   0);
	EXPECT_TRUE(task_sleeps(&task));
	task_signal(&task, SIGUSR1);
	EXPECT_EQ(-EINTR, task_join(&task));
}

TEST_F(library, the_eventfd_wakes_a_sleeper)
{
	struct ion_packet packet = ionc_packet(self->ch, 3, 0);
	int fd = ionc_eventfd(self->ch);
	unsigned int i;

	ASSERT_LE(0, fd);
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, ionc_arm(self->ch, IONC_RX));
		EXPECT_EQ(0, ion_poll_for(fd, POLLIN, 0));
		EXPECT_TRUE(ionc_push(self->ch, &packet));
		EXPECT_EQ(0, ionc_kick(self->ch));
		EXPECT_EQ(POLLIN, ion_poll_for(fd, POLLIN, LONG_MS));
		ionc_disarm(self->ch, IONC_RX);
		EXPECT_EQ(0, ion_poll_for(fd, POLLIN, 0));
		EXPECT_EQ(IONC_RX, ionc_arm(self->ch, IONC_RX));
		EXPECT_TRUE(ionc_pop(self->ch, &packet));
	}
}

TEST_F(library, a_lent_thread_serves_the_channel)
{
	struct ionc_lend_options options = { .size = sizeof(options),
					     .flags = IONC_LEND_NEVER_SLEEP };
	struct ion_stats before, after;
	unsigned int i;

	EXPECT_EQ(-ENOENT, ionc_take_back(self->ch));
	ASSERT_EQ(0, ionc_lend(self->ch, &options));
	EXPECT_EQ(-EBUSY, ionc_lend(self->ch, NULL));
	ASSERT_TRUE(AWAIT(ion_kernel_end(self->ch->fd) == ION_KERNEL_END_LENT));
	ASSERT_TRUE(echoes(self->ch, 0));
	ASSERT_EQ(0, ionc_stats(self->ch, &before));
	for (i = 0; i < 100; i++)
		ASSERT_TRUE(echoes(self->ch, i % 16));
	ASSERT_EQ(0, ionc_stats(self->ch, &after));
	EXPECT_EQ(before.ring[0].popped + 100, after.ring[0].popped);
	EXPECT_EQ(0, ionc_take_back(self->ch));
	EXPECT_EQ(ION_KERNEL_END_SLEEPING, ion_kernel_end(self->ch->fd));

	options.flags = IONC_LEND_PIN;
	options.cpu = 0;
	EXPECT_EQ(0, ionc_lend(self->ch, &options));
	EXPECT_TRUE(echoes(self->ch, 1));
	EXPECT_EQ(0, ionc_take_back(self->ch));
	options.cpu = 1000;
	EXPECT_EQ(-EINVAL, ionc_lend(self->ch, &options));
	EXPECT_TRUE(echoes(self->ch, 1));
}

/* Wherever the thread is. */
TEST_F(library, a_lent_thread_is_called_back)
{
	struct ionc_lend_options options = { .size = sizeof(options) };
	__u64 start = now_ns();
	unsigned int i;

	for (i = 0; i < 100; i++) {
		options.flags = i % 2 ? IONC_LEND_NO_SPIN
				      : IONC_LEND_NEVER_SLEEP;
		ASSERT_EQ(0, ionc_lend(self->ch, &options));
		if (i % 3)
			sleep_ns(ion_mix(i) % MS);
		ASSERT_EQ(0, ionc_take_back(self->ch));
	}
	EXPECT_GT(20 * SECOND, now_ns() - start);
	EXPECT_TRUE(echoes(self->ch, 1));
}

TEST_F(library, reset_repairs_a_poisoned_channel)
{
	struct ion_stats stats;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (i % 2)
			ASSERT_EQ(0, ionc_lend(self->ch, NULL));
		WRITE_ONCE(*self->ch->tx.end.own_index, 1 << 20);
		EXPECT_EQ(-EPROTO, ionc_wait_rx(self->ch, 1, IONC_FOREVER));
		EXPECT_EQ(-EPROTO, ionc_check(self->ch));
		ASSERT_EQ(0, ionc_stats(self->ch, &stats));
		EXPECT_EQ(ION_POISON_RANGE, stats.ring[ION_RING_TX].poison);
		EXPECT_LE(0, ionc_reset(self->ch));
		EXPECT_EQ(0, ionc_check(self->ch));
		EXPECT_TRUE(echoes(self->ch, i));
		if (i % 2)
			EXPECT_EQ(0, ionc_take_back(self->ch));
	}
}

TEST_F(library, buffers_are_sent_and_return)
{
	struct ion_packet packets[4];
	__u64 bits = 0;
	unsigned int i;

	EXPECT_EQ(4, ionc_give_free(self->ch, 4));
	EXPECT_EQ(16, ionc_owners(self->ch, &bits));
	EXPECT_EQ(0xffff, bits);
	EXPECT_EQ(4, ionc_peek_ring(self->ch, ION_RING_TX, 0, packets, 4));
	EXPECT_EQ(0, ionc_kick(self->ch));
	EXPECT_EQ(4, ionc_receive(self->ch, packets, 4, SECOND));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, ionc_buffer_put(self->ch, packets[i].id));
	EXPECT_EQ(-EALREADY, ionc_buffer_put(self->ch, packets[0].id));

	/* Buffers in transit are free again after a reset. */
	EXPECT_EQ(16, ionc_give_free(self->ch, 16));
	EXPECT_EQ(-ENOBUFS, ionc_buffer_get(self->ch));
	EXPECT_EQ(16, ionc_reset(self->ch));
	for (i = 0; i < 16; i++)
		EXPECT_EQ(i, ionc_buffer_get(self->ch));
}

static int send_fd(int socket, int fd)
{
	char byte = 0, space[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = space,
			      .msg_controllen = sizeof(space) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(socket, &msg, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int socket)
{
	char byte, space[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = space,
			      .msg_controllen = sizeof(space) };
	struct cmsghdr *cmsg;
	int fd;

	if (recvmsg(socket, &msg, 0) != 1)
		return -errno;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg)
		return -EBADMSG;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

/*
 * In a program that did not open the device: first the packets on rx, then
 * echo.
 */
static int child_goes_on(int socket)
{
	struct ionc_channel *ch;
	struct ion_packet packet;
	int fd = receive_fd(socket);

	if (fd < 0 || ionc_attach(&ch, fd, NULL))
		return 1;
	/* Three of the sixteen packets are on rx. */
	if (ionc_buffer_get(ch) != 3)
		return 2;
	if (ionc_receive(ch, &packet, 1, SECOND) != 1 || packet.pad != 77)
		return 3;
	if (ionc_receive(ch, &packet, 1, SECOND) != 1 ||
	    ionc_receive(ch, &packet, 1, SECOND) != 1)
		return 4;
	if (!echoes(ch, 5))
		return 5;
	ionc_close(ch);
	return 0;
}

TEST_F(library, a_channel_is_handed_to_another_program)
{
	struct ion_packet packets[3];
	int sockets[2], fd, i;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(self->ch->fd);
		_exit(child_goes_on(sockets[0]));
	}
	for (i = 0; i < 20; i++)
		ASSERT_TRUE(echoes(self->ch, 1));
	for (i = 0; i < 3; i++) {
		packets[i] = ionc_packet(self->ch, i, 0);
		packets[i].pad = 77;
	}
	EXPECT_EQ(3, ionc_send(self->ch, packets, 3, 0));
	fd = ionc_detach(self->ch);
	self->ch = NULL;
	EXPECT_EQ(0, send_fd(sockets[1], fd));
	close(fd);
	EXPECT_EQ(0, ion_wait_child(pid));
}

/* The exit status of a child that cannot create a PID namespace. */
#define NO_NAMESPACE 77

/* Process 1 of a PID namespace, and its child that is process 1 of another. */
static int close_as_same_number(unsigned int flags)
{
	struct ionc_channel *ch;
	int status, ret;
	pid_t pid;

	if (getpid() != 1 || open_channel(&ch, flags, NULL, NULL, 4) ||
	    ionc_lend(ch, NULL) || unshare(CLONE_NEWPID))
		return 1;
	pid = fork();
	if (!pid) {
		ionc_close(ch);
		_exit(getpid() == 1 ? 0 : 9);
	}
	if (!AWAIT(waitpid(pid, &status, WNOHANG) == pid)) {
		kill(pid, SIGKILL);
		return 2;
	}
	ret = !echoes(ch, 1) ? 3 : status ? 4 : 0;
	ionc_close(ch);
	return ret;
}

TEST_F(library, close_returns_in_a_child_of_the_same_process_id)
{
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		if (unshare(CLONE_NEWPID))
			_exit(NO_NAMESPACE);
		pid = fork();
		if (!pid)
			_exit(close_as_same_number(variant->flags));
		_exit(ion_wait_child(pid));
	}
	status = ion_wait_child(pid);
	if (status == NO_NAMESPACE)
		SKIP(return, "this kernel has no PID namespaces");
	EXPECT_EQ(0, status);
}

TEST(two_programs_are_joined_by_name)
{
	struct ionc_channel *a, *b;
	struct ion_verify verify;
	struct ion_cmd_packet cmd = ion_cmd_of(1);
	struct ion_packet packet;

	ASSERT_EQ(0, open_channel(&a, IONC_STAMP, "pair", "library", 8));
	ASSERT_EQ(0, open_channel(&b, 0, "pair", "library", 8));
	EXPECT_EQ(8, ionc_give_free(b, 8));
	EXPECT_EQ(0, ionc_kick(b));
	packet = ionc_packet(a, (__u32)ionc_buffer_get(a), 5);
	memcpy(ionc_payload(a, &packet), "hello", 5);
	EXPECT_EQ(1, ionc_send(a, &packet, 1, SECOND));
	ASSERT_EQ(1, ionc_receive(b, &packet, 1, 5 * SECOND));
	EXPECT_EQ(5, packet.len);
	EXPECT_EQ(0, memcmp(ionc_payload(b, &packet), "hello", 5));
	/* The sender has its buffers again. */
	ASSERT_EQ(1, ionc_receive(a, &packet, 1, 5 * SECOND));
	EXPECT_EQ(0, packet.len);
	EXPECT_EQ(0, ionc_buffer_put(a, packet.id));

	EXPECT_EQ(0, ionc_send_cmd(a, &cmd, SECOND));
	ASSERT_EQ(0, ionc_receive_evt(b, &cmd, 5 * SECOND));
	EXPECT_EQ(1, ionc_verify(b, &cmd, &verify));
	EXPECT_EQ(getpid(), verify.pid);
	cmd.arg++;
	EXPECT_EQ(0, ionc_verify(b, &cmd, &verify));

	ionc_close(a);
	EXPECT_EQ(-EPIPE, ionc_receive(b, &packet, 1, IONC_FOREVER));
	EXPECT_EQ(-EPIPE, ionc_check(b));
	EXPECT_EQ(-EPIPE, ionc_lend(b, NULL));
	ionc_close(b);
}

TEST(two_channels_are_joined_by_descriptor)
{
	struct ionc_channel *a, *b;
	struct ion_packet packet = { .data = 9 };

	ASSERT_EQ(0, open_channel(&a, 0, "pair", NULL, 0));
	ASSERT_EQ(0, open_channel(&b, 0, "pair", NULL, 0));
	EXPECT_EQ(0, ionc_join(a, ionc_fd(b)));
	EXPECT_EQ(-EISCONN, ionc_join(a, ionc_fd(b)));
	EXPECT_EQ(1, ionc_send(a, &packet, 1, SECOND));
	packet.data = 0;
	EXPECT_EQ(1, ionc_receive(b, &packet, 1, 5 * SECOND));
	EXPECT_EQ(9, packet.data);
	ionc_close(a);
	ionc_close(b);
}

#define LIBRARY_PORT "library port"

static int connect_channel(struct ionc_channel **ch, const char *service)
{
	struct ionc_options options;

	ionc_options_init(&options);
	options.service = service;
	options.buffers = 8;
	return ionc_connect(ch, LIBRARY_PORT, &options);
}

static bool crosses(struct ionc_channel *from, struct ionc_channel *to,
		    __u64 number)
{
	struct ion_packet packet = { .pad = (__u32)number }, got = { 0 };

	return ionc_send(from, &packet, 1, SECOND) == 1 &&
	       ionc_receive(to, &got, 1, 5 * SECOND) == 1 &&
	       got.pad == (__u32)number;
}

TEST(server_and_client_talk)
{
	struct ionc_channel *client, *server;
	int listener = ionc_listen(LIBRARY_PORT, NULL);
	struct ion_packet packet;
	struct ion_peer peer;
	char text[8] = "";

	ASSERT_LE(0, listener);
	EXPECT_EQ(-ETIME, ionc_accept(&server, listener, NULL, MS));
	ASSERT_EQ(0, connect_channel(&client, NULL));
	ASSERT_EQ(0, ionc_peer(client, &peer));
	EXPECT_EQ(ION_PEER_NONE, peer.state);
	/* The client sends before it is accepted. */
	packet = ionc_packet(client, (__u32)ionc_buffer_get(client), 5);
	memcpy(ionc_payload(client, &packet), "hello", 5);
	EXPECT_EQ(1, ionc_send(client, &packet, 1, 0));
	ASSERT_EQ(0, ionc_accept(&server, listener, NULL, 5 * SECOND));
	ASSERT_EQ(1, ionc_receive(server, &packet, 1, 5 * SECOND));
	EXPECT_EQ(5, ionc_peer_copy(server, &packet, text, sizeof(text)));
	EXPECT_EQ(0, strcmp(text, "hello"));
	EXPECT_TRUE(crosses(server, client, 7));
	ASSERT_EQ(0, ionc_peer(server, &peer));
	EXPECT_EQ(ION_PEER_THERE, peer.state);
	EXPECT_EQ(getpid(), peer.pid);
	EXPECT_EQ(ionc_info(client)->channel, peer.channel);
	ionc_close(client);
	EXPECT_EQ(-EPIPE, ionc_receive(server, &packet, 1, IONC_FOREVER));
	ASSERT_EQ(0, ionc_peer(server, &peer));
	EXPECT_EQ(ION_PEER_GONE, peer.state);
	ionc_close(server);
	close(listener);
}

static int accept_and_answer(struct task *task)
{
	struct ion_packet packet;
	struct ionc_channel *ch;
	int ret;

	ret = ionc_accept(&ch, (int)task->arg[0], NULL, IONC_FOREVER);
	if (ret)
		return ret;
	ret = ionc_receive(ch, &packet, 1, 5 * SECOND);
	if (ret == 1)
		ret = ionc_send(ch, &packet, 1, 5 * SECOND);
	ionc_close(ch);
	return ret;
}

TEST(accept_sleeps_until_a_client_comes)
{
	int listener = ionc_listen(LIBRARY_PORT, NULL);
	struct ion_packet packet = { .pad = 3 };
	struct ionc_channel *client;
	struct task task;

	ASSERT_LE(0, listener);
	task_start(&task, accept_and_answer, NULL, (__u64)listener, 0);
	ASSERT_TRUE(AWAIT(task_sleeps(&task)));
	ASSERT_EQ(0, connect_channel(&client, NULL));
	EXPECT_EQ(1, ionc_send(client, &packet, 1, SECOND));
	packet.pad = 0;
	EXPECT_EQ(1, ionc_receive(client, &packet, 1, 5 * SECOND));
	EXPECT_EQ(3, packet.pad);
	EXPECT_EQ(1, task_join(&task));
	ionc_close(client);
	close(listener);
}

TEST(ports_of_pair_work)
{
	struct ionc_listen_options options;
	struct ionc_channel *client, *server;
	int listener;

	ionc_listen_options_init(&options);
	options.service = "pair";
	options.backlog = 1;
	options.buffers = 8;
	listener = ionc_listen(LIBRARY_PORT, &options);
	ASSERT_LE(0, listener);
	EXPECT_EQ(-EADDRINUSE, ionc_listen(LIBRARY_PORT, NULL));
	EXPECT_EQ(-EPROTOTYPE, connect_channel(&client, NULL));
	ASSERT_EQ(0, ionc_connect(&client, LIBRARY_PORT,
				  &(struct ionc_options){
					  .size = sizeof(struct ionc_options),
					  .service = "pair",
				  }));
	EXPECT_EQ(-EAGAIN, connect_channel(&server, "pair"));
	ASSERT_EQ(0, ionc_accept(&server, listener, NULL, 0));
	EXPECT_TRUE(crosses(client, server, 1));
	EXPECT_TRUE(crosses(server, client, 2));
	ionc_close(client);
	ionc_close(server);
	close(listener);
	EXPECT_EQ(-ECONNREFUSED, connect_channel(&client, "pair"));
}

TEST(pair_makes_two_connected_channels)
{
	struct ionc_channel *one, *other;
	struct ionc_options options;

	ionc_options_init(&options);
	options.slots[ION_RING_TX] = 16;
	ASSERT_EQ(0, ionc_pair(&one, &other, &options));
	EXPECT_EQ(16, ionc_info(other)->ring[ION_RING_RX].nr_slots);
	EXPECT_TRUE(crosses(one, other, 1));
	EXPECT_TRUE(crosses(other, one, 2));
	EXPECT_LE(0, ionc_eventfd(other));
	ionc_close(one);
	EXPECT_EQ(-EPIPE, ionc_check(other));
	/* It went before: no signal comes. */
	EXPECT_EQ(-EPIPE, ionc_arm(other, IONC_RX));
	ionc_close(other);
	options.service = "echo";
	EXPECT_EQ(-EOPNOTSUPP, ionc_pair(&one, &other, &options));
	EXPECT_NE(NULL, strstr(ionc_explain(IONC_PAIR, -EOPNOTSUPP), "direct"));
}

TEST(refusals_are_explained)
{
	struct ionc_channel *ch;
	struct ion_query query;
	int fd;

	EXPECT_EQ(-ENOENT, open_channel(&ch, 0, "no-such", NULL, 0));
	EXPECT_NE(NULL, strstr(ionc_explain(IONC_OPEN, -ENOENT), "service"));
	EXPECT_EQ(-EINVAL, open_channel(&ch, 0, "echo", "key", 0));
	EXPECT_EQ(-EINVAL, open_channel(&ch, IONC_PHYS, NULL, NULL, 0));

	another_abi = ION_ABI_VERSION + 1;
	EXPECT_EQ(-EPROTONOSUPPORT, open_channel(&ch, 0, NULL, NULL, 0));
	another_abi = 0;
	EXPECT_NE(NULL, strstr(ionc_explain(IONC_OPEN, -EPROTONOSUPPORT),
			       "same version"));

	fd = ion_open(O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EBADFD, ionc_attach(&ch, fd, NULL));
	close(fd);
	EXPECT_EQ(-EBADF, ionc_attach(&ch, fd, NULL));
	ASSERT_EQ(0, open_channel(&ch, 0, NULL, NULL, 0));
	EXPECT_EQ(-EOPNOTSUPP, ionc_owners(ch, NULL));
	EXPECT_EQ(0, ionc_query(ch, &query));
	EXPECT_EQ(-EINVAL, ionc_peek_ring(ch, 9, 0, &query, 1));
	EXPECT_EQ(-EINVAL, ionc_use_eventfd(ch, ionc_fd(ch)));
	EXPECT_EQ(-EBADF, ionc_join(ch, 900));
	ionc_close(ch);
}

TEST(a_denied_open_is_explained)
{
	struct ionc_channel *ch;

	ASSERT_EQ(0, ion_drop_privileges());
	EXPECT_EQ(-EACCES, open_channel(&ch, 0, NULL, NULL, 0));
	EXPECT_NE(NULL, strstr(ionc_explain(IONC_OPEN, -EACCES), "group"));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
