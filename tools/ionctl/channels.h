/* SPDX-License-Identifier: GPL-2.0-only */
/* The channels of the system, as ION_IOC_LIST tells of them. */
#ifndef _IONCTL_CHANNELS_H
#define _IONCTL_CHANNELS_H

#include "ionctl.h"
#include "json.h"
#include "out.h"
#include "table.h"

/**
 * struct channels - those that the caller may see, by rising number
 * @entry: the channels
 * @count: how many
 * @ns: when, on the monotonic clock
 * @totals: what all channels of the system have counted since the module was loaded
 *
 * The one that ionctl asks by is not among them, but in @totals.
 */
struct channels {
	struct ion_list_entry *entry;
	size_t count;
	uint64_t ns;
	struct ion_totals totals;
};

/**
 * channels_read() - ask for them
 * @fd: of open_driver()
 * @channels: where they go; channels_free() after it
 *
 * Return: the exit status, %EXIT_OK, or what went wrong is told.
 */
int channels_read(int fd, struct channels *channels);

void channels_free(struct channels *channels);

/* Said of a channel that is not in the list. */
extern const char channel_missing[];

/* The channel of that number, or NULL. */
const struct ion_list_entry *channels_find(const struct channels *channels,
					   uint64_t channel);

/* Whether it has rings. */
bool channel_has_rings(const struct ion_list_entry *entry);

/* Whether one of its rings is poisoned. */
bool channel_poisoned(const struct ion_list_entry *entry);

/* "open", "ready", "closed" or "poisoned", and how to paint it. */
const char *channel_state(const struct ion_list_entry *entry,
			  enum paint *paint);

/* The cells CHANNEL, PID, COMM, USER and SERVICE. */
void channel_cells(struct table *table, const struct ion_list_entry *entry);

/* Who opened it, by name if there is one: text of @size bytes at the most. */
const char *user_name(uint32_t uid, char *text, size_t size);

/* Have the name of each user taken. */
void user_each(void (*take)(const char *name));

/* A user by name or number; false if there is none. */
bool user_number(const char *name, uint32_t *uid);

/* All that is known of a channel, as an object. */
json_t *channel_json(const struct ion_list_entry *entry);

/* The counters of a channel and of its rings, as members of an object. */
void put_stats(json_t *object, const struct ion_stats *stats);

#endif /* _IONCTL_CHANNELS_H */
