// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that breaks every rule: its threads overwrite every byte that they
 * may write, while others make every call and lend themselves, and signals come
 * all the time; with every built-in service, in both layouts, with and without an
 * arena. The kernel need not serve it, but must not crash, hang or write to its
 * log. The counters always add up, the neighbours of the program notice nothing,
 * and RESET repairs its channels.
 *
 * The seed is printed. With it, and with the name of what failed, a round can be
 * repeated, as far as threads can.
 */
#include "hostile.h"

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

static const char *only;

/* By the number of the kind; --only takes one of them. */
static const char *const kind_names[] = {
	"echo-compact",
	"echo-split",
	"echo-compact-arena",
	"echo-split-arena",
	"sink-compact",
	"sink-split",
	"sink-compact-arena",
	"sink-split-arena",
	"source-compact",
	"source-split-arena",
	"source-rate-split",
	"source-rate-compact-arena",
	"pair-compact",
	"pair-split",
	"pair-compact-arena",
	"pair-split-arena",
	NULL,
};

static const char *kind_name(const struct kind *kind)
{
	return kind_names[kind - kinds];
}

static bool kind_wanted(const struct kind *kind)
{
	return !only || !strcmp(only, kind_name(kind));
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

/* Send signals to the threads that expect them. */
static void round_disturb(struct task *tasks, __u64 ms, __u64 *seed)
{
	struct task *callers = tasks + SCRIBBLERS;
	__u64 until = now_ns() + ms * MS;

	while (now_ns() < until) {
		sleep_ns(3 * MS);
		task_signal(&callers[random_below(seed, CALLERS + 1)], SIGUSR1);
	}
}

/*
 * Return whether all threads return; signals end the calls that wait forever.
 */
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

/* NULL, or the fault. */
static const char *round_verdict(struct hostile *h, struct task *tasks)
{
	static char text[64];
	unsigned int i;

	if (!round_stop(h, tasks))
		long_test_stop("%s: a call does not return",
			       kind_name(h->kind));
	for (i = 0; i < TASKS; i++) {
		int ret = task_join(&tasks[i]);

		if (!ret)
			continue;
		snprintf(text, sizeof(text), "%s: %d",
			 i < TASKS - 2 ? "a hostile thread" : "a neighbour",
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

/* Rounds of at most a second, each with its own seed. */
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
	long_test_result(!fault, "%s: %llu calls, %llu writes", kind_name(kind),
			 (unsigned long long)sum.calls,
			 (unsigned long long)sum.writes);
}

static unsigned int kinds_wanted(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < KINDS; i++)
		n += kind_wanted(&kinds[i]);
	return n;
}

static void run(void)
{
	__u64 seed = long_test.options.seed;
	__u64 ms = (__u64)(long_test.options.seconds * 1000 / kinds_wanted());
	unsigned int i;

	task_handle_signal(0);
	for (i = 0; i < KINDS; i++)
		if (kind_wanted(&kinds[i]))
			kind_test(&kinds[i], &seed, ms + 1);
}

static const struct test_option own[] = {
	{
		.name = "only",
		.value = "NAME",
		.help = "run only that kind",
		.choices = kind_names,
		.text = &only,
	},
	{ .name = NULL },
};

struct long_test long_test = {
	.options = {
		.shared = TEST_SECONDS | TEST_SEED,
		.own = own,
		.seconds = 8,
	},
	.results = kinds_wanted,
	.run = run,
	.log_clean = ion_kernel_log_clean,
};
