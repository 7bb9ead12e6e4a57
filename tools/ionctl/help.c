// SPDX-License-Identifier: GPL-2.0-only
/* Prints --help. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "out.h"

#define TEXT_COLUMN 26

static const char *const statuses[] = {
	[EXIT_OK] = "success",
	[EXIT_FAILED] = "failure; one line on stderr says why",
	[EXIT_USAGE] = "the command line is wrong; nothing was done",
	[EXIT_NO_DEVICE] =
		"the device does not exist: the module is not loaded",
	[EXIT_DENIED] = "no permission",
	[EXIT_BROKEN] = "a ring is poisoned, or a selftest failed",
	[EXIT_TIMEOUT] = "--timeout expired",
};

static void title(const char *text)
{
	putchar('\n');
	out_paint(stdout, PAINT_BOLD, text);
	putchar('\n');
}

/* Print lines of text, indented. */
static void print_lines(const char *text)
{
	while (*text) {
		int length = (int)strcspn(text, "\n");

		printf("%s%.*s\n", length ? "  " : "", length, text);
		text += length;
		text += *text == '\n';
	}
}

static void print_option(const struct option_help *option)
{
	const char *value = option->value ? option->value : "";
	bool optional = *value == '[';
	char left[64];
	int length;

	if (option->letter < 256)
		length = snprintf(left, sizeof(left), "-%c, ", option->letter);
	else
		length = snprintf(left, sizeof(left), "    ");
	snprintf(left + length, sizeof(left) - (size_t)length, "--%s%s%s%s",
		 option->name,
		 optional ? "[="
		 : *value ? " "
			  : "",
		 value + optional, "");
	printf("  %-*s  %s\n", TEXT_COLUMN, left, option->text);
}

static void print_options(const struct command *cmd)
{
	const struct option_help *option;

	title("Options");
	for (option = cmd ? cmd->options : NULL; option && option->name;
	     option++)
		print_option(option);
	for (option = common_options; option->name; option++)
		print_option(option);
}

static void print_statuses(const struct command *cmd)
{
	size_t i;

	title("Exit status");
	for (i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		printf("  %zu  %s\n", i, statuses[i]);
	if (cmd && cmd->statuses)
		print_lines(cmd->statuses);
}

static void print_commands(void)
{
	const struct command *const *cmd;

	title("Commands");
	for (cmd = commands; *cmd; cmd++)
		printf("  %-*s  %s\n", 10, (*cmd)->name, (*cmd)->summary);
}

static void print_main_help(void)
{
	puts("usage: ionctl [OPTION]... COMMAND [ARGUMENT]...\n");
	puts("Uses channels of /dev/ion from the shell. See also ionctl COMMAND --help.");
	print_commands();
	print_options(NULL);
	print_statuses(NULL);
}

void print_help(const struct command *cmd)
{
	if (!cmd) {
		print_main_help();
		return;
	}
	printf("usage: ionctl %s %s\n\n%s", cmd->name, cmd->usage, cmd->text);
	print_options(cmd);
	if (cmd->json) {
		title("JSON");
		print_lines(cmd->json);
	}
	title("Examples");
	print_lines(cmd->examples);
	print_statuses(cmd);
}
