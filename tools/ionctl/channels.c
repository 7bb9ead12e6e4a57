// SPDX-License-Identifier: GPL-2.0-only
/* Reads and describes the channels of the system. */
#include "channels.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "open.h"
#include "text.h"
#include "totals.h"

const char channel_missing[] =
	"no such channel, or you may not see it; see ionctl list";

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Read up to ION_LIST_MAX more channels. Return how many, or -errno. */
static int read_more(int fd, struct channels *channels)
{
	struct ion_list list = { .size = sizeof(list), .count = ION_LIST_MAX };
	size_t size = sizeof(*channels->entry);
	struct ion_list_entry *entry;
	int got;

	entry = reallocarray(channels->entry, channels->count + ION_LIST_MAX,
			     size);
	if (!entry)
		fail_memory();
	channels->entry = entry;
	if (channels->count)
		list.after = entry[channels->count - 1].channel;
	list.addr = (uintptr_t)(entry + channels->count);
	list.entry_size = (uint32_t)size;
	got = device_call(fd, ION_IOC_LIST, &list);
	if (got > 0)
		channels->count += (size_t)got;
	return got;
}

/* Leave out the channel that ionctl itself opened to ask. */
static void leave_out_own(struct channels *channels)
{
	uint32_t own = (uint32_t)getpid();
	size_t i, to = 0;

	for (i = 0; i < channels->count; i++)
		if (channels->entry[i].pid != own)
			channels->entry[to++] = channels->entry[i];
	channels->count = to;
}

int channels_read(int fd, struct channels *channels)
{
	int got;

	memset(channels, 0, sizeof(*channels));
	channels->ns = now();
	do {
		got = read_more(fd, channels);
	} while (got > 0);
	leave_out_own(channels);
	if (!got)
		got = totals_read(fd, &channels->totals);
	if (!got)
		return EXIT_OK;
	channels_free(channels);
	return fail_call(IONC_ANY, got, "the list of channels");
}

void channels_free(struct channels *channels)
{
	free(channels->entry);
	memset(channels, 0, sizeof(*channels));
}

const struct ion_list_entry *channels_find(const struct channels *channels,
					   uint64_t channel)
{
	size_t i;

	for (i = 0; i < channels->count; i++)
		if (channels->entry[i].channel == channel)
			return &channels->entry[i];
	return NULL;
}

bool channel_has_rings(const struct ion_list_entry *entry)
{
	return entry->state != ION_CHANNEL_OPEN &&
	       entry->state != ION_CHANNEL_LISTENING && *entry->service;
}

bool channel_poisoned(const struct ion_list_entry *entry)
{
	unsigned int ring;

	for (ring = 0; ring < ION_RINGS; ring++)
		if (entry->stats.ring[ring].poison)
			return true;
	return false;
}

/* On a direct channel the other program is at the other end of the rings. */
const char *channel_kernel_end(const struct ion_list_entry *entry)
{
	unsigned int kernel_end = entry->stats.kernel_end;

	if (kernel_end != ION_KERNEL_END_GONE &&
	    !strncmp(entry->service, "direct", sizeof(entry->service)))
		return "none";
	return kernel_end_name(kernel_end);
}

const char *channel_state(const struct ion_list_entry *entry, enum paint *paint)
{
	*paint = PAINT_NONE;
	if (channel_poisoned(entry)) {
		*paint = PAINT_BAD;
		return "poisoned";
	}
	if (entry->state != ION_CHANNEL_READY)
		*paint = PAINT_DIM;
	return state_name(entry->state);
}

static json_t *ring_json(const struct ion_ring_stats *ring)
{
	json_t *object = json_new_object();

	json_put_number(object, "queued", ring->queued);
	json_put_number(object, "capacity", ring->capacity);
	json_put_number(object, "pushed", ring->pushed);
	json_put_number(object, "popped", ring->popped);
	json_put_number(object, "discarded", ring->discarded);
	json_put_number(object, "full", ring->full);
	json_put_number(object, "bad_id", ring->bad_id);
	json_put_number(object, "bad_range", ring->bad_range);
	json_put_number(object, "bad_owner", ring->bad_owner);
	json_put(object, "poison", json_string(poison_name(ring->poison)));
	if (ring->poison) {
		json_put_number(object, "poison_seen", ring->poison_seen);
		json_put_number(object, "poison_first", ring->poison_first);
		json_put_number(object, "poison_last", ring->poison_last);
	}
	return object;
}

void put_stats(json_t *object, const struct ion_stats *stats)
{
	json_t *rings = json_new_object();
	unsigned int ring;

	json_put_number(object, "calls", stats->calls);
	json_put_number(object, "kicks", stats->kicks);
	json_put_number(object, "kicks_spurious", stats->kicks_spurious);
	json_put_number(object, "sleeps", stats->sleeps);
	json_put_number(object, "wakeups", stats->wakeups);
	json_put_number(object, "signals", stats->signals);
	json_put_number(object, "resets", stats->resets);
	json_put_number(object, "held", stats->held);
	json_put_number(object, "held_total", stats->held_total);
	for (ring = 0; ring < ION_RINGS; ring++)
		json_put(rings, ring_name(ring), ring_json(&stats->ring[ring]));
	json_put(object, "rings", rings);
}

static void put_rings(json_t *object, const struct ion_list_entry *entry)
{
	const struct ion_stats *stats = &entry->stats;

	json_put_text(object, "service", entry->service,
		      sizeof(entry->service));
	json_put(object, "layout", json_string(layout_name(entry->layout)));
	json_put_number(object, "bytes", entry->bytes);
	json_put_number(object, "buffers", entry->buffers);
	json_put_number(object, "buffer_size", entry->buffer_size);
	json_put_number(object, "buffers_owned", entry->buffers_owned);
	json_put(object, "kernel_end", json_string(channel_kernel_end(entry)));
	json_put_bool(object, "poisoned", channel_poisoned(entry));
	put_stats(object, stats);
}

void channel_cells(struct table *table, const struct ion_list_entry *entry)
{
	char text[TEXT_SIZE], user[64];

	table_cell(table, PAINT_NONE, "%llu", entry->channel);
	table_cell(table, PAINT_NONE, "%u", entry->pid);
	text_safe(text, sizeof(text), entry->comm, sizeof(entry->comm));
	table_cell(table, PAINT_NONE, "%s", *text ? text : "-");
	table_cell(table, PAINT_NONE, "%s",
		   user_name(entry->uid, user, sizeof(user)));
	text_safe(text, sizeof(text), entry->service, sizeof(entry->service));
	table_cell(table, PAINT_NONE, "%s", *text ? text : "-");
}

json_t *channel_json(const struct ion_list_entry *entry)
{
	json_t *object = json_new_object();
	char user[64];

	json_put_number(object, "channel", entry->channel);
	json_put_number(object, "pid", entry->pid);
	json_put_text(object, "comm", entry->comm, sizeof(entry->comm));
	json_put_number(object, "uid", entry->uid);
	user_name(entry->uid, user, sizeof(user));
	json_put_text(object, "user", user, sizeof(user));
	json_put(object, "state", json_string(state_name(entry->state)));
	json_put_text(object, "key", entry->key, sizeof(entry->key));
	json_put_number(object, "peer", entry->peer);
	if (entry->state == ION_CHANNEL_LISTENING)
		json_put_text(object, "service", entry->service,
			      sizeof(entry->service));
	if (channel_has_rings(entry))
		put_rings(object, entry);
	return object;
}
