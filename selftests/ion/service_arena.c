// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers of a service in another module, in every context: their owners, their
 * contents, and the packets that are refused.
 */
#include "ion_test.h"
#include "service_test.h"

#define SLOTS	    8
#define CAPACITY    (SLOTS - 1)
#define BUFFERS	    16
#define BUFFER_SIZE 512

FIXTURE(service_arena)
{
	struct usage before;
	struct service s;
	unsigned char *arena;
};

SERVICE_VARIANTS(service_arena);

FIXTURE_SETUP(service_arena)
{
	struct ion_setup setup;
	unsigned int id;

	SERVICE_BEGIN(self->before);
	service_setup(&setup, variant->flags);
	setup.layout = variant->layout;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = SLOTS;
	setup.buffers = BUFFERS;
	setup.buffer_size = BUFFER_SIZE;
	ASSERT_EQ(0, service_open_setup(&self->s, &setup));
	self->s.context = variant->context;
	self->arena = channel_at(&self->s.ch, ION_MMAP_ARENA);
	ASSERT_NE(NULL, self->arena);
}

/* Buffers of the service are freed with the channel. */
FIXTURE_TEARDOWN(service_arena)
{
	struct ion_stats stats;

	EXPECT_EQ(0, ion_get_stats(self->s.ch.fd, &stats));
	EXPECT_TRUE(stats_add_up(&stats));
	service_close(&self->s);
	SERVICE_END(self->before);
}

/* An empty buffer. */
static struct ion_packet packet_of(__u16 id)
{
	return (struct ion_packet){ .data = id * BUFFER_SIZE, .id = id };
}

static bool give(struct service *s, __u16 id)
{
	struct ion_packet packet = packet_of(id);

	return ion_ring_push(&s->ch.tx, &packet);
}

/* Return how many buffers the program owns. */
static int owned(struct service *s)
{
	struct ion_buffers buffers = { .size = sizeof(buffers) };
	int ret = ion_call(s->ch.fd, ION_IOC_BUFFERS, &buffers);

	return ret ? ret : (int)buffers.owned;
}

static struct ion_ring_stats tx_stats(struct service *s)
{
	struct ion_stats stats;
	int ret = ion_get_stats(s->ch.fd, &stats);

	service_must(!ret, "ION_IOC_STATS", ret);
	return stats.ring[ION_RING_TX];
}

static __s64 call_on(struct service *s, struct probe_run *run, __u32 call,
		     __u32 ring, __u32 count)
{
	run->call = call;
	run->ring = ring;
	run->count = count;
	return service_run(s, run);
}

TEST_F(service_arena, a_payload_crosses_and_returns)
{
	struct ion_packet packet = {
		.data = 3 * BUFFER_SIZE + 100,
		.phys = 0xdeadbeef,
		.len = 50,
		.id = 3,
		.pad = 0x12345678,
	};
	struct probe_run run = { 0 };
	struct service *s = &self->s;
	unsigned char *payload = self->arena + packet.data;
	int i;

	EXPECT_EQ(BUFFERS, call_on(s, &run, PROBE_BUFFERS, PROBE_NO_RING, 0));
	EXPECT_EQ(BUFFER_SIZE, run.words[0]);
	for (i = 0; i < 50; i++)
		payload[i] = i + 1;
	EXPECT_EQ(BUFFERS, owned(s));
	EXPECT_TRUE(ion_ring_push(&s->ch.tx, &packet));
	EXPECT_EQ(BUFFERS, owned(s));
	EXPECT_EQ(1, call_on(s, &run, PROBE_POP, ION_RING_TX, 1));
	EXPECT_EQ(BUFFERS - 1, owned(s));
	packet.phys = 0;
	EXPECT_EQ(0, memcmp(&packet, &run.packet, sizeof(packet)));

	EXPECT_EQ(1, call_on(s, &run, PROBE_BUFFER, PROBE_NO_RING, 0));
	EXPECT_EQ(BUFFER_SIZE - 100, run.room);
	EXPECT_EQ(10, call_on(s, &run, PROBE_READ, PROBE_NO_RING, 10));
	EXPECT_EQ(0, run.bytes[10]);
	EXPECT_EQ(50, call_on(s, &run, PROBE_READ, PROBE_NO_RING, 1024));
	EXPECT_EQ(0, memcmp(payload, run.bytes, 50));

	memset(run.bytes, 0xa5, sizeof(run.bytes));
	EXPECT_EQ(-EMSGSIZE, call_on(s, &run, PROBE_WRITE, PROBE_NO_RING, 413));
	EXPECT_EQ(1, payload[0]);
	EXPECT_EQ(0, call_on(s, &run, PROBE_WRITE, PROBE_NO_RING, 412));
	EXPECT_EQ(412, run.packet.len);
	EXPECT_EQ(0xa5, payload[411]);
	EXPECT_EQ(0, payload[412]);

	/* From here on the program owns it. */
	EXPECT_EQ(1, call_on(s, &run, PROBE_PUSH, ION_RING_RX, 1));
	EXPECT_EQ(BUFFERS, owned(s));
	EXPECT_EQ(0, call_on(s, &run, PROBE_BUFFER, PROBE_NO_RING, 0));
	EXPECT_EQ(-EINVAL, call_on(s, &run, PROBE_READ, PROBE_NO_RING, 1));
	EXPECT_EQ(-EINVAL, call_on(s, &run, PROBE_WRITE, PROBE_NO_RING, 1));
	EXPECT_TRUE(ion_ring_pop(&s->ch.rx, &packet));
	EXPECT_EQ(412, packet.len);
	EXPECT_EQ(0, packet.phys);
	EXPECT_EQ(0x12345678, packet.pad);
}

/* Valid packets among packets that are refused, for each reason. */
TEST_F(service_arena, refused_packets_are_passed_over)
{
	static const struct ion_packet packets[] = {
		{ .data = 0, .id = 0 },
		{ .data = BUFFERS * BUFFER_SIZE, .id = BUFFERS },
		{ .data = BUFFER_SIZE - 1, .id = 1 },
		{ .data = BUFFER_SIZE, .id = 1, .len = BUFFER_SIZE },
		{ .data = 0, .id = 0 },
		{ .data = 3 * BUFFER_SIZE, .id = 2, .len = 1 },
		{ .data = 3 * BUFFER_SIZE, .id = 2 },
	};
	static const __u16 good[] = { 0, 1, 2 };
	struct service *s = &self->s;
	struct probe_run run = { 0 };
	struct ion_ring_stats stats;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(packets); i++)
		EXPECT_TRUE(ion_ring_push(&s->ch.tx, &packets[i]));
	EXPECT_EQ(3, call_on(s, &run, PROBE_PEEK, ION_RING_TX, 32));
	for (i = 0; i < ARRAY_SIZE(good); i++)
		EXPECT_EQ(good[i], run.packets[i].id);
	stats = tx_stats(s);
	EXPECT_EQ(1, stats.bad_id);
	EXPECT_EQ(2, stats.bad_range);
	EXPECT_EQ(1, stats.bad_owner);
	EXPECT_EQ(0, stats.popped);
	EXPECT_EQ(BUFFERS - 3, owned(s));

	EXPECT_EQ(2, call_on(s, &run, PROBE_RELEASE, ION_RING_TX, 2));
	EXPECT_EQ(1, call_on(s, &run, PROBE_PEEK, ION_RING_TX, 32));
	EXPECT_EQ(2, run.packets[0].id);
	EXPECT_EQ(1, call_on(s, &run, PROBE_RELEASE, ION_RING_TX, 1));
	stats = tx_stats(s);
	EXPECT_EQ(3, stats.popped);
	EXPECT_EQ(4, stats.discarded);
	EXPECT_EQ(0, stats.queued);
}

/* A whole ring of refused packets is empty for every call, and is discarded. */
TEST_F(service_arena, a_ring_of_refused_packets_is_empty)
{
	static const __u32 calls[] = { PROBE_POP, PROBE_POP_N, PROBE_PEEK };
	struct service *s = &self->s;
	struct ion_ring_stats stats;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		for (n = 0; n < CAPACITY; n++)
			EXPECT_TRUE(give(s, BUFFERS + n));
		EXPECT_EQ(0, service_call(s, calls[i], ION_RING_TX, 32));
		stats = tx_stats(s);
		EXPECT_EQ(0, stats.queued);
		EXPECT_EQ((i + 1) * CAPACITY, stats.bad_id);
		EXPECT_EQ((i + 1) * CAPACITY, stats.discarded);
	}
	EXPECT_EQ(0, stats.popped);
}

/*
 * A buffer is handed over, peeked at, and taken back by a reset, or too late
 * for it.
 */
TEST_F(service_arena, reset_returns_buffers_to_the_program)
{
	struct service *s = &self->s;
	struct probe_run run = { 0 };
	unsigned int i;

	for (i = 0; i < 3; i++)
		EXPECT_TRUE(give(s, i));
	EXPECT_EQ(3, call_on(s, &run, PROBE_PEEK, ION_RING_TX, 32));
	EXPECT_EQ(BUFFERS - 3, owned(s));
	EXPECT_EQ(3, ion_reset(s->ch.fd));
	channel_attach_live(&s->ch);
	EXPECT_EQ(0, call_on(s, &run, PROBE_PEEK, ION_RING_TX, 32));
	EXPECT_EQ(BUFFERS, owned(s));

	/* A reset never comes between peek and release of a callback. */
	if (!(variant->flags & PROBE_ASYNC))
		return;
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(give(s, i));
	EXPECT_EQ(3, call_on(s, &run, PROBE_PEEK, ION_RING_TX, 32));
	EXPECT_EQ(3, ion_reset(s->ch.fd));
	channel_attach_live(&s->ch);
	EXPECT_EQ(3, service_call(s, PROBE_RELEASE, ION_RING_TX, 3));
	EXPECT_EQ(BUFFERS - 3, owned(s));
	EXPECT_EQ(3, call_on(s, &run, PROBE_PUSH_N, ION_RING_RX, 3));
	EXPECT_EQ(BUFFERS, owned(s));

	/* The program owns already what the reset discards on rx. */
	EXPECT_EQ(3, ion_reset(s->ch.fd));
	EXPECT_EQ(BUFFERS, owned(s));
}

/* A buffer that finds no room stays with the service. */
TEST_F(service_arena, buffers_without_room_stay_with_the_service)
{
	struct probe_run run = { 0 }, last;
	struct service *s = &self->s;
	unsigned int i;

	for (i = 0; i < CAPACITY; i++)
		EXPECT_TRUE(give(s, i));
	EXPECT_EQ(CAPACITY, call_on(s, &run, PROBE_POP_N, ION_RING_TX, 32));
	EXPECT_TRUE(give(s, CAPACITY));
	last = run;
	EXPECT_EQ(1, call_on(s, &last, PROBE_POP, ION_RING_TX, 1));
	run.packets[CAPACITY] = last.packet;

	EXPECT_EQ(CAPACITY,
		  call_on(s, &run, PROBE_PUSH_N, ION_RING_RX, CAPACITY + 1));
	EXPECT_EQ(BUFFERS - 1, owned(s));
	EXPECT_EQ(0, call_on(s, &last, PROBE_PUSH, ION_RING_RX, 1));
	EXPECT_EQ(1, call_on(s, &last, PROBE_BUFFER, PROBE_NO_RING, 0));
	ion_ring_release(&s->ch.rx, ion_ring_peek(&s->ch.rx, 2));

	/* The program owns nothing before the commit. */
	EXPECT_EQ(1, call_on(s, &last, PROBE_RESERVE, ION_RING_RX, 1));
	EXPECT_EQ(BUFFERS - 1, owned(s));
	EXPECT_EQ(1, service_call(s, PROBE_COMMIT, ION_RING_RX, 1));
	EXPECT_EQ(BUFFERS, owned(s));
	EXPECT_EQ(CAPACITY - 1, ion_ring_peek(&s->ch.rx, SLOTS));
}

ION_TEST_KERNEL_LOG()

SERVICE_TEST_MAIN
