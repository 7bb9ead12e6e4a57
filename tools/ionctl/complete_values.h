/* SPDX-License-Identifier: GPL-2.0-only */
/* Offers the values of options and arguments, for complete.c. */
#ifndef _IONCTL_COMPLETE_VALUES_H
#define _IONCTL_COMPLETE_VALUES_H

#include "ionctl.h"

/**
 * offer() - print a word if it begins with the typed word
 * @word: the typed word
 * @before: the beginning of the word to print
 * @value: the rest of it
 * @text: its description, or ""
 */
void offer(const char *word, const char *before, const char *value,
	   const char *text);

/* Offer the values of an option; @before is the part of the word before it. */
void offer_values(const struct option_help *option, const char *word,
		  const char *before);

/* Offer the arguments of commands. */
void offer_channels(const char *word);
void offer_ports(const char *word);
void offer_rings(const char *word);
void offer_actions(const char *word);
void offer_links(const char *word);
void offer_fields(const char *word, bool commands);

#endif /* _IONCTL_COMPLETE_VALUES_H */
