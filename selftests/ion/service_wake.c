// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wake-ups in both directions: a service that pushes or pops in any context
 * wakes every sleeper, however it sleeps; and the program is asked for kicks as
 * the service needs them.
 */
#include "ion_test.h"
#include "service_test.h"

#define SLOTS	 8
#define CAPACITY (SLOTS - 1)

FIXTURE(service_wake)
{
	struct usage before;
	struct service s;
	struct task task;
};

SERVICE_VARIANTS(service_wake);

FIXTURE_SETUP(service_wake)
{
	SERVICE_BEGIN(self->before);
	ASSERT_EQ(0, service_open_variant(&self->s, variant->flags,
					  variant->context, variant->layout,
					  SLOTS));
}

FIXTURE_TEARDOWN(service_wake)
{
	service_close(&self->s);
	SERVICE_END(self->before);
}

/*
 * The kernel notifies of the work of doorbell(); for all else there is
 * ion_channel_notify().
 */
static void notify(struct service *s)
{
	if (s->context != PROBE_IN_DOORBELL)
		service_ask(s, PROBE_NOTIFY);
}

static bool push(struct service *s, __u32 count)
{
	__s64 n = service_call(s, PROBE_PUSH_N, ION_RING_RX, count);

	notify(s);
	return n == count;
}

static bool push_cmd(struct service *s)
{
	__s64 n = service_call(s, PROBE_CMD_PUSH, ION_RING_EVT, 1);

	notify(s);
	return n == 1;
}

static bool pop(struct service *s)
{
	__s64 n = service_call(s, PROBE_POP, ION_RING_TX, 1);

	notify(s);
	return n == 1;
}

static int sleep_in_poll(struct task *task)
{
	return ion_poll_for(task->ch->fd, (short)task->arg[0], -1);
}

static int sleep_in_wait(struct task *task)
{
	__u64 timeout = ION_WAIT_FOREVER;

	return ion_wait_for(task->ch->fd, task->arg[0], task->arg[1], &timeout);
}

static int sleep_in_read(struct task *task)
{
	struct ion_packet packet;
	ssize_t n = read(task->ch->fd, &packet, sizeof(packet));

	return n < 0 ? -errno : (int)n;
}

static int sleep_in_write(struct task *task)
{
	struct ion_packet packet = ion_packet_of(task->arg[0]);
	ssize_t n = write(task->ch->fd, &packet, sizeof(packet));

	return n < 0 ? -errno : (int)n;
}

static int sleep_on_eventfd(struct task *task)
{
	return ion_poll_for((int)task->arg[0], POLLIN, -1);
}

TEST_F(service_wake, a_push_wakes_poll)
{
	struct service *s = &self->s;

	task_start(&self->task, sleep_in_poll, &s->ch, POLLIN, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(push_cmd(s));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(push(s, 1));
	EXPECT_EQ(POLLIN, task_join(&self->task));

	task_start(&self->task, sleep_in_poll, &s->ch, POLLOUT, 0);
	EXPECT_EQ(POLLOUT, task_join(&self->task));
	EXPECT_EQ(CAPACITY, ion_push_from(&s->ch, 0, SLOTS));
	task_start(&self->task, sleep_in_poll, &s->ch, POLLOUT, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(pop(s));
	EXPECT_EQ(POLLOUT, task_join(&self->task));
}

TEST_F(service_wake, a_push_wakes_wait)
{
	struct service *s = &self->s;

	task_start(&self->task, sleep_in_wait, &s->ch, 3, 1);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(push(s, 2));
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(push(s, 1));
	EXPECT_EQ(0, task_join(&self->task));

	task_start(&self->task, sleep_in_wait, &s->ch, 5, 1);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(push_cmd(s));
	EXPECT_EQ(0, task_join(&self->task));
}

TEST_F(service_wake, push_and_pop_wake_read_and_write)
{
	struct service *s = &self->s;

	task_start(&self->task, sleep_in_read, &s->ch, 0, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(push(s, 1));
	EXPECT_EQ(sizeof(struct ion_packet), task_join(&self->task));
	channel_attach_live(&s->ch);

	EXPECT_EQ(CAPACITY, ion_push_from(&s->ch, 0, SLOTS));
	task_start(&self->task, sleep_in_write, &s->ch, 7, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(pop(s));
	EXPECT_EQ(sizeof(struct ion_packet), task_join(&self->task));
}

TEST_F(service_wake, a_push_signals_the_eventfd)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct service *s = &self->s;
	__u64 count;

	ASSERT_EQ(0, ion_set_eventfd(s->ch.fd, event));
	/* Not for a sleeper whose flag is 0. */
	EXPECT_TRUE(push(s, 1));
	sleep_ns(20 * MS);
	EXPECT_EQ(0, ion_poll_for(event, POLLIN, 0));

	ion_end_sleep(&s->ch.rx.end);
	task_start(&self->task, sleep_on_eventfd, &s->ch, event, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_TRUE(push(s, 1));
	EXPECT_EQ(POLLIN, task_join(&self->task));
	EXPECT_EQ(sizeof(count), read(event, &count, sizeof(count)));
	EXPECT_EQ(1, count);

	/* Room to push is a reason to wait as well. */
	ion_end_awake(&s->ch.rx.end);
	EXPECT_EQ(CAPACITY, ion_push_from(&s->ch, 0, SLOTS));
	ion_end_sleep(&s->ch.tx.end);
	EXPECT_TRUE(pop(s));
	EXPECT_TRUE(AWAIT(ion_poll_for(event, POLLIN, 0) == POLLIN));
	close(event);
}

/* SIGIO comes from any context. */
TEST_F(service_wake, a_push_sends_sigio)
{
	struct service *s = &self->s;
	int flags = fcntl(s->ch.fd, F_GETFL);
	struct timespec second = { .tv_sec = LONG_MS / 1000 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ASSERT_EQ(0, fcntl(s->ch.fd, F_SETOWN, getpid()));
	ASSERT_EQ(0, fcntl(s->ch.fd, F_SETFL, flags | O_ASYNC));
	EXPECT_TRUE(push(s, 1));
	EXPECT_EQ(SIGIO, sigtimedwait(&set, &info, &second));
}

/*
 * A hang-up wakes every sleeper, and packets pushed before can still be popped.
 */
TEST_F(service_wake, a_hangup_wakes_every_sleeper)
{
	struct service *s = &self->s;
	struct ion_packet packet;

	EXPECT_TRUE(push(s, 2));
	EXPECT_EQ(2, ion_ring_peek(&s->ch.rx, 5));
	task_start(&self->task, sleep_in_wait, &s->ch, 5, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(0, service_ask(s, PROBE_HANGUP));
	EXPECT_EQ(-EPIPE, task_join(&self->task));

	EXPECT_EQ(0, push(s, 1));
	EXPECT_EQ(0, service_call(s, PROBE_RESERVE, ION_RING_RX, 1));
	EXPECT_EQ(-EPIPE, service_ask(s, PROBE_ERROR));
	EXPECT_EQ(-EPIPE, ion_kick(s->ch.fd));
	packet = ion_packet_of(0);
	EXPECT_EQ(-EPIPE,
		  ion_batch(s->ch.fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1));
	EXPECT_ERRNO(EPIPE, write(s->ch.fd, &packet, sizeof(packet)));

	EXPECT_FALSE(ion_poll_for(s->ch.fd, POLLIN, 0) & POLLHUP);
	EXPECT_EQ(sizeof(packet), read(s->ch.fd, &packet, sizeof(packet)));
	EXPECT_EQ(1, ion_batch(s->ch.fd, ION_IOC_POP, ION_RING_RX, &packet, 1));
	EXPECT_TRUE(ion_poll_for(s->ch.fd, POLLIN, 0) & POLLHUP);
	EXPECT_EQ(0, read(s->ch.fd, &packet, sizeof(packet)));
	EXPECT_EQ(-EPIPE,
		  ion_batch(s->ch.fd, ION_IOC_POP, ION_RING_RX, &packet, 1));

	/* Packets that the program pushed by itself can still be popped. */
	EXPECT_EQ(3, ion_push_from(&s->ch, 0, 3));
	EXPECT_TRUE(pop(s));
	EXPECT_EQ(-EPIPE, ion_lend(s->ch.fd, SPIN, SECOND));
}

/* A second hang-up changes nothing, and a reset does not undo it. */
TEST_F(service_wake, a_hangup_is_final)
{
	struct service *s = &self->s;
	__u64 timeout = ION_WAIT_FOREVER;

	EXPECT_EQ(0, service_ask(s, PROBE_HANGUP));
	EXPECT_EQ(0, service_ask(s, PROBE_HANGUP));
	EXPECT_EQ(0, ion_reset(s->ch.fd));
	EXPECT_EQ(-EPIPE, ion_kick(s->ch.fd));
	EXPECT_EQ(-EPIPE, ion_wait_for(s->ch.fd, 1, 0, &timeout));
	EXPECT_TRUE(ion_poll_for(s->ch.fd, POLLIN, 0) & POLLHUP);
}

/* The call that finds the ring poisoned wakes every sleeper. */
TEST_F(service_wake, poison_wakes_every_sleeper)
{
	struct service *s = &self->s;

	task_start(&self->task, sleep_in_wait, &s->ch, 5, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	WRITE_ONCE(*user_index(&s->ch, ION_RING_TX), 0xfffff);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(0, service_call(s, PROBE_POP, ION_RING_TX, 1));
	EXPECT_EQ(-EPROTO, task_join(&self->task));
}

static __u64 doorbells(struct service *s)
{
	return service_counts(s).doorbells;
}

/* The flags show whether the program must kick. */
TEST_F(service_wake, arm_and_disarm_set_the_flags)
{
	struct service *s = &self->s;

	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&s->ch));
	service_call(s, PROBE_DISARM, ION_RING_TX, 0);
	EXPECT_EQ(1U << ION_RING_CMD, kernel_wakes(&s->ch));

	/* The flags stay so, whichever thread runs the kernel end. */
	EXPECT_EQ(0, ion_kick(s->ch.fd));
	EXPECT_EQ(0, ion_lend(s->ch.fd, NO_SPIN, MS));
	EXPECT_EQ(1U << ION_RING_CMD, kernel_wakes(&s->ch));

	EXPECT_EQ(1, service_call(s, PROBE_ARM, ION_RING_TX, 0));
	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&s->ch));
	service_call(s, PROBE_DISARM, ION_RING_TX, 0);
	EXPECT_EQ(1, ion_push_from(&s->ch, 0, 1));
	EXPECT_EQ(0, service_call(s, PROBE_ARM, ION_RING_TX, 0));
	EXPECT_TRUE(pop(s));
	EXPECT_EQ(1, service_call(s, PROBE_ARM, ION_RING_TX, 0));

	service_call(s, PROBE_DISARM, ION_RING_CMD, 0);
	EXPECT_EQ(1U << ION_RING_TX, kernel_wakes(&s->ch));
	EXPECT_EQ(1, service_call(s, PROBE_ARM, ION_RING_CMD, 0));
	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&s->ch));
}

/* A reset leaves the flags to the service, too. */
TEST_F(service_wake, reset_leaves_a_ring_disarmed)
{
	struct service *s = &self->s;

	service_call(s, PROBE_DISARM, ION_RING_TX, 0);
	EXPECT_EQ(0, ion_reset(s->ch.fd));
	EXPECT_EQ(1U << ION_RING_CMD, kernel_wakes(&s->ch));
	EXPECT_EQ(1, service_call(s, PROBE_ARM, ION_RING_TX, 0));
	EXPECT_EQ(0, ion_reset(s->ch.fd));
	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&s->ch));
}

/* The service is notified of room in a ring that was full. */
TEST_F(service_wake, room_rings_the_doorbell)
{
	struct service *s = &self->s;
	__u64 before;

	EXPECT_TRUE(push(s, CAPACITY));
	EXPECT_EQ(0, kernel_wake(&s->ch, ION_RING_RX));
	EXPECT_EQ(0, service_call(s, PROBE_PUSH, ION_RING_RX, 0));
	if (s->context != PROBE_IN_DOORBELL)
		EXPECT_EQ(1, service_call(s, PROBE_ARM, ION_RING_RX, 0));
	EXPECT_EQ(1, kernel_wake(&s->ch, ION_RING_RX));
	before = doorbells(s);
	ion_ring_release(&s->ch.rx, ion_ring_peek(&s->ch.rx, 1));
	EXPECT_TRUE(ion_end_peer_sleeps(&s->ch.rx.end));
	EXPECT_EQ(0, ion_kick(s->ch.fd));
	EXPECT_LT(before, doorbells(s));
	EXPECT_TRUE(push(s, 1));
}

ION_TEST_KERNEL_LOG()

SERVICE_TEST_MAIN
