// SPDX-License-Identifier: GPL-2.0-only
/* ION_IOC_SELFTEST, and the threads that it starts. */
#include "selftest_report.h"

int selftest_call(int fd, struct ion_selftest *selftest, void *to, __u32 count)
{
	*selftest = (struct ion_selftest){
		.size = sizeof(*selftest),
		.count = count,
		.failed = ~0U,
		.addr = (unsigned long)to,
	};
	return ion_call(fd, ION_IOC_SELFTEST, selftest);
}

int selftest_report(int fd, struct report *report)
{
	memset(report->results, GARBAGE, sizeof(report->results));
	report->ret =
		selftest_call(fd, &report->selftest, report->results, ROOM);
	return report->ret;
}

bool is_garbage(const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	while (size--)
		if (byte[size] != GARBAGE)
			return false;
	return true;
}

/* Print the results, for the log of a failure. */
void report_show(const struct report *report)
{
	unsigned int i;

	for (i = 0; i < report->selftest.count && i < ROOM; i++) {
		const struct ion_selftest_result *result = &report->results[i];

		printf("# %-20s %8llu us %4d %s\n", result->name,
		       (unsigned long long)result->ns / 1000, result->error,
		       result->detail);
	}
}

/* Return how many threads of the kernel belong to a self-test. */
static unsigned int threads_now(void)
{
	DIR *proc = opendir("/proc");
	unsigned int left = 0;
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		char path[300], comm[32] = "";

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		ion_read_text(path, comm, sizeof(comm));
		left += !strcmp(comm, "ion-selftest\n");
	}
	if (proc)
		closedir(proc);
	return left;
}

/* Return how many remain; one that has ended stays visible for a moment. */
unsigned int threads_left(void)
{
	unsigned int tries = 200, left;

	while ((left = threads_now()) && --tries)
		sleep_ns(10 * MS);
	return left;
}

int lose_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[capability / 32].effective &= ~(1U << capability % 32);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}
