// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that succeed: ioctls, poll() and fdinfo. errors.c has those that fail.
 */
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>

#include "ion_test.h"

FIXTURE(channel_not_set_up)
{
	int fd;
};

FIXTURE_SETUP(channel_not_set_up)
{
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(channel_not_set_up)
{
	close(self->fd);
}

TEST_F(channel_not_set_up, query_needs_no_setup)
{
	struct ion_query query, again;
	char text[32];

	memset(&query, 0xff, offsetof(struct ion_query, reserved2));
	memset(query.reserved2, 0, sizeof(query.reserved2));
	query.reserved = 0;
	query.totals = 0;
	query.size = sizeof(query);
	ASSERT_EQ(0, ion_call(self->fd, ION_IOC_QUERY, &query));
	EXPECT_EQ(sizeof(query), query.size);
	EXPECT_EQ(ION_ABI_VERSION, query.abi_version);
	EXPECT_EQ(2, query.slots_min);
	EXPECT_EQ(65536, query.slots_max);
	EXPECT_EQ(1024, query.batch_max);
	if (ion_read_text(ION_PARAMETERS "max_channels", text, sizeof(text)) >
	    0) {
		EXPECT_EQ(strtoull(text, NULL, 0), query.max_channels);
	}
	if (ion_read_text(ION_PARAMETERS "max_bytes", text, sizeof(text)) > 0) {
		EXPECT_EQ(strtoull(text, NULL, 0), query.max_bytes)
		TH_LOG("the parameter is %s", text);
	}

	/* The call of a program that knows a larger struct. */
	struct {
		struct ion_query query;
		__u64 more[4];
	} longer = { .query.size = sizeof(longer) };

	ASSERT_EQ(0, ion_call(self->fd, ION_IOC_QUERY, &longer));
	again = longer.query;
	EXPECT_LE(sizeof(query), again.size);
	again.size = query.size;
	EXPECT_EQ(0, memcmp(&query, &again, sizeof(query)));
	EXPECT_EQ(0, longer.more[0]);
}

TEST_F(channel_not_set_up, setup_uses_the_defaults)
{
	struct ion_setup setup;
	struct ion_info info;
	unsigned int id;

	ion_setup_init(&setup, "");
	memset(&setup.info, 0xff, sizeof(setup.info));
	ASSERT_EQ(0, ion_call(self->fd, ION_IOC_SETUP, &setup));
	ASSERT_EQ(0, ion_get_info(self->fd, &info));
	EXPECT_EQ(0, memcmp(&info, &setup.info, sizeof(info)));

	EXPECT_EQ(sizeof(info), info.size);
	EXPECT_EQ(ION_LAYOUT_COMPACT, info.layout);
	EXPECT_STREQ("echo", info.service);
	EXPECT_EQ(4, info.nr_areas);
	EXPECT_EQ(default_bytes(), info.bytes);
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_info *ring = &info.ring[id];
		__u64 base = ion_test_offset[id];

		EXPECT_EQ(base, ring->head);
		EXPECT_EQ(base + 4, ring->tail);
		EXPECT_EQ(base + 8, ring->mask);
		EXPECT_EQ(base + 12, ring->producer_wake);
		EXPECT_EQ(base + 14, ring->consumer_wake);
		EXPECT_EQ(base + 16, ring->slots);
		EXPECT_EQ(256, ring->nr_slots);
		EXPECT_EQ(ion_slot_size(id), ring->slot_size);
		EXPECT_EQ(base, info.area[id].offset);
		EXPECT_EQ(page_align(16 + 256 * ion_slot_size(id)),
			  info.area[id].length);
		EXPECT_EQ(PROT_READ | PROT_WRITE, info.area[id].prot);
		EXPECT_EQ(0, info.area[id].reserved);
	}
	for (; id < ION_AREAS_MAX; id++) {
		EXPECT_EQ(0, info.area[id].offset | info.area[id].length |
				     info.area[id].prot);
	}
}

/* A first mapping is like a set-up with the defaults. */
TEST_F(channel_not_set_up, the_first_mapping_is_a_default_setup)
{
	struct ion_setup setup;
	struct ion_info info;
	void *addr;

	ion_setup_init(&setup, "");
	setup.flags = ION_SETUP_DRY_RUN;
	ASSERT_EQ(0, ion_call(self->fd, ION_IOC_SETUP, &setup));
	addr = mmap(NULL, 8192, PROT_READ, MAP_SHARED, self->fd, ION_MMAP_RX);
	ASSERT_NE(MAP_FAILED, addr);
	ASSERT_EQ(0, ion_get_info(self->fd, &info));
	EXPECT_EQ(0, memcmp(&info, &setup.info, sizeof(info)));
	munmap(addr, 8192);
}

static void expect_slots(struct __test_metadata *_metadata,
			 const struct ion_info *info, const __u32 *slots)
{
	unsigned int id;
	__u64 bytes = 0;

	for (id = 0; id < ION_RINGS; id++) {
		__u64 length = 16 + (__u64)slots[id] * ion_slot_size(id);

		length = page_align(length);
		EXPECT_EQ(slots[id], info->ring[id].nr_slots);
		EXPECT_EQ(length, info->area[id].length);
		bytes += length;
	}
	EXPECT_EQ(bytes, info->bytes);
}

/*
 * Every number of slots, another one for each ring, as a dry run and for real.
 */
TEST_F(channel_not_set_up, setup_takes_every_size)
{
	unsigned int shift, id;

	for (shift = 1; shift <= 16; shift++) {
		struct ion_setup setup, dry;
		struct ion_info info;
		__u32 slots[ION_RINGS];
		int fd = ion_open(O_RDWR);

		ASSERT_LE(0, fd);
		for (id = 0; id < ION_RINGS; id++)
			slots[id] = 2U << (shift - 1 + 5 * id) % 16;
		ion_setup_init(&setup, "sink");
		memcpy(setup.slots, slots, sizeof(slots));
		dry = setup;
		dry.flags = ION_SETUP_DRY_RUN;
		ASSERT_EQ(0, ion_call(fd, ION_IOC_SETUP, &dry));
		EXPECT_EQ(-EBADFD, ion_get_info(fd, &info));
		ASSERT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
		EXPECT_EQ(0, memcmp(&dry.info, &setup.info, sizeof(dry.info)));
		ASSERT_EQ(0, ion_get_info(fd, &info));
		EXPECT_EQ(0, memcmp(&info, &setup.info, sizeof(info)));
		expect_slots(_metadata, &info, slots);
		EXPECT_STREQ("sink", info.service);
		close(fd);
	}
}

TEST_F(channel_not_set_up, channel_numbers_are_unique)
{
	__u64 last = 0;
	int i;

	for (i = 0; i < 10; i++) {
		struct channel ch;

		ASSERT_EQ(0, channel_open(&ch, NULL));
		EXPECT_LT(last, ch.info.channel);
		last = ch.info.channel;
		channel_close(&ch);
	}
}

FIXTURE(channel_set_up)
{
	struct channel ch;
};

FIXTURE_SETUP(channel_set_up)
{
	ASSERT_EQ(0, channel_open(&self->ch, NULL));
}

FIXTURE_TEARDOWN(channel_set_up)
{
	channel_close(&self->ch);
}

TEST_F(channel_set_up, a_dry_run_changes_nothing)
{
	struct picture before, after;
	struct ion_setup setup;

	ion_push_from(&self->ch, 0, 10);
	picture_take(&before, &self->ch);
	ion_setup_init(&setup, "sink");
	setup.flags = ION_SETUP_DRY_RUN;
	setup.slots[ION_RING_RX] = 4096;
	ASSERT_EQ(0, ion_call(self->ch.fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(4096, setup.info.ring[ION_RING_RX].nr_slots);
	EXPECT_STREQ("sink", setup.info.service);
	EXPECT_EQ(self->ch.info.channel, setup.info.channel);
	picture_take(&after, &self->ch);
	EXPECT_TRUE(picture_same(&before, &after));
	picture_drop(&before);
	picture_drop(&after);
}

/* The words are where INFO reports them. */
TEST_F(channel_set_up, words_are_at_their_offsets)
{
	struct ion_packet packet = ion_packet_of(5);
	struct ion_stats stats;
	unsigned int id;

	ASSERT_EQ(1, ion_batch(self->ch.fd, ION_IOC_PUSH, ION_RING_TX, &packet,
			       1));
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_info *ring = &self->ch.info.ring[id];
		__u32 *head = channel_at(&self->ch, ring->head);
		__u32 *tail = channel_at(&self->ch, ring->tail);
		__u32 *mask = channel_at(&self->ch, ring->mask);
		__u16 *in = channel_at(&self->ch, ring->producer_wake);
		__u16 *out = channel_at(&self->ch, ring->consumer_wake);

		EXPECT_EQ(id == ION_RING_TX, *head);
		EXPECT_EQ(0, *tail);
		EXPECT_EQ(ring->nr_slots - 1, *mask);
		/* The kernel end sleeps, and has nothing to push. */
		EXPECT_EQ(!ion_kernel_pushes(id), *out);
		EXPECT_EQ(0, *in);
	}
	EXPECT_TRUE(ion_packet_is(channel_slot(&self->ch, ION_RING_TX, 0), 5));

	/* The kernel reads what is written there. */
	*(struct ion_packet *)channel_slot(&self->ch, ION_RING_TX, 1) = packet;
	*(__u32 *)channel_at(&self->ch, self->ch.info.ring[0].head) = 2;
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(2, stats.ring[ION_RING_TX].pushed);
	EXPECT_EQ(2, stats.ring[ION_RING_TX].queued);
}

TEST_F(channel_set_up, kick_runs_the_service_once)
{
	struct ion_stats stats;

	EXPECT_EQ(0, ion_kick(self->ch.fd));
	ion_push_from(&self->ch, 0, 5);
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(5, ion_pop_from(&self->ch, 0, 10));
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(3, stats.kicks);
	EXPECT_EQ(2, stats.kicks_spurious);
	EXPECT_EQ(self->ch.info.channel, stats.channel);
}

/* A program that maps nothing uses the same rings by calls. */
TEST_F(channel_set_up, push_and_pop_move_packets)
{
	struct ion_packet in[300], out[300];
	int n, fd = self->ch.fd;
	__u64 i;

	for (i = 0; i < ARRAY_SIZE(in); i++)
		in[i] = ion_packet_of(i);
	EXPECT_EQ(255, ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, in, 300));
	EXPECT_EQ(0, ion_kick(fd));
	EXPECT_EQ(45, ion_batch(fd, ION_IOC_PUSH, ION_RING_TX, in + 255, 45));

	memset(out, 0, sizeof(out));
	EXPECT_EQ(100, ion_batch(fd, ION_IOC_POP, ION_RING_RX, out, 100));
	EXPECT_EQ(155, ion_batch(fd, ION_IOC_POP, ION_RING_RX, out + 100, 200));
	EXPECT_EQ(0, ion_kick(fd));
	n = ion_batch(fd, ION_IOC_POP, ION_RING_RX, out + 255, 45);
	EXPECT_EQ(45, n);
	EXPECT_EQ(0, memcmp(in, out, sizeof(in)));
}

TEST_F(channel_set_up, push_and_pop_move_commands)
{
	struct ion_cmd_packet in[20], out[21];
	int fd = self->ch.fd;
	__u64 i;

	for (i = 0; i < ARRAY_SIZE(in); i++)
		in[i] = ion_cmd_of(i);
	memset(out, 0x33, sizeof(out));
	EXPECT_EQ(20, ion_batch(fd, ION_IOC_PUSH, ION_RING_CMD, in, 20));
	EXPECT_EQ(0, ion_kick(fd));
	EXPECT_EQ(20, ion_batch(fd, ION_IOC_POP, ION_RING_EVT, out, 21));
	EXPECT_EQ(0, memcmp(in, out, sizeof(in)));
	EXPECT_EQ(0x33333333, out[20].kind);
}

/* Memory and calls may be mixed on one ring. */
TEST_F(channel_set_up, calls_and_mappings_mix)
{
	struct ion_packet packet;
	__u64 i;

	for (i = 0; i < 1000; i += 2) {
		packet = ion_packet_of(i);
		channel_attach(&self->ch);
		ASSERT_TRUE(ion_ring_push(&self->ch.tx, &packet));
		packet = ion_packet_of(i + 1);
		ASSERT_EQ(1, ion_batch(self->ch.fd, ION_IOC_PUSH, ION_RING_TX,
				       &packet, 1));
		ASSERT_EQ(0, ion_kick(self->ch.fd));
		ASSERT_EQ(1, ion_batch(self->ch.fd, ION_IOC_POP, ION_RING_RX,
				       &packet, 1));
		ASSERT_TRUE(ion_packet_is(&packet, i));
		channel_attach(&self->ch);
		ASSERT_TRUE(ion_ring_pop(&self->ch.rx, &packet));
		ASSERT_TRUE(ion_packet_is(&packet, i + 1));
	}
}

TEST_F_TIMEOUT(channel_set_up, the_largest_batches_are_moved, 60)
{
	static struct ion_packet in[1024], out[1024];
	struct channel ch;
	__u64 round, i;

	ASSERT_EQ(0, channel_open_slots(&ch, 4096, ""));
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 1024; i++)
			in[i] = ion_packet_of(1024 * round + i);
		ASSERT_EQ(1024, ion_batch(ch.fd, ION_IOC_PUSH, ION_RING_TX, in,
					  1024));
		ASSERT_EQ(0, ion_kick(ch.fd));
		ASSERT_EQ(1024, ion_batch(ch.fd, ION_IOC_POP, ION_RING_RX, out,
					  1024));
		ASSERT_EQ(0, memcmp(in, out, sizeof(in)));
	}
	channel_close(&ch);
}

TEST_F(channel_set_up, peek_consumes_nothing)
{
	struct ion_packet out[256];
	struct picture before, after;
	int fd = self->ch.fd;
	unsigned int ring;

	ion_push_from(&self->ch, 0, 200);
	ion_kick(fd);
	ion_pop_from(&self->ch, 0, 20);
	ion_push_from(&self->ch, 200, 100);
	/*
	 * Numbers 20 to 199 are in rx and 200 to 299 in tx; ranges cross the
	 * edge of neither, one and both.
	 */
	picture_take(&before, &self->ch);
	EXPECT_EQ(180, ion_peek(fd, ION_RING_RX, out, 0, 256));
	EXPECT_TRUE(ion_packet_is(&out[0], 20));
	EXPECT_TRUE(ion_packet_is(&out[179], 199));
	EXPECT_EQ(100, ion_peek(fd, ION_RING_TX, out, 0, 256));
	EXPECT_TRUE(ion_packet_is(&out[0], 200));
	EXPECT_TRUE(ion_packet_is(&out[99], 299));
	EXPECT_EQ(10, ion_peek(fd, ION_RING_TX, out, 85, 10));
	EXPECT_TRUE(ion_packet_is(&out[0], 285));
	EXPECT_TRUE(ion_packet_is(&out[9], 294));
	EXPECT_EQ(1, ion_peek(fd, ION_RING_TX, out, 99, 10));
	EXPECT_TRUE(ion_packet_is(&out[0], 299));
	EXPECT_EQ(0, ion_peek(fd, ION_RING_TX, out, 100, 10));
	EXPECT_EQ(0, ion_peek(fd, ION_RING_TX, out, 0xffffffff, 1024));
	for (ring = ION_RING_CMD; ring <= ION_RING_EVT; ring++) {
		EXPECT_EQ(0, ion_peek(fd, ring, out, 0, 1))
		TH_LOG("ring %u", ring);
	}
	picture_take(&after, &self->ch);
	EXPECT_TRUE(picture_same(&before, &after));
	picture_drop(&before);
	picture_drop(&after);
}

TEST_F(channel_set_up, peek_shows_commands_and_answers)
{
	struct ion_cmd_packet cmd, out[4];
	unsigned int i;

	for (i = 0; i < 5; i++) {
		cmd = ion_cmd_of(i);
		ion_ring_push_cmd(&self->ch.cmd, &cmd);
	}
	EXPECT_EQ(3, ion_peek(self->ch.fd, ION_RING_CMD, out, 2, 4));
	EXPECT_TRUE(ion_cmd_is(&out[0], 2));
	EXPECT_TRUE(ion_cmd_is(&out[2], 4));
	ion_kick(self->ch.fd);
	EXPECT_EQ(4, ion_peek(self->ch.fd, ION_RING_EVT, out, 1, 4));
	EXPECT_TRUE(ion_cmd_is(&out[0], 1));
	EXPECT_TRUE(ion_cmd_is(&out[3], 4));
}

/* Both indices become that of the producer. */
TEST_F(channel_set_up, reset_empties_all_rings)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);
	struct ion_stats stats;
	unsigned int id;

	ion_push_from(&self->ch, 0, 40);
	ion_ring_push_cmd(&self->ch.cmd, &cmd);
	ion_ring_push_cmd(&self->ch.cmd, &cmd);
	ASSERT_EQ(0, ion_kick(self->ch.fd));
	ion_pop_from(&self->ch, 0, 10);
	ion_push_from(&self->ch, 40, 7);
	ion_ring_push_cmd(&self->ch.cmd, &cmd);
	EXPECT_EQ(7 + 30 + 1 + 2, ion_reset(self->ch.fd));

	static const __u32 stood[ION_RINGS] = { 47, 40, 3, 2 };
	static const __u32 discarded[ION_RINGS] = { 7, 30, 1, 2 };

	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(1, stats.resets);
	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring_header *header = channel_header(&self->ch, id);

		EXPECT_EQ(stood[id], header->head);
		EXPECT_EQ(stood[id], header->tail);
		EXPECT_EQ(255, header->mask);
		EXPECT_EQ(stood[id], stats.ring[id].head);
		EXPECT_EQ(stood[id], stats.ring[id].tail);
		EXPECT_EQ(stood[id], stats.ring[id].pushed);
		EXPECT_EQ(stood[id] - discarded[id], stats.ring[id].popped);
		EXPECT_EQ(discarded[id], stats.ring[id].discarded);
		EXPECT_EQ(0, stats.ring[id].queued);
	}
	EXPECT_EQ(0, ion_reset(self->ch.fd));
	channel_attach(&self->ch);
	EXPECT_EQ(255, ion_push_from(&self->ch, 0, 300));
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	EXPECT_EQ(255, ion_pop_from(&self->ch, 0, 300));
}

static int poll_now(int fd, short events)
{
	struct pollfd file = { .fd = fd, .events = events };

	return poll(&file, 1, 0) < 0 ? -errno : file.revents;
}

#define POLL_ALL                                                             \
	(POLLIN | POLLPRI | POLLOUT | POLLWRBAND | POLLRDNORM | POLLWRNORM | \
	 POLLRDBAND)

TEST_F(channel_set_up, poll_reports_what_is_ready)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);
	struct ion_stats stats;
	int fd = self->ch.fd;

	EXPECT_EQ(POLLOUT | POLLWRNORM | POLLWRBAND, poll_now(fd, POLL_ALL));
	/*
	 * poll() runs the kernel end: packets that were pushed are ready to
	 * pop.
	 */
	ion_push_from(&self->ch, 0, 1);
	EXPECT_EQ(POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLWRBAND,
		  poll_now(fd, POLL_ALL));
	EXPECT_EQ(1, ion_pop_from(&self->ch, 0, 2));
	EXPECT_EQ(0, poll_now(fd, POLLIN));

	ion_ring_push_cmd(&self->ch.cmd, &cmd);
	EXPECT_EQ(POLLPRI | POLLOUT | POLLWRNORM | POLLWRBAND,
		  poll_now(fd, POLL_ALL));
	EXPECT_TRUE(ion_ring_pop_cmd(&self->ch.evt, &cmd));
	EXPECT_EQ(0, poll_now(fd, POLLPRI));

	ASSERT_EQ(0, ion_get_stats(fd, &stats));
	EXPECT_EQ(5, stats.kicks);
	EXPECT_EQ(3, stats.kicks_spurious);
}

/* There is no room while tx is full and nothing can go back. */
TEST_F(channel_set_up, poll_reports_room)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);
	int fd = self->ch.fd;

	ion_push_from(&self->ch, 0, 255);
	EXPECT_EQ(POLLIN | POLLOUT, poll_now(fd, POLLIN | POLLOUT));
	ion_push_from(&self->ch, 255, 255);
	EXPECT_EQ(POLLIN, poll_now(fd, POLLIN | POLLOUT));
	EXPECT_EQ(1, ion_pop_from(&self->ch, 0, 1));
	EXPECT_EQ(POLLIN | POLLOUT, poll_now(fd, POLLIN | POLLOUT));

	while (ion_ring_push_cmd(&self->ch.cmd, &cmd))
		;
	EXPECT_EQ(POLLPRI | POLLWRBAND, poll_now(fd, POLLPRI | POLLWRBAND));
	while (ion_ring_push_cmd(&self->ch.cmd, &cmd))
		;
	EXPECT_EQ(POLLPRI, poll_now(fd, POLLPRI | POLLWRBAND));
}

TEST_F(channel_set_up, poll_of_a_poisoned_ring_reports_only_an_error)
{
	ion_push_from(&self->ch, 0, 10);
	ion_kick(self->ch.fd);
	channel_header(&self->ch, ION_RING_TX)->head = 999;
	EXPECT_EQ(POLLERR, poll_now(self->ch.fd, POLL_ALL));
	EXPECT_EQ(POLLERR, poll_now(self->ch.fd, 0));
	EXPECT_EQ(10, ion_reset(self->ch.fd));
	EXPECT_EQ(POLLOUT, poll_now(self->ch.fd, POLLOUT | POLLIN));
}

TEST_F(channel_not_set_up, poll_before_setup_is_ready_for_nothing)
{
	EXPECT_EQ(0, poll_now(self->fd, POLL_ALL));
}

/* A set-up, a kick and a reset wake a poll() that waits. */
TEST_F(channel_not_set_up, setup_kick_and_reset_wake_poll)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int pipes[2], ep = epoll_create1(0);
	struct ion_setup setup;
	pid_t pid;

	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->fd, &event));
	EXPECT_EQ(0, epoll_wait(ep, &event, 1, 0));
	ASSERT_EQ(0, pipe(pipes));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		/* A level that rises, an edge by a kick, an edge by a reset. */
		int i, n;

		for (i = 0; i < 3; i++) {
			n = epoll_wait(ep, &event, 1, 10000);
			if (n != 1 || write(pipes[1], "", 1) != 1)
				_exit(i + 1);
		}
		_exit(0);
	}
	ion_setup_init(&setup, "");
	ASSERT_EQ(0, ion_call(self->fd, ION_IOC_SETUP, &setup));
	ASSERT_EQ(1, read(pipes[0], &setup, 1));

	struct ion_packet packet = ion_packet_of(0);

	ASSERT_EQ(1,
		  ion_batch(self->fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1));
	ASSERT_EQ(0, ion_kick(self->fd));
	ASSERT_EQ(1, read(pipes[0], &setup, 1));
	ASSERT_EQ(1, ion_reset(self->fd));
	EXPECT_EQ(0, ion_wait_child(pid));
	close(ep);
}

static bool read_fdinfo(int fd, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return ion_read_text(path, text, size) > 0;
}

TEST_F(channel_not_set_up, fdinfo_works_before_setup)
{
	char text[2048];

	ASSERT_TRUE(read_fdinfo(self->fd, text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "\nion-channel:\t"));
	EXPECT_NE(NULL, strstr(text, "\nion-service:\tnone\n"));
	EXPECT_EQ(NULL, strstr(text, "\nion-tx:"));
}

TEST_F(channel_set_up, fdinfo_agrees_with_stats)
{
	static const char format[] =
		"ion-service:\techo\n"
		"ion-layout:\tcompact\n"
		"ion-kernel-end:\tsleeping\n"
		"ion-bytes:\t%llu\n"
		"ion-calls:\t%llu\n"
		"ion-kicks:\t1 spurious 0\n"
		"ion-sleeps:\t1 wakeups 0 signals 0\n"
		"ion-resets:\t1\n"
		"ion-sleepers:\t0 poll 0 eventfd 0 sigio 0\n"
		"ion-tx:\tslots 256 head 30 tail 30 queued 0 pushed 30 popped 30 discarded 0 full 0 poison none\n"
		"ion-rx:\tslots 256 head 30 tail 30 queued 0 pushed 30 popped 3 discarded 27 full 0 poison none\n"
		"ion-cmd:\tslots 256 head 0 tail 0 queued 0 pushed 0 popped 0 discarded 0 full 0 poison none\n"
		"ion-evt:\tslots 256 head 0 tail 0 queued 0 pushed 0 popped 0 discarded 0 full 0 poison none\n";
	char want[2048];
	char text[2048], channel[64];
	struct ion_stats stats;

	ion_push_from(&self->ch, 0, 30);
	ion_kick(self->ch.fd);
	ion_pop_from(&self->ch, 0, 3);
	ion_reset(self->ch.fd);
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	ASSERT_TRUE(read_fdinfo(self->ch.fd, text, sizeof(text)));
	snprintf(want, sizeof(want), format,
		 (unsigned long long)default_bytes(), stats.calls);
	snprintf(channel, sizeof(channel), "\nion-channel:\t%llu\nion-service",
		 stats.channel);
	EXPECT_NE(NULL, strstr(text, channel));
	ASSERT_NE(NULL, strstr(text, "ion-service:"));
	EXPECT_STREQ(want, strstr(text, "ion-service:"));
}

/* A program compiled later has larger structs, with zeros at the end. */
TEST_F(channel_set_up, longer_structs_are_accepted)
{
	static unsigned char page[4096] __attribute__((__aligned__(8)));
	const __u32 sizes[] = { 8, 1000, 4096 };
	struct ion_packet packet = ion_packet_of(1);
	struct ion_batch *batch = (struct ion_batch *)page;
	unsigned int i;
	int fd = self->ch.fd;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		__u32 more = sizes[i] < 4096 ? sizes[i] : 0;

		memset(page, 0, sizeof(page));
		*(__u32 *)page = more ? sizeof(struct ion_info) + more : 4096;
		EXPECT_EQ(0, ion_call(fd, ION_IOC_INFO, page));
		memset(page, 0, sizeof(page));
		*(__u32 *)page = more ? sizeof(struct ion_stats) + more : 4096;
		EXPECT_EQ(0, ion_call(fd, ION_IOC_STATS, page));
		memset(page, 0, sizeof(page));
		*(__u32 *)page = more ? sizeof(struct ion_setup) + more : 4096;
		((struct ion_setup *)page)->flags = ION_SETUP_DRY_RUN;
		EXPECT_EQ(0, ion_call(fd, ION_IOC_SETUP, page));
		memset(page, 0, sizeof(page));
		batch->size = more ? sizeof(*batch) + more : 4096;
		batch->ring = ION_RING_TX;
		batch->count = 1;
		batch->addr = (unsigned long)&packet;
		EXPECT_EQ(1, ion_call(fd, ION_IOC_PUSH, page));
		EXPECT_EQ(1, ion_call(fd, ION_IOC_PEEK, page));
		EXPECT_EQ(0, ion_kick(fd));
		batch->ring = ION_RING_RX;
		EXPECT_EQ(1, ion_call(fd, ION_IOC_POP, page));
	}
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
