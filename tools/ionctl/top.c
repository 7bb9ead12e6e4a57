// SPDX-License-Identifier: GPL-2.0-only
/* Shows ionctl top: the lines above the table, and as many rows as fit. */
#include "top.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "rates.h"
#include "screen.h"
#include "table.h"
#include "text.h"

/**
 * struct row - a channel that is shown
 * @entry: the channel
 * @rates: its rates
 */
struct row {
	const struct ion_list_entry *entry;
	struct rates rates;
};

/* ---- the order ---------------------------------------------------------- */

static int by_channel(const void *a, const void *b)
{
	__u64 x = ((const struct row *)a)->entry->channel;
	__u64 y = ((const struct row *)b)->entry->channel;

	return (x > y) - (x < y);
}

/* Sort the largest first; if equal, the older channel first. */
static int descending(double x, double y, const void *a, const void *b)
{
	if (x == y)
		return by_channel(a, b);
	return x < y ? 1 : -1;
}

static int by_rate(const void *a, const void *b)
{
	return descending(rates_total(&((const struct row *)a)->rates),
			  rates_total(&((const struct row *)b)->rates), a, b);
}

static int by_kicks(const void *a, const void *b)
{
	return descending(((const struct row *)a)->rates.kicks,
			  ((const struct row *)b)->rates.kicks, a, b);
}

static int by_memory(const void *a, const void *b)
{
	return descending((double)((const struct row *)a)->entry->bytes,
			  (double)((const struct row *)b)->entry->bytes, a, b);
}

static int by_pid(const void *a, const void *b)
{
	__u32 x = ((const struct row *)a)->entry->pid;
	__u32 y = ((const struct row *)b)->entry->pid;

	return x == y ? by_channel(a, b) : (x > y) - (x < y);
}

/* ---- the table ---------------------------------------------------------- */

enum {
	COLUMN_CHANNEL,
	COLUMN_PID,
	COLUMN_COMM,
	COLUMN_USER,
	COLUMN_SERVICE,
	COLUMN_STATE,
	COLUMN_MEMORY,
	COLUMN_TX_RATE,
	COLUMN_RX_RATE,
	COLUMN_CMD_RATE,
	COLUMN_EVT_RATE,
	COLUMN_KICKS,
	COLUMN_WAKEUPS,
	COLUMN_TX,
	COLUMN_RX,
	COLUMNS,
};

const struct order top_orders[] = {
	{ 'r', "rate", COLUMN_TX_RATE, by_rate },
	{ 'k', "kicks", COLUMN_KICKS, by_kicks },
	{ 'm', "memory", COLUMN_MEMORY, by_memory },
	{ 'p', "pid", COLUMN_PID, by_pid },
	{ 'c', "channel", COLUMN_CHANNEL, by_channel },
	{ 0, NULL, 0, NULL },
};

static const struct column columns[] = {
	[COLUMN_CHANNEL] = { "CHANNEL", true, false },
	[COLUMN_PID] = { "PID", true, false },
	[COLUMN_COMM] = { "COMM", false, false },
	[COLUMN_USER] = { "USER", false, false },
	[COLUMN_SERVICE] = { "SERVICE", false, false },
	[COLUMN_STATE] = { "STATE", false, false },
	[COLUMN_MEMORY] = { "MEMORY", true, false },
	[COLUMN_TX_RATE] = { "TX/S", true, false },
	[COLUMN_RX_RATE] = { "RX/S", true, false },
	[COLUMN_CMD_RATE] = { "CMD/S", true, false },
	[COLUMN_EVT_RATE] = { "EVT/S", true, false },
	[COLUMN_KICKS] = { "KICKS/S", true, false },
	[COLUMN_WAKEUPS] = { "WAKEUPS/S", true, false },
	[COLUMN_TX] = { "TX", false, false },
	[COLUMN_RX] = { "RX", false, false },
	[COLUMNS] = { NULL, false, false },
};

/*
 * The order in which columns are left out on a narrow terminal; the column that
 * is sorted by is the last one.
 */
static const unsigned int spare_columns[COLUMNS] = {
	[COLUMN_MEMORY] = 1,   [COLUMN_WAKEUPS] = 2,  [COLUMN_USER] = 3,
	[COLUMN_RX] = 4,       [COLUMN_EVT_RATE] = 5, [COLUMN_CMD_RATE] = 6,
	[COLUMN_KICKS] = 7,    [COLUMN_TX] = 8,	      [COLUMN_STATE] = 9,
	[COLUMN_COMM] = 10,    [COLUMN_SERVICE] = 11, [COLUMN_PID] = 12,
	[COLUMN_RX_RATE] = 13, [COLUMN_TX_RATE] = 14,
};

#define SPARE_LAST 20

static void rate_cell(struct table *table, double rate)
{
	char text[TEXT_SIZE];

	table_cell(table, PAINT_NONE, "%s", text_rate(text, rate));
}

static void add_row(struct table *table, const struct row *row)
{
	const struct ion_list_entry *entry = row->entry;
	const struct ion_ring_stats *ring = entry->stats.ring;
	char text[TEXT_SIZE + 1];
	enum paint paint;
	const char *state = channel_state(entry, &paint);
	unsigned int i;

	channel_cells(table, entry);
	table_cell(table, paint, "%s", state);
	table_cell(table, PAINT_NONE, "%s", text_bytes(text, entry->bytes));
	for (i = 0; i < ION_RINGS; i++)
		rate_cell(table, row->rates.pushed[i]);
	rate_cell(table, row->rates.kicks);
	rate_cell(table, row->rates.wakeups);
	for (i = ION_RING_TX; i <= ION_RING_RX; i++)
		table_cell(table, ring[i].poison ? PAINT_BAD : PAINT_NONE, "%s",
			   text_bar(text, ring[i].queued, ring[i].capacity));
}

/* Make a table of the rows that pass the filter, in order. */
static struct table *make_table(struct top *top, const struct channels *before,
				const struct channels *after)
{
	struct table *table = table_new(columns);
	struct row *rows = calloc(after->count + 1, sizeof(*rows));
	size_t i;

	if (!rows)
		fail_memory();
	top->rows = 0;
	for (i = 0; i < after->count; i++) {
		struct row *row = &rows[top->rows];

		if (!filter_shows(&top->filter, &after->entry[i]))
			continue;
		row->entry = &after->entry[i];
		rates_of(before, after, row->entry, &row->rates);
		top->rows++;
	}
	qsort(rows, top->rows, sizeof(*rows), top->order->compare);
	for (i = 0; i < top->rows; i++)
		add_row(table, &rows[i]);
	free(rows);
	return table;
}

static void print_table(const struct top *top, struct table *table, FILE *to,
			size_t width)
{
	unsigned int spare[COLUMNS];

	memcpy(spare, spare_columns, sizeof(spare));
	if (spare[top->order->column])
		spare[top->order->column] = SPARE_LAST;
	table_spare(table, spare);
	table_show(table, to, width, top->first, top->page);
}

/* ---- the lines above it ------------------------------------------------- */

/* Print a text, broken into lines; return how many. */
static size_t print_broken(FILE *to, const char *text, size_t width)
{
	size_t lines = 0, length;

	while (*text) {
		length = text_line(text, width);
		fprintf(to, "%.*s\n", (int)length, text);
		text += length;
		text += strspn(text, " ");
		lines++;
	}
	return lines;
}

static size_t print_sums(FILE *to, const struct channels *before,
			 const struct channels *after, size_t width)
{
	char packets[TEXT_SIZE], cmds[TEXT_SIZE], bytes[TEXT_SIZE], text[256];
	static const char answers[] = "commands and answers";
	struct rates rates;
	uint64_t sum = 0;
	size_t i;

	rates_of_all(before, after, &rates);
	for (i = 0; i < after->count; i++)
		sum += after->entry[i].bytes;
	text_rate(packets,
		  rates.pushed[ION_RING_TX] + rates.pushed[ION_RING_RX]);
	text_rate(cmds,
		  rates.pushed[ION_RING_CMD] + rates.pushed[ION_RING_EVT]);
	snprintf(text, sizeof(text),
		 "%zu channels, %s; in a second %s packets, %s %s",
		 after->count, text_bytes(bytes, sum), packets, cmds, answers);
	return print_broken(to, text, width);
}

static size_t print_keys(FILE *to, const struct top *top, size_t width)
{
	static const char keys[] =
		"q quit, r rate, k kicks, m memory, p pid, c channel, / filter";
	char text[256];

	if (top->typing)
		snprintf(text, sizeof(text),
			 "filter: %s_  (Enter keeps it, Escape clears it)",
			 top->filter.text);
	else
		snprintf(text, sizeof(text), "by %s; %s%s%s", top->order->name,
			 keys, *top->filter.text ? ": " : "", top->filter.text);
	return print_broken(to, text, width);
}

/* Print which rows are shown, unless all are. */
static void print_place(const struct top *top, const struct channels *all,
			FILE *to, size_t width)
{
	size_t last = top->first + top->page;
	char text[128] = "";

	if (last > top->rows)
		last = top->rows;
	if (top->rows > top->page)
		snprintf(text, sizeof(text), "%zu to %zu of %zu: arrows, pages",
			 top->first + 1, last, top->rows);
	else if (top->rows < all->count)
		snprintf(text, sizeof(text), "%zu of %zu channels", top->rows,
			 all->count);
	fprintf(to, "%.*s\n", (int)width, text);
}

/* Set how many rows fit, and scroll back if there are fewer rows now. */
static void set_page(struct top *top, size_t room)
{
	size_t most;

	top->page = room ? room : 1;
	most = top->rows > top->page ? top->rows - top->page : 0;
	if (top->first > most)
		top->first = most;
}

void top_show(struct top *top, const struct channels *before,
	      const struct channels *after)
{
	struct table *table = make_table(top, before, after);
	size_t size, width, height, lines;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		fail_memory();
	screen_size(&width, &height);
	lines = print_sums(to, before, after, width);
	lines += print_keys(to, top, width);
	/* The line of print_place(), and the titles. */
	lines += 2;
	set_page(top, height > lines ? height - lines : 0);
	print_place(top, after, to, width);
	print_table(top, table, to, width);
	table_free(table);
	if (fclose(to))
		fail_memory();
	screen_show(text);
	free(text);
}
