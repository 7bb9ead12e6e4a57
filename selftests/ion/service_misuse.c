// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that makes mistakes: each call is refused, nothing changes, and the
 * kernel warns once. This test needs warnings in the kernel log, and checks
 * that there are no others: it does not belong in a run that expects none.
 */
#include "ion_test.h"
#include "service_test.h"

#define SLOTS 64

FIXTURE(service_misuse)
{
	struct usage before;
	struct service s;
};

FIXTURE_SETUP(service_misuse)
{
	self->s.probe = -1;
	self->s.ch.fd = -1;
	SERVICE_BEGIN(self->before);
}

FIXTURE_TEARDOWN(service_misuse)
{
	service_close(&self->s);
	SERVICE_END(self->before);
}

static int open_misuse(struct service *s, __u64 flags)
{
	return service_open_variant(s, flags, PROBE_IN_CALLER,
				    ION_LAYOUT_COMPACT, SLOTS);
}

/*
 * The mistakes of which the kernel warns, once for as long as ion is inserted.
 */
enum mistake {
	MISTAKE_RING,
	MISTAKE_NO_RING,
	MISTAKE_CONTEXT,
	MISTAKE_COMMIT,
	MISTAKE_RELEASE,
	MISTAKE_ASYNC,
	MISTAKE_BUFFER,
	MISTAKES,
};

/* How often it warned. Every test is a process. */
static int *warned;

static void __attribute__((__constructor__)) share_warned(void)
{
	warned = mmap(NULL, MISTAKES * sizeof(*warned), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (warned == MAP_FAILED)
		abort();
}

/*
 * How many warnings since the last call; a hundred more for any other report.
 */
static int warnings(void)
{
	static const char *const fine[] = { "WARNING", "cut here", "Call Trace",
					    "[ion" };
	char line[512];
	bool ours;
	int n = 0;
	unsigned int i;

	while (ion_kernel_log_next(line, sizeof(line))) {
		if (strstr(line, "WARNING"))
			n++;
		ours = !!strstr(line, "ion: ");
		for (i = 0; i < ARRAY_SIZE(fine); i++)
			ours |= !!strstr(line, fine[i]);
		if (ion_kernel_log_bad(line) && !ours)
			n += 100;
	}
	return n;
}

/* The last mistakes were of this kind, and there was one warning of it. */
static void warned_of(struct __test_metadata *_metadata, enum mistake mistake)
{
	warned[mistake] += warnings();
	EXPECT_EQ(1, warned[mistake])
	TH_LOG("mistake %d", mistake);
}

static const __u32 contexts[] = { PROBE_IN_CALLER, PROBE_IN_IRQS_OFF,
				  PROBE_IN_WORK, PROBE_IN_SOFTIRQ,
				  PROBE_IN_HARDIRQ };

/*
 * The call is refused in every context, without a trace, with at most one
 * warning.
 */
static void refused(struct __test_metadata *_metadata, struct service *s,
		    __u32 call, __u32 ring, __u32 count, const char *what)
{
	struct picture before, after;
	unsigned int i;

	picture_take(&before, &s->ch);
	for (i = 0; i < ARRAY_SIZE(contexts); i++) {
		s->context = contexts[i];
		EXPECT_EQ(0, service_call(s, call, ring, count))
		TH_LOG("%s: call %u ring %u context %u", what, call, ring,
		       contexts[i]);
	}
	picture_take(&after, &s->ch);
	EXPECT_TRUE(picture_same(&before, &after))
	TH_LOG("%s: call %u ring %u changed something", what, call, ring);
	picture_drop(&before);
	picture_drop(&after);
}

/* The ring that a call is for. */
static __u32 right_ring(__u32 call)
{
	static const __u32 rings[] = {
		[PROBE_PUSH] = ION_RING_RX,    [PROBE_POP] = ION_RING_TX,
		[PROBE_PUSH_N] = ION_RING_RX,  [PROBE_POP_N] = ION_RING_TX,
		[PROBE_RESERVE] = ION_RING_RX, [PROBE_COMMIT] = ION_RING_RX,
		[PROBE_PEEK] = ION_RING_TX,    [PROBE_RELEASE] = ION_RING_TX,
	};

	if (call < PROBE_CMD_PUSH)
		return rings[call];
	return rings[call - PROBE_CMD_PUSH] == ION_RING_RX ? ION_RING_EVT
							   : ION_RING_CMD;
}

/* Packets in every ring, so that mistakes are possible. */
static void fill(struct service *s)
{
	struct ion_cmd_packet cmd = ion_cmd_of(1);
	__u32 in = s->context;

	s->context = PROBE_IN_CALLER;
	ion_push_from(&s->ch, 0, 10);
	ion_ring_push_cmd(&s->ch.cmd, &cmd);
	service_call(s, PROBE_PUSH_N, ION_RING_RX, 5);
	service_call(s, PROBE_CMD_PUSH_N, ION_RING_EVT, 5);
	s->context = in;
}

TEST_F(service_misuse, a_ring_of_the_wrong_kind_is_refused)
{
	struct service *s = &self->s;
	__u32 call, ring;

	ASSERT_EQ(0, open_misuse(s, PROBE_ASYNC));
	fill(s);
	EXPECT_EQ(0, warnings());
	for (call = PROBE_PUSH; call <= PROBE_CMD_RELEASE; call++)
		for (ring = 0; ring < ION_RINGS; ring++)
			if (ring != right_ring(call))
				refused(_metadata, s, call, ring, 1, "wrong");
	for (ring = 0; ring < ION_RINGS; ring++) {
		if (ring != ION_RING_TX)
			refused(_metadata, s, PROBE_MOVE, ring, 1, "move");
		if (ring != ION_RING_CMD)
			refused(_metadata, s, PROBE_CMD_MOVE, ring, 1, "move");
	}
	warned_of(_metadata, MISTAKE_RING);
}

/* The number of an unknown ring, and so no ring. */
TEST_F(service_misuse, an_unknown_ring_is_refused)
{
	struct service *s = &self->s;
	__u32 call;

	ASSERT_EQ(0, open_misuse(s, PROBE_ASYNC));
	fill(s);
	for (call = PROBE_PUSH; call <= PROBE_CMD_RELEASE; call++) {
		refused(_metadata, s, call, PROBE_NO_RING, 1, "none");
		refused(_metadata, s, call, ION_RINGS, 1, "unknown");
	}
	refused(_metadata, s, PROBE_MOVE, PROBE_NO_RING, 1, "move");
	refused(_metadata, s, PROBE_CMD_MOVE, PROBE_NO_RING, 1, "move");
	warned_of(_metadata, MISTAKE_RING);
	refused(_metadata, s, PROBE_CAPACITY, PROBE_NO_RING, 0, "capacity");
	refused(_metadata, s, PROBE_DISARM, PROBE_NO_RING, 0, "disarm");
	EXPECT_EQ(1, service_call(s, PROBE_EMPTY, PROBE_NO_RING, 0));
	s->context = PROBE_IN_HARDIRQ;
	service_call(s, PROBE_ARM, PROBE_NO_RING, 0);
	warned_of(_metadata, MISTAKE_NO_RING);
}

static void outside(struct __test_metadata *_metadata, struct service *s)
{
	__u32 call;

	for (call = PROBE_PUSH; call <= PROBE_CMD_RELEASE; call++)
		refused(_metadata, s, call, right_ring(call), 1, "outside");
	refused(_metadata, s, PROBE_MOVE, ION_RING_TX, 1, "outside");
	refused(_metadata, s, PROBE_CMD_MOVE, ION_RING_CMD, 1, "outside");
	refused(_metadata, s, PROBE_DISARM, ION_RING_TX, 0, "outside");
}

/* A service that did not announce that it uses its rings anywhere. */
TEST_F(service_misuse, a_ring_outside_callbacks_is_refused)
{
	struct service *s = &self->s;

	ASSERT_EQ(0, open_misuse(s, 0));
	ion_push_from(&s->ch, 0, 10);
	s->context = PROBE_IN_DOORBELL;
	EXPECT_EQ(2, service_call(s, PROBE_PUSH_N, ION_RING_RX, 2));
	EXPECT_EQ(0, warnings());
	outside(_metadata, s);
	warned_of(_metadata, MISTAKE_CONTEXT);
}

/* The thread that kicks is in a callback; others are not. */
TEST_F(service_misuse, a_ring_beside_a_callback_is_refused)
{
	struct service *s = &self->s;
	struct ion_setup setup;
	struct task task;
	int i;

	service_setup(&setup, PROBE_SLEEPY);
	setup.arg[1] = 500000;
	ASSERT_EQ(0, service_open_setup(s, &setup));
	task_start(&task, task_serve, &s->ch, NO_SPIN, 10 * MS);
	sleep_ns(50 * MS);
	for (i = 0; i < (int)ARRAY_SIZE(contexts); i++) {
		s->context = contexts[i];
		EXPECT_EQ(0, service_call(s, PROBE_PUSH, ION_RING_RX, 1));
	}
	EXPECT_EQ(0, task_join(&task));
	warned_of(_metadata, MISTAKE_CONTEXT);
	EXPECT_EQ(0, ion_ring_peek(&s->ch.rx, 1));
}

TEST_F(service_misuse, committing_more_than_was_reserved_is_refused)
{
	struct service *s = &self->s;
	bool cmds;
	__u32 by;

	ASSERT_EQ(0, open_misuse(s, PROBE_ASYNC));
	for (cmds = false;; cmds = true) {
		__u32 ring = cmds ? ION_RING_EVT : ION_RING_RX;

		by = cmds ? PROBE_CMD_PUSH : 0;
		refused(_metadata, s, by + PROBE_COMMIT, ring, 1, "nothing");
		EXPECT_EQ(4, service_call(s, by + PROBE_RESERVE, ring, 4));
		refused(_metadata, s, by + PROBE_COMMIT, ring, 5, "5 of 4");
		EXPECT_EQ(4, service_call(s, by + PROBE_RESERVE, ring, 4));
		refused(_metadata, s, by + PROBE_COMMIT, ring, ~0U, "all");
		EXPECT_EQ(4, service_call(s, by + PROBE_RESERVE, ring, 4));
		EXPECT_EQ(4, service_call(s, by + PROBE_COMMIT, ring, 4));
		if (cmds)
			break;
	}
	warned_of(_metadata, MISTAKE_COMMIT);
}

TEST_F(service_misuse, releasing_more_than_was_peeked_at_is_refused)
{
	struct service *s = &self->s;

	ASSERT_EQ(0, open_misuse(s, PROBE_ASYNC));
	fill(s);
	refused(_metadata, s, PROBE_RELEASE, ION_RING_TX, 1, "nothing");
	EXPECT_EQ(3, service_call(s, PROBE_PEEK, ION_RING_TX, 3));
	refused(_metadata, s, PROBE_RELEASE, ION_RING_TX, 4, "4 of 3");
	refused(_metadata, s, PROBE_RELEASE, ION_RING_TX, ~0U, "all");
	EXPECT_EQ(3, service_call(s, PROBE_RELEASE, ION_RING_TX, 3));
	EXPECT_EQ(7, service_call(s, PROBE_PEEK, ION_RING_TX, 32));
	EXPECT_EQ(1, service_call(s, PROBE_CMD_PEEK, ION_RING_CMD, 3));
	refused(_metadata, s, PROBE_CMD_RELEASE, ION_RING_CMD, 2, "2 of 1");
	EXPECT_EQ(1, service_call(s, PROBE_CMD_RELEASE, ION_RING_CMD, 1));
	warned_of(_metadata, MISTAKE_RELEASE);
}

TEST_F(service_misuse, async_after_bind_is_refused)
{
	struct service *s = &self->s;

	ASSERT_EQ(0, open_misuse(s, 0));
	refused(_metadata, s, PROBE_SET_ASYNC, PROBE_NO_RING, 0, "async");
	s->context = PROBE_IN_DOORBELL;
	EXPECT_EQ(0, service_ask(s, PROBE_SET_ASYNC));
	warned_of(_metadata, MISTAKE_ASYNC);
	refused(_metadata, s, PROBE_PUSH, ION_RING_RX, 1, "push");
	warned_of(_metadata, MISTAKE_CONTEXT);
}

/* A bind() that failed does not make the channel async for the next service. */
TEST_F(service_misuse, a_failed_bind_makes_no_channel_async)
{
	struct service *s = &self->s;
	struct ion_setup setup;

	s->ch.fd = ion_open(O_RDWR);
	service_setup(&setup, PROBE_REFUSE);
	setup.arg[1] = (__u64)-EPERM;
	EXPECT_EQ(-EPERM, ion_call(s->ch.fd, ION_IOC_SETUP, &setup));
	service_setup(&setup, 0);
	ASSERT_EQ(0, ion_call(s->ch.fd, ION_IOC_SETUP, &setup));
	ASSERT_EQ(0, channel_map(&s->ch));
	ASSERT_EQ(0, service_attach(s));
	refused(_metadata, s, PROBE_PUSH, ION_RING_RX, 1, "push");
	warned_of(_metadata, MISTAKE_CONTEXT);
}

/* Buffers that the program owns, and unknown ones. */
TEST_F(service_misuse, a_foreign_buffer_is_refused)
{
	struct probe_run run = { .call = PROBE_PUSH_N, .ring = ION_RING_RX };
	struct service *s = &self->s;
	struct ion_packet packet;
	struct ion_setup setup;

	service_setup(&setup, PROBE_ASYNC);
	setup.buffers = 4;
	setup.buffer_size = 256;
	ASSERT_EQ(0, service_open_setup(s, &setup));
	refused(_metadata, s, PROBE_PUSH, ION_RING_RX, 1, "the program's");
	warned_of(_metadata, MISTAKE_BUFFER);
	EXPECT_EQ(0, service_call(s, PROBE_BUFFER, PROBE_NO_RING, 0));
	EXPECT_EQ(-EINVAL, service_call(s, PROBE_READ, PROBE_NO_RING, 8));

	/* A buffer that was handed over, and then one that was not. */
	packet = (struct ion_packet){ .data = 256, .id = 1 };
	EXPECT_TRUE(ion_ring_push(&s->ch.tx, &packet));
	EXPECT_EQ(1, service_call(s, PROBE_POP, ION_RING_TX, 1));
	run.count = 3;
	run.packets[0] = packet;
	run.packets[1] = (struct ion_packet){ .data = 512, .id = 2 };
	run.packets[2] = (struct ion_packet){ .data = 768, .id = 3 };
	EXPECT_EQ(1, service_run(s, &run));

	/* No buffer twice, and no unknown one. */
	run.call = PROBE_PUSH;
	run.packets[0] = packet;
	EXPECT_EQ(0, service_run(s, &run));
	run.packets[0] = (struct ion_packet){ .data = 1024, .id = 4 };
	EXPECT_EQ(0, service_run(s, &run));
	EXPECT_EQ(1, ion_ring_peek(&s->ch.rx, 9));
	EXPECT_EQ(0, warnings());
}

SERVICE_TEST_MAIN
