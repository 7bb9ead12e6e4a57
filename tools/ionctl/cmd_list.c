// SPDX-License-Identifier: GPL-2.0-only
/* ionctl list: the channels of the system. */
#include <unistd.h>

#include "channels.h"
#include "filter.h"
#include "open.h"
#include "options.h"
#include "table.h"
#include "text.h"

enum {
	LETTER_POISONED = 0x100,
};

static const struct column columns[] = {
	{ "CHANNEL", true, false },	{ "PID", true, false },
	{ "COMM", false, false },	{ "USER", false, false },
	{ "SERVICE", false, false },	{ "LAYOUT", false, false },
	{ "MEMORY", true, false },	{ "STATE", false, false },
	{ "KERNEL END", false, false }, { "TX", false, false },
	{ "RX", false, false },		{ "CMD", false, false },
	{ "EVT", false, false },	{ NULL, false, false },
};

/* The same with KEY and PEER, if any channel has one of them. */
static const struct column columns_with_keys[] = {
	{ "CHANNEL", true, false },	{ "PID", true, false },
	{ "COMM", false, false },	{ "USER", false, false },
	{ "SERVICE", false, false },	{ "KEY", false, false },
	{ "PEER", true, false },	{ "LAYOUT", false, false },
	{ "MEMORY", true, false },	{ "STATE", false, false },
	{ "KERNEL END", false, false }, { "TX", false, false },
	{ "RX", false, false },		{ "CMD", false, false },
	{ "EVT", false, false },	{ NULL, false, false },
};

/*
 * On a narrow terminal MEMORY is left out first, then LAYOUT, KERNEL END, USER, PEER,
 * the bars, EVT, CMD, RX, TX, COMM, SERVICE, KEY, PID.
 */
static const unsigned int spare[] = { 0,
				      27,
				      25,
				      4,
				      26,
				      2,
				      1,
				      0,
				      3,
				      TABLE_BAR | 24,
				      TABLE_BAR | 23,
				      TABLE_BAR | 22,
				      TABLE_BAR | 21 };

static const unsigned int spare_with_keys[] = {
	0,
	28,
	25,
	4,
	26,
	27,
	5,
	2,
	1,
	0,
	3,
	TABLE_BAR | 24,
	TABLE_BAR | 23,
	TABLE_BAR | 22,
	TABLE_BAR | 21,
};

static void ring_cell(struct table *table, const struct ion_ring_stats *ring)
{
	enum paint paint = PAINT_NONE;
	char bar[TEXT_SIZE];

	if (ring->poison)
		paint = PAINT_BAD;
	else if (ring->queued == ring->capacity)
		paint = PAINT_BUSY;
	table_cell(table, paint, "%s %u/%u",
		   text_bar(bar, ring->queued, ring->capacity), ring->queued,
		   ring->capacity);
}

/* Fill the columns of a channel that has no rings. */
static void no_rings(struct table *table)
{
	const struct column *column;

	/* The columns from KERNEL END on. */
	for (column = columns + 8; column->title; column++)
		table_cell(table, PAINT_NONE, "-");
}

static void key_cells(struct table *table, const struct ion_list_entry *entry)
{
	char text[ION_KEY_LEN + 1];

	text_safe(text, sizeof(text), entry->key, sizeof(entry->key));
	table_cell(table, PAINT_NONE, "%s", *text ? text : "-");
	if (entry->peer)
		table_cell(table, PAINT_NONE, "%llu", entry->peer);
	else
		table_cell(table, PAINT_NONE, "-");
}

static void add_row(struct table *table, const struct ion_list_entry *entry,
		    bool keys)
{
	bool rings = channel_has_rings(entry);
	char text[TEXT_SIZE];
	enum paint paint;
	const char *state = channel_state(entry, &paint);
	unsigned int ring;

	channel_cells(table, entry);
	if (keys)
		key_cells(table, entry);
	table_cell(table, PAINT_NONE, "%s",
		   rings ? layout_name(entry->layout) : "-");
	table_cell(table, PAINT_NONE, "%s", text_bytes(text, entry->bytes));
	table_cell(table, paint, "%s", state);
	if (!rings) {
		no_rings(table);
		return;
	}
	table_cell(table, PAINT_NONE, "%s", channel_kernel_end(entry));
	for (ring = 0; ring < ION_RINGS; ring++)
		ring_cell(table, &entry->stats.ring[ring]);
}

static bool any_keys(const struct channels *channels,
		     const struct filter *filter)
{
	const struct ion_list_entry *entry;
	size_t i;

	for (i = 0; i < channels->count; i++) {
		entry = &channels->entry[i];
		if (filter_shows(filter, entry) && (*entry->key || entry->peer))
			return true;
	}
	return false;
}

static void list_text(const struct channels *channels,
		      const struct filter *filter)
{
	bool keys = any_keys(channels, filter);
	struct table *table = table_new(keys ? columns_with_keys : columns);
	size_t i;

	for (i = 0; i < channels->count; i++)
		if (filter_shows(filter, &channels->entry[i]))
			add_row(table, &channels->entry[i], keys);
	table_spare(table, keys ? spare_with_keys : spare);
	table_print(table, stdout);
}

static void list_json(const struct channels *channels,
		      const struct filter *filter)
{
	json_t *doc = json_new_object();
	json_t *array = json_new_array();
	size_t i;

	for (i = 0; i < channels->count; i++)
		if (filter_shows(filter, &channels->entry[i]))
			json_add(array, channel_json(&channels->entry[i]));
	json_put(doc, "channels", array);
	json_print(doc);
}

static void read_filter(int argc, char **argv, struct filter *filter)
{
	int letter;

	while ((letter = next_option(argc, argv, &cmd_list)) >= 0)
		filter_option(filter, letter == 's'   ? FILTER_SERVICE
				      : letter == 'p' ? FILTER_PID
				      : letter == 'u' ? FILTER_USER
						      : FILTER_POISONED);
	want_arguments(argc, argv, 0, 0);
}

static int run_list(int argc, char **argv)
{
	struct filter filter = { 0 };
	struct channels channels;
	int fd, status;

	read_filter(argc, argv, &filter);
	status = open_driver(&fd, ION_FEATURE_LIST);
	if (status)
		return status;
	status = channels_read(fd, &channels);
	close(fd);
	if (status)
		return status;
	if (globals.json)
		list_json(&channels, &filter);
	else
		list_text(&channels, &filter);
	channels_free(&channels);
	return EXIT_OK;
}

static const struct option_help options[] = {
	FILTER_OPTIONS('s', 'p', 'u', LETTER_POISONED),
	{ 0 },
};

const struct command cmd_list = {
	.name = "list",
	.summary = "the channels of the system",
	.run = run_list,
	.usage = "[OPTION]...",
	.text = "Shows the channels that you may see, in ascending order: those that your user\n"
		"opened, or all channels for root. For each ring it shows a bar, how many\n"
		"packets are queued, and the capacity. PID, COMM and USER belong to the process\n"
		"that opened the channel.\n"
		"\n"
		"STATE is open (not set up yet), ready, listening (a port), closed (a service\n"
		"still keeps it) or poisoned. KERNEL END is sleeping, lent (a lent thread is\n"
		"awake), lent, sleeping, or gone (the service hung up).\n"
		"\n"
		"KEY is the key or the port that the program named, and PEER the channel at the\n"
		"other side. They are columns if any channel has one.\n"
		"\n"
		"On a narrow terminal MEMORY, LAYOUT, KERNEL END, USER and PEER are left out, in\n"
		"this order, as far as necessary; then the bars, EVT, CMD, RX, TX, COMM,\n"
		"SERVICE, KEY and PID.\n",
	.options = options,
	.json = "{\"channels\": [...]}, each of them an object:\n"
		"  channel, pid, uid, comm, user\n"
		"  state               open, ready, listening, closed\n"
		"  key                 key or port, or \"\"\n"
		"  peer                the channel at the other side, 0 if there was none\n"
		"and unless state is open:\n"
		"  service             a name\n"
		"and unless state is listening:\n"
		"  layout              a name\n"
		"  bytes               memory that is charged for it\n"
		"  buffers, buffer_size, buffers_owned\n"
		"  kernel_end          sleeping, lent, \"lent, sleeping\", gone,\n"
		"                      or none, of a direct channel\n"
		"  poisoned            true if a ring is poisoned\n"
		"  calls, kicks, kicks_spurious, sleeps, wakeups, signals, resets\n"
		"  held, held_total    payloads that wait for an empty buffer, and that did\n"
		"  rings               objects tx, rx, cmd, evt, in each of them queued,\n"
		"                      capacity, pushed, popped, discarded, full, bad_id,\n"
		"                      bad_range, bad_owner, poison (none, range, order),\n"
		"                      and unless that is none poison_seen, poison_first,\n"
		"                      poison_last\n",
	.examples = "ionctl list\n"
		    "ionctl list --user alice --service pair\n"
		    "ionctl --json list --poisoned | jq -r '.channels[].pid'\n",
};
