// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sleepers and wakers at both ends of both pairs of rings, with every way
 * to wait, with and without a lent thread. Every packet must arrive, once and in
 * order, and no thread may sleep while work is queued.
 */
#include "stress.h"

static const char *const layout_names[] = {
	[ION_LAYOUT_COMPACT] = "compact",
	[ION_LAYOUT_SPLIT] = "split",
	NULL,
};

/* The choices of the command line; -1: random. */
static struct {
	long layout;
	long way;
	long lend;
} only = { -1, -1, -1 };

/*
 * Lend this thread again and again, for any time and with any idle time. Some
 * stop after a while: the kernel end must go on without them.
 */
static int serve_on(struct task *task)
{
	struct round *r = (struct round *)(unsigned long)task->arg[0];
	__u64 *random = &r->server_random;
	__u64 most = random_below(random, 2) ? ~0ULL : random_below(random, 50);
	int ret;

	while (!READ_ONCE(r->over) && r->serves < most) {
		__u64 idle = 1 + random_below(random, 5000), max = 0;

		switch (random_below(random, 4)) {
		case 0:
			idle = ION_SERVE_NO_SPIN;
			break;
		case 1:
			idle = random_below(random, MS);
			break;
		}
		if (most != ~0ULL || random_below(random, 2))
			max = 1 + random_below(random, 10 * MS);
		ret = ion_lend(r->ch.fd, idle, max);
		if (ret && ret != -EINTR)
			return ret;
		WRITE_ONCE(r->serves, r->serves + 1);
	}
	return 0;
}

/* Read the counters and peek at the rings, without running the kernel end. */
static int observe(struct task *task)
{
	struct round *r = (struct round *)(unsigned long)task->arg[0];
	struct ion_cmd_packet packets[8];
	struct ion_stats stats;
	unsigned int id;
	int ret;

	while (!READ_ONCE(r->over)) {
		ret = ion_get_stats(r->ch.fd, &stats);
		if (!ret && !stats_add_up(&stats))
			return -EBADMSG;
		for (id = 0; !ret && id < ION_RINGS; id++) {
			ret = ion_peek(r->ch.fd, id, packets, 0, 8);
			ret = ret < 0 ? ret : 0;
		}
		if (ret)
			return ret;
		sleep_ns(3 * MS);
	}
	return 0;
}

/* A round */

static void round_print(const struct round *r, unsigned int number)
{
	unsigned int id;

	printf("# round %u: %s,%s", number, layout_names[r->ch.info.layout],
	       r->lend ? " a lent thread," : "");
	for (id = 0; id < ION_RINGS; id++)
		printf(" %s %u slots by %s%s", ring_names[id],
		       r->ch.info.ring[id].nr_slots,
		       way_names[r->worker[id].way],
		       id + 1 < ION_RINGS ? "," : "\n");
	fflush(stdout);
}

static void print_shared(const struct round *r)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring_words words = channel_words(&r->ch, id);
		const struct worker *w = &r->worker[id];

		printf("# %s: head %u tail %u producer_wake %u consumer_wake %u, %s by %s: %llu packets, %llu waits, %llu kicks%s%s\n",
		       ring_names[id], READ_ONCE(*words.head),
		       READ_ONCE(*words.tail), READ_ONCE(*words.producer_wake),
		       READ_ONCE(*words.consumer_wake),
		       READ_ONCE(w->done) ? "done" : "not done",
		       way_names[w->way], READ_ONCE(w->count),
		       READ_ONCE(w->waits), READ_ONCE(w->kicks),
		       w->error ? ": " : "", w->error ?: "");
	}
}

static void print_stats(const struct round *r)
{
	struct ion_stats s;
	char path[64], text[4096], *line, *rest;
	unsigned int id;

	if (!ion_get_stats(r->ch.fd, &s)) {
		printf("# kernel end %u, calls %llu kicks %llu spurious %llu sleeps %llu wakeups %llu signals %llu, lent %llu times\n",
		       s.kernel_end, s.calls, s.kicks, s.kicks_spurious,
		       s.sleeps, s.wakeups, s.signals, READ_ONCE(r->serves));
		for (id = 0; id < ION_RINGS; id++)
			printf("# %s: pushed %llu popped %llu queued %u full %llu poison %u\n",
			       ring_names[id], s.ring[id].pushed,
			       s.ring[id].popped, s.ring[id].queued,
			       s.ring[id].full, s.ring[id].poison);
	}
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", r->ch.fd);
	if (ion_read_text(path, text, sizeof(text)) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		printf("# fdinfo %s\n", line);
}

/* A thread may sleep forever, so the program ends here. */
static void round_fail(const struct round *r, unsigned int number,
		       const char *what, const char *ring)
{
	printf("# seed %llu\n", long_test.options.seed);
	round_print(r, number);
	printf("# %s: %s\n", ring, what);
	print_shared(r);
	print_stats(r);
	long_test_stop("round %u: %s: %s", number, ring, what);
}

static void round_open(struct round *r, __u64 *random)
{
	struct ion_setup setup;
	unsigned int id;

	memset(r, 0, sizeof(*r));
	ion_setup_init(&setup, "");
	setup.layout = only.layout < 0 ? random_below(random, 2)
				       : (__u32)only.layout;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 2U << random_below(random, 11);
	r->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->eventfd < 0 || channel_open_live(&r->ch, &setup) ||
	    ion_set_eventfd(r->ch.fd, r->eventfd))
		ksft_exit_fail_msg("no channel: %s\n", strerror(errno));
	r->lend = only.lend < 0 ? random_below(random, 4) > 0 : only.lend;
	r->server_random = random_next(random);
}

/* In half of the rounds all wait in one way: no other wakes the kernel end. */
static void round_choose(struct round *r, __u64 *random)
{
	unsigned int id, way = random_below(random, 2 * WAYS);
	bool windows = random_below(random, 2);

	if (only.way >= 0)
		way = only.way;
	for (id = 0; id < ION_RINGS; id++) {
		struct worker *w = &r->worker[id];
		unsigned int own = random_below(random, WAYS);

		w->round = r;
		w->ring = id;
		w->sink = &r->worker[id | 1];
		w->way = worker_way(w, way < WAYS ? way : own);
		w->random = random_next(random);
		w->batch = 1 + random_below(random, random_below(random, 2)
							    ? 4
							    : BATCH_MAX);
		w->window = windows ? 1 + random_below(random, 3) : 0;
		w->naps = random_below(random, 3)
				  ? 1U << random_below(random, 7)
				  : 0;
	}
}

static void round_start(struct round *r, __u64 *random)
{
	unsigned int id;

	r->stop_ns = now_ns() + (20 + random_below(random, 130)) * MS;
	if (r->lend)
		task_start(&r->server, serve_on, &r->ch,
			   (__u64)(unsigned long)r, 0);
	task_start(&r->observer, observe, &r->ch, (__u64)(unsigned long)r, 0);
	for (id = 0; id < ION_RINGS; id++)
		if (pthread_create(&r->worker[id].thread, NULL, worker_main,
				   &r->worker[id]))
			ksft_exit_fail_msg("no thread\n");
}

/* Wait until all are done; a worker without progress for too long is stuck. */
static void round_watch(struct round *r, unsigned int number)
{
	__u64 moved[ION_RINGS], count[ION_RINGS] = {};
	unsigned int id, left;

	for (id = 0; id < ION_RINGS; id++)
		moved[id] = now_ns();
	do {
		sleep_ns(2 * MS);
		left = 0;
		for (id = 0; id < ION_RINGS; id++) {
			struct worker *w = &r->worker[id];
			/* Pairs with the release in worker_main(). */
			bool done = smp_load_acquire(&w->done);

			if (done && w->error)
				round_fail(r, number, w->error, ring_names[id]);
			if (count[id] != READ_ONCE(w->count))
				moved[id] = now_ns();
			count[id] = READ_ONCE(w->count);
			left += !done;
			if (!done && now_ns() - moved[id] >
					     long_test.options.stuck_s * SECOND)
				round_fail(r, number, "no progress",
					   ring_names[id]);
		}
	} while (left);
}

static void round_stop(struct round *r, unsigned int number)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		pthread_join(r->worker[id].thread, NULL);
	WRITE_ONCE(r->over, true);
	while (r->lend && !READ_ONCE(r->server.done)) {
		task_signal(&r->server, SIGUSR1);
		sleep_ns(MS);
	}
	if (r->lend && task_join(&r->server))
		round_fail(r, number, "ION_IOC_SERVE failed", "all");
	if (task_join(&r->observer))
		round_fail(r, number, "the counters do not add up", "all");
}

static void round_check(struct round *r, unsigned int number)
{
	struct ion_stats stats;
	unsigned int id;

	if (ion_get_stats(r->ch.fd, &stats))
		round_fail(r, number, "no statistics", "all");
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_stats *s = &stats.ring[id];
		__u64 count = r->worker[id].count;

		if (s->pushed != count || s->popped != count || s->queued ||
		    s->poison || count != r->worker[id & ~1U].count)
			round_fail(r, number, "the counts are wrong",
				   ring_names[id]);
	}
	if (stats.kernel_end != ION_KERNEL_END_SLEEPING)
		round_fail(r, number, "a thread is still lent", "all");
}

static void round_close(struct round *r)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (r->worker[id].fd > 0)
			close(r->worker[id].fd);
	close(r->eventfd);
	channel_close(&r->ch);
}

static void run(void)
{
	__u64 until = now_ns() + (__u64)(long_test.options.seconds * SECOND);
	__u64 packets = 0, waits = 0, kicks = 0,
	      random = long_test.options.seed;
	unsigned int number = 0, id;
	static struct round r;
	sigset_t set;

	/* Only the thread that waits for it takes this signal. */
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	task_handle_signal(0);

	while (now_ns() < until) {
		round_open(&r, &random);
		round_choose(&r, &random);
		if (long_test.options.verbose)
			round_print(&r, number);
		round_start(&r, &random);
		round_watch(&r, number);
		round_stop(&r, number);
		round_check(&r, number);
		for (id = 0; id < ION_RINGS; id++) {
			packets += r.worker[id].count;
			waits += r.worker[id].waits;
			kicks += r.worker[id].kicks;
		}
		round_close(&r);
		number++;
	}
	printf("# seed %llu: %u rounds, %llu packets, %llu waits, %llu kicks\n",
	       long_test.options.seed, number, packets, waits, kicks);
	long_test_result(true, "none lost, none twice, none left asleep");
}

static const struct test_option own[] = {
	{
		.name = "layout",
		.value = "L",
		.help = "use only that layout",
		.choices = layout_names,
		.number = &only.layout,
	},
	{
		.name = "wait",
		.value = "W",
		.help = "wait only in that way",
		.choices = way_names,
		.number = &only.way,
	},
	{
		.name = "lend",
		.value = "0|1",
		.help = "without or with a lent thread (default: either)",
		.least = 0,
		.most = 1,
		.number = &only.lend,
	},
	{ .name = NULL },
};

static unsigned int results(void)
{
	return 1;
}

struct long_test long_test = {
	.options = {
		.shared = TEST_SECONDS | TEST_SEED | TEST_STUCK | TEST_VERBOSE,
		.own = own,
		.seconds = 5,
		.stuck_s = 10,
	},
	.results = results,
	.run = run,
	.log_clean = ion_kernel_log_clean,
};
