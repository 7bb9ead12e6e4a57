// SPDX-License-Identifier: GPL-2.0-only
/* ionctl stats: show the driver's counters, once or repeatedly. */
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
 * struct request - the command line
 * @channel: numbers of the channels
 * @channels: number of channels; 0: the sum of all channels
 * @watch: time between two reports, in nanoseconds; 0: a single report
 * @count: number of reports, 0 for no end
 */
struct request {
	uint64_t channel[CHANNELS_MAX];
	size_t channels;
	uint64_t watch;
	uint64_t count;
};

/* Accept -w1 and --watch=1, and also -w 1 and --watch 1. */
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

/* Report and remove channels that are not in the list; return how many. */
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
 * Report at fixed times, so that the time that a report takes does not add up. A
 * signal ends the program in the default way.
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
	  "report rates per second, every SECONDS (default 1)" },
	{ 'n', "count", "COUNT", "end after COUNT reports; implies --watch" },
	{ 0 },
};

const struct command cmd_stats = {
	.name = "stats",
	.summary = "the counters of the driver, once or live",
	.run = run_stats,
	.usage = "[OPTION]... [CHANNEL]...",
	.text = "Shows the counters of the given channels, since they were opened. Without\n"
		"channels, shows the sums of all channels of the system, closed ones included,\n"
		"since the module was loaded; memory and capacity are then those of the channels\n"
		"that you may see now.\n"
		"\n"
		"With --watch, shows rates per second: packets pushed to each ring, kicks of the\n"
		"kernel end, how often it went to sleep, and how often it woke the program. The\n"
		"first line comes after the first interval. It ends with ctrl-C, or when the last\n"
		"of the given channels has gone.\n"
		"\n"
		"For a channel with buffers it shows how many the program and the service own,\n"
		"and how many payloads wait for an empty buffer of the other program.\n"
		"\n"
		"A number right after --watch is its interval, not a channel: give channels\n"
		"before it, or after the interval.\n",
	.options = options,
	.json = "{\"channels\": [...]}: the given channels, as in \"list\"; or\n"
		"{\"total\": {...}}: channels, poisoned (how many are), bytes, buffers,\n"
		"buffers_owned, opened (how many were), and the counters and rings as in\n"
		"\"list\", summed over all channels so far. With --watch a document a line, with\n"
		"  seconds             since the line before\n"
		"  rates               in each channel, or in total: tx, rx, cmd, evt, kicks,\n"
		"                      sleeps, wakeups, signals, per second\n",
	.examples =
		"ionctl stats 7\n"
		"ionctl stats -w 0.5\n"
		"ionctl stats 7 -w\n"
		"ionctl stats --watch=0.5 --count 10 7 8\n"
		"ionctl --json stats -w | jq --unbuffered .total.rates.tx\n",
};
