/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ionctl uses channels of /dev/ion from the shell.
 *
 * main.c finds the command; each cmd_NAME.c implements one. The commands share:
 * options.c reads the command line; out.c and table.c write text, json.c writes
 * JSON; text.c formats numbers and names for people; fail.c reports errors;
 * open.c and own.c open own channels, foreign.c those of other processes;
 * packet.c has the formats of packets; links.c lists network interfaces.
 */
#ifndef _IONCTL_H
#define _IONCTL_H

#include <ionchannel.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define NORETURN __attribute__((noreturn))

/* The exit status of ionctl. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,    /* failure; stderr says why */
	EXIT_USAGE = 2,	    /* the command line is wrong; nothing was done */
	EXIT_NO_DEVICE = 3, /* there is no /dev/ion */
	EXIT_DENIED = 4,    /* no permission */
	EXIT_BROKEN = 5,    /* a ring is poisoned, or a selftest failed */
	EXIT_TIMEOUT = 6,   /* --timeout expired */
};

/**
 * struct globals - options that all commands have
 * @device: --device
 * @json: --json
 * @colour: --color, or stdout is a terminal with colours
 */
struct globals {
	const char *device;
	bool json;
	bool colour;
};

extern struct globals globals;

/* The services that are built into the driver, ended by NULL. */
extern const char *const builtin_services[];

/**
 * struct option_help - an option of a command
 * @letter: the result of next_option(): the letter of its short form, or a number
 *	above 255 if it has none
 * @name: its long form, without the dashes
 * @value: the name of its value; "[VALUE]" if the value is optional, and then
 *	written --name=VALUE; NULL if it has none
 * @text: a short description
 */
struct option_help {
	int letter;
	const char *name;
	const char *value;
	const char *text;
};

/**
 * struct command - a command
 * @name: its name
 * @summary: a short description
 * @run: runs it; argv[0] is "ionctl NAME". Returns the exit status.
 * @usage: the arguments after the name: "[OPTION]... CHANNEL RING"
 * @text: a full description; lines end with a newline
 * @options: its own options, ended by one without a name; or NULL
 * @json: the output of --json, key by key; NULL if it prints no data
 * @examples: command lines, one a line
 * @statuses: further meanings of exit statuses for this command, in lines; or
 *	NULL
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
extern const struct command cmd_why;
extern const struct command cmd_top;
extern const struct command cmd_push;
extern const struct command cmd_pop;
extern const struct command cmd_cat;
extern const struct command cmd_listen;
extern const struct command cmd_connect;
extern const struct command cmd_net;
extern const struct command cmd_ping;
extern const struct command cmd_bench;

#endif /* _IONCTL_H */
