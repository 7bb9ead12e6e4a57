/* SPDX-License-Identifier: GPL-2.0-only */
/* What may come next on a command line, for the completion of shells. */
#ifndef _IONCTL_COMPLETE_H
#define _IONCTL_COMPLETE_H

#include "ionctl.h"

/* Before the words, in the place of a command. */
#define COMPLETE_NAME "__complete"

/**
 * complete() - print what the last word may be
 * @count: how many words there are, those after "ionctl"
 * @words: the words; the last one is as far as it was typed, and may be ""
 *
 * A line each, the whole word, a tab and what it is; a word that ends with "=" or ","
 * goes on. Or a line ":files": after "=", if that is in the word, comes a file.
 *
 * Return: the exit status.
 */
int complete(int count, char **words);

#endif /* _IONCTL_COMPLETE_H */
