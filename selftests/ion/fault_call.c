// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every call but SETUP with each of its allocations failing, those of the
 * kernel around the driver too: descriptors, mappings, page tables, a child.
 */
#include <sys/socket.h>

#include "fault_sweep.h"
#include "ion_test.h"

#define PACKETS 4
#define BATCH	128

/*
 * More than fits on the kernel's stack; memory above a page may be allocated in
 * another way.
 */
static struct ion_packet batch[BATCH];
static struct ion_list_entry entries[16];

static int open_plain(struct world *w)
{
	w->ch.fd = ion_open(O_RDWR);
	return w->ch.fd < 0 ? w->ch.fd : 0;
}

/*
 * Open a channel with packets on all four rings, and an own buffer for an
 * answer.
 */
static int open_full(struct world *w)
{
	struct ion_setup setup;
	unsigned int id;
	int ret;

	/* Touch them, so that no call faults in a page where it writes. */
	memset(batch, 0, sizeof(batch));
	memset(entries, 0, sizeof(entries));
	ion_setup_init(&setup, "");
	setup.layout = ION_LAYOUT_SPLIT;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 8;
	ret = channel_open_live(&w->ch, &setup);
	if (ret)
		return ret;
	if (ion_send(&w->ch, 0, PACKETS) != PACKETS || !ion_send_cmd(&w->ch, 0))
		return -EIO;
	return 0;
}

/* Return whether all packets are there, once, and the channel works. */
static bool full_is_good(struct world *w)
{
	struct ion_cmd_packet cmd;

	return ion_pop_from(&w->ch, 0, 8) == PACKETS &&
	       ion_ring_pop_cmd(&w->ch.evt, &cmd) && ion_cmd_is(&cmd, 0) &&
	       echoed_by_kick(&w->ch, PACKETS);
}

static bool ready_is_good(struct world *w)
{
	return !channel_map(&w->ch) && echoed_by_kick(&w->ch, 0);
}

static int call_open(struct world *w)
{
	return open_plain(w);
}

static bool plain_is_good(struct world *w)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	return !ion_call(w->ch.fd, ION_IOC_SETUP, &setup) && ready_is_good(w);
}

/* mmap() may fail before or after the rings were made. */
static int call_first_mmap(struct world *w)
{
	size_t length = 2 * 4096;
	void *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED,
			w->ch.fd, ION_MMAP_TX);

	return at == MAP_FAILED ? -errno : munmap(at, length);
}

static int open_unmapped(struct world *w)
{
	int ret = open_full(w);

	channel_unmap(&w->ch);
	return ret;
}

static int open_arena(struct world *w)
{
	struct ion_setup setup;

	ion_setup_init(&setup, "");
	setup.layout = ION_LAYOUT_SPLIT;
	setup.buffers = 512;
	setup.buffer_size = 4096;
	w->ch.fd = ion_open(O_RDWR);
	if (w->ch.fd < 0)
		return w->ch.fd;
	return ion_call(w->ch.fd, ION_IOC_SETUP, &setup);
}

/* Unmap what was mapped before the failure. */
static int call_map(struct world *w)
{
	int ret = channel_map(&w->ch);

	if (ret)
		channel_unmap(&w->ch);
	return ret;
}

static bool arena_is_good(struct world *w)
{
	struct ion_packet packet = { .data = 4096, .len = 8, .id = 1 };

	channel_attach_live(&w->ch);
	return ion_ring_push(&w->ch.tx, &packet) && !ion_kick(w->ch.fd) &&
	       ion_ring_pop(&w->ch.rx, &packet) && packet.id == 1;
}

static bool map_is_good(struct world *w)
{
	channel_attach_live(&w->ch);
	return ion_send(&w->ch, PACKETS, 1) == 1 &&
	       ion_pop_from(&w->ch, 0, 8) == PACKETS + 1;
}

static int open_arena_mapped(struct world *w)
{
	int ret = open_arena(w);

	return ret ? ret : channel_map(&w->ch);
}

/* The kernel repeats a fault that finds no memory. */
static int call_touch(struct world *w)
{
	const struct ion_info *info = &w->ch.info;
	unsigned int i;
	size_t at;

	for (i = 0; i < info->nr_areas; i++)
		for (at = 0; at < info->area[i].length; at += 64 * 4096)
			if (ion_touch((__u32 *)((char *)w->ch.area[i] + at),
				      info->area[i].prot & PROT_WRITE))
				return -EFAULT;
	return 0;
}

static int open_eventfd(struct world *w)
{
	w->fd = eventfd(0, EFD_CLOEXEC);
	return w->fd < 0 ? -errno : open_full(w);
}

static int call_eventfd(struct world *w)
{
	return ion_set_eventfd(w->ch.fd, w->fd);
}

static int call_serve(struct world *w)
{
	return ion_lend(w->ch.fd, MS / 10, MS / 2);
}

static int call_wait(struct world *w)
{
	__u64 timeout = MS / 2;
	int ret = ion_wait_for(w->ch.fd, 7, 0, &timeout);

	return ret == -ETIME ? 0 : ret;
}

static int call_push(struct world *w)
{
	return ion_batch(w->ch.fd, ION_IOC_PUSH, ION_RING_TX, batch, BATCH);
}

static bool push_is_good(struct world *w)
{
	struct ion_stats stats;

	ion_get_stats(w->ch.fd, &stats);
	return stats.ring[ION_RING_TX].pushed == PACKETS + 7 &&
	       stats.ring[ION_RING_TX].queued == 7;
}

static int call_pop(struct world *w)
{
	int ret = ion_batch(w->ch.fd, ION_IOC_POP, ION_RING_RX, batch, BATCH);

	return ret < 0 ? ret : ret == PACKETS ? 0 : -EIO;
}

static bool popped_is_good(struct world *w)
{
	channel_attach_live(&w->ch);
	return ion_packet_is(&batch[PACKETS - 1], PACKETS - 1) &&
	       ion_ring_peek(&w->ch.rx, 8) == 0;
}

static int call_peek(struct world *w)
{
	return ion_peek(w->ch.fd, ION_RING_RX, batch, 0, BATCH);
}

static int call_read(struct world *w)
{
	ssize_t n = read(w->ch.fd, batch, sizeof(batch));

	return n < 0 ? -errno : n == PACKETS * sizeof(*batch) ? 0 : -EIO;
}

static int call_write(struct world *w)
{
	return write(w->ch.fd, batch, 7 * sizeof(*batch)) < 0 ? -errno : 0;
}

static int call_list(struct world *w)
{
	struct ion_list list = {
		.size = sizeof(list),
		.count = 16,
		.addr = (__u64)(unsigned long)entries,
		.entry_size = sizeof(*entries),
	};

	return ion_call(w->ch.fd, ION_IOC_LIST, &list);
}

static int call_stats(struct world *w)
{
	struct ion_stats stats;

	return ion_get_stats(w->ch.fd, &stats);
}

static int call_reset(struct world *w)
{
	return ion_reset(w->ch.fd);
}

static bool reset_is_good(struct world *w)
{
	channel_attach_live(&w->ch);
	return echoed_by_kick(&w->ch, 0);
}

static int call_poll(struct world *w)
{
	int ret = ion_poll_for(w->ch.fd, POLLIN, 0);

	return ret < 0 ? ret : ret & POLLIN ? 0 : -EIO;
}

static int open_epoll(struct world *w)
{
	w->fd = epoll_create1(EPOLL_CLOEXEC);
	return w->fd < 0 ? -errno : open_full(w);
}

/* It may fail after poll() ran the kernel end, which is counted. */
static int call_epoll(struct world *w)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (epoll_ctl(w->fd, EPOLL_CTL_ADD, w->ch.fd, &event))
		return -errno;
	return epoll_wait(w->fd, &event, 1, LONG_MS) == 1 ? 0 : -EIO;
}

static int call_sigio(struct world *w)
{
	return fcntl(w->ch.fd, F_SETFL, O_ASYNC) ? -errno : 0;
}

static int call_fork(struct world *w)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(ion_kick(w->ch.fd) ? 1 : 0);
	return ion_wait_child(pid) ? -EIO : 0;
}

static int call_fdinfo(struct world *w)
{
	char path[64], text[4096];
	int ret;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", w->ch.fd);
	ret = ion_read_text(path, text, sizeof(text));
	if (ret < 0)
		return ret;
	return strstr(text, "ion-channel:") ? 0 : -EIO;
}

static int open_sockets(struct world *w)
{
	int pair[2], ret = open_full(w);

	if (ret || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return ret ? ret : -errno;
	w->fd = pair[0];
	/* Close a descriptor, so that the test has a free number. */
	w->other.fd = pair[1];
	return 0;
}

/* Send it to oneself by SCM_RIGHTS. */
static int call_pass(struct world *w)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int fd;

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &w->ch.fd, sizeof(int));
	if (sendmsg(w->fd, &msg, 0) != 1)
		return -errno;
	if (recvmsg(w->other.fd, &msg, MSG_DONTWAIT) != 1)
		return -errno;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(int));
	close(fd);
	return 0;
}

static int open_pair(struct channel *ch, const char *key)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, "pair");
	ion_setup_key(&setup, key);
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 8;
	return channel_open_live(ch, &setup);
}

/* Two channels that ION_IOC_JOIN will join. */
static int open_two(struct world *w)
{
	int ret = open_pair(&w->ch, "");

	return ret ? ret : open_pair(&w->other, "");
}

static int call_join(struct world *w)
{
	struct ion_join join = { .size = sizeof(join), .fd = w->other.fd };

	return ion_call(w->ch.fd, ION_IOC_JOIN, &join);
}

static bool joined_is_good(struct world *w)
{
	return ion_send(&w->ch, 0, 3) == 3 &&
	       ion_pop_from(&w->other, 0, 8) == 3 &&
	       ion_send(&w->other, 0, 2) == 2 &&
	       ion_pop_from(&w->ch, 0, 8) == 2;
}

/* One channel waits by name for another, which cannot be set up. */
static int open_one(struct world *w)
{
	int ret = open_pair(&w->other, "fault_call");

	return ret ? ret : open_plain(w);
}

static int call_setup_pair(struct world *w)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, "pair");
	ion_setup_key(&setup, "fault_call");
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = 8;
	return ion_call(w->ch.fd, ION_IOC_SETUP, &setup);
}

static bool pair_is_good(struct world *w)
{
	if (channel_map(&w->ch))
		return false;
	channel_attach_live(&w->ch);
	return joined_is_good(w);
}

/* munmap() may find no memory, and then unmaps nothing. */
static int call_close(struct world *w)
{
	unsigned int i;

	for (i = 0; i < w->ch.info.nr_areas; i++) {
		if (!w->ch.area[i])
			continue;
		if (munmap(w->ch.area[i], w->ch.info.area[i].length))
			return -errno;
		w->ch.area[i] = NULL;
	}
	if (w->ch.fd >= 0 && close(w->ch.fd))
		return -errno;
	w->ch.fd = -1;
	return 0;
}

FIXTURE(fault_call)
{
	struct faults faults;
	struct world w;
};

FIXTURE_VARIANT(fault_call)
{
	struct step step;
	unsigned int fails;
};

/*
 * @fails: at least this many calls fail, or the test does not test what it
 * should.
 */
/* clang-format off */
#define CALL(name, least, p, c, g, ...)					\
	FIXTURE_VARIANT_ADD(fault_call, name)				\
	{								\
		.fails = least,						\
		.step = { .prepare = p, .call = c, .good = g,		\
			  __VA_ARGS__ },				\
	}

CALL(open, 2, NULL, call_open, plain_is_good);
CALL(first_mmap, 10, open_plain, call_first_mmap, ready_is_good, .loose = true);
CALL(mmap, 2, open_unmapped, call_map, map_is_good);
CALL(mmap_arena, 2, open_arena, call_map, arena_is_good, .loose = true);
CALL(touch, 0, open_arena_mapped, call_touch, arena_is_good, .loose = true);
CALL(eventfd, 0, open_eventfd, call_eventfd, full_is_good);
CALL(serve, 0, open_full, call_serve, full_is_good);
CALL(wait, 0, open_full, call_wait, full_is_good);
CALL(push, 1, open_full, call_push, push_is_good);
CALL(pop, 1, open_full, call_pop, popped_is_good);
CALL(peek, 1, open_full, call_peek, full_is_good);
CALL(read, 0, open_full, call_read, popped_is_good);
CALL(write, 0, open_full, call_write, NULL);
CALL(list, 0, open_full, call_list, full_is_good);
CALL(stats, 0, open_full, call_stats, full_is_good);
CALL(reset, 0, open_full, call_reset, reset_is_good);
CALL(poll, 0, open_full, call_poll, full_is_good);
CALL(epoll, 1, open_epoll, call_epoll, full_is_good, .loose = true);
CALL(sigio, 1, open_full, call_sigio, full_is_good);
CALL(fork, 10, open_full, call_fork, full_is_good, .also = EAGAIN, .after = 24);
CALL(fdinfo, 2, open_full, call_fdinfo, full_is_good, .also = ENOENT);
CALL(pass, 1, open_sockets, call_pass, full_is_good, .also = ENOBUFS);
CALL(join, 0, open_two, call_join, joined_is_good);
CALL(setup_pair, 10, open_one, call_setup_pair, pair_is_good);
CALL(close, 0, open_full, call_close, NULL, .loose = true);
/* clang-format on */

FIXTURE_SETUP(fault_call)
{
	const char *why = faults_begin(&self->faults);

	if (why)
		SKIP(return, "%s", why);
	world_begin(&self->w);
}

FIXTURE_TEARDOWN(fault_call)
{
	world_end(&self->w);
	faults_end(&self->faults);
}

TEST_F_TIMEOUT(fault_call, a_failed_call_changes_nothing, 600)
{
	struct sweep done = sweep(&self->w, &variant->step, &self->faults);

	EXPECT_STREQ("", done.fault);
	EXPECT_LE(variant->fails, done.failed);
}

FIXTURE(fault_selftest)
{
	struct faults faults;
};

FIXTURE_SETUP(fault_selftest)
{
	const char *why = faults_begin(&self->faults);

	if (why)
		SKIP(return, "%s", why);
}

FIXTURE_TEARDOWN(fault_selftest)
{
	faults_end(&self->faults);
}

/* The self-test cannot run its tests then, and reports that for each. */
TEST_F_TIMEOUT(fault_selftest, selftest_reports_missing_memory, 600)
{
	static struct ion_selftest_result results[64];
	struct usage before = usage_now();
	struct ion_selftest selftest;
	unsigned int n, i, canceled = 0;
	bool fired = true;
	int fd, ret;

	for (n = 1; fired; n += 1 + n / 2) {
		fd = ion_open(O_RDWR);
		memset(results, 0, sizeof(results));
		selftest = (struct ion_selftest){
			.size = sizeof(selftest),
			.count = ARRAY_SIZE(results),
			.addr = (__u64)(unsigned long)results,
		};
		fault_arm(&self->faults, n);
		ret = ion_call(fd, ION_IOC_SELFTEST, &selftest);
		fired = fault_fired(&self->faults);
		EXPECT_TRUE(!ret || (fired && ret == -ENOMEM));
		for (i = 0; i < ARRAY_SIZE(results); i++) {
			canceled += !!results[i].error;
			EXPECT_TRUE(!results[i].error ||
				    results[i].error == -ECANCELED)
			TH_LOG("%u: %s: %s", n, results[i].name,
			       results[i].detail);
		}
		close(fd);
		EXPECT_TRUE(AWAIT(usage_is(before)));
	}
	EXPECT_LT(3, canceled);
}

FAULT_TEST_KERNEL_LOG()

ION_TEST_MAIN
