// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several users at a time: processes with a channel each, threads on one
 * channel, a child with its parent's descriptor, and a process that is killed.
 */
#include <pthread.h>
#include <time.h>

#include "ion_test.h"

#define PACKETS 1000000

/* Use an own channel; return the number of the check that failed, or 0. */
static int stream(__u64 from)
{
	__u64 pushed = from, popped = from;
	struct channel ch;

	if (channel_open(&ch, NULL))
		return 1;
	while (popped < from + PACKETS) {
		__u64 left = from + PACKETS - pushed;
		int n;

		pushed += ion_push_from(&ch, pushed, left < 255 ? left : 255);
		if (ion_kick(ch.fd))
			return 2;
		n = ion_pop_from(&ch, popped, 255);
		if (n <= 0)
			return 3;
		popped += n;
	}
	channel_close(&ch);
	return popped == pushed ? 0 : 4;
}

FIXTURE(processes)
{
	long references;
};

FIXTURE_SETUP(processes)
{
	self->references = ion_refcount();
}

/* A closed channel is freed within a moment after its process. */
FIXTURE_TEARDOWN(processes)
{
	int tries = 200;

	while (ion_refcount() != self->references && tries--)
		usleep(10000);
	EXPECT_EQ(self->references, ion_refcount());
}

TEST_F_TIMEOUT(processes, two_processes_use_a_channel_each, 120)
{
	pid_t pids[2];
	int i;

	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		ASSERT_LE(0, pids[i]);
		if (!pids[i])
			_exit(stream((__u64)i << 40));
	}
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, ion_wait_child(pids[i]))
		TH_LOG("process %d", i);
	}
}

TEST_F(processes, a_child_uses_its_parents_channel)
{
	struct ion_packet packet;
	struct ion_stats stats;
	struct channel ch;
	pid_t pid;

	ASSERT_EQ(0, channel_open(&ch, NULL));
	ion_push_from(&ch, 0, 10);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		packet = ion_packet_of(10);
		if (ion_batch(ch.fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1) !=
		    1)
			_exit(1);
		if (ion_kick(ch.fd))
			_exit(2);
		if (ion_batch(ch.fd, ION_IOC_POP, ION_RING_RX, &packet, 1) != 1)
			_exit(3);
		_exit(ion_packet_is(&packet, 0) ? 0 : 4);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
	channel_attach(&ch);
	EXPECT_EQ(10, ion_pop_from(&ch, 1, 20));
	ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
	EXPECT_EQ(11, stats.ring[ION_RING_TX].pushed);
	EXPECT_EQ(11, stats.ring[ION_RING_RX].popped);
	channel_close(&ch);
}

/* The process is killed with rings mapped, packets queued and in a call. */
TEST_F(processes, a_killed_process_leaves_nothing)
{
	int round;

	for (round = 0; round < 20; round++) {
		int pipes[2];
		pid_t pid;
		char byte;

		ASSERT_EQ(0, pipe(pipes));
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			struct channel ch[3];
			int i;

			for (i = 0; i < 3; i++)
				if (channel_open(&ch[i], NULL))
					_exit(1);
			if (write(pipes[1], "", 1) != 1)
				_exit(2);
			for (i = 0;; i = (i + 1) % 3) {
				ion_push_from(&ch[i], 0, 100);
				ion_kick(ch[i].fd);
				ion_pop_from(&ch[i], 0, 50);
			}
		}
		ASSERT_EQ(1, read(pipes[0], &byte, 1));
		usleep(1000 * round);
		kill(pid, SIGKILL);
		EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
		close(pipes[0]);
		close(pipes[1]);
	}
}

/* Threads that share a channel and use only calls. */
struct shared {
	int fd;
	__u64 total;
	bool done;
	int wrong;
};

static void *push_thread(void *data)
{
	struct shared *shared = data;
	struct ion_packet packets[64];
	__u64 pushed = 0;

	while (pushed < shared->total) {
		__u64 left = shared->total - pushed, i;
		int n = left < 64 ? left : 64;

		for (i = 0; (int)i < n; i++)
			packets[i] = ion_packet_of(pushed + i);
		n = ion_batch(shared->fd, ION_IOC_PUSH, ION_RING_TX, packets,
			      n);
		if (n > 0)
			pushed += n;
		else if (n != -EAGAIN)
			shared->wrong = n;
		if (shared->wrong)
			break;
	}
	return NULL;
}

static void *pop_thread(void *data)
{
	struct shared *shared = data;
	struct ion_packet packets[50];
	__u64 popped = 0;
	int n, i;

	while (popped < shared->total && !READ_ONCE(shared->wrong)) {
		n = ion_batch(shared->fd, ION_IOC_POP, ION_RING_RX, packets,
			      50);
		if (n < 0 && n != -EAGAIN)
			shared->wrong = n;
		for (i = 0; i < n; i++)
			if (!ion_packet_is(&packets[i], popped++))
				shared->wrong = 1;
	}
	WRITE_ONCE(shared->done, true);
	return NULL;
}

static void *kick_thread(void *data)
{
	struct shared *shared = data;

	while (!READ_ONCE(shared->done))
		if (ion_kick(shared->fd))
			shared->wrong = 2;
	return NULL;
}

static void *stats_thread(void *data)
{
	struct shared *shared = data;
	struct ion_stats stats;
	unsigned int id;

	while (!READ_ONCE(shared->done)) {
		if (ion_get_stats(shared->fd, &stats))
			shared->wrong = 3;
		for (id = 0; id < ION_RINGS; id++) {
			struct ion_ring_stats *ring = &stats.ring[id];

			if (ring->pushed !=
			    ring->popped + ring->queued + ring->discarded)
				shared->wrong = 4;
		}
	}
	return NULL;
}

TEST_F_TIMEOUT(processes, threads_share_one_channel, 120)
{
	void *(*const jobs[])(void *) = { push_thread, pop_thread, kick_thread,
					  stats_thread };
	struct shared shared = { .total = 300000 };
	pthread_t threads[4];
	struct ion_stats stats;
	struct channel ch;
	unsigned int i;

	ASSERT_EQ(0, channel_open(&ch, NULL));
	shared.fd = ch.fd;
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0,
			  pthread_create(&threads[i], NULL, jobs[i], &shared));
	}
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(0, shared.wrong);
	ASSERT_EQ(0, ion_get_stats(ch.fd, &stats));
	EXPECT_EQ(shared.total, stats.ring[ION_RING_TX].pushed);
	EXPECT_EQ(shared.total, stats.ring[ION_RING_RX].popped);
	EXPECT_EQ(0, stats.ring[ION_RING_RX].queued);
	channel_close(&ch);
}

/* Many threads pop: each packet goes to exactly one of them. */
struct taken {
	int fd;
	unsigned char *times;
	__u64 total;
	__u64 *popped;
};

static void *take_thread(void *data)
{
	struct taken *taken = data;
	struct ion_packet packets[16];
	int n, i;

	while (__atomic_load_n(taken->popped, __ATOMIC_RELAXED) <
	       taken->total) {
		n = ion_batch(taken->fd, ION_IOC_POP, ION_RING_RX, packets, 16);
		for (i = 0; i < n; i++) {
			__u64 number = packets[i].data % taken->total;

			__atomic_add_fetch(&taken->times[number], 1,
					   __ATOMIC_RELAXED);
		}
		if (n > 0)
			__atomic_add_fetch(taken->popped, (__u64)n,
					   __ATOMIC_RELAXED);
	}
	return NULL;
}

TEST_F_TIMEOUT(processes, no_packet_is_popped_twice, 60)
{
	__u64 popped = 0, pushed = 0, i;
	struct taken taken = { .total = 100000, .popped = &popped };
	pthread_t threads[3];
	struct channel ch;

	ASSERT_EQ(0, channel_open(&ch, NULL));
	taken.fd = ch.fd;
	taken.times = calloc(taken.total, 1);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, take_thread,
					    &taken));
	}
	while (__atomic_load_n(&popped, __ATOMIC_RELAXED) < taken.total) {
		__u64 left = taken.total - pushed;

		pushed += ion_push_from(&ch, pushed, left < 99 ? left : 99);
		ion_kick(ch.fd);
	}
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(taken.total, popped);
	for (i = 0; i < taken.total; i++) {
		ASSERT_EQ(1, taken.times[i])
		TH_LOG("packet %llu", i);
	}
	free(taken.times);
	channel_close(&ch);
}

/* The first mapping and a set-up at once: one of them decides everything. */
struct race {
	int fd;
	bool map;
	int result;
};

static void *race_thread(void *data)
{
	struct race *race = data;
	struct ion_setup setup;
	void *addr;

	if (race->map) {
		addr = mmap(NULL, 8192, PROT_READ, MAP_SHARED, race->fd, 0);
		race->result = addr == MAP_FAILED ? -errno : 0;
		if (addr != MAP_FAILED)
			munmap(addr, 8192);
	} else {
		ion_setup_init(&setup, "sink");
		setup.slots[ION_RING_TX] = 1024;
		race->result = ion_call(race->fd, ION_IOC_SETUP, &setup);
	}
	return NULL;
}

TEST_F_TIMEOUT(processes, setup_races_the_first_mapping, 120)
{
	int round;

	for (round = 0; round < 300; round++) {
		int fd = ion_open(O_RDWR);
		struct race set = { .fd = fd }, map = { .fd = fd, .map = true };
		struct ion_info info;
		pthread_t threads[2];

		ASSERT_LE(0, fd);
		pthread_create(&threads[0], NULL, race_thread, &set);
		pthread_create(&threads[1], NULL, race_thread, &map);
		pthread_join(threads[0], NULL);
		pthread_join(threads[1], NULL);
		ASSERT_EQ(0, ion_get_info(fd, &info));
		if (!set.result) {
			EXPECT_EQ(-EINVAL, map.result);
			EXPECT_STREQ("sink", info.service);
			EXPECT_EQ(1024, info.ring[ION_RING_TX].nr_slots);
		} else {
			EXPECT_EQ(-EBUSY, set.result);
			EXPECT_EQ(0, map.result);
			EXPECT_STREQ("echo", info.service);
			EXPECT_EQ(256, info.ring[ION_RING_TX].nr_slots);
		}
		close(fd);
	}
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
