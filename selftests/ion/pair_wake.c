// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two programs that sleep and wake each other through a pair, by wake flags
 * alone: each kicks only if the flag asks for it, and sleeps on its eventfd,
 * without a call on the channel. If a wake-up is lost, a thread sleeps forever.
 */
#include "ion_test.h"
#include "pair_test.h"

#define PACKETS 400

FIXTURE(pair_wake)
{
	struct channel a;
	struct channel b;
	struct task server[2];
};

FIXTURE_VARIANT(pair_wake)
{
	__u32 layout;
	__u32 slots;
	unsigned int lent;
	__u64 idle_ns;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(pair_wake, compact)
{
	.layout = ION_LAYOUT_COMPACT,
	.slots = 4,
	.lent = 0,
	.idle_ns = SPIN,
};

FIXTURE_VARIANT_ADD(pair_wake, split_smallest)
{
	.layout = ION_LAYOUT_SPLIT,
	.slots = 2,
	.lent = 0,
	.idle_ns = SPIN,
};

FIXTURE_VARIANT_ADD(pair_wake, split_larger)
{
	.layout = ION_LAYOUT_SPLIT,
	.slots = 64,
	.lent = 0,
	.idle_ns = SPIN,
};

FIXTURE_VARIANT_ADD(pair_wake, lent_by_first)
{
	.layout = ION_LAYOUT_COMPACT,
	.slots = 8,
	.lent = 1,
	.idle_ns = NO_SPIN,
};

FIXTURE_VARIANT_ADD(pair_wake, lent_by_second)
{
	.layout = ION_LAYOUT_COMPACT,
	.slots = 8,
	.lent = 2,
	.idle_ns = NO_SPIN,
};

FIXTURE_VARIANT_ADD(pair_wake, lent_by_both)
{
	.layout = ION_LAYOUT_SPLIT,
	.slots = 8,
	.lent = 3,
	.idle_ns = NO_SPIN,
};

FIXTURE_VARIANT_ADD(pair_wake, lent_by_both_and_busy)
{
	.layout = ION_LAYOUT_SPLIT,
	.slots = 64,
	.lent = 3,
	.idle_ns = 50000,
};

/* clang-format on */

FIXTURE_SETUP(pair_wake)
{
	ASSERT_EQ(0, pair_open(&self->a, &self->b, variant->layout,
			       variant->slots));
	if (variant->lent & 1)
		ASSERT_TRUE(server_start(&self->server[0], &self->a,
					 variant->idle_ns, 0));
	if (variant->lent & 2)
		ASSERT_TRUE(server_start(&self->server[1], &self->b,
					 variant->idle_ns, 0));
}

FIXTURE_TEARDOWN(pair_wake)
{
	if (variant->lent & 1)
		EXPECT_EQ(-EINTR, server_stop(&self->server[0]));
	if (variant->lent & 2)
		EXPECT_EQ(-EINTR, server_stop(&self->server[1]));
	channel_close(&self->a);
	channel_close(&self->b);
}

/* Sleep until the kernel end moves one of the rings. */
static int sleep_on(int event)
{
	__u64 count;

	if (ion_poll_for(event, POLLIN, LONG_MS) != POLLIN)
		return -ETIME;
	return read(event, &count, sizeof(count)) == sizeof(count) ? 0 : -EIO;
}

/* Prepare for signals, in the thread that sleeps. */
static int event_of(struct channel *ch)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int ret = ion_set_eventfd(ch->fd, event);

	return ret ? ret : event;
}

static bool kick_if_wanted(struct channel *ch, struct ion_end *end)
{
	return !ion_end_peer_sleeps(end) || !ion_kick(ch->fd);
}

/**
 * struct talker - a program that sends numbers, and receives those of its peer
 * @ch: its channel
 * @event: its eventfd
 * @sent: how many it sent
 * @got: how many it received
 * @to_send: how many it will send
 * @to_get: how many it will receive
 */
struct talker {
	struct channel *ch;
	int event;
	__u64 sent;
	__u64 got;
	__u64 to_send;
	__u64 to_get;
};

/* Return whether there was work; -1 after a fault. */
static int talk_some(struct talker *t)
{
	__u64 left = t->to_send - t->sent;
	int got = ion_pop_from(t->ch, t->got, 1 + t->got % 5);
	__u32 n = 0;

	if (got < 0 || (got && !kick_if_wanted(t->ch, &t->ch->rx.end)))
		return -1;
	t->got += got;
	if (left)
		n = ion_push_from(t->ch, t->sent, left < 3 ? left : 3);
	if (n && !kick_if_wanted(t->ch, &t->ch->tx.end))
		return -1;
	t->sent += n;
	return got || n;
}

static void want_waking(struct talker *t, bool want)
{
	WRITE_ONCE(*t->ch->rx.end.own_wake, want);
	WRITE_ONCE(*t->ch->tx.end.own_wake, want && t->sent < t->to_send);
	if (want)
		smp_mb(); /* (E) */
}

static int talk(struct task *task)
{
	struct talker t = {
		.ch = task->ch,
		.event = event_of(task->ch),
		.to_send = task->arg[0],
		.to_get = task->arg[1],
	};
	int ret = t.event < 0 ? t.event : 0;

	while (!ret && (t.sent < t.to_send || t.got < t.to_get)) {
		ret = talk_some(&t);
		if (!ret) {
			want_waking(&t, true);
			ret = talk_some(&t) ?: sleep_on(t.event);
			want_waking(&t, false);
		}
		ret = ret < 0 ? ret : 0;
	}
	ion_set_eventfd(task->ch->fd, -1);
	close(t.event);
	return ret;
}

static int talks(struct channel *a, struct channel *b, __u64 there, __u64 back)
{
	struct task one, other;
	int ret;

	task_start(&one, talk, a, there, back);
	task_start(&other, talk, b, back, there);
	ret = task_join(&one);
	return task_join(&other) ?: ret;
}

TEST_F_TIMEOUT(pair_wake, no_wake_up_is_lost_from_first_to_second, 60)
{
	EXPECT_EQ(0, talks(&self->a, &self->b, PACKETS, 0));
}

TEST_F_TIMEOUT(pair_wake, no_wake_up_is_lost_from_second_to_first, 60)
{
	EXPECT_EQ(0, talks(&self->a, &self->b, 0, PACKETS));
}

TEST_F_TIMEOUT(pair_wake, no_wake_up_is_lost_both_ways, 60)
{
	EXPECT_EQ(0, talks(&self->a, &self->b, PACKETS, PACKETS));
}

static int send_all(struct task *task)
{
	__u64 sent = 0;

	while (sent < task->arg[0]) {
		struct ion_packet packet = ion_packet_of(sent);

		if (write(task->ch->fd, &packet, sizeof(packet)) !=
		    sizeof(packet))
			return -errno;
		sent++;
	}
	return 0;
}

static int get_all(struct task *task)
{
	struct ion_packet packet;
	__u64 got;

	for (got = 0; got < task->arg[0]; got++) {
		if (read(task->ch->fd, &packet, sizeof(packet)) !=
		    sizeof(packet))
			return -errno;
		if (!ion_packet_is(&packet, got))
			return -ERANGE;
	}
	return 0;
}

/* Sleep in system calls, at both ends and in both directions. */
TEST_F_TIMEOUT(pair_wake, no_wake_up_is_lost_in_read_and_write, 60)
{
	struct task tasks[4];
	int i;

	task_start(&tasks[0], send_all, &self->a, PACKETS / 2, 0);
	task_start(&tasks[1], get_all, &self->b, PACKETS / 2, 0);
	task_start(&tasks[2], send_all, &self->b, PACKETS / 2, 0);
	task_start(&tasks[3], get_all, &self->a, PACKETS / 2, 0);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, task_join(&tasks[i]));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
