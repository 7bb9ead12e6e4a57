/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells the completion of shells what may come next on a command line. */
#ifndef _IONCTL_COMPLETE_H
#define _IONCTL_COMPLETE_H

#include "ionctl.h"

/* The hidden command that the completion calls, followed by the words. */
#define COMPLETE_NAME "__complete"

/**
 * complete() - print the words that the last word may become
 * @count: number of words after "ionctl"
 * @words: the words; the last one is as far as it was typed, and may be ""
 *
 * Each line has a whole word, a tab and a description. A word that ends with "="
 * or "," is not complete yet. A line ":files" instead asks the shell to offer
 * files, after the "=" if the word has one.
 *
 * Return: the exit status.
 */
int complete(int count, char **words);

#endif /* _IONCTL_COMPLETE_H */
