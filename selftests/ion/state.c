// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states of the kernel end, looked at from outside: every call that has a
 * part in them, by several threads, at random; and at random points all of them
 * stop. A program that obeys the wake flags must get on then, and the flags of a
 * kernel end that sleeps ask for a kick. See Documentation/kernel-end.rst.
 *
 * The seed is printed. The threads race, so that it gives the same choices, and
 * not the same interleaving.
 */
#include <getopt.h>
#include <stdarg.h>

#include "state_rest.h"
#include "state_serve.h"

static const struct state_service services[] = {
	{ .name = "echo", .echoes = true },
	{ .name = "sink" },
	{ .name = "source", .makes = true },
	{ .name = "source", .rate = 20000, .makes = true },
	{ .name = "pair", .crosses = true },
};

static struct round round;
static unsigned int round_number, rests;

static void print_round(void)
{
	const struct ion_info *info = &round.side[0].ch.info;
	unsigned int id;

	printf("# round %u: %s%s, %s, %u lent for each channel, slots",
	       round_number, round.service->name,
	       round.service->rate ? " at a rate" : "",
	       info->layout == ION_LAYOUT_SPLIT ? "split" : "compact",
	       round.servers);
	for (id = 0; id < ION_RINGS; id++)
		printf(" %u", info->ring[id].nr_slots);
	printf("\n");
	fflush(stdout);
}

static void print_side(const struct side *side, unsigned int number)
{
	static const char *const names[] = { "tx", "rx", "cmd", "evt" };
	struct ion_stats stats;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		struct ion_ring_words words = channel_words(&side->ch, id);

		printf("# channel %u: %s: head %u tail %u producer_wake %u consumer_wake %u\n",
		       number, names[id], READ_ONCE(*words.head),
		       READ_ONCE(*words.tail), READ_ONCE(*words.producer_wake),
		       READ_ONCE(*words.consumer_wake));
	}
	fflush(stdout);
	if (!ion_get_stats(side->ch.fd, &stats))
		printf("# channel %u: kernel end %u, kicks %llu spurious %llu sleeps %llu resets %llu\n",
		       number, stats.kernel_end, stats.kicks,
		       stats.kicks_spurious, stats.sleeps, stats.resets);
}

static void state_fail(const char *format, ...)
{
	char text[128];
	unsigned int i;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("# seed %llu, rest %u%s\n", state_options.seed, rests,
	       round.keep ? ", with the lent threads" : "");
	print_round();
	for (i = 0; i < round.sides; i++)
		print_side(&round.side[i], i);
	printf("not ok 1 round %u: %s\n", round_number, text);
	printf("# Totals: pass:0 fail:1 xfail:0 xpass:0 skip:0 error:0\n");
	fflush(stdout);
	_exit(KSFT_FAIL);
}

/* A round */

static int side_open(struct side *side, __u64 *random, __u32 layout)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, round.service->name);
	setup.layout = layout;
	setup.arg[0] = round.service->rate;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 2U << state_below(random, 3);
	pthread_mutex_init(&side->user, NULL);
	return channel_open_live(&side->ch, &setup);
}

static int round_join(void)
{
	struct ion_join join = { .size = sizeof(join),
				 .fd = round.side[1].ch.fd };

	return ion_call(round.side[0].ch.fd, ION_IOC_JOIN, &join);
}

static void round_open(__u64 *random)
{
	unsigned int service = state_below(random, ARRAY_SIZE(services)), i;
	__u32 layout = state_below(random, 2);
	int ret = 0;

	memset(&round, 0, sizeof(round));
	if (state_options.service >= 0)
		service = state_options.service;
	round.service = &services[service];
	round.sides = round.service->crosses ? 2 : 1;
	for (i = 0; !ret && i < round.sides; i++)
		ret = side_open(&round.side[i], random, layout);
	if (!ret && round.service->crosses)
		ret = round_join();
	if (ret)
		ksft_exit_fail_msg("no channel: %s\n", strerror(-ret));
	round.servers = state_below(random, STATE_SERVERS + 1);
}

static void thread_start(struct caller *c, void *(*main)(void *arg),
			 struct side *side, __u64 *random)
{
	c->round = &round;
	c->side = side;
	c->random = state_random(random);
	if (pthread_create(&c->thread, NULL, main, c))
		ksft_exit_fail_msg("no thread\n");
}

static void round_start(__u64 *random)
{
	unsigned int i;

	for (i = 0; i < round.sides * round.servers; i++)
		thread_start(&round.server[i], server_main,
			     &round.side[i % round.sides], random);
	for (i = 0; i < STATE_CALLERS; i++)
		thread_start(&round.caller[i], caller_main, NULL, random);
}

static bool parked(struct caller *c)
{
	/* Pairs with the release of caller_main() and server_main(). */
	return smp_load_acquire(&c->parked) == round.rest;
}

/* Whether they have stopped; who is lent is told so, again and again. */
static bool all_parked(void)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < STATE_CALLERS; i++)
		all &= parked(&round.caller[i]);
	for (i = 0; !round.keep && i < round.sides * round.servers; i++) {
		struct caller *server = &round.server[i];

		if (parked(server))
			continue;
		all = false;
		if (READ_ONCE(server->tid))
			syscall(SYS_tgkill, getpid(), server->tid, SIGUSR1);
	}
	return all;
}

static void round_stop(bool keep)
{
	WRITE_ONCE(round.keep, keep);
	/* Whoever sees the number of the rest sees @keep: pairs with theirs. */
	smp_store_release(&round.rest, ++rests);
	if (!STATE_AWAIT(all_parked()))
		state_fail("a call does not come back");
}

static void round_rest(__u64 *random)
{
	round_stop(state_chance(random, 3));
	state_check(&round);
	/* Their calls come after the checks: pairs with theirs. */
	smp_store_release(&round.rest, 0);
}

static void round_close(void)
{
	unsigned int i;

	round_stop(false);
	WRITE_ONCE(round.over, true);
	for (i = 0; i < STATE_CALLERS; i++)
		pthread_join(round.caller[i].thread, NULL);
	for (i = 0; i < round.sides * round.servers; i++)
		pthread_join(round.server[i].thread, NULL);
	for (i = 0; i < round.sides; i++)
		channel_close(&round.side[i].ch);
}

static void run_all(void)
{
	__u64 until = now_ns() + (__u64)(state_options.seconds * SECOND);
	__u64 random = state_options.seed, calls = 0, serves = 0;
	unsigned int i, most;

	for (; now_ns() < until; round_number++) {
		round_open(&random);
		if (state_options.verbose)
			print_round();
		round_start(&random);
		most = 1 + state_below(&random, 16);
		for (i = 0; i < most && now_ns() < until; i++) {
			sleep_ns(state_below(&random, 15 * MS));
			round_rest(&random);
		}
		round_close();
		calls += round.calls;
		serves += round.serves;
	}
	printf("# seed %llu: %u rounds, %u rests, %llu calls, lent %llu times\n",
	       state_options.seed, round_number, rests, calls, serves);
}

/* Options */

static void show_usage(FILE *to)
{
	fputs("usage: state [OPTION]...\n"
	      "  --seconds N   how long (default 6)\n"
	      "  --seed S      of the random numbers (default: any)\n"
	      "  --service N   of 0 to 4: echo, sink, source, source at a rate,\n"
	      "                pair (default: any)\n"
	      "  --stuck N     seconds without an answer that fail (20)\n"
	      "  --verbose     tell what each round is\n"
	      "  --help        this text\n",
	      to);
}

static double number_of(const char *name, double least, double most)
{
	char *end;
	double value = strtod(optarg, &end);

	if (end != optarg && !*end && value >= least && value <= most)
		return value;
	fprintf(stderr, "state: --%s takes a number from %g to %g, not '%s'\n",
		name, least, most, optarg);
	exit(2);
}

static void set(int option)
{
	switch (option) {
	case 's':
		state_options.seconds = number_of("seconds", 1, 1e6);
		break;
	case 'r':
		state_options.seed = strtoull(optarg, NULL, 0);
		break;
	case 'e':
		state_options.service =
			number_of("service", 0, ARRAY_SIZE(services) - 1);
		break;
	case 'n':
		state_options.stuck_s = number_of("stuck", 1, 3600);
		break;
	case 'v':
		state_options.verbose = true;
		break;
	case 'h':
		show_usage(stdout);
		exit(0);
	default:
		show_usage(stderr);
		exit(2);
	}
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "service", required_argument, NULL, 'e' },
		{ "stuck", required_argument, NULL, 'n' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	state_options.seed = now_ns() % 1000000007;
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1)
		set(option);
	if (optind == argc)
		return;
	fprintf(stderr, "state: takes options only, not '%s'\n", argv[optind]);
	exit(2);
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
	parse(argc, argv);
	ion_test_need_device();
	ksft_print_header();
	ksft_set_plan(2);
	task_handle_signal(0);
	ksft_print_msg("seed %llu\n", state_options.seed);
	fflush(stdout);

	run_all();
	ksft_test_result_pass("a program that obeys the flags gets on\n");
	ksft_test_result(log_clean(), "the kernel had nothing to say\n");
	ksft_finished();
}
