// SPDX-License-Identifier: GPL-2.0-only
/* ionctl pop: print packets or answers from a channel to stdout. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "fail.h"
#include "options.h"
#include "own.h"
#include "packet.h"

/* The largest number that is printed and then popped at once. */
#define BATCH 64

enum {
	OPTION_BINARY = 'b',
	OPTION_COUNT = 'n',
	OPTION_EVT = 'e',
	OPTION_PAYLOAD = 'p',
};

/**
 * struct pop - options and progress
 * @own: the channel
 * @kind: packets or answers
 * @format: how to print them
 * @payload: print the contents of their buffers instead
 * @wanted: -n; UINT64_MAX if it was not given
 * @done: number of packets or answers so far
 */
struct pop {
	struct own own;
	enum item_kind kind;
	enum item_format format;
	bool payload;
	uint64_t wanted;
	uint64_t done;
};

static uint32_t peek(struct pop *p)
{
	uint64_t left = p->wanted - p->done;
	uint32_t count = left < BATCH ? (uint32_t)left : BATCH;

	return p->kind == ITEM_PACKET ? ionc_peek(p->own.ch, count)
				      : ionc_peek_evt(p->own.ch, count);
}

static void copy_item(struct pop *p, uint32_t i, union item *item)
{
	if (p->kind == ITEM_PACKET)
		item->packet = *ionc_peeked(p->own.ch, i);
	else
		item->cmd = *ionc_peeked_evt(p->own.ch, i);
}

static int print_payload(struct pop *p, const struct ion_packet *packet)
{
	const void *payload = ionc_payload(p->own.ch, packet);

	if (!payload)
		return fail("a packet has a payload that is in no buffer");
	return own_write(payload, packet->len);
}

static int print(struct pop *p, const union item *items, uint32_t count)
{
	char text[BATCH * ITEM_MAX];
	size_t length = 0;
	int status = EXIT_OK;
	uint32_t i;

	for (i = 0; i < count && status == EXIT_OK; i++) {
		if (p->payload)
			status = print_payload(p, &items[i].packet);
		else
			length += item_write(p->kind, p->format, &items[i],
					     text + length);
	}
	return status == EXIT_OK ? own_write(text, length) : status;
}

static void release(struct pop *p, const union item *items, uint32_t count)
{
	uint32_t i;

	if (p->kind == ITEM_COMMAND) {
		ionc_release_evt(p->own.ch, count);
		return;
	}
	ionc_release(p->own.ch, count);
	for (i = 0; i < count; i++)
		own_popped(&p->own, &items[i].packet);
}

/* Print, then pop: packets that could not be printed stay on the ring. */
static int pop_some(struct pop *p, uint32_t count)
{
	union item items[BATCH];
	uint32_t i;
	int status;

	for (i = 0; i < count; i++)
		copy_item(p, i, &items[i]);
	status = print(p, items, count);
	if (status != EXIT_OK)
		return status;
	release(p, items, count);
	p->done += count;
	return EXIT_OK;
}

/* End after an error: without -n all is well if nothing more comes. */
static int give_up(struct pop *p, int error)
{
	char text[64];

	if (p->wanted == UINT64_MAX) {
		bool over = error == -EPIPE || error == -EINTR;

		return over ? EXIT_OK : own_failed(&p->own, error);
	}
	fail("received %llu of %llu: %s", (unsigned long long)p->done,
	     (unsigned long long)p->wanted,
	     error == -EINTR ? "ended by a signal"
			     : own_reason(&p->own, error, text));
	return own_status(error);
}

static int wait_for_some(struct pop *p)
{
	uint32_t rx = p->kind == ITEM_PACKET, evt = !rx;
	int ret;

	do {
		ret = own_stopped ? -EINTR
				  : ionc_wait(p->own.ch, rx, evt,
					      p->own.timeout_ns);
	} while (ret == -EINTR && !own_stopped);
	return ret;
}

static int pop(struct pop *p)
{
	int status = EXIT_OK, ret;
	uint32_t count;

	while (p->done < p->wanted && status == EXIT_OK) {
		count = own_stopped ? 0 : peek(p);
		if (count) {
			status = pop_some(p, count);
			continue;
		}
		ret = wait_for_some(p);
		if (ret)
			return give_up(p, ret);
	}
	/* The kernel end may wait for the room that the pops made. */
	ionc_kick(p->own.ch);
	return status;
}

static void take_option(struct pop *p, int letter)
{
	switch (letter) {
	case OPTION_BINARY:
		p->format = ITEM_BINARY;
		break;
	case OPTION_COUNT:
		p->wanted =
			number_argument("--count", optarg, 1, UINT64_MAX - 1);
		break;
	case OPTION_EVT:
		p->kind = ITEM_COMMAND;
		break;
	case OPTION_PAYLOAD:
		p->payload = true;
		break;
	default:
		own_option(&p->own, letter);
	}
}

static void parse(struct pop *p, int argc, char **argv)
{
	int letter;

	own_init(&p->own);
	p->own.give = OWN_GIVE_ALL;
	while ((letter = next_option(argc, argv, &cmd_pop)) >= 0)
		take_option(p, letter);
	want_arguments(argc, argv, 0, 0);
	if (p->payload && p->kind == ITEM_COMMAND)
		fail_usage("answers have no payload: leave --payload out");
	if (p->payload && !p->own.options.buffers)
		p->own.options.buffers = 64;
	if (p->format != ITEM_BINARY && globals.json)
		p->format = ITEM_JSON;
}

static int run(int argc, char **argv)
{
	struct pop p = { .wanted = UINT64_MAX };
	int status;

	parse(&p, argc, argv);
	status = own_open(&p.own);
	if (status != EXIT_OK)
		return status;
	own_stop_by_signals();
	if (p.payload && !p.own.ch->buffers)
		status = own_no_buffers(&p.own);
	else
		status = pop(&p);
	return own_close(&p.own, status);
}

static const struct option_help options[] = {
	{ OPTION_COUNT, "count", "NUMBER", "end after NUMBER" },
	{ OPTION_EVT, "evt", NULL, "pop answers from evt" },
	{ OPTION_BINARY, "binary", NULL, "print the binary structs" },
	{ OPTION_PAYLOAD, "payload", NULL,
	  "print only the contents of their buffers" },
	OWN_OPTIONS,
	{ 0 },
};

const struct command cmd_pop = {
	.name = "pop",
	.summary = "print packets or answers",
	.run = run,
	.usage = "[OPTION]...",
	.text = "Opens a channel and prints the packets on rx, or answers on evt, one a line:\n"
		"  data=0x10ad phys=0 len=2 id=7 pad=0\n"
		"  kind=1 arg=0x5 id=000000000000000000000000000000ff pad=0\n"
		"It ends after --count of them, when the other end hangs up, when --timeout\n"
		"expires, or at a signal. Packets that could not be printed stay on the ring.\n"
		"\n"
		"A channel lives as long as its descriptor: --fd names one that the shell keeps\n"
		"open, so that push and pop can use the channel in turn.\n",
	.options = options,
	.json = "an object a line: data and phys, which are strings, len, id, pad;\n"
		"or kind, arg and id, which are strings, pad\n",
	.examples =
		"ionctl pop --service source --arg 1000 -n 10\n"
		"ionctl pop --key there --json | jq .len\n"
		"exec 3<>/dev/ion; ionctl push --fd 3 1 2 3; ionctl pop --fd 3 -n 3\n",
	.statuses =
		"1 if fewer packets than --count came, 6 if --timeout expired\n",
};
