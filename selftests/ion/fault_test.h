/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of faults share: allocations that fail when they are told to,
 * and what there is in the system before and after.
 */
#ifndef _ION_FAULT_TEST_H
#define _ION_FAULT_TEST_H

#include "ion_live.h"

#define FAULT_DEBUGFS "/sys/kernel/debug/"
#define FAULT_NTH     "/proc/thread-self/fail-nth"

/* What differs from how the kernel begins, and how it was. */
struct fault_setting {
	const char *path;
	const char *value;
	char before[16];
};

/* Silent, and every allocation of slabs and pages may fail. */
static struct fault_setting fault_settings[] = {
	{ FAULT_DEBUGFS "failslab/verbose", "0", "" },
	{ FAULT_DEBUGFS "failslab/ignore-gfp-wait", "N", "" },
	{ FAULT_DEBUGFS "fail_page_alloc/verbose", "0", "" },
	{ FAULT_DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N", "" },
	{ FAULT_DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N", "" },
	{ FAULT_DEBUGFS "fail_page_alloc/min-order", "0", "" },
};

/**
 * struct faults - allocations of this thread that are to fail
 * @fd: the thread's fail-nth
 */
struct faults {
	int fd;
};

/* Why no allocation can be made to fail, or NULL. */
ION_HELPER const char *faults_begin(struct faults *faults)
{
	unsigned int i;

	faults->fd = open(FAULT_NTH, O_RDWR | O_CLOEXEC);
	if (faults->fd < 0)
		return FAULT_NTH
			" is not there: no CONFIG_FAULT_INJECTION, or not root";
	for (i = 0; i < ARRAY_SIZE(fault_settings); i++) {
		struct fault_setting *at = &fault_settings[i];

		if (ion_read_text(at->path, at->before, sizeof(at->before)) < 0)
			return "no failslab and fail_page_alloc in debugfs";
		ion_write_text(at->path, at->value);
	}
	console_off();
	return NULL;
}

ION_HELPER void faults_end(struct faults *faults)
{
	unsigned int i;

	console_on();
	for (i = 0; i < ARRAY_SIZE(fault_settings); i++)
		if (*fault_settings[i].before)
			ion_write_text(fault_settings[i].path,
				       fault_settings[i].before);
	if (faults->fd >= 0)
		close(faults->fd);
}

/* The n-th allocation of this thread from now on fails; none does for 0. */
ION_HELPER void fault_arm(const struct faults *faults, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(faults->fd, text, len, 0) != len)
		abort();
}

/* How many allocations that one would still be away. None fails any more. */
ION_HELPER unsigned int fault_left(const struct faults *faults)
{
	char text[16] = "";

	if (pread(faults->fd, text, sizeof(text) - 1, 0) <= 0)
		abort();
	fault_arm(faults, 0);
	return atoi(text);
}

/* Whether it came to that. */
ION_HELPER bool fault_fired(const struct faults *faults)
{
	return !fault_left(faults);
}

/**
 * struct census - what there is in the system
 * @channels: channels
 * @bytes: their memory
 * @references: to the module
 */
struct census {
	__u32 channels;
	__u64 bytes;
	long references;
};

ION_HELPER struct census census_take(void)
{
	struct ion_query query = { .size = sizeof(query) };
	int fd = ion_open(O_RDWR);
	struct census now;

	if (ion_call(fd, ION_IOC_QUERY, &query))
		abort();
	now.channels = query.channels;
	now.bytes = query.bytes;
	now.references = ion_refcount();
	close(fd);
	return now;
}

ION_HELPER bool census_is(struct census want)
{
	struct census now = census_take();

	return now.channels == want.channels && now.bytes == want.bytes &&
	       now.references == want.references;
}

/* What is no fault where allocations fail, processors go and the module comes. */
ION_HELPER bool fault_log_bad(const char *line)
{
	static const char *const fine[] = {
		"kmemleak: Cannot allocate a scan area",
		"/dev/ion is ready",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fine); i++)
		if (strstr(line, fine[i]))
			return false;
	return ion_kernel_log_bad(line);
}

/* As ION_TEST_KERNEL_LOG(). */
/* clang-format off */
#define FAULT_TEST_KERNEL_LOG()						\
	FIXTURE(kernel_log)						\
	{								\
	};								\
									\
	FIXTURE_SETUP(kernel_log)					\
	{								\
	}								\
									\
	FIXTURE_TEARDOWN(kernel_log)					\
	{								\
	}								\
									\
	TEST_F(kernel_log, clean)					\
	{								\
		char line[512];						\
									\
		if (ion_kernel_log < 0)					\
			SKIP(return, "/dev/kmsg can not be read");	\
		if (!access("/sys/kernel/debug/kcsan", F_OK))		\
			SKIP(return, "the kernel tells of its own races"); \
		while (ion_kernel_log_next(line, sizeof(line))) {	\
			EXPECT_FALSE(fault_log_bad(line))		\
				TH_LOG("kernel: %s", line);		\
		}							\
	}
/* clang-format on */

/* "--NAME VALUE" on the command line, which is taken out of it. */
ION_HELPER unsigned long fault_option(int *argc, char **argv, const char *name,
				      unsigned long otherwise)
{
	int i;

	for (i = 1; i + 1 < *argc; i++) {
		if (strncmp(argv[i], "--", 2) || strcmp(argv[i] + 2, name))
			continue;
		otherwise = strtoul(argv[i + 1], NULL, 0);
		memmove(&argv[i], &argv[i + 2],
			(*argc - i - 1) * sizeof(*argv));
		*argc -= 2;
		return otherwise;
	}
	return otherwise;
}

#endif /* _ION_FAULT_TEST_H */
