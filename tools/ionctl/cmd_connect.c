// SPDX-License-Identifier: GPL-2.0-only
/* ionctl connect: stdin to the server of a port, and what it sends to stdout. */
#include <getopt.h>

#include "fail.h"
#include "options.h"
#include "own.h"
#include "talk.h"

static int run(int argc, char **argv)
{
	struct talk connection = { .timeout_ns = IONC_FOREVER };
	struct own own;
	const char *name;
	int letter, ret, status;

	own_init(&own);
	while ((letter = next_option(argc, argv, &cmd_connect)) >= 0)
		own_option(&own, letter);
	want_arguments(argc, argv, 1, 1);
	name = port_argument(argv[optind]);
	if (own.options.service)
		port_service(own.options.service);
	if (!own.options.buffers)
		own.options.buffers = TALK_BUFFERS;
	if (!own.options.buffer_size)
		own.options.buffer_size = TALK_BUFFER_SIZE;
	own.options.device = globals.device;
	ret = ionc_connect(&own.ch, name, &own.options);
	if (ret)
		return talk_no_port(IONC_CONNECT, ret, name);
	own_stop_by_signals();
	connection.ch = own.ch;
	connection.timeout_ns = own.timeout_ns;
	status = talk(&connection);
	own_show_stats(&own);
	ionc_close(own.ch);
	return status;
}

static const struct option_help options[] = {
	{ OWN_SERVICE, "service", "NAME",
	  "direct (default) or pair, as the server" },
	{ OWN_SLOTS, "slots", "NUMBER",
	  "slots of each ring, a power of two (default 256)" },
	{ OWN_BUFFERS, "buffers", "NUMBER",
	  "buffers of the arena (default 32)" },
	{ OWN_BUFFER_SIZE, "buffer-size", "BYTES",
	  "bytes of each, a power of two (default 32768)" },
	{ OWN_TIMEOUT, "timeout", "SECONDS",
	  "how long to wait at most while nothing moves" },
	{ OWN_STATS, "stats", NULL, "print counters on stderr at the end" },
	{ 0 },
};

const struct command cmd_connect = {
	.name = "connect",
	.summary = "stdin to a server, and its answer to stdout",
	.run = run,
	.usage = "[OPTION]... NAME",
	.text = "Connects to the program that listens on a name, sends it stdin, and writes its\n"
		"payloads to stdout. It ends when both have sent everything, or when the\n"
		"server ends. A server that is not ionctl listen does not say when it has sent\n"
		"everything: use --timeout.\n",
	.options = options,
	.examples =
		"echo hello | ionctl connect there\n"
		"ionctl connect there <big >answer\n"
		"ionctl connect there --buffers 4 --buffer-size 65536 </dev/null\n",
};
