/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints tables with aligned columns that fit the terminal. */
#ifndef _IONCTL_TABLE_H
#define _IONCTL_TABLE_H

#include <limits.h>

#include "out.h"

/**
 * struct column - a column of a table
 * @title: its title; NULL ends an array of columns
 * @right: align to the right, for numbers
 * @wrap: break long texts into lines; only for the last column
 */
struct column {
	const char *title;
	bool right;
	bool wrap;
};

struct table;

/* Make an empty table. @columns must stay valid; titles show unless all are "". */
struct table *table_new(const struct column *columns);

/*
 * Flag of a column for table_spare(): its cells begin with a bar and a blank. The
 * bars of all columns are left out after the columns with a spare up to
 * TABLE_BARS.
 */
#define TABLE_BAR  0x100U
#define TABLE_BARS 20U

/**
 * table_spare() - set what to leave out on a narrow terminal
 * @table: the table
 * @spare: for each column its place in the order of leaving out, 1 to
 *	2 * TABLE_BARS, or 0 to keep it; TABLE_BAR may be added. It must stay
 *	valid.
 *
 * If that is not enough, or not set, columns are left out from the right, and
 * finally the first one is cut.
 */
void table_spare(struct table *table, const unsigned int *spare);

/* Add the next cell, from left to right, row by row. */
void table_cell(struct table *table, enum paint paint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Print the table, no wider than the terminal behind @to, and free it. */
void table_print(struct table *table, FILE *to);

/**
 * table_show() - print some rows of a table
 * @table: the table
 * @to: the output
 * @width: width of the output in characters
 * @first: the first row
 * @count: the largest number of rows
 *
 * Columns are wide enough for all rows of the table.
 */
void table_show(const struct table *table, FILE *to, size_t width, size_t first,
		size_t count);

void table_free(struct table *table);

#endif /* _IONCTL_TABLE_H */
