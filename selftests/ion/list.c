// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_LIST: the contents of an entry, the channels that a caller sees, and
 * their order.
 */
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "ion_test.h"
#include "pair_test.h"

#define MANY (2 * ION_LIST_MAX + 5)

static struct ion_list request(struct ion_list_entry *entries, __u32 count,
			       __u64 after)
{
	return (struct ion_list){
		.size = sizeof(struct ion_list),
		.count = count,
		.after = after,
		.addr = (__u64)(unsigned long)entries,
		.entry_size = sizeof(*entries),
	};
}

static int list_some(int fd, struct ion_list_entry *entries, __u32 count,
		     __u64 after)
{
	struct ion_list list = request(entries, count, after);

	return ion_call(fd, ION_IOC_LIST, &list);
}

/*
 * List all channels, @step at a time; -1 if they do not fit or are not in
 * order.
 */
static int list_all(int fd, struct ion_list_entry *entries, int max, __u32 step)
{
	__u64 after = 0;
	int n = 0, got, i;

	do {
		if (n + (int)step > max)
			return -1;
		got = list_some(fd, entries + n, step, after);
		if (got < 0 || got > (int)step)
			return -1;
		for (i = n; i < n + got; i++) {
			if (entries[i].channel <= after)
				return -1;
			after = entries[i].channel;
		}
		n += got;
	} while (got);
	return n;
}

/* The entry of a channel, or NULL. */
static const struct ion_list_entry *
entry_of(const struct ion_list_entry *entries, int n, __u64 channel)
{
	int i;

	for (i = 0; i < n; i++)
		if (entries[i].channel == channel)
			return &entries[i];
	return NULL;
}

static __u64 channel_number(int fd)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	setup.flags = ION_SETUP_DRY_RUN;
	return ion_call(fd, ION_IOC_SETUP, &setup) ? 0 : setup.info.channel;
}

/* @fd is not set up; it is for the calls. */
FIXTURE(list)
{
	struct usage before;
	int fd;
	struct ion_list_entry *entries;
};

FIXTURE_SETUP(list)
{
	self->before = usage_now();
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->entries = calloc(8 * MANY, sizeof(*self->entries));
	ASSERT_NE(NULL, self->entries);
}

FIXTURE_TEARDOWN(list)
{
	free(self->entries);
	close(self->fd);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

static bool reserved_is_zero(const struct ion_list_entry *entry)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(entry->reserved2); i++)
		if (entry->reserved2[i])
			return false;
	return true;
}

TEST_F(list, a_channel_without_setup_is_listed)
{
	static const struct ion_list_entry zero;
	const struct ion_list_entry *entry;
	char comm[ION_COMM_LEN] = "";
	int n;

	memset(self->entries, 0xff, 8 * MANY * sizeof(*self->entries));
	ASSERT_EQ(0, prctl(PR_SET_NAME, "a lister"));
	n = list_all(self->fd, self->entries, 8 * MANY, ION_LIST_MAX);
	ASSERT_LT(0, n);
	entry = entry_of(self->entries, n, channel_number(self->fd));
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(getpid(), entry->pid);
	EXPECT_EQ(geteuid(), entry->uid);
	memcpy(comm, "a lister", 8);
	EXPECT_EQ(0, memcmp(comm, entry->comm, sizeof(comm)));
	EXPECT_EQ(ION_CHANNEL_OPEN, entry->state);
	EXPECT_EQ(0, memcmp(&zero.layout, &entry->layout,
			    sizeof(zero) -
				    offsetof(struct ion_list_entry, layout)));
}

TEST_F(list, an_entry_agrees_with_the_channel)
{
	const struct ion_list_entry *entry;
	struct ion_stats stats;
	struct channel ch;
	int n;

	ASSERT_EQ(0, arena_open(&ch, ION_LAYOUT_SPLIT, "echo", 32, 16, 4096));
	EXPECT_TRUE(arena_send(&ch, arena_packet(&ch, 3, 0, 100)));
	EXPECT_TRUE(arena_push(&ch, arena_packet(&ch, 4, 0, 100)));
	ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
	n = list_all(self->fd, self->entries, 8 * MANY, ION_LIST_MAX);
	entry = entry_of(self->entries, n, ch.info.channel);
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(ION_CHANNEL_READY, entry->state);
	EXPECT_EQ(ION_LAYOUT_SPLIT, entry->layout);
	EXPECT_STREQ("echo", entry->service);
	EXPECT_EQ(ch.info.bytes, entry->bytes);
	EXPECT_EQ(16, entry->buffers);
	EXPECT_EQ(4096, entry->buffer_size);
	EXPECT_EQ(arena_owned(ch.fd, NULL), entry->buffers_owned);
	EXPECT_TRUE(reserved_is_zero(entry));
	EXPECT_EQ(1, entry->stats.ring[ION_RING_TX].queued);
	EXPECT_EQ(1, entry->stats.ring[ION_RING_RX].queued);
	/* LIST is no call on the listed channel. */
	EXPECT_EQ(0, memcmp(&stats, &entry->stats, sizeof(stats)));
	channel_close(&ch);
}

TEST_F(list, a_poisoned_ring_is_reported)
{
	const struct ion_list_entry *entry;
	struct channel ch;
	int n;

	ASSERT_EQ(0, channel_open_slots(&ch, 8, "echo"));
	WRITE_ONCE(*channel_user_index(&ch, ION_RING_CMD), 8);
	n = list_all(self->fd, self->entries, 8 * MANY, ION_LIST_MAX);
	entry = entry_of(self->entries, n, ch.info.channel);
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(ION_POISON_RANGE, entry->stats.ring[ION_RING_CMD].poison);
	EXPECT_EQ(8, entry->stats.ring[ION_RING_CMD].poison_seen);
	channel_close(&ch);
}

/*
 * Each channel is listed once, with calls for 1, for 7 and for the most
 * entries.
 */
TEST_F(list, many_channels_are_listed_in_parts)
{
	static const __u32 steps[] = { 1, 7, ION_LIST_MAX - 1, ION_LIST_MAX };
	__u64 numbers[MANY];
	int fd[MANY], i, n;
	unsigned int s;

	for (i = 0; i < MANY; i++) {
		fd[i] = ion_open(O_RDWR);
		ASSERT_LE(0, fd[i]);
		numbers[i] = channel_number(fd[i]);
	}
	for (s = 0; s < ARRAY_SIZE(steps); s++) {
		n = list_all(self->fd, self->entries, 8 * MANY, steps[s]);
		EXPECT_LE(MANY + 1, n);
		for (i = 0; i < MANY; i++)
			EXPECT_NE(NULL, entry_of(self->entries, n, numbers[i]));
	}
	EXPECT_EQ(3, list_some(self->fd, self->entries, 10, numbers[MANY - 4]));
	EXPECT_EQ(numbers[MANY - 3], self->entries[0].channel);
	EXPECT_EQ(0, list_some(self->fd, self->entries, 10, ~0ULL));
	for (i = 0; i < MANY; i++)
		close(fd[i]);
}

/* The service keeps the packets that were sent, and so the channel remains. */
TEST_F(list, a_closed_channel_that_a_service_keeps_is_listed)
{
	const struct ion_list_entry *entry;
	struct channel a, b;
	__u64 number;
	int n;

	ASSERT_EQ(0, pair_open(&a, &b, ION_LAYOUT_COMPACT, 4));
	while (ion_send(&a, 1, 1) == 1)
		;
	number = a.info.channel;
	channel_close(&a);
	n = list_all(self->fd, self->entries, 8 * MANY, ION_LIST_MAX);
	entry = entry_of(self->entries, n, number);
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(ION_CHANNEL_CLOSED, entry->state);
	EXPECT_STREQ("pair", entry->service);
	EXPECT_EQ(getpid(), entry->pid);
	channel_close(&b);
	n = list_all(self->fd, self->entries, 8 * MANY, ION_LIST_MAX);
	EXPECT_EQ(NULL, entry_of(self->entries, n, number));
}

/* As uid 1000: its own channel is listed, and no other. */
static int as_another_user(void)
{
	struct ion_list_entry entries[4];
	int fd;

	if (setresuid(1000, 1000, 1000))
		return 1;
	fd = ion_open(O_RDWR);
	if (fd < 0)
		return 2;
	if (list_some(fd, entries, 4, 0) != 1)
		return 3;
	if (entries[0].channel != channel_number(fd) || entries[0].uid != 1000)
		return 4;
	return 0;
}

TEST_F(list, another_user_sees_its_own_channels)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(as_another_user());
	EXPECT_EQ(0, ion_wait_child(pid));
}

static int drop_admin(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* A channel that uid 1000 opened: root sees it because of its capability. */
static int without_the_capability(void)
{
	struct ion_list_entry entries[MANY];
	int theirs, ours, n;
	__u64 number;

	if (seteuid(1000))
		return 1;
	theirs = ion_open(O_RDWR);
	if (theirs < 0 || seteuid(0))
		return 2;
	ours = ion_open(O_RDWR);
	number = channel_number(theirs);
	n = list_all(ours, entries, MANY, 8);
	if (!entry_of(entries, n, number) ||
	    entry_of(entries, n, number)->uid != 1000)
		return 3;
	if (drop_admin())
		return 4;
	n = list_all(ours, entries, MANY, 8);
	/* Even when it makes the call on that channel. */
	if (entry_of(entries, n, number) ||
	    !entry_of(entries, n, channel_number(ours)))
		return 5;
	n = list_all(theirs, entries, MANY, 8);
	return entry_of(entries, n, number) ? 6 : 0;
}

TEST_F(list, root_sees_all_channels_by_its_capability)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(without_the_capability());
	EXPECT_EQ(0, ion_wait_child(pid));
}

/*
 * In its own pid namespace: a process outside of it has no number and no name.
 */
static int in_a_namespace(int fd)
{
	struct ion_list_entry entries[MANY];
	const struct ion_list_entry *entry;
	int ours = ion_open(O_RDWR), n;

	n = list_all(ours, entries, MANY, 8);
	entry = entry_of(entries, n, channel_number(fd));
	if (!entry || entry->pid || *entry->comm)
		return 1;
	entry = entry_of(entries, n, channel_number(ours));
	return entry && entry->pid == 1 && *entry->comm && getpid() == 1 ? 0
									 : 2;
}

TEST_F(list, pids_are_of_the_callers_namespace)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		if (unshare(CLONE_NEWPID))
			_exit(100);
		pid = fork();
		if (!pid)
			_exit(in_a_namespace(self->fd));
		_exit(ion_wait_child(pid));
	}
	EXPECT_EQ(0, ion_wait_child(pid));
}

/* Open a channel, and leave it to a child that has it until @hold is closed. */
static int open_and_end(int report, const int *hold)
{
	int fd = ion_open(O_RDWR);
	__u64 number = channel_number(fd);
	char byte;

	if (!fork()) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	return write(report, &number, sizeof(number)) != sizeof(number);
}

TEST_F(list, a_channel_whose_process_ended_is_listed)
{
	static const char none[ION_COMM_LEN];
	const struct ion_list_entry *entry;
	int report[2], hold[2], n;
	__u64 number;
	pid_t pid;

	ASSERT_EQ(0, pipe(report));
	ASSERT_EQ(0, pipe(hold));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(open_and_end(report[1], hold));
	ASSERT_EQ(sizeof(number), read(report[0], &number, sizeof(number)));
	ASSERT_EQ(0, ion_wait_child(pid));
	n = list_all(self->fd, self->entries, 8 * MANY, ION_LIST_MAX);
	entry = entry_of(self->entries, n, number);
	ASSERT_NE(NULL, entry);
	EXPECT_EQ(0, memcmp(none, entry->comm, sizeof(none)));
	EXPECT_EQ(ION_CHANNEL_OPEN, entry->state);
	close(hold[0]);
	close(hold[1]);
	close(report[0]);
	close(report[1]);
}

TEST_F(list, invalid_requests_are_refused)
{
	struct ion_list_entry *entry = self->entries;
	struct ion_list list;

	EXPECT_EQ(-EINVAL, list_some(self->fd, entry, 0, 0));
	EXPECT_EQ(-EINVAL, list_some(self->fd, entry, ION_LIST_MAX + 1, 0));
	EXPECT_EQ(-EINVAL, list_some(self->fd, entry, ~0U, 0));
	list = request(entry, 1, 0);
	list.flags = 1;
	EXPECT_EQ(-EINVAL, ion_call(self->fd, ION_IOC_LIST, &list));
	list = request(entry, 1, 0);
	list.entry_size = sizeof(*entry) - 1;
	EXPECT_EQ(-EINVAL, ion_call(self->fd, ION_IOC_LIST, &list));
	list.entry_size = 0;
	EXPECT_EQ(-EINVAL, ion_call(self->fd, ION_IOC_LIST, &list));
	list.entry_size = (__u32)page_size() + 1;
	EXPECT_EQ(-E2BIG, ion_call(self->fd, ION_IOC_LIST, &list));
	list.entry_size = ~0U;
	EXPECT_EQ(-E2BIG, ion_call(self->fd, ION_IOC_LIST, &list));
	EXPECT_EQ(-EFAULT, list_some(self->fd, NULL, 1, 0));
	EXPECT_EQ(-EFAULT, list_some(self->fd, (void *)(~0UL & ~4095UL), 1, 0));
}

/*
 * Fields of a larger entry that this driver does not know are 0; nothing is
 * written after the entry.
 */
TEST_F(list, larger_entries_end_in_zeros)
{
	const size_t larger = sizeof(struct ion_list_entry) + 24;
	unsigned char *bytes = (unsigned char *)self->entries;
	struct ion_list list = request(self->entries, 2, 0);
	int other = ion_open(O_RDWR);
	struct ion_list_entry second;
	size_t i;

	memset(bytes, 0xff, 3 * larger);
	list.after = channel_number(self->fd) - 1;
	list.entry_size = (__u32)larger;
	ASSERT_EQ(2, ion_call(self->fd, ION_IOC_LIST, &list));
	for (i = sizeof(second); i < larger; i++) {
		EXPECT_EQ(0, bytes[i]);
		EXPECT_EQ(0, bytes[larger + i]);
	}
	memcpy(&second, bytes + larger, sizeof(second));
	EXPECT_EQ(channel_number(other), second.channel);
	for (i = 2 * larger; i < 3 * larger; i++)
		EXPECT_EQ(0xff, bytes[i]);
	close(other);
}

static bool churn_stop;

static void *churn(void *arg)
{
	struct channel ch;
	int n = 0;

	(void)arg;
	while (!READ_ONCE(churn_stop) && n < 100000) {
		if (channel_open_slots(&ch, 4, n++ & 1 ? "echo" : "sink"))
			return (void *)1;
		ion_push_from(&ch, 0, 3);
		ion_kick(ch.fd);
		channel_close(&ch);
	}
	return NULL;
}

/* Each entry is of a channel that existed. */
TEST_F(list, list_works_while_channels_come_and_go)
{
	pthread_t thread[3];
	int i, n, round;
	void *ret;

	churn_stop = false;
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, churn, NULL));
	for (round = 0; round < 300; round++) {
		n = list_all(self->fd, self->entries, 8 * MANY, 1 + round % 5);
		ASSERT_LT(0, n);
		EXPECT_NE(NULL,
			  entry_of(self->entries, n, channel_number(self->fd)));
		for (i = 0; i < n; i++) {
			EXPECT_GE(ION_CHANNEL_CLOSED, self->entries[i].state);
			EXPECT_EQ(getpid(), self->entries[i].pid);
		}
	}
	WRITE_ONCE(churn_stop, true);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], &ret));
		EXPECT_EQ(NULL, ret);
	}
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
