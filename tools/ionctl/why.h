/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out why nothing moves on a channel, for ionctl why. */
#ifndef _IONCTL_WHY_H
#define _IONCTL_WHY_H

#include "channels.h"

/**
 * struct look - a channel at two times
 * @was: at the first time
 * @is: at the second one
 * @peer: the channel at its other side at the second time; NULL if there is none, or
 *	the caller may not see it
 * @clients: how many channels waited at its port at both times
 * @stopped: its process was stopped at both times
 * @seconds: the time between the two
 */
struct look {
	const struct ion_list_entry *was;
	const struct ion_list_entry *is;
	const struct ion_list_entry *peer;
	unsigned int clients;
	bool stopped;
	double seconds;
};

/**
 * struct finding - something that is wrong
 * @cause: a word for it, for scripts
 * @text: a sentence that says what is wrong
 * @advice: a sentence that says what to do
 */
struct finding {
	const char *cause;
	char text[200];
	const char *advice;
};

/* The largest number of findings of a channel. */
#define FINDINGS_MAX 16

/**
 * why_find() - find out what is wrong with a channel
 * @look: the channel
 * @findings: filled in
 *
 * Return: how many were found.
 */
unsigned int why_find(const struct look *look,
		      struct finding findings[FINDINGS_MAX]);

#endif /* _IONCTL_WHY_H */
