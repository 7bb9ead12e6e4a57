// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lifetimes of a service, of its channels and of its module, and the orders
 * in which they may end.
 */
#include "ion_test.h"
#include "service_test.h"

FIXTURE(service_life)
{
	struct usage before;
	struct service s;
};

FIXTURE_SETUP(service_life)
{
	self->s.probe = -1;
	self->s.ch.fd = -1;
	SERVICE_BEGIN(self->before);
}

FIXTURE_TEARDOWN(service_life)
{
	service_close(&self->s);
	SERVICE_END(self->before);
}

static int setup_with(struct ion_setup *setup)
{
	int fd = ion_open(O_RDWR);
	int ret = ion_call(fd, ION_IOC_SETUP, setup);

	close(fd);
	return ret;
}

TEST_F(service_life, bind_decides)
{
	static const int errors[] = { EPERM, ENOMEM, EBUSY, EXDEV, ENODATA };
	int fd = ion_open(O_RDWR);
	struct ion_setup setup;
	unsigned int i;

	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		service_setup(&setup, PROBE_REFUSE);
		setup.arg[1] = (__u64)-errors[i];
		EXPECT_EQ(-errors[i], ion_call(fd, ION_IOC_SETUP, &setup));
	}
	/* The channel is unchanged, so that the next service may have it. */
	EXPECT_EQ(-EBADFD, ion_kick(fd));
	setup.arg[0] = PROBE_ASYNC;
	setup.arg[1] = 0;
	EXPECT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(1, probe_totals().bound);
	EXPECT_EQ(-EBUSY, ion_call(fd, ION_IOC_SETUP, &setup));
	close(fd);
	EXPECT_EQ(0, probe_totals().bound);
}

TEST_F(service_life, a_dry_run_calls_no_service)
{
	struct ion_setup setup;

	service_setup(&setup, PROBE_REFUSE);
	setup.arg[1] = (__u64)-EPERM;
	setup.flags = ION_SETUP_DRY_RUN;
	EXPECT_EQ(0, setup_with(&setup));
	EXPECT_STREQ("probe", setup.info.service);
	EXPECT_EQ(0, probe_totals().bound);
}

TEST_F(service_life, a_service_without_bind_refuses_arguments)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "probe-plain");
	setup.arg[0] = 1;
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	setup.arg[0] = 0;
	setup.arg[1] = 1;
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	setup.arg[1] = 0;
	setup.key[0] = 'a';
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	setup.key[0] = '\0';
	setup.flags = ION_SETUP_STAMP;
	EXPECT_EQ(-EINVAL, setup_with(&setup));
	setup.flags = 0;
	EXPECT_EQ(0, setup_with(&setup));
}

/* A service with a doorbell and none of the optional callbacks. */
TEST_F(service_life, a_service_with_only_a_doorbell_works)
{
	struct channel ch, other;
	struct ion_stats stats;
	struct ion_join join = { .size = sizeof(join) };
	struct ion_verify verify = { .size = sizeof(verify) };

	ASSERT_EQ(0, channel_open_layout(&ch, ION_LAYOUT_SPLIT, 64,
					 "probe-plain"));
	ASSERT_EQ(0, channel_open_layout(&other, ION_LAYOUT_COMPACT, 64,
					 "probe-plain"));
	EXPECT_EQ(63, ion_send(&ch, 0, 64));
	EXPECT_EQ(10, ion_send(&ch, 0, 10));
	ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
	EXPECT_EQ(73, stats.ring[ION_RING_TX].popped);
	EXPECT_TRUE(stats_add_up(&stats));
	join.fd = other.fd;
	EXPECT_EQ(-EOPNOTSUPP, ion_call(ch.fd, ION_IOC_JOIN, &join));
	EXPECT_EQ(-EOPNOTSUPP, ion_call(ch.fd, ION_IOC_VERIFY, &verify));
	channel_close(&ch);
	channel_close(&other);
}

TEST_F(service_life, a_name_is_registered_once)
{
	static const int want[PROBE_TRIES] = {
		[PROBE_TRY_NAME_TOO_LONG] = -EINVAL,
		[PROBE_TRY_EMPTY_NAME] = -EINVAL,
		[PROBE_TRY_NO_NAME] = -EINVAL,
		[PROBE_TRY_NO_DOORBELL] = -EINVAL,
		[PROBE_TRY_NAME_OF_OURS] = -EEXIST,
		[PROBE_TRY_NAME_OF_BUILTIN] = -EEXIST,
	};
	unsigned long i;
	int again;

	for (again = 0; again < 2; again++) {
		for (i = 0; i < PROBE_TRIES; i++) {
			EXPECT_EQ(want[i], probe_ask(PROBE_IOC_TRY, (void *)i))
			TH_LOG("number %lu", i);
		}
	}
}

TEST_F(service_life, without_its_service_there_is_no_channel)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "probe-plain");
	EXPECT_EQ(0, probe_unregister());
	EXPECT_EQ(-ENOENT, setup_with(&setup));
	setup.flags = ION_SETUP_DRY_RUN;
	EXPECT_EQ(-ENOENT, setup_with(&setup));
	EXPECT_EQ(0, probe_register());
	setup.flags = 0;
	EXPECT_EQ(0, setup_with(&setup));
}

/* The module stays as long as a channel needs it, and no longer. */
TEST_F(service_life, a_bound_channel_keeps_the_module)
{
	struct service *s = &self->s;

	ASSERT_EQ(0, service_open(s, PROBE_ECHO));
	service_release(s);
	EXPECT_EQ(-EAGAIN, probe_remove());
	EXPECT_TRUE(echoed_by_kick(&s->ch, 0));

	/* A mapping without a descriptor still is a channel. */
	close(s->ch.fd);
	s->ch.fd = -1;
	EXPECT_EQ(-EAGAIN, probe_remove());
	EXPECT_EQ(1, probe_totals().bound);
	channel_close(&s->ch);
	EXPECT_EQ(0, probe_remove());
	EXPECT_EQ(0, probe_insert());

	/*
	 * A channel that its service refused, or lost, does not keep the
	 * module.
	 */
	ASSERT_EQ(0, service_open(s, 0));
	service_release(s);
	EXPECT_EQ(0, probe_unregister());
	EXPECT_EQ(0, probe_remove());
	EXPECT_EQ(-EPIPE, ion_kick(s->ch.fd));
	channel_close(&s->ch);
	EXPECT_EQ(0, probe_insert());
}

/* The program receives the packets that were pushed, and the end. */
static void test_unregister(struct __test_metadata *_metadata,
			    struct service *s, __u64 flags)
{
	struct ion_packet packet;
	struct ion_stats stats;
	__u64 doorbells;
	struct task task;

	ASSERT_EQ(0, service_open(s, flags | PROBE_ECHO));
	EXPECT_EQ(5, ion_send(&s->ch, 0, 5));
	EXPECT_EQ(5, ion_ring_peek(&s->ch.rx, 9));
	task_start(&task, task_serve, &s->ch, NO_SPIN, 0);
	EXPECT_TRUE(task_sleeps(&task));
	EXPECT_EQ(0, probe_unregister());
	EXPECT_EQ(0, probe_totals().bound);
	EXPECT_EQ(-EPIPE, task_join(&task));
	EXPECT_EQ(1, service_counts(s).unbound);
	doorbells = service_counts(s).doorbells;

	EXPECT_EQ(POLLIN, ion_poll_for(s->ch.fd, POLLIN | POLLHUP, 0));
	EXPECT_EQ(5, ion_pop_from(&s->ch, 0, 9));
	EXPECT_TRUE(ion_poll_for(s->ch.fd, POLLIN, 0) & POLLHUP);
	EXPECT_EQ(-EPIPE, ion_kick(s->ch.fd));
	EXPECT_EQ(-EPIPE, ion_lend(s->ch.fd, SPIN, SECOND));
	EXPECT_EQ(0, read(s->ch.fd, &packet, sizeof(packet)));
	EXPECT_ERRNO(EPIPE, write(s->ch.fd, &packet, sizeof(packet)));
	EXPECT_EQ(0, ion_get_stats(s->ch.fd, &stats));
	EXPECT_TRUE(stats_add_up(&stats));
	EXPECT_EQ(0, ion_reset(s->ch.fd));
	EXPECT_EQ(doorbells, service_counts(s).doorbells);
	EXPECT_EQ(0, probe_register());
}

TEST_F(service_life, unregister_hangs_up_a_channel)
{
	test_unregister(_metadata, &self->s, 0);
}

TEST_F(service_life, unregister_hangs_up_an_async_channel)
{
	test_unregister(_metadata, &self->s, PROBE_ASYNC);
}

TEST_F(service_life, unregister_hangs_up_many_channels)
{
	struct channel ch[20];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ch); i++) {
		ASSERT_EQ(0,
			  channel_open_layout(&ch[i], i % 2, 16,
					      i % 3 ? "probe" : "probe-plain"));
	}
	EXPECT_EQ(0, probe_unregister());
	for (i = 0; i < ARRAY_SIZE(ch); i++) {
		EXPECT_EQ(-EPIPE, ion_kick(ch[i].fd));
		channel_close(&ch[i]);
	}
	EXPECT_EQ(0, probe_register());
}

static int close_it(struct task *task)
{
	channel_close(task->ch);
	return 0;
}

static int kick_it(struct task *task)
{
	return ion_kick(task->ch->fd);
}

/* After unregister() no callback runs, whatever started it. */
TEST_F(service_life, unregister_waits_for_callbacks)
{
	int (*const begin[])(struct task *task) = { close_it, kick_it };
	struct ion_setup setup;
	struct task task;
	unsigned int i;
	__u64 start;

	for (i = 0; i < ARRAY_SIZE(begin); i++) {
		service_setup(&setup, PROBE_SLEEPY);
		setup.arg[1] = 300000;
		ASSERT_EQ(0, channel_open(&self->s.ch, &setup));
		task_start(&task, begin[i], &self->s.ch, 0, 0);
		sleep_ns(100 * MS);
		start = now_ns();
		EXPECT_EQ(0, probe_unregister());
		EXPECT_EQ(0, probe_totals().bound);
		EXPECT_LT(100 * MS, now_ns() - start);
		task_join(&task);
		channel_close(&self->s.ch);
		EXPECT_EQ(0, probe_register());
	}
}

/* The program is closed, and the service still has the channel. */
static void test_outlive(struct __test_metadata *_metadata, struct service *s,
			 __u32 put_from)
{
	struct usage with;
	unsigned int context;

	ASSERT_EQ(0, service_open(s, PROBE_ASYNC));
	EXPECT_EQ(4, ion_push_from(&s->ch, 0, 4));
	with = usage_now();
	channel_close(&s->ch);
	EXPECT_TRUE(AWAIT(service_counts(s).unbound == 1));
	EXPECT_EQ(0, probe_totals().bound);
	EXPECT_EQ(1, probe_totals().held);
	EXPECT_EQ(with.channels, usage_now().channels);
	EXPECT_EQ(with.bytes, usage_now().bytes);

	for (context = 0; context < PROBE_IN_DOORBELL; context++) {
		s->context = context;
		EXPECT_EQ(0, service_call(s, PROBE_PUSH, ION_RING_RX, 1));
		EXPECT_EQ(0,
			  service_call(s, PROBE_CMD_RESERVE, ION_RING_EVT, 8));
		EXPECT_EQ(-EPIPE, service_ask(s, PROBE_ERROR));
		EXPECT_EQ(0, service_ask(s, PROBE_PRIVATE));
		service_ask(s, PROBE_NOTIFY);
		service_ask(s, PROBE_HANGUP);
	}
	EXPECT_EQ(4, service_call(s, PROBE_POP_N, ION_RING_TX, 9));
	s->context = put_from;
	EXPECT_EQ(0, service_ask(s, PROBE_PUT));
	EXPECT_EQ(0, probe_totals().held);
	EXPECT_EQ(with.channels - 1, usage_now().channels);
	EXPECT_GT(with.bytes, usage_now().bytes);
}

TEST_F(service_life, a_reference_outlives_the_file)
{
	test_outlive(_metadata, &self->s, PROBE_IN_CALLER);
	test_outlive(_metadata, &self->s, PROBE_IN_WORK);
}

/* The last reference goes with a task of another user. */
TEST_F(service_life, a_channel_lives_on_in_a_child)
{
	struct probe_run opener = { .call = PROBE_OPENER };
	struct service *s = &self->s;
	int pipes[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(0, service_open(s, PROBE_ECHO));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(pipes[1]);
		if (ion_drop_privileges() || read(pipes[0], &byte, 1))
			_exit(1);
		_exit(ion_kick(s->ch.fd) ? 2 : 0);
	}
	channel_close(&s->ch);
	EXPECT_EQ(1, probe_totals().bound);
	EXPECT_EQ(0, service_run(s, &opener));
	EXPECT_EQ(getpid(), opener.words[0]);
	EXPECT_EQ(0, opener.words[1]);
	close(pipes[1]);
	status = ion_wait_child(pid);
	EXPECT_EQ(0, status);
	EXPECT_TRUE(AWAIT(!probe_totals().bound));
	EXPECT_EQ(1, service_counts(s).unbound);
}

TEST_F(service_life, join_and_verify_are_calls_of_the_service)
{
	struct ion_verify verify = { .size = sizeof(verify) };
	struct ion_join join = { .size = sizeof(join) };
	struct service *s = &self->s;
	struct channel echo, other;
	struct ion_setup setup;

	ASSERT_EQ(0, service_open(s, PROBE_ECHO));
	service_setup(&setup, 0);
	ASSERT_EQ(0, channel_open(&other, &setup));
	ASSERT_EQ(0, channel_open(&echo, NULL));
	join.fd = other.fd;
	EXPECT_EQ(0, ion_call(s->ch.fd, ION_IOC_JOIN, &join));
	join.fd = echo.fd;
	EXPECT_EQ(-EINVAL, ion_call(s->ch.fd, ION_IOC_JOIN, &join));
	join.fd = s->ch.fd;
	EXPECT_EQ(-EINVAL, ion_call(s->ch.fd, ION_IOC_JOIN, &join));
	channel_close(&other);
	setup.arg[0] = PROBE_ECHO;
	ASSERT_EQ(0, channel_open(&other, &setup));
	join.fd = other.fd;
	EXPECT_EQ(-EXDEV, ion_call(s->ch.fd, ION_IOC_JOIN, &join));

	EXPECT_EQ(0, ion_call(s->ch.fd, ION_IOC_VERIFY, &verify));
	EXPECT_EQ(0, verify.genuine);
	EXPECT_EQ(0, verify.pid);
	verify.cmd.kind = 1;
	EXPECT_EQ(0, ion_call(s->ch.fd, ION_IOC_VERIFY, &verify));
	EXPECT_EQ(1, verify.genuine);
	EXPECT_EQ(getpid(), verify.pid);

	EXPECT_EQ(0, probe_unregister());
	EXPECT_EQ(-EPIPE, ion_call(s->ch.fd, ION_IOC_JOIN, &join));
	EXPECT_EQ(-EPIPE, ion_call(s->ch.fd, ION_IOC_VERIFY, &verify));
	EXPECT_EQ(0, probe_register());
	channel_close(&other);
	channel_close(&echo);
}

ION_TEST_KERNEL_LOG()

SERVICE_TEST_MAIN
