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
static void print_cell(const struct table *table, size_t column, size_t width,
		       enum paint paint, const char *text)
{
	int blanks = (int)(width - strlen(text));
	bool right = table->columns[column].right;
	bool last = column + 1 == table->width;

	if (right)
		printf("%*s", blanks, "");
	out_paint(paint, text);
	if (!right && !last)
		printf("%*s", blanks, "");
	fputs(last ? "\n" : GAP, stdout);
}

void table_print(struct table *table)
{
	size_t *widths = calloc(table->width, sizeof(*widths));
	size_t i;

	if (!widths)
		fail_memory();
	for (i = 0; i < table->width; i++)
		widths[i] = width_of(table, i);
	for (i = 0; has_titles(table) && i < table->width; i++)
		print_cell(table, i, widths[i], PAINT_BOLD,
			   table->columns[i].title);
	for (i = 0; i < table->count; i++) {
		size_t column = i % table->width;

		print_cell(table, column, widths[column], table->cells[i].paint,
			   table->cells[i].text);
		free(table->cells[i].text);
	}
	free(widths);
	free(table->cells);
	free(table);
}
