// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGKILL at any point of a transfer through a service in another module: all
 * that the program had is freed, and the service learns of its end.
 */
#include "ion_test.h"
#include "service_test.h"

#define ALL_SOURCES ((1U << PROBE_SOURCES) - 1)

FIXTURE(service_kill)
{
	struct usage before;
};

FIXTURE_VARIANT(service_kill)
{
	__u64 flags;
	bool lend;
	bool flood;
};

#define KILL_VARIANT(name, f, l, i)                  \
	FIXTURE_VARIANT_ADD(service_kill, name)      \
	{                                            \
		.flags = (f), .lend = l, .flood = i, \
	}

KILL_VARIANT(kicked, PROBE_ECHO, false, false);
KILL_VARIANT(lent, PROBE_ECHO, true, false);
KILL_VARIANT(async, PROBE_ECHO | PROBE_ASYNC, true, false);
KILL_VARIANT(interrupts, PROBE_ASYNC, false, true);
KILL_VARIANT(slow_service, PROBE_ECHO | PROBE_SLEEPY, false, false);

FIXTURE_SETUP(service_kill)
{
	SERVICE_BEGIN(self->before);
}

FIXTURE_TEARDOWN(service_kill)
{
	SERVICE_END(self->before);
}

static const struct probe_flood flood_all = {
	.push = ALL_SOURCES,
	.pop = ALL_SOURCES,
	.interval_us = 30,
};

/* Transfer without end; the result is the fault. */
static int transfer(__u64 flags, bool lend, bool flood, int ready)
{
	struct ion_setup setup;
	struct service s;
	struct task server;
	__u64 sent, n;

	service_setup(&setup, flags);
	setup.arg[1] = flags & PROBE_SLEEPY ? 2000 : 0;
	setup.layout = ION_LAYOUT_SPLIT;
	if (service_open_setup(&s, &setup))
		return 1;
	if (flood && service_flood(&s, &flood_all))
		return 2;
	if (lend)
		task_start(&server, task_serve, &s.ch, MS / 20, 0);
	if (write(ready, "", 1) != 1)
		return 3;
	for (sent = 0;; sent += n) {
		n = ion_push_from(&s.ch, sent, 50);
		if (ion_kick(s.ch.fd))
			return 4;
		ion_ring_release(&s.ch.rx, ion_ring_peek(&s.ch.rx, 255));
	}
}

TEST_F_TIMEOUT(service_kill, sigkill_at_any_point_leaves_nothing, 60)
{
	unsigned int round;

	for (round = 0; round < 40; round++) {
		int pipes[2];
		pid_t pid;
		char byte;

		ASSERT_EQ(0, pipe(pipes));
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid)
			_exit(transfer(variant->flags, variant->lend,
				       variant->flood, pipes[1]));
		close(pipes[1]);
		/*
		 * Every other program is killed before it has a channel, or
		 * while it opens one.
		 */
		if (round % 2)
			ASSERT_EQ(1, read(pipes[0], &byte, 1));
		sleep_ns(ion_mix(round) % (4 * MS));
		kill(pid, SIGKILL);
		EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
		close(pipes[0]);
	}
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
	EXPECT_TRUE(AWAIT(!probe_totals().held));
}

ION_TEST_KERNEL_LOG()

SERVICE_TEST_MAIN
