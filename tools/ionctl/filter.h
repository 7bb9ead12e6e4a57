/* SPDX-License-Identifier: GPL-2.0-only */
/* Selects the channels that list and top show. */
#ifndef _IONCTL_FILTER_H
#define _IONCTL_FILTER_H

#include "channels.h"

/* Room for the text that is typed in top, with its final 0. */
#define FILTER_TEXT 32

/* Rows for the options of a command, with the letter of each. */
/* clang-format off */
#define FILTER_OPTIONS(service, pid, user, poisoned) \
	{ service, "service", "NAME", "only channels of this service" }, \
	{ pid, "pid", "PID", "only channels that this process opened" }, \
	{ user, "user", "USER", \
	  "only channels of this user, by name or number" }, \
	{ poisoned, "poisoned", NULL, "only channels with a poisoned ring" }
/* clang-format on */

enum filter_option {
	FILTER_SERVICE,
	FILTER_PID,
	FILTER_USER,
	FILTER_POISONED,
};

/**
 * struct filter - which channels to show
 * @service: only channels of this service; NULL: any
 * @pid: only channels of this process; 0: any
 * @by_user: only channels of @uid
 * @uid: a user
 * @poisoned: only poisoned channels
 * @text: only channels with this text in their number, process, user, service or
 *	state, in upper or lower case; "": any
 */
struct filter {
	const char *service;
	uint32_t pid;
	bool by_user;
	uint32_t uid;
	bool poisoned;
	char text[FILTER_TEXT];
};

/* Take an option of FILTER_OPTIONS, with its value in optarg. */
void filter_option(struct filter *filter, enum filter_option option);

bool filter_shows(const struct filter *filter,
		  const struct ion_list_entry *entry);

#endif /* _IONCTL_FILTER_H */
