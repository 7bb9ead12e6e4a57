/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables with columns that are aligned, and that fit a terminal if they can. */
#ifndef _IONCTL_TABLE_H
#define _IONCTL_TABLE_H

#include <limits.h>

#include "out.h"

/**
 * struct column - a column of a table
 * @title: what is over it; NULL for the end of an array of columns
 * @right: numbers: aligned to the right
 */
struct column {
	const char *title;
	bool right;
};

struct table;

/* A table with no rows. @columns stays the caller's; no title is shown if all are "". */
struct table *table_new(const struct column *columns);

/* Of a column, for table_spare(): its cells begin with a bar and a blank. */
#define TABLE_BAR UINT_MAX

/**
 * table_spare() - what goes when the terminal is too narrow
 * @table: the table
 * @spare: of each column; stays the caller's. 0: it stays; 1: it is left out
 *	first, and so on; %TABLE_BAR: it stays, and in the end the bars go
 */
void table_spare(struct table *table, const unsigned int *spare);

/* The next cell, from left to right, row by row. */
void table_cell(struct table *table, enum paint paint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Print it and forget it. */
void table_print(struct table *table, FILE *to);

#endif /* _IONCTL_TABLE_H */
