/* SPDX-License-Identifier: MIT */
/* A failed check prints its line, and the test continues. */
#ifndef _IONC_CHECK_H
#define _IONC_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool check_failed;

#define CHECK(condition)                                            \
	do {                                                        \
		if (!(condition)) {                                 \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, \
			       #condition);                         \
			check_failed = true;                        \
		}                                                   \
	} while (0)

#define CHECK_EQ(want, call)                                            \
	check_eq((long long)(want), (long long)(call), #call, __FILE__, \
		 __LINE__)

static inline void check_eq(long long want, long long got, const char *call,
			    const char *file, int line)
{
	if (want == got)
		return;
	printf("# %s:%d: %s is %lld, not %lld\n", file, line, call, got, want);
	check_failed = true;
}

struct check {
	const char *name;
	void (*run)(void);
};

/* Run the tests, 30 seconds each at most; return an exit status. */
static inline int check_all(const struct check *checks)
{
	bool failed = false;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; checks->name; checks++) {
		check_failed = false;
		alarm(120);
		checks->run();
		printf("%s %s\n", check_failed ? "not ok" : "ok", checks->name);
		failed = failed || check_failed;
	}
	return failed;
}

#endif /* _IONC_CHECK_H */
