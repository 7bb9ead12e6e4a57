/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: options, and arguments that are numbers or names. */
#ifndef _IONCTL_OPTIONS_H
#define _IONCTL_OPTIONS_H

#include "ionctl.h"

/**
 * next_option() - the next option of a command, as getopt() does it
 * @argc: of the command
 * @argv: of the command
 * @cmd: the command; NULL: before there is one
 *
 * The options that all commands have are dealt with in here. What is wrong ends
 * the program with %EXIT_USAGE, and --help with %EXIT_OK.
 *
 * Return: its letter, with the value in optarg; -1 after the last one, with the
 * first argument at argv[optind].
 */
int next_option(int argc, char **argv, const struct command *cmd);

/*
 * Take the argument after an option whose value may be left out, and was not given
 * with it, as its value, if that is a number. NULL if it is none.
 */
const char *following_number(int argc, char **argv);

/* As next_option(), for a command that has none of its own. */
void no_options(int argc, char **argv, const struct command *cmd);

/* Ends the program with %EXIT_USAGE unless from @least to @most are left. */
void want_arguments(int argc, char **argv, int least, int most);

/**
 * number_argument() - a number from the command line
 * @what: what it is called: "CHANNEL", "--count"
 * @text: what was given, decimal or 0x and hexadecimal digits
 * @least: the least that is allowed
 * @most: the most that is allowed
 *
 * Return: the number; what is none ends the program with %EXIT_USAGE.
 */
uint64_t number_argument(const char *what, const char *text, uint64_t least,
			 uint64_t most);

/* A time in seconds, "0.5", as nanoseconds; 0 is none. Likewise. */
uint64_t seconds_argument(const char *what, const char *text);

/* A ring by its name, as &enum ion_ring_id. Likewise. */
unsigned int ring_argument(const char *text);

/* The number of a channel. Likewise. */
uint64_t channel_argument(const char *text);

/* What --help prints; of ionctl itself for NULL. */
void print_help(const struct command *cmd);

/* The commands, the last one NULL: see main.c. */
extern const struct command *const commands[];

/* The options that all commands have, the last one with no name. */
extern const struct option_help common_options[];

const struct command *find_command(const char *name);

#endif /* _IONCTL_OPTIONS_H */
