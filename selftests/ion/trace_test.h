/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of the tracepoints: a buffer of tracefs for one test, and
 * the events in it of one channel.
 */
#ifndef _ION_TRACE_TEST_H
#define _ION_TRACE_TEST_H

#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "service_test.h"

#define TRACE_FS    "/sys/kernel/tracing"
#define TRACE_BYTES (4U << 20)

/**
 * struct tracer - an instance of tracefs
 * @folder: its folder in tracefs
 * @text: the last result of trace_take()
 */
struct tracer {
	char folder[64];
	char *text;
};

int trace_available(void);
int trace_write(const struct tracer *t, const char *file, const char *text);
int trace_enable(const struct tracer *t, const char *event, bool on);
int trace_open(struct tracer *t);
int trace_close(struct tracer *t);
char *trace_read(const struct tracer *t);
const char *trace_take(struct tracer *t, __u64 channel, const char *only);
__u64 trace_sum(const char *text, const char *what, const char *field);

#define TRACE_TEST_MAIN                                                \
	int main(int argc, char **argv)                                \
	{                                                              \
		int ret;                                               \
		ion_test_need_device();                                \
		ret = trace_available();                               \
		if (ret) {                                             \
			ksft_print_header();                           \
			ksft_exit_skip("no events of ion in " TRACE_FS \
				       ": %s\n",                       \
				       strerror(-ret));                \
		}                                                      \
		ret = test_harness_run(argc, argv);                    \
		probe_remove();                                        \
		return ret;                                            \
	}

#endif /* _ION_TRACE_TEST_H */
