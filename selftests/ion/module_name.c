// SPDX-License-Identifier: GPL-2.0-only
/*
 * On a kernel where another driver has a device "ion" the module is refused,
 * with an error that modprobe does not take for success, and the log gives the
 * reason.
 */
#include "ion_test.h"
#include "service_test.h"

#define MODULE "/ion/ion.ko"
#define RIVAL  "ion_rival"

static int module_insert(int file)
{
	return syscall(SYS_finit_module, file, "", 0) ? -errno : 0;
}

static int module_remove(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

FIXTURE(module_name)
{
	int file;
	int rival;
};

FIXTURE_SETUP(module_name)
{
	const char *path = getenv("ION_MODULE");

	self->rival = module_open_file(RIVAL);
	self->file = open(path ? path : MODULE, O_RDONLY | O_CLOEXEC);
	if (self->file < 0)
		SKIP(return, "no module to insert: set ION_MODULE=ion.ko");
	if (self->rival < 0)
		SKIP(return, "no " RIVAL ".ko beside the program");
	if (ion_refcount() > 0)
		SKIP(return, "the module is in use");
	ASSERT_EQ(0, module_remove("ion"));
}

FIXTURE_TEARDOWN(module_name)
{
	if (self->file < 0 || self->rival < 0)
		return;
	module_remove(RIVAL);
	module_insert(self->file);
	EXPECT_TRUE(AWAIT(!access(ION_DEVICE, F_OK)));
	close(self->file);
	close(self->rival);
}

/* One line, and no report of a mistake in a driver. */
static int lines_that_say_why(void)
{
	char line[512];
	int n = 0;

	while (ion_kernel_log_next(line, sizeof(line))) {
		if (strstr(line, "ion: another driver has a device \"ion\""))
			n++;
		else if (ion_kernel_log_bad(line) || strstr(line, "sysfs: "))
			return -1;
	}
	return n;
}

TEST_F_TIMEOUT(module_name, insmod_fails_with_ebusy_beside_another_ion, 300)
{
	ASSERT_EQ(0, module_insert(self->rival));
	lines_that_say_why();
	EXPECT_EQ(-EBUSY, module_insert(self->file));
	EXPECT_EQ(1, lines_that_say_why());
	EXPECT_NE(0, access("/sys/module/ion", F_OK));

	ASSERT_EQ(0, module_remove(RIVAL));
	EXPECT_EQ(0, module_insert(self->file));
	EXPECT_EQ(-EEXIST, module_insert(self->file));
	EXPECT_EQ(0, module_remove("ion"));
}

ION_TEST_MAIN
