/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is printed on stdout. It goes through stdio; out_flush() and out_end()
 * see to it that nothing is lost without a word.
 */
#ifndef _IONCTL_OUT_H
#define _IONCTL_OUT_H

#include "ionctl.h"

/* How text looks on a terminal. */
enum paint {
	PAINT_NONE,
	PAINT_BOLD, /* titles */
	PAINT_DIM,  /* what matters less */
	PAINT_GOOD, /* green */
	PAINT_BUSY, /* yellow */
	PAINT_BAD,  /* red: poisoned, failed */
};

/* See to it that no descriptor that is opened becomes stdin, stdout, stderr. */
void out_begin(void);

/* Set --color: "auto", "always", "never". Returns false if it is none of them. */
bool out_set_colour(const char *when);

/* Columns of characters of the terminal that it goes to; SIZE_MAX if it is none. */
size_t out_width(FILE *to);

/* Text in its paint, if there are colours. */
void out_paint(FILE *to, enum paint paint, const char *text);

/* What is to be written before and after text of that paint; may be "". */
const char *paint_start(enum paint paint);
const char *paint_end(enum paint paint);

/* Write out what was printed. Returns EXIT_OK, or tells why it could not be. */
int out_flush(void);

/* stdout can not be written to, for that errno. Tells it, and returns EXIT_FAILED. */
int out_failed(int error);

/**
 * out_end() - the last thing that a program does
 * @status: what it is to exit with
 *
 * Return: @status, or %EXIT_FAILED if that was %EXIT_OK and not all could be
 * written.
 */
int out_end(int status);

#endif /* _IONCTL_OUT_H */
