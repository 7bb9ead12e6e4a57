// SPDX-License-Identifier: GPL-2.0-only
/* Prints the geometry of a channel, as text or JSON. */
#include "geometry.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "channels.h"
#include "json.h"
#include "table.h"
#include "text.h"

/* Return the name of an area; areas of a newer driver have none. */
static const char *area_name(uint64_t offset)
{
	switch (offset) {
	case ION_MMAP_TX:
		return "tx";
	case ION_MMAP_RX:
		return "rx";
	case ION_MMAP_CMD:
		return "cmd";
	case ION_MMAP_EVT:
		return "evt";
	case ION_MMAP_USER:
		return "user";
	case ION_MMAP_KERNEL:
		return "kernel";
	case ION_MMAP_ARENA:
		return "arena";
	case ION_MMAP_PEER_ARENA:
		return "peer arena";
	default:
		return "?";
	}
}

static uint32_t areas_of(const struct ion_info *info)
{
	return info->nr_areas < ION_AREAS_MAX ? info->nr_areas : ION_AREAS_MAX;
}

/* ---- text -------------------------------------------------------------- */

static void print_areas(const struct ion_info *info)
{
	static const struct column columns[] = {
		{ "AREA", false, false },  { "OFFSET", true, false },
		{ "LENGTH", true, false }, { "ACCESS", false, false },
		{ NULL, false, false },
	};
	struct table *table = table_new(columns);
	uint32_t i;

	for (i = 0; i < areas_of(info); i++) {
		const struct ion_area *area = &info->area[i];

		table_cell(table, PAINT_NONE, "%s", area_name(area->offset));
		table_cell(table, PAINT_NONE, "0x%llx", area->offset);
		table_cell(table, PAINT_NONE, "%llu", area->length);
		table_cell(table, PAINT_NONE,
			   area->prot & PROT_WRITE ? "read, write" : "read");
	}
	table_print(table, stdout);
}

/* Return the member of a ring's struct at that place. */
static unsigned long long word_at(const struct ion_ring_info *ring,
				  size_t offset)
{
	__u64 word;

	memcpy(&word, (const char *)ring + offset, sizeof(word));
	return word;
}

/* Print a line for each word and a column for each ring, to keep it narrow. */
static void print_rings(const struct ion_info *info)
{
	static const struct column columns[] = {
		{ "", false, false },	{ "TX", true, false },
		{ "RX", true, false },	{ "CMD", true, false },
		{ "EVT", true, false }, { NULL, false, false },
	};
	static const struct {
		const char *name;
		size_t offset;
	} words[] = {
		{ "head", offsetof(struct ion_ring_info, head) },
		{ "tail", offsetof(struct ion_ring_info, tail) },
		{ "mask", offsetof(struct ion_ring_info, mask) },
		{ "producer wake",
		  offsetof(struct ion_ring_info, producer_wake) },
		{ "consumer wake",
		  offsetof(struct ion_ring_info, consumer_wake) },
		{ "producer wake, kernel",
		  offsetof(struct ion_ring_info, producer_wake_kernel) },
		{ "consumer wake, kernel",
		  offsetof(struct ion_ring_info, consumer_wake_kernel) },
		{ "first slot", offsetof(struct ion_ring_info, slots) },
	};
	struct table *table = table_new(columns);
	unsigned int i;
	size_t word;

	table_cell(table, PAINT_NONE, "slots");
	for (i = 0; i < ION_RINGS; i++)
		table_cell(table, PAINT_NONE, "%u", info->ring[i].nr_slots);
	table_cell(table, PAINT_NONE, "slot size");
	for (i = 0; i < ION_RINGS; i++)
		table_cell(table, PAINT_NONE, "%u", info->ring[i].slot_size);
	for (word = 0; word < sizeof(words) / sizeof(*words); word++) {
		table_cell(table, PAINT_NONE, "%s", words[word].name);
		for (i = 0; i < ION_RINGS; i++)
			table_cell(table, PAINT_NONE, "0x%llx",
				   word_at(&info->ring[i], words[word].offset));
	}
	table_print(table, stdout);
}

static const char *peer_state(const struct ion_peer *peer)
{
	static const char *const names[] = {
		[ION_PEER_NONE] = "none",
		[ION_PEER_THERE] = "there",
		[ION_PEER_GONE] = "gone",
	};

	return peer->state <= ION_PEER_GONE ? names[peer->state] : "?";
}

static void peer_text(const struct ion_list_entry *entry,
		      const struct ion_peer *peer)
{
	char key[ION_KEY_LEN + 1], user[64];

	text_safe(key, sizeof(key), entry->key, sizeof(entry->key));
	if (*key)
		printf("key %s\n", key);
	if (peer->channel)
		printf("peer: channel %llu, process %d of %s, %s\n",
		       peer->channel, peer->pid,
		       user_name(peer->uid, user, sizeof(user)),
		       peer_state(peer));
}

void geometry_text(const struct ion_info *info,
		   const struct ion_list_entry *entry,
		   const struct ion_peer *peer)
{
	char service[ION_SERVICE_NAME_LEN + 1], bytes[TEXT_SIZE];

	text_safe(service, sizeof(service), info->service,
		  sizeof(info->service));
	printf("channel %llu: service %s, layout %s, %s", info->channel,
	       service, layout_name(info->layout),
	       text_bytes(bytes, info->bytes));
	if (info->buffers)
		printf(", %u buffers of %u bytes", info->buffers,
		       info->buffer_size);
	putchar('\n');
	peer_text(entry, peer);
	putchar('\n');
	print_areas(info);
	putchar('\n');
	print_rings(info);
}

/* ---- JSON -------------------------------------------------------------- */

static json_t *areas_json(const struct ion_info *info)
{
	json_t *array = json_new_array();
	uint32_t i;

	for (i = 0; i < areas_of(info); i++) {
		const struct ion_area *area = &info->area[i];
		json_t *object = json_new_object();

		json_put(object, "name", json_string(area_name(area->offset)));
		json_put_number(object, "offset", area->offset);
		json_put_number(object, "length", area->length);
		json_put_bool(object, "writable", area->prot & PROT_WRITE);
		json_add(array, object);
	}
	return array;
}

static json_t *ring_json(const struct ion_ring_info *ring)
{
	json_t *object = json_new_object();

	json_put_number(object, "nr_slots", ring->nr_slots);
	json_put_number(object, "slot_size", ring->slot_size);
	json_put_number(object, "head", ring->head);
	json_put_number(object, "tail", ring->tail);
	json_put_number(object, "mask", ring->mask);
	json_put_number(object, "producer_wake", ring->producer_wake);
	json_put_number(object, "consumer_wake", ring->consumer_wake);
	json_put_number(object, "producer_wake_kernel",
			ring->producer_wake_kernel);
	json_put_number(object, "consumer_wake_kernel",
			ring->consumer_wake_kernel);
	json_put_number(object, "slots", ring->slots);
	return object;
}

static json_t *peer_json(const struct ion_peer *peer)
{
	json_t *object = json_new_object();
	char user[64] = "";

	json_put(object, "state", json_string(peer_state(peer)));
	json_put_number(object, "channel", peer->channel);
	json_put_number(object, "pid", (uint64_t)peer->pid);
	json_put_number(object, "uid", peer->uid);
	json_put_number(object, "gid", peer->gid);
	if (peer->channel)
		user_name(peer->uid, user, sizeof(user));
	json_put_text(object, "user", user, sizeof(user));
	return object;
}

void geometry_json(const struct ion_info *info,
		   const struct ion_list_entry *entry,
		   const struct ion_peer *peer)
{
	json_t *doc = json_new_object();
	json_t *rings = json_new_object();
	unsigned int i;

	json_put_number(doc, "channel", info->channel);
	json_put_text(doc, "service", info->service, sizeof(info->service));
	json_put(doc, "layout", json_string(layout_name(info->layout)));
	json_put_number(doc, "bytes", info->bytes);
	json_put_number(doc, "buffers", info->buffers);
	json_put_number(doc, "buffer_size", info->buffer_size);
	json_put_text(doc, "key", entry->key, sizeof(entry->key));
	json_put(doc, "peer", peer_json(peer));
	json_put(doc, "areas", areas_json(info));
	for (i = 0; i < ION_RINGS; i++)
		json_put(rings, ring_name(i), ring_json(&info->ring[i]));
	json_put(doc, "rings", rings);
	json_print(doc);
}
