// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a channel, a service or the module races its use, again and again.
 * Nothing may crash or hang, and nothing may remain.
 */
#include "ion_test.h"
#include "service_test.h"

#define RACE_NS (SECOND + SECOND / 2)

FIXTURE(service_race)
{
	struct usage before;
	struct service s;
	struct task task[3];
};

FIXTURE_SETUP(service_race)
{
	self->s.probe = -1;
	self->s.ch.fd = -1;
	SERVICE_BEGIN(self->before);
}

FIXTURE_TEARDOWN(service_race)
{
	int ret;

	service_close(&self->s);
	ret = probe_insert();
	EXPECT_TRUE(!ret || ret == -EEXIST);
	ret = probe_register();
	EXPECT_TRUE(!ret || ret == -EEXIST);
	SERVICE_END(self->before);
}

static bool stop_all;

static bool go_on(void)
{
	return !READ_ONCE(stop_all);
}

/* The errors that a call may return while its service comes and goes. */
static bool gone(int ret)
{
	return ret == -ENOENT || ret == -EPIPE;
}

static bool fine(int ret)
{
	return ret >= 0 || gone(ret) || ret == -EAGAIN;
}

/* Any size, layout and kind of service. */
static int open_some(struct channel *ch, __u64 seed)
{
	struct ion_setup setup;
	unsigned int id;

	service_setup(&setup, seed % 4 ? PROBE_ECHO : PROBE_ECHO | PROBE_ASYNC);
	if (seed % 7 == 0)
		ion_setup_init(&setup, "probe-plain");
	setup.layout = seed / 8 % 2;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 16;
	return channel_open_live(ch, &setup);
}

/*
 * One channel after another, with some traffic; return the unexpected error, or
 * 0.
 */
static int open_and_close(struct task *task)
{
	struct channel ch;
	__u64 number;
	int ret = 0;

	for (number = task->arg[0]; go_on() && !ret; number++) {
		ret = open_some(&ch, ion_mix(number));
		if (ret) {
			ret = gone(ret) ? 0 : ret;
			continue;
		}
		ret = ion_send(&ch, number, 8);
		ret = fine(ret) ? 0 : ret;
		if (ion_mix(number) % 3)
			ion_ring_release(&ch.rx, ion_ring_peek(&ch.rx, 16));
		channel_close(&ch);
		task->arg[1]++;
	}
	return ret;
}

static int register_and_unregister(struct task *task)
{
	int ret = 0;

	while (go_on() && !ret) {
		ret = probe_unregister();
		if (!ret)
			ret = probe_register();
		task->arg[1]++;
		sleep_ns(ion_mix(task->arg[1]) % (2 * MS));
	}
	return ret;
}

static int insert_and_remove(struct task *task)
{
	int ret = 0;

	while (go_on() && !ret) {
		ret = probe_remove();
		if (!ret)
			task->arg[1]++;
		if (!ret || ret == -EAGAIN)
			ret = probe_insert();
		if (ret == -EEXIST)
			ret = 0;
		else
			sleep_ns(ion_mix(task->arg[1]) % MS);
	}
	return ret;
}

static bool all_did_something(const struct task *tasks, unsigned int nr)
{
	while (nr--)
		if (!READ_ONCE(tasks[nr].arg[1]))
			return false;
	return true;
}

/* Run the tasks for a while: each must do something, and end well. */
static void race(struct __test_metadata *_metadata, struct task *tasks,
		 unsigned int nr)
{
	unsigned int i;

	sleep_ns(RACE_NS);
	EXPECT_TRUE(AWAIT(all_did_something(tasks, nr)));
	WRITE_ONCE(stop_all, true);
	for (i = 0; i < nr; i++) {
		EXPECT_EQ(0, task_join(&tasks[i]))
		TH_LOG("task %u", i);
	}
}

TEST_F(service_race, unregister_races_setup)
{
	task_start(&self->task[0], open_and_close, NULL, 0, 0);
	task_start(&self->task[1], open_and_close, NULL, 1ULL << 32, 0);
	task_start(&self->task[2], register_and_unregister, NULL, 0, 0);
	race(_metadata, self->task, 3);
}

TEST_F(service_race, rmmod_races_setup)
{
	task_start(&self->task[0], open_and_close, NULL, 0, 0);
	task_start(&self->task[1], insert_and_remove, NULL, 0, 0);
	race(_metadata, self->task, 2);
}

/* The channel that the other tasks use, until it is hung up. */

static int kick_until_gone(struct task *task)
{
	int ret = 0;

	while (!ret && go_on()) {
		ion_push_from(task->ch, 0, 3);
		ret = ion_kick(task->ch->fd);
		ion_ring_release(&task->ch->rx,
				 ion_ring_peek(&task->ch->rx, 16));
	}
	return ret;
}

static int lend_until_gone(struct task *task)
{
	int ret = 0;

	while (!ret && go_on())
		ret = ion_lend(task->ch->fd, task->arg[0], MS);
	return ret;
}

static void test_doorbell(struct __test_metadata *_metadata, struct service *s,
			  struct task *task, __u64 flags)
{
	static const __u64 idle[] = { SPIN, MS / 100, NO_SPIN };
	__u64 until = now_ns() + RACE_NS;
	unsigned int round;

	for (round = 0; now_ns() < until; round++) {
		ASSERT_EQ(0, service_open(s, flags));
		service_release(s);
		task_start(&task[0], kick_until_gone, &s->ch, 0, 0);
		task_start(&task[1], lend_until_gone, &s->ch, idle[round % 3],
			   0);
		sleep_ns(ion_mix(round) % (3 * MS));
		ASSERT_EQ(0, probe_unregister());
		EXPECT_EQ(-EPIPE, task_join(&task[0]));
		EXPECT_EQ(-EPIPE, task_join(&task[1]));
		ASSERT_EQ(0, probe_register());
		channel_close(&s->ch);
	}
}

TEST_F(service_race, unregister_races_a_doorbell)
{
	test_doorbell(_metadata, &self->s, self->task, PROBE_ECHO);
}

TEST_F(service_race, unregister_races_an_async_doorbell)
{
	test_doorbell(_metadata, &self->s, self->task,
		      PROBE_ECHO | PROBE_ASYNC);
}

#define ALL_SOURCES ((1U << PROBE_SOURCES) - 1)

static const struct probe_flood flood_all = {
	.push = ALL_SOURCES,
	.pop = ALL_SOURCES,
	.peek = 1U << PROBE_FROM_SOFTIRQ,
	.reserve = 1U << PROBE_FROM_HARDIRQ,
	.interval_us = 20,
};

/* The program closes while interrupts push; unbind() ends them, or does not. */
static void test_close(struct __test_metadata *_metadata, struct service *s,
		       __u64 flags)
{
	__u64 until = now_ns() + RACE_NS;
	unsigned int round;

	for (round = 0; now_ns() < until; round++) {
		ASSERT_EQ(0, service_open(s, PROBE_ASYNC | flags));
		ASSERT_EQ(0, service_flood(s, &flood_all));
		ion_push_from(&s->ch, 0, 200);
		sleep_ns(ion_mix(round) % (2 * MS));
		channel_close(&s->ch);
		EXPECT_TRUE(AWAIT(service_counts(s).unbound == 1));
		sleep_ns(ion_mix(round) % MS);
		service_release(s);
	}
}

TEST_F(service_race, close_races_interrupts)
{
	test_close(_metadata, &self->s, 0);
}

TEST_F(service_race, close_races_interrupts_that_go_on)
{
	test_close(_metadata, &self->s, PROBE_KEEP);
}

TEST_F(service_race, unregister_races_interrupts)
{
	__u64 until = now_ns() + RACE_NS;
	struct service *s = &self->s;
	unsigned int round;

	for (round = 0; now_ns() < until; round++) {
		ASSERT_EQ(0,
			  service_open(s, PROBE_ASYNC | (round % 2 ? PROBE_KEEP
								   : 0)));
		ASSERT_EQ(0, service_flood(s, &flood_all));
		sleep_ns(ion_mix(round) % (2 * MS));
		ASSERT_EQ(0, probe_unregister());
		ASSERT_EQ(0, probe_register());
		EXPECT_EQ(-EPIPE, ion_kick(s->ch.fd));
		service_close(s);
	}
}

/* The program discards everything, again and again, while interrupts use it. */
static int reset_again(struct task *task)
{
	int ret = 0;

	while (ret >= 0 && go_on()) {
		ret = ion_reset(task->ch->fd);
		task->arg[1]++;
	}
	return ret < 0 ? ret : 0;
}

/* By calls: the program has no own index beside resets. */
static int push_and_pop(struct task *task)
{
	struct ion_cmd_packet cmds[16] = { 0 };
	struct ion_packet packets[16] = { 0 };
	int fd = task->ch->fd, ret = 0;

	while (fine(ret) && go_on()) {
		ret = ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, packets, 16);
		if (fine(ret))
			ret = ion_batch(fd, ION_IOC_PUSH, ION_RING_CMD, cmds,
					16);
		if (fine(ret))
			ret = ion_batch(fd, ION_IOC_POP, ION_RING_RX, packets,
					16);
		if (fine(ret))
			ret = ion_batch(fd, ION_IOC_POP, ION_RING_EVT, cmds,
					16);
		task->arg[1]++;
	}
	return fine(ret) ? 0 : ret;
}

static int look_at_stats(struct task *task)
{
	struct ion_stats stats;
	int ret = 0;

	while (!ret && go_on()) {
		ret = ion_get_stats(task->ch->fd, &stats);
		if (!ret && !stats_add_up(&stats))
			ret = -EBADMSG;
		task->arg[1]++;
	}
	return ret;
}

TEST_F(service_race, reset_races_interrupts)
{
	struct service *s = &self->s;
	struct probe_counts counts;
	struct ion_stats stats;
	unsigned int i;

	ASSERT_EQ(0, service_open(s, PROBE_ASYNC));
	ASSERT_EQ(0, service_flood(s, &flood_all));
	task_start(&self->task[0], reset_again, &s->ch, 0, 0);
	task_start(&self->task[1], push_and_pop, &s->ch, 0, 0);
	task_start(&self->task[2], look_at_stats, &s->ch, 0, 0);
	race(_metadata, self->task, 3);
	ASSERT_EQ(0, service_flood(s, NULL));

	/* The counts of the module are those of the kernel. */
	ASSERT_EQ(0, ion_get_stats(s->ch.fd, &stats));
	EXPECT_TRUE(stats_add_up(&stats));
	counts = service_counts(s);
	for (i = 1; i < PROBE_SOURCES; i++) {
		counts.pushed[0] += counts.pushed[i];
		counts.popped[0] += counts.popped[i];
	}
	EXPECT_EQ(counts.pushed[0], stats.ring[ION_RING_RX].pushed);
	EXPECT_EQ(counts.popped[0], stats.ring[ION_RING_TX].popped);
	EXPECT_EQ(counts.committed, stats.ring[ION_RING_EVT].pushed);
	/*
	 * A reset takes packets that were peeked at, whatever is released
	 * later.
	 */
	EXPECT_GE(counts.released, stats.ring[ION_RING_CMD].popped);
	EXPECT_LT(0, counts.released);
	EXPECT_LT(0, counts.committed);
	EXPECT_EQ(0, counts.cut);
}

ION_TEST_KERNEL_LOG()

SERVICE_TEST_MAIN
