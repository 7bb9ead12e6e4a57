/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole terminal, for a command that shows something live. */
#ifndef _IONCTL_SCREEN_H
#define _IONCTL_SCREEN_H

#include "ionctl.h"

/**
 * screen_begin() - take the terminal
 *
 * It is given back when the program ends, however it does: by exit(), or by a
 * signal that ends it or stops it.
 *
 * Return: the exit status, %EXIT_OK, or what went wrong is told: stdout is no
 * terminal.
 */
int screen_begin(void);

/* Give the terminal back. */
void screen_end(void);

/* How many columns and rows of characters there are. */
void screen_size(size_t *columns, size_t *rows);

/* Show lines of text, each cut to the width, from the top; no more than fit. */
void screen_show(const char *text);

/* What screen_wait() returns if no key was pressed, or one that is no character. */
enum {
	SCREEN_TIME = -1,  /* the time is up */
	SCREEN_AGAIN = -2, /* the terminal has another size */
	SCREEN_OTHER = -3, /* a key that has no name here */
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

/* Now, on that clock. */
uint64_t screen_now(void);

#endif /* _IONCTL_SCREEN_H */
