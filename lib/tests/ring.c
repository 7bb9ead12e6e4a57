// SPDX-License-Identifier: MIT
/*
 * Tests of the inline calls on plain memory, in both layouts: the two sides are
 * one thread, two threads or two processes.
 */
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "check.h"
#include "ionchannel.h"

#define SLOTS	 16
#define PACKETS	 20000U
#define BYTES	 65536
#define ONE_RING 4096

/* Two channels that face each other: each pops the packets of the other. */
struct pair {
	char *memory;
	struct ionc_channel a;
	struct ionc_channel b;
};

static struct ion_ring_words words_of(char *memory, unsigned int id, bool split)
{
	struct ion_ring_words words =
		ion_ring_words_compact(memory + id * ONE_RING, SLOTS);
	char *away = memory + 4 * ONE_RING;

	if (!split)
		return words;
	/* The words of the two sides on pages of their own. */
	words.head = (__u32 *)(void *)(away + id * 128);
	words.producer_wake = (__u16 *)(void *)(away + id * 128 + 8);
	words.tail = (__u32 *)(void *)(away + ONE_RING + id * 128);
	words.consumer_wake = (__u16 *)(void *)(away + ONE_RING + id * 128 + 8);
	words.producer_wake_kernel = NULL;
	words.consumer_wake_kernel = NULL;
	words.slots = memory + id * ONE_RING;
	return words;
}

/* As ionc_open() does: the aligned words in which the flags of the other end are. */
static void set_asleep(struct ionc_channel *ch)
{
	const struct ion_end *const end[ION_RINGS] = { &ch->tx.end, &ch->rx.end,
						       &ch->cmd.end,
						       &ch->evt.end };
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		ch->asleep[id] = (const __u32 *)((size_t)end[id]->peer_wake &
						 ~(sizeof(__u32) - 1));
}

static void pair_begin(struct pair *pair, bool split)
{
	struct ion_ring_words words[ION_RINGS];
	unsigned int id;

	memset(pair, 0, sizeof(*pair));
	pair->memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pair->memory == MAP_FAILED)
		abort();
	for (id = 0; id < ION_RINGS; id++)
		words[id] = words_of(pair->memory, id, split);
	ion_producer_attach_words(&pair->a.tx, &words[0]);
	ion_consumer_attach_words(&pair->a.rx, &words[1]);
	ion_producer_attach_words(&pair->a.cmd, &words[2]);
	ion_consumer_attach_words(&pair->a.evt, &words[3]);
	ion_consumer_attach_words(&pair->b.rx, &words[0]);
	ion_producer_attach_words(&pair->b.tx, &words[1]);
	ion_consumer_attach_words(&pair->b.evt, &words[2]);
	ion_producer_attach_words(&pair->b.cmd, &words[3]);
	set_asleep(&pair->a);
	set_asleep(&pair->b);
}

static void pair_end(struct pair *pair)
{
	munmap(pair->memory, BYTES);
}

static struct ion_packet packet_of(__u32 n)
{
	struct ion_packet packet = { 0 };

	packet.data = ~(__u64)n;
	packet.phys = n * 0x9e3779b97f4a7c15ULL;
	packet.len = (__u16)n;
	packet.id = (__u16)(n >> 3);
	packet.pad = n;
	return packet;
}

static bool is_packet(const struct ion_packet *packet, __u32 n)
{
	struct ion_packet want = packet_of(n);

	return packet->data == want.data && packet->phys == want.phys &&
	       packet->len == want.len && packet->id == want.id &&
	       packet->pad == want.pad;
}

static struct ion_cmd_packet cmd_of(__u32 n)
{
	struct ion_cmd_packet cmd = { 0 };

	cmd.kind = n;
	cmd.arg = ~(__u64)n;
	cmd.id_lo = n + 1;
	cmd.id_hi = n + 2;
	return cmd;
}

static bool is_cmd(const struct ion_cmd_packet *cmd, __u32 n)
{
	struct ion_cmd_packet want = cmd_of(n);

	return cmd->kind == want.kind && cmd->arg == want.arg &&
	       cmd->id_lo == want.id_lo && cmd->id_hi == want.id_hi;
}

/* ---- one thread -------------------------------------------------------- */

static void one_by_one(struct pair *pair)
{
	struct ion_packet packet;
	__u32 n;

	CHECK(!ionc_pop(&pair->b, &packet));
	for (n = 0; n < SLOTS - 1; n++) {
		packet = packet_of(n);
		CHECK(ionc_push(&pair->a, &packet));
	}
	CHECK(!ionc_push(&pair->a, &packet));
	for (n = 0; n < SLOTS - 1; n++)
		CHECK(ionc_pop(&pair->b, &packet) && is_packet(&packet, n));
	CHECK(!ionc_pop(&pair->b, &packet));
}

static void batches(struct pair *pair)
{
	struct ion_packet packets[SLOTS];
	__u32 i, round, count;

	for (round = 0; round < 40; round++) {
		count = round % (SLOTS - 1) + 1;
		for (i = 0; i < SLOTS; i++)
			packets[i] = packet_of(round + i);
		CHECK_EQ(count, ionc_push_n(&pair->a, packets, count));
		memset(packets, 0, sizeof(packets));
		CHECK_EQ(count, ionc_pop_n(&pair->b, packets, SLOTS));
		for (i = 0; i < count; i++)
			CHECK(is_packet(&packets[i], round + i));
	}
}

static void in_place(struct pair *pair)
{
	__u32 i, round;

	for (round = 0; round < 40; round++) {
		CHECK_EQ(5, ionc_reserve(&pair->a, 5));
		for (i = 0; i < 5; i++)
			*ionc_slot(&pair->a, i) = packet_of(round + i);
		CHECK_EQ(0, ionc_peek(&pair->b, 1));
		ionc_commit(&pair->a, 5);
		CHECK_EQ(5, ionc_peek(&pair->b, SLOTS));
		for (i = 0; i < 5; i++)
			CHECK(is_packet(ionc_peeked(&pair->b, i), round + i));
		ionc_release(&pair->b, 5);
		CHECK_EQ(0, ionc_peek(&pair->b, 1));
	}
}

static void commands(struct pair *pair)
{
	struct ion_cmd_packet cmd, cmds[SLOTS];
	__u32 i, round;

	for (round = 0; round < 40; round++) {
		cmd = cmd_of(round);
		CHECK(ionc_push_cmd(&pair->a, &cmd));
		for (i = 0; i < 3; i++)
			cmds[i] = cmd_of(round + 1 + i);
		CHECK_EQ(3, ionc_push_cmd_n(&pair->a, cmds, 3));
		CHECK_EQ(2, ionc_reserve_cmd(&pair->a, 2));
		*ionc_slot_cmd(&pair->a, 0) = cmd_of(round + 4);
		*ionc_slot_cmd(&pair->a, 1) = cmd_of(round + 5);
		ionc_commit_cmd(&pair->a, 2);

		CHECK(ionc_pop_evt(&pair->b, &cmd) && is_cmd(&cmd, round));
		CHECK_EQ(2, ionc_peek_evt(&pair->b, 2));
		CHECK(is_cmd(ionc_peeked_evt(&pair->b, 1), round + 2));
		ionc_release_evt(&pair->b, 2);
		CHECK_EQ(3, ionc_pop_evt_n(&pair->b, cmds, SLOTS));
		for (i = 0; i < 3; i++)
			CHECK(is_cmd(&cmds[i], round + 3 + i));
	}
	CHECK(!ionc_pop_evt(&pair->b, &cmd));
}

/* Both sides run the same code, so either may stand for the kernel end. */
static void kicks(struct pair *pair)
{
	struct ion_packet packet = packet_of(0);
	__u32 i;

	CHECK(!ionc_needs_kick(&pair->a));
	ion_end_sleep(&pair->b.rx.end);
	CHECK(!ionc_needs_kick(&pair->a));
	CHECK(ionc_push(&pair->a, &packet));
	CHECK(ionc_needs_kick(&pair->a));
	ion_end_awake(&pair->b.rx.end);
	CHECK(!ionc_needs_kick(&pair->a));
	CHECK(ionc_pop(&pair->b, &packet));

	/* The other side wants room: there is none before the first pop. */
	for (i = 0; i < SLOTS - 1; i++)
		CHECK(ionc_push(&pair->b, &packet));
	ion_end_sleep(&pair->b.tx.end);
	CHECK(!ionc_needs_kick(&pair->a));
	CHECK(ionc_pop(&pair->a, &packet));
	CHECK(ionc_needs_kick(&pair->a));
	ion_end_awake(&pair->b.tx.end);
	CHECK(!ionc_needs_kick(&pair->a));
	while (ionc_pop(&pair->a, &packet))
		;
}

/* ---- two threads or processes ------------------------------------------ */

static void *producer(void *arg)
{
	struct ionc_channel *ch = arg;
	struct ion_packet packets[8];
	__u32 sent = 0, i, n, count;

	while (sent < PACKETS) {
		count = sent % 8 + 1;
		count = count < PACKETS - sent ? count : PACKETS - sent;
		for (i = 0; i < count; i++)
			packets[i] = packet_of(sent + i);
		if (count == 1)
			n = ionc_push(ch, packets);
		else
			n = ionc_push_n(ch, packets, count);
		if (!n)
			sched_yield();
		sent += n;
	}
	return NULL;
}

static bool consume(struct ionc_channel *ch)
{
	struct ion_packet packets[8];
	__u32 came = 0, i, n;

	while (came < PACKETS) {
		if (came % 3) {
			n = ionc_pop_n(ch, packets, came % 8 + 1);
		} else {
			n = ionc_peek(ch, 1);
			if (n)
				packets[0] = *ionc_peeked(ch, 0);
			ionc_release(ch, n);
		}
		for (i = 0; i < n; i++)
			if (!is_packet(&packets[i], came + i))
				return false;
		if (!n)
			sched_yield();
		came += n;
	}
	return true;
}

static void two_threads(struct pair *pair)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, producer, &pair->a))
		abort();
	CHECK(consume(&pair->b));
	pthread_join(thread, NULL);
}

static void two_processes(struct pair *pair)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(60);
		producer(&pair->a);
		_exit(0);
	}
	CHECK(consume(&pair->b));
	CHECK_EQ(pid, waitpid(pid, &status, 0));
	CHECK_EQ(0, status);
}

static void in_both_layouts(void (*run)(struct pair *pair))
{
	struct pair *pair = aligned_alloc(alignof(struct pair), sizeof(*pair));
	int split;

	if (!pair)
		abort();
	for (split = 0; split < 2; split++) {
		pair_begin(pair, split);
		run(pair);
		pair_end(pair);
	}
	free(pair);
}

#define BOTH(name)                       \
	static void name##_of_both(void) \
	{                                \
		in_both_layouts(name);   \
	}

BOTH(one_by_one)
BOTH(batches)
BOTH(in_place)
BOTH(commands)
BOTH(kicks)
BOTH(two_threads)
BOTH(two_processes)

int main(void)
{
	static const struct check checks[] = {
		{ "packets one by one", one_by_one_of_both },
		{ "packets in batches", batches_of_both },
		{ "packets in place", in_place_of_both },
		{ "commands and answers", commands_of_both },
		{ "when a kick is needed", kicks_of_both },
		{ "two threads", two_threads_of_both },
		{ "two processes", two_processes_of_both },
		{ NULL, NULL },
	};

	return check_all(checks);
}
