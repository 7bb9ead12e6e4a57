/* SPDX-License-Identifier: GPL-2.0-only */
/* Which channels are shown: options of list and top. */
#ifndef _IONCTL_FILTER_H
#define _IONCTL_FILTER_H

#include "channels.h"

/* Room for a text that is typed, with its end. */
#define FILTER_TEXT 32

enum filter_option {
	FILTER_SERVICE,
	FILTER_PID,
	FILTER_USER,
	FILTER_POISONED,
};

/**
 * struct filter - which channels to show
 * @service: of this service, NULL for any
 * @pid: of this process, 0 for any
 * @by_user: of @uid alone
 * @uid: the user
 * @poisoned: poisoned ones alone
 * @text: those with that in their number, process, user, service or state, whatever
 *	the case; "" for any
 */
struct filter {
	const char *service;
	uint32_t pid;
	bool by_user;
	uint32_t uid;
	bool poisoned;
	char text[FILTER_TEXT];
};

/* Take an option, with its value in optarg. */
void filter_option(struct filter *filter, enum filter_option option);

bool filter_shows(const struct filter *filter,
		  const struct ion_list_entry *entry);

#endif /* _IONCTL_FILTER_H */
