// SPDX-License-Identifier: GPL-2.0-only
/* Tables: all cells are collected, then each column is made as wide as it needs. */
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fail.h"
#include "text.h"

#define GAP "  "

struct cell {
	enum paint paint;
	char *text;
};

struct table {
	const struct column *columns;
	const unsigned int *spare;
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

void table_spare(struct table *table, const unsigned int *spare)
{
	table->spare = spare;
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

/**
 * struct fit - how a table is printed
 * @spare: columns with one up to that are left out
 * @no_bars: so are the bars
 * @widths: of the columns; 0 of one that is left out
 * @owed: blanks before what comes next in the line
 */
struct fit {
	unsigned int spare;
	bool no_bars;
	size_t *widths;
	size_t owed;
};

static unsigned int spare_of(const struct table *table, size_t column)
{
	return table->spare ? table->spare[column] : 0;
}

static bool is_left_out(const struct table *table, size_t column,
			const struct fit *fit)
{
	unsigned int spare = spare_of(table, column);

	return spare && spare <= fit->spare;
}

static const char *text_of(const struct table *table, size_t column,
			   const struct fit *fit, const struct cell *cell)
{
	const size_t bar = TEXT_BAR + 1;

	if (!fit->no_bars || spare_of(table, column) != TABLE_BAR)
		return cell->text;
	return strlen(cell->text) > bar ? cell->text + bar : cell->text;
}

/* How wide a column has to be. */
static size_t width_of(const struct table *table, size_t column,
		       const struct fit *fit)
{
	size_t width = strlen(table->columns[column].title);
	size_t i, length;

	if (is_left_out(table, column, fit))
		return 0;
	for (i = column; i < table->count; i += table->width) {
		length = strlen(text_of(table, column, fit, &table->cells[i]));
		if (length > width)
			width = length;
	}
	return width;
}

/* How wide the table is, and each column of it. */
static size_t measure(const struct table *table, struct fit *fit)
{
	size_t sum = 0, i;

	for (i = 0; i < table->width; i++) {
		fit->widths[i] = width_of(table, i, fit);
		if (!is_left_out(table, i, fit))
			sum += fit->widths[i] + (sum ? strlen(GAP) : 0);
	}
	return sum;
}

/* Leave out no more than it takes; what is too wide then, the terminal wraps. */
static void fit_to(const struct table *table, FILE *to, struct fit *fit)
{
	struct winsize size = { 0 };
	unsigned int most = 0;
	size_t i;

	if (ioctl(fileno(to), TIOCGWINSZ, &size) || !size.ws_col)
		size.ws_col = USHRT_MAX;
	for (i = 0; i < table->width; i++)
		if (spare_of(table, i) != TABLE_BAR &&
		    spare_of(table, i) > most)
			most = spare_of(table, i);
	while (measure(table, fit) > size.ws_col && !fit->no_bars)
		if (fit->spare < most)
			fit->spare++;
		else
			fit->no_bars = true;
}

/* Blanks are owed until more comes: there are none at the end of a line. */
static void print_cell(const struct table *table, FILE *to, size_t column,
		       struct fit *fit, const struct cell *cell)
{
	const char *text = text_of(table, column, fit, cell);
	bool right = table->columns[column].right;
	size_t blanks;

	if (is_left_out(table, column, fit))
		return;
	blanks = fit->widths[column] - strlen(text);
	fit->owed += right ? blanks : 0;
	if (*text) {
		fprintf(to, "%*s", (int)fit->owed, "");
		out_paint(to, cell->paint, text);
		fit->owed = 0;
	}
	fit->owed += strlen(GAP) + (right ? 0 : blanks);
}

static void end_line(FILE *to, struct fit *fit)
{
	putc('\n', to);
	fit->owed = 0;
}

static void print_titles(const struct table *table, FILE *to, struct fit *fit)
{
	size_t i;

	for (i = 0; i < table->width; i++) {
		struct cell cell = { PAINT_BOLD,
				     (char *)table->columns[i].title };

		print_cell(table, to, i, fit, &cell);
	}
	end_line(to, fit);
}

void table_print(struct table *table, FILE *to)
{
	struct fit fit = { .widths = calloc(table->width, sizeof(size_t)) };
	size_t i;

	if (!fit.widths)
		fail_memory();
	fit_to(table, to, &fit);
	if (has_titles(table))
		print_titles(table, to, &fit);
	for (i = 0; i < table->count; i++) {
		print_cell(table, to, i % table->width, &fit, &table->cells[i]);
		free(table->cells[i].text);
		if ((i + 1) % table->width == 0)
			end_line(to, &fit);
	}
	free(fit.widths);
	free(table->cells);
	free(table);
}
