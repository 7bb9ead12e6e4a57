/* SPDX-License-Identifier: GPL-2.0-only */
/* The fixture of the tests of ION_IOC_SELFTEST. */
#ifndef _ION_SELFTEST_TEST_H
#define _ION_SELFTEST_TEST_H

#include "ion_test.h"
#include "selftest_report.h"

/* A channel that is not set up, and the state of the driver before the test. */
FIXTURE(selftest)
{
	int fd;
	struct ion_query before;
	long refcount;
	char max_channels[32];
	char max_bytes[32];
	struct report report;
};

FIXTURE_SETUP(selftest)
{
	if (geteuid())
		SKIP(return, "needs CAP_SYS_ADMIN");
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ion_read_text(ION_PARAMETERS "max_channels", self->max_channels,
		      sizeof(self->max_channels));
	ion_read_text(ION_PARAMETERS "max_bytes", self->max_bytes,
		      sizeof(self->max_bytes));
	self->before = query(self->fd);
	self->refcount = ion_refcount();
}

/* The driver is in the same state again. */
FIXTURE_TEARDOWN(selftest)
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

#endif /* _ION_SELFTEST_TEST_H */
