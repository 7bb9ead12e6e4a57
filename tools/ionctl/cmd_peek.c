// SPDX-License-Identifier: GPL-2.0-only
/* ionctl peek: print what is queued in a ring, without consuming it. */
#include <stdlib.h>
#include <unistd.h>

#include "foreign.h"
#include "fail.h"
#include "open.h"
#include "options.h"
#include "packet.h"

enum {
	LETTER_SKIP = 0x100,
	LETTER_BINARY,
};

/**
 * struct request - the command line
 * @channel: the channel
 * @ring: the ring
 * @count: the largest number to print
 * @skip: how many of the oldest to skip
 * @format: how to print them
 */
struct request {
	__u64 channel;
	unsigned int ring;
	uint64_t count;
	uint64_t skip;
	enum item_format format;
};

static void read_request(int argc, char **argv, struct request *request)
{
	bool binary = false;
	int letter;

	request->count = UINT32_MAX;
	while ((letter = next_option(argc, argv, &cmd_peek)) >= 0)
		switch (letter) {
		case 'n':
			request->count = number_argument("--count", optarg, 1,
							 UINT32_MAX);
			break;
		case LETTER_SKIP:
			request->skip = number_argument("--skip", optarg, 0,
							UINT32_MAX);
			break;
		default:
			binary = true;
		}
	want_arguments(argc, argv, 2, 2);
	request->channel = channel_argument(argv[optind]);
	request->ring = ring_argument(argv[optind + 1]);
	if (binary && globals.json)
		fail_usage("--binary and --json exclude each other");
	request->format = ITEM_TEXT;
	if (binary)
		request->format = ITEM_BINARY;
	else if (globals.json)
		request->format = ITEM_JSON;
}

static void print_items(const struct request *request, enum item_kind kind,
			const void *items, int count)
{
	size_t size = item_size(kind);
	char text[ITEM_MAX];
	union item item;
	int i;

	for (i = 0; i < count; i++) {
		memcpy(&item, (const char *)items + size * (size_t)i, size);
		fwrite(text, 1, item_write(kind, request->format, &item, text),
		       stdout);
	}
}

/* Print batch by batch: a ring may hold more than one call returns. */
static int peek(int fd, struct request *request)
{
	enum item_kind kind = request->ring == ION_RING_TX ||
					      request->ring == ION_RING_RX
				      ? ITEM_PACKET
				      : ITEM_COMMAND;
	union item items[ION_BATCH_MAX];
	struct ion_batch batch = { .size = sizeof(batch),
				   .ring = request->ring,
				   .addr = (uintptr_t)items };
	int got;

	do {
		batch.skip = (uint32_t)request->skip;
		batch.count = request->count < ION_BATCH_MAX
				      ? (uint32_t)request->count
				      : ION_BATCH_MAX;
		got = device_call(fd, ION_IOC_PEEK, &batch);
		if (got < 0)
			return fail_call(IONC_PEEK, got, "channel %llu",
					 request->channel);
		print_items(request, kind, items, got);
		request->skip += (uint64_t)got;
		request->count -= (uint64_t)got;
	} while (got == ION_BATCH_MAX && request->count);
	return EXIT_OK;
}

static int run_peek(int argc, char **argv)
{
	struct request request = { 0 };
	struct ion_list_entry entry;
	int fd, status;

	read_request(argc, argv, &request);
	status = open_foreign(request.channel, &fd, &entry);
	if (status)
		return status;
	status = peek(fd, &request);
	close(fd);
	return status;
}

static const struct option_help options[] = {
	{ 'n', "count", "COUNT", "print at most COUNT (default all)" },
	{ LETTER_SKIP, "skip", "COUNT", "skip the oldest COUNT" },
	{ LETTER_BINARY, "binary", NULL, "print the binary structs" },
	{ 0 },
};

const struct command cmd_peek = {
	.name = "peek",
	.summary = "what is queued in a ring of a channel",
	.run = run_peek,
	.usage = "[OPTION]... CHANNEL RING",
	.text = "Prints what is queued in tx, rx, cmd or evt of a channel, the oldest first,\n"
		"without consuming it:\n"
		"  data=0x10ad phys=0 len=2 id=7 pad=0\n"
		"  kind=1 arg=0x5 id=000000000000000000000000000000ff pad=0\n"
		"Up to 1024 of them are a snapshot of one moment. For a poisoned ring it shows\n"
		"what the kernel last knew to be queued.\n"
		"\n" FOREIGN_TEXT,
	.options = options,
	.json = "an object a line: data and phys, which are strings, len, id, pad;\n"
		"or kind, arg and id, which are strings, pad\n",
	.examples = "ionctl peek 7 tx\n"
		    "ionctl --json peek --count 1 7 evt | jq .kind\n",
};
