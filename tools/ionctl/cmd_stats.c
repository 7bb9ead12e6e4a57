// SPDX-License-Identifier: GPL-2.0-only
/* ionctl stats: what the driver counts, once or for as long as it is let. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "channels.h"
#include "fail.h"
#include "open.h"
#include "options.h"
#include "rates.h"
#include "stats.h"

#define WATCH_NS 1000000000

/**
 * struct request - what is asked for
 * @channel: which channels, none for all of them together
 * @channels: how many
 * @watch: time between two looks, in nanoseconds; 0: look once
 * @count: how many reports, 0 for no end
 */
struct request {
	uint64_t channel[CHANNELS_MAX];
	size_t channels;
	uint64_t watch;
	uint64_t count;
};

/* -w1 and --watch=1, and also -w 1 and --watch 1. */
static uint64_t watch_argument(int argc, char **argv)
{
	const char *text = optarg ? optarg : following_number(argc, argv);

	return text ? seconds_argument("--watch", text) : WATCH_NS;
}

static void read_request(int argc, char **argv, struct request *request)
{
	int letter, i;

	while ((letter = next_option(argc, argv, &cmd_stats)) >= 0)
		switch (letter) {
		case 'w':
			request->watch = watch_argument(argc, argv);
			break;
		default:
			request->count = number_argument("--count", optarg, 1,
							 UINT64_MAX);
		}
	if (request->count && !request->watch)
		request->watch = WATCH_NS;
	want_arguments(argc, argv, 0, CHANNELS_MAX);
	for (i = optind; i < argc; i++)
		request->channel[request->channels++] =
			channel_argument(argv[i]);
}

/* Take those out that are not there, and say so. Returns how many were. */
static size_t drop_missing(struct request *request,
			   const struct channels *channels, const char *what)
{
	size_t i, to = 0, missing;

	for (i = 0; i < request->channels; i++)
		if (channels_find(channels, request->channel[i]))
			request->channel[to++] = request->channel[i];
		else
			fail("channel %llu: %s",
			     (unsigned long long)request->channel[i], what);
	missing = request->channels - to;
	request->channels = to;
	return missing;
}

static void report_once(const struct request *request,
			const struct channels *channels)
{
	if (globals.json)
		stats_json(channels, request->channel, request->channels);
	else
		stats_text(channels, request->channel, request->channels);
}

static void pass_time(uint64_t until)
{
	struct timespec ts = { .tv_sec = (time_t)(until / 1000000000),
			       .tv_nsec = (long)(until % 1000000000) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL))
		;
}

/*
 * Every so often, not so long after one another: what takes time here does not
 * add up. A signal ends the program as it ends any.
 */
static int watch(int fd, struct request *request, struct channels *before)
{
	bool some = request->channels;
	uint64_t next = before->ns;
	struct channels after;
	uint64_t n;
	int status;

	for (n = 0; !request->count || n < request->count; n++) {
		next += request->watch;
		pass_time(next);
		status = channels_read(fd, &after);
		if (status)
			return status;
		drop_missing(request, &after, "it has gone");
		if (some && !request->channels) {
			channels_free(&after);
			return EXIT_FAILED;
		}
		if (globals.json)
			rates_report_json(before, &after, request->channel,
					  request->channels);
		else
			rates_report_text(before, &after, request->channel,
					  request->channels, n);
		status = out_flush();
		channels_free(before);
		*before = after;
		if (status)
			return status;
	}
	return EXIT_OK;
}

static int run_stats(int argc, char **argv)
{
	struct request request = { 0 };
	struct channels channels;
	int fd, status;

	read_request(argc, argv, &request);
	status = open_driver(&fd, ION_FEATURE_LIST);
	if (status)
		return status;
	status = channels_read(fd, &channels);
	if (!status && drop_missing(&request, &channels, channel_missing))
		status = EXIT_FAILED;
	if (!status && request.watch)
		status = watch(fd, &request, &channels);
	else if (!status)
		report_once(&request, &channels);
	channels_free(&channels);
	close(fd);
	return status;
}

static const struct option_help options[] = {
	{ 'w', "watch", "[SECONDS]",
	  "go on, and tell how much there is in a second, every 1 or SECONDS" },
	{ 'n', "count", "COUNT",
	  "so many reports, and then end; implies --watch" },
	{ 0 },
};

const struct command cmd_stats = {
	.name = "stats",
	.summary = "what the driver counts, once or live",
	.run = run_stats,
	.usage = "[OPTION]... [CHANNEL]...",
	.text = "Shows what was counted of the channels since they were opened. If none is given,\n"
		"of all channels of the system together since the module was loaded, those that\n"
		"have gone too; memory and capacity are of those that you may see now.\n"
		"\n"
		"With --watch, how much there is in a second:\n"
		"packets pushed to each ring, kicks of the kernel end, how often that went to\n"
		"sleep, and how often it woke the program. The first line comes after the first\n"
		"interval. Ends with ctrl-C, or when the last of the given channels has gone.\n"
		"Of a channel with buffers it tells how many the program and the service have,\n"
		"and how many payloads wait for an empty one of the other program.\n"
		"A number right after --watch is its interval, and no channel: give channels\n"
		"before it, or after the interval.\n",
	.options = options,
	.json = "{\"channels\": [...]}: the given channels, as \"list\" has them; or\n"
		"{\"total\": {...}}: channels, poisoned (how many are), bytes, buffers,\n"
		"buffers_owned, opened (how many were), and the counters and rings that \"list\"\n"
		"has, of all that there have been. With --watch a document a line, with\n"
		"  seconds             since the line before\n"
		"  rates               in each channel, or in total: tx, rx, cmd, evt, kicks,\n"
		"                      sleeps, wakeups, signals, in a second\n",
	.examples =
		"ionctl stats 7\n"
		"ionctl stats -w 0.5\n"
		"ionctl stats 7 -w\n"
		"ionctl stats --watch=0.5 --count 10 7 8\n"
		"ionctl --json stats -w | jq --unbuffered .total.rates.tx\n",
};
