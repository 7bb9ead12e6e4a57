// SPDX-License-Identifier: MIT
/* Tests of the lent thread: begin and end at any moment, poison, fork, signals. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "check.h"
#include "fake.h"

static struct ionc_channel *channel(void)
{
	struct ionc_options options;
	struct ionc_channel *ch;

	ionc_options_init(&options);
	options.device = FAKE_DEVICE;
	if (ionc_open(&ch, &options))
		abort();
	return ch;
}

static bool echoes(struct ionc_channel *ch, __u64 number)
{
	struct ion_packet packet = { .data = number };

	if (ionc_send(ch, &packet, 1, IONC_FOREVER) != 1)
		return false;
	packet.data = 0;
	return ionc_receive(ch, &packet, 1, IONC_FOREVER) == 1 &&
	       packet.data == number;
}

static void begin_and_end(void)
{
	struct ionc_lend_options options = { .size = sizeof(options) };
	struct ionc_channel *ch = channel();
	struct fake *f = fake_of(ionc_fd(ch));
	__u64 i;

	CHECK_EQ(-ENOENT, ionc_take_back(ch));
	CHECK_EQ(0, ionc_lend(ch, NULL));
	CHECK_EQ(-EBUSY, ionc_lend(ch, NULL));
	for (i = 0; i < 200; i++)
		CHECK(echoes(ch, i));
	CHECK_EQ(0, ionc_take_back(ch));
	CHECK(!f->serving);
	CHECK(echoes(ch, i));

	options.flags = IONC_LEND_NEVER_SLEEP;
	CHECK_EQ(0, ionc_lend(ch, &options));
	CHECK(echoes(ch, i));
	/* Closing takes it back. */
	ionc_close(ch);
	CHECK(!f->serving);
}

/* The thread ends wherever it is when it is taken back. */
static void back_at_once(void)
{
	struct ionc_lend_options options = { .size = sizeof(options) };
	struct ionc_channel *ch = channel();
	unsigned int i;

	options.flags = IONC_LEND_NO_SPIN;
	for (i = 0; i < 60; i++) {
		fake_serve_delay_us = i % 4 * 300;
		CHECK_EQ(0, ionc_lend(ch, &options));
		if (i % 3)
			usleep(i * 7);
		CHECK_EQ(0, ionc_take_back(ch));
	}
	fake_serve_delay_us = 0;
	ionc_close(ch);
}

/* A descriptor that the program closes does not end it. */
static void other_closes(void)
{
	struct ionc_channel *ch = channel();
	__u64 i;

	CHECK_EQ(0, ionc_lend(ch, NULL));
	for (i = 0; i < 50; i++) {
		close(dup(ionc_fd(ch)));
		CHECK(echoes(ch, i));
	}
	CHECK_EQ(0, ionc_take_back(ch));
	ionc_close(ch);
}

/* Wait until f->serving is @want; return whether that came true. */
static bool comes_to_serve(struct fake *f, bool want)
{
	bool serving = !want;
	int i;

	for (i = 0; i < 5000 && serving != want; i++) {
		pthread_mutex_lock(&f->lock);
		serving = f->serving;
		pthread_mutex_unlock(&f->lock);
		usleep(1000);
	}
	return serving == want;
}

static void refused(void)
{
	struct ionc_lend_options options = { .size = sizeof(options) };
	struct ionc_channel *ch = channel();
	struct fake *f = fake_of(ionc_fd(ch));

	options.flags = 1U << 31;
	CHECK_EQ(-EINVAL, ionc_lend(ch, &options));
	options.flags = IONC_LEND_PIN;
	options.cpu = 100000;
	CHECK_EQ(-EINVAL, ionc_lend(ch, &options));
	options.cpu = 1023;
	CHECK_EQ(-EINVAL, ionc_lend(ch, &options));
	options.cpu = (__u32)sched_getcpu();
	CHECK_EQ(0, ionc_lend(ch, &options));
	CHECK_EQ(0, ionc_take_back(ch));
	options.size = 4;
	CHECK_EQ(-EINVAL, ionc_lend(ch, &options));

	f->serving = true;
	CHECK_EQ(-EBUSY, ionc_lend(ch, NULL));
	f->serving = false;
	CHECK_EQ(-ENOENT, ionc_take_back(ch));
	CHECK_EQ(0, ionc_lend(ch, NULL));
	CHECK(comes_to_serve(f, true));
	fake_hang_up(f);
	CHECK(comes_to_serve(f, false));
	CHECK_EQ(-EPIPE, ionc_take_back(ch));
	ionc_close(ch);
}

/* A poisoned ring stops the thread, and a reset lets it continue. */
static void poison(void)
{
	struct ionc_channel *ch = channel();
	struct fake *f = fake_of(ionc_fd(ch));
	__u64 i;

	for (i = 0; i < 20; i++) {
		CHECK_EQ(0, ionc_lend(ch, NULL));
		__atomic_store_n(ch->tx.end.own_index, 9999, __ATOMIC_RELAXED);
		CHECK_EQ(-EPROTO, ionc_wait_rx(ch, 1, IONC_FOREVER));
		if (i % 2)
			usleep(2000);
		CHECK(ionc_reset(ch) >= 0);
		if (i % 4 < 2)
			CHECK(comes_to_serve(f, true));
		if (i % 3)
			CHECK(echoes(ch, i));
		CHECK_EQ(0, ionc_take_back(ch));
	}
	CHECK_EQ(0, ionc_lend(ch, NULL));
	CHECK(comes_to_serve(f, true));
	__atomic_store_n(ch->tx.end.own_index, 9999, __ATOMIC_RELAXED);
	CHECK_EQ(-EPROTO, ionc_wait_rx(ch, 1, IONC_FOREVER));
	CHECK(comes_to_serve(f, false));
	CHECK_EQ(-EPROTO, ionc_take_back(ch));
	CHECK_EQ(-EPROTO, ionc_lend(ch, NULL));
	CHECK(ionc_reset(ch) >= 0);
	CHECK_EQ(0, ionc_lend(ch, NULL));
	ionc_close(ch);
}

/* A child does something with a channel; its parent's lent thread continues. */
static void child_runs(struct ionc_channel *ch,
		       void (*run)(struct ionc_channel *ch))
{
	int status = -1;
	pid_t pid;

	CHECK_EQ(0, ionc_lend(ch, NULL));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(60);
		run(ch);
		_exit(0);
	}
	CHECK_EQ(pid, waitpid(pid, &status, 0));
	CHECK_EQ(0, status);
	CHECK(echoes(ch, 1));
}

/* A child may close the channel without harm to its parent. */
static void child(void)
{
	struct ionc_channel *ch = channel();

	child_runs(ch, ionc_close);
	CHECK_EQ(0, ionc_take_back(ch));
	ionc_close(ch);
}

static void close_beside_own(struct ionc_channel *ch)
{
	struct ionc_channel *own = channel();

	if (!echoes(own, 1))
		_exit(1);
	ionc_close(ch);
	if (!echoes(own, 2))
		_exit(2);
	ionc_close(own);
}

/* A child that has channels of its own is not mistaken for its parent. */
static void child_with_its_own(void)
{
	struct ionc_channel *ch = channel();

	child_runs(ch, close_beside_own);
	ionc_close(ch);
}

static void signalled(int signal)
{
	(void)signal;
	abort();
}

/* A signal handler never runs in the lent thread. */
static void signals(void)
{
	struct ionc_channel *ch = channel();
	sigset_t usr1, old;
	int signal;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	CHECK(sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = signalled },
			NULL) == 0);
	CHECK_EQ(0, ionc_lend(ch, NULL));
	pthread_sigmask(SIG_BLOCK, &usr1, &old);
	kill(getpid(), SIGUSR1);
	CHECK(echoes(ch, 1));
	CHECK_EQ(0, sigwait(&usr1, &signal));
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	ionc_close(ch);
}

int main(void)
{
	static const struct check checks[] = {
		{ "begin and end", begin_and_end },
		{ "back at once", back_at_once },
		{ "other descriptors are closed", other_closes },
		{ "refusals", refused },
		{ "poison and reset", poison },
		{ "a child that closes", child },
		{ "a child with channels of its own closes its parent's",
		  child_with_its_own },
		{ "signals go elsewhere", signals },
		{ NULL, NULL },
	};

	return check_all(checks);
}
