// SPDX-License-Identifier: GPL-2.0-only
/* Which channels are joined: by name, by descriptor, and which are not. */
#include "ion_test.h"
#include "pair_test.h"

#define SLOTS 64

FIXTURE(pair_join)
{
	struct usage before;
	struct channel ch[4];
	unsigned int nr;
	__u32 layout;
};

ION_LAYOUT_VARIANTS(pair_join);

FIXTURE_SETUP(pair_join)
{
	self->before = usage_now();
	self->nr = 0;
	self->layout = variant->layout;
}

FIXTURE_TEARDOWN(pair_join)
{
	while (self->nr)
		channel_close(&self->ch[--self->nr]);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

static int another(FIXTURE_DATA(pair_join) * self, const char *key)
{
	return pair_open_one(&self->ch[self->nr++], self->layout, SLOTS, key);
}

TEST_F(pair_join, two_channels_are_joined_by_name)
{
	static const char longest[] = "0123456789abcdef0123456789abcde";

	ASSERT_EQ(0, another(self, longest));
	EXPECT_TRUE(pair_alone(&self->ch[0]));
	channel_attach_live(&self->ch[0]);
	/* A similar name is another name. */
	ASSERT_EQ(0, another(self, "0123456789abcdef0123456789abcd"));
	EXPECT_TRUE(pair_alone(&self->ch[1]));
	ASSERT_EQ(0, another(self, longest));
	EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[2]));
}

TEST_F(pair_join, a_third_channel_waits_for_a_fourth)
{
	ASSERT_EQ(0, another(self, "n"));
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[1]));
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_alone(&self->ch[2]));
	channel_attach_live(&self->ch[2]);
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_joined(&self->ch[2], &self->ch[3]));
	EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[1]));
}

TEST_F(pair_join, a_name_is_free_after_the_waiting_channel_closed)
{
	int round;

	for (round = 0; round < 10; round++) {
		ASSERT_EQ(0, another(self, "n"));
		channel_close(&self->ch[--self->nr]);
	}
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_alone(&self->ch[0]));
	/* A joined channel no longer waits by that name. */
	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, ion_join(self->ch[1].fd, self->ch[0].fd));
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_alone(&self->ch[2]));
	channel_attach_live(&self->ch[0]);
	EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[1]));
}

/* The call is made on either channel; one waits, or both. */
TEST_F(pair_join, a_channel_that_waits_by_a_key_is_joined_by_descriptor)
{
	static const char *const keys[][2] = {
		{ "n", "" },
		{ "", "n" },
		{ "n", "m" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		ASSERT_EQ(0, another(self, keys[i][0]));
		ASSERT_EQ(0, another(self, keys[i][1]));
		EXPECT_EQ(0, ion_join(self->ch[0].fd, self->ch[1].fd));
		EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[1]));
		EXPECT_EQ(-EISCONN, ion_join(self->ch[0].fd, self->ch[1].fd));
		/* The key is free for two other channels. */
		ASSERT_EQ(0, another(self, "n"));
		EXPECT_TRUE(pair_alone(&self->ch[2]));
		channel_attach_live(&self->ch[2]);
		ASSERT_EQ(0, another(self, "n"));
		EXPECT_TRUE(pair_joined(&self->ch[2], &self->ch[3]));
		while (self->nr)
			channel_close(&self->ch[--self->nr]);
	}
}

TEST_F(pair_join, packets_pushed_before_the_join_cross)
{
	static const char *const keys[] = { "", "n" };
	struct channel *a = &self->ch[0], *b = &self->ch[1];
	struct ion_cmd_packet cmd = { 0 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, another(self, keys[i]));
		EXPECT_EQ(20, ion_send(a, 0, 20));
		EXPECT_TRUE(ion_send_cmd(a, 5));
		ASSERT_EQ(0, another(self, keys[i]));
		if (!*keys[i]) {
			EXPECT_EQ(9, ion_push_from(b, 7, 9));
			ASSERT_EQ(0, ion_join(b->fd, a->fd));
			EXPECT_EQ(9, ion_pop_from(a, 7, 20));
		}
		EXPECT_EQ(20, ion_pop_from(b, 0, 30));
		ASSERT_TRUE(ion_ring_pop_cmd(&b->evt, &cmd));
		EXPECT_TRUE(ion_cmd_is(&cmd, 5));
		channel_close(&self->ch[--self->nr]);
		channel_close(&self->ch[--self->nr]);
	}
}

static int sleep_in_wait(struct task *task)
{
	__u64 left = LONG_MS * MS;

	return ion_wait_for(task->ch->fd, 1, 0, &left);
}

/* A sleeper that waits for a peer is woken. */
TEST_F(pair_join, a_join_wakes_sleepers)
{
	struct task sleeper;

	ASSERT_EQ(0, another(self, "n"));
	task_start(&sleeper, sleep_in_wait, &self->ch[0], 0, 0);
	EXPECT_TRUE(task_sleeps(&sleeper));
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_FALSE(READ_ONCE(sleeper.done));
	EXPECT_EQ(1, ion_send(&self->ch[1], 4, 1));
	EXPECT_EQ(0, task_join(&sleeper));
	EXPECT_EQ(1, ion_pop_from(&self->ch[0], 4, 2));
}

/* Packets that cross at the join may be invalid. */
TEST_F(pair_join, a_poisoned_channel_is_joined)
{
	struct channel *a = &self->ch[0], *b = &self->ch[1];
	struct task sleeper;

	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, another(self, ""));
	task_start(&sleeper, sleep_in_wait, a, 0, 0);
	EXPECT_TRUE(task_sleeps(&sleeper));
	WRITE_ONCE(*user_index(a, ION_RING_TX), 0xfffff);
	EXPECT_EQ(0, ion_join(b->fd, a->fd));
	EXPECT_EQ(-EPROTO, task_join(&sleeper));
	EXPECT_EQ(-EPROTO, ion_kick(a->fd));

	/* The peer has done nothing wrong. */
	EXPECT_EQ(0, ion_kick(b->fd));
	EXPECT_EQ(0, ion_reset(a->fd));
	channel_attach_live(a);
	EXPECT_TRUE(pair_joined(a, b));
}

/* Names belong to the user who opened the channel. */
static int other_user(void)
{
	struct channel ch[2];

	if (setresuid(1000, 1000, 1000))
		return 1;
	if (pair_open_one(&ch[0], ION_LAYOUT_COMPACT, SLOTS, "n"))
		return 2;
	if (!pair_alone(&ch[0]))
		return 3;
	channel_attach_live(&ch[0]);
	if (pair_open_one(&ch[1], ION_LAYOUT_COMPACT, SLOTS, "n"))
		return 4;
	return pair_joined(&ch[0], &ch[1]) ? 0 : 5;
}

TEST_F(pair_join, another_user_has_its_own_names)
{
	pid_t pid;

	ASSERT_EQ(0, another(self, "n"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(other_user());
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_TRUE(pair_alone(&self->ch[0]));
	channel_attach_live(&self->ch[0]);
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[1]));
}

TEST_F(pair_join, a_descriptor_of_another_process_joins)
{
	int pair[2], fd, ret;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		__u64 left = LONG_MS * MS;
		struct channel ch;

		if (pair_open_one(&ch, variant->layout, SLOTS, ""))
			_exit(1);
		ion_send_fd(pair[1], ch.fd);
		if (ion_wait_for(ch.fd, 10, 0, &left))
			_exit(2);
		if (ion_pop_from(&ch, 0, 10) != 10)
			_exit(3);
		_exit(ion_send(&ch, 100, 5) == 5 ? 0 : 4);
	}
	fd = ion_receive_fd(pair[0]);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, ion_join(self->ch[0].fd, fd));
	close(fd);
	EXPECT_EQ(10, ion_push_from(&self->ch[0], 0, 10));
	/* The peer may answer, and close, before this returns. */
	ret = ion_kick(self->ch[0].fd);
	EXPECT_TRUE(!ret || ret == -EPIPE);
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_EQ(5, ion_pop_from(&self->ch[0], 100, 10));
}

static int open_echo(struct channel *ch)
{
	return channel_open_layout(ch, ION_LAYOUT_COMPACT, SLOTS, "echo");
}

TEST_F(pair_join, invalid_joins_are_refused)
{
	struct ion_join join = { .size = sizeof(join) };
	struct channel echo, *ch = &self->ch[0];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), raw, path;

	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, open_echo(&echo));
	raw = ion_open(O_RDWR);
	path = ion_open(O_PATH);
	EXPECT_REFUSED(ch, EBADF, ion_join(ch->fd, -1));
	EXPECT_REFUSED(ch, EBADF, ion_join(ch->fd, 1000));
	EXPECT_REFUSED(ch, EBADF, ion_join(ch->fd, path));
	EXPECT_REFUSED(ch, EINVAL, ion_join(ch->fd, null));
	EXPECT_REFUSED(ch, EINVAL, ion_join(ch->fd, ch->fd));
	EXPECT_REFUSED(ch, EINVAL, ion_join(ch->fd, echo.fd));
	EXPECT_REFUSED(&echo, EOPNOTSUPP, ion_join(echo.fd, ch->fd));
	EXPECT_REFUSED(ch, EBADFD, ion_join(ch->fd, raw));
	EXPECT_EQ(-EBADFD, ion_join(raw, ch->fd));
	join.fd = self->ch[1].fd;
	join.flags = 1;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_JOIN, &join));
	join.flags = 0;
	join.reserved = 1;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_JOIN, &join));
	/* None of these calls disturbed the channels. */
	ASSERT_EQ(0, ion_join(ch->fd, self->ch[1].fd));
	EXPECT_TRUE(pair_joined(ch, &self->ch[1]));
	channel_close(&echo);
	close(null);
	close(raw);
	close(path);
}

/* A channel is joined once, even after its peer closed. */
TEST_F(pair_join, a_channel_is_joined_only_once)
{
	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, ion_join(self->ch[0].fd, self->ch[2].fd));
	EXPECT_REFUSED(&self->ch[0], EISCONN,
		       ion_join(self->ch[0].fd, self->ch[1].fd));
	EXPECT_REFUSED(&self->ch[1], EISCONN,
		       ion_join(self->ch[1].fd, self->ch[0].fd));
	EXPECT_REFUSED(&self->ch[0], EISCONN,
		       ion_join(self->ch[0].fd, self->ch[2].fd));
	EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[2]));
	channel_close(&self->ch[2]);
	self->nr = 2;
	EXPECT_REFUSED(&self->ch[0], EISCONN,
		       ion_join(self->ch[0].fd, self->ch[1].fd));
}

static int setup_with(const struct ion_setup *setup)
{
	struct ion_setup ours = *setup;
	int fd = ion_open(O_RDWR);
	int ret = ion_call(fd, ION_IOC_SETUP, &ours);

	close(fd);
	return ret;
}

TEST_F(pair_join, invalid_setups_are_refused)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "pair");
	setup.arg[0] = 1;
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	ion_setup_init(&setup, "pair");
	setup.arg[1] = 1;
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	ion_setup_init(&setup, "pair");
	memset(setup.key, 'k', sizeof(setup.key));
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	setup.key[3] = 0;
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	/* Fields for pair are refused for other services. */
	ion_setup_init(&setup, "echo");
	ion_setup_key(&setup, "n");
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	ion_setup_init(&setup, "sink");
	setup.flags = ION_SETUP_STAMP;
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	ion_setup_init(&setup, "echo");
	setup.arg[0] = 1;
	EXPECT_EQ(-EINVAL, setup_with(&setup));
}

/*
 * Arenas must have the same geometry. A refusal by name leaves the waiting
 * channel waiting.
 */
TEST_F(pair_join, arenas_must_have_the_same_geometry)
{
	struct channel *none = &self->ch[0], *small = &self->ch[1],
		       *large = &self->ch[2];
	struct ion_setup setup;

	self->nr = 3;
	ASSERT_EQ(0, pair_open_one(none, variant->layout, SLOTS, "n"));
	ASSERT_EQ(0, arena_open(small, variant->layout, "pair", SLOTS, 8, 256));
	ASSERT_EQ(0, arena_open(large, variant->layout, "pair", SLOTS, 8, 512));
	EXPECT_REFUSED(none, EINVAL, ion_join(none->fd, small->fd));
	EXPECT_REFUSED(small, EINVAL, ion_join(small->fd, none->fd));
	EXPECT_REFUSED(small, EINVAL, ion_join(small->fd, large->fd));
	arena_wants(&setup, variant->layout, "pair", SLOTS, 8, 256);
	ion_setup_key(&setup, "n");
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_joined(none, &self->ch[3]));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
