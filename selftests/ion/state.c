// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states of the kernel end, from outside: several threads make every call that
 * changes them, at random. At random moments all of them stop. A program that
 * obeys the wake flags must make progress then, and the flags of a kernel end that
 * sleeps must ask for a kick. See Documentation/kernel-end.rst.
 *
 * The seed is printed. The threads race, so that it repeats the same choices, but
 * not the same interleaving.
 */
#include "state.h"

static const struct state_service services[] = {
	{ .name = "echo", .echoes = true },
	{ .name = "sink" },
	{ .name = "source", .makes = true },
	{ .name = "source", .rate = 20000, .makes = true },
	{ .name = "pair", .crosses = true },
};

/* By the number of the service; --service takes one of them. */
static const char *const service_names[] = {
	"echo", "sink", "source", "source-rate", "pair", NULL,
};

static long only_service = -1;
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

void state_fail(const char *format, ...)
{
	char text[128];
	unsigned int i;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("# seed %llu, rest %u%s\n", long_test.options.seed, rests,
	       round.keep ? ", with the lent threads" : "");
	print_round();
	for (i = 0; i < round.sides; i++)
		print_side(&round.side[i], i);
	long_test_stop("round %u: %s", round_number, text);
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
		setup.slots[id] = 2U << random_below(random, 3);
	pthread_mutex_init(&side->user, NULL);
	return channel_open_live(&side->ch, &setup);
}

static void round_open(__u64 *random)
{
	unsigned int service = random_below(random, ARRAY_SIZE(services)), i;
	__u32 layout = random_below(random, 2);
	int ret = 0;

	memset(&round, 0, sizeof(round));
	if (only_service >= 0)
		service = only_service;
	round.service = &services[service];
	round.sides = round.service->crosses ? 2 : 1;
	for (i = 0; !ret && i < round.sides; i++)
		ret = side_open(&round.side[i], random, layout);
	if (!ret && round.service->crosses)
		ret = ion_join(round.side[0].ch.fd, round.side[1].ch.fd);
	if (ret)
		ksft_exit_fail_msg("no channel: %s\n", strerror(-ret));
	round.servers = random_below(random, STATE_SERVERS + 1);
}

static void thread_start(struct caller *c, void *(*main)(void *arg),
			 struct side *side, __u64 *random)
{
	c->round = &round;
	c->side = side;
	c->random = random_next(random);
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

/* Return whether all have stopped; signals end the calls of lent threads. */
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
	/*
	 * A thread that sees the number of the rest sees @keep: pairs with the
	 * acquires of caller_main() and server_main().
	 */
	smp_store_release(&round.rest, ++rests);
	if (!STATE_AWAIT(all_parked()))
		state_fail("a call does not return");
}

static void round_rest(__u64 *random)
{
	round_stop(random_one_in(random, 3));
	state_check(&round);
	/* Calls come after the checks: pairs with the same acquires. */
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

static void run(void)
{
	__u64 until = now_ns() + (__u64)(long_test.options.seconds * SECOND);
	__u64 random = long_test.options.seed, calls = 0, serves = 0;
	unsigned int i, most;

	task_handle_signal(0);
	for (; now_ns() < until; round_number++) {
		round_open(&random);
		if (long_test.options.verbose)
			print_round();
		round_start(&random);
		most = 1 + random_below(&random, 16);
		for (i = 0; i < most && now_ns() < until; i++) {
			sleep_ns(random_below(&random, 15 * MS));
			round_rest(&random);
		}
		round_close();
		calls += round.calls;
		serves += round.serves;
	}
	printf("# seed %llu: %u rounds, %u rests, %llu calls, lent %llu times\n",
	       long_test.options.seed, round_number, rests, calls, serves);
	long_test_result(true, "a program that obeys the flags gets on");
}

static const struct test_option own[] = {
	{
		.name = "service",
		.value = "NAME",
		.help = "use only that service",
		.choices = service_names,
		.number = &only_service,
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
		.seconds = 6,
		.stuck_s = 20,
	},
	.results = results,
	.run = run,
	.log_clean = ion_kernel_log_clean,
};
