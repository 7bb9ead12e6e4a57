/* SPDX-License-Identifier: GPL-2.0-only */
/* Uses the whole terminal, for a command that shows something live. */
#ifndef _IONCTL_SCREEN_H
#define _IONCTL_SCREEN_H

#include "ionctl.h"

/**
 * screen_begin() - take over the terminal
 *
 * The terminal is restored when the program ends, by exit() or a signal, and
 * while it is stopped.
 *
 * Return: %EXIT_OK, or the exit status after reporting that stdout is not a
 * terminal.
 */
int screen_begin(void);

/* Restore the terminal. */
void screen_end(void);

/* Get the columns and rows of the terminal. */
void screen_size(size_t *columns, size_t *rows);

/* Show lines of text from the top, cut to the width and height. */
void screen_show(const char *text);

/* Results of screen_wait() other than a character. */
enum {
	SCREEN_TIME = -1, /* the time is up */
	SCREEN_AGAIN =
		-2, /* the size of the terminal has changed: show again */
	SCREEN_OTHER = -3, /* a key that is not listed here */
	SCREEN_ESCAPE = 0x100,
	SCREEN_UP,
	SCREEN_DOWN,
	SCREEN_PAGE_UP,
	SCREEN_PAGE_DOWN,
	SCREEN_HOME,
	SCREEN_END,
};

/* Wait for a key, until a time on the monotonic clock. */
int screen_wait(uint64_t until_ns);

/* Return the time of that clock. */
uint64_t screen_now(void);

#endif /* _IONCTL_SCREEN_H */
