// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module is inserted and removed: not while it is in use, with nothing
 * left, and with nothing registered if one of its allocations failed.
 */
#include "fault_test.h"
#include "ion_test.h"

#define MODULE "/ion/ion.ko"

static long turns = 6;

FIXTURE(fault_module)
{
	struct faults faults;
	int file;
};

static int module_insert(int file)
{
	return syscall(SYS_finit_module, file, "", 0) ? -errno : 0;
}

static int module_remove(void)
{
	return syscall(SYS_delete_module, "ion", O_NONBLOCK) ? -errno : 0;
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* A thread of the kernel removes the node a moment later. */
static bool nothing_is_left(void)
{
	return AWAIT(!exists(ION_DEVICE)) && !exists("/sys/module/ion") &&
	       !exists("/sys/class/misc/ion") &&
	       !exists("/sys/kernel/tracing/events/ion");
}

static bool it_works(void)
{
	struct channel ch;
	bool works;

	if (!AWAIT(exists(ION_DEVICE)) || channel_open(&ch, NULL))
		return false;
	works = echoed_by_kick(&ch, 0);
	channel_close(&ch);
	return works;
}

/* The file of the module, from the environment or where the guest has it. */
FIXTURE_SETUP(fault_module)
{
	const char *path = getenv("ION_MODULE");

	self->faults.fd = -1;
	self->file = open(path ? path : MODULE, O_RDONLY | O_CLOEXEC);
	if (self->file < 0)
		SKIP(return, "no module to insert: set ION_MODULE=ion.ko");
	if (ion_refcount() > 0)
		SKIP(return, "the module is in use");
}

FIXTURE_TEARDOWN(fault_module)
{
	if (self->file < 0)
		return;
	module_insert(self->file);
	EXPECT_TRUE(it_works());
	faults_end(&self->faults);
	close(self->file);
}

TEST_F_TIMEOUT(fault_module, the_module_is_removed_and_inserted_again, 600)
{
	unsigned int turn;

	for (turn = 0; turn < turns; turn++) {
		ASSERT_EQ(0, module_remove());
		EXPECT_TRUE(nothing_is_left());
		EXPECT_EQ(-ENOENT, ion_open(O_RDWR));
		ASSERT_EQ(0, module_insert(self->file));
		EXPECT_TRUE(it_works());
	}
}

/*
 * A descriptor, a mapping alone, a thread and a descriptor in transit each keep
 * the module.
 */
TEST_F(fault_module, a_module_in_use_is_not_removed)
{
	struct channel ch;
	struct task task;
	int fd;

	ASSERT_EQ(0, channel_open(&ch, NULL));
	EXPECT_EQ(-EAGAIN, module_remove());
	ASSERT_TRUE(server_start(&task, &ch, SPIN, 0));
	EXPECT_EQ(-EAGAIN, module_remove());
	fd = ch.fd;
	close(fd);
	ch.fd = -1;
	EXPECT_EQ(-ECANCELED, task_join(&task));
	EXPECT_EQ(-EAGAIN, module_remove());
	channel_unmap(&ch);
	EXPECT_EQ(0, module_remove());
	EXPECT_TRUE(nothing_is_left());
}

static bool may_be(int error)
{
	return error == -ENOENT || error == -ENODEV || error == -ENXIO;
}

/* Map a channel, kick it, and lend a thread for a moment. */
static int use_once(__u64 seed)
{
	struct channel ch;
	int ret = channel_open(&ch, NULL);

	if (ret)
		return may_be(ret) ? 0 : -ret;
	if (ion_send(&ch, 0, 3) != 3)
		ret = 1;
	if (seed % 2 && ion_lend(ch.fd, MS, ion_mix(seed) % MS + 1))
		ret = 2;
	channel_close(&ch);
	return ret;
}

/* Run the child; return its fault. It leaves time for rmmod. */
static int use(__u64 seed)
{
	__u64 begin;
	int ret;

	do {
		begin = now_ns();
		ret = use_once(seed++);
		sleep_ns(ion_mix(seed) % (6 * (now_ns() - begin)));
	} while (!ret);
	return ret;
}

static void insert_and_remove(struct __test_metadata *_metadata, int file)
{
	unsigned int gone = 0, busy = 0;
	int ret;

	while (gone < turns) {
		ret = module_remove();
		if (ret) {
			ASSERT_EQ(-EAGAIN, ret);
			busy++;
			sleep_ns(ion_mix(busy) % MS);
			continue;
		}
		gone++;
		sleep_ns(ion_mix(gone) % (2 * MS));
		ASSERT_EQ(0, module_insert(file));
		sleep_ns(ion_mix(gone) % (20 * MS));
	}
	TH_LOG("removed %u times, busy %u times", gone, busy);
}

TEST_F_TIMEOUT(fault_module, rmmod_races_programs_that_use_the_module, 3600)
{
	pid_t pid[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pid); i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i])
			_exit(use(i * 1000));
	}
	insert_and_remove(_metadata, self->file);
	for (i = 0; i < ARRAY_SIZE(pid); i++) {
		kill(pid[i], SIGKILL);
		EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid[i]));
	}
	EXPECT_EQ(0, ion_refcount());
}

/*
 * Insert the module with its n-th allocation failing; return whether one
 * failed.
 */
static bool insert_failing(struct __test_metadata *_metadata,
			   const struct faults *faults, int file,
			   unsigned int n, unsigned int *left)
{
	unsigned int at;
	int ret;

	fault_arm(faults, n);
	ret = module_insert(file);
	at = fault_left(faults);
	if (left)
		*left = at;
	if (ret) {
		EXPECT_EQ(-ENOMEM, ret) TH_LOG("allocation %u", n);
		EXPECT_EQ(0, at);
		EXPECT_TRUE(nothing_is_left()) TH_LOG("allocation %u", n);
		return true;
	}
	EXPECT_TRUE(it_works()) TH_LOG("allocation %u", n);
	EXPECT_EQ(0, module_remove());
	return false;
}

/*
 * The allocations of the driver are towards the end; the kernel can do without
 * the very last ones. Those before are of the kernel, which reads and lays out
 * the file: a few of them are enough.
 */
TEST_F_TIMEOUT(fault_module, a_failed_insmod_leaves_nothing, 3600)
{
	const unsigned int many = 1000000;
	const char *why = faults_begin(&self->faults);
	unsigned int all, left, i, failed = 0;

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, module_remove());
	insert_failing(_metadata, &self->faults, self->file, many, &left);
	all = many - left;
	for (i = 0; i < all && failed < 3 * turns; i += 1 + i / 8)
		failed += insert_failing(_metadata, &self->faults, self->file,
					 all - i, NULL);
	EXPECT_EQ(3 * turns, failed);
	for (i = 1; i < all; i += 1 + all / turns)
		failed += insert_failing(_metadata, &self->faults, self->file,
					 i, NULL);
	TH_LOG("%u allocations, of which %u made it fail", all, failed);
}

FAULT_TEST_KERNEL_LOG()

FAULT_TEST_MAIN_TURNS(turns)
