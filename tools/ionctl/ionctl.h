/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ionctl: channels of /dev/ion at the shell.
 *
 * main.c finds the command; each cmd_NAME.c is one. What they share: options.c
 * reads the command line, out.c and table.c write text and json.c JSON, text.c
 * has numbers and names as people write them, fail.c says what went wrong,
 * open.c opens the device or a channel that another process has, packet.c has
 * the formats of packets.
 */
#ifndef _IONCTL_H
#define _IONCTL_H

#include <ionchannel.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define NORETURN __attribute__((noreturn))

/* What ionctl exits with. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,    /* it did not work, and said why */
	EXIT_USAGE = 2,	    /* the command line is wrong: nothing was done */
	EXIT_NO_DEVICE = 3, /* there is no /dev/ion */
	EXIT_DENIED = 4,    /* it may not be used, or not for that */
	EXIT_BROKEN = 5,    /* a ring is poisoned, or a selftest failed */
	EXIT_TIMEOUT = 6,   /* the time of --timeout was over */
};

/**
 * struct globals - what is said before the command, or after it
 * @device: --device
 * @json: --json
 * @colour: --color, or stdout is a terminal that has colours
 */
struct globals {
	const char *device;
	bool json;
	bool colour;
};

extern struct globals globals;

/* The services that come with the driver, the last one NULL. */
extern const char *const builtin_services[];

/**
 * struct option_help - an option of a command
 * @letter: what next_option() returns for it: the letter of its short form, or a
 *	number above 255 if it has none
 * @name: its long form, without the dashes
 * @value: what its value is called, "[VALUE]" if it may be left out (and is then
 *	written --name=VALUE), NULL if it has none
 * @text: what it does, in a few words
 */
struct option_help {
	int letter;
	const char *name;
	const char *value;
	const char *text;
};

/**
 * struct command - a command
 * @name: what it is called by
 * @summary: what it does, in a few words
 * @run: does it; argv[0] is "ionctl NAME". Returns an exit status.
 * @usage: what follows the name: "[OPTION]... CHANNEL RING"
 * @text: what it does, in full; lines end with a newline
 * @options: its own options, the last one with no name; or NULL
 * @json: what --json prints, key by key; NULL if it prints no data
 * @examples: command lines, in lines of their own
 * @statuses: what an exit status means for this command beyond what it means
 *	for all of them, in lines; or NULL
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
	const char *usage;
	const char *text;
	const struct option_help *options;
	const char *json;
	const char *examples;
	const char *statuses;
};

extern const struct command cmd_info;
extern const struct command cmd_list;
extern const struct command cmd_peek;
extern const struct command cmd_reset;
extern const struct command cmd_selftest;
extern const struct command cmd_stats;
extern const struct command cmd_top;
extern const struct command cmd_push;
extern const struct command cmd_pop;
extern const struct command cmd_cat;
extern const struct command cmd_ping;
extern const struct command cmd_bench;

#endif /* _IONCTL_H */
