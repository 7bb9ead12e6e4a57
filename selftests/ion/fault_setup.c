// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SETUP, of every kind, with each of its allocations failing. The
 * program may lock no more memory than the channel needs: a charge that a
 * failure leaves would make the next SETUP fail.
 */
#include <linux/capability.h>
#include <sys/resource.h>

#include "fault_sweep.h"
#include "ion_test.h"

FIXTURE(fault_setup)
{
	struct faults faults;
	struct world w;
};

FIXTURE_VARIANT(fault_setup)
{
	struct ion_setup setup;
	__u32 slots;
};

/* clang-format off */
#define SETUP_VARIANT(name, n, ...)					\
	FIXTURE_VARIANT_ADD(fault_setup, name)				\
	{								\
		.slots = n,						\
		.setup = { .size = sizeof(struct ion_setup), __VA_ARGS__ },	\
	}

SETUP_VARIANT(compact, 0, .layout = ION_LAYOUT_COMPACT);
SETUP_VARIANT(split, 0, .layout = ION_LAYOUT_SPLIT);
SETUP_VARIANT(large, 4096, .layout = ION_LAYOUT_SPLIT);
SETUP_VARIANT(arena, 16, .buffers = 32, .buffer_size = 2048);
SETUP_VARIANT(arena_huge, 16, .buffers = 1024, .buffer_size = 4096);
SETUP_VARIANT(arena_phys, 16, .flags = ION_SETUP_PHYS,
	      .buffers = 8, .buffer_size = 4096);
SETUP_VARIANT(sink_arena, 16, .service = "sink",
	      .buffers = 8, .buffer_size = 2048);
SETUP_VARIANT(source_arena, 16, .service = "source",
	      .buffers = 8, .buffer_size = 2048);
SETUP_VARIANT(source_rate, 16, .service = "source", .arg = { 100000 });
SETUP_VARIANT(pair_arena, 16, .service = "pair", .key = "fault",
	      .buffers = 8, .buffer_size = 2048);
SETUP_VARIANT(direct, 16, .layout = ION_LAYOUT_SPLIT, .service = "direct",
	      .key = "fault");
SETUP_VARIANT(direct_arena, 16, .layout = ION_LAYOUT_SPLIT, .service = "direct",
	      .key = "fault", .buffers = 8, .buffer_size = 2048);
/* clang-format on */

/* Drop the capability of root to lock memory. */
static int drop_ipc_lock(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective &= ~(1U << CAP_IPC_LOCK);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static int limit_memory(const struct ion_setup *setup)
{
	struct ion_setup dry = *setup;
	struct rlimit limit;
	int fd = ion_open(O_RDWR), ret;

	dry.flags |= ION_SETUP_DRY_RUN;
	ret = ion_call(fd, ION_IOC_SETUP, &dry);
	close(fd);
	limit = (struct rlimit){ dry.info.bytes, dry.info.bytes };
	return ret ? ret : setrlimit(RLIMIT_MEMLOCK, &limit) ? -errno : 0;
}

FIXTURE_SETUP(fault_setup)
{
	const char *why = faults_begin(&self->faults);
	struct ion_setup *setup = &self->w.setup;
	unsigned int id;

	if (why)
		SKIP(return, "%s", why);
	world_begin(&self->w);
	*setup = variant->setup;
	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] = variant->slots;
	ASSERT_EQ(0, drop_ipc_lock());
	ASSERT_EQ(0, limit_memory(setup));
}

FIXTURE_TEARDOWN(fault_setup)
{
	world_end(&self->w);
	faults_end(&self->faults);
}

static int prepare(struct world *w)
{
	w->ch.fd = ion_open(O_RDWR);
	return w->ch.fd < 0 ? w->ch.fd : 0;
}

static int call(struct world *w)
{
	return ion_call(w->ch.fd, ION_IOC_SETUP, &w->setup);
}

/* Return whether the service takes a packet or a buffer, and does its work. */
static bool good(struct world *w)
{
	struct ion_packet packet = { 0 };
	struct ion_stats stats;
	unsigned int id;

	if (channel_map(&w->ch))
		return false;
	channel_attach_live(&w->ch);
	if (!ion_ring_push(&w->ch.tx, &packet) || ion_kick(w->ch.fd) ||
	    ion_get_stats(w->ch.fd, &stats))
		return false;
	if (stats.ring[ION_RING_TX].pushed != 1)
		return false;
	for (id = 0; id < ION_RINGS; id++)
		if (stats.ring[id].pushed !=
		    stats.ring[id].popped + stats.ring[id].queued)
			return false;
	if (!strcmp(w->setup.service, "sink") ||
	    !strcmp(w->setup.service, "pair") ||
	    !strcmp(w->setup.service, "direct"))
		return true;
	return AWAIT(ion_ring_pop(&w->ch.rx, &packet));
}

/* The first side of a direct link, which @call joins. */
static int prepare_second(struct world *w)
{
	struct ion_setup setup = w->setup;
	int ret;

	w->other.fd = ion_open(O_RDWR);
	ret = w->other.fd < 0 ? w->other.fd
			      : ion_call(w->other.fd, ION_IOC_SETUP, &setup);
	return ret ? ret : prepare(w);
}

/* The call that failed left the first side waiting. */
static bool joined(struct world *w)
{
	struct ion_packet packet;

	if (!good(w) || channel_map(&w->other))
		return false;
	channel_attach_live(&w->other);
	return ion_ring_pop(&w->other.rx, &packet);
}

TEST_F_TIMEOUT(fault_setup, a_failed_second_side_leaves_the_first, 600)
{
	struct step step = {
		.prepare = prepare_second,
		.call = call,
		.good = joined,
	};
	struct sweep done;

	if (strcmp(variant->setup.service, "direct"))
		SKIP(return, "a channel of this service is alone");
	done = sweep(&self->w, &step, &self->faults);
	EXPECT_STREQ("", done.fault);
	EXPECT_LT(0, done.failed);
}

TEST_F_TIMEOUT(fault_setup, a_failed_setup_leaves_nothing, 600)
{
	struct step step = {
		.prepare = prepare,
		.call = call,
		.good = good,
		.after = variant->setup.buffers > 64 || variant->slots > 256
				 ? 24
				 : 0,
	};
	struct sweep done = sweep(&self->w, &step, &self->faults);

	EXPECT_STREQ("", done.fault);
	/* The pages of the rings alone are more. */
	EXPECT_LT(8, done.failed);
}

FAULT_TEST_KERNEL_LOG()

ION_TEST_MAIN
