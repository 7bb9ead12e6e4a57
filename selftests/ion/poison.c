// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user end breaks the protocol in every possible way: the kernel stops
 * trusting the ring, keeps one exact record of it, logs nothing, and goes on
 * after a reset.
 */
#include <poll.h>
#include <sys/syscall.h>

#include "ion_test.h"

/*
 * Every ring begins with packets 100 and 101 moved and ten more queued: tail 2,
 * head 12, of 64 slots. If the user owns the head, heads from 12 to 1 (by way
 * of 63) are valid; if it owns the tail, tails from 2 to 12.
 */
#define SLOTS 64
#define TAIL  2
#define HEAD  12

FIXTURE(poison)
{
	struct channel ch;
};

FIXTURE_VARIANT(poison)
{
	unsigned int ring;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(poison, tx)
{
	.ring = ION_RING_TX,
};

FIXTURE_VARIANT_ADD(poison, rx)
{
	.ring = ION_RING_RX,
};

FIXTURE_VARIANT_ADD(poison, cmd)
{
	.ring = ION_RING_CMD,
};

FIXTURE_VARIANT_ADD(poison, evt)
{
	.ring = ION_RING_EVT,
};

/* clang-format on */

static void push_any(struct __test_metadata *_metadata, struct channel *ch,
		     __u32 count)
{
	struct ion_cmd_packet slots[16];

	memset(slots, 0, sizeof(slots));
	ASSERT_EQ(count,
		  ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_TX, slots, count));
	ASSERT_EQ(count,
		  ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_CMD, slots, count));
}

static void pop_any(struct __test_metadata *_metadata, struct channel *ch,
		    __u32 count)
{
	struct ion_cmd_packet slots[16];

	ASSERT_EQ(count,
		  ion_batch(ch->fd, ION_IOC_POP, ION_RING_RX, slots, count));
	ASSERT_EQ(count,
		  ion_batch(ch->fd, ION_IOC_POP, ION_RING_EVT, slots, count));
}

static void begin(struct __test_metadata *_metadata, struct channel *ch,
		  unsigned int ring)
{
	ASSERT_EQ(0, channel_open_slots(ch, SLOTS, "echo"));
	push_any(_metadata, ch, 2);
	ASSERT_EQ(0, ion_kick(ch->fd));
	pop_any(_metadata, ch, 2);
	push_any(_metadata, ch, 10);
	ASSERT_EQ(0, ion_kernel_pushes(ring) ? ion_kick(ch->fd) : 0);
}

FIXTURE_SETUP(poison)
{
	struct ion_stats stats;

	begin(_metadata, &self->ch, variant->ring);
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	ASSERT_EQ(TAIL, stats.ring[variant->ring].tail);
	ASSERT_EQ(HEAD, stats.ring[variant->ring].head);
}

FIXTURE_TEARDOWN(poison)
{
	channel_close(&self->ch);
}

static bool allowed(unsigned int ring, __u32 index)
{
	if (ion_kernel_pushes(ring))
		return index >= TAIL && index <= HEAD;
	return index < SLOTS && (index >= HEAD || index < TAIL);
}

static void expect_record(struct __test_metadata *_metadata,
			  const struct ion_stats *stats, unsigned int ring,
			  __u32 seen)
{
	const struct ion_ring_stats *record = &stats->ring[ring];
	bool kernel_pushes = ion_kernel_pushes(ring);
	unsigned int id;

	EXPECT_EQ(seen < SLOTS ? ION_POISON_ORDER : ION_POISON_RANGE,
		  record->poison);
	EXPECT_EQ(seen, record->poison_seen);
	EXPECT_EQ(kernel_pushes ? TAIL : HEAD, record->poison_first);
	EXPECT_EQ(kernel_pushes ? HEAD : TAIL - 1, record->poison_last);
	EXPECT_EQ(HEAD, record->head);
	EXPECT_EQ(TAIL, record->tail);
	for (id = 0; id < ION_RINGS; id++) {
		EXPECT_TRUE(id == ring ||
			    stats->ring[id].poison == ION_POISON_NONE);
	}
}

/* A round trip on all four rings, in any state. */
static void expect_works(struct __test_metadata *_metadata, struct channel *ch)
{
	struct ion_cmd_packet cmd;
	__u64 i;

	channel_attach(ch);
	for (i = 0; i < 200; i++) {
		cmd = ion_cmd_of(i);
		ASSERT_EQ(1, ion_push_from(ch, i, 1));
		ASSERT_TRUE(ion_ring_push_cmd(&ch->cmd, &cmd));
		ASSERT_EQ(0, ion_kick(ch->fd));
		ASSERT_EQ(1, ion_pop_from(ch, i, 2));
		ASSERT_TRUE(ion_ring_pop_cmd(&ch->evt, &cmd));
		ASSERT_TRUE(ion_cmd_is(&cmd, i));
	}
}

/*
 * Every value of the index, and some that are far off: each is found, recorded
 * and repaired.
 */
TEST_F(poison, every_wrong_index_poisons)
{
	static const __u32 far[] = {
		64,	 65,	     127,	 128,	     255,	 256,
		0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
	};
	struct ion_stats stats;
	unsigned int i;

	for (i = 0; i < SLOTS + ARRAY_SIZE(far); i++) {
		__u32 wrong = i < SLOTS ? i : far[i - SLOTS];
		struct channel ch;

		if (allowed(variant->ring, wrong))
			continue;
		begin(_metadata, &ch, variant->ring);
		/* Packets queued by memory or by calls are taken first. */
		ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
		*channel_user_index(&ch, variant->ring) = wrong;
		ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
		expect_record(_metadata, &stats, variant->ring, wrong);
		ASSERT_EQ(-EPROTO, ion_kick(ch.fd));
		ASSERT_LE(0, ion_reset(ch.fd));
		ASSERT_EQ(0, ion_kick(ch.fd));
		channel_close(&ch);
	}
}

/* A valid index is never taken for an invalid one. */
TEST_F(poison, no_valid_index_poisons)
{
	__u32 *index = channel_user_index(&self->ch, variant->ring);
	struct ion_stats stats;
	__u32 at = ion_kernel_pushes(variant->ring) ? TAIL : HEAD;

	while (allowed(variant->ring, at)) {
		*index = at;
		ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
		EXPECT_EQ(ION_POISON_NONE, stats.ring[variant->ring].poison);
		at = (at + 1) % SLOTS;
	}
}

/* A poisoned ring keeps its first record. */
TEST_F(poison, poison_is_kept_until_reset)
{
	__u32 *index = channel_user_index(&self->ch, variant->ring);
	struct pollfd file = { .fd = self->ch.fd, .events = POLLIN | POLLOUT };
	__u32 right = *index;
	struct ion_stats first, later;
	char path[64], text[2048], want[128];
	int i;

	*index = 0x1234;
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &first));
	expect_record(_metadata, &first, variant->ring, 0x1234);
	for (i = 0; i < 5; i++) {
		static const __u32 then[] = { 0xffffffff, 0, 63, 64 };

		*index = i < 4 ? then[i] : right;
		EXPECT_EQ(1, poll(&file, 1, 0));
		EXPECT_EQ(POLLERR, file.revents);
		EXPECT_EQ(-EPROTO, ion_kick(self->ch.fd));
		ASSERT_EQ(0, ion_get_stats(self->ch.fd, &later));
		EXPECT_EQ(0,
			  memcmp(first.ring, later.ring, sizeof(first.ring)));
	}

	static const char *const names[] = { "tx", "rx", "cmd", "evt" };

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", self->ch.fd);
	ASSERT_LT(0, ion_read_text(path, text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, names[variant->ring]));
	snprintf(want, sizeof(want), "poison range seen 4660 allowed %u..%u\n",
		 ion_kernel_pushes(variant->ring) ? TAIL : HEAD,
		 ion_kernel_pushes(variant->ring) ? HEAD : TAIL - 1);
	EXPECT_NE(NULL, strstr(text, want))
	TH_LOG("no '%s' in:\n%s", want, text);

	ASSERT_LE(0, ion_reset(self->ch.fd));
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &later));
	EXPECT_EQ(ION_POISON_NONE, later.ring[variant->ring].poison);
	EXPECT_EQ(0, later.ring[variant->ring].poison_seen);
	EXPECT_EQ(0, later.ring[variant->ring].poison_first);
	EXPECT_EQ(0, later.ring[variant->ring].poison_last);
	expect_works(_metadata, &self->ch);
}

/* A reset counts the packets that the kernel knew of, not those claimed. */
TEST_F(poison, reset_counts_exactly)
{
	struct ion_stats stats;
	unsigned int id;
	int discarded;

	*channel_user_index(&self->ch, variant->ring) = 0xdeadbeef;
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	discarded = ion_reset(self->ch.fd);
	for (id = 0; id < ION_RINGS; id++)
		discarded -= stats.ring[id].queued;
	EXPECT_EQ(0, discarded);
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring_header *header = channel_header(&self->ch, id);
		struct ion_ring_stats *ring = &stats.ring[id];

		EXPECT_EQ(ring->pushed,
			  ring->popped + ring->queued + ring->discarded);
		EXPECT_EQ(0, ring->queued);
		EXPECT_EQ(ring->head, header->head);
		EXPECT_EQ(ring->head, header->tail);
	}
	expect_works(_metadata, &self->ch);
}

/* The index of the kernel end is only written, never read. */
TEST_F(poison, the_index_of_the_kernel_end_does_not_poison)
{
	struct ion_ring_header *header =
		channel_header(&self->ch, variant->ring);
	__u32 *index = ion_kernel_pushes(variant->ring) ? &header->head
							: &header->tail;
	struct ion_stats stats;

	*index = 0xffffffff;
	EXPECT_EQ(0, ion_kick(self->ch.fd));
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(ION_POISON_NONE, stats.ring[variant->ring].poison);
	EXPECT_EQ(20, ion_reset(self->ch.fd));
	expect_works(_metadata, &self->ch);
}

/* Neither the mask nor the wake flags decide anything. */
TEST_F(poison, mask_and_flags_do_not_poison)
{
	static const __u32 masks[] = { 0, 1, 255, 0x7fffffff, 0xffffffff };
	struct ion_ring_header *header =
		channel_header(&self->ch, variant->ring);
	struct ion_stats stats;
	unsigned int i;

	ASSERT_LE(0, ion_reset(self->ch.fd));
	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		header->mask = masks[i];
		header->producer_wake = (__u16)masks[i];
		header->consumer_wake = (__u16)~masks[i];
		expect_works(_metadata, &self->ch);
	}
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	EXPECT_EQ(SLOTS - 1, stats.ring[variant->ring].capacity);
	EXPECT_EQ(ION_POISON_NONE, stats.ring[variant->ring].poison);

	/*
	 * A reset rewrites the mask and the flag of the kernel end, which
	 * sleeps and has nothing to push.
	 */
	header->mask = 0;
	header->producer_wake = 0;
	header->consumer_wake = 0;
	ASSERT_EQ(0, ion_reset(self->ch.fd));
	EXPECT_EQ(SLOTS - 1, header->mask);
	EXPECT_EQ(0, header->producer_wake);
	EXPECT_EQ(!ion_kernel_pushes(variant->ring), header->consumer_wake);
}

FIXTURE(poison_beside_others)
{
	struct channel ch;
	struct channel other;
};

FIXTURE_SETUP(poison_beside_others)
{
	ASSERT_EQ(0, channel_open_slots(&self->ch, SLOTS, "echo"));
	ASSERT_EQ(0, channel_open_slots(&self->other, SLOTS, "echo"));
}

FIXTURE_TEARDOWN(poison_beside_others)
{
	channel_close(&self->ch);
	channel_close(&self->other);
}

TEST_F(poison_beside_others, poisoning_one_channel_leaves_others_working)
{
	channel_header(&self->ch, ION_RING_TX)->head = SLOTS;
	EXPECT_EQ(-EPROTO, ion_kick(self->ch.fd));
	expect_works(_metadata, &self->other);
}

/* All four rings are poisoned at once, and each has its own record. */
TEST_F(poison_beside_others, all_rings_of_a_channel_may_be_poisoned)
{
	struct ion_stats stats;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		*channel_user_index(&self->ch, id) = 1000 + id;
	ASSERT_EQ(0, ion_get_stats(self->ch.fd, &stats));
	for (id = 0; id < ION_RINGS; id++) {
		EXPECT_EQ(ION_POISON_RANGE, stats.ring[id].poison);
		EXPECT_EQ(1000 + id, stats.ring[id].poison_seen);
	}
	EXPECT_EQ(0, ion_reset(self->ch.fd));
	expect_works(_metadata, &self->ch);
}

/* Overwrite every mapping, again and again. */
TEST_F_TIMEOUT(poison_beside_others,
	       overwriting_every_mapping_leaves_others_working, 60)
{
	__u64 random = 1;
	unsigned int round, id;
	size_t i;

	for (round = 0; round < 100; round++) {
		for (id = 0; id < self->ch.info.nr_areas; id++) {
			size_t length = self->ch.info.area[id].length;
			__u64 *words = self->ch.area[id];

			for (i = 0; i < length / 8; i++)
				words[i] = ion_mix(random++);
			/*
			 * Sometimes within the range, so that the kernel goes
			 * further.
			 */
			if (round & 1)
				*channel_user_index(&self->ch, id) %= SLOTS;
		}
		ion_kick(self->ch.fd);
		ASSERT_LE(0, ion_reset(self->ch.fd));
		ASSERT_EQ(0, ion_kick(self->ch.fd));
	}
	expect_works(_metadata, &self->ch);
	expect_works(_metadata, &self->other);
}

static int delete_module_now(void)
{
	return syscall(SYS_delete_module, "ion", O_NONBLOCK) ? -errno : 0;
}

static void expect_no_rmmod(struct __test_metadata *_metadata)
{
	int error = delete_module_now();

	EXPECT_TRUE(error == -EWOULDBLOCK || error == -EBUSY)
	TH_LOG("delete_module: %d", error);
}

/* The module stays while any part of it is in use. */
TEST_F(poison_beside_others, rmmod_is_refused_while_in_use)
{
	int pipes[2], others;
	pid_t pid;

	if (geteuid() || access("/sys/module/ion/refcnt", R_OK))
		SKIP(return, "modules cannot be removed here");
	channel_close(&self->other);
	/* A module with services may use it too. */
	others = ion_refcount() - 1;
	expect_no_rmmod(_metadata);

	/* A mapping, with the descriptor closed. */
	close(self->ch.fd);
	self->ch.fd = -1;
	EXPECT_LE(others + 1, ion_refcount());
	expect_no_rmmod(_metadata);

	/* Open only in another process. */
	ASSERT_EQ(0, pipe(pipes));
	pid = fork();
	if (!pid) {
		int fd = ion_open(O_RDWR);

		if (fd < 0 || write(pipes[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	ASSERT_EQ(1, read(pipes[0], &(char){ 0 }, 1));
	channel_unmap(&self->ch);
	EXPECT_EQ(others + 1, ion_refcount());
	expect_no_rmmod(_metadata);
	kill(pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
	EXPECT_EQ(others, ion_refcount());
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
