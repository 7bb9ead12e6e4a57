// SPDX-License-Identifier: GPL-2.0-only
/* ionctl net list and stats. */
#include <stdlib.h>
#include <string.h>

#include "channels.h"
#include "fail.h"
#include "net.h"
#include "text.h"

static const struct column columns[] = {
	{ "NAME", false, false },    { "MODE", false, false },
	{ "OWNER", false, false },   { "GROUP", false, false },
	{ "QUEUES", true, false },   { "STATE", false, false },
	{ "CARRIER", false, false }, { "MTU", true, false },
	{ "RX", true, false },	     { "TX", true, false },
	{ NULL, false, false },
};

/* On a narrow terminal MTU is left out first, then GROUP, OWNER, MODE, STATE. */
static const unsigned int spare[] = { 0, 4, 3, 2, 0, 5, 0, 1, 0, 0 };

/* ---- JSON --------------------------------------------------------------- */

static void put_id(json_t *object, const char *key, int64_t id)
{
	json_put(object, key,
		 id == LINK_NOBODY ? json_null() : json_number((uint64_t)id));
}

static json_t *counters_json(uint64_t frames, uint64_t bytes, uint64_t errors,
			     uint64_t dropped)
{
	json_t *object = json_new_object();

	json_put_number(object, "frames", frames);
	json_put_number(object, "bytes", bytes);
	json_put_number(object, "errors", errors);
	json_put_number(object, "dropped", dropped);
	return object;
}

static json_t *link_json(const struct link_info *link, json_t **rx)
{
	const struct rtnl_link_stats64 *stats = &link->stats;
	json_t *object = json_new_object();

	json_put_text(object, "name", link->name, sizeof(link->name));
	json_put_number(object, "index", link->index);
	json_put_text(object, "mode", link_mode(link), 3);
	put_id(object, "owner", link->owner);
	put_id(object, "group", link->group);
	json_put_number(object, "queues", link->queues);
	json_put_number(object, "max_queues", link->max_queues);
	json_put_bool(object, "up", link->up);
	json_put_bool(object, "carrier", link->carrier);
	json_put_number(object, "mtu", link->mtu);
	*rx = counters_json(stats->rx_packets, stats->rx_bytes,
			    stats->rx_errors, stats->rx_dropped);
	json_put(object, "rx", *rx);
	json_put(object, "tx",
		 counters_json(stats->tx_packets, stats->tx_bytes,
			       stats->tx_errors, stats->tx_dropped));
	return object;
}

static void list_json(const struct links *links)
{
	json_t *doc = json_new_object(), *array = json_new_array(), *rx;
	size_t i;

	for (i = 0; i < links->count; i++)
		json_add(array, link_json(&links->link[i], &rx));
	json_put(doc, "interfaces", array);
	json_print(doc);
}

/* ---- list --------------------------------------------------------------- */

static void id_cell(struct table *table, int64_t id,
		    const char *(*name)(uint32_t id, char *text, size_t size))
{
	char text[64], safe[64];

	if (id == LINK_NOBODY)
		snprintf(safe, sizeof(safe), "-");
	else
		text_safe(safe, sizeof(safe),
			  name((uint32_t)id, text, sizeof(text)), sizeof(text));
	table_cell(table, PAINT_NONE, "%s", safe);
}

static void add_row(struct table *table, const struct link_info *link)
{
	char name[IF_NAMESIZE];

	text_safe(name, sizeof(name), link->name, sizeof(link->name));
	table_cell(table, PAINT_NONE, "%s", name);
	table_cell(table, PAINT_NONE, "%s", link_mode(link));
	id_cell(table, link->owner, user_name);
	id_cell(table, link->group, group_name);
	table_cell(table, PAINT_NONE, "%u/%u", link->queues, link->max_queues);
	table_cell(table, link->up ? PAINT_NONE : PAINT_DIM, "%s",
		   link->up ? "up" : "down");
	table_cell(table, link->carrier ? PAINT_GOOD : PAINT_NONE, "%s",
		   link->carrier ? "yes" : "no");
	table_cell(table, PAINT_NONE, "%u", link->mtu);
	table_cell(table, PAINT_NONE, "%llu", link->stats.rx_packets);
	table_cell(table, PAINT_NONE, "%llu", link->stats.tx_packets);
}

static void list_text(const struct links *links)
{
	struct table *table = table_new(columns);
	size_t i;

	for (i = 0; i < links->count; i++)
		add_row(table, &links->link[i]);
	table_spare(table, spare);
	table_print(table, stdout);
}

int net_list(void)
{
	struct links links;
	int status = links_read(&links);

	if (!status && globals.json)
		list_json(&links);
	else if (!status)
		list_text(&links);
	links_free(&links);
	return status;
}

/* ---- stats -------------------------------------------------------------- */

/* The counters of a queue, in the order of the columns after QUEUE. */
static const char *const names[] = {
	"rx_packets", "rx_bytes",	    "tx_packets",
	"tx_bytes",   "tx_stops_no_buffer", "tx_stops_no_room",
};

#define NAMES (sizeof(names) / sizeof(*names))

static const struct column of_queue[] = {
	{ "QUEUE", true, false },    { "RX", true, false },
	{ "RX BYTES", true, false }, { "TX", true, false },
	{ "TX BYTES", true, false }, { "NO BUFFER", true, false },
	{ "NO ROOM", true, false },  { NULL, false, false },
};

static const struct column of_link[] = {
	{ "", false, false },	    { "FRAMES", true, false },
	{ "BYTES", true, false },   { "ERRORS", true, false },
	{ "DROPPED", true, false }, { NULL, false, false },
};

static uint64_t find_count(const struct link_count *counts, int count,
			   unsigned int queue, const char *name)
{
	int i;

	for (i = 0; i < count; i++)
		if (counts[i].queue == queue && !strcmp(counts[i].name, name))
			return counts[i].value;
	return 0;
}

static void queues_json(json_t *object, const struct link_info *link,
			const struct link_count *counts, int count)
{
	json_t *array = json_new_array(), *queue = NULL;
	unsigned int q;
	int i;

	for (q = 0; q < link->queues; q++) {
		queue = json_new_object();
		for (i = 0; i < count; i++)
			if (counts[i].queue == q)
				json_put_number(queue, counts[i].name,
						counts[i].value);
		json_add(array, queue);
	}
	json_put(object, "queue", array);
}

static void stats_json(const struct link_info *link,
		       const struct link_count *counts, int count)
{
	json_t *rx, *object = link_json(link, &rx);

	json_put_number(rx, "length_errors", link->stats.rx_length_errors);
	json_put_number(rx, "frame_errors", link->stats.rx_frame_errors);
	queues_json(object, link, counts, count);
	json_print(object);
}

static void sums_text(const struct rtnl_link_stats64 *stats)
{
	struct table *table = table_new(of_link);

	table_cell(table, PAINT_NONE, "  rx, from programs");
	table_cell(table, PAINT_NONE, "%llu", stats->rx_packets);
	table_cell(table, PAINT_NONE, "%llu", stats->rx_bytes);
	table_cell(table, PAINT_NONE, "%llu", stats->rx_errors);
	table_cell(table, PAINT_NONE, "%llu", stats->rx_dropped);
	table_cell(table, PAINT_NONE, "  tx, to programs");
	table_cell(table, PAINT_NONE, "%llu", stats->tx_packets);
	table_cell(table, PAINT_NONE, "%llu", stats->tx_bytes);
	table_cell(table, PAINT_NONE, "%llu", stats->tx_errors);
	table_cell(table, PAINT_NONE, "%llu", stats->tx_dropped);
	table_print(table, stdout);
}

static void queues_text(const struct link_info *link,
			const struct link_count *counts, int count)
{
	struct table *table = table_new(of_queue);
	unsigned int q;
	size_t i;

	for (q = 0; q < link->queues; q++) {
		table_cell(table, PAINT_NONE, "%u", q);
		for (i = 0; i < NAMES; i++)
			table_cell(table, PAINT_NONE, "%llu",
				   (unsigned long long)find_count(counts, count,
								  q, names[i]));
	}
	table_print(table, stdout);
}

static void stats_text(const struct link_info *link,
		       const struct link_count *counts, int count)
{
	const struct rtnl_link_stats64 *stats = &link->stats;

	printf("interface %s: %s, %s, %u of %u queues, MTU %u\n", link->name,
	       link_mode(link), link->up ? "up" : "down", link->queues,
	       link->max_queues, link->mtu);
	sums_text(stats);
	if (stats->rx_errors)
		printf("  of the errors %llu wrong lengths, %llu no IP\n",
		       stats->rx_length_errors, stats->rx_frame_errors);
	if (count)
		queues_text(link, counts, count);
}

int net_stats(const char *name)
{
	struct link_count *counts;
	struct link_info link;
	int count, status = link_read(name, &link);

	if (status)
		return status;
	count = link_counts(&link, &counts);
	if (count < 0) {
		free(counts);
		return fail_errno(count, "%s", name);
	}
	if (globals.json)
		stats_json(&link, counts, count);
	else
		stats_text(&link, counts, count);
	free(counts);
	return EXIT_OK;
}
