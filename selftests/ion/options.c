// SPDX-License-Identifier: GPL-2.0-only
/* The command line of the tests that take options. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest.h"
#include "options.h"

#define STATUS_USAGE 2

/* Of the text that --help prints. */
#define WIDTH 78

static double seconds;
static const char *seed;

static const struct test_option help = {
	.name = "help",
	.help = "print this text",
};

/* By the bit of TEST_*. */
static struct test_option shared[] = {
	{
		.name = "seconds",
		.value = "N",
		.help = "how long to run",
		.least = 1,
		.most = 1000000,
	},
	{
		.name = "seed",
		.value = "S",
		.help = "of the random numbers (default: any)",
		.text = &seed,
	},
	{
		.name = "stuck",
		.value = "N",
		.help = "seconds without progress that are a failure",
		.least = 1,
		.most = 1000000,
	},
	{
		.name = "verbose",
		.help = "print what each round is",
	},
};

static void __attribute__((format(printf, 1, 2), noreturn))
fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("; see --help\n", stderr);
	exit(STATUS_USAGE);
}

static void show_option(const struct test_option *option)
{
	char text[32];

	snprintf(text, sizeof(text), "--%s%s%s", option->name,
		 option->value ? " " : "", option->value ?: "");
	printf("  %-14s  %s", text, option->help);
}

static void show_shared(const struct test_options *options, unsigned int i)
{
	show_option(&shared[i]);
	if (1U << i == TEST_SECONDS)
		printf(" (default %g)", options->seconds);
	if (1U << i == TEST_STUCK)
		printf(" (default %ld)", options->stuck_s);
	printf("\n");
}

static void show_own(const struct test_option *option)
{
	int column = WIDTH;
	unsigned int i;

	show_option(option);
	if (option->choices)
		printf(", one of:");
	for (i = 0; option->choices && option->choices[i]; i++) {
		if (column + strlen(option->choices[i]) > WIDTH)
			column = printf("\n%17s", "") - 1;
		column += printf(" %s", option->choices[i]);
	}
	printf("\n");
}

static void show_help(const struct test_options *options)
{
	const struct test_option *own;
	unsigned int i;

	printf("usage: %s [OPTION]...\n", program_invocation_short_name);
	for (i = 0; i < ARRAY_SIZE(shared); i++)
		if (options->shared & 1U << i)
			show_shared(options, i);
	for (own = options->own; own && own->name; own++)
		show_own(own);
	show_option(&help);
	printf("\n");
	if (options->harness)
		printf("The options of the harness, which -h prints, are taken too.\n");
}

static const struct test_option *find(const struct test_options *options,
				      const char *name)
{
	const struct test_option *own;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shared); i++)
		if (options->shared & 1U << i && !strcmp(shared[i].name, name))
			return &shared[i];
	for (own = options->own; own && own->name; own++)
		if (!strcmp(own->name, name))
			return own;
	if (!strcmp(name, help.name))
		return &help;
	fail("unknown option '--%s'", name);
}

static double number_of(const struct test_option *option, const char *value)
{
	char *end;
	double number = strtod(value, &end);

	if (end == value || *end || !(number >= option->least) ||
	    number > option->most)
		fail("--%s takes a number from %ld to %ld, not '%s'",
		     option->name, option->least, option->most, value);
	return number;
}

static void choose(const struct test_option *option, const char *value)
{
	long i = 0;

	while (option->choices[i] && strcmp(option->choices[i], value))
		i++;
	if (!option->choices[i])
		fail("--%s does not take '%s'", option->name, value);
	if (option->number)
		*option->number = i;
}

static __u64 seed_of(const char *value)
{
	char *end;
	__u64 number;

	errno = 0;
	number = strtoull(value, &end, 0);
	if (errno || end == value || *end)
		fail("--seed takes a whole number, not '%s'", value);
	return number;
}

static void take(const struct test_options *options,
		 const struct test_option *option, const char *value)
{
	if (option == &help) {
		show_help(options);
		exit(0);
	}
	if (option->flag)
		*option->flag = true;
	if (!value)
		return;
	if (option->text)
		*option->text = value;
	if (option->choices)
		choose(option, value);
	else if (option->number)
		*option->number = (long)number_of(option, value);
	else if (option == &shared[0])
		seconds = number_of(option, value);
}

/* Take the option at @argv: how many words it is; 0 if it is the harness's. */
static int take_at(const struct test_options *options, int left, char **argv)
{
	const struct test_option *option;

	if (strncmp(argv[0], "--", 2)) {
		if (options->harness)
			return 0;
		fail("unknown argument '%s'", argv[0]);
	}
	option = find(options, argv[0] + 2);
	if (option->value && left < 2)
		fail("--%s takes a value", option->name);
	take(options, option, option->value ? argv[1] : NULL);
	return option->value ? 2 : 1;
}

void test_options_parse(struct test_options *options, int *argc, char **argv)
{
	int from = 1, to = 1, words;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	options->seed = now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
	seconds = options->seconds;
	seed = getenv("ION_TEST_SEED");
	shared[2].number = &options->stuck_s;
	shared[3].flag = &options->verbose;
	while (from < *argc) {
		words = take_at(options, *argc - from, &argv[from]);
		if (!words)
			argv[to++] = argv[from++];
		from += words;
	}
	*argc = to;
	argv[to] = NULL;
	options->seconds = seconds;
	if (seed)
		options->seed = seed_of(seed);
}
