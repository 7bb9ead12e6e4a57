// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processes that share memory through the service "direct", with sleepers and wakers
 * at random at both ends of all rings, and every way to wait. Every packet must arrive,
 * once and in order, and no thread may sleep while work is queued.
 */
#include <sys/prctl.h>

#include "direct_test.h"
#include "stress.h"

#define SIDES 2

static const __u32 sizes[] = { 2, 8, 64 };

/* The choices of the command line; -1: random. */
static struct {
	long way;
	long slots;
} only = { -1, -1 };

/**
 * struct rounds - memory that both processes share
 * @side: the channel of each process, with its workers
 * @joined: the second process has its channel
 * @over: the second process must return
 */
struct rounds {
	struct round side[SIDES];
	bool joined;
	bool over;
};

static struct rounds *both;

static void round_print(unsigned int number)
{
	unsigned int side, id;

	printf("# round %u: %u slots", number,
	       both->side[0].ch.info.ring[0].nr_slots);
	for (side = 0; side < SIDES; side++)
		for (id = 0; id < ION_RINGS; id++) {
			const struct worker *w = &both->side[side].worker[id];

			printf(", %s by %s%s", ring_names[id],
			       way_names[w->way], w->counts ? " counts" : "");
		}
	printf("\n");
	fflush(stdout);
}

/* The words of the first process: those of its peer are read-only to it. */
static void print_words(void)
{
	struct round *r = &both->side[0];
	unsigned int side, id;

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring_words words = channel_words(&r->ch, id);

		printf("# %s: head %u tail %u producer %u+%u consumer %u+%u\n",
		       ring_names[id], READ_ONCE(*words.head),
		       READ_ONCE(*words.tail), READ_ONCE(*words.producer_wake),
		       READ_ONCE(*words.producer_wake_kernel),
		       READ_ONCE(*words.consumer_wake),
		       READ_ONCE(*words.consumer_wake_kernel));
	}
	for (side = 0; side < SIDES; side++)
		for (id = 0; id < ION_RINGS; id++) {
			struct worker *w = &both->side[side].worker[id];

			printf("# %u: %s by %s: %llu packets, %llu waits, %llu kicks, %s%s\n",
			       side, ring_names[id], way_names[w->way],
			       READ_ONCE(w->count), READ_ONCE(w->waits),
			       READ_ONCE(w->kicks),
			       READ_ONCE(w->done) ? "done " : "",
			       w->error ?: "");
		}
}

/* A thread may sleep forever, so the program ends here. */
static void round_fail(unsigned int number, const char *what, const char *where)
{
	printf("# seed %llu\n", long_test.options.seed);
	round_print(number);
	print_words();
	long_test_stop("round %u: %s: %s", number, where, what);
}

static const char *side_open(struct round *r, __u32 slots)
{
	r->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->eventfd < 0 || direct_open_one(&r->ch, slots, 0, 0) ||
	    ion_set_eventfd(r->ch.fd, r->eventfd))
		return "no channel";
	return NULL;
}

static const char *side_start(struct round *r)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (pthread_create(&r->worker[id].thread, NULL, worker_main,
				   &r->worker[id]))
			return "no thread";
	return NULL;
}

static void side_stop(struct round *r)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		pthread_join(r->worker[id].thread, NULL);
}

static void side_close(struct round *r)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (r->worker[id].fd > 0)
			close(r->worker[id].fd);
	close(r->eventfd);
	channel_close(&r->ch);
}

/* The second process: what it says of an error is in its first worker. */
static void second_process(__u32 slots)
{
	struct round *r = &both->side[1];
	const char *why;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	why = side_open(r, slots);
	if (why) {
		WRITE_ONCE(r->worker[0].error, why);
		/* Pairs with the acquire in round_watch(). */
		smp_store_release(&r->worker[0].done, true);
		_exit(1);
	}
	/* The channel is there before the first process sees it. */
	smp_store_release(&both->joined, true);
	why = side_start(r);
	if (why)
		_exit(1);
	side_stop(r);
	while (!READ_ONCE(both->over))
		sleep_ns(MS);
	side_close(r);
	_exit(0);
}

/* In half of the rounds all wait in one way. */
static void round_choose(__u64 *random)
{
	unsigned int side, id, way = random_below(random, 2 * WAYS);
	bool windows = random_below(random, 2);

	if (only.way >= 0)
		way = only.way;
	for (side = 0; side < SIDES; side++)
		for (id = 0; id < ION_RINGS; id++) {
			struct worker *w = &both->side[side].worker[id];
			unsigned int own = random_below(random, WAYS);

			w->round = &both->side[side];
			w->ring = id;
			w->sink = &both->side[!side].worker[id | 1];
			w->way = worker_way(w, way < WAYS ? way : own);
			/* The peer does not kick for a program that sets no flag. */
			if (w->way == WAY_SIGIO)
				w->way = WAY_POLL;
			w->counts = random_below(random, 2);
			w->random = random_next(random);
			w->batch = 1 + random_below(random, 80);
			w->window = windows ? 1 + random_below(random, 3) : 0;
			w->naps = random_below(random, 3)
					  ? 1U << random_below(random, 7)
					  : 0;
		}
}

/* Wait until all are done; a worker without progress for too long is stuck. */
static void round_watch(unsigned int number)
{
	__u64 moved[SIDES][ION_RINGS], count[SIDES][ION_RINGS] = {};
	__u64 now = now_ns();
	unsigned int side, id, left;

	for (side = 0; side < SIDES; side++)
		for (id = 0; id < ION_RINGS; id++)
			moved[side][id] = now;
	do {
		sleep_ns(2 * MS);
		now = now_ns();
		left = 0;
		for (side = 0; side < SIDES; side++)
			for (id = 0; id < ION_RINGS; id++) {
				struct worker *w = &both->side[side].worker[id];
				/* Pairs with the release in worker_main(). */
				bool done = smp_load_acquire(&w->done);

				if (done && w->error)
					round_fail(number, w->error,
						   ring_names[id]);
				if (count[side][id] != READ_ONCE(w->count))
					moved[side][id] = now;
				count[side][id] = READ_ONCE(w->count);
				left += !done;
				if (!done &&
				    now - moved[side][id] >
					    long_test.options.stuck_s * SECOND)
					round_fail(number, "no progress",
						   ring_names[id]);
			}
	} while (left);
}

static void round_check(unsigned int number)
{
	struct ion_stats stats;
	unsigned int side, id;

	if (ion_get_stats(both->side[0].ch.fd, &stats))
		round_fail(number, "no statistics", "all");
	for (id = 0; id < ION_RINGS; id++)
		if (stats.ring[id].queued || stats.ring[id].poison)
			round_fail(number, "something is left", ring_names[id]);
	for (side = 0; side < SIDES; side++)
		for (id = 0; id < ION_RINGS; id += 2) {
			const struct worker *w = &both->side[side].worker[id];

			if (w->count != w->sink->count)
				round_fail(number, "the counts are wrong",
					   ring_names[id]);
		}
}

static void round_run(unsigned int number, __u64 *random)
{
	__u32 slots = sizes[random_below(random, ARRAY_SIZE(sizes))];
	struct usage before = usage_now();
	struct round *r = &both->side[0];
	const char *why;
	int status;
	pid_t pid;

	memset(both, 0, sizeof(*both));
	if (only.slots >= 0)
		slots = (__u32)only.slots;
	round_choose(random);
	r->stop_ns = now_ns() + (20 + random_below(random, 130)) * MS;
	both->side[1].stop_ns = r->stop_ns;
	why = side_open(r, slots);
	if (why)
		ksft_exit_fail_msg("%s: %s\n", why, strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ksft_exit_fail_msg("no process\n");
	if (!pid) {
		/* It is a second user of the channel, and never the last one. */
		close(r->ch.fd);
		second_process(slots);
	}
	if (long_test.options.verbose)
		round_print(number);
	why = side_start(r);
	if (why)
		round_fail(number, why, "all");
	round_watch(number);
	side_stop(r);
	round_check(number);
	WRITE_ONCE(both->over, true);
	if (waitpid(pid, &status, 0) != pid || status)
		round_fail(number, "the second process failed", "all");
	side_close(r);
	if (!usage_returns_to(&before))
		round_fail(number, "a channel or a byte is left", "all");
}

static void run(void)
{
	__u64 until = now_ns() + (__u64)(long_test.options.seconds * SECOND);
	__u64 packets = 0, waits = 0, kicks = 0;
	__u64 random = long_test.options.seed;
	unsigned int number = 0, side, id;

	both = mmap(NULL, sizeof(*both), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (both == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	while (now_ns() < until) {
		round_run(number, &random);
		for (side = 0; side < SIDES; side++)
			for (id = 0; id < ION_RINGS; id++) {
				const struct worker *w =
					&both->side[side].worker[id];

				packets += id & 1 ? w->count : 0;
				waits += w->waits;
				kicks += w->kicks;
			}
		number++;
	}
	printf("# seed %llu: %u rounds, %llu packets, %llu waits, %llu kicks\n",
	       long_test.options.seed, number, packets, waits, kicks);
	long_test_result(true, "none lost, none twice, none left asleep");
}

static const struct test_option own[] = {
	{
		.name = "wait",
		.value = "W",
		.help = "wait only in that way",
		.choices = way_names,
		.number = &only.way,
	},
	{
		.name = "slots",
		.value = "N",
		.help = "slots of each ring (default: 2, 8 or 64)",
		.least = ION_SLOTS_MIN,
		.most = ION_SLOTS_MAX,
		.number = &only.slots,
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
		.seconds = 3,
		.stuck_s = 10,
	},
	.results = results,
	.run = run,
	.log_clean = ion_kernel_log_clean,
};
