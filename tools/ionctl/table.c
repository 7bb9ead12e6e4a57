// SPDX-License-Identifier: GPL-2.0-only
/* Prints tables: collects all cells, then makes each column as wide as needed. */
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fail.h"
#include "text.h"

#define GAP "  "

/* A column is never broken into lines shorter than this. */
#define WRAP_MIN 20

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

void table_free(struct table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
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

/* ---- widths ------------------------------------------------------------- */

/**
 * struct fit - the layout of a table
 * @spare: columns with a spare from 1 to this are left out
 * @columns: columns from this one on are left out too
 * @widths: widths of the columns; 0 for those that are left out
 * @owed: blanks to print before the next text of the line
 */
struct fit {
	unsigned int spare;
	size_t columns;
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
	unsigned int spare = spare_of(table, column) & ~TABLE_BAR;

	return column >= fit->columns || (spare && spare <= fit->spare);
}

static const char *text_of(const struct table *table, size_t column,
			   const struct fit *fit, const struct cell *cell)
{
	const size_t bar = TEXT_BAR + 1;

	if (fit->spare < TABLE_BARS || !(spare_of(table, column) & TABLE_BAR))
		return cell->text;
	return strlen(cell->text) > bar ? cell->text + bar : cell->text;
}

/* Return how wide a column has to be. */
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

/* Set the width of each column and return the width of the table. */
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

/* Shrink the column whose texts can be broken by @excess; return what remains. */
static size_t wrap(const struct table *table, struct fit *fit, size_t excess)
{
	size_t last = table->width - 1, most;

	if (!table->columns[last].wrap || fit->widths[last] <= WRAP_MIN)
		return excess;
	most = fit->widths[last] - WRAP_MIN;
	most = excess < most ? excess : most;
	fit->widths[last] -= most;
	return excess - most;
}

/* Leave out one more column or the bars; return false if one column is left. */
static bool leave_out_more(const struct table *table, struct fit *fit)
{
	if (table->spare && fit->spare < 2 * TABLE_BARS)
		fit->spare++;
	else if (fit->columns > 1)
		fit->columns--;
	else
		return false;
	return true;
}

/* Leave out as little as possible. */
static void fit_to(const struct table *table, size_t width, struct fit *fit)
{
	size_t wide;

	fit->columns = table->width;
	do {
		wide = measure(table, fit);
		if (wide <= width || !wrap(table, fit, wide - width))
			return;
	} while (leave_out_more(table, fit));
	fit->widths[0] = width;
}

/* ---- printing ----------------------------------------------------------- */

/* Print a text. Blanks wait for the next text, so no line ends with blanks. */
static void print_text(const struct table *table, FILE *to, size_t column,
		       struct fit *fit, enum paint paint, const char *text,
		       size_t length)
{
	bool right = table->columns[column].right;
	size_t blanks = fit->widths[column] - length;

	fit->owed += right ? blanks : 0;
	if (length) {
		fprintf(to, "%*s%s%.*s%s", (int)fit->owed, "",
			paint_start(paint), (int)length, text,
			paint_end(paint));
		fit->owed = 0;
	}
	fit->owed += strlen(GAP) + (right ? 0 : blanks);
}

/* Print as much of a cell as fits one line; return the rest. */
static const char *print_cell(const struct table *table, FILE *to,
			      size_t column, struct fit *fit, enum paint paint,
			      const char *text)
{
	size_t width = fit->widths[column];
	size_t length = strlen(text);

	if (length > width && table->columns[column].wrap)
		length = text_line(text, width);
	print_text(table, to, column, fit, paint, text,
		   length < width ? length : width);
	text += length;
	return text + strspn(text, " ");
}

static void end_line(FILE *to, struct fit *fit)
{
	putc('\n', to);
	fit->owed = 0;
}

/* Print the rest of the last cell, in lines of its own below. */
static void print_rest(const struct table *table, FILE *to, struct fit *fit,
		       enum paint paint, const char *text)
{
	size_t last = table->width - 1, i;

	while (*text) {
		for (i = 0; i < last; i++)
			if (!is_left_out(table, i, fit))
				fit->owed += fit->widths[i] + strlen(GAP);
		text = print_cell(table, to, last, fit, paint, text);
		end_line(to, fit);
	}
}

static void print_titles(const struct table *table, FILE *to, struct fit *fit)
{
	size_t i;

	for (i = 0; i < table->width; i++)
		if (!is_left_out(table, i, fit))
			print_cell(table, to, i, fit, PAINT_BOLD,
				   table->columns[i].title);
	end_line(to, fit);
}

static void print_row(const struct table *table, FILE *to, struct fit *fit,
		      const struct cell *cells)
{
	const char *rest = "";
	size_t i;

	for (i = 0; i < table->width; i++)
		if (!is_left_out(table, i, fit))
			rest = print_cell(table, to, i, fit, cells[i].paint,
					  text_of(table, i, fit, &cells[i]));
	end_line(to, fit);
	if (table->columns[table->width - 1].wrap &&
	    !is_left_out(table, table->width - 1, fit))
		print_rest(table, to, fit, cells[table->width - 1].paint, rest);
}

void table_show(const struct table *table, FILE *to, size_t width, size_t first,
		size_t count)
{
	struct fit fit = { .widths = calloc(table->width, sizeof(size_t)) };
	size_t row, rows = table->count / table->width;

	if (!fit.widths)
		fail_memory();
	fit_to(table, width, &fit);
	if (has_titles(table))
		print_titles(table, to, &fit);
	for (row = first; row < rows && row - first < count; row++)
		print_row(table, to, &fit, &table->cells[row * table->width]);
	free(fit.widths);
}

void table_print(struct table *table, FILE *to)
{
	table_show(table, to, out_width(to), 0, SIZE_MAX);
	table_free(table);
}
