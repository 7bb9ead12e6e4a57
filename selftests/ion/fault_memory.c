// SPDX-License-Identifier: GPL-2.0-only
/*
 * A memory cgroup is charged for what its programs ask for, and credited when
 * they close it. A cgroup at its limit gets an error: no process is killed for
 * it, and nothing remains.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include "fault_test.h"
#include "ion_test.h"

#define MIB (1UL << 20)

/*
 * The kernel charges some memory in advance, on each processor, and for page
 * tables.
 */
#define SLACK (MIB + MIB / 2)

static const char *root = "/sys/fs/cgroup";

FIXTURE(fault_memory)
{
	struct usage before;
	char group[64];
	int fd;
};

FIXTURE_VARIANT(fault_memory)
{
	struct ion_setup setup;
};

/* clang-format off */
#define MEMORY(name, ...)						\
	FIXTURE_VARIANT_ADD(fault_memory, name)				\
	{								\
		.setup = { .size = sizeof(struct ion_setup), __VA_ARGS__ },	\
	}

MEMORY(rings, .slots = { 65536, 65536, 65536, 65536 });
MEMORY(arena, .buffers = 2048, .buffer_size = 4096);
MEMORY(buffers, .service = "pair", .buffers = 65536, .buffer_size = 256);
/* clang-format on */

static int group_write(const char *group, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	return ion_write_text(path, text);
}

static int group_limit(const char *group, unsigned long bytes)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu", bytes);
	return group_write(group, "memory.max", text);
}

/* The number of a name in a file with a name and a number in each line. */
static unsigned long group_read(const char *group, const char *file,
				const char *name)
{
	char path[128], text[8192], *at;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	if (ion_read_text(path, text, sizeof(text)) < 0)
		abort();
	if (!*name)
		return strtoul(text, NULL, 10);
	for (at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, name, strlen(name)) && at[strlen(name)] == ' ')
			return strtoul(at + strlen(name), NULL, 10);
	}
	return 0;
}

/* Mount cgroup2 if needed; it stays mounted. */
static const char *group_begin(char *group, size_t size)
{
	char text[32];
	int ret;

	snprintf(group, size, "%s/cgroup.controllers", root);
	if (access(group, R_OK)) {
		root = "/tmp/ion_cgroup";
		mkdir(root, 0755);
		if (mount("cgroup2", root, "cgroup2", 0, NULL))
			return "no cgroup2";
	}
	ret = group_write(root, "cgroup.subtree_control", "+memory");
	if (ret)
		return "cgroup2 has no memory controller";
	snprintf(group, size, "%s/ion_fault.%d", root, getpid());
	snprintf(text, sizeof(text), "%d", getpid());
	if (mkdir(group, 0755) || group_write(group, "cgroup.procs", text))
		return "no cgroup can be made";
	return NULL;
}

static void group_end(const char *group)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", getpid());
	group_limit(group, 1UL << 40);
	group_write(root, "cgroup.procs", text);
	rmdir(group);
}

FIXTURE_SETUP(fault_memory)
{
	const char *why = group_begin(self->group, sizeof(self->group));

	if (why)
		SKIP(return, "%s", why);
	self->before = usage_now();
	self->fd = ion_open(O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(fault_memory)
{
	close(self->fd);
	EXPECT_TRUE(AWAIT(usage_is(self->before)));
	group_end(self->group);
}

static unsigned long cost(int fd, const struct ion_setup *setup)
{
	struct ion_setup dry = *setup;

	dry.flags |= ION_SETUP_DRY_RUN;
	return ion_call(fd, ION_IOC_SETUP, &dry) ? 0 : dry.info.bytes;
}

static int set_up(int fd, const struct ion_setup *setup)
{
	struct ion_setup ours = *setup;

	return ion_call(fd, ION_IOC_SETUP, &ours);
}

TEST_F(fault_memory, the_cgroup_is_charged_what_info_reports)
{
	unsigned long bytes = cost(self->fd, &variant->setup);
	unsigned long before, with, after;

	ASSERT_LT(2 * MIB, bytes);
	before = group_read(self->group, "memory.stat", "kernel");
	EXPECT_EQ(0, set_up(self->fd, &variant->setup));
	with = group_read(self->group, "memory.stat", "kernel");
	/* The memory charged in advance is part of it. */
	EXPECT_LE(before + bytes - bytes / 16, with);
	EXPECT_GE(before + bytes + bytes / 4 + SLACK, with);
	EXPECT_LE(bytes, group_read(self->group, "memory.current", ""));
	close(self->fd);
	after = group_read(self->group, "memory.stat", "kernel");
	EXPECT_GE(before + SLACK, after)
	TH_LOG("%lu bytes before, %lu after", before, after);
	self->fd = ion_open(O_RDWR);
}

/* Raise the limit until there is enough. */
TEST_F_TIMEOUT(fault_memory, a_cgroup_at_its_limit_gets_enomem, 300)
{
	unsigned long bytes = cost(self->fd, &variant->setup);
	unsigned long base, limit, before, after;
	unsigned int refused = 0;
	int ret;

	before = group_read(self->group, "memory.stat", "kernel");
	base = group_read(self->group, "memory.current", "") + MIB / 2;
	for (limit = 0; limit <= 2 * bytes + SLACK; limit += bytes / 12) {
		ASSERT_EQ(0, group_limit(self->group, base + limit));
		ret = set_up(self->fd, &variant->setup);
		if (!ret)
			break;
		refused++;
		ASSERT_EQ(-ENOMEM, ret);
		EXPECT_EQ(-EBADFD, ion_kick(self->fd));
	}
	EXPECT_EQ(0, ret);
	EXPECT_LE(8, refused);
	EXPECT_EQ(0, ion_kick(self->fd));
	EXPECT_EQ(0, group_read(self->group, "memory.events", "oom_kill"));
	EXPECT_EQ(0, group_read(self->group, "memory.events", "oom"));
	close(self->fd);
	after = group_read(self->group, "memory.stat", "kernel");
	EXPECT_GE(before + SLACK, after)
	TH_LOG("%lu bytes before, %lu after %u times", before, after, refused);
	self->fd = ion_open(O_RDWR);
}

FAULT_TEST_KERNEL_LOG()

ION_TEST_MAIN
