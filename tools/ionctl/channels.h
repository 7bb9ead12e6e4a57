/* SPDX-License-Identifier: GPL-2.0-only */
/* The channels of the system, from ION_IOC_LIST. */
#ifndef _IONCTL_CHANNELS_H
#define _IONCTL_CHANNELS_H

#include "ionctl.h"
#include "json.h"
#include "out.h"
#include "table.h"

/**
 * struct channels - the channels that the caller may see, by rising number
 * @entry: the channels
 * @count: how many
 * @ns: when they were read, on the monotonic clock
 * @totals: the totals of all channels since the module was loaded
 *
 * The channel that ionctl opens to ask is not in @entry, but is in @totals.
 */
struct channels {
	struct ion_list_entry *entry;
	size_t count;
	uint64_t ns;
	struct ion_totals totals;
};

/**
 * channels_read() - read the channels
 * @fd: descriptor of open_driver()
 * @channels: filled in; needs channels_free() afterwards
 *
 * Return: %EXIT_OK, or the exit status of an error that was reported.
 */
int channels_read(int fd, struct channels *channels);

void channels_free(struct channels *channels);

/* The message for a channel that is not in the list. */
extern const char channel_missing[];

/* Return the channel with that number, or NULL. */
const struct ion_list_entry *channels_find(const struct channels *channels,
					   uint64_t channel);

/* Return whether the channel has rings. */
bool channel_has_rings(const struct ion_list_entry *entry);

/* Return whether one of its rings is poisoned. */
bool channel_poisoned(const struct ion_list_entry *entry);

/* The name of the state of the kernel end. */
const char *channel_kernel_end(const struct ion_list_entry *entry);

/* Return "open", "ready", "closed" or "poisoned", and set how to paint it. */
const char *channel_state(const struct ion_list_entry *entry,
			  enum paint *paint);

/* Add the cells CHANNEL, PID, COMM, USER and SERVICE. */
void channel_cells(struct table *table, const struct ion_list_entry *entry);

/* Write the name of a user, or the number, into @text of @size bytes. */
const char *user_name(uint32_t uid, char *text, size_t size);

/* Call @take with the name of each user. */
void user_each(void (*take)(const char *name));

/* Find a user by name or number; return false if there is none. */
bool user_number(const char *name, uint32_t *uid);

/* Likewise for groups. */
const char *group_name(uint32_t gid, char *text, size_t size);
bool group_number(const char *name, uint32_t *gid);

/* Return all that is known of a channel as an object. */
json_t *channel_json(const struct ion_list_entry *entry);

/* Put the counters of a channel and of its rings into an object. */
void put_stats(json_t *object, const struct ion_stats *stats);

#endif /* _IONCTL_CHANNELS_H */
