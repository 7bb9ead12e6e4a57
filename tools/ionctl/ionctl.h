/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ionctl: channels of /dev/ion at the shell.
 *
 * main.c finds the command; each cmd_NAME.c is one. What they share: out.c
 * writes tables and JSON, fail.c says what went wrong, open.c opens the device
 * or a channel that another process has, packet.c has the formats of packets.
 */
#ifndef _IONCTL_H
#define _IONCTL_H

#include <ionchannel.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What ionctl exits with. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,    /* it did not work, and said why */
	EXIT_USAGE = 2,	    /* the command line is wrong: nothing was done */
	EXIT_NO_DEVICE = 3, /* there is no /dev/ion */
	EXIT_DENIED = 4,    /* it may not be used, or not for that */
	EXIT_BROKEN = 5,    /* a ring is poisoned, or a selftest failed */
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

/**
 * struct command - a command
 * @name: what it is called by
 * @summary: what it does, in a few words
 * @run: does it; argv[0] is "ionctl NAME". Returns an exit status.
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

#endif /* _IONCTL_H */
