// SPDX-License-Identifier: GPL-2.0-only
/*
 * One of two joined channels is closed, by close() or by SIGKILL, at any point
 * of its work: all that it published arrives, in order, then the end. Every
 * sleeper is woken by it. Nothing of either channel remains.
 */
#include "ion_test.h"
#include "options.h"
#include "pair_test.h"

#define SLOTS 16

static struct test_options options = { .shared = TEST_SEED, .harness = true };

FIXTURE(pair_end)
{
	struct usage before;
	struct channel a;
	struct channel b;
};

ION_LAYOUT_VARIANTS(pair_end);

FIXTURE_SETUP(pair_end)
{
	self->before = usage_now();
	ASSERT_EQ(0, pair_open(&self->a, &self->b, variant->layout, SLOTS));
}

FIXTURE_TEARDOWN(pair_end)
{
	channel_close(&self->a);
	channel_close(&self->b);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

#define WRITABLE (POLLOUT | POLLWRBAND)
#define ALL	 (POLLIN | POLLPRI | WRITABLE | POLLRDHUP)

/* Return whether each call reports that the peer is closed. */
static bool ended(struct channel *ch)
{
	struct ion_packet packet = { 0 };
	struct ion_cmd_packet cmd = { 0 };
	__u64 left = SECOND;
	int got = ion_poll_for(ch->fd, ALL, 0);

	if (got != (POLLHUP | POLLRDHUP | WRITABLE)) {
		ksft_print_msg("poll() says %#x\n", got);
		return false;
	}
	return !read(ch->fd, &packet, sizeof(packet)) &&
	       write(ch->fd, &packet, sizeof(packet)) == -1 && errno == EPIPE &&
	       ion_kick(ch->fd) == -EPIPE &&
	       ion_wait_for(ch->fd, 1, 0, &left) == -EPIPE &&
	       ion_lend(ch->fd, SPIN, 0) == -EPIPE &&
	       ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1) ==
		       -EPIPE &&
	       ion_batch(ch->fd, ION_IOC_PUSH, ION_RING_CMD, &cmd, 1) ==
		       -EPIPE &&
	       ion_batch(ch->fd, ION_IOC_POP, ION_RING_RX, &packet, 1) ==
		       -EPIPE &&
	       ion_kernel_end(ch->fd) == ION_KERNEL_END_GONE;
}

TEST_F(pair_end, closing_an_idle_peer_is_reported)
{
	channel_close(&self->a);
	EXPECT_TRUE(ended(&self->b));
}

/*
 * Packets on rx are still popped, by mmap or by calls, and are counted first.
 */
TEST_F(pair_end, sent_packets_arrive_before_the_end)
{
	struct ion_packet packets[SLOTS];
	struct ion_cmd_packet cmd;
	struct channel *b = &self->b;
	__u64 left = SECOND;

	EXPECT_EQ(10, ion_push_from(&self->a, 0, 10));
	EXPECT_TRUE(ion_send_cmd(&self->a, 3));
	EXPECT_EQ(3, ion_push_from(&self->a, 10, 3));
	channel_close(&self->a);
	EXPECT_EQ(POLLIN | POLLPRI | POLLRDHUP | WRITABLE,
		  ion_poll_for(b->fd, ALL, 0));
	EXPECT_EQ(0, ion_wait_for(b->fd, 13, 0, &left));
	EXPECT_EQ(-EPIPE, ion_wait_for(b->fd, 14, 0, &left));
	EXPECT_EQ(3, ion_pop_from(b, 0, 3));
	EXPECT_EQ(10 * sizeof(*packets), read(b->fd, packets, sizeof(packets)));
	EXPECT_TRUE(ion_packet_is(&packets[9], 12));
	EXPECT_EQ(POLLPRI | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	EXPECT_EQ(1, ion_batch(b->fd, ION_IOC_POP, ION_RING_EVT, &cmd, 1));
	EXPECT_TRUE(ion_cmd_is(&cmd, 3));
	EXPECT_TRUE(ended(b));
}

/*
 * More packets than rx holds: the rest arrives as room is made, and only then
 * the end.
 */
TEST_F(pair_end, packets_without_room_arrive_before_the_end)
{
	struct channel *a = &self->a, *b = &self->b;
	__u64 sent = ion_fill(a), got = 0;
	int n;

	EXPECT_EQ(2 * (SLOTS - 1), sent);
	channel_close(a);
	EXPECT_EQ(POLLIN | POLLRDHUP | WRITABLE, ion_poll_for(b->fd, ALL, 0));
	/* The flag asks for a kick. */
	EXPECT_EQ(1, kernel_wake(b, ION_RING_RX));
	while (got < sent) {
		n = ion_pop_from(b, got, 4);
		ASSERT_LT(0, n);
		got += n;
		if (ion_end_peer_sleeps(&b->rx.end)) {
			n = ion_kick(b->fd);
			ASSERT_TRUE(!n || n == -EPIPE);
		}
	}
	EXPECT_TRUE(ended(b));
}

TEST_F(pair_end, packets_without_room_arrive_by_read)
{
	struct ion_packet packet;
	__u64 sent, got;

	sent = ion_fill(&self->a);
	channel_close(&self->a);
	for (got = 0; read(self->b.fd, &packet, sizeof(packet)) > 0; got++)
		ASSERT_TRUE(ion_packet_is(&packet, got));
	EXPECT_EQ(sent, got);
	EXPECT_TRUE(ended(&self->b));
}

/* A ring that the closed peer poisoned has nothing more to report. */
TEST_F(pair_end, closing_a_poisoned_peer_is_reported)
{
	struct ion_stats stats;

	ion_fill(&self->a);
	WRITE_ONCE(*user_index(&self->a, ION_RING_TX), 4711);
	ASSERT_EQ(0, stats_read(self->a.fd, &stats));
	EXPECT_EQ(ION_POISON_RANGE, stats.ring[ION_RING_TX].poison);
	channel_close(&self->a);
	EXPECT_EQ(SLOTS - 1, ion_pop_from(&self->b, 0, SLOTS));
	ion_kick(self->b.fd);
	EXPECT_TRUE(ended(&self->b));
}

/* Packets that the survivor sent arrive nowhere; it may still be reset. */
TEST_F(pair_end, a_survivor_with_unsent_packets_may_reset)
{
	ion_fill(&self->b);
	channel_close(&self->a);
	EXPECT_TRUE(ended(&self->b));
	EXPECT_LE(0, ion_reset(self->b.fd));
	EXPECT_TRUE(ended(&self->b));
}

static int sleep_poll(struct task *task)
{
	return ion_poll_for(task->ch->fd, POLLIN, 2 * LONG_MS);
}

static int sleep_read(struct task *task)
{
	struct ion_packet packet;

	return read(task->ch->fd, &packet, sizeof(packet));
}

static int sleep_write(struct task *task)
{
	struct ion_packet packet = { 0 };
	int ret;

	do
		ret = write(task->ch->fd, &packet, sizeof(packet));
	while (ret > 0);
	return -errno;
}

static int sleep_wait(struct task *task)
{
	__u64 left = ION_WAIT_FOREVER;

	return ion_wait_for(task->ch->fd, 1, 1, &left);
}

static int sleep_lent(struct task *task)
{
	return ion_lend(task->ch->fd, NO_SPIN, 0);
}

static const struct {
	int (*run)(struct task *task);
	int ret;
} sleeps[] = {
	{ sleep_poll, POLLHUP }, { sleep_read, 0 },
	{ sleep_write, -EPIPE }, { sleep_wait, -EPIPE },
	{ sleep_lent, -EPIPE },
};

TEST_F(pair_end, the_end_wakes_every_sleeper)
{
	struct task tasks[ARRAY_SIZE(sleeps)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sleeps); i++) {
		task_start(&tasks[i], sleeps[i].run, &self->b, 0, 0);
		ASSERT_TRUE(task_sleeps(&tasks[i]));
	}
	channel_close(&self->a);
	for (i = 0; i < ARRAY_SIZE(sleeps); i++) {
		EXPECT_EQ(sleeps[i].ret, task_join(&tasks[i]))
		TH_LOG("sleeper %u", i);
	}
	EXPECT_TRUE(ended(&self->b));
}

static int sleep_for_five(struct task *task)
{
	__u64 left = LONG_MS * MS;

	return ion_wait_for(task->ch->fd, 5, 0, &left);
}

/* No kick came for the last packets: the close handles them. */
TEST_F(pair_end, the_end_wakes_for_the_last_packets)
{
	struct task sleeper;

	task_start(&sleeper, sleep_for_five, &self->b, 0, 0);
	ASSERT_TRUE(task_sleeps(&sleeper));
	EXPECT_EQ(5, ion_push_from(&self->a, 0, 5));
	channel_close(&self->a);
	EXPECT_EQ(0, task_join(&sleeper));
	EXPECT_EQ(5, ion_pop_from(&self->b, 0, 9));
}

TEST_F(pair_end, the_end_signals_the_eventfd)
{
	int event = eventfd(0, EFD_NONBLOCK);

	ASSERT_EQ(0, ion_set_eventfd(self->b.fd, event));
	ion_end_sleep(&self->b.rx.end);
	channel_close(&self->a);
	EXPECT_EQ(POLLIN, ion_poll_for(event, POLLIN, LONG_MS));
	close(event);
}

TEST_F(pair_end, the_end_returns_a_busy_lent_thread)
{
	struct task server;

	ASSERT_TRUE(server_start(&server, &self->b, SPIN, 0));
	EXPECT_EQ(5, ion_push_from(&self->a, 0, 5));
	channel_close(&self->a);
	EXPECT_EQ(-EPIPE, task_join(&server));
	EXPECT_EQ(5, ion_pop_from(&self->b, 0, 9));
	EXPECT_TRUE(ended(&self->b));
}

/*
 * Both close at the same time, again and again: neither may wait for the other.
 */
static int close_task(struct task *task)
{
	channel_close(task->ch);
	return 0;
}

TEST_F(pair_end, both_peers_close_at_once)
{
	struct channel ch[2];
	struct task task;
	int round;

	for (round = 0; round < 30; round++) {
		ASSERT_EQ(0, pair_open(&ch[0], &ch[1], variant->layout, SLOTS));
		ion_push_from(&ch[0], 0, 15);
		ion_push_from(&ch[1], 0, 15);
		task_start(&task, close_task, &ch[0], 0, 0);
		channel_close(&ch[1]);
		ASSERT_EQ(0, task_join(&task));
	}
	EXPECT_TRUE(usage_returns_to(&(struct usage){
		.channels = self->before.channels + 2,
		.bytes = self->before.bytes + 2 * self->a.info.bytes,
	}));
}

/* Publish numbers as fast as possible; @number_sent counts them. */
static void send_until_killed(struct channel *ch, volatile __u64 *number_sent,
			      bool lent)
{
	struct task server;
	__u64 sent = 0;
	__u32 n;

	if (lent)
		task_start(&server, task_serve, ch, 1000, 0);
	for (;;) {
		n = ion_push_from(ch, sent, 1 + sent % 5);
		sent += n;
		WRITE_ONCE(*number_sent, sent);
		if (!lent && (!n || sent % 3 == 0))
			ion_kick(ch->fd);
	}
}

/* Receive all packets until the end; return how many, or the fault. */
static __s64 get_until_the_end(struct channel *ch)
{
	struct ion_packet packets[SLOTS];
	__s64 got = 0;
	ssize_t n, i;

	for (;;) {
		n = read(ch->fd, packets, sizeof(packets));
		if (n <= 0)
			return n ? -errno : got;
		for (i = 0; i < n / (ssize_t)sizeof(*packets); i++)
			if (!ion_packet_is(&packets[i], got++))
				return -ERANGE;
	}
}

static int kill_later(struct task *task)
{
	sleep_ns(task->arg[1]);
	return kill((pid_t)task->arg[0], SIGKILL);
}

/* Only the child has the channel: its death closes it. */
static pid_t start_sender(int socket, __u32 layout, volatile __u64 *number_sent,
			  bool lent)
{
	struct channel ch;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (pair_open_one(&ch, layout, SLOTS, "killed"))
		_exit(1);
	if (write(socket, "", 1) != 1)
		_exit(2);
	send_until_killed(&ch, number_sent, lent);
	_exit(3);
}

TEST_F_TIMEOUT(pair_end, sigkill_at_any_point_loses_no_packet, 60)
{
	volatile __u64 *number_sent = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	__u64 seed = options.seed;
	struct channel ch;
	struct task killer;
	int round, pipes[2];
	__s64 got;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(pipes));
	for (round = 0; round < 40; round++) {
		*number_sent = 0;
		pid = start_sender(pipes[1], variant->layout, number_sent,
				   round & 1);
		ASSERT_LT(0, pid);
		ASSERT_EQ(1, read(pipes[0], &byte, 1));
		ASSERT_EQ(0,
			  pair_open_one(&ch, variant->layout, SLOTS, "killed"));
		task_start(&killer, kill_later, &ch, pid,
			   random_next(&seed) % (10 * MS));
		got = get_until_the_end(&ch);
		EXPECT_EQ(0, task_join(&killer));
		EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
		/*
		 * It may have died before it stored the number of its last
		 * packet.
		 */
		EXPECT_LE(*number_sent, got);
		EXPECT_GE(*number_sent + 5, got);
		EXPECT_TRUE(ended(&ch));
		channel_close(&ch);
	}
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN_OPTIONS(&options)
