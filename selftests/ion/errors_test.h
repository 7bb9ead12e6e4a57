/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the tests of errors: bad addresses, and a channel in use. */
#ifndef _ION_ERRORS_TEST_H
#define _ION_ERRORS_TEST_H

#include "channel.h"

/* An address where nothing is mapped, and one that cannot be written. */
void *nowhere(void);
void *read_only(void);

/* @bytes at the end of mapped memory. */
void *at_the_edge(size_t bytes);

/* A default channel with packets in every ring. */
int channel_open_filled(struct channel *ch);

#endif /* _ION_ERRORS_TEST_H */
