/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables with columns that are aligned, and that fit the terminal. */
#ifndef _IONCTL_TABLE_H
#define _IONCTL_TABLE_H

#include <limits.h>

#include "out.h"

/**
 * struct column - a column of a table
 * @title: what is over it; NULL for the end of an array of columns
 * @right: numbers: aligned to the right
 * @wrap: the last column: a text that is broken into lines where it is too long
 */
struct column {
	const char *title;
	bool right;
	bool wrap;
};

struct table;

/* A table with no rows. @columns stays the caller's; no title is shown if all are "". */
struct table *table_new(const struct column *columns);

/*
 * Of a column, for table_spare(): its cells begin with a bar and a blank, and the
 * bars of all columns go after those columns that are left out up to TABLE_BARS.
 */
#define TABLE_BAR  0x100U
#define TABLE_BARS 20U

/**
 * table_spare() - what goes when the terminal is too narrow
 * @table: the table
 * @spare: of each column; stays the caller's. 1: it is left out first, and so on,
 *	up to 2 * TABLE_BARS; 0: it stays; with TABLE_BAR or without
 *
 * When all of that is not enough, or without it, the columns on the right are left
 * out, and in the end the first one is cut.
 */
void table_spare(struct table *table, const unsigned int *spare);

/* The next cell, from left to right, row by row. */
void table_cell(struct table *table, enum paint paint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Print it as wide as its terminal, if it goes to one, and forget it. */
void table_print(struct table *table, FILE *to);

/**
 * table_show() - print a part of it
 * @table: the table
 * @to: where to
 * @width: columns of characters that there are
 * @first: the first row
 * @count: how many rows at most
 *
 * Columns are as wide as all rows need.
 */
void table_show(const struct table *table, FILE *to, size_t width, size_t first,
		size_t count);

void table_free(struct table *table);

#endif /* _IONCTL_TABLE_H */
