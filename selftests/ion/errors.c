// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every error of every call on a channel in use, except set-ups (errors_setup.c)
 * and limits (errors_limits.c). A refused call changes nothing: geometry, counters
 * and every mapped byte stay.
 */
#include "errors_test.h"
#include "ion_test.h"

static const unsigned long struct_calls[] = {
	ION_IOC_QUERY,	 ION_IOC_SETUP,	  ION_IOC_INFO,	    ION_IOC_PUSH,
	ION_IOC_POP,	 ION_IOC_STATS,	  ION_IOC_PEEK,	    ION_IOC_WAIT,
	ION_IOC_SERVE,	 ION_IOC_EVENTFD, ION_IOC_JOIN,	    ION_IOC_VERIFY,
	ION_IOC_BUFFERS, ION_IOC_LIST,	  ION_IOC_SELFTEST, ION_IOC_ACCEPT,
	ION_IOC_PAIR,	 ION_IOC_PEER,
};

static const char *const struct_names[] = {
	"QUERY",   "SETUP", "INFO",	"PUSH",	   "POP",  "STATS",
	"PEEK",	   "WAIT",  "SERVE",	"EVENTFD", "JOIN", "VERIFY",
	"BUFFERS", "LIST",  "SELFTEST", "ACCEPT",  "PAIR", "PEER",
};

static const __u32 struct_sizes[] = {
	sizeof(struct ion_query),    sizeof(struct ion_setup),
	sizeof(struct ion_info),     sizeof(struct ion_batch),
	sizeof(struct ion_batch),    sizeof(struct ion_stats),
	sizeof(struct ion_batch),    sizeof(struct ion_wait),
	sizeof(struct ion_serve),    sizeof(struct ion_eventfd),
	sizeof(struct ion_join),     sizeof(struct ion_verify),
	sizeof(struct ion_buffers),  sizeof(struct ion_list),
	sizeof(struct ion_selftest), sizeof(struct ion_accept),
	sizeof(struct ion_accept),   sizeof(struct ion_peer),
};

/* A channel with packets in every ring, so that a loss is visible. */
FIXTURE(channel_in_use)
{
	struct channel ch;
};

FIXTURE_SETUP(channel_in_use)
{
	ASSERT_EQ(0, channel_open_filled(&self->ch));
}

FIXTURE_TEARDOWN(channel_in_use)
{
	channel_close(&self->ch);
}

/* The check of the size is the same for every call that takes a struct. */
TEST_F(channel_in_use, wrong_sizes_of_structs_are_refused)
{
	static unsigned char arg[2 << 16] __attribute__((__aligned__(8)));
	const struct channel *ch = &self->ch;
	const __u32 most = (__u32)page_size();
	__u32 *size = (__u32 *)arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(struct_calls); i++) {
		unsigned long call = struct_calls[i];

		ion_test_at = struct_names[i];
		memset(arg, 0, sizeof(arg));
		EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, call, arg));
		*size = 4;
		EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, call, arg));
		*size = struct_sizes[i] - 1;
		EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, call, arg));

		*size = most + 1;
		EXPECT_REFUSED(ch, E2BIG, ion_call(ch->fd, call, arg));
		*size = 0xffffffff;
		EXPECT_REFUSED(ch, E2BIG, ion_call(ch->fd, call, arg));
		*size = 0x80000000;
		EXPECT_REFUSED(ch, E2BIG, ion_call(ch->fd, call, arg));

		/* A field that this kernel does not know is not 0. */
		*size = struct_sizes[i] + 1;
		arg[struct_sizes[i]] = 1;
		EXPECT_REFUSED(ch, E2BIG, ion_call(ch->fd, call, arg));
		*size = most;
		EXPECT_REFUSED(ch, E2BIG, ion_call(ch->fd, call, arg));
		arg[struct_sizes[i]] = 0;
		arg[most - 1] = 0x80;
		EXPECT_REFUSED(ch, E2BIG, ion_call(ch->fd, call, arg));
	}
}

TEST_F(channel_in_use, structs_at_bad_addresses_are_refused)
{
	const struct channel *ch = &self->ch;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(struct_calls); i++) {
		unsigned long call = struct_calls[i];
		__u32 *edge = at_the_edge(struct_sizes[i] - 4);
		__u32 *longer = at_the_edge(struct_sizes[i]);

		ion_test_at = struct_names[i];
		EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, call, NULL));
		EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, call, nowhere()));
		EXPECT_REFUSED(ch, EFAULT,
			       ion_call(ch->fd, call, (void *)-4096L));
		EXPECT_REFUSED(ch, EFAULT,
			       ion_call(ch->fd, call, (void *)~(~0UL >> 1)));
		*edge = struct_sizes[i];
		EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, call, edge));
		/* The struct is mapped, the zeros after it are not. */
		*longer = struct_sizes[i] + 8;
		EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, call, longer));
	}
}

TEST_F(channel_in_use, reserved_fields_must_be_zero)
{
	const struct channel *ch = &self->ch;
	struct ion_info info = { .size = sizeof(info), .reserved[6] = 1 };
	struct ion_query query = { .size = sizeof(query), .reserved = 1 };
	struct ion_stats stats = { .size = sizeof(stats), .reserved = 1 };
	struct ion_wait wait = { .size = sizeof(wait), .rx = 1, .flags = 1 };
	struct ion_serve serve = { .size = sizeof(serve), .flags = 1U << 31 };
	struct ion_eventfd eventfd = { .size = sizeof(eventfd), .fd = -1 };

	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_INFO, &info));
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_QUERY, &query));
	query.reserved = 0;
	query.reserved2[6] = 1ULL << 63;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_QUERY, &query));
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_STATS, &stats));
	stats.reserved = 0;
	stats.reserved2[10] = 1ULL << 63;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_STATS, &stats));
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_WAIT, &wait));
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_SERVE, &serve));
	eventfd.flags = 1;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_EVENTFD, &eventfd));
	eventfd.flags = 0;
	eventfd.reserved = 1;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_EVENTFD, &eventfd));
}

/* Answers that cannot be written. */
TEST_F(channel_in_use, answers_to_read_only_memory_are_refused)
{
	struct ion_stats *stats = at_the_edge(sizeof(*stats));
	struct ion_info *info = at_the_edge(sizeof(*info));
	const struct channel *ch = &self->ch;

	stats->size = sizeof(*stats);
	mprotect(page_of(stats), page_size(), PROT_READ);
	EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, ION_IOC_STATS, stats));
	info->size = sizeof(*info);
	mprotect(page_of(info), page_size(), PROT_READ);
	EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, ION_IOC_INFO, info));
}

TEST_F(channel_in_use, invalid_batches_are_refused)
{
	static const unsigned long calls[] = { ION_IOC_PUSH, ION_IOC_POP,
					       ION_IOC_PEEK };
	static struct ion_cmd_packet out[2048];
	const struct channel *ch = &self->ch;
	unsigned int i, ring;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		for (ring = 0; ring < ION_RINGS; ring++) {
			EXPECT_REFUSED(ch, EINVAL,
				       ion_batch(ch->fd, calls[i], ring, out,
						 0));
			EXPECT_REFUSED(ch, EINVAL,
				       ion_batch(ch->fd, calls[i], ring, out,
						 1025));
			EXPECT_REFUSED(ch, EINVAL,
				       ion_batch(ch->fd, calls[i], ring, out,
						 0xffffffff));
		}
		EXPECT_REFUSED(ch, EINVAL,
			       ion_batch(ch->fd, calls[i], ION_RINGS, out, 1));
		EXPECT_REFUSED(ch, EINVAL,
			       ion_batch(ch->fd, calls[i], 0xffffffff, out, 1));
		EXPECT_REFUSED(ch, EINVAL,
			       ion_batch(ch->fd, calls[i], 0x80000000, out, 1));
	}
}

TEST_F(channel_in_use, batches_in_the_wrong_direction_are_refused)
{
	struct ion_cmd_packet slot;
	const struct channel *ch = &self->ch;

	EXPECT_REFUSED(ch, EINVAL,
		       ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_RX, &slot, 1));
	EXPECT_REFUSED(ch, EINVAL,
		       ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_EVT, &slot, 1));
	EXPECT_REFUSED(ch, EINVAL,
		       ion_batch(ch->fd, ION_IOC_POP, ION_RING_TX, &slot, 1));
	EXPECT_REFUSED(ch, EINVAL,
		       ion_batch(ch->fd, ION_IOC_POP, ION_RING_CMD, &slot, 1));
}

TEST_F(channel_in_use, only_peek_may_skip)
{
	struct ion_cmd_packet slot;
	struct ion_batch batch = {
		.size = sizeof(batch),
		.ring = ION_RING_TX,
		.count = 1,
		.skip = 1,
		.addr = (unsigned long)&slot,
	};
	const struct channel *ch = &self->ch;

	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_PUSH, &batch));
	batch.ring = ION_RING_RX;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_POP, &batch));
}

/* No packet is added in part, and none is lost on its way out. */
TEST_F(channel_in_use, packets_at_bad_addresses_are_refused)
{
	const struct channel *ch = &self->ch;
	int fd = self->ch.fd;
	struct ion_packet out[20];
	__u64 i;

	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, nowhere(), 1));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_PUSH, ION_RING_CMD, NULL, 1024));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_PUSH, ION_RING_TX,
				 at_the_edge(10 * 24), 11));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, (void *)-24L,
				 1));

	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_POP, ION_RING_RX, nowhere(), 1));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_POP, ION_RING_RX, read_only(), 1));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_POP, ION_RING_RX,
				 at_the_edge(10 * 24), 11));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_POP, ION_RING_RX,
				 at_the_edge(20 * 24 - 1), 20));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_batch(fd, ION_IOC_POP, ION_RING_EVT, NULL, 1));

	EXPECT_REFUSED(ch, EFAULT,
		       ion_peek(fd, ION_RING_TX, at_the_edge(24 * 9), 0, 10));
	EXPECT_REFUSED(ch, EFAULT,
		       ion_peek(fd, ION_RING_EVT, read_only(), 0, 1));

	/* All packets are still there. */
	EXPECT_EQ(20, ion_batch(fd, ION_IOC_POP, ION_RING_RX, out, 20));
	for (i = 0; i < 20; i++) {
		EXPECT_TRUE(ion_packet_is(&out[i], i))
		TH_LOG("packet %llu", i);
	}
}

TEST_F(channel_in_use, empty_and_full_rings_are_refused)
{
	static struct ion_cmd_packet slots[300];
	const struct channel *ch = &self->ch;
	int fd = self->ch.fd;

	EXPECT_EQ(20, ion_batch(fd, ION_IOC_POP, ION_RING_RX, slots, 300));
	EXPECT_EQ(1, ion_batch(fd, ION_IOC_POP, ION_RING_EVT, slots, 300));
	EXPECT_REFUSED(ch, EAGAIN,
		       ion_batch(fd, ION_IOC_POP, ION_RING_RX, slots, 1));
	EXPECT_REFUSED(ch, EAGAIN,
		       ion_batch(fd, ION_IOC_POP, ION_RING_EVT, slots, 300));

	EXPECT_EQ(245, ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, slots, 300));
	EXPECT_EQ(254, ion_batch(fd, ION_IOC_PUSH, ION_RING_CMD, slots, 300));
	EXPECT_REFUSED(ch, EAGAIN,
		       ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, slots, 1));
	EXPECT_REFUSED(ch, EAGAIN,
		       ion_batch(fd, ION_IOC_PUSH, ION_RING_CMD, slots, 300));
}

/* On a channel with a poisoned ring no packet moves until it is reset. */
TEST_F(channel_in_use, a_poisoned_ring_stops_the_channel)
{
	const struct channel *ch = &self->ch;
	struct ion_stats before, after;
	struct ion_cmd_packet slot;
	int fd = self->ch.fd;
	unsigned int i;

	channel_header(ch, ION_RING_CMD)->head = 256;
	EXPECT_EQ(-EPROTO, ion_kick(fd));
	for (i = 0; i < 2; i++) {
		EXPECT_REFUSED(ch, EPROTO,
			       ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, &slot,
					 1));
		EXPECT_REFUSED(ch, EPROTO,
			       ion_batch(fd, ION_IOC_PUSH, ION_RING_CMD, &slot,
					 1));
		EXPECT_REFUSED(ch, EPROTO,
			       ion_batch(fd, ION_IOC_POP, ION_RING_RX, &slot,
					 1));
		EXPECT_REFUSED(ch, EPROTO,
			       ion_batch(fd, ION_IOC_POP, ION_RING_EVT, &slot,
					 1));
		/* The index is valid again, which does not repair the ring. */
		channel_header(ch, ION_RING_CMD)->head = 2;
	}

	/* A kick is counted, and moves nothing. */
	ASSERT_EQ(0, ion_get_stats(fd, &before));
	EXPECT_EQ(-EPROTO, ion_kick(fd));
	ASSERT_EQ(0, ion_get_stats(fd, &after));
	EXPECT_EQ(before.kicks + 1, after.kicks);
	EXPECT_EQ(before.kicks_spurious + 1, after.kicks_spurious);
	EXPECT_EQ(0, memcmp(before.ring, after.ring, sizeof(after.ring)));

	/*
	 * The first kick answered the packets on tx; of cmd no more was seen.
	 */
	EXPECT_EQ(30 + 1, ion_reset(fd));
	EXPECT_EQ(0, ion_kick(fd));
}

/* The device has no such calls. */
TEST_F(channel_in_use, unsupported_system_calls_fail)
{
	const struct channel *ch = &self->ch;
	struct ion_packet packet;

	EXPECT_REFUSED(ch, ESPIPE, lseek(ch->fd, 0, SEEK_SET) < 0 ? -errno : 0);
	EXPECT_REFUSED(ch, ESPIPE,
		       pread(ch->fd, &packet, sizeof(packet), 0) < 0 ? -errno
								     : 0);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
