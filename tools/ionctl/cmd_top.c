// SPDX-License-Identifier: GPL-2.0-only
/* ionctl top: the busiest channels, live. */
#include <string.h>
#include <unistd.h>

#include "channels.h"
#include "fail.h"
#include "open.h"
#include "options.h"
#include "screen.h"
#include "top.h"

#define DELAY_NS 2000000000

/* Letter of the first option of FILTER_OPTIONS; enum filter_option is added. */
#define LETTER_FILTER 0x100

/* ---- the loop ---------------------------------------------------------- */

/**
 * struct request - the command line
 * @top: what to show
 * @delay: time between two updates, in nanoseconds
 * @count: number of updates, 0 for no end
 */
struct request {
	struct top top;
	uint64_t delay;
	uint64_t count;
};

/* Handle a key while the text of the filter is typed. */
static void type(struct top *top, int key)
{
	char *text = top->filter.text;
	size_t length = strlen(text);

	if (key == SCREEN_ESCAPE)
		*text = '\0';
	if (key == SCREEN_ESCAPE || key == '\n' || key == '\r')
		top->typing = false;
	else if ((key == '\b' || key == 0x7f) && length)
		text[length - 1] = '\0';
	else if (key >= ' ' && key <= '~' && length + 1 < FILTER_TEXT)
		snprintf(text + length, FILTER_TEXT - length, "%c", key);
	top->first = 0;
}

/* Move by some rows; top_show() limits how far. */
static void scroll(struct top *top, int key)
{
	size_t page = top->page;

	switch (key) {
	case SCREEN_DOWN:
		top->first++;
		break;
	case SCREEN_UP:
		top->first -= top->first > 0;
		break;
	case SCREEN_PAGE_DOWN:
		top->first += page;
		break;
	case SCREEN_PAGE_UP:
		top->first -= top->first < page ? top->first : page;
		break;
	case SCREEN_HOME:
		top->first = 0;
		break;
	case SCREEN_END:
		top->first = top->rows;
		break;
	}
}

static void take_key(struct top *top, int key)
{
	const struct order *order;

	if (top->typing) {
		type(top, key);
		return;
	}
	if (key == '/')
		top->typing = true;
	if (key == SCREEN_ESCAPE)
		*top->filter.text = '\0';
	for (order = top_orders; order->name; order++)
		if (order->key == key)
			top->order = order;
	scroll(top, key);
}

/* Wait until the time is up; show the same data again after a key. */
static bool wait_and_show(struct request *request,
			  const struct channels *before,
			  const struct channels *after)
{
	uint64_t until = after->ns + request->delay;
	int key;

	for (;;) {
		top_show(&request->top, before, after);
		key = screen_wait(until);
		if (key == 'q' && !request->top.typing)
			return false;
		if (key == SCREEN_TIME && screen_now() >= until)
			return true;
		take_key(&request->top, key);
	}
}

static int top(int fd, struct request *request, struct channels *before)
{
	struct channels after;
	uint64_t n = 0;
	bool go_on;
	int status;

	/* Measure the first rates briefly, so that they are shown soon. */
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

	for (order = top_orders; order->name; order++)
		if (!strcmp(order->name, name))
			return order;
	fail_usage("--sort is rate, kicks, memory, pid or channel, not '%s'",
		   name);
}

static void read_request(int argc, char **argv, struct request *request)
{
	struct filter *filter = &request->top.filter;
	int letter;

	while ((letter = next_option(argc, argv, &cmd_top)) >= 0)
		switch (letter) {
		case 'd':
			request->delay = seconds_argument("--delay", optarg);
			break;
		case 's':
			request->top.order = order_argument(optarg);
			break;
		case 'n':
			request->count = number_argument("--count", optarg, 1,
							 UINT64_MAX);
			break;
		default:
			letter -= LETTER_FILTER;
			filter_option(filter, (enum filter_option)letter);
		}
	want_arguments(argc, argv, 0, 0);
	if (globals.json)
		fail_usage("it has no JSON: use stats --watch");
}

static int run_top(int argc, char **argv)
{
	struct request request = { .top.order = top_orders, .delay = DELAY_NS };
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
	{ 'd', "delay", "SECONDS", "time between two updates (default 2)" },
	{ 'n', "count", "COUNT", "end after COUNT updates" },
	{ 's', "sort", "NAME",
	  "by rate (default), kicks, memory, pid, channel" },
	FILTER_OPTIONS(LETTER_FILTER + FILTER_SERVICE,
		       LETTER_FILTER + FILTER_PID, LETTER_FILTER + FILTER_USER,
		       LETTER_FILTER + FILTER_POISONED),
	{ 0 },
};

const struct command cmd_top = {
	.name = "top",
	.summary = "the busiest channels, live",
	.run = run_top,
	.usage = "[OPTION]...",
	.text = "Shows the channels that you may see on the whole terminal, the busiest first.\n"
		"\n"
		"Keys: q quits; r, k, m, p, c sort by rate (packets and commands per second),\n"
		"kicks, memory, pid, channel. The arrows, Page Up, Page Down, Home and End\n"
		"scroll. / starts a filter: it shows only channels that have the text in their\n"
		"number, process, user, service or state; Enter ends the text, Escape clears it.\n"
		"\n"
		"On a narrow terminal columns are left out: MEMORY, WAKEUPS/S, USER, RX, EVT/S,\n"
		"CMD/S, KICKS/S, TX, STATE and more; the sort column goes last.\n",
	.options = options,
	.examples = "ionctl top\n"
		    "ionctl top --delay 0.5 --sort memory\n"
		    "ionctl top --service pair --user alice\n",
};
