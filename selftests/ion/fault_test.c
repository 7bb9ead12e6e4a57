// SPDX-License-Identifier: GPL-2.0-only
/* Allocations that fail on request. */
#include "fault_test.h"

#define FAULT_DEBUGFS "/sys/kernel/debug/"
#define FAULT_NTH     "/proc/thread-self/fail-nth"

/* A setting of the fault injection, and its value before. */
struct fault_setting {
	const char *path;
	const char *value;
	char before[16];
};

/* Faults are silent, and every allocation of slabs and pages may fail. */
static struct fault_setting fault_settings[] = {
	{ FAULT_DEBUGFS "failslab/verbose", "0", "" },
	{ FAULT_DEBUGFS "failslab/ignore-gfp-wait", "N", "" },
	{ FAULT_DEBUGFS "fail_page_alloc/verbose", "0", "" },
	{ FAULT_DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N", "" },
	{ FAULT_DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N", "" },
	{ FAULT_DEBUGFS "fail_page_alloc/min-order", "0", "" },
};

/* Prepare; return NULL, or the reason why no allocation can be made to fail. */
const char *faults_begin(struct faults *faults)
{
	unsigned int i;

	faults->fd = open(FAULT_NTH, O_RDWR | O_CLOEXEC);
	if (faults->fd < 0)
		return FAULT_NTH
			" is missing: no CONFIG_FAULT_INJECTION, or not root";
	for (i = 0; i < ARRAY_SIZE(fault_settings); i++) {
		struct fault_setting *at = &fault_settings[i];

		if (ion_read_text(at->path, at->before, sizeof(at->before)) < 0)
			return "no failslab and fail_page_alloc in debugfs";
		ion_write_text(at->path, at->value);
	}
	console_off();
	return NULL;
}

void faults_end(struct faults *faults)
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

/* Let the @n-th allocation of this thread from now on fail; 0: none. */
void fault_arm(const struct faults *faults, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(faults->fd, text, len, 0) != len)
		abort();
}

/* Disarm; return how many allocations were left before the one that fails. */
unsigned int fault_left(const struct faults *faults)
{
	char text[16] = "";

	if (pread(faults->fd, text, sizeof(text) - 1, 0) <= 0)
		abort();
	fault_arm(faults, 0);
	return atoi(text);
}

/* Disarm; return whether the allocation failed. */
bool fault_fired(const struct faults *faults)
{
	return !fault_left(faults);
}

bool fault_log_bad(const char *line)
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
