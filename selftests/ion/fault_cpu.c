// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processor that a lent thread is bound to goes offline and online while
 * packets cross: none may be lost or duplicated, wherever the thread goes on.
 */
#include <sched.h>

#include "fault_test.h"
#include "ion_test.h"

#define ONLINE "/sys/devices/system/cpu/cpu1/online"

static long turns = 3;

FIXTURE(fault_cpu)
{
	struct usage before;
	struct channel ch;
};

FIXTURE_VARIANT(fault_cpu)
{
	__u32 layout;
	__u64 idle_ns;
};

/* clang-format off */
#define CPU_VARIANT(name, l, idle)					\
	FIXTURE_VARIANT_ADD(fault_cpu, name)				\
	{								\
		.layout = l, .idle_ns = idle,				\
	}

CPU_VARIANT(busy, ION_LAYOUT_SPLIT, SPIN);
CPU_VARIANT(asleep, ION_LAYOUT_COMPACT, NO_SPIN);
/* clang-format on */

FIXTURE_SETUP(fault_cpu)
{
	int ret;

	self->ch.fd = -1;
	self->before = usage_now();
	if (access(ONLINE, F_OK))
		SKIP(return, ONLINE
			   " is missing: one processor, or no CONFIG_HOTPLUG_CPU");
	ret = ion_write_text(ONLINE, "0");
	if (ret)
		SKIP(return, "processor 1 does not go offline: %s",
			   strerror(-ret));
	ASSERT_EQ(0, ion_write_text(ONLINE, "1"));
	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 64, ""));
}

FIXTURE_TEARDOWN(fault_cpu)
{
	if (!access(ONLINE, F_OK))
		ion_write_text(ONLINE, "1");
	channel_close(&self->ch);
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
}

static int bind_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

static int serve_on_cpu_1(struct task *task)
{
	int ret = bind_to(1);

	return ret ? ret : task_serve(task);
}

/* Offline and online, each time for a moment. */
static int toggle_cpu(struct task *task)
{
	unsigned int turn;
	int ret = 0;

	for (turn = 0; turn < turns && !ret; turn++) {
		sleep_ns(10 * MS + ion_mix(turn) % (20 * MS));
		ret = ion_write_text(ONLINE, "0");
		sleep_ns(10 * MS + ion_mix(turn) % (20 * MS));
		if (!ret)
			ret = ion_write_text(ONLINE, "1");
	}
	WRITE_ONCE(task->arg[0], turn);
	return ret;
}

struct count {
	__u64 sent;
	__u64 came;
};

/* Return whether an end sleeps for packets or for room, and so needs a kick. */
static bool kick_wanted(const struct channel *ch)
{
	return ion_end_peer_sleeps(&ch->tx.end) ||
	       ion_end_peer_sleeps(&ch->rx.end);
}

/* Return whether packets come in order, and some within a long time. */
static bool exchange(struct channel *ch, struct count *count, bool more)
{
	__u64 until = now_ns() + 2 * LONG_MS * MS;
	int n;

	do {
		if (more)
			count->sent += ion_push_from(ch, count->sent, 16);
		if (kick_wanted(ch) && ion_kick(ch->fd))
			return false;
		n = ion_pop_from(ch, count->came, 64);
		if (n < 0)
			return false;
		count->came += n;
		if (n || count->came == count->sent)
			return true;
		sched_yield();
	} while (now_ns() < until);
	return false;
}

TEST_F_TIMEOUT(fault_cpu, no_packet_is_lost_when_the_processor_goes_offline,
	       600)
{
	struct channel *ch = &self->ch;
	struct count count = { 0, 0 };
	struct task server, mover;
	struct ion_stats stats;

	task_handle_signal(0);
	task_start(&server, serve_on_cpu_1, ch, variant->idle_ns, 0);
	ASSERT_TRUE(AWAIT(server_runs(ch)));
	task_start(&mover, toggle_cpu, ch, 0, 0);
	while (!READ_ONCE(mover.done))
		ASSERT_TRUE(exchange(ch, &count, true));
	EXPECT_EQ(0, task_join(&mover));
	EXPECT_EQ(turns, mover.arg[0]);
	while (count.came < count.sent)
		ASSERT_TRUE(exchange(ch, &count, false));

	EXPECT_EQ(-EINTR, server_stop(&server));
	EXPECT_LT(100, count.came);
	EXPECT_EQ(0, ion_get_stats(ch->fd, &stats));
	EXPECT_EQ(count.sent, stats.ring[ION_RING_TX].popped);
	EXPECT_EQ(count.sent, stats.ring[ION_RING_RX].pushed);
	EXPECT_EQ(count.sent, stats.ring[ION_RING_RX].popped);
}

FAULT_TEST_KERNEL_LOG()

FAULT_TEST_MAIN_TURNS(turns)
