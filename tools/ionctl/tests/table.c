// SPDX-License-Identifier: GPL-2.0-only
/* Tests of tables at every width: they fit, and leave out the right columns. */
#include "../table.h"

#include <string.h>

#include "../fail.h"
#include "../text.h"
#include "check.h"

#define WIDEST 120

void fail_memory(void)
{
	abort();
}

const char *paint_start(enum paint paint)
{
	(void)paint;
	return "";
}

const char *paint_end(enum paint paint)
{
	(void)paint;
	return "";
}

size_t out_width(FILE *to)
{
	(void)to;
	return SIZE_MAX;
}

static const struct column plain[] = {
	{ "NUMBER", true, false },
	{ "NAME", false, false },
	{ "RING", false, false },
	{ NULL, false, false },
};

static const struct column texts[] = {
	{ "NAME", false, false },
	{ "TEXT", false, true },
	{ NULL, false, false },
};

static struct table *plain_table(void)
{
	struct table *table = table_new(plain);
	char bar[TEXT_SIZE];
	unsigned int i;

	for (i = 1; i <= 9; i++) {
		table_cell(table, PAINT_NONE, "%u", i * 1000);
		table_cell(table, PAINT_NONE, "%.*s", (int)i, "abcdefghi");
		table_cell(table, PAINT_NONE, "%s %u/9", text_bar(bar, i, 9),
			   i);
	}
	return table;
}

static const char words[] = "every good boy deserves fudge and";

static struct table *text_table(void)
{
	struct table *table = table_new(texts);

	table_cell(table, PAINT_NONE, "short");
	table_cell(table, PAINT_NONE, "%s", words);
	table_cell(table, PAINT_NONE, "long");
	table_cell(table, PAINT_NONE, "%s %s %s", words, words, words);
	table_cell(table, PAINT_NONE, "none");
	table_cell(table, PAINT_NONE, "%060u", 7);
	return table;
}

/* Return some rows of a table at that width, to be freed. */
static char *shown_part(struct table *table, size_t width, size_t first,
			size_t count)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		abort();
	table_show(table, to, width, first, count);
	fclose(to);
	return text;
}

static char *shown(struct table *table, size_t width)
{
	return shown_part(table, width, 0, SIZE_MAX);
}

static bool fits(const char *text, size_t width)
{
	size_t length;

	for (; *text; text += length + 1) {
		length = strcspn(text, "\n");
		if (length > width || (length && text[length - 1] == ' '))
			return false;
	}
	return true;
}

static void fits_all(struct table *table)
{
	size_t width;

	for (width = 1; width <= WIDEST; width++) {
		char *text = shown(table, width);

		if (!fits(text, width))
			printf("# in %zu columns:\n%s", width, text);
		CHECK(fits(text, width));
		CHECK(*text);
		free(text);
	}
	table_free(table);
}

static void every_width(void)
{
	fits_all(plain_table());
}

static void every_width_with_texts(void)
{
	fits_all(text_table());
}

static void every_width_in_order(void)
{
	static const unsigned int spare[] = { 0, 1, TABLE_BAR | 22 };
	struct table *table = plain_table();

	table_spare(table, spare);
	fits_all(table);
}

static bool has(char *text, const char *part)
{
	bool is_there = strstr(text, part);

	free(text);
	return is_there;
}

/* Columns are left out in the given order, and no more than necessary. */
static void order(void)
{
	static const unsigned int spare[] = { 0, 1, TABLE_BAR | 22 };
	struct table *table = plain_table();

	table_spare(table, spare);
	CHECK(has(shown(table, 33), "NAME"));
	CHECK(!has(shown(table, 32), "NAME"));
	CHECK(has(shown(table, 32), "# 9/9"));
	CHECK(has(shown(table, 22), "# 9/9"));
	CHECK(!has(shown(table, 21), "# 9/9"));
	CHECK(has(shown(table, 21), "9/9"));
	CHECK(has(shown(table, 12), "9/9"));
	CHECK(!has(shown(table, 10), "9/9"));
	CHECK(has(shown(table, 10), "9000"));
	table_free(table);
}

/* No word is lost or broken. */
static void broken_texts(void)
{
	struct table *table = text_table();
	size_t width;

	for (width = 27; width <= WIDEST; width++) {
		char *text = shown(table, width), *at = text;
		unsigned int i;

		for (i = 0; i < 4; i++) {
			at = strstr(at, "deserves");
			CHECK(at);
			if (!at)
				break;
			at++;
		}
		free(text);
	}
	table_free(table);
}

static void some_rows(void)
{
	struct table *table = plain_table();
	char *all = shown(table, 80), *part = shown_part(table, 80, 3, 2);
	const char *second = part + strcspn(part, "\n") + 1;

	/* The titles and rows are those of the whole table. */
	CHECK(!strncmp(all, part, (size_t)(second - part)));
	CHECK(strstr(all, second));
	CHECK(strstr(part, " 4000 "));
	CHECK(strstr(part, " 5000 "));
	CHECK(!strstr(part, " 3000 "));
	CHECK(!strstr(part, " 6000 "));
	free(all);
	free(part);
	table_free(table);
}

int main(void)
{
	static const struct check checks[] = {
		{ "a table fits every width", every_width },
		{ "a table with texts fits every width",
		  every_width_with_texts },
		{ "a table with an order fits every width",
		  every_width_in_order },
		{ "columns are left out in order", order },
		{ "texts are broken at blanks", broken_texts },
		{ "some rows are as in the whole", some_rows },
		{ NULL, NULL },
	};

	return check_all(checks);
}
