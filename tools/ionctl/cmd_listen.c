// SPDX-License-Identifier: GPL-2.0-only
/* ionctl listen: serve the clients of a port. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "channels.h"
#include "fail.h"
#include "options.h"
#include "out.h"
#include "own.h"
#include "talk.h"

enum {
	OPTION_ECHO = 'e',
	OPTION_ONCE = '1',
	OPTION_MODE = 'm',
	OPTION_BACKLOG = 'b',
	OPTION_SERVICE = 0x100,
	OPTION_TIMEOUT,
};

struct listen {
	struct ionc_listen_options options;
	const char *name;
	bool echo;
	bool once;
	uint64_t timeout_ns;
};

static void client_json(const struct ion_peer *peer, const struct talk *talk)
{
	json_t *object = json_new_object();
	char user[64];

	json_put_number(object, "channel", peer->channel);
	json_put_number(object, "pid", (uint64_t)peer->pid);
	json_put_number(object, "uid", peer->uid);
	user_name(peer->uid, user, sizeof(user));
	json_put_text(object, "user", user, sizeof(user));
	json_put_number(object, "packets", talk->packets);
	json_put_number(object, "bytes", talk->came);
	json_print_line(object);
}

/* Print a line for a client that has gone; the payloads went elsewhere. */
static int print_client(const struct ion_peer *peer, const struct talk *talk)
{
	char user[64];

	if (globals.json)
		client_json(peer, talk);
	else
		printf("process %d of %s: %llu packet%s, %llu bytes\n",
		       peer->pid, user_name(peer->uid, user, sizeof(user)),
		       (unsigned long long)talk->packets,
		       talk->packets == 1 ? "" : "s",
		       (unsigned long long)talk->came);
	return out_flush();
}

static int serve(const struct listen *l, struct ionc_channel *ch, bool *stuck)
{
	struct talk connection = {
		.ch = ch,
		.echo = l->echo,
		.timeout_ns = l->timeout_ns,
	};
	struct ion_peer peer;
	int status;

	status = talk(&connection);
	*stuck = connection.stuck;
	if (l->echo && status == EXIT_OK && !ionc_peer(ch, &peer)) {
		status = print_client(&peer, &connection);
		*stuck = status != EXIT_OK;
	}
	ionc_close(ch);
	return status;
}

static int not_accepted(const struct listen *l, int error)
{
	int status = talk_no_port(IONC_ACCEPT, error, l->name);

	return error == -ETIME ? EXIT_TIMEOUT : status;
}

/* An error of one client does not end the server. */
static int serve_all(const struct listen *l, int listener)
{
	struct ionc_channel *ch;
	bool stuck = false;
	int ret, status;

	do {
		ret = ionc_accept(&ch, listener, NULL, l->timeout_ns);
		if (ret == -EINTR)
			continue;
		if (ret)
			return not_accepted(l, ret);
		status = serve(l, ch, &stuck);
		if (l->once || stuck)
			return status;
	} while (!own_stopped);
	return EXIT_OK;
}

static uint32_t mode_argument(const char *text)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (!*text || *end || !mode || mode > 0777)
		fail_usage("--mode is octal, from 0001 to 0777, not '%s'",
			   text);
	return (uint32_t)mode;
}

static void take_option(struct listen *l, int letter)
{
	uint64_t backlog;

	switch (letter) {
	case OPTION_ECHO:
		l->echo = true;
		break;
	case OPTION_ONCE:
		l->once = true;
		break;
	case OPTION_MODE:
		l->options.mode = mode_argument(optarg);
		break;
	case OPTION_BACKLOG:
		backlog = number_argument("--backlog", optarg, 1,
					  ION_BACKLOG_MAX);
		l->options.backlog = (uint32_t)backlog;
		break;
	case OPTION_SERVICE:
		l->options.service = port_service(optarg);
		break;
	case OPTION_TIMEOUT:
		l->timeout_ns = seconds_argument("--timeout", optarg);
		break;
	}
}

static int run(int argc, char **argv)
{
	struct listen l = { .timeout_ns = IONC_FOREVER };
	int letter, listener, status;

	ionc_listen_options_init(&l.options);
	while ((letter = next_option(argc, argv, &cmd_listen)) >= 0)
		take_option(&l, letter);
	want_arguments(argc, argv, 1, 1);
	l.name = port_argument(argv[optind]);
	if (globals.json && !l.echo)
		fail_usage("--json is for --echo: stdout has the bytes");
	l.options.device = globals.device;
	listener = ionc_listen(l.name, &l.options);
	if (listener < 0)
		return talk_no_port(IONC_LISTEN, listener, l.name);
	own_stop_by_signals();
	status = serve_all(&l, listener);
	close(listener);
	return status;
}

static const struct option_help options[] = {
	{ OPTION_ECHO, "echo", NULL,
	  "return packets and commands to the client" },
	{ OPTION_ONCE, "once", NULL, "end after the first client" },
	{ OPTION_MODE, "mode", "BITS",
	  "who may connect, octal (default 0600)" },
	{ OPTION_BACKLOG, "backlog", "NUMBER",
	  "clients that may wait (default 16)" },
	{ OPTION_SERVICE, "service", "NAME", "direct (default) or pair" },
	{ OPTION_TIMEOUT, "timeout", "SECONDS",
	  "how long to wait at most while nothing moves" },
	{ 0 },
};

const struct command cmd_listen = {
	.name = "listen",
	.summary = "serve the clients of a port",
	.run = run,
	.usage = "[OPTION]... NAME",
	.text = "Listens on a name and serves one client after the other: writes the payloads\n"
		"of the client to stdout, and sends it stdin. A connection ends when both have\n"
		"sent everything, or when the client ends. Names belong to the network\n"
		"namespace.\n"
		"\n"
		"With --echo every packet and command goes back to its client, and stdout has\n"
		"a line for each client that has gone.\n"
		"\n"
		"--mode has the permission bits of a unix socket: who may write may connect.\n",
	.options = options,
	.json = "with --echo, a line for each client, an object:\n"
		"  channel, pid, uid, user, packets, bytes\n",
	.examples = "ionctl listen there >copy\n"
		    "ionctl listen there --once <big\n"
		    "ionctl listen there --echo --mode 0666\n",
};
