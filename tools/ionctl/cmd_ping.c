// SPDX-License-Identifier: GPL-2.0-only
/* ionctl ping: measure the round trip of single packets. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <time.h>

#include "fail.h"
#include "json.h"
#include "options.h"
#include "out.h"
#include "own.h"
#include "text.h"
#include "times.h"

#define BUFFERS	    8
#define SECOND	    1000000000ULL
#define PATIENCE_NS (10 * SECOND)
#define PAYLOAD_MAX UINT16_MAX
#define PERCENTILES 3

static const unsigned int percentiles[PERCENTILES] = { 50, 90, 99 };

enum {
	OPTION_COUNT = 'c',
	OPTION_INTERVAL = 'i',
	OPTION_SIZE = 's',
	OPTION_QUIET = 'q',
	OPTION_ANSWER = 'a',
};

/**
 * struct ping - options and results
 * @own: the channel
 * @count: -c; 0: no end
 * @interval_ns: -i
 * @size: -s
 * @quiet: -q
 * @answer: --answer: return the packets of another ping
 * @sent: number of packets that were sent
 * @times: round trips of the packets that came back
 * @each: with --json, all times in order
 */
struct ping {
	struct own own;
	uint64_t count;
	uint64_t interval_ns;
	uint16_t size;
	bool quiet;
	bool answer;
	uint64_t sent;
	struct times times;
	json_t *each;
};

/* ---- one packet -------------------------------------------------------- */

static unsigned char payload_byte(uint64_t number, size_t i)
{
	return (unsigned char)(number * 31 + i);
}

/* Make a packet; return false if no buffer is free because many were lost. */
static bool make_packet(struct ping *p, uint64_t number,
			struct ion_packet *packet)
{
	unsigned char *payload;
	uint16_t i;
	int id;

	*packet = (struct ion_packet){ .data = number, .phys = ~number };
	if (p->size) {
		id = ionc_buffer_get(p->own.ch);
		if (id < 0)
			return false;
		*packet = ionc_packet(p->own.ch, (uint32_t)id, p->size);
		payload = ionc_buffer(p->own.ch, (uint32_t)id);
		for (i = 0; i < p->size; i++)
			payload[i] = payload_byte(number, i);
	}
	packet->pad = (uint32_t)number;
	return true;
}

static bool is_same(const struct ping *p, const struct ion_packet *packet,
		    uint64_t number)
{
	const unsigned char *payload;
	uint16_t i;

	if (!p->size)
		return packet->data == number && packet->phys == ~number;
	payload = own_payload(&p->own, packet);
	if (!payload || packet->len != p->size)
		return false;
	for (i = 0; i < p->size; i++)
		if (payload[i] != payload_byte(number, i))
			return false;
	return true;
}

/*
 * Take a packet that arrived at @now. Return true if it answers packet @number;
 * others are buffers that come back, and late answers.
 */
static bool take_answer(struct ping *p, const struct ion_packet *packet,
			uint64_t number, int *status)
{
	bool mine = packet->pad == (uint32_t)number;

	if (p->size && !packet->len)
		mine = false;
	if (mine && !is_same(p, packet, number))
		*status = fail("packet %llu came back changed",
			       (unsigned long long)number);
	own_popped(&p->own, packet);
	return mine;
}

/* Wait for the answer; return 0 or -errno. @status is set if it was wrong. */
static int wait_for_answer(struct ping *p, uint64_t number, uint64_t *end,
			   int *status)
{
	uint64_t until = times_now() + p->own.timeout_ns, now;
	struct ion_packet packet;
	int ret;

	for (;;) {
		now = times_now();
		ret = own_wait(&p->own, IONC_RX, now < until ? until - now : 0);
		if (ret == -EINTR && !own_stopped)
			continue;
		*end = times_now();
		if (ret)
			return ret;
		/* Packets that are not the answer must not extend the wait. */
		if (ionc_pop(p->own.ch, &packet) &&
		    take_answer(p, &packet, number, status))
			return 0;
		if (own_stopped)
			return -EINTR;
		if (*end >= until)
			return -ETIME;
	}
}

/* Send and wait; return 0, -ETIME if lost, -EBADMSG if refused, or -errno. */
static int round_trip(struct ping *p, uint64_t number, uint64_t *ns,
		      int *status)
{
	struct ion_packet packet;
	uint64_t start, end = 0;
	int ret;

	if (!make_packet(p, number, &packet))
		return -ENOBUFS;
	start = times_now();
	if (!ionc_push(p->own.ch, &packet))
		return -ENOBUFS;
	ret = wait_for_answer(p, number, &end, status);
	*ns = end - start;
	return ret;
}

/* ---- output ------------------------------------------------------------ */

static void print_start(const struct ping *p)
{
	if (globals.json)
		return;
	printf("PING %s, channel %llu: a packet of 24 bytes",
	       own_service(&p->own),
	       (unsigned long long)ionc_info(p->own.ch)->channel);
	if (p->size)
		printf(", %u bytes in a buffer", p->size);
	printf("%s\n", p->own.lend ? ", a lent thread" : "");
}

static int print_one(struct ping *p, uint64_t number, uint64_t ns)
{
	char text[TEXT_SIZE];

	if (p->quiet)
		return EXIT_OK;
	if (globals.json) {
		json_add(p->each, json_number(ns));
		return EXIT_OK;
	}
	printf("from %s: seq=%llu time=%s\n", own_service(&p->own),
	       (unsigned long long)number, text_time(text, ns));
	return out_flush();
}

static void print_json(struct ping *p)
{
	json_t *object = json_new_object();
	char name[16];
	size_t i;

	json_put_text(object, "service", own_service(&p->own),
		      ION_SERVICE_NAME_LEN);
	json_put_number(object, "channel", ionc_info(p->own.ch)->channel);
	json_put_number(object, "payload", p->size);
	json_put_bool(object, "lent", p->own.lend);
	json_put_number(object, "sent", p->sent);
	json_put_number(object, "received", p->times.count);
	json_put_number(object, "lost", p->sent - p->times.count);
	json_put_number(object, "min_ns", p->times.least);
	json_put_number(object, "avg_ns", times_mean(&p->times));
	for (i = 0; i < PERCENTILES; i++) {
		snprintf(name, sizeof(name), "p%u_ns", percentiles[i]);
		json_put_number(object, name,
				times_percentile(&p->times, percentiles[i]));
	}
	json_put_number(object, "max_ns", p->times.most);
	if (!p->quiet)
		json_put(object, "times_ns", p->each);
	json_print_line(object);
}

static void print_end(struct ping *p)
{
	char text[TEXT_SIZE];
	size_t i;

	if (globals.json) {
		print_json(p);
		return;
	}
	printf("\n--- %s: %llu sent, %llu came back, %llu lost\n",
	       own_service(&p->own), (unsigned long long)p->sent,
	       (unsigned long long)p->times.count,
	       (unsigned long long)(p->sent - p->times.count));
	if (!p->times.count)
		return;
	printf("round trip: min %s", text_time(text, p->times.least));
	printf(", avg %s", text_time(text, times_mean(&p->times)));
	for (i = 0; i < PERCENTILES; i++)
		printf(", p%u %s", percentiles[i],
		       text_time(text,
				 times_percentile(&p->times, percentiles[i])));
	printf(", max %s\n", text_time(text, p->times.most));
}

/* ---- asking ------------------------------------------------------------ */

static void sleep_until(uint64_t when)
{
	struct timespec until = {
		.tv_sec = (time_t)(when / SECOND),
		.tv_nsec = (long)(when % SECOND),
	};

	while (!own_stopped &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL))
		;
}

/* Send one packet; return -1 to continue, or the exit status to end with. */
static int ping_once(struct ping *p, uint64_t number)
{
	int status = EXIT_OK, ret;
	uint64_t ns = 0;

	p->sent++;
	ret = round_trip(p, number, &ns, &status);
	if (status != EXIT_OK)
		return status;
	if (ret == -EINTR) {
		/* The signal left it no time to come back: do not count it. */
		p->sent--;
		return -1;
	}
	/* The reason of a refusal is reported once, at the end. */
	if (ret == -ETIME || ret == -ENOBUFS || ret == -EBADMSG) {
		fail("packet %llu did not come back",
		     (unsigned long long)number);
		return -1;
	}
	if (ret)
		return own_failed(&p->own, ret);
	times_add(&p->times, ns);
	status = print_one(p, number, ns);
	return status == EXIT_OK ? -1 : status;
}

/* Wait for the other program, if there is one: no round trip includes it. */
static int meet(struct ping *p)
{
	int status = EXIT_OK, ret;
	uint64_t ns;

	if (!own_has_peer(&p->own))
		return EXIT_OK;
	ret = round_trip(p, 0, &ns, &status);
	if (status != EXIT_OK || ret == -EINTR)
		return status;
	return ret ? own_failed(&p->own, ret) : EXIT_OK;
}

static int ask(struct ping *p)
{
	uint64_t next = times_now(), number;
	int status;

	print_start(p);
	status = out_flush();
	if (status == EXIT_OK)
		status = meet(p);
	if (status != EXIT_OK)
		return status;
	for (number = 1; !own_stopped && (!p->count || number <= p->count);
	     number++) {
		sleep_until(next);
		if (own_stopped)
			break;
		status = ping_once(p, number);
		if (status >= 0)
			return status;
		next += p->interval_ns;
		/* A late packet does not shorten the next interval. */
		if (next < times_now())
			next = times_now();
	}
	print_end(p);
	return p->sent == p->times.count ? EXIT_OK : EXIT_FAILED;
}

/* ---- answering --------------------------------------------------------- */

/* Return a packet, or give a buffer of ours that came back to be filled. */
static int answer_one(struct ping *p, const struct ion_packet *packet)
{
	int ret;

	if (packet->len || !p->own.ch->buffers)
		p->sent++;
	while (!ionc_push(p->own.ch, packet)) {
		ret = ionc_wait_room(p->own.ch, p->own.timeout_ns);
		if (ret && (ret != -EINTR || own_stopped))
			return ret;
	}
	return 0;
}

static int answer(struct ping *p)
{
	struct ion_packet packet;
	int ret = 0;

	while (!own_stopped && (!ret || ret == -EINTR)) {
		ret = own_wait(&p->own, IONC_RX, p->own.timeout_ns);
		while (!ret && ionc_pop(p->own.ch, &packet))
			ret = answer_one(p, &packet);
	}
	if (ret && ret != -EINTR && ret != -EPIPE)
		return own_failed(&p->own, ret);
	if (globals.json) {
		json_t *object = json_new_object();

		json_put_number(object, "answered", p->sent);
		json_print_line(object);
	} else {
		printf("%llu answered\n", (unsigned long long)p->sent);
	}
	return EXIT_OK;
}

/* ---- the command ------------------------------------------------------- */

static uint64_t interval_argument(const char *text)
{
	if (text[0] == '0' && !text[1])
		return 0;
	return seconds_argument("--interval is 0, or else it", text);
}

static void take_option(struct ping *p, int letter)
{
	switch (letter) {
	case OPTION_COUNT:
		p->count = number_argument("--count", optarg, 1, UINT64_MAX);
		break;
	case OPTION_INTERVAL:
		p->interval_ns = interval_argument(optarg);
		break;
	case OPTION_SIZE:
		p->size = (uint16_t)number_argument("--size", optarg, 1,
						    PAYLOAD_MAX);
		break;
	case OPTION_QUIET:
		p->quiet = true;
		break;
	case OPTION_ANSWER:
		p->answer = true;
		break;
	default:
		own_option(&p->own, letter);
	}
}

static void parse(struct ping *p, int argc, char **argv)
{
	struct ionc_options *o = &p->own.options;
	int letter;

	own_init(&p->own);
	p->interval_ns = SECOND;
	while ((letter = next_option(argc, argv, &cmd_ping)) >= 0)
		take_option(p, letter);
	want_arguments(argc, argv, 0, 0);
	if (p->answer && p->own.connect)
		fail_usage("--answer and --connect: the server answers");
	if (p->answer && !o->key && p->own.fd < 0)
		fail_usage("--answer is for two programs: give a --key");
	if (p->size && !o->buffers) {
		o->buffers = BUFFERS;
		o->buffer_size = ION_BUFFER_SIZE_MIN;
		while (o->buffer_size < p->size)
			o->buffer_size *= 2;
	}
	if (!p->answer && p->own.timeout_ns == IONC_FOREVER)
		p->own.timeout_ns = PATIENCE_NS;
	p->own.give = p->answer ? OWN_GIVE_ALL : OWN_GIVE_HALF;
	p->each = json_new_array();
}

static int run(int argc, char **argv)
{
	struct ping p = { .count = 0 };
	int status;

	parse(&p, argc, argv);
	status = own_open(&p.own);
	if (status != EXIT_OK)
		return status;
	own_stop_by_signals();
	if (p.size > p.own.ch->buffer_size)
		status = fail("--size is %u, and a buffer has %u bytes", p.size,
			      p.own.ch->buffer_size);
	else if (!p.size && p.own.ch->buffers && !p.answer)
		status = fail("the channel has buffers: give --size");
	else
		status = p.answer ? answer(&p) : ask(&p);
	return own_close(&p.own, status);
}

static const struct option_help options[] = {
	{ OPTION_COUNT, "count", "NUMBER", "end after NUMBER packets" },
	{ OPTION_INTERVAL, "interval", "SECONDS",
	  "time between two packets (default 1); 0: none" },
	{ OPTION_SIZE, "size", "BYTES", "a payload, in a buffer" },
	{ OPTION_QUIET, "quiet", NULL, "print only the summary" },
	{ OPTION_ANSWER, "answer", NULL,
	  "answer another ionctl ping; with --key" },
	OWN_CONNECT_OPTION,
	OWN_OPTIONS,
	{ 0 },
};

const struct command cmd_ping = {
	.name = "ping",
	.summary = "round-trip times of packets",
	.run = run,
	.usage = "[OPTION]...",
	.text = "Sends a packet, waits until it is back and checks it. It repeats this --count\n"
		"times, or until a signal; then it prints the minimum, the mean, percentiles\n"
		"and the maximum. The time is from before the push to after the wait.\n"
		"\n"
		"With --key the packets go to another program: ionctl ping --answer with the\n"
		"same --key and --size; with --connect to a server: ionctl listen --echo.\n"
		"\n"
		"--timeout is how long a packet may take (default 10).\n",
	.options = options,
	.json = "service: a name; lent: whether a thread is lent; channel, payload,\n"
		"sent, received, lost, min_ns, avg_ns, p50_ns, p90_ns, p99_ns, max_ns:\n"
		"numbers; times_ns: an array, without --quiet. Of --answer: answered\n",
	.examples = "ionctl ping -c 3\n"
		    "ionctl ping -c 100000 -i 0 -q --lend\n"
		    "ionctl ping --key there --size 1000\n"
		    "ionctl ping --key there --size 1000 --answer\n"
		    "ionctl ping --connect there --size 1000\n",
	.statuses = "1 if a packet did not come back\n",
};
