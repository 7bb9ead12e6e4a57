/* SPDX-License-Identifier: GPL-2.0-only */
/* ION_IOC_SELFTEST and its results. */
#ifndef _ION_SELFTEST_REPORT_H
#define _ION_SELFTEST_REPORT_H

#include <dirent.h>
#include <linux/capability.h>
#include <sys/syscall.h>

#include "ion_live.h"

/* Space for more results than there are, and its bytes before the call. */
#define ROOM	128
#define GARBAGE 0xa5

/**
 * struct report - the report of one call
 * @ret: the result of the call
 * @selftest: the struct after it
 * @results: the results, GARBAGE where it wrote none
 */
struct report {
	int ret;
	struct ion_selftest selftest;
	struct ion_selftest_result results[ROOM];
};

int selftest_call(int fd, struct ion_selftest *selftest, void *to, __u32 count);
int selftest_report(int fd, struct report *report);
bool is_garbage(const void *bytes, size_t size);
void report_show(const struct report *report);
unsigned int threads_left(void);
int lose_capability(unsigned int capability);

#endif /* _ION_SELFTEST_REPORT_H */
