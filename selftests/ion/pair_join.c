// SPDX-License-Identifier: GPL-2.0-only
/* Who is joined to whom: by name, by descriptor, and who is not. */
#include "ion_test.h"
#include "pair_test.h"

#define SLOTS 64

FIXTURE(join)
{
	struct usage before;
	struct channel ch[4];
	unsigned int nr;
	__u32 layout;
};

ION_LAYOUT_VARIANTS(join);

FIXTURE_SETUP(join)
{
	self->before = usage_now();
	self->nr = 0;
	self->layout = variant->layout;
}

FIXTURE_TEARDOWN(join)
{
	while (self->nr)
		channel_close(&self->ch[--self->nr]);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

static int another(FIXTURE_DATA(join) * self, const char *key)
{
	return pair_open_one(&self->ch[self->nr++], self->layout, SLOTS, key);
}

TEST_F(join, by_name)
{
	static const char longest[] = "0123456789abcdef0123456789abcde";

	ASSERT_EQ(0, another(self, longest));
	EXPECT_TRUE(pair_alone(&self->ch[0]));
	channel_attach_live(&self->ch[0]);
	/* Not by a name that is only like it. */
	ASSERT_EQ(0, another(self, "0123456789abcdef0123456789abcd"));
	EXPECT_TRUE(pair_alone(&self->ch[1]));
	ASSERT_EQ(0, another(self, longest));
	EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[2]));
}

TEST_F(join, the_third_waits_for_the_fourth)
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

TEST_F(join, a_name_is_forgotten_with_who_waits)
{
	int round;

	for (round = 0; round < 10; round++) {
		ASSERT_EQ(0, another(self, "n"));
		channel_close(&self->ch[--self->nr]);
	}
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_alone(&self->ch[0]));
	/* And one that was joined waits by it no more. */
	ASSERT_EQ(0, another(self, ""));
	ASSERT_EQ(0, ion_join(self->ch[1].fd, self->ch[0].fd));
	ASSERT_EQ(0, another(self, "n"));
	EXPECT_TRUE(pair_alone(&self->ch[2]));
	channel_attach_live(&self->ch[0]);
	EXPECT_TRUE(pair_joined(&self->ch[0], &self->ch[1]));
}

/* Whichever of the two the call is made on, and whether one waits or both do. */
TEST_F(join, a_channel_that_waits_by_a_key_is_joined_by_descriptor)
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
		/* The key is for the next two. */
		ASSERT_EQ(0, another(self, "n"));
		EXPECT_TRUE(pair_alone(&self->ch[2]));
		channel_attach_live(&self->ch[2]);
		ASSERT_EQ(0, another(self, "n"));
		EXPECT_TRUE(pair_joined(&self->ch[2], &self->ch[3]));
		while (self->nr)
			channel_close(&self->ch[--self->nr]);
	}
}

TEST_F(join, what_was_pushed_before_it_crosses)
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

/* Who sleeps until there is somebody to talk to is woken. */
TEST_F(join, wakes_who_waits)
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

/* What crosses when they are joined may be what nobody believes. */
TEST_F(join, one_that_broke_a_ring)
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

	/* The other one has done nothing. */
	EXPECT_EQ(0, ion_kick(b->fd));
	EXPECT_EQ(0, ion_reset(a->fd));
	channel_attach_live(a);
	EXPECT_TRUE(pair_joined(a, b));
}

/* The user who opened it is who may join by its name. */
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

TEST_F(join, another_user_has_names_of_its_own)
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

TEST_F(join, by_a_descriptor_of_another_process)
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
	/* The other one may have answered, and gone, before this returns. */
	ret = ion_kick(self->ch[0].fd);
	EXPECT_TRUE(!ret || ret == -EPIPE);
	EXPECT_EQ(0, ion_wait_child(pid));
	EXPECT_EQ(5, ion_pop_from(&self->ch[0], 100, 10));
}

static int open_echo(struct channel *ch)
{
	return channel_open_layout(ch, ION_LAYOUT_COMPACT, SLOTS, "echo");
}

TEST_F(join, what_a_join_refuses)
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
	/* Nothing of that was in the way. */
	ASSERT_EQ(0, ion_join(ch->fd, self->ch[1].fd));
	EXPECT_TRUE(pair_joined(ch, &self->ch[1]));
	channel_close(&echo);
	close(null);
	close(raw);
	close(path);
}

/* Once and for good, also when the other one has gone. */
TEST_F(join, only_once)
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

TEST_F(join, what_a_setup_refuses)
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
	/* What is for pair is for no other service. */
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

/* Arenas must be alike. Who was refused by name leaves who waits waiting. */
TEST_F(join, arenas_of_the_same_size_or_none)
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
