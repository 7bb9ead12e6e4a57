// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sleepers and wakers on both ends of both pairs of rings, by every way
 * to wait, with and without a lent thread. Whatever happens, every packet has
 * to come, once and in order, and nobody may sleep with work queued.
 */
#include <getopt.h>

#include "stress_worker.h"

static const char *const layout_names[] = {
	[ION_LAYOUT_COMPACT] = "compact",
	[ION_LAYOUT_SPLIT] = "split",
};

/* What is not given is random. */
static struct {
	double seconds;
	__u64 seed;
	int layout;
	int way;
	int lend;
	unsigned int stuck_s;
	bool verbose;
} options = {
	.seconds = 5,
	.layout = -1,
	.way = -1,
	.lend = -1,
	.stuck_s = 10,
};

/*
 * Lent again and again, for any time and with any idle time. Some go for good:
 * the kernel end is to go on without them.
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

/* Who asks for everything, and runs nothing. */
static int look_on(struct task *task)
{
	struct round *r = (struct round *)(unsigned long)task->arg[0];
	struct ion_cmd_packet packets[8];
	struct ion_stats stats;
	unsigned int id;
	int ret;

	while (!READ_ONCE(r->over)) {
		ret = ion_get_stats(r->ch.fd, &stats);
		for (id = 0; !ret && id < ION_RINGS; id++) {
			const struct ion_ring_stats *s = &stats.ring[id];

			if (s->pushed != s->popped + s->queued + s->discarded)
				return -EBADMSG;
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

/* There is no way out of a sleep that nobody ends. */
static void round_fail(const struct round *r, unsigned int number,
		       const char *what, const char *ring)
{
	printf("# seed %llu\n", options.seed);
	round_print(r, number);
	printf("# %s: %s\n", ring, what);
	print_shared(r);
	print_stats(r);
	printf("not ok 1 round %u: %s: %s\n", number, ring, what);
	printf("# Totals: pass:0 fail:1 xfail:0 xpass:0 skip:0 error:0\n");
	fflush(stdout);
	_exit(KSFT_FAIL);
}

static void round_open(struct round *r, __u64 *random)
{
	struct ion_setup setup;
	unsigned int id;

	memset(r, 0, sizeof(*r));
	ion_setup_init(&setup, "");
	setup.layout = options.layout < 0 ? random_below(random, 2)
					  : (__u32)options.layout;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 2U << random_below(random, 11);
	r->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->eventfd < 0 || channel_open_live(&r->ch, &setup) ||
	    ion_set_eventfd(r->ch.fd, r->eventfd))
		ksft_exit_fail_msg("no channel: %s\n", strerror(errno));
	r->lend = options.lend < 0 ? random_below(random, 4) > 0 : options.lend;
	r->server_random = random_next(random);
}

/* Half of the rounds have all sleep in one way: no other wakes the kernel. */
static void round_choose(struct round *r, __u64 *random)
{
	unsigned int id, way = random_below(random, 2 * WAYS);
	bool windows = random_below(random, 2);

	if (options.way >= 0)
		way = options.way;
	for (id = 0; id < ION_RINGS; id++) {
		struct worker *w = &r->worker[id];
		unsigned int own = random_below(random, WAYS);

		w->round = r;
		w->ring = id;
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
	task_start(&r->onlooker, look_on, &r->ch, (__u64)(unsigned long)r, 0);
	for (id = 0; id < ION_RINGS; id++)
		if (pthread_create(&r->worker[id].thread, NULL, worker_main,
				   &r->worker[id]))
			ksft_exit_fail_msg("no thread\n");
}

/* Until all are done; a worker that does not move for too long is stuck. */
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
			if (!done &&
			    now_ns() - moved[id] > options.stuck_s * SECOND)
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
	if (task_join(&r->onlooker))
		round_fail(r, number, "the counters do not agree", "all");
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
		round_fail(r, number, "somebody serves still", "all");
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

static void stress(void)
{
	__u64 until = now_ns() + (__u64)(options.seconds * SECOND);
	__u64 packets = 0, waits = 0, kicks = 0, random = options.seed;
	unsigned int number = 0, id;
	static struct round r;

	while (now_ns() < until) {
		round_open(&r, &random);
		round_choose(&r, &random);
		if (options.verbose)
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
	       options.seed, number, packets, waits, kicks);
}

/* Options */

static void show_usage(FILE *to)
{
	unsigned int i;

	fprintf(to, "usage: stress [OPTION]...\n"
		    "  --seconds N   how long (default 5)\n"
		    "  --seed S      of the random numbers (default: any)\n"
		    "  --layout L    compact or split (default: either)\n"
		    "  --lend 0|1    without or with a lent thread (either)\n"
		    "  --stuck N     seconds without progress that fail (10)\n"
		    "  --verbose     tell what each round is\n"
		    "  --help        this text\n"
		    "  --wait W      how to wait, one of:");
	for (i = 0; i < WAYS; i++)
		fprintf(to, " %s", way_names[i]);
	fprintf(to, "\n"
		    "                (default: any, and mixed)\n");
}

static int name_of(const char *const *names, unsigned int count,
		   const char *name)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return (int)i;
	fprintf(stderr, "stress: there is no '%s'\n", name);
	show_usage(stderr);
	exit(2);
}

/* A number that is one, and in its range; else one line and the end. */
static double number_of(const char *name, const char *text, double least,
			double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end != text && !*end && value >= least && value <= most)
		return value;
	fprintf(stderr, "stress: --%s takes a number from %g to %g, not '%s'\n",
		name, least, most, text);
	exit(2);
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "layout", required_argument, NULL, 'l' },
		{ "wait", required_argument, NULL, 'w' },
		{ "lend", required_argument, NULL, 'k' },
		{ "stuck", required_argument, NULL, 'n' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	options.seed = now_ns() % 1000000007;
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 's':
			options.seconds = number_of("seconds", optarg, 1, 1e6);
			break;
		case 'r':
			options.seed = strtoull(optarg, NULL, 0);
			break;
		case 'l':
			options.layout = name_of(layout_names, 2, optarg);
			break;
		case 'w':
			options.way = name_of(way_names, WAYS, optarg);
			break;
		case 'k':
			options.lend = number_of("lend", optarg, 0, 1) != 0;
			break;
		case 'n':
			options.stuck_s =
				(int)number_of("stuck", optarg, 1, 1e6);
			break;
		case 'v':
			options.verbose = true;
			break;
		case 'h':
			show_usage(stdout);
			exit(0);
		default:
			show_usage(stderr);
			exit(2);
		}
	}
	if (optind != argc) {
		fprintf(stderr, "stress: takes options only, not '%s'\n",
			argv[optind]);
		exit(2);
	}
}

/* What the kernel said meanwhile. */
static bool log_clean(void)
{
	char line[512];
	bool clean = true;

	while (ion_kernel_log >= 0 && ion_kernel_log_next(line, sizeof(line)))
		if (ion_kernel_log_bad(line)) {
			ksft_print_msg("kernel: %s\n", line);
			clean = false;
		}
	return clean;
}

int main(int argc, char **argv)
{
	sigset_t set;

	parse(argc, argv);
	ion_test_need_device();
	ksft_print_header();
	ksft_set_plan(2);

	/* Taken by who waits for it, and by nobody else. */
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	task_handle_signal(0);

	stress();
	ksft_test_result_pass("none lost, none twice, nobody left asleep\n");
	ksft_test_result(log_clean(), "the kernel had nothing to say\n");
	ksft_finished();
}
