// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a lent thread returns: its time is over, a signal, a descriptor that is
 * closed, poison, death. In each case the kernel end goes on without it.
 */
#include "ion_live.h"
#include "ion_test.h"

FIXTURE(serve_end)
{
	struct channel ch;
	struct task server;
};

ION_LAYOUT_VARIANTS(serve_end);

FIXTURE_SETUP(serve_end)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
}

FIXTURE_TEARDOWN(serve_end)
{
	channel_close(&self->ch);
}

TEST_F(serve_end, the_lent_thread_returns_after_max_ns)
{
	static const __u64 idle[] = { SPIN, MS, ION_SERVE_NO_SPIN,
				      10 * SECOND };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		task_start(&self->server, task_serve, &self->ch, idle[i],
			   80 * MS);
		EXPECT_EQ(0, task_join(&self->server));
		EXPECT_LE(80 * MS, self->server.ns);
		EXPECT_GT(3 * SECOND, self->server.ns);
		EXPECT_TRUE(given_back(&self->ch));
	}
	/* Even if there is always work. */
	task_start(&self->server, task_serve, &self->ch, SPIN, 80 * MS);
	for (i = 0; !READ_ONCE(self->server.done); i++) {
		ion_push_from(&self->ch, i, 10);
		ion_ring_release(&self->ch.rx,
				 ion_ring_peek(&self->ch.rx, 255));
	}
	EXPECT_EQ(0, task_join(&self->server));
	EXPECT_GT(3 * SECOND, self->server.ns);
}

/* Packets published while it returned arrive without a kick. */
TEST_F(serve_end, a_returning_thread_leaves_no_packet)
{
	unsigned int i;
	__u64 sent = 0, came = 0;
	int n;

	for (i = 0; i < 100; i++) {
		task_start(&self->server, task_serve, &self->ch, SPIN, MS);
		while (!READ_ONCE(self->server.done)) {
			if (sent - came < 200) {
				ion_push_from(&self->ch, sent++, 1);
				if (ion_end_peer_sleeps(&self->ch.tx.end))
					ion_kick(self->ch.fd);
			}
			n = ion_pop_from(&self->ch, came, 255);
			ASSERT_LE(0, n);
			came += n;
		}
		ASSERT_EQ(0, task_join(&self->server));
		n = ion_pop_from(&self->ch, came, 255);
		ASSERT_LE(0, n);
		came += n;
		ASSERT_EQ(sent, came);
		ASSERT_TRUE(given_back(&self->ch));
	}
}

TEST_F(serve_end, a_signal_returns_the_lent_thread)
{
	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	EXPECT_EQ(-EINTR, server_stop(&self->server));
	EXPECT_TRUE(given_back(&self->ch));

	ASSERT_TRUE(server_start(&self->server, &self->ch, NO_SPIN, 0));
	ASSERT_TRUE(lent_sleeps(&self->ch));
	EXPECT_EQ(-EINTR, server_stop(&self->server));
	EXPECT_TRUE(given_back(&self->ch));

	/* SA_RESTART does not start it again. */
	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	task_handle_signal(SA_RESTART);
	EXPECT_EQ(-EINTR, server_stop(&self->server));
	EXPECT_TRUE(echoed_by_kick(&self->ch, 0));
}

TEST_F(serve_end, closing_the_descriptor_returns_the_lent_thread)
{
	int fd;

	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	fd = dup(self->ch.fd);
	close(self->ch.fd);
	EXPECT_EQ(-ECANCELED, task_join(&self->server));

	self->ch.fd = fd;
	ASSERT_TRUE(server_start(&self->server, &self->ch, NO_SPIN, 0));
	ASSERT_TRUE(lent_sleeps(&self->ch));
	ASSERT_TRUE(task_sleeps(&self->server));
	fd = dup(self->ch.fd);
	/* Another descriptor with its number changes nothing. */
	EXPECT_EQ(self->ch.fd, dup2(1, self->ch.fd));
	EXPECT_EQ(-ECANCELED, task_join(&self->server));
	close(self->ch.fd);
	self->ch.fd = fd;
	EXPECT_TRUE(given_back(&self->ch));

	ASSERT_TRUE(server_start(&self->server, &self->ch, MS, 0));
	close(self->ch.fd);
	EXPECT_EQ(-ECANCELED, task_join(&self->server));
	self->ch.fd = -1;
}

/* Another program that has the descriptor may close it. */
TEST_F(serve_end, the_end_of_a_child_does_not_return_the_lent_thread)
{
	pid_t pid;

	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(close(self->ch.fd));
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_TRUE(echoed(&self->ch, 0));
	EXPECT_EQ(ION_KERNEL_END_LENT, ion_kernel_end(self->ch.fd));
	EXPECT_EQ(-EINTR, server_stop(&self->server));
}

TEST_F(serve_end, poison_returns_the_lent_thread)
{
	ASSERT_TRUE(server_start(&self->server, &self->ch, SPIN, 0));
	WRITE_ONCE(*user_index(&self->ch, ION_RING_TX), 999);
	EXPECT_EQ(-EPROTO, task_join(&self->server));
	EXPECT_TRUE(given_back(&self->ch));
	EXPECT_EQ(-EPROTO, ion_lend(self->ch.fd, SPIN, 0));
	EXPECT_EQ(-EPROTO, ion_lend(self->ch.fd, ION_SERVE_NO_SPIN, 0));
	EXPECT_EQ(0, ion_reset(self->ch.fd));
	channel_attach_live(&self->ch);

	ASSERT_TRUE(server_start(&self->server, &self->ch, NO_SPIN, 0));
	ASSERT_TRUE(lent_sleeps(&self->ch));
	WRITE_ONCE(*user_index(&self->ch, ION_RING_CMD), 999);
	ion_kick(self->ch.fd);
	EXPECT_EQ(-EPROTO, task_join(&self->server));
	EXPECT_EQ(0, ion_reset(self->ch.fd));
	channel_attach_live(&self->ch);
	EXPECT_TRUE(echoed_by_kick(&self->ch, 1));
}

/*
 * A child lends the thread; the parent, which has the mapping, checks the rings
 * when the child is stopped, continued and killed.
 */
static pid_t child_that_serves(struct channel *ch, __u64 idle_ns)
{
	pid_t pid = fork();

	if (!pid)
		_exit(-ion_lend(ch->fd, idle_ns, 0));
	return AWAIT(server_runs(ch)) ? pid : -1;
}

TEST_F(serve_end, a_stopped_program_serves_nothing)
{
	pid_t pid = child_that_serves(&self->ch, SPIN);

	ASSERT_LT(0, pid);
	EXPECT_TRUE(echoed(&self->ch, 0));
	EXPECT_EQ(0, kill(pid, SIGSTOP));
	EXPECT_TRUE(AWAIT(given_back(&self->ch)));
	EXPECT_TRUE(echoed_by_kick(&self->ch, 1));
	EXPECT_EQ(0, kill(pid, SIGCONT));
	EXPECT_TRUE(AWAIT(ion_kernel_end(self->ch.fd) == ION_KERNEL_END_LENT));
	EXPECT_TRUE(echoed(&self->ch, 2));
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
}

TEST_F(serve_end, a_killed_program_leaves_its_channel_usable)
{
	static const __u64 idle[] = { SPIN, MS, ION_SERVE_NO_SPIN };
	unsigned int i;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		pid = child_that_serves(&self->ch, idle[i]);
		ASSERT_LT(0, pid);
		sleep_ns(20 * MS);
		EXPECT_EQ(0, kill(pid, SIGKILL));
		EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
		EXPECT_TRUE(given_back(&self->ch));
		EXPECT_TRUE(echoed_by_kick(&self->ch, i));
	}
}

/* Only the thread has the channel, and then nothing has it. */
TEST_F(serve_end, a_killed_program_frees_its_channel)
{
	long before = ion_refcount();
	unsigned int i;
	pid_t pid;

	for (i = 0; i < 6; i++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			struct channel ch;

			channel_close(&self->ch);
			if (channel_open_layout(&ch, variant->layout, 256, ""))
				_exit(1);
			server_start(&self->server, &ch,
				     i % 2 ? ION_SERVE_NO_SPIN : SPIN, 0);
			raise(i % 3 ? SIGKILL : SIGTERM);
		}
		EXPECT_EQ(256 + (i % 3 ? SIGKILL : SIGTERM),
			  ion_wait_child(pid));
		EXPECT_TRUE(AWAIT(ion_refcount() == before));
	}
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
