// SPDX-License-Identifier: GPL-2.0-only
/* ionctl top: the busiest channels, live. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channels.h"
#include "fail.h"
#include "open.h"
#include "options.h"
#include "rates.h"
#include "screen.h"
#include "table.h"
#include "text.h"

#define DELAY_NS 2000000000

/**
 * struct row - a channel that is shown
 * @entry: the channel
 * @rates: of it
 */
struct row {
	const struct ion_list_entry *entry;
	struct rates rates;
};

/**
 * struct order - what rows may be sorted by
 * @key: that is pressed for it
 * @name: what it is called, on the screen and for --sort
 * @compare: for qsort()
 */
struct order {
	char key;
	const char *name;
	int (*compare)(const void *a, const void *b);
};

static int by_channel(const void *a, const void *b)
{
	__u64 x = ((const struct row *)a)->entry->channel;
	__u64 y = ((const struct row *)b)->entry->channel;

	return (x > y) - (x < y);
}

/* The largest first; of equal ones the older channel. */
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

static const struct order orders[] = {
	{ 'r', "rate", by_rate },	{ 'k', "kicks", by_kicks },
	{ 'm', "memory", by_memory },	{ 'p', "pid", by_pid },
	{ 'c', "channel", by_channel }, { 0, NULL, NULL },
};

/* ---- what is shown ----------------------------------------------------- */

static const struct column columns[] = {
	{ "CHANNEL", true }, { "PID", true },	   { "COMM", false },
	{ "USER", false },   { "SERVICE", false }, { "STATE", false },
	{ "TX/S", true },    { "RX/S", true },	   { "CMD/S", true },
	{ "EVT/S", true },   { "KICKS/S", true },  { "WAKEUPS/S", true },
	{ "TX", false },     { "RX", false },	   { NULL, false },
};

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
	for (i = 0; i < ION_RINGS; i++)
		rate_cell(table, row->rates.pushed[i]);
	rate_cell(table, row->rates.kicks);
	rate_cell(table, row->rates.wakeups);
	for (i = ION_RING_TX; i <= ION_RING_RX; i++)
		table_cell(table, ring[i].poison ? PAINT_BAD : PAINT_NONE, "%s",
			   text_bar(text, ring[i].queued, ring[i].capacity));
}

static void print_head(FILE *to, const struct channels *before,
		       const struct channels *after, const struct order *order)
{
	char packets[TEXT_SIZE], cmds[TEXT_SIZE], bytes[TEXT_SIZE];
	struct rates rates;
	uint64_t sum = 0;
	size_t i;

	rates_of_all(before, after, &rates);
	for (i = 0; i < after->count; i++)
		sum += after->entry[i].bytes;
	fprintf(to,
		"%zu channels, %s; in a second %s packets, %s commands and answers\n",
		after->count, text_bytes(bytes, sum),
		text_rate(packets, rates.pushed[ION_RING_TX] +
					   rates.pushed[ION_RING_RX]),
		text_rate(cmds, rates.pushed[ION_RING_CMD] +
					rates.pushed[ION_RING_EVT]));
	fprintf(to,
		"by %s; r rate, k kicks, m memory, p pid, c channel, q quit\n\n",
		order->name);
}

static void print_rows(FILE *to, const struct channels *before,
		       const struct channels *after, const struct order *order)
{
	struct table *table = table_new(columns);
	struct row *rows = calloc(after->count + 1, sizeof(*rows));
	size_t i;

	if (!rows)
		fail_memory();
	for (i = 0; i < after->count; i++) {
		rows[i].entry = &after->entry[i];
		rates_of(before, after, rows[i].entry, &rows[i].rates);
	}
	qsort(rows, after->count, sizeof(*rows), order->compare);
	for (i = 0; i < after->count; i++)
		add_row(table, &rows[i]);
	table_print(table, to);
	free(rows);
}

static void show(const struct channels *before, const struct channels *after,
		 const struct order *order)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		fail_memory();
	print_head(to, before, after, order);
	print_rows(to, before, after, order);
	if (fclose(to))
		fail_memory();
	screen_show(text);
	free(text);
}

/* ---- the loop ---------------------------------------------------------- */

/**
 * struct request - what is asked for
 * @order: what to sort by
 * @delay: between two looks, in nanoseconds
 * @count: how many looks, 0 for no end
 */
struct request {
	const struct order *order;
	uint64_t delay;
	uint64_t count;
};

static void take_key(struct request *request, int key)
{
	const struct order *order;

	for (order = orders; order->name; order++)
		if (order->key == key)
			request->order = order;
}

/* Until the time is up; a key may have the same shown otherwise. */
static bool wait_and_show(struct request *request,
			  const struct channels *before,
			  const struct channels *after)
{
	uint64_t until = after->ns + request->delay;
	int key;

	for (;;) {
		show(before, after, request->order);
		key = screen_wait(until);
		if (key == 'q')
			return false;
		if (key == SCREEN_TIME && screen_now() >= until)
			return true;
		take_key(request, key);
	}
}

static int top(int fd, struct request *request, struct channels *before)
{
	struct channels after;
	uint64_t n = 0;
	bool go_on;
	int status;

	/* The first rates are of a moment, so that there is something to see. */
	usleep(100000);
	do {
		status = channels_read(fd, &after);
		if (status)
			return status;
		go_on = wait_and_show(request, before, &after);
		channels_free(before);
		*before = after;
		status = out_flush();
	} while (!status && go_on && ++n != request->count);
	return status;
}

static const struct order *order_argument(const char *name)
{
	const struct order *order;

	for (order = orders; order->name; order++)
		if (!strcmp(order->name, name))
			return order;
	fail_usage("--sort is rate, kicks, memory, pid or channel, not '%s'",
		   name);
}

static void read_request(int argc, char **argv, struct request *request)
{
	int letter;

	while ((letter = next_option(argc, argv, &cmd_top)) >= 0)
		switch (letter) {
		case 'd':
			request->delay = seconds_argument("--delay", optarg);
			break;
		case 's':
			request->order = order_argument(optarg);
			break;
		default:
			request->count = number_argument("--count", optarg, 1,
							 UINT64_MAX);
		}
	want_arguments(argc, argv, 0, 0);
	if (globals.json)
		fail_usage("it has no JSON: use stats --watch");
}

static int run_top(int argc, char **argv)
{
	struct request request = { .order = orders, .delay = DELAY_NS };
	struct channels channels;
	int fd, status;

	read_request(argc, argv, &request);
	status = open_driver(&fd, ION_FEATURE_LIST);
	if (status)
		return status;
	status = channels_read(fd, &channels);
	if (!status)
		status = screen_begin();
	if (!status)
		status = top(fd, &request, &channels);
	screen_end();
	channels_free(&channels);
	close(fd);
	return status;
}

static const struct option_help options[] = {
	{ 'd', "delay", "SECONDS", "time between two looks (default 2)" },
	{ 'n', "count", "COUNT", "so many looks, and then end" },
	{ 's', "sort", "NAME",
	  "by rate (default), kicks, memory, pid, channel" },
	{ 0 },
};

const struct command cmd_top = {
	.name = "top",
	.summary = "the busiest channels, live",
	.run = run_top,
	.usage = "[OPTION]...",
	.text = "Shows the channels that you may see on the whole terminal, the busiest first.\n"
		"\n"
		"Keys: q ends it; r, k, m, p, c sort by rate (packets and commands in a second),\n"
		"kicks, memory, pid, channel.\n",
	.options = options,
	.examples = "ionctl top\n"
		    "ionctl top --delay 0.5 --sort memory\n",
};
