/* SPDX-License-Identifier: GPL-2.0-only */
/* The values of options and arguments, for complete.c. */
#ifndef _IONCTL_COMPLETE_VALUES_H
#define _IONCTL_COMPLETE_VALUES_H

#include "ionctl.h"

/**
 * offer() - print a word, if it begins as what was typed
 * @word: what was typed
 * @before: how the word begins
 * @value: how it goes on
 * @text: what it is, or ""
 */
void offer(const char *word, const char *before, const char *value,
	   const char *text);

/* What an option takes; @before is what of the word comes before its value. */
void offer_values(const struct option_help *option, const char *word,
		  const char *before);

/* The arguments of commands. */
void offer_channels(const char *word);
void offer_rings(const char *word);
void offer_fields(const char *word, bool commands);

#endif /* _IONCTL_COMPLETE_VALUES_H */
