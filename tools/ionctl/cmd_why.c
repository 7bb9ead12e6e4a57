// SPDX-License-Identifier: GPL-2.0-only
/* ionctl why: what keeps packets from moving, and what to do about it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "open.h"
#include "options.h"
#include "stats.h"
#include "text.h"
#include "why.h"

#define TIME_NS 1000000000

/**
 * struct request - the command line
 * @channel: numbers of the channels
 * @channels: number of channels; 0: all that the caller may see
 * @time: how long to watch, in nanoseconds
 */
struct request {
	uint64_t channel[CHANNELS_MAX];
	size_t channels;
	uint64_t time;
};

/**
 * struct report - what was found
 * @looked: number of channels that were looked at
 * @findings: number of findings
 * @array: the findings as JSON; NULL: they are printed as text
 */
struct report {
	unsigned int looked;
	unsigned int findings;
	json_t *array;
};

static void read_request(int argc, char **argv, struct request *request)
{
	int i;

	request->time = TIME_NS;
	while (next_option(argc, argv, &cmd_why) >= 0)
		request->time = seconds_argument("--time", optarg);
	want_arguments(argc, argv, 0, CHANNELS_MAX);
	for (i = optind; i < argc; i++)
		request->channel[request->channels++] =
			channel_argument(argv[i]);
}

/* Return whether the process is stopped by a signal or a debugger. */
static bool is_stopped(uint32_t pid)
{
	char path[64], text[512], state = 0;
	char *end;
	FILE *file;
	size_t n;

	if (!pid)
		return false;
	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	/* The name of the program, before it, may hold anything. */
	end = strrchr(text, ')');
	if (end)
		sscanf(end + 1, " %c", &state);
	return state == 'T' || state == 't';
}

/* Return for each channel whether its process is stopped; free it afterwards. */
static bool *stopped_of(const struct channels *channels)
{
	bool *stopped = calloc(channels->count + 1, sizeof(*stopped));
	size_t i;

	if (!stopped)
		fail_memory();
	for (i = 0; i < channels->count; i++)
		stopped[i] = is_stopped(channels->entry[i].pid);
	return stopped;
}

static void print_finding(const struct ion_list_entry *entry,
			  const struct finding *finding)
{
	char comm[TEXT_SIZE], service[ION_SERVICE_NAME_LEN + 1];

	text_safe(comm, sizeof(comm), entry->comm, sizeof(entry->comm));
	text_safe(service, sizeof(service), entry->service,
		  sizeof(entry->service));
	printf("channel %llu (%s, pid %u, service %s): %s.\n    %s\n",
	       (unsigned long long)entry->channel, *comm ? comm : "-",
	       entry->pid, *service ? service : "-", finding->text,
	       finding->advice);
}

static json_t *finding_json(const struct ion_list_entry *entry,
			    const struct finding *finding)
{
	json_t *object = json_new_object();

	json_put_number(object, "channel", entry->channel);
	json_put_number(object, "pid", entry->pid);
	json_put_text(object, "comm", entry->comm, sizeof(entry->comm));
	json_put_text(object, "service", entry->service,
		      sizeof(entry->service));
	json_put(object, "cause", json_string(finding->cause));
	json_put_text(object, "text", finding->text, sizeof(finding->text));
	json_put(object, "advice", json_string(finding->advice));
	return object;
}

static void report_channel(struct report *report, const struct look *look)
{
	struct finding findings[FINDINGS_MAX];
	unsigned int n = why_find(look, findings), i;

	report->looked++;
	report->findings += n;
	for (i = 0; i < n; i++)
		if (report->array)
			json_add(report->array,
				 finding_json(look->is, &findings[i]));
		else
			print_finding(look->is, &findings[i]);
}

static bool asked_for(const struct request *request, uint64_t channel)
{
	size_t i;

	for (i = 0; i < request->channels; i++)
		if (request->channel[i] == channel)
			return true;
	return !request->channels;
}

/* Return whether a channel waits at the port until it is accepted. */
static bool waits_at(const struct ion_list_entry *entry,
		     const struct ion_list_entry *port)
{
	return entry->state == ION_CHANNEL_READY && !entry->peer &&
	       !memcmp(entry->key, port->key, sizeof(entry->key)) &&
	       !memcmp(entry->service, port->service, sizeof(entry->service));
}

/* Count the channels that waited at a port at both times. */
static unsigned int clients_of(const struct ion_list_entry *port,
			       const struct channels *before,
			       const struct channels *after)
{
	const struct ion_list_entry *was, *is;
	unsigned int n = 0;
	size_t i;

	if (port->state != ION_CHANNEL_LISTENING)
		return 0;
	for (i = 0; i < before->count; i++) {
		was = &before->entry[i];
		is = channels_find(after, was->channel);
		n += is && waits_at(was, port) && waits_at(is, port);
	}
	return n;
}

/* Compare the channels that were there at both times. */
static void report_all(const struct request *request,
		       const struct channels *before,
		       const struct channels *after, const bool *stopped,
		       struct report *report)
{
	struct look look = { .seconds =
				     (double)(after->ns - before->ns) / 1e9 };
	size_t i;

	for (i = 0; i < before->count; i++) {
		look.was = &before->entry[i];
		look.is = channels_find(after, look.was->channel);
		if (!look.is || !asked_for(request, look.was->channel))
			continue;
		look.peer = look.is->peer ? channels_find(after, look.is->peer)
					  : NULL;
		look.clients = clients_of(look.is, before, after);
		look.stopped = stopped[i] && is_stopped(look.is->pid);
		report_channel(report, &look);
	}
}

static int missing(const struct request *request,
		   const struct channels *channels)
{
	int status = EXIT_OK;
	size_t i;

	for (i = 0; i < request->channels; i++)
		if (!channels_find(channels, request->channel[i]))
			status = fail("channel %llu: %s",
				      (unsigned long long)request->channel[i],
				      channel_missing);
	return status;
}

static void pass_time(uint64_t ns)
{
	struct timespec ts = { .tv_sec = (time_t)(ns / 1000000000),
			       .tv_nsec = (long)(ns % 1000000000) };

	while (nanosleep(&ts, &ts))
		;
}

static void print_report(const struct report *report, double seconds)
{
	json_t *doc;

	if (report->array) {
		doc = json_new_object();
		json_put_real(doc, "seconds", seconds);
		json_put_number(doc, "channels", report->looked);
		json_put(doc, "findings", report->array);
		json_print(doc);
	} else if (!report->findings) {
		printf("nothing is wrong with %u channel%s\n", report->looked,
		       report->looked == 1 ? "" : "s");
	}
}

static int look_twice(int fd, const struct request *request)
{
	struct channels before, after;
	struct report report = { 0 };
	bool *stopped;
	int status;

	status = channels_read(fd, &before);
	if (status)
		return status;
	stopped = stopped_of(&before);
	status = missing(request, &before);
	if (!status) {
		pass_time(request->time);
		status = channels_read(fd, &after);
	}
	if (!status) {
		report.array = globals.json ? json_new_array() : NULL;
		report_all(request, &before, &after, stopped, &report);
		print_report(&report, (double)(after.ns - before.ns) / 1e9);
		channels_free(&after);
		status = report.findings ? EXIT_FAILED : EXIT_OK;
	}
	free(stopped);
	channels_free(&before);
	return status;
}

static int run_why(int argc, char **argv)
{
	struct request request = { 0 };
	int fd, status;

	read_request(argc, argv, &request);
	status = open_driver(&fd, ION_FEATURE_LIST);
	if (status)
		return status;
	status = look_twice(fd, &request);
	close(fd);
	return status;
}

static const struct option_help options[] = {
	{ 't', "time", "SECONDS", "how long to watch (default 1)" },
	{ 0 },
};

const struct command cmd_why = {
	.name = "why",
	.summary = "what keeps packets from moving",
	.run = run_why,
	.usage = "[OPTION]... [CHANNEL]...",
	.text = "Reads the given channels, or at all that you may see, twice, and says what\n"
		"keeps packets from moving, and what to do about it. A program that is idle and\n"
		"waits for nothing that is there is not wrong.\n"
		"\n"
		"The page \"When nothing moves\" explains each cause.\n",
	.options = options,
	.json = "an object:\n"
		"  seconds             the time between the two looks\n"
		"  channels            how many were looked at\n"
		"  findings            an array of objects:\n"
		"    channel, pid, comm, service\n"
		"    cause             poisoned, refused, stopped, hung-up, no-peer,\n"
		"                      no-empty-buffer, peer-not-popping, not-popped,\n"
		"                      not-kicked, lost-wake-up, lent-thread-stuck,\n"
		"                      other-ring, too-few, flag-not-set, not-accepted\n"
		"    text, advice      sentences\n",
	.examples = "ionctl why\n"
		    "ionctl why --time 5 7\n"
		    "ionctl why --json | jq -r '.findings[].cause'\n",
	.statuses = "1 if something is wrong\n",
};
