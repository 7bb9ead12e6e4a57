// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints: everything that is recorded of a channel is compared, so
 * that no event is missing, duplicated or wrong.
 */
#include "arena_test.h"
#include "ion_test.h"
#include "trace_test.h"

FIXTURE(trace)
{
	struct tracer t;
	struct channel ch;
};

FIXTURE_SETUP(trace)
{
	self->ch.fd = -1;
	ASSERT_EQ(0, trace_open(&self->t));
}

FIXTURE_TEARDOWN(trace)
{
	channel_close(&self->ch);
	EXPECT_EQ(0, trace_close(&self->t));
}

/* clang-format off */
#define EXPECT_TRACE(text)						\
	EXPECT_STREQ(text, trace_take(&self->t, self->ch.info.channel, NULL))
/* clang-format on */

/* A channel whose first events are dropped. */
static int begin(struct tracer *t, struct channel *ch, __u32 slots,
		 const char *service)
{
	int ret = channel_open_layout(ch, ION_LAYOUT_COMPACT, slots, service);

	trace_take(t, 0, NULL);
	return ret;
}

#define SETUP_WANT                                                 \
	"open\n"                                                   \
	"setup service=sink layout=split tx=8 rx=16 cmd=32 evt=64" \
	" buffers=12 buffer_size=2048 bytes=%llu\n"
#define SETUP_DEFAULT                                                     \
	"open\n"                                                          \
	"setup service=echo layout=compact tx=256 rx=256 cmd=256 evt=256" \
	" buffers=0 buffer_size=0 bytes=%llu\n"

TEST_F(trace, a_channel_is_traced_from_open_to_close)
{
	struct channel *ch = &self->ch;
	struct ion_setup setup;
	char want[512];
	__u64 id;

	ion_setup_init(&setup, "sink");
	setup.layout = ION_LAYOUT_SPLIT;
	setup.slots[ION_RING_TX] = 8;
	setup.slots[ION_RING_RX] = 16;
	setup.slots[ION_RING_CMD] = 32;
	setup.slots[ION_RING_EVT] = 64;
	setup.buffers = 12;
	setup.buffer_size = 2048;
	ASSERT_EQ(0, channel_open_live(ch, &setup));
	id = ch->info.channel;
	snprintf(want, sizeof(want), SETUP_WANT,
		 (unsigned long long)ch->info.bytes);
	EXPECT_TRACE(want);
	channel_close(ch);
	EXPECT_STREQ("close\n", trace_take(&self->t, id, NULL));
}

/* The first mapping sets up too, and a refused call does not. */
TEST_F(trace, an_implicit_setup_is_traced)
{
	struct channel *ch = &self->ch;
	struct ion_setup setup;
	char want[512];
	void *tx;

	ch->fd = ion_open(O_RDWR);
	ion_setup_init(&setup, "nobody");
	EXPECT_EQ(-ENOENT, ion_call(ch->fd, ION_IOC_SETUP, &setup));
	ion_setup_init(&setup, "echo");
	setup.arg[0] = 1;
	EXPECT_EQ(-EINVAL, ion_call(ch->fd, ION_IOC_SETUP, &setup));
	tx = mmap(NULL, 8192, PROT_READ, MAP_SHARED, ch->fd, ION_MMAP_TX);
	ASSERT_NE(MAP_FAILED, tx);
	munmap(tx, 8192);
	ASSERT_EQ(0, ion_get_info(ch->fd, &ch->info));
	snprintf(want, sizeof(want), SETUP_DEFAULT,
		 (unsigned long long)default_bytes());
	EXPECT_TRACE(want);
}

/* One event for a batch of any length, with the number of the caller. */
TEST_F(trace, a_batch_is_one_event)
{
	struct channel *ch = &self->ch;
	char want[32], *all;

	ASSERT_EQ(0, begin(&self->t, ch, 256, ""));
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_TRACE("kick\n"
		     "sleep\n"
		     "kick_done moved=0 lent=0 spurious=1\n");
	EXPECT_EQ(1, ion_send(ch, 0, 1));
	EXPECT_EQ(200, ion_send(ch, 1, 200));
	EXPECT_TRACE("kick\n"
		     "pop ring=tx count=1 queued=0\n"
		     "push ring=rx count=1 queued=1\n"
		     "sleep\n"
		     "kick_done moved=2 lent=0 spurious=0\n"
		     "kick\n"
		     "pop ring=tx count=200 queued=0\n"
		     "push ring=rx count=200 queued=201\n"
		     "sleep\n"
		     "kick_done moved=400 lent=0 spurious=0\n");
	EXPECT_TRUE(ion_send_cmd(ch, 7));
	all = trace_read(&self->t);
	snprintf(want, sizeof(want), "-%d ", getpid());
	EXPECT_NE(NULL, strstr(all, want));
	free(all);
}

TEST_F(trace, commands_are_traced)
{
	struct channel *ch = &self->ch;

	ASSERT_EQ(0, begin(&self->t, ch, 4, ""));
	EXPECT_TRUE(ion_send_cmd(ch, 7));
	EXPECT_TRACE("kick\n"
		     "pop ring=cmd count=1 queued=0\n"
		     "push ring=evt count=1 queued=1\n"
		     "sleep\n"
		     "kick_done moved=2 lent=0 spurious=0\n");
}

/* By peek and release, and by reserve and commit. */
TEST_F(trace, other_services_are_traced)
{
	struct channel *ch = &self->ch;

	ASSERT_EQ(0, begin(&self->t, ch, 64, "sink"));
	EXPECT_EQ(40, ion_send(ch, 0, 40));
	EXPECT_TRACE("kick\n"
		     "pop ring=tx count=32 queued=8\n"
		     "pop ring=tx count=8 queued=0\n"
		     "sleep\n"
		     "kick_done moved=40 lent=0 spurious=0\n");
	channel_close(ch);
	ASSERT_EQ(0, begin(&self->t, ch, 64, "source"));
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_TRACE("kick\n"
		     "push ring=rx count=32 queued=32\n"
		     "push ring=rx count=31 queued=63\n"
		     "sleep\n"
		     "kick_done moved=63 lent=0 spurious=0\n");
}

/* Once until there is room, or the kernel end sleeps. */
TEST_F(trace, a_full_ring_is_traced_once)
{
	struct channel *ch = &self->ch;

	ASSERT_EQ(0, begin(&self->t, ch, 4, ""));
	EXPECT_EQ(3, ion_send(ch, 0, 3));
	EXPECT_EQ(3, ion_push_from(ch, 3, 3));
	trace_take(&self->t, 0, NULL);
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_TRACE("kick\n"
		     "full ring=rx capacity=3 queued=3\n"
		     "sleep\n"
		     "kick_done moved=0 lent=0 spurious=1\n");
	EXPECT_EQ(2, ion_pop_from(ch, 0, 2));
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_TRACE("kick\n"
		     "pop ring=tx count=2 queued=1\n"
		     "push ring=rx count=2 queued=3\n"
		     "full ring=rx capacity=3 queued=3\n"
		     "sleep\n"
		     "kick_done moved=4 lent=0 spurious=0\n");
}

/* Moves of a program at its own end, but not refused ones. */
TEST_F(trace, calls_of_the_user_end_are_traced)
{
	struct channel *ch = &self->ch;
	struct ion_packet packets[8] = { 0 };

	ASSERT_EQ(0, begin(&self->t, ch, 16, ""));
	EXPECT_EQ(5, ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_TX, packets, 5));
	EXPECT_TRACE("push ring=tx count=5 queued=5\n");
	EXPECT_EQ(0, ion_kick(ch->fd));
	trace_take(&self->t, 0, NULL);
	EXPECT_EQ(-EFAULT,
		  ion_batch(ch->fd, ION_IOC_POP, ION_RING_RX, NULL, 2));
	EXPECT_EQ(3, ion_batch(ch->fd, ION_IOC_POP, ION_RING_RX, packets, 3));
	EXPECT_TRACE("pop ring=rx count=3 queued=2\n");
	EXPECT_EQ(48, read(ch->fd, packets, sizeof(packets)));
	EXPECT_TRACE("pop ring=rx count=2 queued=0\n");
	EXPECT_EQ(96, write(ch->fd, packets, 96));
	EXPECT_TRACE("push ring=tx count=4 queued=4\n"
		     "kick\n"
		     "pop ring=tx count=4 queued=0\n"
		     "push ring=rx count=4 queued=4\n"
		     "sleep\n"
		     "kick_done moved=8 lent=0 spurious=0\n");
	EXPECT_EQ(1, ion_peek(ch->fd, ION_RING_RX, packets, 0, 1));
	EXPECT_TRACE("");
}

TEST_F(trace, poison_is_traced_once)
{
	struct channel *ch = &self->ch;
	struct ion_stats stats;

	ASSERT_EQ(0, begin(&self->t, ch, 256, ""));
	EXPECT_EQ(2, ion_send(ch, 0, 2));
	EXPECT_EQ(1, ion_pop_from(ch, 0, 1));
	trace_take(&self->t, 0, NULL);
	*user_index(ch, ION_RING_TX) = 4711;
	EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
	EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
	EXPECT_EQ(0, ion_get_stats(ch->fd, &stats));
	EXPECT_TRACE("kick\n"
		     "poison ring=tx cause=range seen=4711 allowed=2..1\n"
		     "sleep\n"
		     "kick_done moved=0 lent=0 spurious=1\n"
		     "kick\n"
		     "sleep\n"
		     "kick_done moved=0 lent=0 spurious=1\n");

	/* A check finds the poison, or the reset itself. */
	EXPECT_EQ(1, ion_reset(ch->fd));
	EXPECT_TRACE("discard ring=rx count=1 queued=0\n"
		     "sleep\n");
	*user_index(ch, ION_RING_RX) = 9;
	EXPECT_EQ(0, ion_get_stats(ch->fd, &stats));
	EXPECT_EQ(0, ion_get_stats(ch->fd, &stats));
	EXPECT_TRACE("poison ring=rx cause=order seen=9 allowed=2..2\n");
	EXPECT_EQ(2, stats.ring[ION_RING_RX].poison_first);
	EXPECT_EQ(0, ion_reset(ch->fd));
	trace_take(&self->t, 0, NULL);
	*user_index(ch, ION_RING_EVT) = 1;
	EXPECT_EQ(0, ion_reset(ch->fd));
	EXPECT_TRACE("poison ring=evt cause=order seen=1 allowed=0..0\n");
}

TEST_F(trace, a_reset_traces_discarded_packets)
{
	struct channel *ch = &self->ch;

	ASSERT_EQ(0, arena_open(ch, ION_LAYOUT_COMPACT, "echo", 64, 32, 256));
	EXPECT_TRUE(arena_push(ch, arena_packet(ch, 0, 0, 8)));
	EXPECT_TRUE(arena_push(ch, arena_packet(ch, 32, 0, 8)));
	EXPECT_TRUE(arena_push(ch, arena_packet(ch, 0, 0, 8)));
	EXPECT_TRUE(arena_push(ch, arena_packet(ch, 1, 0, 8)));
	trace_take(&self->t, 0, NULL);
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_TRACE("kick\n"
		     "push ring=rx count=2 queued=2\n"
		     "pop ring=tx count=2 queued=0\n"
		     "discard ring=tx count=2 queued=0\n"
		     "sleep\n"
		     "kick_done moved=6 lent=0 spurious=0\n");
	EXPECT_EQ(2, ion_reset(ch->fd));
	EXPECT_TRACE("discard ring=rx count=2 queued=0\n");
}

/* Buffers are handed over a few at a time. */
TEST_F(trace, a_batch_of_buffers_is_traced)
{
	struct channel *ch = &self->ch;
	unsigned int i;

	ASSERT_EQ(0, arena_open(ch, ION_LAYOUT_COMPACT, "echo", 64, 32, 256));
	trace_take(&self->t, 0, NULL);
	for (i = 0; i < 20; i++)
		EXPECT_TRUE(arena_push(ch, arena_packet(ch, i, 0, 8)));
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_TRACE("kick\n"
		     "push ring=rx count=20 queued=20\n"
		     "pop ring=tx count=20 queued=0\n"
		     "sleep\n"
		     "kick_done moved=40 lent=0 spurious=0\n");
}

/* The kind of sleeper that is woken, and the reason. */
TEST_F(trace, wake_ups_are_traced)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event wanted = { .events = EPOLLIN };
	struct channel *ch = &self->ch;

	signal(SIGIO, SIG_IGN);
	ASSERT_EQ(0, begin(&self->t, ch, 16, ""));
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, ch->fd, &wanted));
	trace_take(&self->t, 0, NULL);
	EXPECT_EQ(2, ion_push_from(ch, 0, 2));
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_TRACE("kick\n"
		     "pop ring=tx count=2 queued=0\n"
		     "push ring=rx count=2 queued=2\n"
		     "wake who=waiters rings=tx|rx\n"
		     "sleep\n"
		     "kick_done moved=4 lent=0 spurious=0\n");

	/* A wake flag without an eventfd wakes nothing. */
	ion_end_sleep(&ch->rx.end);
	EXPECT_EQ(1, ion_send(ch, 2, 1));
	EXPECT_STREQ("wake who=waiters rings=tx|rx\n",
		     trace_take(&self->t, ch->info.channel, "wake"));
	ASSERT_EQ(0, ion_set_eventfd(ch->fd, event));
	ASSERT_EQ(0, fcntl(ch->fd, F_SETOWN, getpid()));
	ASSERT_EQ(0, fcntl(ch->fd, F_SETFL, O_RDWR | O_ASYNC));
	EXPECT_TRUE(ion_send_cmd(ch, 0));
	EXPECT_STREQ("wake who=waiters rings=cmd|evt\n"
		     "wake who=SIGIO rings=cmd|evt\n",
		     trace_take(&self->t, ch->info.channel, "wake"));
	EXPECT_EQ(1, ion_send(ch, 3, 1));
	EXPECT_STREQ("wake who=waiters rings=tx|rx\n"
		     "wake who=eventfd rings=tx|rx\n"
		     "wake who=SIGIO rings=tx|rx\n",
		     trace_take(&self->t, ch->info.channel, "wake"));
	close(epoll);
	close(event);
}

TEST_F(trace, a_lent_thread_is_traced)
{
	struct channel *ch = &self->ch;
	struct task server;

	ASSERT_EQ(0, begin(&self->t, ch, 16, ""));
	ASSERT_TRUE(server_start(&server, ch, NO_SPIN, 0));
	ASSERT_TRUE(lent_sleeps(ch) && task_sleeps(&server));
	trace_take(&self->t, 0, NULL);
	EXPECT_EQ(3, ion_send(ch, 0, 3));
	ASSERT_TRUE(lent_sleeps(ch) && task_sleeps(&server));
	EXPECT_TRACE("kick\n"
		     "kick_done moved=0 lent=1 spurious=0\n"
		     "wake who=lent rings=tx|rx|cmd|evt\n"
		     "pop ring=tx count=3 queued=0\n"
		     "push ring=rx count=3 queued=3\n"
		     "sleep\n");

	/* Poison wakes the thread too, which is no kick. */
	EXPECT_EQ(3, ion_pop_from(ch, 0, 3));
	*user_index(ch, ION_RING_CMD) = 16;
	EXPECT_EQ(ION_KERNEL_END_LENT, ion_kernel_end(ch->fd));
	EXPECT_EQ(-EPROTO, task_join(&server));
	EXPECT_STREQ("wake who=lent rings=tx|rx|cmd|evt\n",
		     trace_take(&self->t, ch->info.channel, "wake"));
}

/* A thread that never sleeps needs no kick. */
TEST_F(trace, a_busy_lent_thread_is_traced)
{
	struct ion_verify verify = { .size = sizeof(verify) };
	struct channel *ch = &self->ch;
	struct task server;

	ASSERT_EQ(0, begin(&self->t, ch, 16, ""));
	ASSERT_TRUE(server_start(&server, ch, SPIN, 0));
	trace_take(&self->t, 0, NULL);
	EXPECT_EQ(0, ion_kick(ch->fd));
	EXPECT_TRACE("kick\n"
		     "kick_done moved=0 lent=1 spurious=1\n");
	EXPECT_TRUE(echoed(ch, 0));
	/*
	 * The packet is in the ring before the event: wait for the end of the
	 * pass.
	 */
	EXPECT_EQ(-EOPNOTSUPP, ion_call(ch->fd, ION_IOC_VERIFY, &verify));
	/* It may leave the kernel for a moment, which is a sleep. */
	EXPECT_STREQ("pop ring=tx count=1 queued=0\n",
		     trace_take(&self->t, ch->info.channel, "pop"));
	EXPECT_EQ(-EINTR, server_stop(&server));
	EXPECT_EQ(0,
		  strncmp("sleep\n",
			  trace_take(&self->t, ch->info.channel, "sleep"), 6));
}

/* No event while all are off, and one event without the others. */
TEST_F(trace, only_enabled_events_are_recorded)
{
	struct channel *ch = &self->ch;
	char filter[64];

	ASSERT_EQ(0, begin(&self->t, ch, 16, ""));
	ASSERT_EQ(0, trace_enable(&self->t, "", false));
	EXPECT_EQ(2, ion_send(ch, 0, 2));
	*user_index(ch, ION_RING_TX) = 16;
	EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
	EXPECT_EQ(2, ion_reset(ch->fd));
	channel_attach_live(ch);
	EXPECT_TRACE("");

	ASSERT_EQ(0, trace_enable(&self->t, "ion_push", true));
	EXPECT_EQ(2, ion_send(ch, 2, 2));
	EXPECT_TRUE(ion_send_cmd(ch, 0));
	EXPECT_TRACE("push ring=rx count=2 queued=2\n"
		     "push ring=evt count=1 queued=1\n");
	snprintf(filter, sizeof(filter), "channel == %llu && ring == %u",
		 (unsigned long long)ch->info.channel, ION_RING_EVT);
	ASSERT_EQ(0,
		  trace_write(&self->t, "events/ion/ion_push/filter", filter));
	EXPECT_EQ(2, ion_send(ch, 4, 2));
	EXPECT_TRUE(ion_send_cmd(ch, 1));
	EXPECT_TRACE("push ring=evt count=1 queued=2\n");
}

/* After any number of calls the events add up to the counters. */

static void step(struct channel *ch, __u64 random)
{
	struct ion_cmd_packet slots[16] = { 0 };
	bool cmd = random >> 32 & 1;
	__u32 count = 1 + random % 8;

	switch (random >> 40 & 7) {
	case 0:
	case 1:
	case 2:
		ion_batch(ch->fd, ION_IOC_PUSH,
			  cmd ? ION_RING_CMD : ION_RING_TX, slots, count);
		break;
	case 3:
	case 4:
		ion_batch(ch->fd, ION_IOC_POP, cmd ? ION_RING_EVT : ION_RING_RX,
			  slots, count);
		break;
	case 5:
		if (count == 1)
			ion_reset(ch->fd);
		break;
	default:
		ion_kick(ch->fd);
	}
}

/* clang-format off */
#define EXPECT_RING_SUM(number, text, event, name, field)		\
	do {								\
		char __what[32];					\
									\
		snprintf(__what, sizeof(__what), event " ring=%s ", name);\
		EXPECT_EQ((number), trace_sum(text, __what, field))	\
		TH_LOG("%s", __what);					\
	} while (0)
/* clang-format on */

static const char *const ring_names[ION_RINGS] = { "tx", "rx", "cmd", "evt" };

TEST_F(trace, events_add_up_to_the_counters)
{
	struct channel *ch = &self->ch;
	struct ion_stats stats;
	unsigned int i, id;
	const char *text;

	ASSERT_EQ(0, begin(&self->t, ch, 16, ""));
	for (i = 0; i < 1500; i++)
		step(ch, ion_mix(i));
	ASSERT_EQ(0, ion_get_stats(ch->fd, &stats));
	text = trace_take(&self->t, ch->info.channel, NULL);
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_stats *ring = &stats.ring[id];
		const char *name = ring_names[id];

		EXPECT_LT(0, ring->popped);
		EXPECT_LT(0, ring->discarded);
		EXPECT_RING_SUM(ring->pushed, text, "push", name, "count=");
		EXPECT_RING_SUM(ring->popped, text, "pop", name, "count=");
		EXPECT_RING_SUM(ring->discarded, text, "discard", name,
				"count=");
		EXPECT_RING_SUM(ring->full, text, "full", name, NULL);
	}
	EXPECT_LT(0, stats.ring[ION_RING_RX].full);
	EXPECT_EQ(stats.kicks, trace_sum(text, "kick\n", NULL));
	EXPECT_EQ(stats.kicks, trace_sum(text, "kick_done ", NULL));
	EXPECT_EQ(stats.kicks_spurious,
		  trace_sum(text, "kick_done ", "spurious="));
	EXPECT_EQ(stats.sleeps, trace_sum(text, "sleep\n", NULL));
}

/* A timer pushes; when the ring is full it stops. */
TEST_F(trace, pushes_of_a_timer_are_traced)
{
	struct channel *ch = &self->ch;
	struct ion_setup setup;
	struct ion_stats stats;
	const char *text;

	ion_setup_init(&setup, "source");
	setup.arg[0] = 20000;
	ASSERT_EQ(0, channel_open_live(ch, &setup));
	EXPECT_TRUE(AWAIT(!ion_get_stats(ch->fd, &stats) &&
			  stats.ring[ION_RING_RX].queued == 255));
	text = trace_take(&self->t, ch->info.channel, "push");
	EXPECT_EQ(255, trace_sum(text, "push ring=rx ", "count="));
	EXPECT_LT(1, trace_sum(text, "push ring=rx ", NULL));
}

/* In every context in which a service may run. */

FIXTURE(trace_context)
{
	struct tracer t;
	struct service s;
};

SERVICE_VARIANTS(trace_context);

FIXTURE_SETUP(trace_context)
{
	int ret = probe_insert();

	if (ret && ret != -EEXIST)
		SKIP(return, PROBE_MODULE ".ko: %s", strerror(-ret));
	ret = probe_register();
	ASSERT_TRUE(!ret || ret == -EEXIST);
	ASSERT_EQ(0, trace_open(&self->t));
	ASSERT_EQ(0,
		  service_open_variant(&self->s, variant->flags,
				       variant->context, variant->layout, 64));
	trace_take(&self->t, 0, NULL);
}

FIXTURE_TEARDOWN(trace_context)
{
	service_close(&self->s);
	EXPECT_EQ(0, trace_close(&self->t));
}

/* With a lock held the service moves batches. */
TEST_F(trace_context, push_is_traced_in_every_context)
{
	__u64 id = self->s.ch.info.channel;

	EXPECT_EQ(5, service_call(&self->s, PROBE_PUSH_N, ION_RING_RX, 5));
	EXPECT_STREQ("push ring=rx count=5 queued=5\n",
		     trace_take(&self->t, id, "push"));
	EXPECT_EQ(40, service_call(&self->s, PROBE_PUSH_N, ION_RING_RX, 40));
	EXPECT_STREQ(variant->flags & PROBE_ASYNC
			     ? "push ring=rx count=32 queued=37\n"
			       "push ring=rx count=8 queued=45\n"
			     : "push ring=rx count=40 queued=45\n",
		     trace_take(&self->t, id, "push"));
}

TEST_F(trace_context, pop_is_traced_in_every_context)
{
	__u64 id = self->s.ch.info.channel;

	EXPECT_EQ(9, ion_push_from(&self->s.ch, 0, 9));
	EXPECT_EQ(4, service_call(&self->s, PROBE_POP_N, ION_RING_TX, 4));
	EXPECT_EQ(1, service_call(&self->s, PROBE_POP, ION_RING_TX, 1));
	EXPECT_EQ(4, service_call(&self->s, PROBE_PEEK, ION_RING_TX, 8));
	EXPECT_EQ(3, service_call(&self->s, PROBE_RELEASE, ION_RING_TX, 3));
	EXPECT_STREQ("pop ring=tx count=4 queued=5\n"
		     "pop ring=tx count=1 queued=4\n"
		     "pop ring=tx count=3 queued=1\n",
		     trace_take(&self->t, id, "pop"));
}

/* Once, by whichever call finds it. No doorbell is called afterwards. */
TEST_F(trace_context, poison_is_traced_once)
{
	struct channel *ch = &self->s.ch;
	struct ion_stats stats;

	*user_index(ch, ION_RING_TX) = 64;
	EXPECT_EQ(0, service_call(&self->s, PROBE_POP, ION_RING_TX, 1));
	if (variant->context != PROBE_IN_DOORBELL)
		EXPECT_EQ(0, service_call(&self->s, PROBE_POP, ION_RING_TX, 1));
	EXPECT_EQ(0, ion_get_stats(ch->fd, &stats));
	EXPECT_EQ(ION_POISON_RANGE, stats.ring[ION_RING_TX].poison);
	EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
	EXPECT_STREQ("poison ring=tx cause=range seen=64 allowed=0..63\n",
		     trace_take(&self->t, ch->info.channel, "poison"));
}

ION_TEST_KERNEL_LOG()

TRACE_TEST_MAIN
