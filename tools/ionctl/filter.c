// SPDX-License-Identifier: GPL-2.0-only
/* Selects the channels that list and top show. */
#include "filter.h"

#include <getopt.h>
#include <string.h>

#include "fail.h"
#include "options.h"
#include "text.h"

void filter_option(struct filter *filter, enum filter_option option)
{
	switch (option) {
	case FILTER_SERVICE:
		filter->service = optarg;
		break;
	case FILTER_PID:
		filter->pid = (uint32_t)number_argument("--pid", optarg, 1,
							INT32_MAX);
		break;
	case FILTER_USER:
		filter->by_user = true;
		if (!user_number(optarg, &filter->uid))
			fail_usage("there is no user '%s'", optarg);
		break;
	case FILTER_POISONED:
		filter->poisoned = true;
		break;
	}
}

/* Write the texts that --filter searches, those shown of a channel, to a line. */
static void describe(const struct ion_list_entry *entry, char *to, size_t size)
{
	char comm[TEXT_SIZE], service[TEXT_SIZE + 1], user[64];
	enum paint paint;

	text_safe(comm, sizeof(comm), entry->comm, sizeof(entry->comm));
	text_safe(service, sizeof(service), entry->service,
		  sizeof(entry->service));
	snprintf(to, size, "%llu %u %s %s %s %s", entry->channel, entry->pid,
		 comm, user_name(entry->uid, user, sizeof(user)), service,
		 channel_state(entry, &paint));
}

bool filter_shows(const struct filter *filter,
		  const struct ion_list_entry *entry)
{
	char all[256];

	if (filter->service &&
	    strncmp(filter->service, entry->service, sizeof(entry->service)))
		return false;
	if (filter->pid && filter->pid != entry->pid)
		return false;
	if (filter->by_user && filter->uid != entry->uid)
		return false;
	if (filter->poisoned && !channel_poisoned(entry))
		return false;
	if (!*filter->text)
		return true;
	describe(entry, all, sizeof(all));
	return strcasestr(all, filter->text);
}
