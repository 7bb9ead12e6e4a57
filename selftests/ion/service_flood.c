// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread, a softirq and a hard interrupt use the rings of one channel at the
 * same time: no packet is lost or duplicated, and no sleeper stays asleep.
 */
#include "ion_test.h"
#include "service_test.h"

#define ALL_SOURCES ((1U << PROBE_SOURCES) - 1)
#define FLOOD_NS    SECOND

FIXTURE(service_flood)
{
	struct usage before;
	struct service s;
};

ION_LAYOUT_VARIANTS(service_flood);

FIXTURE_SETUP(service_flood)
{
	SERVICE_BEGIN(self->before);
	ASSERT_EQ(0,
		  service_open_variant(&self->s, PROBE_ASYNC, PROBE_IN_CALLER,
				       variant->layout, 64));
}

FIXTURE_TEARDOWN(service_flood)
{
	service_close(&self->s);
	SERVICE_END(self->before);
}

/* The packets of each source come in the order of their pushes. */
static bool in_order(const struct ion_packet *packet, __u64 *next)
{
	return packet->id < PROBE_SOURCES && packet->data == next[packet->id]++;
}

/* Sleep until ion_channel_notify() wakes, and take the packets. */
static int take_some(struct service *s, __u64 *next, int timeout_ms)
{
	struct ion_packet packet;
	int n = 0;

	if (ion_poll_for(s->ch.fd, POLLIN, timeout_ms) != POLLIN)
		return 0;
	while (ion_ring_pop(&s->ch.rx, &packet)) {
		if (!in_order(&packet, next))
			return -EBADMSG;
		n++;
	}
	return n;
}

TEST_F(service_flood, pushes_from_every_context_lose_no_packet)
{
	struct probe_flood flood = { .push = ALL_SOURCES, .interval_us = 50 };
	__u64 next[PROBE_SOURCES] = { 0 }, until = now_ns() + FLOOD_NS;
	struct service *s = &self->s;
	struct probe_counts counts;
	unsigned int i;

	ASSERT_EQ(0, service_flood(s, &flood));
	while (now_ns() < until)
		ASSERT_LT(0, take_some(s, next, LONG_MS));
	ASSERT_EQ(0, service_flood(s, NULL));
	EXPECT_LE(0, take_some(s, next, 0));
	counts = service_counts(s);
	for (i = 0; i < PROBE_SOURCES; i++) {
		EXPECT_EQ(counts.pushed[i], next[i])
		TH_LOG("source %u", i);
		EXPECT_LT(0, next[i]);
	}
}

TEST_F(service_flood, pops_from_every_context_lose_no_packet)
{
	struct probe_flood flood = { .pop = ALL_SOURCES, .interval_us = 50 };
	__u64 sent = 0, sum = 0, until = now_ns() + FLOOD_NS;
	struct service *s = &self->s;
	struct probe_counts counts;
	struct ion_stats stats;
	unsigned int i;

	ASSERT_EQ(0, service_flood(s, &flood));
	while (now_ns() < until) {
		struct ion_packet packet = { .data = sent };

		if (ion_ring_push(&s->ch.tx, &packet)) {
			sum += sent++;
			continue;
		}
		ASSERT_EQ(POLLOUT, ion_poll_for(s->ch.fd, POLLOUT, LONG_MS));
	}
	ASSERT_TRUE(AWAIT(!ion_get_stats(s->ch.fd, &stats) &&
			  !stats.ring[ION_RING_TX].queued));
	ASSERT_EQ(0, service_flood(s, NULL));
	counts = service_counts(s);
	for (i = 1; i < PROBE_SOURCES; i++)
		counts.popped[0] += counts.popped[i];
	EXPECT_EQ(sent, counts.popped[0]);
	EXPECT_EQ(sum, counts.sum);
	EXPECT_EQ(sent, stats.ring[ION_RING_TX].popped);
}

/*
 * One owner peeks and one reserves, while the others push and pop on the other
 * rings.
 */
TEST_F(service_flood, peeks_and_reserves_work_beside_a_flood)
{
	struct probe_flood flood = {
		.push = 1U << PROBE_FROM_THREAD,
		.pop = 1U << PROBE_FROM_HARDIRQ,
		.peek = 1U << PROBE_FROM_HARDIRQ,
		.reserve = 1U << PROBE_FROM_SOFTIRQ,
		.interval_us = 50,
	};
	__u64 sent = 0, came = 0, until = now_ns() + FLOOD_NS;
	struct service *s = &self->s;
	struct ion_cmd_packet cmd;
	struct probe_counts counts;

	ASSERT_EQ(0, service_flood(s, &flood));
	while (now_ns() < until) {
		cmd = ion_cmd_of(sent);
		sent += ion_ring_push_cmd(&s->ch.cmd, &cmd);
		while (ion_ring_pop_cmd(&s->ch.evt, &cmd))
			ASSERT_EQ(came++, cmd.arg);
		ion_push_from(&s->ch, sent, 1);
		ion_ring_release(&s->ch.rx, ion_ring_peek(&s->ch.rx, 64));
	}
	ASSERT_TRUE(AWAIT(service_counts(s).released == sent));
	ASSERT_EQ(0, service_flood(s, NULL));
	while (ion_ring_pop_cmd(&s->ch.evt, &cmd))
		ASSERT_EQ(came++, cmd.arg);
	counts = service_counts(s);
	EXPECT_EQ(came, counts.committed);
	EXPECT_EQ(0, counts.cut);
	EXPECT_LT(0, came);
}

/*
 * Every way to sleep until there is a packet; return whether there was one in
 * time.
 */
static bool sleep_until_packet(struct service *s, int event, __u64 number)
{
	__u64 left = LONG_MS * MS;
	bool came = true;

	switch (number % 3) {
	case 0:
		return !ion_wait_for(s->ch.fd, 1, 0, &left);
	case 1:
		return ion_poll_for(s->ch.fd, POLLIN, LONG_MS) == POLLIN;
	default:
		ion_end_sleep(&s->ch.rx.end);
		while (came && !ion_ring_peek(&s->ch.rx, 1)) {
			came = ion_poll_for(event, POLLIN, LONG_MS) == POLLIN;
			came = came && read(event, &left, sizeof(left)) > 0;
		}
		ion_end_awake(&s->ch.rx.end);
		return came;
	}
}

/* One packet at a time, so that no other packet wakes the sleeper. */
TEST_F(service_flood, no_wake_up_is_lost)
{
	struct probe_flood flood = { .echo = ALL_SOURCES, .interval_us = 30 };
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	__u64 number, until = now_ns() + 2 * FLOOD_NS;
	struct service *s = &self->s;

	ASSERT_EQ(0, ion_set_eventfd(s->ch.fd, event));
	ASSERT_EQ(0, service_flood(s, &flood));
	for (number = 0; now_ns() < until; number++) {
		ASSERT_EQ(1, ion_push_from(&s->ch, number, 1));
		ASSERT_TRUE(sleep_until_packet(s, event, number))
		TH_LOG("packet %llu", number);
		ASSERT_EQ(1, ion_pop_from(&s->ch, number, 2));
	}
	EXPECT_LT(100, number);
	EXPECT_EQ(0, service_counts(s).cut);
	close(event);
}

/* Kicks, a lent thread and interrupts at the same time. */
TEST_F(service_flood, a_flood_beside_a_lent_thread_loses_no_packet)
{
	struct probe_flood flood = { .push = ALL_SOURCES, .interval_us = 50 };
	__u64 next[PROBE_SOURCES] = { 0 }, until = now_ns() + FLOOD_NS;
	struct service *s = &self->s;
	struct task server;

	ASSERT_EQ(0, service_flood(s, &flood));
	task_handle_signal(0);
	task_start(&server, task_serve, &s->ch, MS / 20, 0);
	while (now_ns() < until) {
		ASSERT_LT(0, take_some(s, next, LONG_MS));
		ASSERT_EQ(0, ion_kick(s->ch.fd));
	}
	ASSERT_EQ(0, service_flood(s, NULL));
	EXPECT_EQ(-EINTR, server_stop(&server));
	EXPECT_EQ(WAKES_IDLE, kernel_wakes(&s->ch) | WAKES_IDLE);
}

/*
 * Buffers go to the service and return: each with its own contents, and none is
 * lost.
 */

#define BUFFERS	    32
#define BUFFER_SIZE 256

static bool send_buffer(struct service *s, __u16 id, __u64 number)
{
	struct ion_packet packet = {
		.data = id * BUFFER_SIZE,
		.len = sizeof(number),
		.id = id,
	};
	char *arena = channel_at(&s->ch, ION_MMAP_ARENA);

	memcpy(arena + packet.data, &number, sizeof(number));
	packet.pad = (__u32)ion_mix(number);
	return ion_ring_push(&s->ch.tx, &packet);
}

static bool buffer_is_right(struct service *s, const struct ion_packet *packet)
{
	char *arena = channel_at(&s->ch, ION_MMAP_ARENA);
	__u64 number;

	memcpy(&number, arena + packet->data, sizeof(number));
	return packet->data == packet->id * BUFFER_SIZE &&
	       packet->pad == (__u32)ion_mix(number) &&
	       number % BUFFERS == packet->id;
}

TEST_F(service_flood, a_flood_of_buffers_loses_none)
{
	struct probe_flood flood = { .echo = ALL_SOURCES, .interval_us = 30 };
	struct ion_buffers buffers = { .size = sizeof(buffers) };
	__u64 sent, came = 0, until = now_ns() + FLOOD_NS;
	struct service *s = &self->s;
	struct ion_packet packet;
	struct ion_stats stats;
	struct ion_setup setup;

	service_close(s);
	service_setup(&setup, PROBE_ASYNC);
	setup.layout = variant->layout;
	setup.buffers = BUFFERS;
	setup.buffer_size = BUFFER_SIZE;
	ASSERT_EQ(0, service_open_setup(s, &setup));
	ASSERT_EQ(0, service_flood(s, &flood));
	for (sent = 0; sent < BUFFERS; sent++)
		ASSERT_TRUE(send_buffer(s, (__u16)sent, sent));
	while (came < sent) {
		ASSERT_EQ(POLLIN, ion_poll_for(s->ch.fd, POLLIN, LONG_MS));
		while (ion_ring_pop(&s->ch.rx, &packet)) {
			came++;
			ASSERT_TRUE(buffer_is_right(s, &packet));
			if (now_ns() > until)
				continue;
			ASSERT_TRUE(send_buffer(s, packet.id,
						sent++ * BUFFERS + packet.id));
		}
	}
	ASSERT_EQ(0, ion_call(s->ch.fd, ION_IOC_BUFFERS, &buffers));
	EXPECT_EQ(BUFFERS, buffers.owned);
	ASSERT_EQ(0, ion_get_stats(s->ch.fd, &stats));
	EXPECT_EQ(0, stats.ring[ION_RING_TX].discarded);
	EXPECT_EQ(0, service_counts(s).cut);
}

ION_TEST_KERNEL_LOG()

SERVICE_TEST_MAIN
