// SPDX-License-Identifier: GPL-2.0-only
/* Prints counters and rates, as text or JSON. */
#include "stats.h"

#include <string.h>

#include "rates.h"
#include "table.h"
#include "text.h"
#include "totals.h"

/* Titles are repeated after this many lines of rates. */
#define TITLES_EVERY 20

/**
 * struct total - sums of all channels
 * @poisoned: number of poisoned channels
 * @bytes: memory of all channels
 * @arenas: sums of their buffers
 * @stats: sums of their counters since the module was loaded, closed channels
 *	included
 */
struct total {
	uint64_t poisoned;
	uint64_t bytes;
	struct arenas arenas;
	struct ion_stats stats;
};

static void add_up(const struct channels *channels, struct total *total)
{
	struct ion_stats *to = &total->stats;
	unsigned int ring;
	size_t i;

	memset(total, 0, sizeof(*total));
	for (i = 0; i < channels->count; i++) {
		const struct ion_list_entry *entry = &channels->entry[i];

		total->bytes += entry->bytes;
		total->arenas.buffers += entry->buffers;
		total->arenas.owned += entry->buffers_owned;
		total->poisoned += channel_poisoned(entry);
		to->held += entry->stats.held;
		for (ring = 0; ring < ION_RINGS; ring++)
			to->ring[ring].capacity +=
				entry->stats.ring[ring].capacity;
	}
	totals_stats(&channels->totals, to);
}

/* ---- counters as text -------------------------------------------------- */

static void print_rings(const struct ion_stats *stats)
{
	static const struct column columns[] = {
		{ "  RING", false, false },  { "PUSHED", true, false },
		{ "POPPED", true, false },   { "DISCARDED", true, false },
		{ "QUEUED", true, false },   { "", false, false },
		{ "CAPACITY", true, false }, { "FULL", true, false },
		{ NULL, false, false },
	};
	/* Leave out the bar first, then CAPACITY, FULL, DISCARDED, POPPED, PUSHED. */
	static const unsigned int spare[] = { 0, 6, 5, 4, 0, 1, 2, 3 };
	struct table *table = table_new(columns);
	unsigned int i;

	for (i = 0; i < ION_RINGS; i++) {
		const struct ion_ring_stats *ring = &stats->ring[i];
		enum paint paint = ring->poison ? PAINT_BAD : PAINT_NONE;
		char bar[TEXT_SIZE];

		table_cell(table, paint, "  %s", ring_name(i));
		table_cell(table, PAINT_NONE, "%llu", ring->pushed);
		table_cell(table, PAINT_NONE, "%llu", ring->popped);
		table_cell(table, PAINT_NONE, "%llu", ring->discarded);
		table_cell(table, PAINT_NONE, "%u", ring->queued);
		table_cell(table, PAINT_NONE, "%s",
			   text_bar(bar, ring->queued, ring->capacity));
		table_cell(table, PAINT_NONE, "%u", ring->capacity);
		table_cell(table, PAINT_NONE, "%llu", ring->full);
	}
	table_spare(table, spare);
	table_print(table, stdout);
}

void arenas_text(FILE *to, const struct arenas *arenas,
		 const struct ion_stats *stats)
{
	char size[TEXT_SIZE];

	if (!arenas->buffers)
		return;
	fprintf(to, "  %llu buffers", (unsigned long long)arenas->buffers);
	if (arenas->size)
		fprintf(to, " of %s", text_bytes(size, arenas->size));
	fprintf(to, ", %llu with the program, %llu with the service\n",
		(unsigned long long)arenas->owned,
		(unsigned long long)(arenas->buffers - arenas->owned));
	fprintf(to,
		"  payloads waiting for an empty buffer at the other end: %llu, %llu so far\n",
		stats->held, stats->held_total);
}

/* Print what is wrong: poison and refused packets. */
static void print_trouble(const struct ion_stats *stats)
{
	unsigned int i;

	for (i = 0; i < ION_RINGS; i++) {
		const struct ion_ring_stats *ring = &stats->ring[i];

		if (ring->bad_id || ring->bad_range || ring->bad_owner)
			printf("  %s refused: %llu of no buffer, %llu out of bounds, %llu not the sender's\n",
			       ring_name(i), ring->bad_id, ring->bad_range,
			       ring->bad_owner);
		if (!ring->poison)
			continue;
		fputs("  ", stdout);
		out_paint(stdout, PAINT_BAD, "poisoned");
		printf(": %s by %s: the index was %u, allowed %u..%u; ionctl reset clears it\n",
		       ring_name(i), poison_name(ring->poison),
		       ring->poison_seen, ring->poison_first,
		       ring->poison_last);
	}
}

static void print_stats(const struct ion_stats *stats,
			const struct arenas *arenas)
{
	print_rings(stats);
	printf("  %llu kicks, %llu found nothing to do; %llu calls, %llu resets\n",
	       stats->kicks, stats->kicks_spurious, stats->calls,
	       stats->resets);
	printf("  %llu sleeps of the kernel end, %llu wakeups of the program, %llu signals\n",
	       stats->sleeps, stats->wakeups, stats->signals);
	arenas_text(stdout, arenas, stats);
	print_trouble(stats);
}

static void print_channel(const struct ion_list_entry *entry)
{
	char comm[TEXT_SIZE], service[TEXT_SIZE + 1], bytes[TEXT_SIZE];
	struct arenas arenas = {
		.buffers = entry->buffers,
		.size = entry->buffer_size,
		.owned = entry->buffers_owned,
	};
	enum paint paint;
	const char *state = channel_state(entry, &paint);

	text_safe(comm, sizeof(comm), entry->comm, sizeof(entry->comm));
	printf("channel %llu of process %u %s: ", entry->channel, entry->pid,
	       comm);
	out_paint(stdout, paint, state);
	if (!channel_has_rings(entry)) {
		putchar('\n');
		return;
	}
	text_safe(service, sizeof(service), entry->service,
		  sizeof(entry->service));
	printf(", service %s, kernel end %s, %s\n", service,
	       channel_kernel_end(entry), text_bytes(bytes, entry->bytes));
	print_stats(&entry->stats, &arenas);
}

void stats_text(const struct channels *channels, const uint64_t *channel,
		size_t count)
{
	char bytes[TEXT_SIZE];
	struct total total;
	size_t i;

	for (i = 0; i < count; i++)
		print_channel(channels_find(channels, channel[i]));
	if (count)
		return;
	add_up(channels, &total);
	printf("%zu channels, %s", channels->count,
	       text_bytes(bytes, total.bytes));
	if (total.poisoned)
		printf(", %s%llu poisoned%s", paint_start(PAINT_BAD),
		       (unsigned long long)total.poisoned,
		       paint_end(PAINT_BAD));
	putchar('\n');
	printf("  %llu opened since the module was loaded, and counted:\n",
	       channels->totals.opened);
	print_stats(&total.stats, &total.arenas);
}

/* ---- counters as JSON -------------------------------------------------- */

static json_t *total_json(const struct channels *channels)
{
	json_t *object = json_new_object();
	unsigned int ring;
	struct total total;
	json_t *rings;

	add_up(channels, &total);
	json_put_number(object, "channels", channels->count);
	json_put_number(object, "opened", channels->totals.opened);
	json_put_number(object, "poisoned", total.poisoned);
	json_put_number(object, "bytes", total.bytes);
	json_put_number(object, "buffers", total.arenas.buffers);
	json_put_number(object, "buffers_owned", total.arenas.owned);
	put_stats(object, &total.stats);
	/* The sums have no poison: it belongs to one ring. */
	rings = json_object_get(object, "rings");
	for (ring = 0; ring < ION_RINGS; ring++)
		json_object_del(json_object_get(rings, ring_name(ring)),
				"poison");
	return object;
}

void stats_json(const struct channels *channels, const uint64_t *channel,
		size_t count)
{
	json_t *doc = json_new_object();
	json_t *array;
	size_t i;

	if (!count) {
		json_put(doc, "total", total_json(channels));
		json_print(doc);
		return;
	}
	array = json_new_array();
	for (i = 0; i < count; i++)
		json_add(array,
			 channel_json(channels_find(channels, channel[i])));
	json_put(doc, "channels", array);
	json_print(doc);
}

/* ---- rates ------------------------------------------------------------- */

#define RATES 7

/**
 * struct rate_column - a column of rates, wide enough for any rate
 * @title: its title
 * @width: its width
 * @spare: its place in the order in which columns are left out, from 1
 */
struct rate_column {
	const char *title;
	int width;
	unsigned int spare;
};

static const struct rate_column rate_columns[RATES] = {
	{ "TX/S", 8, 7 },      { "RX/S", 8, 6 },    { "CMD/S", 8, 3 },
	{ "EVT/S", 8, 2 },     { "KICKS/S", 8, 5 }, { "SLEEPS/S", 8, 1 },
	{ "WAKEUPS/S", 9, 4 },
};

/* Return up to which @spare columns are left out beside a column of @width. */
static unsigned int rates_left_out(size_t width)
{
	size_t there = out_width(stdout), sum;
	unsigned int spare, i;

	for (spare = 0; spare < RATES; spare++) {
		sum = width;
		for (i = 0; i < RATES; i++)
			if (rate_columns[i].spare > spare)
				sum += 2 + (size_t)rate_columns[i].width;
		if (sum <= there)
			break;
	}
	return spare;
}

static void print_rates(const struct rates *rates, unsigned int spare)
{
	const double values[RATES] = {
		rates->pushed[ION_RING_TX],
		rates->pushed[ION_RING_RX],
		rates->pushed[ION_RING_CMD],
		rates->pushed[ION_RING_EVT],
		rates->kicks,
		rates->sleeps,
		rates->wakeups,
	};
	char text[TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < RATES; i++)
		if (rate_columns[i].spare > spare)
			printf("  %*s", rate_columns[i].width,
			       text_rate(text, values[i]));
	putchar('\n');
}

static void print_rate_titles(const char *first, unsigned int spare)
{
	char text[128];
	unsigned int i;

	snprintf(text, sizeof(text), "%s", first);
	for (i = 0; i < RATES; i++)
		if (rate_columns[i].spare > spare)
			snprintf(text + strlen(text),
				 sizeof(text) - strlen(text), "  %*s",
				 rate_columns[i].width, rate_columns[i].title);
	out_paint(stdout, PAINT_BOLD, text);
	putchar('\n');
}

void rates_report_text(const struct channels *before,
		       const struct channels *after, const uint64_t *channel,
		       size_t count, uint64_t n)
{
	const char *first = count ? "CHANNEL" : "CHANNELS";
	unsigned int spare = rates_left_out(strlen(first));
	struct rates rates;
	size_t i;

	if (n % TITLES_EVERY == 0)
		print_rate_titles(first, spare);
	for (i = 0; i < count; i++) {
		const struct ion_list_entry *entry =
			channels_find(after, channel[i]);

		rates_of(before, after, entry, &rates);
		printf("%7llu", entry->channel);
		print_rates(&rates, spare);
	}
	if (count)
		return;
	rates_of_all(before, after, &rates);
	printf("%8zu", after->count);
	print_rates(&rates, spare);
}

void rates_report_json(const struct channels *before,
		       const struct channels *after, const uint64_t *channel,
		       size_t count)
{
	json_t *doc = json_new_object();
	json_t *array, *object;
	struct rates rates;
	size_t i;

	json_put_real(doc, "seconds", (double)(after->ns - before->ns) / 1e9);
	if (!count) {
		rates_of_all(before, after, &rates);
		object = total_json(after);
		json_put(object, "rates", rates_json(&rates));
		json_put(doc, "total", object);
		json_print_line(doc);
		return;
	}
	array = json_new_array();
	for (i = 0; i < count; i++) {
		const struct ion_list_entry *entry =
			channels_find(after, channel[i]);

		rates_of(before, after, entry, &rates);
		object = channel_json(entry);
		json_put(object, "rates", rates_json(&rates));
		json_add(array, object);
	}
	json_put(doc, "channels", array);
	json_print_line(doc);
}
