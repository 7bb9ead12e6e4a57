// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set-up that takes long, such as of an arena that fills most of the machine:
 * SIGKILL ends it, it leaves nothing, and it does not block the address space
 * of its program.
 */
#include <sys/sysinfo.h>

#include "arena_test.h"
#include "ion_test.h"

#define MIB (1ULL << 20)

/* The longest time of a call that waits for nothing, in parts of a set-up. */
#define PART 2

FIXTURE(setup_large)
{
	char max_bytes[32];
	struct usage before;
	__u32 mib;
	__u64 whole_ns;
};

static int set_up(int fd, __u32 mib)
{
	struct ion_setup setup;

	arena_wants(&setup, ION_LAYOUT_COMPACT, "", 256, mib, MIB);
	return ion_call(fd, ION_IOC_SETUP, &setup);
}

static __u32 free_mib(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return (__u32)((__u64)info.freeram * info.mem_unit / MIB);
}

static __u64 set_up_whole(__u32 mib)
{
	__u64 begin = now_ns(), took;
	int fd = ion_open(O_RDWR);

	took = set_up(fd, mib) ? 0 : now_ns() - begin;
	close(fd);
	return took;
}

/* The memory is charged before it is allocated. */
static bool set_up_began(const struct usage *before)
{
	return AWAIT(usage_now().bytes > before->bytes + MIB);
}

/*
 * The time of an undisturbed set-up is the measure of the rest: not of the
 * first one, for which a virtual machine gets its memory.
 */
FIXTURE_SETUP(setup_large)
{
	if (ion_read_text(ION_PARAMETERS "max_bytes", self->max_bytes,
			  sizeof(self->max_bytes)) < 0 ||
	    ion_write_text(ION_PARAMETERS "max_bytes", "1099511627776"))
		SKIP(return, "the module's parameters cannot be written");
	self->before = usage_now();
	self->mib = free_mib() / 2;
	ASSERT_NE(0, set_up_whole(self->mib));
	self->whole_ns = set_up_whole(self->mib);
	EXPECT_TRUE(usage_returns_to(&self->before));
	if (self->whole_ns < 100 * MS)
		SKIP(return, "%u MiB do not take long here", self->mib);
}

FIXTURE_TEARDOWN(setup_large)
{
	ion_write_text(ION_PARAMETERS "max_bytes", self->max_bytes);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

/* The program dies long before the set-up would be done. */
TEST_F_TIMEOUT(setup_large, sigkill_ends_a_large_setup, 120)
{
	__u64 begin, took;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(set_up(ion_open(O_RDWR), self->mib) != 0);
	EXPECT_TRUE(set_up_began(&self->before));
	begin = now_ns();
	ASSERT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(256 + SIGKILL, ion_wait_child(pid));
	took = now_ns() - begin;
	TH_LOG("%u MiB in %llu us, killed in %llu us", self->mib,
	       self->whole_ns / 1000, took / 1000);
	EXPECT_GT(self->whole_ns / PART, took);
	EXPECT_TRUE(usage_returns_to(&self->before));
}

static int setup_task(struct task *task)
{
	return set_up(task->ch->fd, (__u32)task->arg[0]);
}

/* The same channel, from another thread. */
static int map_task(struct task *task)
{
	void *addr = mmap(NULL, (size_t)task->arg[0], PROT_READ, MAP_SHARED,
			  task->ch->fd, ION_MMAP_TX);

	task->arg[1] = (unsigned long)addr;
	return addr == MAP_FAILED ? -errno : 0;
}

static int read_maps(void)
{
	char text[4096];

	return ion_read_text("/proc/self/maps", text, sizeof(text));
}

/* The first mapping decides, and no call waits for the memory of another. */
TEST_F_TIMEOUT(setup_large, the_address_space_stays_free, 120)
{
	struct channel ch = { .fd = ion_open(O_RDWR) };
	struct task setup, map;
	struct ion_info info;
	__u64 begin, took;

	ASSERT_LE(0, ch.fd);
	task_start(&setup, setup_task, &ch, self->mib, 0);
	EXPECT_TRUE(set_up_began(&self->before));
	begin = now_ns();
	task_start(&map, map_task, &ch,
		   page_align(sizeof(struct ion_packet_ring)), 0);
	sleep_ns(self->whole_ns / 16);
	EXPECT_LT(0, read_maps());
	EXPECT_EQ(0, task_join(&map));
	took = now_ns() - begin;
	EXPECT_EQ(-EBUSY, task_join(&setup));
	TH_LOG("%u MiB in %llu us, mapped and queried in %llu us", self->mib,
	       self->whole_ns / 1000, took / 1000);
	EXPECT_GT(self->whole_ns / PART, took);
	EXPECT_EQ(0, ion_get_info(ch.fd, &info));
	EXPECT_EQ(0, info.buffers);
	close(ch.fd);
	munmap((void *)(unsigned long)map.arg[1], (size_t)map.arg[0]);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
