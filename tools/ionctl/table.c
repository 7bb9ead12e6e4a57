// SPDX-License-Identifier: GPL-2.0-only
/* Tables: all cells are collected, then each column is made as wide as it needs. */
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

#define GAP "  "

struct cell {
	enum paint paint;
	char *text;
};

struct table {
	const struct column *columns;
	size_t width;
	size_t count;
	size_t room;
	struct cell *cells;
};

struct table *table_new(const struct column *columns)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		fail_memory();
	table->columns = columns;
	while (columns[table->width].title)
		table->width++;
	return table;
}

void table_cell(struct table *table, enum paint paint, const char *format, ...)
{
	struct cell *cell;
	va_list args;

	if (table->count == table->room) {
		table->room = table->room ? table->room * 2 : 64;
		cell = reallocarray(table->cells, table->room, sizeof(*cell));
		if (!cell)
			fail_memory();
		table->cells = cell;
	}
	cell = &table->cells[table->count++];
	cell->paint = paint;
	va_start(args, format);
	if (vasprintf(&cell->text, format, args) < 0)
		fail_memory();
	va_end(args);
}

static bool has_titles(const struct table *table)
{
	size_t i;

	for (i = 0; i < table->width; i++)
		if (*table->columns[i].title)
			return true;
	return false;
}

/* How wide a column has to be. */
static size_t width_of(const struct table *table, size_t column)
{
	size_t width = strlen(table->columns[column].title);
	size_t i;

	for (i = column; i < table->count; i += table->width)
		if (strlen(table->cells[i].text) > width)
			width = strlen(table->cells[i].text);
	return width;
}

/* No blanks at the end of a line. */
static void print_cell(const struct table *table, FILE *to, size_t column,
		       size_t width, const struct cell *cell)
{
	int blanks = (int)(width - strlen(cell->text));
	bool right = table->columns[column].right;
	bool last = column + 1 == table->width;

	if (right)
		fprintf(to, "%*s", blanks, "");
	out_paint(to, cell->paint, cell->text);
	if (!right && !last)
		fprintf(to, "%*s", blanks, "");
	fputs(last ? "\n" : GAP, to);
}

static void print_titles(const struct table *table, FILE *to,
			 const size_t *widths)
{
	size_t i;

	for (i = 0; i < table->width; i++) {
		struct cell cell = { PAINT_BOLD,
				     (char *)table->columns[i].title };

		print_cell(table, to, i, widths[i], &cell);
	}
}

void table_print(struct table *table, FILE *to)
{
	size_t *widths = calloc(table->width, sizeof(*widths));
	size_t i;

	if (!widths)
		fail_memory();
	for (i = 0; i < table->width; i++)
		widths[i] = width_of(table, i);
	if (has_titles(table))
		print_titles(table, to, widths);
	for (i = 0; i < table->count; i++) {
		size_t column = i % table->width;

		print_cell(table, to, column, widths[column], &table->cells[i]);
		free(table->cells[i].text);
	}
	free(widths);
	free(table->cells);
	free(table);
}
