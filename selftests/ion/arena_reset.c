// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners of buffers, as ION_IOC_BUFFERS reports them, and what PEEK and RESET
 * do to packets with buffers.
 */
#include "arena_test.h"
#include "ion_test.h"

#define BUFFERS 100
#define SIZE	256
#define SLOTS	16

FIXTURE(arena_reset)
{
	struct channel ch;
};

ION_LAYOUT_VARIANTS(arena_reset);

FIXTURE_SETUP(arena_reset)
{
	ASSERT_EQ(0, arena_open(&self->ch, variant->layout, "source", SLOTS,
				BUFFERS, SIZE));
}

FIXTURE_TEARDOWN(arena_reset)
{
	channel_close(&self->ch);
}

static struct ion_buffers request(const void *addr)
{
	return (struct ion_buffers){
		.size = sizeof(struct ion_buffers),
		.addr = (__u64)(unsigned long)addr,
	};
}

TEST_F(arena_reset, the_program_owns_all_buffers_at_first)
{
	__u64 bits[3] = { 0, 0, 0x5a5a };
	struct ion_buffers arg = request(bits);

	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_BUFFERS, &arg));
	EXPECT_EQ(BUFFERS, arg.buffers);
	EXPECT_EQ(BUFFERS, arg.owned);
	EXPECT_EQ(~0ULL, bits[0]);
	EXPECT_EQ((1ULL << (BUFFERS - 64)) - 1, bits[1]);
	/* No more bytes are written than the buffers need. */
	EXPECT_EQ(0x5a5a, bits[2]);
	arg = request(NULL);
	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_BUFFERS, &arg));
	EXPECT_EQ(BUFFERS, arg.owned);
}

TEST_F(arena_reset, buffers_refuses_invalid_requests)
{
	struct ion_buffers arg, before;
	struct channel *ch = &self->ch;
	struct channel none;
	void *ro =
		mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	arg = request(NULL);
	arg.flags = 1;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_BUFFERS, &arg));
	arg = request(NULL);
	arg.size--;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_BUFFERS, &arg));
	arg = request((void *)8);
	before = arg;
	EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, ION_IOC_BUFFERS, &arg));
	EXPECT_EQ(0, memcmp(&arg, &before, sizeof(arg)));
	arg = request(ro);
	EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, ION_IOC_BUFFERS, &arg));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_call(ch->fd, ION_IOC_BUFFERS, (void *)8));

	ASSERT_EQ(0, channel_open(&none, NULL));
	arg = request(NULL);
	EXPECT_REFUSED(&none, EOPNOTSUPP,
		       ion_call(none.fd, ION_IOC_BUFFERS, &arg));
	arg.flags = 1;
	EXPECT_REFUSED(&none, EINVAL, ion_call(none.fd, ION_IOC_BUFFERS, &arg));
	channel_close(&none);
	munmap(ro, 4096);
}

/*
 * Hand over the buffers @from to @to - 1 to a service of any kind; source keeps
 * them.
 */
static int stock(struct channel *ch, __u32 from, __u32 to)
{
	for (; from < to; from++)
		if (!arena_push(ch, arena_packet(ch, from, 0, 0)))
			return -EAGAIN;
	return ion_kick(ch->fd);
}

/* Return how many packets are on rx. */
static unsigned int drain(struct channel *ch)
{
	unsigned int n = 0;

	for (; !arena_rx_empty(ch); n++)
		arena_pop(ch);
	return n;
}

/*
 * Buffers on tx are the program's until the service takes them, on rx at once.
 */
TEST_F(arena_reset, owners_change_when_the_service_takes_packets)
{
	struct channel *ch = &self->ch;
	__u32 i;

	for (i = 0; i < SLOTS - 1; i++)
		ASSERT_TRUE(arena_push(ch, arena_packet(ch, i, 0, 0)));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	ASSERT_EQ(0, ion_kick(ch->fd));
	/* They returned at once, with numbers in them. */
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	/* Now there is no room, and the service keeps what it takes. */
	ASSERT_EQ(0, stock(ch, 20, 30));
	EXPECT_EQ(BUFFERS - 10, arena_owned(ch->fd, NULL));
	for (i = 0; i < BUFFERS; i++)
		EXPECT_EQ(i < 20 || i >= 30, arena_owns(ch->fd, i));
	EXPECT_EQ(SLOTS - 1, drain(ch));
	ASSERT_EQ(0, ion_kick(ch->fd));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	EXPECT_EQ(10, drain(ch));
}

/* Buffers of the service cannot be handed over again, in batch after batch. */
TEST_F(arena_reset, buffers_of_the_service_are_refused)
{
	struct channel *ch = &self->ch;
	struct ion_stats stats;
	unsigned int i;

	ASSERT_EQ(0, stock(ch, 0, SLOTS - 1));
	ASSERT_EQ(0, stock(ch, 20, 30));
	for (i = 1; i <= 5; i++) {
		ASSERT_EQ(0, stock(ch, 20, 30));
		ASSERT_EQ(0, stats_read(ch->fd, &stats));
		EXPECT_EQ(10 * i, stats.ring[ION_RING_TX].bad_owner);
		EXPECT_EQ(10 * i, stats.ring[ION_RING_TX].discarded);
	}
	EXPECT_EQ(BUFFERS - 10, arena_owned(ch->fd, NULL));
	/* Each of them returns once. */
	EXPECT_EQ(SLOTS - 1, drain(ch));
	ASSERT_EQ(0, ion_kick(ch->fd));
	EXPECT_EQ(10, drain(ch));
	ASSERT_EQ(0, ion_kick(ch->fd));
	EXPECT_EQ(0, drain(ch));
}

TEST_F(arena_reset, peek_shows_pushed_packets_unchanged)
{
	struct channel *ch = &self->ch;
	struct ion_packet sent[3], seen[3];
	int i;

	for (i = 0; i < 3; i++) {
		sent[i] = arena_packet(ch, i * 40, i, i);
		sent[i].phys = ion_mix(i);
		ASSERT_TRUE(arena_push(ch, sent[i]));
	}
	EXPECT_EQ(3, ion_peek(ch->fd, ION_RING_TX, seen, 0, 3));
	EXPECT_EQ(0, memcmp(sent, seen, sizeof(seen)));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	ASSERT_EQ(0, ion_kick(ch->fd));
	EXPECT_EQ(3, ion_peek(ch->fd, ION_RING_RX, seen, 0, 3));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(8, seen[i].len);
}

/* A packet that the service did not take was never handed over. */
TEST_F(arena_reset, reset_returns_packets_that_were_not_taken)
{
	struct channel *ch = &self->ch;
	struct ion_stats stats;

	ASSERT_TRUE(arena_push(ch, arena_packet(ch, 1, 0, 0)));
	ASSERT_TRUE(arena_push(ch, arena_packet(ch, 2, 0, SIZE + 1)));
	EXPECT_EQ(2, ion_reset(ch->fd));
	channel_attach_live(ch);
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
	ASSERT_EQ(0, stats_read(ch->fd, &stats));
	EXPECT_EQ(0, stats.ring[ION_RING_TX].bad_range);
	EXPECT_EQ(2, stats.ring[ION_RING_TX].discarded);
	ASSERT_EQ(0, stock(ch, 1, 3));
	EXPECT_EQ(2, drain(ch));
}

/*
 * The pool of the service stays with it; buffers on rx are the program's. There
 * is room on rx then, and the service needs no kick.
 */
TEST_F(arena_reset, reset_leaves_the_pool_of_the_service)
{
	struct channel *ch = &self->ch;

	ASSERT_EQ(0, stock(ch, 0, SLOTS - 1));
	ASSERT_EQ(0, stock(ch, 20, 30));
	EXPECT_EQ(SLOTS - 1, ion_reset(ch->fd));
	channel_attach_live(ch);
	EXPECT_EQ(10, drain(ch));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
}

/* Echo took packets that it cannot push yet: they return at once. */
TEST_F(arena_reset, reset_returns_packets_that_were_taken)
{
	struct channel ch;
	__u32 i, round;

	ASSERT_EQ(0, arena_open(&ch, variant->layout, "echo", SLOTS, BUFFERS,
				SIZE));
	for (round = 0; round < 5; round++) {
		ASSERT_EQ(0, stock(&ch, 0, SLOTS - 1));
		ASSERT_EQ(0, stock(&ch, 20, 30));
		EXPECT_EQ(BUFFERS - 10, arena_owned(ch.fd, NULL));
		EXPECT_EQ(SLOTS - 1 + 10, ion_reset(ch.fd));
		EXPECT_EQ(BUFFERS, arena_owned(ch.fd, NULL));
		channel_attach_live(&ch);
		/*
		 * Hand the same ones over again: they are taken, and are not
		 * there twice.
		 */
		ASSERT_EQ(0, stock(&ch, 20, 30));
		for (i = 20; i < 30; i++)
			EXPECT_EQ(i, arena_pop(&ch).id);
		EXPECT_TRUE(arena_rx_empty(&ch));
		EXPECT_EQ(BUFFERS, arena_owned(ch.fd, NULL));
	}
	channel_close(&ch);
}

/* A poisoned ring stands still and loses no buffer. */
TEST_F(arena_reset, poison_loses_no_buffer)
{
	struct channel *ch = &self->ch;

	ASSERT_EQ(0, stock(ch, 0, SLOTS - 1));
	ASSERT_EQ(0, stock(ch, 20, 30));
	WRITE_ONCE(*user_index(ch, ION_RING_TX), 12345);
	EXPECT_EQ(-EPROTO, ion_kick(ch->fd));
	EXPECT_EQ(BUFFERS - 10, arena_owned(ch->fd, NULL));
	EXPECT_EQ(SLOTS - 1, ion_reset(ch->fd));
	channel_attach_live(ch);
	ASSERT_EQ(0, stock(ch, 40, 45));
	EXPECT_EQ(15, drain(ch));
	EXPECT_EQ(BUFFERS, arena_owned(ch->fd, NULL));
}

/* fdinfo reports the same. */
TEST_F(arena_reset, fdinfo_reports_owners)
{
	char path[64], text[2048];

	ASSERT_EQ(0, stock(&self->ch, 0, SLOTS - 1));
	ASSERT_EQ(0, stock(&self->ch, 20, 30));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", self->ch.fd);
	ASSERT_LT(0, ion_read_text(path, text, sizeof(text)));
	EXPECT_NE(NULL,
		  strstr(text, "ion-buffers:\t100 of 256 bytes, owned 90"))
	TH_LOG("%s", text);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
