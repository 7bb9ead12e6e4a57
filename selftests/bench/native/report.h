/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ION_NATIVE_REPORT_H
#define _ION_NATIVE_REPORT_H

#include "pair.h"
#include "rows.h"

/**
 * struct report - what was measured
 * @pair: on which processors
 * @rounds: how often
 * @seconds: for how long each time
 * @rows: bits of the rows that were wanted
 * @rings: bits of the rings that were wanted
 * @stats: what came out
 */
struct report {
	struct pair pair;
	unsigned int rounds;
	double seconds;
	unsigned int rows;
	unsigned int rings;
	struct stats (*stats)[RINGS_MAX];
};

void report_machine(const struct report *report);
void report_table(const struct report *report);

/* False, with the reason on stderr, if it can not be written. */
bool report_json(const struct report *report, const char *path);

#endif /* _ION_NATIVE_REPORT_H */
