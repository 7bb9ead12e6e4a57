/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output on stdout, through stdio. out_flush() and out_end() report if not all
 * of it could be written.
 */
#ifndef _IONCTL_OUT_H
#define _IONCTL_OUT_H

#include "ionctl.h"

/* How text looks on a terminal. */
enum paint {
	PAINT_NONE,
	PAINT_BOLD, /* titles */
	PAINT_DIM,  /* less important text */
	PAINT_GOOD, /* green */
	PAINT_BUSY, /* yellow */
	PAINT_BAD,  /* red: poisoned, failed */
};

/* Make sure that no newly opened descriptor becomes stdin, stdout or stderr. */
void out_begin(void);

/* Set --color: "auto", "always", "never"; return false for other words. */
bool out_set_colour(const char *when);

/* Return the columns of the terminal behind @to; SIZE_MAX if it is not one. */
size_t out_width(FILE *to);

/* Print text in its paint, if there are colours. */
void out_paint(FILE *to, enum paint paint, const char *text);

/* Return the sequences before and after text of that paint; may be "". */
const char *paint_start(enum paint paint);
const char *paint_end(enum paint paint);

/* Flush stdout; return EXIT_OK, or report the error and return its status. */
int out_flush(void);

/* Report that stdout cannot be written to, for that errno; return EXIT_FAILED. */
int out_failed(int error);

/**
 * out_end() - flush and close stdout before the program ends
 * @status: the exit status so far
 *
 * Return: @status, or %EXIT_FAILED if it was %EXIT_OK and not all output could
 * be written.
 */
int out_end(int status);

#endif /* _IONCTL_OUT_H */
