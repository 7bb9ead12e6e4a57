// SPDX-License-Identifier: GPL-2.0-only
/*
 * <linux/ion.h>: what a service in another module does with its rings, from
 * every context, for packets and for commands.
 */
#include "ion_test.h"
#include "service_test.h"

#define SLOTS	 64
#define CAPACITY (SLOTS - 1)

FIXTURE(service_calls)
{
	struct usage before;
	struct service s;
};

SERVICE_VARIANTS(service_calls);

FIXTURE_SETUP(service_calls)
{
	SERVICE_BEGIN(self->before);
	ASSERT_EQ(0, service_open_variant(&self->s, variant->flags,
					  variant->context, variant->layout,
					  SLOTS));
}

FIXTURE_TEARDOWN(service_calls)
{
	struct ion_stats stats;

	EXPECT_EQ(0, ion_get_stats(self->s.ch.fd, &stats));
	EXPECT_TRUE(stats_add_up(&stats));
	service_close(&self->s);
	SERVICE_END(self->before);
}

/* The same calls for packets and for commands, by the same numbers. */

static __u32 call_of(__u32 call, bool cmds)
{
	return cmds ? call + PROBE_CMD_PUSH - PROBE_PUSH : call;
}

static __u32 in_of(bool cmds)
{
	return cmds ? ION_RING_CMD : ION_RING_TX;
}

static __u32 out_of(bool cmds)
{
	return cmds ? ION_RING_EVT : ION_RING_RX;
}

/* The service pushes, reserves or commits, from number @from on. */
static __s64 out(struct service *s, bool cmds, __u32 call, __u64 from,
		 __u32 count)
{
	struct probe_run run = {
		.call = call_of(call, cmds),
		.ring = out_of(cmds),
		.count = count,
	};
	__u32 i;

	for (i = 0; i < count && i < PROBE_MAX; i++) {
		if (cmds)
			run.cmds[i] = ion_cmd_of(from + i);
		else
			run.packets[i] = ion_packet_of(from + i);
	}
	return service_run(s, &run);
}

/*
 * The service pops, peeks or releases; return how many, or -1 if one is wrong.
 */
static __s64 in(struct service *s, bool cmds, __u32 call, __u64 from,
		__u32 count)
{
	struct probe_run run = {
		.call = call_of(call, cmds),
		.ring = in_of(cmds),
		.count = count,
	};
	__s64 n = service_run(s, &run), i;

	for (i = 0; call != PROBE_RELEASE && i < n && i < PROBE_MAX; i++) {
		if (cmds ? !ion_cmd_is(&run.cmds[i], from + i)
			 : !ion_packet_is(&run.packets[i], from + i))
			return -1;
	}
	return n;
}

/* The program */

static __u32 send(struct service *s, bool cmds, __u64 from, __u32 count)
{
	__u32 n;

	if (!cmds)
		return ion_push_from(&s->ch, from, count);
	for (n = 0; n < count; n++) {
		struct ion_cmd_packet cmd = ion_cmd_of(from + n);

		if (!ion_ring_push_cmd(&s->ch.cmd, &cmd))
			break;
	}
	return n;
}

static int take(struct service *s, bool cmds, __u64 from, __u32 count)
{
	struct ion_cmd_packet cmd;
	__u32 n;

	if (!cmds)
		return ion_pop_from(&s->ch, from, count);
	for (n = 0; n < count && ion_ring_pop_cmd(&s->ch.evt, &cmd); n++)
		if (!ion_cmd_is(&cmd, from + n))
			return -1;
	return (int)n;
}

static struct ion_ring_stats stats_of(struct service *s, __u32 ring)
{
	struct ion_stats stats;
	int ret = ion_get_stats(s->ch.fd, &stats);

	service_must(!ret, "ION_IOC_STATS", ret);
	return stats.ring[ring];
}

static void test_push(struct __test_metadata *_metadata, struct service *s,
		      bool cmds)
{
	struct ion_ring_stats stats;
	__u64 number = 0;
	int i;

	for (i = 0; i < 5; i++)
		EXPECT_EQ(1, out(s, cmds, PROBE_PUSH, i, 1));
	EXPECT_EQ(5, take(s, cmds, 0, CAPACITY));
	/* Across the end of the ring, twice. */
	for (number = 5; number < 5 * CAPACITY; number += CAPACITY) {
		EXPECT_EQ(40, out(s, cmds, PROBE_PUSH_N, number, 40));
		EXPECT_EQ(CAPACITY - 40,
			  out(s, cmds, PROBE_PUSH_N, number + 40, 40));
		EXPECT_EQ(0, out(s, cmds, PROBE_PUSH_N, 0, 40));
		EXPECT_EQ(0, out(s, cmds, PROBE_PUSH, 0, 1));
		EXPECT_EQ(0, out(s, cmds, PROBE_PUSH_N, 0, 0));
		stats = stats_of(s, out_of(cmds));
		EXPECT_EQ(number + CAPACITY, stats.pushed);
		EXPECT_EQ(CAPACITY, stats.queued);
		EXPECT_LE(1, stats.full);
		EXPECT_EQ(CAPACITY, take(s, cmds, number, SLOTS));
	}
	stats = stats_of(s, out_of(cmds));
	EXPECT_EQ(number, stats.popped);
	EXPECT_EQ(0, stats.queued);
}

TEST_F(service_calls, push_adds_packets)
{
	test_push(_metadata, &self->s, false);
}

TEST_F(service_calls, push_adds_commands)
{
	test_push(_metadata, &self->s, true);
}

static void test_pop(struct __test_metadata *_metadata, struct service *s,
		     bool cmds)
{
	struct ion_ring_stats stats;
	__u64 number;

	EXPECT_EQ(0, in(s, cmds, PROBE_POP, 0, 1));
	EXPECT_EQ(0, in(s, cmds, PROBE_POP_N, 0, 40));
	for (number = 0; number < 5 * CAPACITY; number += CAPACITY) {
		EXPECT_EQ(CAPACITY, send(s, cmds, number, SLOTS));
		EXPECT_EQ(1, in(s, cmds, PROBE_POP, number, 1));
		EXPECT_EQ(40, in(s, cmds, PROBE_POP_N, number + 1, 40));
		stats = stats_of(s, in_of(cmds));
		EXPECT_EQ(number + 41, stats.popped);
		EXPECT_EQ(CAPACITY - 41, stats.queued);
		EXPECT_EQ(0, in(s, cmds, PROBE_POP_N, 0, 0));
		EXPECT_EQ(CAPACITY - 41,
			  in(s, cmds, PROBE_POP_N, number + 41, 40));
		EXPECT_EQ(0, in(s, cmds, PROBE_POP, 0, 1));
	}
}

TEST_F(service_calls, pop_takes_packets)
{
	test_pop(_metadata, &self->s, false);
}

TEST_F(service_calls, pop_takes_commands)
{
	test_pop(_metadata, &self->s, true);
}

static void test_reserve(struct __test_metadata *_metadata, struct service *s,
			 bool cmds)
{
	__u64 number;

	/* No more than that at once, and invisible before the commit. */
	EXPECT_EQ(PROBE_PEEK_MAX, out(s, cmds, PROBE_RESERVE, 0, ~0U));
	EXPECT_EQ(0, take(s, cmds, 0, 1));
	EXPECT_EQ(0, stats_of(s, out_of(cmds)).pushed);
	EXPECT_EQ(10, out(s, cmds, PROBE_COMMIT, 0, 10));
	EXPECT_EQ(10, take(s, cmds, 0, SLOTS));

	/* The rest is dropped, as are slots that were not committed. */
	EXPECT_EQ(20, out(s, cmds, PROBE_RESERVE, 900, 20));
	EXPECT_EQ(0, out(s, cmds, PROBE_COMMIT, 0, 0));
	EXPECT_EQ(20, out(s, cmds, PROBE_RESERVE, 800, 20));
	EXPECT_EQ(0, out(s, cmds, PROBE_RESERVE, 0, 0));
	EXPECT_EQ(0, take(s, cmds, 0, 1));

	for (number = 10; number < 5 * CAPACITY; number += CAPACITY) {
		EXPECT_EQ(32, out(s, cmds, PROBE_RESERVE, number, 32));
		EXPECT_EQ(32, out(s, cmds, PROBE_COMMIT, 0, 32));
		EXPECT_EQ(CAPACITY - 32,
			  out(s, cmds, PROBE_RESERVE, number + 32, 32));
		EXPECT_EQ(CAPACITY - 32,
			  out(s, cmds, PROBE_COMMIT, 0, CAPACITY - 32));
		EXPECT_EQ(0, out(s, cmds, PROBE_RESERVE, 0, 1));
		EXPECT_EQ(CAPACITY, take(s, cmds, number, SLOTS));
	}
}

TEST_F(service_calls, reserve_and_commit_add_packets)
{
	test_reserve(_metadata, &self->s, false);
}

TEST_F(service_calls, reserve_and_commit_add_commands)
{
	test_reserve(_metadata, &self->s, true);
}

static void test_peek(struct __test_metadata *_metadata, struct service *s,
		      bool cmds)
{
	struct ion_ring_stats stats;
	__u64 number;

	EXPECT_EQ(0, in(s, cmds, PROBE_PEEK, 0, 8));
	EXPECT_EQ(0, in(s, cmds, PROBE_RELEASE, 0, 0));
	for (number = 0; number < 5 * CAPACITY; number += CAPACITY) {
		EXPECT_EQ(CAPACITY, send(s, cmds, number, SLOTS));
		EXPECT_EQ(PROBE_PEEK_MAX, in(s, cmds, PROBE_PEEK, number, ~0U));
		EXPECT_EQ(0, send(s, cmds, 0, 1));
		stats = stats_of(s, in_of(cmds));
		EXPECT_EQ(number, stats.popped);
		EXPECT_EQ(CAPACITY, stats.queued);

		/* The same packets again, fewer, and with more behind them. */
		EXPECT_EQ(3, in(s, cmds, PROBE_PEEK, number, 3));
		EXPECT_EQ(5, in(s, cmds, PROBE_RELEASE, 0, 5));
		EXPECT_EQ(PROBE_PEEK_MAX,
			  in(s, cmds, PROBE_PEEK, number + 5, 32));
		EXPECT_EQ(5, send(s, cmds, number + CAPACITY, SLOTS));
		EXPECT_EQ(32, in(s, cmds, PROBE_RELEASE, 0, 32));

		/* A pop takes packets that were peeked at first. */
		EXPECT_EQ(4, in(s, cmds, PROBE_PEEK, number + 37, 4));
		EXPECT_EQ(1, in(s, cmds, PROBE_POP, number + 37, 1));
		EXPECT_EQ(2, in(s, cmds, PROBE_RELEASE, 0, 2));
		EXPECT_EQ(28, in(s, cmds, PROBE_POP_N, number + 40, 40));
		EXPECT_EQ(0, in(s, cmds, PROBE_PEEK, 0, 8));
		number += 5;
	}
	EXPECT_EQ(number, stats_of(s, in_of(cmds)).popped);
}

TEST_F(service_calls, peek_and_release_take_packets)
{
	test_peek(_metadata, &self->s, false);
}

TEST_F(service_calls, peek_and_release_take_commands)
{
	test_peek(_metadata, &self->s, true);
}

static __s64 move(struct service *s, bool cmds, __u32 count)
{
	return service_call(s, cmds ? PROBE_CMD_MOVE : PROBE_MOVE, in_of(cmds),
			    count);
}

static void test_move(struct __test_metadata *_metadata, struct service *s,
		      bool cmds)
{
	struct ion_ring_stats stats;
	__u64 number;

	EXPECT_EQ(0, move(s, cmds, 8));
	for (number = 0; number < 5 * CAPACITY; number += CAPACITY) {
		EXPECT_EQ(CAPACITY, send(s, cmds, number, SLOTS));
		EXPECT_EQ(0, move(s, cmds, 0));
		EXPECT_EQ(10, move(s, cmds, 10));
		EXPECT_EQ(10, take(s, cmds, number, SLOTS));

		/*
		 * Packets that were peeked at move with the others, in order.
		 */
		EXPECT_EQ(4, in(s, cmds, PROBE_PEEK, number + 10, 4));
		EXPECT_EQ(CAPACITY - 10, move(s, cmds, ~0U));
		EXPECT_EQ(CAPACITY - 10, take(s, cmds, number + 10, SLOTS));
		EXPECT_EQ(0, in(s, cmds, PROBE_PEEK, 0, 1));
	}

	/* Packets that find no room stay in place. */
	EXPECT_EQ(40, out(s, cmds, PROBE_PUSH_N, 0, 40));
	EXPECT_EQ(CAPACITY, send(s, cmds, 40, SLOTS));
	EXPECT_EQ(CAPACITY - 40, move(s, cmds, CAPACITY));
	EXPECT_EQ(0, move(s, cmds, 1));
	stats = stats_of(s, in_of(cmds));
	EXPECT_EQ(40, stats.queued);
	EXPECT_EQ(CAPACITY, take(s, cmds, 0, SLOTS));
	EXPECT_EQ(40, move(s, cmds, CAPACITY));
	EXPECT_EQ(40, take(s, cmds, CAPACITY, SLOTS));
}

TEST_F(service_calls, move_passes_packets_on)
{
	test_move(_metadata, &self->s, false);
}

TEST_F(service_calls, move_passes_commands_on)
{
	test_move(_metadata, &self->s, true);
}

/*
 * A reset discards packets that were peeked at, too. The next peek sees later
 * packets. An interrupt that is about to release them cannot know, and need
 * not; a callback never has a reset within it, and peeks again in the next.
 */
static void test_reset(struct __test_metadata *_metadata, struct service *s,
		       bool cmds, bool async)
{
	__u32 release, most = async ? 8 : 0;
	struct ion_ring_stats stats;

	for (release = 0; release <= most; release += 4) {
		stats = stats_of(s, in_of(cmds));
		EXPECT_EQ(20, send(s, cmds, 0, 20));
		EXPECT_EQ(8, in(s, cmds, PROBE_PEEK, 0, 8));
		EXPECT_EQ(32, out(s, cmds, PROBE_RESERVE, 0, 32));
		EXPECT_EQ(20, ion_reset(s->ch.fd));
		channel_attach_live(&s->ch);
		EXPECT_EQ(2, send(s, cmds, 50, 2));
		EXPECT_EQ(release, in(s, cmds, PROBE_RELEASE, 0, release));
		EXPECT_EQ(stats.discarded + 20,
			  stats_of(s, in_of(cmds)).discarded);
		EXPECT_EQ(stats.popped, stats_of(s, in_of(cmds)).popped);
		EXPECT_EQ(2, stats_of(s, in_of(cmds)).queued);

		EXPECT_EQ(2, in(s, cmds, PROBE_PEEK, 50, 32));
		EXPECT_EQ(1, in(s, cmds, PROBE_RELEASE, 0, 1));
		EXPECT_EQ(1, in(s, cmds, PROBE_POP, 51, 1));
		EXPECT_EQ(stats.popped + 2, stats_of(s, in_of(cmds)).popped);
		EXPECT_EQ(stats.pushed + 22, stats_of(s, in_of(cmds)).pushed);
		EXPECT_EQ(3, out(s, cmds, PROBE_COMMIT, 0, 3));
		EXPECT_EQ(3, take(s, cmds, 0, SLOTS));
	}
}

TEST_F(service_calls, reset_discards_packets_that_were_peeked_at)
{
	test_reset(_metadata, &self->s, false, variant->flags & PROBE_ASYNC);
}

TEST_F(service_calls, reset_discards_commands_that_were_peeked_at)
{
	test_reset(_metadata, &self->s, true, variant->flags & PROBE_ASYNC);
}

/*
 * A program that overwrites a slot does not change a packet that was peeked at.
 */
TEST_F(service_calls, a_peek_is_a_copy)
{
	struct service *s = &self->s;
	struct ion_packet *slot;

	EXPECT_EQ(4, send(s, false, 0, 4));
	EXPECT_EQ(4, in(s, false, PROBE_PEEK, 0, 4));
	slot = channel_slot(&s->ch, ION_RING_TX, 0);
	memset(slot, 0xff, 4 * sizeof(*slot));
	EXPECT_EQ(4, in(s, false, PROBE_PEEK, 0, 4));
	EXPECT_EQ(4, in(s, false, PROBE_POP_N, 0, 4));
}

/* Until all packets were released, or popped by the program. */
static void test_empty(struct __test_metadata *_metadata, struct service *s,
		       bool cmds)
{
	__u32 tx = in_of(cmds), rx = out_of(cmds);
	__u32 round;

	/* Once around the ring, and to the same slots again. */
	for (round = 0; round < SLOTS / 4 + 2; round++) {
		EXPECT_EQ(1, service_call(s, PROBE_EMPTY, tx, 0));
		EXPECT_EQ(4, send(s, cmds, 0, 4));
		EXPECT_EQ(0, service_call(s, PROBE_EMPTY, tx, 0));
		EXPECT_EQ(4, in(s, cmds, PROBE_PEEK, 0, 8));
		EXPECT_EQ(0, service_call(s, PROBE_EMPTY, tx, 0));
		EXPECT_EQ(3, in(s, cmds, PROBE_RELEASE, 0, 3));
		EXPECT_EQ(0, service_call(s, PROBE_EMPTY, tx, 0));
		EXPECT_EQ(1, in(s, cmds, PROBE_POP, 3, 1));
		EXPECT_EQ(1, service_call(s, PROBE_EMPTY, tx, 0));

		EXPECT_EQ(1, service_call(s, PROBE_EMPTY, rx, 0));
		EXPECT_EQ(4, out(s, cmds, PROBE_PUSH_N, 0, 4));
		EXPECT_EQ(0, service_call(s, PROBE_EMPTY, rx, 0));
		EXPECT_EQ(4, take(s, cmds, 0, 4));
		EXPECT_EQ(1, service_call(s, PROBE_EMPTY, rx, 0));
	}
}

TEST_F(service_calls, empty_rings_are_reported)
{
	test_empty(_metadata, &self->s, false);
}

TEST_F(service_calls, empty_command_rings_are_reported)
{
	test_empty(_metadata, &self->s, true);
}

TEST_F(service_calls, queries_describe_the_channel)
{
	struct probe_run opener = { .call = PROBE_OPENER };
	struct service *s = &self->s;
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		EXPECT_EQ(CAPACITY, service_call(s, PROBE_CAPACITY, ring, 0));
	EXPECT_EQ(s->ch.info.channel, service_ask(s, PROBE_ID));
	EXPECT_EQ(1, service_ask(s, PROBE_PRIVATE));
	EXPECT_EQ(0, service_ask(s, PROBE_ERROR));
	EXPECT_EQ(0, service_ask(s, PROBE_BUFFERS));
	EXPECT_EQ(0, service_ask(s, PROBE_BUFFER));
	EXPECT_EQ(-EINVAL, service_ask(s, PROBE_READ));
	EXPECT_EQ(-EINVAL, service_ask(s, PROBE_WRITE));
	EXPECT_EQ(0, service_run(s, &opener));
	EXPECT_EQ(getpid(), opener.words[0]);
	EXPECT_EQ(geteuid(), opener.words[1]);
	EXPECT_EQ(getegid(), opener.words[2]);
}

/* At most one more doorbell(): the one that finds the poison. */
static int poisoned_doorbell(struct service *s)
{
	__u64 before;
	int ret;

	in(s, false, PROBE_POP, 0, 1);
	before = service_counts(s).doorbells;
	ret = ion_kick(s->ch.fd);
	return service_counts(s).doorbells == before ? ret : -EBADMSG;
}

/* No packet moves, and the program is notified, until the reset. */
TEST_F(service_calls, poison_stops_every_call)
{
	struct service *s = &self->s;
	__u32 good;

	EXPECT_EQ(3, send(s, false, 0, 3));
	good = *user_index(&s->ch, ION_RING_TX);
	WRITE_ONCE(*user_index(&s->ch, ION_RING_TX), 0xfffff);
	if (variant->context == PROBE_IN_DOORBELL) {
		EXPECT_EQ(-EPROTO, poisoned_doorbell(s));
		return;
	}
	EXPECT_EQ(0, in(s, false, PROBE_POP, 0, 1));
	EXPECT_EQ(-EPROTO, service_ask(s, PROBE_ERROR));
	EXPECT_EQ(POLLERR, ion_poll_for(s->ch.fd, POLLIN, 0));
	EXPECT_EQ(0, out(s, false, PROBE_PUSH, 0, 1));
	EXPECT_EQ(0, out(s, true, PROBE_RESERVE, 0, 8));
	EXPECT_EQ(0, in(s, true, PROBE_PEEK, 0, 8));
	WRITE_ONCE(*user_index(&s->ch, ION_RING_TX), good);
	EXPECT_EQ(0, in(s, false, PROBE_PEEK, 0, 8));
	EXPECT_EQ(0, ion_reset(s->ch.fd));
	channel_attach_live(&s->ch);
	EXPECT_EQ(0, service_ask(s, PROBE_ERROR));
	EXPECT_EQ(1, out(s, false, PROBE_PUSH, 0, 1));
	EXPECT_EQ(1, take(s, false, 0, 2));
}

ION_TEST_KERNEL_LOG()

SERVICE_TEST_MAIN
