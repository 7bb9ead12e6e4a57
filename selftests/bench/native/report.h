/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ION_NATIVE_REPORT_H
#define _ION_NATIVE_REPORT_H

#include "pair.h"
#include "rows.h"

/**
 * struct report - the results of a run
 * @pair: the processors
 * @rounds: number of rounds
 * @seconds: seconds for each ring in each row of a round
 * @rows: bits of the selected rows
 * @rings: bits of the selected rings
 * @stats: the statistics
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

/* Write the JSON; return false, with the reason on stderr, if that fails. */
bool report_json(const struct report *report, const char *path);

#endif /* _ION_NATIVE_REPORT_H */
