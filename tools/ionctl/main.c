// SPDX-License-Identifier: GPL-2.0-only
/* Finds the command and runs it. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "complete.h"
#include "fail.h"
#include "options.h"
#include "out.h"

struct globals globals = { .device = "/dev/ion" };

/* clang-format off */
const struct command *const commands[] = {
	&cmd_info,
	&cmd_list,
	&cmd_stats,
	&cmd_why,
	&cmd_top,
	&cmd_peek,
	&cmd_reset,
	&cmd_selftest,
	&cmd_push,
	&cmd_pop,
	&cmd_cat,
	&cmd_listen,
	&cmd_connect,
	&cmd_net,
	&cmd_ping,
	&cmd_bench,
	NULL,
};

/* clang-format on */

const struct command *find_command(const char *name)
{
	const struct command *const *cmd;

	for (cmd = commands; *cmd; cmd++)
		if (!strcmp((*cmd)->name, name))
			return *cmd;
	return NULL;
}

/* Return how many letters to insert, delete or change to get from @a to @b. */
static size_t distance(const char *a, const char *b)
{
	size_t row[32], i, j, length = strlen(b);

	if (length >= sizeof(row) / sizeof(*row))
		return SIZE_MAX;
	for (j = 0; j <= length; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		size_t left = i, corner = i - 1;

		for (j = 1; j <= length; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (left + 1 < best)
				best = left + 1;
			row[j - 1] = left;
			left = best;
		}
		row[length] = left;
	}
	return row[length];
}

NORETURN static void unknown_command(const char *name)
{
	const struct command *const *cmd;
	size_t least = SIZE_MAX, length = strlen(name);
	char near[256] = "";

	for (cmd = commands; *cmd; cmd++) {
		size_t d = distance(name, (*cmd)->name);

		/* A command that begins with the word is the nearest. */
		if (length && !strncmp(name, (*cmd)->name, length))
			d = 0;
		if (d > least)
			continue;
		if (d < least)
			*near = '\0';
		least = d;
		snprintf(near + strlen(near), sizeof(near) - strlen(near),
			 "%s%s", *near ? ", " : "", (*cmd)->name);
	}
	/* A word that is too far off is not a typo. */
	if (least > 2)
		fail_usage("there is no command '%s'", name);
	fail_usage("there is no command '%s'; nearest: %s", name, near);
}

static int help(char **argv)
{
	const struct command *cmd = NULL;

	if (argv[1]) {
		cmd = find_command(argv[1]);
		if (!cmd)
			unknown_command(argv[1]);
	}
	print_help(cmd);
	return EXIT_OK;
}

static int run(const struct command *cmd, int argc, char **argv)
{
	static char name[64];

	snprintf(name, sizeof(name), "ionctl %s", cmd->name);
	fail_command = cmd->name;
	argv[0] = name;
	optind = 0;
	return cmd->run(argc, argv);
}

int main(int argc, char **argv)
{
	const struct command *cmd;

	out_begin();
	out_set_colour("auto");
	while (next_option(argc, argv, NULL) >= 0)
		;
	argc -= optind;
	argv += optind;
	if (!argc)
		fail_usage("a command is missing: ionctl COMMAND");
	if (!strcmp(argv[0], "help"))
		return out_end(help(argv));
	if (!strcmp(argv[0], COMPLETE_NAME))
		return out_end(complete(argc - 1, argv + 1));
	cmd = find_command(argv[0]);
	if (!cmd)
		unknown_command(argv[0]);
	return out_end(run(cmd, argc, argv));
}
