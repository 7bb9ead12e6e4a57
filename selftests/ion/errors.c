// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every error of every call, provoked; and after each of them the channel is
 * what it was before: geometry, counters, and every byte that is mapped.
 */
#include <limits.h>
#include <sys/resource.h>

#include "ion_test.h"

/* An address where nothing is, and one where nothing may be written. */
static void *nowhere(void)
{
	return (void *)8;
}

static void *read_only(void)
{
	static void *page;

	if (!page)
		page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	return page;
}

/* @bytes that end where memory ends. */
static void *at_the_edge(size_t bytes)
{
	size_t page = page_size();
	char *addr = mmap(NULL, 17 * page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(addr + 16 * page, page);
	return addr + 16 * page - bytes;
}

static const unsigned long struct_calls[] = {
	ION_IOC_QUERY,	 ION_IOC_SETUP,	  ION_IOC_INFO,	    ION_IOC_PUSH,
	ION_IOC_POP,	 ION_IOC_STATS,	  ION_IOC_PEEK,	    ION_IOC_WAIT,
	ION_IOC_SERVE,	 ION_IOC_EVENTFD, ION_IOC_JOIN,	    ION_IOC_VERIFY,
	ION_IOC_BUFFERS, ION_IOC_LIST,	  ION_IOC_SELFTEST,
};

static const char *const struct_names[] = {
	"QUERY", "SETUP",  "INFO",    "PUSH",  "POP",
	"STATS", "PEEK",   "WAIT",    "SERVE", "EVENTFD",
	"JOIN",	 "VERIFY", "BUFFERS", "LIST",  "SELFTEST",
};

static const __u32 struct_sizes[] = {
	sizeof(struct ion_query),    sizeof(struct ion_setup),
	sizeof(struct ion_info),     sizeof(struct ion_batch),
	sizeof(struct ion_batch),    sizeof(struct ion_stats),
	sizeof(struct ion_batch),    sizeof(struct ion_wait),
	sizeof(struct ion_serve),    sizeof(struct ion_eventfd),
	sizeof(struct ion_join),     sizeof(struct ion_verify),
	sizeof(struct ion_buffers),  sizeof(struct ion_list),
	sizeof(struct ion_selftest),
};

static const unsigned long configured_calls[] = {
	ION_IOC_INFO,	 ION_IOC_KICK,	  ION_IOC_PUSH,	 ION_IOC_POP,
	ION_IOC_STATS,	 ION_IOC_PEEK,	  ION_IOC_RESET, ION_IOC_WAIT,
	ION_IOC_SERVE,	 ION_IOC_EVENTFD, ION_IOC_JOIN,	 ION_IOC_VERIFY,
	ION_IOC_BUFFERS,
};

/* A channel that is not set up, as a struct channel with nothing mapped. */
FIXTURE(raw)
{
	struct channel ch;
};

FIXTURE_SETUP(raw)
{
	self->ch.fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->ch.fd);
}

FIXTURE_TEARDOWN(raw)
{
	channel_close(&self->ch);
}

TEST_F(raw, calls_before_setup)
{
	unsigned char arg[1024];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(configured_calls); i++) {
		memset(arg, 0, sizeof(arg));
		*(__u32 *)arg = sizeof(arg);
		EXPECT_REFUSED(&self->ch, EBADFD,
			       ion_call(self->ch.fd, configured_calls[i], arg));
		/* Whatever the argument is. */
		EXPECT_REFUSED(&self->ch, EBADFD,
			       ion_call(self->ch.fd, configured_calls[i],
					nowhere()));
	}
}

static const unsigned long unknown_calls[] = {
	_IO(ION_IOC_MAGIC, 0x11),
	_IO(ION_IOC_MAGIC, 0x7f),
	_IO(ION_IOC_MAGIC, 0xff),
	_IOR(ION_IOC_MAGIC, 0x03, __u32),
	_IOW(ION_IOC_MAGIC, 0x02, __u64),
	_IOWR(ION_IOC_MAGIC, 0x00, struct ion_query),
	_IO('I', 0x03),
	_IO(0xee, 0x00),
	0,
	0xffffffff,
};

TEST_F(raw, unknown_ioctls)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown_calls); i++)
		EXPECT_REFUSED(&self->ch, ENOTTY,
			       ion_call(self->ch.fd, unknown_calls[i], NULL));
}

static int setup_with(int fd, void (*change)(struct ion_setup *setup))
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	change(&setup);
	return ion_call(fd, ION_IOC_SETUP, &setup);
}

#define SETUP_CHANGE(name, change)                        \
	static void setup_##name(struct ion_setup *setup) \
	{                                                 \
		change;                                   \
	}

SETUP_CHANGE(flag, setup->flags = 1U << 3)
SETUP_CHANGE(top_flag, setup->flags = 1U << 31)
SETUP_CHANGE(dry_and_flag, setup->flags = ION_SETUP_DRY_RUN | 1U << 16)
SETUP_CHANGE(reserved, setup->reserved = 1)
SETUP_CHANGE(phys_alone, setup->flags = ION_SETUP_PHYS)
SETUP_CHANGE(endless_key, memset(setup->key, 'k', sizeof(setup->key)))
SETUP_CHANGE(key_and_more, setup->key[5] = 'x')
SETUP_CHANGE(size_alone, setup->buffer_size = 4096)
SETUP_CHANGE(no_size, setup->buffers = 1)
SETUP_CHANGE(small_size, setup->buffers = 1; setup->buffer_size = 128)
SETUP_CHANGE(odd_size, setup->buffers = 1; setup->buffer_size = 4097)
SETUP_CHANGE(large_size, setup->buffers = 1; setup->buffer_size = 2U << 20)
SETUP_CHANGE(many_buffers, setup->buffers = 65537; setup->buffer_size = 256)
SETUP_CHANGE(all_buffers, setup->buffers = ~0U; setup->buffer_size = 1U << 20)
SETUP_CHANGE(reserved_first, setup->reserved2[0] = 1)
SETUP_CHANGE(reserved_last, setup->reserved2[14] = 1ULL << 63)
SETUP_CHANGE(layout, setup->layout = 2)
SETUP_CHANGE(top_layout, setup->layout = 0x80000000)
SETUP_CHANGE(one_slot, setup->slots[0] = 1)
SETUP_CHANGE(three_slots, setup->slots[1] = 3)
SETUP_CHANGE(odd_slots, setup->slots[2] = 255)
SETUP_CHANGE(many_slots, setup->slots[3] = 131072)
SETUP_CHANGE(most_slots, setup->slots[0] = 0x80000000)
SETUP_CHANGE(all_slots, setup->slots[1] = 0xffffffff)
SETUP_CHANGE(uneven_slots, setup->slots[3] = 65535)
SETUP_CHANGE(fifth_ring, setup->slots[4] = 256)
SETUP_CHANGE(last_ring, setup->slots[7] = 2)
SETUP_CHANGE(endless_name, memset(setup->service, 'a', 32))
SETUP_CHANGE(garbage, memcpy(setup->service, "echo\0x", 6))
SETUP_CHANGE(last_garbage, setup->service[31] = 'x')
SETUP_CHANGE(unknown, ion_setup_name(setup, "no such service"))
SETUP_CHANGE(prefix, ion_setup_name(setup, "ech"))
SETUP_CHANGE(longer, ion_setup_name(setup, "echo2"))
SETUP_CHANGE(upper_case, ion_setup_name(setup, "Echo"))
SETUP_CHANGE(longest, memset(setup->service, 'e', 31))
SETUP_CHANGE(dry_unknown,
	     (setup->flags = ION_SETUP_DRY_RUN, ion_setup_name(setup, "none")))

static const struct {
	const char *name;
	int error;
	void (*change)(struct ion_setup *setup);
} bad_setups[] = {
	{ "unknown flag", EINVAL, setup_flag },
	{ "top flag", EINVAL, setup_top_flag },
	{ "dry run and a flag", EINVAL, setup_dry_and_flag },
	{ "physical addresses of no arena", EINVAL, setup_phys_alone },
	{ "key not terminated", EINVAL, setup_endless_key },
	{ "something behind the key", EINVAL, setup_key_and_more },
	{ "size without buffers", EINVAL, setup_size_alone },
	{ "buffers without size", EINVAL, setup_no_size },
	{ "128 bytes a buffer", EINVAL, setup_small_size },
	{ "4097 bytes a buffer", EINVAL, setup_odd_size },
	{ "2 MiB a buffer", EINVAL, setup_large_size },
	{ "65537 buffers", EINVAL, setup_many_buffers },
	{ "2^32 - 1 buffers", EINVAL, setup_all_buffers },
	{ "reserved", EINVAL, setup_reserved },
	{ "first of reserved2", EINVAL, setup_reserved_first },
	{ "last of reserved2", EINVAL, setup_reserved_last },
	{ "unknown layout", EINVAL, setup_layout },
	{ "top layout", EINVAL, setup_top_layout },
	{ "1 slot", EINVAL, setup_one_slot },
	{ "3 slots", EINVAL, setup_three_slots },
	{ "255 slots", EINVAL, setup_odd_slots },
	{ "131072 slots", EINVAL, setup_many_slots },
	{ "2^31 slots", EINVAL, setup_most_slots },
	{ "2^32 - 1 slots", EINVAL, setup_all_slots },
	{ "65535 slots", EINVAL, setup_uneven_slots },
	{ "slots of a fifth ring", EINVAL, setup_fifth_ring },
	{ "slots of an eighth ring", EINVAL, setup_last_ring },
	{ "service not terminated", EINVAL, setup_endless_name },
	{ "garbage after the service", EINVAL, setup_garbage },
	{ "garbage at the end", EINVAL, setup_last_garbage },
	{ "unknown service", ENOENT, setup_unknown },
	{ "beginning of a service", ENOENT, setup_prefix },
	{ "more than a service", ENOENT, setup_longer },
	{ "service in capitals", ENOENT, setup_upper_case },
	{ "longest service", ENOENT, setup_longest },
	{ "dry run of an unknown service", ENOENT, setup_dry_unknown },
};

TEST_F(raw, setups_that_make_no_sense)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_setups); i++) {
		ion_test_at = bad_setups[i].name;
		EXPECT_REFUSED(&self->ch, bad_setups[i].error,
			       setup_with(self->ch.fd, bad_setups[i].change));
	}
}

/* The answer has nowhere to go: the channel must not be set up in secret. */
TEST_F(raw, setup_from_memory_that_is_read_only)
{
	struct ion_setup *setup = at_the_edge(sizeof(*setup));

	ion_setup_init(setup, "");
	ASSERT_EQ(0, mprotect(page_of(setup), page_size(), PROT_READ));
	EXPECT_REFUSED(&self->ch, EFAULT,
		       ion_call(self->ch.fd, ION_IOC_SETUP, setup));
}

static int ion_query_read_only(int fd)
{
	struct ion_query *query = at_the_edge(sizeof(*query));

	query->size = sizeof(*query);
	mprotect(page_of(query), page_size(), PROT_READ);
	return ion_call(fd, ION_IOC_QUERY, query);
}

TEST_F(raw, query_to_memory_that_is_read_only)
{
	EXPECT_REFUSED(&self->ch, EFAULT, ion_query_read_only(self->ch.fd));
}

/* A channel with something in every ring, so that a loss would show. */
FIXTURE(used)
{
	struct channel ch;
};

FIXTURE_SETUP(used)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);

	ASSERT_EQ(0, channel_open(&self->ch, NULL));
	ion_push_from(&self->ch, 0, 20);
	ion_ring_push_cmd(&self->ch.cmd, &cmd);
	ASSERT_EQ(0, ion_kick(self->ch.fd));
	ion_push_from(&self->ch, 20, 10);
	ion_ring_push_cmd(&self->ch.cmd, &cmd);
}

FIXTURE_TEARDOWN(used)
{
	channel_close(&self->ch);
}

TEST_F(used, unknown_ioctls)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown_calls); i++)
		EXPECT_REFUSED(&self->ch, ENOTTY,
			       ion_call(self->ch.fd, unknown_calls[i], NULL));
}

TEST_F(used, setup_twice)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	EXPECT_REFUSED(&self->ch, EBUSY,
		       ion_call(self->ch.fd, ION_IOC_SETUP, &setup));
	ion_setup_init(&setup, "sink");
	setup.slots[ION_RING_TX] = 2;
	EXPECT_REFUSED(&self->ch, EBUSY,
		       ion_call(self->ch.fd, ION_IOC_SETUP, &setup));
}

TEST_F(used, setups_that_make_no_sense)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_setups); i++)
		EXPECT_REFUSED(&self->ch, bad_setups[i].error,
			       setup_with(self->ch.fd, bad_setups[i].change));
}

/* The same for every call that takes a struct, on its size alone. */
TEST_F(used, sizes_of_structs)
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

		/* What this kernel does not know, asked for. */
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

TEST_F(used, structs_at_bad_addresses)
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
		/* The struct is there, the zeroes behind it are not. */
		*longer = struct_sizes[i] + 8;
		EXPECT_REFUSED(ch, EFAULT, ion_call(ch->fd, call, longer));
	}
}

TEST_F(used, reserved_fields)
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
	stats.reserved2[11] = 1ULL << 63;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_STATS, &stats));
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_WAIT, &wait));
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_SERVE, &serve));
	eventfd.flags = 1;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_EVENTFD, &eventfd));
	eventfd.flags = 0;
	eventfd.reserved = 1;
	EXPECT_REFUSED(ch, EINVAL, ion_call(ch->fd, ION_IOC_EVENTFD, &eventfd));
}

/* Answers that can not be written. */
TEST_F(used, answers_to_memory_that_is_read_only)
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

TEST_F(used, batches_that_make_no_sense)
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

TEST_F(used, batches_in_the_wrong_direction)
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

TEST_F(used, only_peek_skips)
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

/* None goes in by half, none is lost on its way out. */
TEST_F(used, packets_at_bad_addresses)
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

	/* They are all still there. */
	EXPECT_EQ(20, ion_batch(fd, ION_IOC_POP, ION_RING_RX, out, 20));
	for (i = 0; i < 20; i++) {
		EXPECT_TRUE(ion_packet_is(&out[i], i))
		TH_LOG("packet %llu", i);
	}
}

TEST_F(used, empty_and_full)
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

/* A poisoned ring: nothing moves in the whole channel, until it is reset. */
TEST_F(used, a_poisoned_ring_stops_the_channel)
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
		/* As good as new by the looks of it, which is not enough. */
		channel_header(ch, ION_RING_CMD)->head = 2;
	}

	/* A kick counts, and moves nothing. */
	ASSERT_EQ(0, ion_get_stats(fd, &before));
	EXPECT_EQ(-EPROTO, ion_kick(fd));
	ASSERT_EQ(0, ion_get_stats(fd, &after));
	EXPECT_EQ(before.kicks + 1, after.kicks);
	EXPECT_EQ(before.kicks_spurious + 1, after.kicks_spurious);
	EXPECT_EQ(0, memcmp(before.ring, after.ring, sizeof(after.ring)));

	/* The first kick answered what was on tx; of cmd no more was seen. */
	EXPECT_EQ(30 + 1, ion_reset(fd));
	EXPECT_EQ(0, ion_kick(fd));
}

/* read(), write() and lseek() are not of this device. */
TEST_F(used, calls_that_there_are_not)
{
	const struct channel *ch = &self->ch;
	struct ion_packet packet;

	EXPECT_REFUSED(ch, ESPIPE, lseek(ch->fd, 0, SEEK_SET) < 0 ? -errno : 0);
	EXPECT_REFUSED(ch, ESPIPE,
		       pread(ch->fd, &packet, sizeof(packet), 0) < 0 ? -errno
								     : 0);
}

/*
 * The limits of the module. They are put back whatever happens, and say how
 * many other channels there are by what they still allow.
 */
FIXTURE(limits)
{
	char max_channels[32];
	char max_bytes[32];
	struct channel none;
};

FIXTURE_SETUP(limits)
{
	self->none.fd = -1;
	if (ion_read_text(ION_PARAMETERS "max_channels", self->max_channels,
			  sizeof(self->max_channels)) < 0 ||
	    ion_read_text(ION_PARAMETERS "max_bytes", self->max_bytes,
			  sizeof(self->max_bytes)) < 0 ||
	    ion_write_text(ION_PARAMETERS "max_bytes", self->max_bytes))
		SKIP(return, "the module's parameters can not be written");
}

FIXTURE_TEARDOWN(limits)
{
	ion_write_text(ION_PARAMETERS "max_channels", self->max_channels);
	ion_write_text(ION_PARAMETERS "max_bytes", self->max_bytes);
}

TEST_F(limits, on_channels)
{
	struct ion_query query = { .size = sizeof(query) };
	struct channel first = { .fd = ion_open(O_RDWR) };
	struct channel second = { .fd = ion_open(O_RDWR) };
	struct ion_setup setup;

	ASSERT_LE(0, first.fd);
	ASSERT_LE(0, second.fd);
	ion_setup_init(&setup, "");
	ASSERT_EQ(0, ion_write_text(ION_PARAMETERS "max_channels", "0"));
	EXPECT_REFUSED(&first, ENFILE,
		       ion_call(first.fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(0, ion_call(first.fd, ION_IOC_QUERY, &query));
	EXPECT_EQ(0, query.max_channels);

	ASSERT_EQ(0, ion_write_text(ION_PARAMETERS "max_channels", "1"));
	EXPECT_EQ(0, ion_call(first.fd, ION_IOC_SETUP, &setup));
	EXPECT_REFUSED(&second, ENFILE,
		       ion_call(second.fd, ION_IOC_SETUP, &setup));
	close(first.fd);
	EXPECT_EQ(0, ion_call(second.fd, ION_IOC_SETUP, &setup));
	close(second.fd);
}

static int set_max_bytes(__u64 bytes)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	return ion_write_text(ION_PARAMETERS "max_bytes", text);
}

TEST_F(limits, on_bytes)
{
	struct channel ch = { .fd = ion_open(O_RDWR) };
	struct ion_setup setup;
	struct ion_info info;
	int other;

	ASSERT_LE(0, ch.fd);
	ion_setup_init(&setup, "");
	ASSERT_EQ(0, set_max_bytes(default_bytes() - 1));
	EXPECT_REFUSED(&ch, ENOSPC, ion_call(ch.fd, ION_IOC_SETUP, &setup));
	errno = 0;
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, 8192, PROT_READ, MAP_SHARED, ch.fd, ION_MMAP_TX));
	EXPECT_EQ(ENOSPC, errno);
	EXPECT_EQ(-EBADFD, ion_get_info(ch.fd, &info));

	/* A dry run does not look at the limits. */
	setup.flags = ION_SETUP_DRY_RUN;
	EXPECT_EQ(0, ion_call(ch.fd, ION_IOC_SETUP, &setup));
	setup.flags = 0;

	/* Just enough for one, and not for two; given back by the first. */
	ASSERT_EQ(0, set_max_bytes(2 * default_bytes() - 1));
	EXPECT_EQ(0, ion_call(ch.fd, ION_IOC_SETUP, &setup));
	other = ion_open(O_RDWR);
	EXPECT_EQ(-ENOSPC, ion_call(other, ION_IOC_SETUP, &setup));
	close(ch.fd);
	EXPECT_EQ(0, ion_call(other, ION_IOC_SETUP, &setup));
	close(other);
}

TEST_F(limits, of_nothing_and_of_everything)
{
	struct ion_setup setup;
	int fd = ion_open(O_RDWR);

	ASSERT_LE(0, fd);
	ion_setup_init(&setup, "");
	ASSERT_EQ(0, set_max_bytes(0));
	EXPECT_EQ(-ENOSPC, ion_call(fd, ION_IOC_SETUP, &setup));
	ASSERT_EQ(0, set_max_bytes(~0ULL));
	EXPECT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	close(fd);
}

/* RLIMIT_MEMLOCK, counted by user over all the user's channels. */
static int open_limited(rlim_t bytes)
{
	struct rlimit limit = { bytes, bytes };

	return setrlimit(RLIMIT_MEMLOCK, &limit) ? -errno : 0;
}

static int setup_default(int fd)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	return ion_call(fd, ION_IOC_SETUP, &setup);
}

static int map_default(int fd)
{
	void *addr = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, ION_MMAP_TX);

	if (addr == MAP_FAILED)
		return -errno;
	munmap(addr, 8192);
	return 0;
}

/* The number of the check that failed, as uid 1000 with so many channels. */
static int as_user(const int *fd, rlim_t bytes)
{
	struct ion_info info;

	if (open_limited(bytes) || ion_drop_privileges())
		return 100;
	if (bytes < default_bytes()) {
		if (setup_default(fd[0]) != -ENOMEM)
			return 1;
		if (map_default(fd[0]) != -ENOMEM)
			return 2;
		return ion_get_info(fd[0], &info) == -EBADFD ? 0 : 3;
	}
	if (setup_default(fd[0]))
		return 4;
	if (setup_default(fd[1]) != -ENOMEM || map_default(fd[1]) != -ENOMEM)
		return 5;
	if (ion_get_info(fd[1], &info) != -EBADFD)
		return 6;
	close(fd[0]);
	if (setup_default(fd[1]))
		return 7;
	return map_default(fd[1]) ? 8 : 0;
}

static int limited(rlim_t bytes)
{
	pid_t pid = fork();

	if (!pid) {
		/* The device itself may be root's alone. */
		int fd[2] = { ion_open(O_RDWR), ion_open(O_RDWR) };

		_exit(fd[0] < 0 || fd[1] < 0 ? 101 : as_user(fd, bytes));
	}
	return ion_wait_child(pid);
}

TEST(rlimit_memlock)
{
	if (geteuid())
		SKIP(return, "only root can become another user");
	EXPECT_EQ(0, limited(0));
	EXPECT_EQ(0, limited(default_bytes() - 1));
	EXPECT_EQ(0, limited(default_bytes()));
	EXPECT_EQ(0, limited(2 * default_bytes() - 1));
	/* Nothing stays charged to the user of those that are gone. */
	EXPECT_EQ(0, limited(default_bytes()));
}

/* Who may lock memory without limit is not limited here either. */
TEST(rlimit_memlock_is_not_for_root)
{
	pid_t pid;

	if (geteuid())
		SKIP(return, "only root is privileged");
	pid = fork();
	if (!pid) {
		if (open_limited(0))
			_exit(1);
		_exit(setup_default(ion_open(O_RDWR)) ? 2 : 0);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
