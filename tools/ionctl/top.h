/* SPDX-License-Identifier: GPL-2.0-only */
/* What ionctl top shows: see cmd_top.c for its keys and its loop. */
#ifndef _IONCTL_TOP_H
#define _IONCTL_TOP_H

#include "filter.h"

/**
 * struct order - what rows may be sorted by
 * @key: that is pressed for it
 * @name: what it is called, on the screen and for --sort
 * @column: the column that has it
 * @compare: for qsort()
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
 * struct top - what is shown
 * @order: what to sort by
 * @filter: which channels
 * @typing: the text of the filter is being typed
 * @first: the first row that is shown, of those that pass the filter
 * @rows: how many pass it; of the last top_show()
 * @page: for how many there was room; likewise
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
