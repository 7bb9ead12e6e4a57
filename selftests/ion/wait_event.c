// SPDX-License-Identifier: GPL-2.0-only
/* The eventfd, for threads that set a wake flag, and SIGIO. */
#include "ion_live.h"
#include "ion_test.h"

FIXTURE(wait_event)
{
	struct channel ch;
};

ION_LAYOUT_VARIANTS(wait_event);

FIXTURE_SETUP(wait_event)
{
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
}

FIXTURE_TEARDOWN(wait_event)
{
	channel_close(&self->ch);
}

/* The eventfd */

/* Return how often it was signalled since the last call. */
static int eventfd_take(int eventfd)
{
	__u64 count;

	if (read(eventfd, &count, sizeof(count)) == sizeof(count))
		return (int)count;
	return errno == EAGAIN ? 0 : -errno;
}

static __u64 signals_of(int fd)
{
	struct ion_stats stats;

	return ion_get_stats(fd, &stats) ? ~0ULL : stats.signals;
}

TEST_F(wait_event, eventfd_is_signalled_if_the_flag_is_set)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct channel *ch = &self->ch;

	ASSERT_LE(0, event);
	ASSERT_EQ(0, ion_set_eventfd(ch->fd, event));
	EXPECT_EQ(5, ion_send(ch, 0, 5));
	EXPECT_TRUE(ion_send_cmd(ch, 0));
	EXPECT_EQ(0, eventfd_take(event));
	EXPECT_EQ(0, signals_of(ch->fd));

	/* The flag is that of a ring that did not move. */
	ion_end_sleep(&ch->evt.end);
	EXPECT_EQ(1, ion_send(ch, 5, 1));
	EXPECT_EQ(0, eventfd_take(event));
	EXPECT_TRUE(ion_send_cmd(ch, 1));
	EXPECT_EQ(1, eventfd_take(event));
	ion_end_awake(&ch->evt.end);
	EXPECT_TRUE(ion_send_cmd(ch, 2));
	EXPECT_EQ(0, eventfd_take(event));

	ion_end_sleep(&ch->rx.end);
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_EQ(0, eventfd_take(event));
	EXPECT_EQ(10, ion_send(ch, 6, 10));
	EXPECT_EQ(1, eventfd_take(event));
	EXPECT_EQ(1, ion_send(ch, 16, 1));
	EXPECT_EQ(1, eventfd_take(event));
	ion_end_awake(&ch->rx.end);

	/* Room is a reason to wait as well. */
	ion_end_sleep(&ch->tx.end);
	EXPECT_EQ(1, ion_send(ch, 17, 1));
	EXPECT_EQ(1, eventfd_take(event));
	ion_end_awake(&ch->tx.end);
	EXPECT_EQ(1, ion_send(ch, 18, 1));
	EXPECT_EQ(0, eventfd_take(event));
	EXPECT_EQ(4, signals_of(ch->fd));
	close(event);
}

/* A sleeper on one ring is notified that another ring stopped the channel. */
TEST_F(wait_event, eventfd_is_signalled_for_poison_and_reset)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct channel *ch = &self->ch;
	struct ion_stats stats;

	ASSERT_EQ(0, ion_set_eventfd(ch->fd, event));
	ion_end_sleep(&ch->rx.end);
	*user_index(ch, ION_RING_TX) = 0xffff;
	EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
	EXPECT_EQ(1, eventfd_take(event));
	EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
	EXPECT_EQ(0, eventfd_take(event));
	EXPECT_EQ(0, ion_reset(ch->fd));
	EXPECT_EQ(1, eventfd_take(event));

	/* Whichever call finds it, and in any ring. */
	*user_index(ch, ION_RING_EVT) = 0xffff;
	EXPECT_EQ(0, ion_get_stats(ch->fd, &stats));
	EXPECT_EQ(1, eventfd_take(event));

	/* But no sleeper whose flag is 0. */
	ion_end_awake(&ch->rx.end);
	EXPECT_EQ(0, ion_reset(ch->fd));
	EXPECT_EQ(0, eventfd_take(event));
	close(event);
}

TEST_F(wait_event, eventfd_is_replaced_and_cleared)
{
	int one = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int two = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct channel *ch = &self->ch;

	ion_end_sleep(&ch->rx.end);
	EXPECT_EQ(0, ion_set_eventfd(ch->fd, -1));
	EXPECT_EQ(1, ion_send(ch, 0, 1));
	EXPECT_EQ(0, ion_set_eventfd(ch->fd, one));
	EXPECT_EQ(1, ion_send(ch, 1, 1));
	EXPECT_EQ(1, eventfd_take(one));
	EXPECT_EQ(0, ion_set_eventfd(ch->fd, two));
	EXPECT_EQ(1, ion_send(ch, 2, 1));
	EXPECT_EQ(0, eventfd_take(one));
	EXPECT_EQ(1, eventfd_take(two));
	EXPECT_EQ(0, ion_set_eventfd(ch->fd, two));
	EXPECT_EQ(1, ion_send(ch, 3, 1));
	EXPECT_EQ(1, eventfd_take(two));
	EXPECT_EQ(0, ion_set_eventfd(ch->fd, -1));
	EXPECT_EQ(1, ion_send(ch, 4, 1));
	EXPECT_EQ(0, eventfd_take(two));

	/* The channel keeps the eventfd, whatever the program closes. */
	EXPECT_EQ(0, ion_set_eventfd(ch->fd, one));
	close(one);
	close(two);
	EXPECT_EQ(1, ion_send(ch, 5, 1));
	EXPECT_EQ(3, signals_of(ch->fd) - 1);
}

TEST_F(wait_event, an_invalid_eventfd_is_refused)
{
	struct ion_eventfd arg = { .size = sizeof(arg), .fd = -1 };
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int fd = self->ch.fd, pipes[2];

	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(0, ion_set_eventfd(fd, event));
	EXPECT_EQ(-EBADF, ion_set_eventfd(fd, -2));
	EXPECT_EQ(-EBADF, ion_set_eventfd(fd, 999));
	EXPECT_EQ(-EINVAL, ion_set_eventfd(fd, pipes[0]));
	EXPECT_EQ(-EINVAL, ion_set_eventfd(fd, fd));
	arg.flags = 1;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_EVENTFD, &arg));
	arg.flags = 0;
	arg.reserved = 1;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_EVENTFD, &arg));
	arg.reserved = 0;
	arg.size = 15;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_EVENTFD, &arg));
	EXPECT_EQ(-EFAULT, ion_call(fd, ION_IOC_EVENTFD, NULL));

	/* The previous eventfd is still set. */
	ion_end_sleep(&self->ch.rx.end);
	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	EXPECT_EQ(1, eventfd_take(event));

	fd = ion_open(O_RDWR);
	EXPECT_EQ(-EBADFD, ion_set_eventfd(fd, event));
	close(fd);
}

/* The protocol of a program that sleeps on it, beside a lent thread. */
TEST_F(wait_event, eventfd_loses_no_wake_up)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct channel *ch = &self->ch;
	struct task server;
	__u64 number;

	ASSERT_EQ(0, ion_set_eventfd(ch->fd, event));
	ASSERT_TRUE(server_start(&server, ch, MS / 50, 0));
	for (number = 0; number < 1500; number++) {
		__u64 until = now_ns() + ion_mix(number) % 40000;

		/*
		 * Packets come while it works, when it is about to sleep, or
		 * after.
		 */
		while (now_ns() < until)
			;
		ASSERT_EQ(1, ion_push_from(ch, number, 1));
		if (ion_end_peer_sleeps(&ch->tx.end))
			ASSERT_EQ(0, ion_kick(ch->fd));
		ion_end_sleep(&ch->rx.end);
		while (!ion_ring_peek(&ch->rx, 1)) {
			ASSERT_EQ(POLLIN, ion_poll_for(event, POLLIN, LONG_MS))
			TH_LOG("packet %llu", number);
			eventfd_take(event);
		}
		ion_end_awake(&ch->rx.end);
		ASSERT_EQ(1, ion_pop_from(ch, number, 1));
	}
	EXPECT_EQ(-EINTR, server_stop(&server));
}

/* SIGIO */

static int next_signal(int signal, siginfo_t *info, __u64 timeout_ns)
{
	struct timespec time = { .tv_sec = timeout_ns / SECOND,
				 .tv_nsec = timeout_ns % SECOND };
	sigset_t set;

	memset(info, 0, sizeof(*info));
	sigemptyset(&set);
	sigaddset(&set, signal);
	return sigtimedwait(&set, info, &time);
}

TEST_F(wait_event, sigio_is_sent_for_packets)
{
	int fd = self->ch.fd, flags = fcntl(fd, F_GETFL);
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);

	EXPECT_EQ(1, ion_send(&self->ch, 0, 1));
	EXPECT_EQ(-1, next_signal(SIGIO, &info, 0));
	ASSERT_EQ(0, fcntl(fd, F_SETOWN, getpid()));
	ASSERT_EQ(0, fcntl(fd, F_SETFL, flags | O_ASYNC));
	EXPECT_EQ(-1, next_signal(SIGIO, &info, 0));
	EXPECT_EQ(1, ion_send(&self->ch, 1, 1));
	EXPECT_EQ(SIGIO, next_signal(SIGIO, &info, SECOND));

	ASSERT_EQ(0, fcntl(fd, F_SETSIG, SIGRTMIN));
	EXPECT_EQ(1, ion_send(&self->ch, 2, 1));
	EXPECT_EQ(SIGRTMIN, next_signal(SIGRTMIN, &info, SECOND));
	EXPECT_EQ(fd, info.si_fd);
	EXPECT_TRUE(info.si_band & POLLIN);
	EXPECT_EQ(-1, next_signal(SIGRTMIN, &info, 0));
	EXPECT_EQ(0, ion_kick(fd));
	EXPECT_EQ(-1, next_signal(SIGRTMIN, &info, 0));

	ASSERT_EQ(0, fcntl(fd, F_SETFL, flags));
	EXPECT_EQ(1, ion_send(&self->ch, 3, 1));
	EXPECT_EQ(-1, next_signal(SIGRTMIN, &info, 0));
	EXPECT_EQ(4, ion_pop_from(&self->ch, 0, 5));

	/* Closing it in this state must work. */
	ASSERT_EQ(0, fcntl(fd, F_SETFL, flags | O_ASYNC));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
