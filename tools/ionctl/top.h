/* SPDX-License-Identifier: GPL-2.0-only */
/* Shows ionctl top; cmd_top.c has its keys and its loop. */
#ifndef _IONCTL_TOP_H
#define _IONCTL_TOP_H

#include "filter.h"

/**
 * struct order - a way to sort the rows
 * @key: the key that selects it
 * @name: its name, on the screen and for --sort
 * @column: the column that it sorts by
 * @compare: the function for qsort()
 */
struct order {
	char key;
	const char *name;
	unsigned int column;
	int (*compare)(const void *a, const void *b);
};

/* The last one has no name. */
extern const struct order top_orders[];

/**
 * struct top - what to show
 * @order: the order of the rows
 * @filter: the channels
 * @typing: the text of the filter is being typed
 * @first: the first row to show, of those that pass the filter
 * @rows: number of rows that pass the filter; set by top_show()
 * @page: number of rows that fit; set by top_show()
 */
struct top {
	const struct order *order;
	struct filter filter;
	bool typing;
	size_t first;
	size_t rows;
	size_t page;
};

/* Show it on the whole terminal, with the rates from @before to @after. */
void top_show(struct top *top, const struct channels *before,
	      const struct channels *after);

#endif /* _IONCTL_TOP_H */
