// SPDX-License-Identifier: GPL-2.0-only
/* Reads the command line. */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "out.h"
#include "text.h"

/* The largest number of options that a command has, these included. */
#define OPTIONS_MAX 32

enum {
	LETTER_DEVICE = 0x1000,
	LETTER_COLOR,
	LETTER_JSON = 'j',
	LETTER_HELP = 'h',
	LETTER_VERSION = 'V',
};

const struct option_help common_options[] = {
	{ LETTER_DEVICE, "device", "FILE", "the device (default /dev/ion)" },
	{ LETTER_JSON, "json", NULL, "print JSON" },
	{ LETTER_COLOR, "color", "WHEN",
	  "colours: auto (default), always, never" },
	{ LETTER_HELP, "help", NULL, "print this text" },
	{ LETTER_VERSION, "version", NULL, "print the version" },
	{ 0 },
};

/* ---- getopt_long() from our tables ------------------------------------- */

struct getopt_tables {
	struct option longs[OPTIONS_MAX];
	char shorts[3 * OPTIONS_MAX];
	size_t count;
};

static int value_kind(const struct option_help *option)
{
	if (!option->value)
		return no_argument;
	return *option->value == '[' ? optional_argument : required_argument;
}

static void add_options(struct getopt_tables *tables,
			const struct option_help *options)
{
	for (; options && options->name; options++) {
		struct option *o = &tables->longs[tables->count++];
		char *end = tables->shorts + strlen(tables->shorts);
		int kind = value_kind(options);

		o->name = options->name;
		o->has_arg = kind;
		o->val = options->letter;
		if (options->letter < 256) {
			*end++ = (char)options->letter;
			if (kind != no_argument)
				*end++ = ':';
			if (kind == optional_argument)
				*end++ = ':';
		}
	}
}

NORETURN static void wrong_option(char **argv,
				  const struct getopt_tables *tables)
{
	const char *word = argv[optind - 1];
	size_t i;

	for (i = 0; i < tables->count; i++)
		if (optopt && tables->longs[i].val == optopt) {
			const struct option *o = &tables->longs[i];

			if (o->has_arg == required_argument)
				fail_usage("option --%s needs a value",
					   o->name);
			fail_usage("option --%s takes no value", o->name);
		}
	if (optopt)
		fail_usage("there is no option -%c",
			   isprint(optopt) ? optopt : '?');
	fail_usage("there is no option %s", word);
}

static bool take_common(int letter, const struct command *cmd)
{
	switch (letter) {
	case LETTER_DEVICE:
		globals.device = optarg;
		return true;
	case LETTER_JSON:
		globals.json = true;
		return true;
	case LETTER_COLOR:
		if (!out_set_colour(optarg))
			fail_usage("--color is auto, always or never, not '%s'",
				   optarg);
		return true;
	case LETTER_HELP:
		print_help(cmd);
		exit(out_end(EXIT_OK));
	case LETTER_VERSION:
		printf("ionctl %s (ABI version %d)\n", VERSION,
		       ION_ABI_VERSION);
		exit(out_end(EXIT_OK));
	default:
		return false;
	}
}

int next_option(int argc, char **argv, const struct command *cmd)
{
	/* Options before the command end at its name. */
	struct getopt_tables tables = { .shorts = "+:" };
	int letter;

	if (cmd)
		memcpy(tables.shorts, ":", 2);
	add_options(&tables, cmd ? cmd->options : NULL);
	add_options(&tables, common_options);
	opterr = 0;
	do {
		letter = getopt_long(argc, argv, tables.shorts, tables.longs,
				     NULL);
		if (letter == '?' || letter == ':')
			wrong_option(argv, &tables);
	} while (take_common(letter, cmd));
	return letter;
}

const char *following_number(int argc, char **argv)
{
	const char *text = optind < argc ? argv[optind] : "";

	if (!*text || text[strspn(text, "0123456789.")])
		return NULL;
	optind++;
	return text;
}

void no_options(int argc, char **argv, const struct command *cmd)
{
	while (next_option(argc, argv, cmd) >= 0)
		;
}

void want_arguments(int argc, char **argv, int least, int most)
{
	if (argc - optind > most)
		fail_usage("'%s' is one argument too many",
			   argv[optind + most]);
	if (argc - optind < least)
		fail_usage("%s argument is missing",
			   argc - optind ? "an" : "the");
}

/* ---- values ------------------------------------------------------------ */

uint64_t number_argument(const char *what, const char *text, uint64_t least,
			 uint64_t most)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, hex ? 16 : 10);
	if (!isxdigit((unsigned char)text[hex ? 2 : 0]) || *end || errno ||
	    value < least || value > most) {
		if (most == UINT64_MAX)
			fail_usage("%s is a number from %llu, not '%s'", what,
				   (unsigned long long)least, text);
		fail_usage("%s is a number from %llu to %llu, not '%s'", what,
			   (unsigned long long)least, (unsigned long long)most,
			   text);
	}
	return value;
}

uint64_t seconds_argument(const char *what, const char *text)
{
	static const double most = 1e9;
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (!(isdigit((unsigned char)*text) || *text == '.') || *end ||
	    !(seconds >= 0.001 && seconds <= most))
		fail_usage("%s is a number of seconds from 0.001, not '%s'",
			   what, text);
	return (uint64_t)(seconds * 1e9);
}

unsigned int ring_argument(const char *text)
{
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		if (!strcmp(text, ring_name(ring)))
			return ring;
	fail_usage("RING is tx, rx, cmd or evt, not '%s'", text);
}

uint64_t channel_argument(const char *text)
{
	return number_argument("CHANNEL", text, 1, UINT64_MAX);
}
