// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two programs that share memory through the service "direct", of which one obeys no rule,
 * or neither does: they overwrite all words that they may write, indices, masks and both
 * halves of the wake flags, and their slots, and kick, at random. Meanwhile a victim makes
 * every call. Nothing may hang, each call returns a result that is allowed, an uninvolved
 * link moves its packets, and once the words are right again the channels work.
 */
#include <sys/prctl.h>

#include "direct_test.h"
#include "long_test.h"

#define SLOTS	8
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

/* Overwrite words of the program's page, and slots. */
static void scribble(struct channel *ch, __u64 *random)
{
	unsigned int id = random_below(random, ION_RINGS);
	__u64 x = random_next(random);
	struct ion_packet packet;
	unsigned int i;

	switch (x % 8) {
	case 0:
		WRITE_ONCE(*user_index(ch, id), (__u32)(x >> 32));
		break;
	case 1:
	case 2:
		WRITE_ONCE(*user_index(ch, id), (x >> 32) % SLOTS);
		break;
	case 3:
		WRITE_ONCE(*direct_half(ch, id), (__u16)(x >> 32));
		break;
	case 4:
		WRITE_ONCE(*direct_half(ch, id), (x >> 32) % SLOTS);
		break;
	case 5:
		/* The mask and both halves are in the words after the index. */
		WRITE_ONCE(user_index(ch, id)[1 + x / 8 % 2], (__u32)(x >> 32));
		break;
	case 6:
		for (i = 0; i < sizeof(packet) / 8; i++)
			((__u64 *)&packet)[i] = random_next(random);
		memcpy(channel_slot(ch, x & 16 ? ION_RING_TX : ION_RING_CMD,
				    (x >> 8) % SLOTS),
		       &packet, sizeof(packet));
		break;
	default:
		ion_kick(ch->fd);
	}
}

static int scribble_on(struct task *task)
{
	__u64 random = task->arg[0];

	while (!READ_ONCE(hostile.over)) {
		scribble(task->ch, &random);
		if (!random_below(&random, 64))
			sched_yield();
	}
	return 0;
}

static int get_fdinfo(int fd)
{
	char path[64], text[4096];
	int ret;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	ret = ion_read_text(path, text, sizeof(text));
	return ret < 0 ? ret : 0;
}

static int call_list(void)
{
	static __thread struct ion_list_entry entries[8];
	struct ion_list list = {
		.size = sizeof(list),
		.count = ARRAY_SIZE(entries),
		.entry_size = sizeof(entries[0]),
		.addr = (__u64)(unsigned long)entries,
	};
	int fd = ion_open(O_RDWR), ret;

	ret = ion_call(fd, ION_IOC_LIST, &list);
	close(fd);
	return ret;
}

static int call_wait(int fd, __u64 *random)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = random_below(random, SLOTS),
		.evt = 1 + random_below(random, SLOTS - 1),
		.timeout_ns = random_below(random, 2 * MS),
		.min_wait_ns = random_below(random, MS),
	};

	return ion_call(fd, ION_IOC_WAIT, &wait);
}

static int call_epoll(int fd, __u64 *random)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLPRI |
			  (random_below(random, 2) ? (__u32)EPOLLET : 0),
	};
	int ep = epoll_create1(EPOLL_CLOEXEC), ret;

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	epoll_wait(ep, &event, 1, 0);
	ret = epoll_wait(ep, &event, 1, random_below(random, 3));
	close(ep);
	return ret < 0 ? -errno : 0;
}

static int call_rw(int fd, __u64 *random)
{
	struct ion_packet packets[20] = {};
	struct iovec iov = { packets, sizeof(packets) };
	bool wait = !random_below(random, 16);
	ssize_t n;

	/* A signal ends it, if nothing else does. */
	if (random_below(random, 2))
		n = preadv2(fd, &iov, 1, -1, wait ? 0 : RWF_NOWAIT);
	else
		n = pwritev2(fd, &iov, 1, -1, wait ? 0 : RWF_NOWAIT);
	return n < 0 ? -errno : 0;
}

/* With its argument in the memory that both programs can see. */
static int call_in_shared(const struct channel *ch, __u64 *random)
{
	char *at = channel_at(ch, random_below(random, 2)
					  ? ION_MMAP_ARENA
					  : ION_MMAP_PEER_ARENA);
	static const unsigned long calls[] = {
		ION_IOC_WAIT, ION_IOC_POP,   ION_IOC_PUSH,    ION_IOC_PEEK,
		ION_IOC_INFO, ION_IOC_STATS, ION_IOC_EVENTFD,
	};

	ion_call(ch->fd, calls[random_below(random, ARRAY_SIZE(calls))], at);
	return 0;
}

static int call_once(struct channel *ch, __u64 *random)
{
	struct ion_cmd_packet packets[SLOTS] = {};
	unsigned int id = random_below(random, ION_RINGS);
	struct ion_stats stats;
	int ret;

	switch (random_below(random, 12)) {
	case 0:
		return ion_kick(ch->fd);
	case 1:
		return call_wait(ch->fd, random);
	case 2:
		return ion_poll_for(ch->fd, POLLIN | POLLOUT | POLLPRI,
				    random_below(random, 3));
	case 3:
		return call_epoll(ch->fd, random);
	case 4:
	case 5:
		return call_rw(ch->fd, random);
	case 6:
		return ion_batch(ch->fd,
				 ion_kernel_pushes(id) ? ION_IOC_POP
						       : ION_IOC_PUSH,
				 id, packets, 1 + random_below(random, SLOTS));
	case 7:
		return ion_peek(ch->fd, id, packets, random_below(random, 4),
				SLOTS);
	case 8:
		ret = ion_get_stats(ch->fd, &stats);
		return ret ? ret : stats.ring[id].queued < SLOTS ? 0 : -EBADMSG;
	case 9:
		return get_fdinfo(ch->fd);
	case 10:
		return call_list();
	default:
		return call_in_shared(ch, random);
	}
}

static bool may_return(int ret)
{
	return ret >= 0 || ret == -EAGAIN || ret == -EPROTO || ret == -EINTR ||
	       ret == -ETIME;
}

static int call_on(struct task *task)
{
	__u64 random = task->arg[0];
	int ret;

	while (!READ_ONCE(hostile.over)) {
		ret = call_once(task->ch, &random);
		if (!may_return(ret))
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
		n = ion_pop_from(task->ch, got, SLOTS);
		if (n < 0)
			return -EBADMSG;
		got += n;
		if (ion_end_peer_sleeps(&task->ch->rx.end))
			ion_kick(task->ch->fd);
	}
	return 0;
}

/* Make the words of a program right again: its rings empty, and nobody asleep. */
static void repair(struct channel *ch)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		WRITE_ONCE(*user_index(ch, id), 0);
		WRITE_ONCE(user_index(ch, id)[2], 0);
	}
	channel_attach_live(ch);
}

static void round_open(struct hostile *h, __u64 *random)
{
	memset(h, 0, sizeof(*h));
	h->both = random_below(random, 2);
	if (direct_open_arena(&h->ch, &h->peer, SLOTS, 4, 4096) ||
	    direct_open(&h->calm[0], &h->calm[1], SLOTS))
		ksft_exit_fail_msg("no channels: %s\n", strerror(errno));
}

static void round_close(struct hostile *h)
{
	channel_close(&h->ch);
	channel_close(&h->peer);
	channel_close(&h->calm[0]);
	channel_close(&h->calm[1]);
}

/* A call that waits forever ends with a signal, which may come before it sleeps. */
static int end_task(struct task *task)
{
	__u64 until = now_ns() + 2 * LONG_MS * MS;

	while (!READ_ONCE(task->done) && now_ns() < until) {
		task_signal(task, SIGUSR1);
		sleep_ns(MS);
	}
	return task_join(task);
}

static bool round_works(struct hostile *h)
{
	repair(&h->ch);
	repair(&h->peer);
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
		ret = end_task(&caller[i]) ?: ret;
	for (i = 0; i < ARRAY_SIZE(peer); i++)
		ret = end_task(&peer[i]) ?: ret;
	if (h->both)
		ret = end_task(&own) ?: ret;
	if (ret)
		long_test_stop("round %u: a call returned %d (%s)", number, ret,
			       strerror(-ret));
	ret = end_task(&sends);
	ret = end_task(&gets) ?: ret;
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
