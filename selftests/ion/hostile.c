// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that keeps to nothing: every byte that it may write is written
 * over, by its own threads, while others make every call there is and lend
 * themselves, and signals come all the time; with every built-in service, in
 * both layouts, with and without an arena. The kernel owes it no service, but
 * neither a crash, nor a hang, nor a line in its log; the counters add up all
 * the while, its neighbours notice nothing, and RESET mends all of it.
 *
 * The seed is printed. With it, and with the name of what failed, a round can
 * be had again, as far as threads can.
 */
#include <getopt.h>

#include "hostile_calls.h"
#include "hostile_calm.h"
#include "hostile_scribble.h"

#define SCRIBBLERS 2
#define CALLERS	   3
#define TASKS	   (SCRIBBLERS + CALLERS + 3)

static const struct kind kinds[] = {
	{ "echo", 0, ION_LAYOUT_COMPACT, false },
	{ "echo", 0, ION_LAYOUT_SPLIT, false },
	{ "echo", 0, ION_LAYOUT_COMPACT, true },
	{ "echo", 0, ION_LAYOUT_SPLIT, true },
	{ "sink", 0, ION_LAYOUT_COMPACT, false },
	{ "sink", 0, ION_LAYOUT_SPLIT, false },
	{ "sink", 0, ION_LAYOUT_COMPACT, true },
	{ "sink", 0, ION_LAYOUT_SPLIT, true },
	{ "source", 0, ION_LAYOUT_COMPACT, false },
	{ "source", 0, ION_LAYOUT_SPLIT, true },
	{ "source", 100000, ION_LAYOUT_SPLIT, false },
	{ "source", 100000, ION_LAYOUT_COMPACT, true },
	{ "pair", 0, ION_LAYOUT_COMPACT, false },
	{ "pair", 0, ION_LAYOUT_SPLIT, false },
	{ "pair", 0, ION_LAYOUT_COMPACT, true },
	{ "pair", 0, ION_LAYOUT_SPLIT, true },
};

#define KINDS ARRAY_SIZE(kinds)

static struct {
	double seconds;
	__u64 seed;
	const char *only;
} options = { .seconds = 8 };

static char *kind_name(const struct kind *kind)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s%s-%s%s", kind->service,
		 kind->rate ? "-rate" : "",
		 kind->layout == ION_LAYOUT_SPLIT ? "split" : "compact",
		 kind->arena ? "-arena" : "");
	return name;
}

static int round_open_one(struct hostile *h, struct channel *ch)
{
	struct ion_setup setup;

	arena_wants(&setup, h->kind->layout, h->kind->service, HOSTILE_SLOTS,
		    h->kind->arena ? HOSTILE_BUFFERS : 0,
		    h->kind->arena ? HOSTILE_SIZE : 0);
	setup.arg[0] = h->kind->rate;
	return channel_open_live(ch, &setup);
}

static int round_open(struct hostile *h, const struct kind *kind)
{
	int ret;

	memset(h, 0, sizeof(*h));
	h->kind = kind;
	h->nr = hostile_is(h, "pair") ? 2 : 1;
	h->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = channel_open_layout(&h->calm[0], !kind->layout, HOSTILE_SLOTS,
				  "echo")
		      ?: pair_open(&h->calm[1], &h->calm[2], kind->layout,
				   HOSTILE_SLOTS);
	ret = ret ?: round_open_one(h, &h->ch[0]);
	if (!ret && h->nr == 2)
		ret = round_open_one(h, &h->ch[1])
			      ?: ion_join(h->ch[0].fd, h->ch[1].fd);
	return ret;
}

static void round_close(struct hostile *h)
{
	unsigned int i;

	for (i = 0; i < h->nr; i++)
		channel_close(&h->ch[i]);
	for (i = 0; i < ARRAY_SIZE(h->calm); i++)
		channel_close(&h->calm[i]);
	close(h->eventfd);
}

static void round_start(struct hostile *h, struct task *tasks, __u64 seed)
{
	static int (*const runs[TASKS])(struct task *task) = {
		hostile_scribble, hostile_scribble,   hostile_call,
		hostile_call,	  hostile_call,	      hostile_serve,
		hostile_calm,	  hostile_calm_serve,
	};
	unsigned int i;

	for (i = 0; i < TASKS; i++)
		task_start(&tasks[i], runs[i], h->ch, seed + i,
			   (__u64)(unsigned long)h);
}

/* Signals, to whoever it hits but those who mind. */
static void round_disturb(struct task *tasks, __u64 ms, __u64 *seed)
{
	__u64 until = now_ns() + ms * MS;

	while (now_ns() < until) {
		sleep_ns(3 * MS);
		task_signal(&tasks[SCRIBBLERS + arena_below(seed, CALLERS + 1)],
			    SIGUSR1);
	}
}

/* Whether all came back; who waits for ever is told to. */
static bool round_stop(struct hostile *h, struct task *tasks)
{
	__u64 until = now_ns() + 4 * LONG_MS * MS;
	unsigned int i, left;

	WRITE_ONCE(h->stop, true);
	do {
		left = 0;
		for (i = 0; i < TASKS; i++) {
			/* Pairs with the release in task_main(). */
			if (smp_load_acquire(&tasks[i].done))
				continue;
			left++;
			if (i >= SCRIBBLERS && i <= SCRIBBLERS + CALLERS)
				task_signal(&tasks[i], SIGUSR1);
		}
		sleep_ns(MS);
	} while (left && now_ns() < until);
	return !left;
}

/* NULL, or what went wrong. */
static const char *round_verdict(struct hostile *h, struct task *tasks)
{
	static char text[64];
	unsigned int i;

	if (!round_stop(h, tasks)) {
		printf("not ok a call does not come back: %s\n",
		       kind_name(h->kind));
		fflush(stdout);
		_exit(KSFT_FAIL);
	}
	for (i = 0; i < TASKS; i++) {
		int ret = task_join(&tasks[i]);

		if (!ret)
			continue;
		snprintf(text, sizeof(text), "%s: %d",
			 i < TASKS - 2 ? "a thread of its own" : "a neighbour",
			 ret);
		return text;
	}
	return hostile_after(h);
}

static const char *round_run(const struct kind *kind, __u64 seed, __u64 ms,
			     struct hostile *sum)
{
	static struct hostile h;
	struct task tasks[TASKS];
	const char *fault;

	if (round_open(&h, kind))
		return "no channel";
	round_start(&h, tasks, seed);
	round_disturb(tasks, ms, &seed);
	fault = round_verdict(&h, tasks);
	sum->calls += h.calls;
	sum->writes += h.writes;
	round_close(&h);
	return fault;
}

/* Rounds of a second at the most, each with a seed of its own. */
static void kind_test(const struct kind *kind, __u64 *seed, __u64 ms)
{
	struct hostile sum = { .calls = 0 };
	const char *fault = NULL;
	__u64 part;

	while (!fault && ms) {
		part = ms < 1000 ? ms : 1000;
		fault = round_run(kind, (*seed)++, part, &sum);
		ms -= part;
	}
	if (fault)
		ksft_print_msg("%s; once more: hostile --seed %llu --only %s\n",
			       fault, (unsigned long long)*seed - 1,
			       kind_name(kind));
	ksft_test_result(!fault, "%s: %llu calls, %llu writes\n",
			 kind_name(kind), (unsigned long long)sum.calls,
			 (unsigned long long)sum.writes);
}

static bool kernel_log_clean(void)
{
	char line[512];
	bool clean = true;

	while (ion_kernel_log_next(line, sizeof(line))) {
		if (!ion_kernel_log_bad(line))
			continue;
		ksft_print_msg("kernel: %s\n", line);
		clean = false;
	}
	return clean;
}

static void show_usage(FILE *to)
{
	unsigned int i;

	fprintf(to, "usage: hostile [OPTION]...\n"
		    "  --seconds N   how long, all together (default 8)\n"
		    "  --seed S      of the random numbers (default: any)\n"
		    "  --help        this text\n"
		    "  --only NAME   nothing but that, one of:\n");
	for (i = 0; i < KINDS; i++)
		fprintf(to, "                %s\n", kind_name(&kinds[i]));
}

static bool kind_wanted(const struct kind *kind)
{
	return !options.only || !strcmp(options.only, kind_name(kind));
}

static unsigned int kinds_wanted(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < KINDS; i++)
		n += kind_wanted(&kinds[i]);
	if (n)
		return n;
	fprintf(stderr, "hostile: there is no '%s'; see --help\n",
		options.only);
	exit(2);
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "only", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	options.seed = now_ns() % 1000000007;
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 's':
			options.seconds = strtod(optarg, NULL);
			break;
		case 'r':
			options.seed = strtoull(optarg, NULL, 0);
			break;
		case 'o':
			options.only = optarg;
			break;
		case 'h':
			show_usage(stdout);
			exit(0);
		default:
			show_usage(stderr);
			exit(2);
		}
	}
	if (options.seconds > 0 && options.seconds < 1e6 && optind == argc)
		return;
	fprintf(stderr,
		"hostile: --seconds takes a number above 0, and there is nothing else; see --help\n");
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned int i, wanted;
	__u64 seed;

	parse(argc, argv);
	wanted = kinds_wanted();
	ion_test_need_device();
	task_handle_signal(0);
	ksft_print_header();
	ksft_set_plan(wanted + 1);
	seed = options.seed;
	ksft_print_msg("seed %llu\n", (unsigned long long)seed);
	for (i = 0; i < KINDS; i++)
		if (kind_wanted(&kinds[i]))
			kind_test(&kinds[i], &seed,
				  (__u64)(options.seconds * 1000 / wanted) + 1);
	if (ion_kernel_log < 0)
		ksft_test_result_skip("/dev/kmsg can not be read\n");
	else
		ksft_test_result(kernel_log_clean(), "kernel log\n");
	ksft_finished();
}
