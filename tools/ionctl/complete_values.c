// SPDX-License-Identifier: GPL-2.0-only
/* Offers the values of options and arguments. */
#include "complete_values.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channels.h"
#include "links.h"
#include "open.h"
#include "text.h"
#include "top.h"

/* Number of descriptors that are checked. */
#define FDS 256

void offer(const char *word, const char *before, const char *value,
	   const char *text)
{
	size_t length = strlen(before), typed = strlen(word);

	if (typed <= length
		    ? strncmp(word, before, typed)
		    : strncmp(word, before, length) ||
			      strncmp(word + length, value, typed - length))
		return;
	printf("%s%s\t%s\n", before, value, text);
}

static void offer_number(const char *word, const char *before, uint64_t number,
			 const char *text)
{
	char value[24];

	snprintf(value, sizeof(value), "%llu", (unsigned long long)number);
	offer(word, before, value, text);
}

/* ---- values from the driver --------------------------------------------- */

/* Read the channels, or none if that fails: completion prints no errors. */
static void read_channels(struct channels *channels)
{
	int fd;

	memset(channels, 0, sizeof(*channels));
	if (!freopen("/dev/null", "w", stderr))
		return;
	if (open_driver(&fd, ION_FEATURE_LIST))
		return;
	channels_read(fd, channels);
	close(fd);
}

void offer_channels(const char *word)
{
	struct channels channels;
	size_t i;

	read_channels(&channels);
	for (i = 0; i < channels.count; i++) {
		const struct ion_list_entry *entry = &channels.entry[i];
		char comm[TEXT_SIZE], service[TEXT_SIZE + 1], text[128];

		text_safe(comm, sizeof(comm), entry->comm, sizeof(entry->comm));
		text_safe(service, sizeof(service), entry->service,
			  sizeof(entry->service));
		snprintf(text, sizeof(text), "%s of %s, process %u", service,
			 comm, entry->pid);
		offer_number(word, "", entry->channel, text);
	}
	channels_free(&channels);
}

static void offer_pids(const char *word, const char *before)
{
	struct channels channels;
	char comm[TEXT_SIZE];
	size_t i, j;

	read_channels(&channels);
	for (i = 0; i < channels.count; i++) {
		const struct ion_list_entry *entry = &channels.entry[i];

		for (j = 0; j < i; j++)
			if (channels.entry[j].pid == entry->pid)
				break;
		if (j < i)
			continue;
		text_safe(comm, sizeof(comm), entry->comm, sizeof(entry->comm));
		offer_number(word, before, entry->pid, comm);
	}
	channels_free(&channels);
}

/* Offer the built-in services and those that channels use. */
static void offer_services(const char *word, const char *before)
{
	struct channels channels;
	size_t i, j;

	for (i = 0; builtin_services[i]; i++)
		offer(word, before, builtin_services[i], "");
	read_channels(&channels);
	for (i = 0; i < channels.count; i++) {
		const char *name = channels.entry[i].service;
		char safe[TEXT_SIZE + 1];

		for (j = 0; builtin_services[j]; j++)
			if (!strcmp(builtin_services[j], name))
				break;
		if (!*name || builtin_services[j])
			continue;
		for (j = 0; j < i; j++)
			if (!strcmp(channels.entry[j].service, name))
				break;
		text_safe(safe, sizeof(safe), name, ION_SERVICE_NAME_LEN);
		if (j == i)
			offer(word, before, safe, "");
	}
	channels_free(&channels);
}

static void offer_port_names(const char *word, const char *before)
{
	struct channels channels;
	size_t i;

	read_channels(&channels);
	for (i = 0; i < channels.count; i++) {
		const struct ion_list_entry *entry = &channels.entry[i];
		char name[ION_KEY_LEN + 1], text[64];

		if (entry->state != ION_CHANNEL_LISTENING)
			continue;
		text_safe(name, sizeof(name), entry->key, sizeof(entry->key));
		snprintf(text, sizeof(text), "%.31s, process %u",
			 entry->service, entry->pid);
		offer(word, before, name, text);
	}
	channels_free(&channels);
}

void offer_ports(const char *word)
{
	offer_port_names(word, "");
}

/* Offer the interfaces of ion_net. */
void offer_links(const char *word)
{
	struct links links;
	size_t i;

	if (!freopen("/dev/null", "w", stderr))
		return;
	links_read(&links);
	for (i = 0; i < links.count; i++)
		offer(word, "", links.link[i].name, link_mode(&links.link[i]));
	links_free(&links);
}

/* ---- values from the machine -------------------------------------------- */

/* Offer the shell's descriptors of the device, which ionctl inherits. */
static void offer_fds(const char *word, const char *before)
{
	struct stat device, file;
	unsigned int fd;

	if (stat(globals.device, &device) || !S_ISCHR(device.st_mode))
		return;
	for (fd = STDERR_FILENO + 1; fd < FDS; fd++)
		if (!fstat((int)fd, &file) && S_ISCHR(file.st_mode) &&
		    file.st_rdev == device.st_rdev)
			offer_number(word, before, fd, globals.device);
}

static void offer_cpus(const char *word, const char *before)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		offer_number(word, before, (uint64_t)cpu, "");
}

static const char *user_word, *user_before;

static void offer_user(const char *name)
{
	offer(user_word, user_before, name, "");
}

static void offer_users(const char *word, const char *before)
{
	user_word = word;
	user_before = before;
	user_each(offer_user);
}

/* ---- fixed values ------------------------------------------------------- */

static void offer_names(const char *word, const char *before,
			const char *const *names)
{
	for (; *names; names++)
		offer(word, before, *names, "");
}

static void offer_powers(const char *word, const char *before, uint64_t least,
			 uint64_t most)
{
	for (; least <= most; least *= 2)
		offer_number(word, before, least, "");
}

static void offer_colours(const char *word, const char *before)
{
	static const char *const names[] = { "auto", "always", "never", NULL };

	offer_names(word, before, names);
}

static void offer_layouts(const char *word, const char *before)
{
	static const char *const names[] = { "compact", "split", NULL };

	offer_names(word, before, names);
}

static void offer_orders(const char *word, const char *before)
{
	const struct order *order;

	for (order = top_orders; order->name; order++)
		offer(word, before, order->name, "");
}

static void offer_modes(const char *word, const char *before)
{
	static const char *const names[] = { "tap", "tun", NULL };

	offer_names(word, before, names);
}

static void offer_slots(const char *word, const char *before)
{
	offer_powers(word, before, ION_SLOTS_MIN, ION_SLOTS_MAX);
}

static void offer_sizes(const char *word, const char *before)
{
	offer_powers(word, before, ION_BUFFER_SIZE_MIN, ION_BUFFER_SIZE_MAX);
}

void offer_rings(const char *word)
{
	static const char *const names[] = { "tx", "rx", "cmd", "evt", NULL };

	offer_names(word, "", names);
}

void offer_actions(const char *word)
{
	static const char *const names[] = { "add",  "del",  "list", "stats",
					     "dump", "send", NULL };

	offer_names(word, "", names);
}

/* Offer the fields that the packet or command does not have yet. */
void offer_fields(const char *word, bool commands)
{
	static const char *const packet[] = { "data=", "phys=", "len=",
					      "id=",   "pad=",	NULL };
	static const char *const command[] = { "kind=", "arg=", "id=", "pad=",
					       NULL };
	const char *const *field = commands ? command : packet;
	const char *last = strrchr(word, ',');
	int length = last ? (int)(last - word) + 1 : 0;
	char before[256];

	if ((size_t)length >= sizeof(before))
		return;
	snprintf(before, sizeof(before), "%.*s", length, word);
	for (; *field; field++)
		if (!strstr(before, *field))
			offer(word, before, *field, "");
}

/* ---- the values of options ---------------------------------------------- */

static const struct {
	const char *name;
	void (*offer)(const char *word, const char *before);
} values[] = {
	{ "color", offer_colours },
	{ "sort", offer_orders },
	{ "layout", offer_layouts },
	{ "service", offer_services },
	{ "connect", offer_port_names },
	{ "user", offer_users },
	{ "owner", offer_users },
	{ "pid", offer_pids },
	{ "fd", offer_fds },
	{ "slots", offer_slots },
	{ "buffer-size", offer_sizes },
	{ "lend", offer_cpus },
};

void offer_values(const struct option_help *option, const char *word,
		  const char *before)
{
	size_t i;

	if (!strcmp(option->value, "FILE"))
		puts(":files");
	/* listen has an option of this name, with another value. */
	if (!strcmp(option->value, "MODE"))
		offer_modes(word, before);
	for (i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(values[i].name, option->name))
			values[i].offer(word, before);
}
