// SPDX-License-Identifier: GPL-2.0-only
/* Errors at the limits of the module and of the user. */
#include <sys/resource.h>

#include "ion_test.h"

/*
 * The limits of the module. They are restored at the end. The number of other
 * channels follows from what the limits still allow.
 */
FIXTURE(module_limits)
{
	char max_channels[32];
	char max_bytes[32];
	struct channel none;
};

FIXTURE_SETUP(module_limits)
{
	self->none.fd = -1;
	if (ion_read_text(ION_PARAMETERS "max_channels", self->max_channels,
			  sizeof(self->max_channels)) < 0 ||
	    ion_read_text(ION_PARAMETERS "max_bytes", self->max_bytes,
			  sizeof(self->max_bytes)) < 0 ||
	    ion_write_text(ION_PARAMETERS "max_bytes", self->max_bytes))
		SKIP(return, "the module's parameters cannot be written");
}

FIXTURE_TEARDOWN(module_limits)
{
	ion_write_text(ION_PARAMETERS "max_channels", self->max_channels);
	ion_write_text(ION_PARAMETERS "max_bytes", self->max_bytes);
}

TEST_F(module_limits, max_channels_is_enforced)
{
	struct ion_query query = { .size = sizeof(query) };
	struct channel first = { .fd = ion_open(O_RDWR) };
	struct channel second = { .fd = ion_open(O_RDWR) };
	struct ion_setup setup;

	ASSERT_LE(0, first.fd);
	ASSERT_LE(0, second.fd);
	ion_setup_init(&setup, "");
	ASSERT_EQ(0, ion_write_text(ION_PARAMETERS "max_channels", "0"));
	EXPECT_REFUSED(&first, ENFILE,
		       ion_call(first.fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(0, ion_call(first.fd, ION_IOC_QUERY, &query));
	EXPECT_EQ(0, query.max_channels);

	ASSERT_EQ(0, ion_write_text(ION_PARAMETERS "max_channels", "1"));
	EXPECT_EQ(0, ion_call(first.fd, ION_IOC_SETUP, &setup));
	EXPECT_REFUSED(&second, ENFILE,
		       ion_call(second.fd, ION_IOC_SETUP, &setup));
	close(first.fd);
	EXPECT_EQ(0, ion_call(second.fd, ION_IOC_SETUP, &setup));
	close(second.fd);
}

static int set_max_bytes(__u64 bytes)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	return ion_write_text(ION_PARAMETERS "max_bytes", text);
}

TEST_F(module_limits, max_bytes_is_enforced)
{
	struct channel ch = { .fd = ion_open(O_RDWR) };
	struct ion_setup setup;
	struct ion_info info;
	int other;

	ASSERT_LE(0, ch.fd);
	ion_setup_init(&setup, "");
	ASSERT_EQ(0, set_max_bytes(default_bytes() - 1));
	EXPECT_REFUSED(&ch, ENOSPC, ion_call(ch.fd, ION_IOC_SETUP, &setup));
	errno = 0;
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, 8192, PROT_READ, MAP_SHARED, ch.fd, ION_MMAP_TX));
	EXPECT_EQ(ENOSPC, errno);
	EXPECT_EQ(-EBADFD, ion_get_info(ch.fd, &info));

	/* A dry run does not check the limits. */
	setup.flags = ION_SETUP_DRY_RUN;
	EXPECT_EQ(0, ion_call(ch.fd, ION_IOC_SETUP, &setup));
	setup.flags = 0;

	/*
	 * Enough for one channel, but not for two; the first one gives it back.
	 */
	ASSERT_EQ(0, set_max_bytes(2 * default_bytes() - 1));
	EXPECT_EQ(0, ion_call(ch.fd, ION_IOC_SETUP, &setup));
	other = ion_open(O_RDWR);
	EXPECT_EQ(-ENOSPC, ion_call(other, ION_IOC_SETUP, &setup));
	close(ch.fd);
	EXPECT_EQ(0, ion_call(other, ION_IOC_SETUP, &setup));
	close(other);
}

TEST_F(module_limits, max_bytes_may_be_zero_or_the_largest_number)
{
	struct ion_setup setup;
	int fd = ion_open(O_RDWR);

	ASSERT_LE(0, fd);
	ion_setup_init(&setup, "");
	ASSERT_EQ(0, set_max_bytes(0));
	EXPECT_EQ(-ENOSPC, ion_call(fd, ION_IOC_SETUP, &setup));
	ASSERT_EQ(0, set_max_bytes(~0ULL));
	EXPECT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	close(fd);
}

/* RLIMIT_MEMLOCK counts over all channels of a user. */
static int limit_memlock(rlim_t bytes)
{
	struct rlimit limit = { bytes, bytes };

	return setrlimit(RLIMIT_MEMLOCK, &limit) ? -errno : 0;
}

static int setup_default(int fd)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	return ion_call(fd, ION_IOC_SETUP, &setup);
}

static int map_default(int fd)
{
	void *addr = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, ION_MMAP_TX);

	if (addr == MAP_FAILED)
		return -errno;
	munmap(addr, 8192);
	return 0;
}

/*
 * As uid 1000, with this limit; return the number of the check that failed, or
 * 0.
 */
static int as_user(const int *fd, rlim_t bytes)
{
	struct ion_info info;

	if (limit_memlock(bytes) || ion_drop_privileges())
		return 100;
	if (bytes < default_bytes()) {
		if (setup_default(fd[0]) != -ENOMEM)
			return 1;
		if (map_default(fd[0]) != -ENOMEM)
			return 2;
		return ion_get_info(fd[0], &info) == -EBADFD ? 0 : 3;
	}
	if (setup_default(fd[0]))
		return 4;
	if (setup_default(fd[1]) != -ENOMEM || map_default(fd[1]) != -ENOMEM)
		return 5;
	if (ion_get_info(fd[1], &info) != -EBADFD)
		return 6;
	close(fd[0]);
	if (setup_default(fd[1]))
		return 7;
	return map_default(fd[1]) ? 8 : 0;
}

static int limited(rlim_t bytes)
{
	pid_t pid = fork();

	if (!pid) {
		/* Only root may be able to open the device. */
		int fd[2] = { ion_open(O_RDWR), ion_open(O_RDWR) };

		_exit(fd[0] < 0 || fd[1] < 0 ? 101 : as_user(fd, bytes));
	}
	return ion_wait_child(pid);
}

TEST(rlimit_memlock_is_enforced)
{
	if (geteuid())
		SKIP(return, "only root can become another user");
	EXPECT_EQ(0, limited(0));
	EXPECT_EQ(0, limited(default_bytes() - 1));
	EXPECT_EQ(0, limited(default_bytes()));
	EXPECT_EQ(0, limited(2 * default_bytes() - 1));
	/* Nothing remains charged to the user for channels that are closed. */
	EXPECT_EQ(0, limited(default_bytes()));
}

/* CAP_IPC_LOCK is above the limit. */
TEST(rlimit_memlock_does_not_bind_root)
{
	pid_t pid;

	if (geteuid())
		SKIP(return, "only root is privileged");
	pid = fork();
	if (!pid) {
		if (limit_memlock(0))
			_exit(1);
		_exit(setup_default(ion_open(O_RDWR)) ? 2 : 0);
	}
	EXPECT_EQ(0, ion_wait_child(pid));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
