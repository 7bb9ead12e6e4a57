// SPDX-License-Identifier: GPL-2.0-only
/* Prints what may come next on a command line. */
#include "complete.h"

#include <string.h>

#include "complete_values.h"
#include "options.h"

/**
 * struct typed - the words before the last one
 * @cmd: the command, NULL if there is none yet
 * @help: the command is "help"
 * @unknown: the command does not exist
 * @waiting: the option whose value comes next, or NULL
 * @ended: "--" was given: no more options
 * @commands: --cmd was given
 * @no_packets: an option was given with which push takes no packets
 * @first: the first word that is not an option, or NULL
 * @arguments: number of words that are not options
 */
struct typed {
	const struct command *cmd;
	bool help;
	bool unknown;
	const struct option_help *waiting;
	bool ended;
	bool commands;
	bool no_packets;
	const char *first;
	unsigned int arguments;
};

/* ---- the words before --------------------------------------------------- */

/* Return the options of the command for 0, of all commands for 1, then NULL. */
static const struct option_help *options_of(const struct typed *typed,
					    unsigned int i)
{
	static const struct option_help none[] = { { 0 } };

	if (i)
		return i == 1 ? common_options : NULL;
	return typed->cmd && typed->cmd->options ? typed->cmd->options : none;
}

static bool is_named(const struct option_help *option, const char *name,
		     size_t length)
{
	return !strncmp(option->name, name, length) && !option->name[length];
}

/* Find an option by its letter, or else by its name. */
static const struct option_help *find_option(const struct typed *typed,
					     int letter, const char *name,
					     size_t length)
{
	const struct option_help *option;
	unsigned int i;

	for (i = 0; options_of(typed, i); i++)
		for (option = options_of(typed, i); option->name; option++)
			if (letter ? option->letter == letter
				   : is_named(option, name, length))
				return option;
	return NULL;
}

static bool wants_value(const struct option_help *option)
{
	return option->value && *option->value != '[';
}

static void note_option(struct typed *typed, const struct option_help *option,
			const char *value)
{
	static const char *const packets_not[] = { "payload", "file",
						   "binary" };
	size_t i;

	if (!strcmp(option->name, "cmd"))
		typed->commands = true;
	for (i = 0; i < sizeof(packets_not) / sizeof(*packets_not); i++)
		if (!strcmp(option->name, packets_not[i]))
			typed->no_packets = true;
	if (value && !strcmp(option->name, "device"))
		globals.device = value;
	typed->waiting = !value && wants_value(option) ? option : NULL;
}

static void note_long(struct typed *typed, const char *word)
{
	size_t length = strcspn(word, "=");
	const struct option_help *option = find_option(typed, 0, word, length);

	if (option)
		note_option(typed, option,
			    word[length] ? word + length + 1 : NULL);
}

static void note_letters(struct typed *typed, const char *letters)
{
	const struct option_help *option;

	for (; *letters; letters++) {
		option = find_option(typed, *letters, NULL, 0);
		if (!option)
			return;
		note_option(typed, option,
			    option->value && letters[1] ? letters + 1 : NULL);
		/* The rest of the word is the option's value. */
		if (option->value)
			return;
	}
}

static void note_argument(struct typed *typed, const char *word)
{
	if (!typed->arguments)
		typed->first = word;
	typed->arguments++;
}

static void note_word(struct typed *typed, const char *word)
{
	if (typed->waiting)
		note_option(typed, typed->waiting, word);
	else if (!typed->ended && !strcmp(word, "--"))
		typed->ended = true;
	else if (!typed->ended && !strncmp(word, "--", 2))
		note_long(typed, word + 2);
	else if (!typed->ended && *word == '-' && word[1])
		note_letters(typed, word + 1);
	else if (typed->cmd || typed->help)
		note_argument(typed, word);
	else if (!strcmp(word, "help"))
		typed->help = true;
	else
		typed->unknown = !(typed->cmd = find_command(word));
}

/* ---- the last word ------------------------------------------------------ */

static void offer_commands(const char *word, bool help)
{
	const struct command *const *cmd;

	for (cmd = commands; *cmd; cmd++)
		offer(word, "", (*cmd)->name, (*cmd)->summary);
	if (help)
		offer(word, "", "help", "print the help, or that of a command");
}

static void offer_options(const struct typed *typed, const char *word)
{
	const struct option_help *option;
	char letter[2] = "";
	unsigned int i;

	for (i = 0; options_of(typed, i); i++)
		for (option = options_of(typed, i); option->name; option++) {
			offer(word, "--", option->name, option->text);
			*letter = (char)option->letter;
			if (!strcmp(word, "-") && option->letter < 256)
				offer(word, "-", letter, option->text);
		}
}

/* Offer the values after "--name=". */
static void offer_value_of(const struct typed *typed, const char *word)
{
	size_t length = strcspn(word, "=") + 1;
	const struct option_help *option =
		find_option(typed, 0, word + 2, length - 3);
	char before[64];

	if (!option || !option->value || length >= sizeof(before))
		return;
	snprintf(before, sizeof(before), "%.*s", (int)length, word);
	offer_values(option, word, before);
}

static bool is(const struct typed *typed, const char *name)
{
	return typed->cmd && !strcmp(typed->cmd->name, name);
}

/* Offer an action, the name of an interface, and a file for send. */
static void offer_net(const struct typed *typed, const char *word)
{
	if (!typed->arguments)
		offer_actions(word);
	else if (typed->arguments == 1 && strcmp(typed->first, "add") != 0 &&
		 strcmp(typed->first, "list") != 0)
		offer_links(word);
	else if (typed->arguments == 2 && !strcmp(typed->first, "send"))
		puts(":files");
}

static void offer_arguments(const struct typed *typed, const char *word)
{
	if (typed->help && !typed->arguments)
		offer_commands(word, false);
	else if (is(typed, "stats") || is(typed, "why") ||
		 (!typed->arguments &&
		  (is(typed, "info") || is(typed, "reset") ||
		   is(typed, "peek"))))
		offer_channels(word);
	else if (is(typed, "connect") && !typed->arguments)
		offer_ports(word);
	else if (is(typed, "net"))
		offer_net(typed, word);
	else if (is(typed, "peek") && typed->arguments == 1)
		offer_rings(word);
	else if (is(typed, "push") && !typed->no_packets)
		offer_fields(word, typed->commands);
}

int complete(int count, char **words)
{
	struct typed typed = { 0 };
	const char *word;
	int i;

	if (!count)
		return EXIT_OK;
	for (i = 0; i < count - 1; i++)
		note_word(&typed, words[i]);
	word = words[count - 1];
	if (typed.waiting)
		offer_values(typed.waiting, word, "");
	else if (typed.unknown)
		return EXIT_OK;
	else if (!typed.ended && !strncmp(word, "--", 2) && strchr(word, '='))
		offer_value_of(&typed, word);
	else if (!typed.ended && *word == '-')
		offer_options(&typed, word);
	else if (!typed.cmd && !typed.help)
		offer_commands(word, true);
	else
		offer_arguments(&typed, word);
	return EXIT_OK;
}
