// SPDX-License-Identifier: GPL-2.0-only
/* Opens an own channel, from the options of the command line. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fail.h"
#include "open.h"
#include "options.h"
#include "own.h"
#include "talk.h"

/* ---- options ----------------------------------------------------------- */

void own_init(struct own *own)
{
	memset(own, 0, sizeof(*own));
	ionc_options_init(&own->options);
	own->lending.size = (__u32)sizeof(own->lending);
	own->fd = -1;
	own->timeout_ns = IONC_FOREVER;
}

static bool is_power_of_two(uint64_t number)
{
	return number && !(number & (number - 1));
}

static uint32_t power_argument(const char *what, const char *text,
			       uint64_t least, uint64_t most)
{
	uint64_t number = number_argument(what, text, least, most);

	if (!is_power_of_two(number))
		fail_usage("%s is a power of two, not '%s'", what, text);
	return (uint32_t)number;
}

static void set_slots(struct own *own, const char *text)
{
	uint32_t slots =
		power_argument("--slots", text, ION_SLOTS_MIN, ION_SLOTS_MAX);
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		own->options.slots[ring] = slots;
}

static void set_layout(struct own *own, const char *text)
{
	own->options.flags &= ~IONC_COMPACT;
	if (!strcmp(text, "compact"))
		own->options.flags |= IONC_COMPACT;
	else if (strcmp(text, "split"))
		fail_usage("--layout is compact or split, not '%s'", text);
}

static void set_lend(struct own *own, const char *cpu)
{
	own->lend = true;
	if (!cpu)
		return;
	own->lending.flags |= IONC_LEND_PIN;
	own->lending.cpu = (__u32)number_argument("--lend", cpu, 0, UINT32_MAX);
}

/* Check a name that has to fit the struct with its final 0. */
static const char *name_argument(const char *what, const char *text,
				 size_t size)
{
	if (!*text || strlen(text) >= size)
		fail_usage("%s has 1 to %zu bytes, not %zu", what, size - 1,
			   strlen(text));
	return text;
}

/* Take an option that goes to ION_IOC_SETUP; return its name, NULL for others. */
static const char *setup_option(struct own *own, int letter)
{
	uint64_t number;

	switch (letter) {
	case OWN_SERVICE:
		own->options.service = name_argument("--service", optarg,
						     ION_SERVICE_NAME_LEN);
		return "service";
	case OWN_KEY:
		own->options.key = name_argument("--key", optarg, ION_KEY_LEN);
		return "key";
	case OWN_ARG:
		own->options.arg[0] =
			number_argument("--arg", optarg, 0, UINT64_MAX);
		return "arg";
	case OWN_STAMP:
		own->options.flags |= IONC_STAMP;
		return "stamp";
	case OWN_SLOTS:
		set_slots(own, optarg);
		return "slots";
	case OWN_LAYOUT:
		set_layout(own, optarg);
		return "layout";
	case OWN_BUFFERS:
		number = number_argument("--buffers", optarg, 1,
					 ION_BUFFERS_MAX);
		own->options.buffers = (__u32)number;
		return "buffers";
	case OWN_BUFFER_SIZE:
		own->options.buffer_size = power_argument("--buffer-size",
							  optarg,
							  ION_BUFFER_SIZE_MIN,
							  ION_BUFFER_SIZE_MAX);
		return "buffer-size";
	default:
		return NULL;
	}
}

void own_option(struct own *own, int letter)
{
	const char *setup = setup_option(own, letter);

	if (setup) {
		own->setup = own->setup ? own->setup : setup;
		return;
	}
	switch (letter) {
	case OWN_FD:
		own->fd = (int)number_argument("--fd", optarg, 0, INT32_MAX);
		break;
	case OWN_LEND:
		set_lend(own, optarg);
		break;
	case OWN_TIMEOUT:
		own->timeout_ns = seconds_argument("--timeout", optarg);
		break;
	case OWN_STATS:
		own->stats = true;
		break;
	case OWN_CONNECT:
		own->connect = name_argument("--connect", optarg, ION_KEY_LEN);
		break;
	}
}

/* Return whether a service joins two programs by a key. */
static bool joins(const char *service)
{
	return !strcmp(service, "pair") || !strcmp(service, "direct");
}

static void check_connect(const struct own *own)
{
	if (own->fd >= 0)
		fail_usage("--fd and --connect: give one of them");
	if (own->options.key)
		fail_usage("--key and --connect: give one of them");
	if (own->options.service)
		port_service(own->options.service);
}

/* Refuse options that do not go together. */
static void check_options(struct own *own)
{
	struct ionc_options *o = &own->options;

	if (own->connect) {
		check_connect(own);
		return;
	}
	if (o->key && !o->service)
		o->service = "pair";
	if (o->key && !joins(o->service))
		fail_usage("--key is for pair and direct, not for %s",
			   o->service);
	if (!o->key && o->service && joins(o->service))
		fail_usage("the service %s needs a --key", o->service);
	if (o->key && o->arg[0])
		fail_usage("--arg is not for the service %s", o->service);
	if (o->buffers && o->service && !strcmp(o->service, "direct"))
		fail_usage("ionctl moves no payloads by direct: use pair");
	if (o->buffer_size && !o->buffers)
		fail_usage("--buffer-size needs --buffers too");
}

/* ---- opening ----------------------------------------------------------- */

/* Set up a channel on the descriptor of a device that the shell opened. */
static int set_up(struct own *own)
{
	const struct ionc_options *o = &own->options;
	struct ion_setup setup = { .size = sizeof(setup) };

	setup.layout = o->flags & IONC_COMPACT ? ION_LAYOUT_COMPACT
					       : ION_LAYOUT_SPLIT;
	setup.flags = o->flags & IONC_STAMP ? ION_SETUP_STAMP : 0;
	memcpy(setup.slots, o->slots, sizeof(setup.slots));
	setup.buffers = o->buffers;
	if (o->buffers)
		setup.buffer_size = o->buffer_size ? o->buffer_size : 2048;
	setup.arg[0] = o->arg[0];
	if (o->service)
		memcpy(setup.service, o->service, strlen(o->service));
	if (o->key)
		memcpy(setup.key, o->key, strlen(o->key));
	return device_call(own->fd, ION_IOC_SETUP, &setup);
}

static int attach(struct own *own)
{
	int ret = ionc_attach(&own->ch, own->fd, &own->options);

	if (ret == -EBADFD) {
		ret = set_up(own);
		if (ret)
			return fail_set_up(ret, &own->options);
		own->setup = NULL;
		ret = ionc_attach(&own->ch, own->fd, &own->options);
	}
	if (ret)
		return fail_call(IONC_ATTACH, ret, "descriptor %d", own->fd);
	if (!own->setup)
		return EXIT_OK;
	fail("the channel of descriptor %d is set up already: leave --%s out",
	     own->fd, own->setup);
	return EXIT_USAGE;
}

/* Give a service that fills buffers those that are not needed for sending. */
static void give_buffers(struct own *own)
{
	uint32_t count = own->ch->buffers;

	if (own_is_pair(own))
		count = own->give == OWN_GIVE_ALL    ? count
			: own->give == OWN_GIVE_HALF ? count / 2
						     : 0;
	else if (strcmp(own_service(own), "source"))
		count = 0;
	own->fills = count;
	ionc_give_free(own->ch, count);
}

static int connect_own(struct own *own)
{
	int ret;

	own->options.device = globals.device;
	ret = ionc_connect(&own->ch, own->connect, &own->options);
	return ret ? talk_no_port(IONC_CONNECT, ret, own->connect) : EXIT_OK;
}

static int get_channel(struct own *own)
{
	if (own->connect)
		return connect_own(own);
	return own->fd < 0 ? open_own(&own->ch, &own->options) : attach(own);
}

int own_open(struct own *own)
{
	int ret;

	check_options(own);
	ret = get_channel(own);
	if (ret)
		return ret;
	if (own->lend) {
		ret = ionc_lend(own->ch, &own->lending);
		if (ret) {
			ionc_close(own->ch);
			own->ch = NULL;
			return fail_call(IONC_LEND, ret, "lending a thread");
		}
	}
	/* With --connect the command reads payloads where they are. */
	if (own->ch->peer_arena && !own->connect) {
		ionc_close(own->ch);
		own->ch = NULL;
		return fail("ionctl moves no payloads by direct");
	}
	own_refused_begin(own);
	give_buffers(own);
	return EXIT_OK;
}

static const char no_buffers[] =
	"was set up without buffers: open another one, and give --buffers to the first command";

int own_no_buffers(const struct own *own)
{
	return fail("the channel of descriptor %d %s", own->fd, no_buffers);
}

const char *own_service(const struct own *own)
{
	return ionc_info(own->ch)->service;
}

bool own_is_pair(const struct own *own)
{
	return !strcmp(own_service(own), "pair");
}

static bool is_direct(const struct own *own)
{
	return !strcmp(own_service(own), "direct");
}

bool own_has_peer(const struct own *own)
{
	return joins(own_service(own));
}

const void *own_payload(const struct own *own, const struct ion_packet *packet)
{
	if (is_direct(own))
		return ionc_peer_payload(own->ch, packet);
	return ionc_payload(own->ch, packet);
}

void own_popped(struct own *own, const struct ion_packet *packet)
{
	if (!own->ch->buffers)
		return;
	/*
	 * Return the buffer, of a direct channel to its owner, else to be filled
	 * again; tx has room for all buffers.
	 */
	if ((own->fills || is_direct(own)) && packet->len &&
	    (ionc_give(own->ch, packet->id) || is_direct(own)))
		return;
	ionc_buffer_put(own->ch, packet->id);
}

const char *own_reason(const struct own *own, int error, char text[64])
{
	if (error == -ETIME) {
		snprintf(text, 64, "no packet moved for %g s",
			 (double)own->timeout_ns / 1e9);
		return text;
	}
	if (error == -EPIPE && own_has_peer(own))
		return "the other program has gone";
	return ionc_explain(IONC_WAIT, error);
}

int own_status(int error)
{
	return error == -ETIME ? EXIT_TIMEOUT : status_of(error);
}

int own_failed(struct own *own, int error)
{
	char text[64];

	if (error == -EBADMSG)
		return own_report_refused(own);
	fail("%s", own_reason(own, error, text));
	return own_status(error);
}
