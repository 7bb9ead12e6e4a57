// SPDX-License-Identifier: GPL-2.0-only
/* ionctl info: what the driver can do, or the geometry of a channel. */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"
#include "fail.h"
#include "geometry.h"
#include "json.h"
#include "open.h"
#include "options.h"
#include "table.h"
#include "text.h"

/**
 * struct feature - a bit of ion_query.features
 * @bit: the bit
 * @name: its name in JSON and in text
 */
struct feature {
	uint64_t bit;
	const char *name;
};

static const struct feature features[] = {
	{ ION_FEATURE_COMPACT, "compact" },
	{ ION_FEATURE_SPLIT, "split" },
	{ ION_FEATURE_WAIT, "wait" },
	{ ION_FEATURE_SERVE, "serve" },
	{ ION_FEATURE_ARENA, "arena" },
	{ ION_FEATURE_JOIN, "join" },
	{ ION_FEATURE_LIST, "list" },
	{ ION_FEATURE_SELFTEST, "selftest" },
	{ ION_FEATURE_DIRECT, "direct" },
	{ ION_FEATURE_PORTS, "ports" },
	{ 0, NULL },
};

/* The driver has no list of the services that other modules register. */
const char *const builtin_services[] = { "echo", "sink",   "source",
					 "pair", "direct", NULL };

/* Return whether a service exists, from a set-up that changes nothing. */
static bool has_service(int fd, const char *name)
{
	struct ion_setup setup = { .size = sizeof(setup),
				   .flags = ION_SETUP_DRY_RUN,
				   .layout = ION_LAYOUT_SPLIT };

	strncpy(setup.service, name, sizeof(setup.service) - 1);
	return !device_call(fd, ION_IOC_SETUP, &setup);
}

static json_t *features_json(uint64_t bits)
{
	json_t *array = json_new_array();
	const struct feature *f;

	for (f = features; f->name; f++)
		if (bits & f->bit)
			json_add(array, json_string(f->name));
	return array;
}

static json_t *services_json(int fd)
{
	json_t *array = json_new_array();
	size_t i;

	for (i = 0; builtin_services[i]; i++)
		if (has_service(fd, builtin_services[i]))
			json_add(array, json_string(builtin_services[i]));
	return array;
}

static void driver_json(int fd, const struct ion_query *query)
{
	json_t *doc = json_new_object();

	json_put_number(doc, "abi_version", query->abi_version);
	json_put(doc, "features", features_json(query->features));
	json_put(doc, "services", services_json(fd));
	json_put_number(doc, "slots_min", query->slots_min);
	json_put_number(doc, "slots_max", query->slots_max);
	json_put_number(doc, "batch_max", query->batch_max);
	json_put_number(doc, "channels", query->channels);
	json_put_number(doc, "max_channels", query->max_channels);
	json_put_number(doc, "user_channels", query->user_channels);
	json_put_number(doc, "max_user_channels", query->max_user_channels);
	json_put_number(doc, "bytes", query->bytes);
	json_put_number(doc, "max_bytes", query->max_bytes);
	json_print(doc);
}

static void append_name(char *to, size_t size, const char *name)
{
	snprintf(to + strlen(to), size - strlen(to), "%s%s", *to ? " " : "",
		 name);
}

static void driver_text(int fd, const struct ion_query *query)
{
	static const struct column columns[] = { { "", false, false },
						 { "", false, true },
						 { NULL, false, false } };
	struct table *table = table_new(columns);
	char bytes[TEXT_SIZE], most[TEXT_SIZE];
	char list[256] = "";
	const struct feature *f;
	size_t i;

	table_cell(table, PAINT_BOLD, "ABI version");
	table_cell(table, PAINT_NONE, "%u", query->abi_version);
	for (f = features; f->name; f++)
		if (query->features & f->bit)
			append_name(list, sizeof(list), f->name);
	table_cell(table, PAINT_BOLD, "features");
	table_cell(table, PAINT_NONE, "%s", list);
	*list = '\0';
	for (i = 0; builtin_services[i]; i++)
		if (has_service(fd, builtin_services[i]))
			append_name(list, sizeof(list), builtin_services[i]);
	table_cell(table, PAINT_BOLD, "services");
	table_cell(table, PAINT_NONE, "%s", list);
	table_cell(table, PAINT_BOLD, "channels");
	table_cell(table, PAINT_NONE, "%u of %u, %u of %u of this user",
		   query->channels, query->max_channels, query->user_channels,
		   query->max_user_channels);
	table_cell(table, PAINT_BOLD, "memory");
	table_cell(table, PAINT_NONE, "%s of %s",
		   text_bytes(bytes, query->bytes),
		   text_bytes(most, query->max_bytes));
	table_cell(table, PAINT_BOLD, "slots of a ring");
	table_cell(table, PAINT_NONE, "%u to %u", query->slots_min,
		   query->slots_max);
	table_cell(table, PAINT_BOLD, "packets of a batch");
	table_cell(table, PAINT_NONE, "%u", query->batch_max);
	table_print(table, stdout);
}

static int driver_info(void)
{
	struct ion_query query;
	int fd, status;

	status = open_device(&fd, &query);
	if (status)
		return status;
	if (globals.json)
		driver_json(fd, &query);
	else
		driver_text(fd, &query);
	close(fd);
	return EXIT_OK;
}

/* A channel that listens has no rings. */
static int port_info(const struct ion_list_entry *entry)
{
	char service[ION_SERVICE_NAME_LEN + 1], key[ION_KEY_LEN + 1];

	if (globals.json) {
		json_print(channel_json(entry));
		return EXIT_OK;
	}
	text_safe(service, sizeof(service), entry->service,
		  sizeof(entry->service));
	text_safe(key, sizeof(key), entry->key, sizeof(entry->key));
	printf("channel %llu: service %s, listening on %s\n", entry->channel,
	       service, key);
	return EXIT_OK;
}

static int channel_info(__u64 channel)
{
	struct ion_info info = { .size = sizeof(info) };
	struct ion_peer peer = { .size = sizeof(peer) };
	struct ion_list_entry entry;
	int fd, status, ret;

	status = open_foreign(channel, &fd, &entry);
	if (status)
		return status;
	ret = device_call(fd, ION_IOC_INFO, &info);
	if (!ret)
		device_call(fd, ION_IOC_PEER, &peer);
	close(fd);
	if (ret < 0 && entry.state == ION_CHANNEL_LISTENING)
		return port_info(&entry);
	if (ret < 0)
		return fail_call(IONC_ATTACH, ret, "channel %llu", channel);
	if (globals.json)
		geometry_json(&info, &entry, &peer);
	else
		geometry_text(&info, &entry, &peer);
	return EXIT_OK;
}

static int run_info(int argc, char **argv)
{
	no_options(argc, argv, &cmd_info);
	want_arguments(argc, argv, 0, 1);
	if (optind == argc)
		return driver_info();
	return channel_info(channel_argument(argv[optind]));
}

const struct command cmd_info = {
	.name = "info",
	.summary =
		"what the driver can do, or where the words of a channel are",
	.run = run_info,
	.usage = "[OPTION]... [CHANNEL]",
	.text = "Shows the version of the ABI, the features, the built-in services and the\n"
		"limits of the driver, and how many channels and how much memory are in use.\n"
		"It does not count the channel that ionctl itself opens.\n"
		"\n"
		"For a channel, shows its geometry: the areas to map, and the mmap() offsets of\n"
		"the words of each ring, its key or port, and who is at the other side.\n"
		"\n" FOREIGN_TEXT,
	.json = "abi_version, slots_min, slots_max, batch_max, channels, max_channels,\n"
		"user_channels, max_user_channels, bytes, max_bytes: numbers; features,\n"
		"services: arrays of names. For a channel:\n"
		"  channel, service, layout, bytes, buffers, buffer_size, key\n"
		"  peer                an object: state (none, there, gone), channel, pid,\n"
		"                      uid, gid, user\n"
		"  areas               an array of objects: name, offset, length, writable\n"
		"  rings               objects tx, rx, cmd, evt: nr_slots, slot_size, and\n"
		"                      offsets: head, tail, mask, producer_wake,\n"
		"                      consumer_wake, producer_wake_kernel,\n"
		"                      consumer_wake_kernel, slots\n"
		"A channel that listens has the keys of ionctl list --json.\n",
	.examples = "ionctl info\n"
		    "ionctl --json info | jq .channels\n"
		    "ionctl info 7\n",
};
