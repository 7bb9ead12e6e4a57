// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two programs that share memory through the service "direct", of which one obeys no rule,
 * or neither does: they overwrite all words that they may write, indices, masks and both
 * halves of the wake flags, and their slots, and kick, at random. Meanwhile a victim makes
 * every call. Nothing may hang, each call returns a result that is allowed, an uninvolved
 * link moves its packets, and once the words are right again the channels work.
 */
#include "direct_hostile.h"
#include "long_test.h"

#define CALLERS 3

/**
 * struct hostile - a round
 * @ch: the victim's channel
 * @peer: the one of the hostile program
 * @calm: the two channels of a link with which nothing is wrong
 * @both: the victim's program overwrites its words too
 * @over: all threads must return
 * @calls: how many calls were made
 * @refused: how many of them returned EPROTO
 */
struct hostile {
	struct channel ch;
	struct channel peer;
	struct channel calm[2];
	bool both;
	bool over;
	__u64 calls;
	__u64 refused;
};

static struct hostile hostile;

static int scribble_on(struct task *task)
{
	__u64 random = task->arg[0];

	while (!READ_ONCE(hostile.over)) {
		hostile_scribble(task->ch, &random);
		if (!random_below(&random, 64))
			sched_yield();
	}
	return 0;
}

static int call_on(struct task *task)
{
	__u64 random = task->arg[0];
	int ret;

	while (!READ_ONCE(hostile.over)) {
		ret = victim_call(task->ch, &random);
		if (!victim_may_get(ret))
			return ret;
		__atomic_fetch_add(&hostile.calls, 1, __ATOMIC_RELAXED);
		if (ret == -EPROTO)
			__atomic_fetch_add(&hostile.refused, 1,
					   __ATOMIC_RELAXED);
	}
	return 0;
}

/* Packets of the other link arrive, asleep and awake. */
static int calm_sends(struct task *task)
{
	__u64 sent = 0;

	while (!READ_ONCE(hostile.over) || !sent) {
		sent += ion_push_from(task->ch, sent, 1);
		if (ion_end_peer_sleeps(&task->ch->tx.end))
			ion_kick(task->ch->fd);
	}
	return 0;
}

static int calm_gets(struct task *task)
{
	__u64 got = 0, timeout;
	int n, ret;

	while (!READ_ONCE(hostile.over) || !got) {
		timeout = LONG_MS * MS;
		ret = ion_wait_for(task->ch->fd, 1, 0, &timeout);
		if (ret)
			return READ_ONCE(hostile.over) ? 0 : ret;
		n = ion_pop_from(task->ch, got, HOSTILE_SLOTS);
		if (n < 0)
			return -EBADMSG;
		got += n;
		if (ion_end_peer_sleeps(&task->ch->rx.end))
			ion_kick(task->ch->fd);
	}
	return 0;
}

static void round_open(struct hostile *h, __u64 *random)
{
	memset(h, 0, sizeof(*h));
	h->both = random_below(random, 2);
	if (direct_open_arena(&h->ch, &h->peer, HOSTILE_SLOTS, HOSTILE_BUFFERS,
			      4096) ||
	    direct_open(&h->calm[0], &h->calm[1], HOSTILE_SLOTS))
		ksft_exit_fail_msg("no channels: %s\n", strerror(errno));
}

static void round_close(struct hostile *h)
{
	channel_close(&h->ch);
	channel_close(&h->peer);
	channel_close(&h->calm[0]);
	channel_close(&h->calm[1]);
}

static bool round_works(struct hostile *h)
{
	hostile_repair(&h->ch);
	hostile_repair(&h->peer);
	return direct_crosses(&h->ch, &h->peer, 1) &&
	       direct_crosses(&h->peer, &h->ch, 2) &&
	       ion_poll_for(h->ch.fd, POLLIN | POLLOUT, 0) == POLLOUT &&
	       !ion_kick(h->ch.fd);
}

static void round_run(unsigned int number, __u64 *random)
{
	struct task caller[CALLERS], peer[2], own, sends, gets;
	struct hostile *h = &hostile;
	unsigned int i;
	int ret = 0;

	round_open(h, random);
	task_start(&sends, calm_sends, &h->calm[0], 0, 0);
	task_start(&gets, calm_gets, &h->calm[1], 0, 0);
	for (i = 0; i < ARRAY_SIZE(peer); i++)
		task_start(&peer[i], scribble_on, &h->peer, random_next(random),
			   0);
	if (h->both)
		task_start(&own, scribble_on, &h->ch, random_next(random), 0);
	for (i = 0; i < CALLERS; i++)
		task_start(&caller[i], call_on, &h->ch, random_next(random), 0);
	sleep_ns((100 + random_below(random, 400)) * MS);
	WRITE_ONCE(h->over, true);
	for (i = 0; i < CALLERS; i++)
		ret = victim_end(&caller[i]) ?: ret;
	for (i = 0; i < ARRAY_SIZE(peer); i++)
		ret = victim_end(&peer[i]) ?: ret;
	if (h->both)
		ret = victim_end(&own) ?: ret;
	if (ret)
		long_test_stop("round %u: a call returned %d (%s)", number, ret,
			       strerror(-ret));
	ret = victim_end(&sends);
	ret = victim_end(&gets) ?: ret;
	if (ret && ret != -EINTR)
		long_test_stop("round %u: the other link: %d", number, ret);
	if (!round_works(h))
		long_test_stop("round %u: the channels do not work again",
			       number);
}

static void run(void)
{
	__u64 until = now_ns() + (__u64)(long_test.options.seconds * SECOND);
	__u64 random = long_test.options.seed, calls = 0, refused = 0;
	struct usage before = usage_now();
	unsigned int number = 0;

	task_handle_signal(0);
	while (now_ns() < until) {
		round_run(number, &random);
		calls += hostile.calls;
		refused += hostile.refused;
		round_close(&hostile);
		if (!usage_returns_to(&before))
			long_test_stop("round %u: something is left", number);
		number++;
	}
	printf("# seed %llu: %u rounds, %llu calls, %llu of them EPROTO\n",
	       long_test.options.seed, number, calls, refused);
	long_test_result(true, "nothing hangs, and nobody else is disturbed");
}

static unsigned int results(void)
{
	return 1;
}

struct long_test long_test = {
	.options = {
		.shared = TEST_SECONDS | TEST_SEED,
		.seconds = 3,
	},
	.results = results,
	.run = run,
	.log_clean = ion_kernel_log_clean,
};
