// SPDX-License-Identifier: GPL-2.0-only
/* ionctl net: network interfaces of ion_net. */
#include <errno.h>
#include <getopt.h>
#include <linux/ion_net.h>
#include <string.h>

#include "channels.h"
#include "fail.h"
#include "net.h"
#include "options.h"

enum {
	OPTION_MODE = 'm',
	OPTION_COUNT = 'n',
	OPTION_WRITE = 'w',
	OPTION_OWNER = 0x100,
	OPTION_GROUP,
	OPTION_QUEUES,
};

/**
 * struct net - the command line
 * @args: what list, dump and send have
 * @link: the interface to add
 * @given: bits of the actions that have all options that were given
 * @wrong: an option that was given, and that not all actions have
 */
struct net {
	struct net_args args;
	struct link_info link;
	unsigned int given;
	const char *wrong;
};

/* ---- add and del -------------------------------------------------------- */

static const char *add_advice(int error)
{
	switch (-error) {
	case EPERM:
		return "only CAP_NET_ADMIN may make an interface: be root";
	case EEXIST:
		return "an interface of that name exists";
	case EOPNOTSUPP:
		return "the module ion_net is not loaded: modprobe ion_net";
	case EINVAL:
	case ERANGE:
		return "the name, or the number of queues, is not allowed";
	default:
		return strerror(-error);
	}
}

static int run_add(struct net *net)
{
	int ret = link_add(&net->link);

	if (!ret)
		return EXIT_OK;
	fail("%s: %s", net->link.name, add_advice(ret));
	return status_of(ret);
}

static int run_del(struct net *net)
{
	struct link_info link;
	int ret, status = link_read(net->args.name, &link);

	if (status)
		return status;
	ret = link_del(link.index);
	if (!ret)
		return EXIT_OK;
	if (ret != -EPERM)
		return fail_errno(ret, "%s", link.name);
	fail("%s: only CAP_NET_ADMIN may delete an interface: be root",
	     link.name);
	return EXIT_DENIED;
}

/* ---- the command line --------------------------------------------------- */

static int run_list(struct net *net)
{
	(void)net;
	return net_list();
}

static int run_stats(struct net *net)
{
	return net_stats(net->args.name);
}

static int run_dump(struct net *net)
{
	return net_dump(&net->args);
}

static int run_send(struct net *net)
{
	return net_send(&net->args);
}

enum {
	ADD = 1,
	DEL = 2,
	LIST = 4,
	STATS = 8,
	DUMP = 16,
	SEND = 32,
};

static const struct action {
	const char *name;
	unsigned int bit;
	int arguments;
	int (*run)(struct net *net);
} actions[] = {
	{ "add", ADD, 1, run_add },    { "del", DEL, 1, run_del },
	{ "list", LIST, 0, run_list }, { "stats", STATS, 1, run_stats },
	{ "dump", DUMP, 1, run_dump }, { "send", SEND, 2, run_send },
};

static const struct action *find_action(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (!strcmp(actions[i].name, name))
			return &actions[i];
	fail_usage("'%s' is not add, del, list, stats, dump or send", name);
}

static uint32_t mode_argument(const char *text)
{
	if (!strcmp(text, "tap"))
		return ION_NET_TAP;
	if (!strcmp(text, "tun"))
		return ION_NET_TUN;
	fail_usage("--mode is tap or tun, not '%s'", text);
}

static void set_owner(struct net *net, const char *name)
{
	uint32_t uid;

	if (!user_number(name, &uid))
		fail_usage("there is no user '%s'", name);
	net->link.owner = uid;
}

static void set_group(struct net *net, const char *name)
{
	uint32_t gid;

	if (!group_number(name, &gid))
		fail_usage("there is no group '%s'", name);
	net->link.group = gid;
}

/* Note that only some actions have an option. */
static void only_for(struct net *net, unsigned int bits, const char *option)
{
	net->wrong = option;
	net->given &= bits;
}

static uint32_t queues_argument(const char *text)
{
	return (uint32_t)number_argument("--queues", text, 1,
					 ION_NET_QUEUES_MAX);
}

static void take_option(struct net *net, int letter)
{
	switch (letter) {
	case OPTION_MODE:
		net->link.mode = mode_argument(optarg);
		only_for(net, ADD, "--mode");
		break;
	case OPTION_OWNER:
		set_owner(net, optarg);
		only_for(net, ADD, "--owner");
		break;
	case OPTION_GROUP:
		set_group(net, optarg);
		only_for(net, ADD, "--group");
		break;
	case OPTION_QUEUES:
		net->link.max_queues = queues_argument(optarg);
		only_for(net, ADD, "--queues");
		break;
	case OPTION_COUNT:
		net->args.count =
			number_argument("--count", optarg, 1, UINT64_MAX);
		only_for(net, DUMP, "--count");
		break;
	case OPTION_WRITE:
		net->args.write = optarg;
		only_for(net, DUMP, "--write");
		break;
	}
}

static void take_name(struct net *net, const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= IF_NAMESIZE)
		fail_usage("an interface's name has 1 to %d bytes, not %zu",
			   IF_NAMESIZE - 1, len);
	net->args.name = name;
	memcpy(net->link.name, name, len + 1);
}

static const struct action *take_action(int argc, char **argv)
{
	if (optind < argc)
		return find_action(argv[optind++]);
	fail_usage("what to do is missing: add, del, list, stats, dump, send");
}

static int run(int argc, char **argv)
{
	struct net net = {
		.link = { .owner = LINK_NOBODY,
			  .group = LINK_NOBODY,
			  .max_queues = 1 },
		.given = ~0U,
	};
	const struct action *action;
	int letter;

	while ((letter = next_option(argc, argv, &cmd_net)) >= 0)
		take_option(&net, letter);
	action = take_action(argc, argv);
	if (!(net.given & action->bit))
		fail_usage("%s has no option %s", action->name, net.wrong);
	want_arguments(argc, argv, action->arguments, action->arguments);
	if (action->arguments)
		take_name(&net, argv[optind]);
	if (action->arguments > 1)
		net.args.file = argv[optind + 1];
	return action->run(&net);
}

static const struct option_help options[] = {
	{ OPTION_MODE, "mode", "MODE",
	  "add: tap (default, Ethernet frames) or tun (IP)" },
	{ OPTION_OWNER, "owner", "USER", "add: this user may attach" },
	{ OPTION_GROUP, "group", "GROUP", "add: its members may attach" },
	{ OPTION_QUEUES, "queues", "NUMBER",
	  "add: how many programs may attach (default 1)" },
	{ OPTION_COUNT, "count", "COUNT", "dump: end after COUNT frames" },
	{ OPTION_WRITE, "write", "FILE",
	  "dump: write frames to FILE, as pcap; - is stdout" },
	{ 0 },
};

const struct command cmd_net = {
	.name = "net",
	.summary = "network interfaces whose frames cross a channel",
	.run = run,
	.usage = "[OPTION]... ACTION [NAME [FILE]]",
	.text = "Makes and shows interfaces of the module ion_net, and is the program at their\n"
		"other side. The actions:\n"
		"\n"
		"  add NAME        make an interface; it is down and has no address\n"
		"  del NAME        delete it; the program that is attached is hung up\n"
		"  list            show the interfaces of this network namespace\n"
		"  stats NAME      show its counters, and those of each queue\n"
		"  dump NAME       attach to it, and show the frames that the kernel sends\n"
		"  send NAME FILE  attach to it, and hand it the frames of a pcap file; - is\n"
		"                  stdin\n"
		"\n"
		"RX is what programs handed to the kernel, and TX what the kernel sent to them,\n"
		"as in \"ip -s link\". An interface has a carrier while a program is attached.\n"
		"Without an owner or a group only CAP_NET_ADMIN may attach.\n"
		"\n"
		"dump ends after --count frames, by a signal, or when the interface is deleted.\n"
		"It sees no frames of other programs: tcpdump does. send ends when the kernel\n"
		"has taken all frames; it discards those that the kernel sends meanwhile.\n"
		"\n"
		"On a narrow terminal list leaves out MTU, GROUP, OWNER, MODE and STATE, in this\n"
		"order.\n",
	.options = options,
	.json = "list: {\"interfaces\": [...]}, each of them an object:\n"
		"  name, index, mtu\n"
		"  mode                tap, tun\n"
		"  owner, group        numbers; without one, null\n"
		"  queues, max_queues  how many programs are attached, and may be\n"
		"  up, carrier         true or false\n"
		"  rx, tx              objects: frames, bytes, errors, dropped\n"
		"stats: the same object, with\n"
		"  rx                  also length_errors, frame_errors\n"
		"  queue               an array of objects: rx_packets, rx_bytes, tx_packets,\n"
		"                      tx_bytes, tx_stops_no_buffer, tx_stops_no_room\n"
		"dump, a line for each frame:\n"
		"  seconds             since the first one\n"
		"  len, text\n"
		"send:\n"
		"  frames, bytes\n",
	.examples = "ionctl net add tea0 --mode tun --owner alice\n"
		    "ionctl net list\n"
		    "ionctl net dump tea0 --count 10\n"
		    "ionctl net dump tea0 --write - | tcpdump -r -\n"
		    "ionctl net send tea0 frames.pcap\n"
		    "ionctl net stats tea0\n",
};
