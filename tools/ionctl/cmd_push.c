// SPDX-License-Identifier: GPL-2.0-only
/* ionctl push: push packets or commands into a channel. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "json.h"
#include "options.h"
#include "own.h"
#include "packet.h"
#include "packet_read.h"

/* The largest number that is pushed before a kick, if the input has as many. */
#define BATCH 64

/* How often to check whether the kernel end has taken everything. */
#define CHECK_NS 5000000

enum {
	OPTION_BINARY = 'b',
	OPTION_CMD = 'c',
	OPTION_BACK = 'r',
	OPTION_PAYLOAD = 'p',
	OPTION_FILE = 'f',
};

/**
 * struct push - options and progress
 * @own: the channel
 * @kind: packets or commands
 * @binary: stdin has structs, not lines
 * @back: print what comes back, and wait for as many as were sent
 * @payload: a text to send in a buffer
 * @file: a file to send in buffers
 * @input: reads stdin
 * @sent: number of packets or commands that were sent
 * @came: number of those that came back
 * @status: exit status of wait_for_input(), which also sends
 */
struct push {
	struct own own;
	enum item_kind kind;
	bool binary;
	bool back;
	const char *payload;
	const char *file;
	struct item_reader input;
	uint64_t sent;
	uint64_t came;
	int status;
};

/* ---- packets that come back -------------------------------------------- */

static bool pop_one(struct push *p, union item *item)
{
	struct ionc_channel *ch = p->own.ch;

	return p->kind == ITEM_PACKET ? ionc_pop(ch, &item->packet)
				      : ionc_pop_evt(ch, &item->cmd);
}

/*
 * Pop what comes back, because it would stop what is sent, and print it with
 * --return. Do not pop with --fd: another command pops from the shell's channel.
 */
static int pop_back(struct push *p)
{
	enum item_format format = globals.json ? ITEM_JSON : ITEM_TEXT;
	int status = EXIT_OK;
	char text[ITEM_MAX];
	union item item;

	if (p->own.fd >= 0 && !p->back)
		return EXIT_OK;
	while (status == EXIT_OK && pop_one(p, &item)) {
		p->came++;
		if (p->back)
			status = own_write(text, item_write(p->kind, format,
							    &item, text));
		if (p->kind == ITEM_PACKET)
			own_popped(&p->own, &item.packet);
	}
	return status;
}

/* ---- sending ----------------------------------------------------------- */

static bool push_one(struct push *p, const union item *item)
{
	if (p->kind == ITEM_COMMAND)
		return ionc_push_cmd(p->own.ch, &item->cmd);
	if (!ionc_push(p->own.ch, &item->packet))
		return false;
	own_refused_note(&p->own, &item->packet);
	return true;
}

static uint32_t push_some(struct push *p, const union item *items,
			  uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (!push_one(p, &items[i]))
			break;
	return i;
}

static unsigned int room_event(const struct push *p)
{
	return p->kind == ITEM_PACKET ? IONC_TX : IONC_CMD;
}

static unsigned int back_event(const struct push *p)
{
	if (p->own.fd >= 0 && !p->back)
		return 0;
	return p->kind == ITEM_PACKET ? IONC_RX : IONC_EVT;
}

/* Wait for room, for packets that come back, or for a refusal. */
static int wait_for(struct push *p, unsigned int events)
{
	int ret;

	do {
		ret = own_wait(&p->own, events, p->own.timeout_ns);
	} while (ret == -EINTR);
	return ret < 0 && ret != -EBADMSG ? own_failed(&p->own, ret) : EXIT_OK;
}

/*
 * The program that pops the last packet may exit before the kick that delivered
 * it returns, and the kick then reports that it has gone. So check before the
 * kick, and use that result.
 */
static int kick(struct push *p)
{
	int ret = ionc_check(p->own.ch);

	if (ret)
		return ret;
	ret = ionc_kick(p->own.ch);
	return ret == -EPIPE ? 0 : ret;
}

static int send_items(struct push *p, const union item *items, uint32_t count)
{
	uint32_t done = 0, n;
	int status, ret;

	for (;;) {
		n = push_some(p, items + done, count - done);
		done += n;
		p->sent += n;
		ret = kick(p);
		if (ret)
			return own_failed(&p->own, ret);
		status = pop_back(p);
		if (status != EXIT_OK || done == count)
			return status;
		status = wait_for(p, room_event(p) | back_event(p));
		if (status != EXIT_OK)
			return status;
	}
}

/* ---- input ------------------------------------------------------------- */

static int send_arguments(struct push *p, char **argv)
{
	char why[WHY_MAX];
	size_t count = 0, i;
	union item *items;
	int status = EXIT_OK;

	while (argv[count])
		count++;
	items = calloc(count, sizeof(*items));
	if (!items)
		fail_memory();
	/* Check all of them before sending any. */
	for (i = 0; i < count; i++)
		if (!item_parse(p->kind, &items[i], argv[i], strlen(argv[i]),
				why))
			fail_usage("'%s': %s", argv[i], why);
	status = own_open(&p->own);
	if (status == EXIT_OK)
		status = send_items(p, items, (uint32_t)count);
	free(items);
	return status;
}

/* Return the poll() event of what comes back; 0 if nothing is popped. */
static short back_poll_event(const struct push *p)
{
	unsigned int event = back_event(p);

	return event & IONC_RX ? POLLIN : event & IONC_EVT ? POLLPRI : 0;
}

/*
 * Wait until stdin can be read, and pop what comes back meanwhile. If the channel
 * has nothing more to give, wait for stdin alone: the next push reports why.
 */
static bool wait_for_input(void *arg)
{
	struct push *p = arg;
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = ionc_fd(p->own.ch), .events = back_poll_event(p) },
	};

	if (!fds[1].events)
		return true;
	do {
		if (poll(fds, 2, -1) < 0) {
			fds[0].revents = 0;
			continue;
		}
		if (fds[1].revents & (POLLERR | POLLHUP))
			fds[1].fd = -1;
		p->status = pop_back(p);
	} while (!fds[0].revents && p->status == EXIT_OK);
	return p->status == EXIT_OK;
}

static int send_input(struct push *p)
{
	union item items[BATCH];
	uint32_t count;
	int ret = 1;

	p->input.kind = p->kind;
	p->input.binary = p->binary;
	p->input.wait = wait_for_input;
	p->input.arg = p;
	p->status = own_open(&p->own);
	while (p->status == EXIT_OK && ret > 0) {
		count = 0;
		do {
			ret = item_read(&p->input, &items[count]);
			if (ret > 0)
				count++;
		} while (ret > 0 && count < BATCH && item_ready(&p->input));
		if (p->status == EXIT_OK)
			p->status = send_items(p, items, count);
	}
	if (ret < 0 && *p->input.why)
		p->status = fail("%s; %llu sent before it", p->input.why,
				 (unsigned long long)p->sent);
	return p->status;
}

/* Get a free buffer, or wait for one that comes back. */
static int get_buffer(struct push *p, int *id)
{
	int status = EXIT_OK;

	for (;;) {
		*id = ionc_buffer_get(p->own.ch);
		if (*id >= 0 || status != EXIT_OK)
			return status;
		/* A buffer that was refused does not come back. */
		if (p->own.refused)
			return own_report_refused(&p->own);
		status = wait_for(p, IONC_RX);
		if (status == EXIT_OK)
			status = pop_back(p);
	}
}

static int send_bytes(struct push *p, int id, size_t length)
{
	union item item = {
		.packet = ionc_packet(p->own.ch, (__u32)id, (__u16)length),
	};

	return send_items(p, &item, 1);
}

static size_t payload_most(const struct push *p)
{
	size_t size = p->own.ch->buffer_size;

	return size < UINT16_MAX ? size : UINT16_MAX;
}

static int send_payload(struct push *p)
{
	size_t length = strlen(p->payload);
	int id = -1, status;

	status = own_open(&p->own);
	if (status != EXIT_OK)
		return status;
	if (!p->own.ch->buffers)
		return own_no_buffers(&p->own);
	if (length > payload_most(p))
		return fail("--payload has %zu bytes, a buffer %zu", length,
			    payload_most(p));
	status = get_buffer(p, &id);
	if (status != EXIT_OK)
		return status;
	memcpy(ionc_buffer(p->own.ch, (__u32)id), p->payload, length);
	return send_bytes(p, id, length);
}

static int send_file(struct push *p, int file)
{
	int id = -1, status;
	ssize_t n;

	for (;;) {
		status = get_buffer(p, &id);
		if (status != EXIT_OK)
			return status;
		do {
			n = read(file, ionc_buffer(p->own.ch, (__u32)id),
				 payload_most(p));
		} while (n < 0 && errno == EINTR);
		if (n < 0)
			return fail_errno(-errno, "%s", p->file);
		if (!n)
			return EXIT_OK;
		status = send_bytes(p, id, (size_t)n);
		if (status != EXIT_OK)
			return status;
	}
}

static int open_and_send_file(struct push *p)
{
	int file = open(p->file, O_RDONLY | O_CLOEXEC), status;

	if (file < 0)
		return fail_errno(-errno, "%s", p->file);
	status = own_open(&p->own);
	if (status == EXIT_OK && !p->own.ch->buffers)
		status = own_no_buffers(&p->own);
	if (status == EXIT_OK)
		status = send_file(p, file);
	close(file);
	return status;
}

/* ---- the end ----------------------------------------------------------- */

static uint32_t queued(const struct push *p)
{
	const struct ion_end *end = p->kind == ITEM_PACKET
					    ? &p->own.ch->tx.end
					    : &p->own.ch->cmd.end;

	return ionc_queued_shared(end->own_index, end->peer_index, end->mask);
}

/*
 * Packets that are still on the ring are lost when the channel is closed, so wait
 * until the kernel end has taken them. Nothing wakes a program then: poll.
 */
static int settle(struct push *p)
{
	struct timespec pause = { .tv_nsec = CHECK_NS };
	uint32_t left = queued(p), before;
	int status = EXIT_OK, ret;
	uint64_t waited = 0;

	while (left && status == EXIT_OK) {
		nanosleep(&pause, NULL);
		ret = kick(p);
		if (ret)
			return own_failed(&p->own, ret);
		status = pop_back(p);
		before = left;
		left = queued(p);
		waited = left < before ? 0 : waited + CHECK_NS;
		if (left && waited > p->own.timeout_ns)
			return own_failed(&p->own, -ETIME);
	}
	return status;
}

static int wait_for_back(struct push *p)
{
	int status = EXIT_OK;

	while (p->came + p->own.refused < p->sent && status == EXIT_OK) {
		status = wait_for(p, back_event(p));
		if (status == EXIT_OK)
			status = pop_back(p);
	}
	return status;
}

/* Report the counts, unless own_close() reports refused packets instead. */
static void report(const struct push *p)
{
	const char *plural = p->sent == 1 ? "" : "s";
	uint64_t refused = own_refused(&p->own);
	json_t *object;

	if (!globals.json) {
		if (!refused)
			printf("%llu %s%s pushed\n",
			       (unsigned long long)p->sent, item_name(p->kind),
			       plural);
		return;
	}
	object = json_new_object();
	json_put_number(object, "pushed", p->sent);
	json_put_number(object, "refused", refused);
	json_print_line(object);
}

/* ---- the command ------------------------------------------------------- */

static void take_option(struct push *p, int letter)
{
	switch (letter) {
	case OPTION_BINARY:
		p->binary = true;
		break;
	case OPTION_CMD:
		p->kind = ITEM_COMMAND;
		break;
	case OPTION_BACK:
		p->back = true;
		break;
	case OPTION_PAYLOAD:
		p->payload = optarg;
		break;
	case OPTION_FILE:
		p->file = optarg;
		break;
	default:
		own_option(&p->own, letter);
	}
}

static void parse(struct push *p, int argc, char **argv)
{
	bool buffers;
	int letter;

	own_init(&p->own);
	while ((letter = next_option(argc, argv, &cmd_push)) >= 0)
		take_option(p, letter);
	buffers = p->payload || p->file;
	if (p->payload && p->file)
		fail_usage("give --payload or --file, not both");
	if (buffers && p->kind == ITEM_COMMAND)
		fail_usage("commands have no payload: leave --cmd out");
	if (p->payload && !*p->payload)
		fail_usage("--payload has at least one byte");
	if (optind < argc && (p->binary || buffers))
		fail_usage("'%s' is one argument too many", argv[optind]);
	if (buffers && !p->own.options.buffers)
		p->own.options.buffers = 64;
	p->own.give = p->back ? OWN_GIVE_HALF : OWN_GIVE_NONE;
}

static int run(int argc, char **argv)
{
	struct push *p = calloc(1, sizeof(*p));
	int status;

	if (!p)
		fail_memory();
	parse(p, argc, argv);
	if (p->payload)
		status = send_payload(p);
	else if (p->file)
		status = open_and_send_file(p);
	else if (optind < argc)
		status = send_arguments(p, argv + optind);
	else
		status = send_input(p);
	if (status == EXIT_OK)
		status = p->back	 ? wait_for_back(p)
			 : p->own.fd < 0 ? settle(p)
					 : EXIT_OK;
	if (status == EXIT_OK && !p->back)
		report(p);
	if (p->own.ch)
		status = own_close(&p->own, status);
	free(p);
	return status;
}

static const struct option_help options[] = {
	{ OPTION_CMD, "cmd", NULL, "push commands to cmd" },
	{ OPTION_BINARY, "binary", NULL,
	  "stdin has binary structs, not lines" },
	{ OPTION_BACK, "return", NULL,
	  "print what comes back, and wait for all of it" },
	{ OPTION_PAYLOAD, "payload", "TEXT", "send a text in a buffer" },
	{ OPTION_FILE, "file", "FILE", "send a file in buffers" },
	OWN_OPTIONS,
	{ 0 },
};

const struct command cmd_push = {
	.name = "push",
	.summary = "send packets or commands",
	.run = run,
	.usage = "[OPTION]... [PACKET]...",
	.text = "Opens a channel and pushes packets to tx, or commands to cmd: the arguments, or\n"
		"the lines of stdin if there are none:\n"
		"  data=0x10ad,len=2,id=7  fields by name; others are 0\n"
		"  0x10ad,0,2,7,0          in the order data, phys, len, id, pad\n"
		"  {\"data\":\"0x10ad\",\"len\":2,\"id\":7}\n"
		"A command has kind, arg, id (32 hexadecimal digits, or 0x and fewer), pad.\n"
		"Numbers are decimal, or 0x and hexadecimal; in JSON also as strings.\n"
		"\n"
		"It waits for room, and at the end until the service has taken everything,\n"
		"because the channel ends with push. Packets that come back are discarded;\n"
		"--return prints each of them at once, also while push waits for stdin.\n"
		"\n"
		"On a channel with buffers a packet must name a buffer that the program owns,\n"
		"and its data and len must stay inside. The kernel refuses other packets: push\n"
		"reports how many and why, and does not wait for them to come back.\n"
		"\n"
		"With --fd the shell keeps the channel open: push waits only for room, and\n"
		"leaves what comes back to ionctl pop --fd.\n",
	.options = options,
	.json = "pushed: how many; refused: how many of them the kernel refused; with\n"
		"--return the objects of ionctl pop instead\n",
	.examples =
		"ionctl push --return data=0x10ad,len=2,id=7\n"
		"ionctl push --key there <packets.json\n"
		"ionctl push --key there --file picture.png\n"
		"ionctl push --cmd --return kind=1,arg=5,id=0xff\n"
		"exec 3<>/dev/ion; ionctl push --fd 3 1 2 3; ionctl pop --fd 3 -n 3\n",
	.statuses = "1 if the kernel refused a packet\n",
};
