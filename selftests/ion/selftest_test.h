/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of ION_IOC_SELFTEST share. */
#ifndef _SELFTEST_TEST_H
#define _SELFTEST_TEST_H

#include <dirent.h>
#include <linux/capability.h>
#include <sys/syscall.h>

#include "ion_live.h"

/* Room for more than there are, and what was in it before. */
#define ROOM	128
#define GARBAGE 0xa5

/**
 * struct report - what one call said
 * @ret: what it returned
 * @selftest: the struct, as it was left
 * @results: the results, garbage where it wrote none
 */
struct report {
	int ret;
	struct ion_selftest selftest;
	struct ion_selftest_result results[ROOM];
};

ION_HELPER int selftest_call(int fd, struct ion_selftest *selftest, void *to,
			     __u32 count)
{
	*selftest = (struct ion_selftest){
		.size = sizeof(*selftest),
		.count = count,
		.failed = ~0U,
		.addr = (unsigned long)to,
	};
	return ion_call(fd, ION_IOC_SELFTEST, selftest);
}

ION_HELPER int selftest_report(int fd, struct report *report)
{
	memset(report->results, GARBAGE, sizeof(report->results));
	report->ret =
		selftest_call(fd, &report->selftest, report->results, ROOM);
	return report->ret;
}

ION_HELPER bool is_garbage(const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	while (size--)
		if (byte[size] != GARBAGE)
			return false;
	return true;
}

/* For a log that is read when it went wrong. */
ION_HELPER void report_show(const struct report *report)
{
	unsigned int i;

	for (i = 0; i < report->selftest.count && i < ROOM; i++) {
		const struct ion_selftest_result *result = &report->results[i];

		printf("# %-20s %8llu us %4d %s\n", result->name,
		       (unsigned long long)result->ns / 1000, result->error,
		       result->detail);
	}
}

ION_HELPER struct ion_query query(int fd)
{
	struct ion_query query = { .size = sizeof(query) };

	if (ion_call(fd, ION_IOC_QUERY, &query))
		query.size = 0;
	return query;
}

/* Threads of the kernel that are a selftest's. */
ION_HELPER unsigned int threads_now(void)
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

/* Those that it left running. One that has ended is to be seen for a moment more. */
ION_HELPER unsigned int threads_left(void)
{
	unsigned int tries = 200, left;

	while ((left = threads_now()) && --tries)
		sleep_ns(10 * MS);
	return left;
}

ION_HELPER int lose_capability(unsigned int capability)
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

/* A channel without rings, and what the driver was before. */
FIXTURE(self)
{
	int fd;
	struct ion_query before;
	long refcount;
	char max_channels[32];
	char max_bytes[32];
	struct report report;
};

FIXTURE_SETUP(self)
{
	if (geteuid())
		SKIP(return, "wants CAP_SYS_ADMIN");
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ion_read_text(ION_PARAMETERS "max_channels", self->max_channels,
		      sizeof(self->max_channels));
	ion_read_text(ION_PARAMETERS "max_bytes", self->max_bytes,
		      sizeof(self->max_bytes));
	self->before = query(self->fd);
	self->refcount = ion_refcount();
}

/* Whatever it was, nothing is left of it. */
FIXTURE_TEARDOWN(self)
{
	struct ion_query after;

	ion_write_text(ION_PARAMETERS "max_channels", self->max_channels);
	ion_write_text(ION_PARAMETERS "max_bytes", self->max_bytes);
	after = query(self->fd);
	EXPECT_EQ(0, memcmp(&self->before, &after, sizeof(after)));
	EXPECT_EQ(self->refcount, ion_refcount());
	EXPECT_EQ(0, threads_left());
	close(self->fd);
}

#endif /* _SELFTEST_TEST_H */
