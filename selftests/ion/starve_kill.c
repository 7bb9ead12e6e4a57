// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that an ordinary user lends is preempted inside the kernel and gets no
 * processor for minutes: see starve.c. Calls of root that wait for it can be
 * killed.
 */
#include "ion_test.h"
#include "starve_test.h"

FIXTURE(starved_thread)
{
	struct starved s;
};

FIXTURE_VARIANT(starved_thread)
{
	const char *service;
	bool joined;
};

/* clang-format off */

/* The calls are made on the channel that the thread serves. */
FIXTURE_VARIANT_ADD(starved_thread, own_channel)
{
	.service = "",
	.joined = false,
};

/* The calls are made on a channel that is joined to it. */
FIXTURE_VARIANT_ADD(starved_thread, peer_channel)
{
	.service = "pair",
	.joined = true,
};

/* clang-format on */

FIXTURE_SETUP(starved_thread)
{
	const char *why;

	if (run_on_cpu(0, 1))
		SKIP(return,
			   "there is only one processor, which the loops use");
	ASSERT_EQ(0, starve_open(&self->s, variant->service, false,
				 variant->joined));
	why = starve_begin(&self->s);
	ASSERT_EQ(NULL, why)
	TH_LOG("%s", why);
}

FIXTURE_TEARDOWN(starved_thread)
{
	starve_end(&self->s);
}

/* clang-format off */
#define CAN_BE_KILLED(name, call)						\
	TEST_F_TIMEOUT(starved_thread, name, 60)			\
	{								\
		struct verdict v = starve_try(&self->s, call, starve_kill); \
									\
		EXPECT_VERDICT(v, "the killed call");				\
	}
/* clang-format on */

static int call_wait(const struct call *c)
{
	__u64 forever = ION_WAIT_FOREVER;

	return ion_wait_for(c->fd, 1, 0, &forever);
}

CAN_BE_KILLED(wait_can_be_killed, call_wait)

static int call_kick(const struct call *c)
{
	return ion_kick(c->fd);
}

CAN_BE_KILLED(kick_can_be_killed, call_kick)

static int call_read(const struct call *c)
{
	struct ion_packet packet;

	return (int)read(c->fd, &packet, sizeof(packet));
}

CAN_BE_KILLED(read_can_be_killed, call_read)

static int call_write(const struct call *c)
{
	struct ion_packet packets[255] = { 0 };
	ssize_t n;

	/* More packets than there is room for. */
	do {
		n = write(c->fd, packets, sizeof(packets));
	} while (n > 0);
	return (int)n;
}

CAN_BE_KILLED(write_can_be_killed, call_write)

static int call_reset(const struct call *c)
{
	return ion_reset(c->fd);
}

CAN_BE_KILLED(reset_can_be_killed, call_reset)

static int call_push(const struct call *c)
{
	struct ion_packet packet = { 0 };

	return ion_batch(c->fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1);
}

CAN_BE_KILLED(push_can_be_killed, call_push)

static int call_pop(const struct call *c)
{
	struct ion_packet packet;

	return ion_batch(c->fd, ION_IOC_POP, ION_RING_RX, &packet, 1);
}

CAN_BE_KILLED(pop_can_be_killed, call_pop)

static int call_peek(const struct call *c)
{
	struct ion_packet packet;

	return ion_peek(c->fd, ION_RING_TX, &packet, 0, 1);
}

CAN_BE_KILLED(peek_can_be_killed, call_peek)

/* A join waits for the kernel end of the other channel. */

FIXTURE(starved_peer)
{
	struct starved s;
};

FIXTURE_VARIANT(starved_peer)
{
	bool by_key;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(starved_peer, joined_by_descriptor)
{
	.by_key = false,
};

FIXTURE_VARIANT_ADD(starved_peer, joined_by_key)
{
	.by_key = true,
};

/* clang-format on */

FIXTURE_SETUP(starved_peer)
{
	const char *why;

	if (run_on_cpu(0, 1))
		SKIP(return,
			   "there is only one processor, which the loops use");
	ASSERT_EQ(0, starve_open(&self->s, "pair", variant->by_key, false));
	why = starve_begin(&self->s);
	ASSERT_EQ(NULL, why)
	TH_LOG("%s", why);
}

FIXTURE_TEARDOWN(starved_peer)
{
	starve_end(&self->s);
}

static int call_join(const struct call *c)
{
	struct channel ch;
	int ret = starve_open_key(&ch, "pair", "");

	return ret ?: ion_join(ch.fd, c->served->fd);
}

static int call_setup(const struct call *c)
{
	struct channel ch;

	return starve_open_key(&ch, "pair", starve_key(c->nr));
}

TEST_F_TIMEOUT(starved_peer, join_can_be_killed, 60)
{
	starve_fn call = variant->by_key ? call_setup : call_join;
	struct verdict v = starve_try(&self->s, call, starve_kill);

	EXPECT_VERDICT(v, "the killed call");
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
