// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of set-ups, of calls before them, and of unknown calls. After each the
 * channel is what it was before.
 */
#include "errors_test.h"
#include "ion_test.h"

static const unsigned long configured_calls[] = {
	ION_IOC_INFO,	 ION_IOC_KICK,	  ION_IOC_PUSH,	 ION_IOC_POP,
	ION_IOC_STATS,	 ION_IOC_PEEK,	  ION_IOC_RESET, ION_IOC_WAIT,
	ION_IOC_SERVE,	 ION_IOC_EVENTFD, ION_IOC_JOIN,	 ION_IOC_VERIFY,
	ION_IOC_BUFFERS, ION_IOC_PAIR,	  ION_IOC_PEER,
};

/* A channel that is not set up, with nothing mapped. */
FIXTURE(channel_not_set_up)
{
	struct channel ch;
};

FIXTURE_SETUP(channel_not_set_up)
{
	self->ch.fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->ch.fd);
}

FIXTURE_TEARDOWN(channel_not_set_up)
{
	channel_close(&self->ch);
}

TEST_F(channel_not_set_up, calls_before_setup_are_refused)
{
	unsigned char arg[1024];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(configured_calls); i++) {
		memset(arg, 0, sizeof(arg));
		*(__u32 *)arg = sizeof(arg);
		EXPECT_REFUSED(&self->ch, EBADFD,
			       ion_call(self->ch.fd, configured_calls[i], arg));
		/* The argument is not checked. */
		EXPECT_REFUSED(&self->ch, EBADFD,
			       ion_call(self->ch.fd, configured_calls[i],
					nowhere()));
	}
}

static const unsigned long unknown_calls[] = {
	_IO(ION_IOC_MAGIC, 0x14),
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

TEST_F(channel_not_set_up, unknown_ioctls_are_refused)
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

TEST_F(channel_not_set_up, invalid_setups_are_refused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_setups); i++) {
		ion_test_at = bad_setups[i].name;
		EXPECT_REFUSED(&self->ch, bad_setups[i].error,
			       setup_with(self->ch.fd, bad_setups[i].change));
	}
}

/* The answer cannot be written: the channel must not be set up. */
TEST_F(channel_not_set_up, setup_with_a_read_only_struct_is_refused)
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

TEST_F(channel_not_set_up, query_with_a_read_only_struct_is_refused)
{
	EXPECT_REFUSED(&self->ch, EFAULT, ion_query_read_only(self->ch.fd));
}

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

TEST_F(channel_in_use, unknown_ioctls_are_refused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown_calls); i++)
		EXPECT_REFUSED(&self->ch, ENOTTY,
			       ion_call(self->ch.fd, unknown_calls[i], NULL));
}

TEST_F(channel_in_use, a_second_setup_is_refused)
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

TEST_F(channel_in_use, invalid_setups_are_refused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_setups); i++)
		EXPECT_REFUSED(&self->ch, bad_setups[i].error,
			       setup_with(self->ch.fd, bad_setups[i].change));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
