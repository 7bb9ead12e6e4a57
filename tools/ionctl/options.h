/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: options, and arguments that are numbers or names. */
#ifndef _IONCTL_OPTIONS_H
#define _IONCTL_OPTIONS_H

#include "ionctl.h"

/**
 * next_option() - get the next option of a command, like getopt()
 * @argc: arguments of the command
 * @argv: arguments of the command
 * @cmd: the command; NULL: the options before the command
 *
 * This handles the options that all commands have. A wrong option ends the
 * program with %EXIT_USAGE, and --help with %EXIT_OK.
 *
 * Return: its letter, with the value in optarg; -1 after the last option, with
 * the first argument at argv[optind].
 */
int next_option(int argc, char **argv, const struct command *cmd);

/*
 * After an option whose optional value was not given with it: take the next
 * argument as its value if that is a number. Return NULL if it is not.
 */
const char *following_number(int argc, char **argv);

/* Read the options of a command that has none of its own. */
void no_options(int argc, char **argv, const struct command *cmd);

/* End the program with %EXIT_USAGE unless @least to @most arguments are left. */
void want_arguments(int argc, char **argv, int least, int most);

/**
 * number_argument() - read a number from the command line
 * @what: its name, for messages: "CHANNEL", "--count"
 * @text: the text that was given, decimal, or 0x and hexadecimal digits
 * @least: the smallest allowed number
 * @most: the largest allowed number
 *
 * Return: the number; anything else ends the program with %EXIT_USAGE.
 */
uint64_t number_argument(const char *what, const char *text, uint64_t least,
			 uint64_t most);

/* Likewise read a time in seconds, "0.5"; return nanoseconds, never 0. */
uint64_t seconds_argument(const char *what, const char *text);

/* Likewise read the name of a ring; return an &enum ion_ring_id. */
unsigned int ring_argument(const char *text);

/* Likewise read the number of a channel. */
uint64_t channel_argument(const char *text);

/* Print the help of a command, or of ionctl itself for NULL. */
void print_help(const struct command *cmd);

/* The commands, the last one NULL: see main.c. */
extern const struct command *const commands[];

/* The options that all commands have, the last one with no name. */
extern const struct option_help common_options[];

const struct command *find_command(const char *name);

#endif /* _IONCTL_OPTIONS_H */
