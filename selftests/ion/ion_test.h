/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of /dev/ion share: a channel with its rings mapped, calls
 * that return -errno, a picture of a channel to compare, and the check that
 * the kernel had nothing to say.
 */
#ifndef _ION_TEST_H
#define _ION_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ion.h>
#include <ion/ring.h>
#include <ion/barrier.h>

#include "ion_page.h"
#include "kselftest_harness.h"

#define ION_DEVICE     "/dev/ion"
#define ION_PARAMETERS "/sys/module/ion/parameters/"

/* Not every test uses every helper. */
#define ION_HELPER static inline __attribute__((__unused__))

static const __u64 ion_test_offset[ION_RINGS] = {
	[ION_RING_TX] = ION_MMAP_TX,
	[ION_RING_RX] = ION_MMAP_RX,
	[ION_RING_CMD] = ION_MMAP_CMD,
	[ION_RING_EVT] = ION_MMAP_EVT,
};

ION_HELPER bool ion_ring_is_cmd(unsigned int ring)
{
	return ring == ION_RING_CMD || ring == ION_RING_EVT;
}

ION_HELPER bool ion_kernel_pushes(unsigned int ring)
{
	return ring == ION_RING_RX || ring == ION_RING_EVT;
}

ION_HELPER __u32 ion_slot_size(unsigned int ring)
{
	return ion_ring_is_cmd(ring) ? sizeof(struct ion_cmd_packet)
				     : sizeof(struct ion_packet);
}

/* Calls return what they return, or -errno. */

ION_HELPER int ion_open(int flags)
{
	int fd = open(ION_DEVICE, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

ION_HELPER int ion_call(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

ION_HELPER int ion_batch(int fd, unsigned long request, unsigned int ring,
			 void *packets, __u32 count)
{
	struct ion_batch batch = {
		.size = sizeof(batch),
		.ring = ring,
		.count = count,
		.addr = (__u64)(unsigned long)packets,
	};

	return ion_call(fd, request, &batch);
}

ION_HELPER int ion_peek(int fd, unsigned int ring, void *packets, __u32 skip,
			__u32 count)
{
	struct ion_batch batch = {
		.size = sizeof(batch),
		.ring = ring,
		.count = count,
		.skip = skip,
		.addr = (__u64)(unsigned long)packets,
	};

	return ion_call(fd, ION_IOC_PEEK, &batch);
}

ION_HELPER int ion_kick(int fd)
{
	return ion_call(fd, ION_IOC_KICK, NULL);
}

ION_HELPER int ion_reset(int fd)
{
	return ion_call(fd, ION_IOC_RESET, NULL);
}

ION_HELPER int ion_get_info(int fd, struct ion_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return ion_call(fd, ION_IOC_INFO, info);
}

ION_HELPER int ion_get_stats(int fd, struct ion_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	return ion_call(fd, ION_IOC_STATS, stats);
}

ION_HELPER void ion_setup_name(struct ion_setup *setup, const char *service)
{
	strncpy(setup->service, service, sizeof(setup->service) - 1);
}

ION_HELPER void ion_setup_init(struct ion_setup *setup, const char *service)
{
	memset(setup, 0, sizeof(*setup));
	setup->size = sizeof(*setup);
	ion_setup_name(setup, service);
}

/**
 * struct channel - a channel with everything mapped
 * @fd: the descriptor, -1 once it is closed
 * @info: the geometry
 * @area: the mappings, by their number in @info
 * @tx: the user's ends
 * @rx: likewise
 * @cmd: likewise
 * @evt: likewise
 */
struct channel {
	int fd;
	struct ion_info info;
	void *area[ION_AREAS_MAX];
	struct ion_producer tx;
	struct ion_consumer rx;
	struct ion_producer cmd;
	struct ion_consumer evt;
};

/* The address of what lies at an offset of the mmap() space. */
ION_HELPER void *channel_at(const struct channel *ch, __u64 offset)
{
	const struct ion_info *info = &ch->info;
	unsigned int i;

	for (i = 0; i < info->nr_areas; i++)
		if (offset - info->area[i].offset < info->area[i].length)
			return (char *)ch->area[i] +
			       (offset - info->area[i].offset);
	return NULL;
}

ION_HELPER struct ion_ring_header *channel_header(const struct channel *ch,
						  unsigned int ring)
{
	return (struct ion_ring_header *)channel_at(ch,
						    ch->info.ring[ring].head);
}

ION_HELPER void *channel_slot(const struct channel *ch, unsigned int ring,
			      __u32 at)
{
	return (char *)channel_at(ch, ch->info.ring[ring].slots) +
	       (size_t)at * ch->info.ring[ring].slot_size;
}

/* The index of a ring that the user end writes. */
ION_HELPER __u32 *channel_user_index(const struct channel *ch,
				     unsigned int ring)
{
	struct ion_ring_header *header = channel_header(ch, ring);

	return ion_kernel_pushes(ring) ? &header->tail : &header->head;
}

ION_HELPER void channel_attach(struct channel *ch)
{
	const struct ion_ring_info *ring = ch->info.ring;

	ion_producer_attach(&ch->tx, channel_header(ch, ION_RING_TX),
			    ring[ION_RING_TX].nr_slots);
	ion_consumer_attach(&ch->rx, channel_header(ch, ION_RING_RX),
			    ring[ION_RING_RX].nr_slots);
	ion_producer_attach(&ch->cmd, channel_header(ch, ION_RING_CMD),
			    ring[ION_RING_CMD].nr_slots);
	ion_consumer_attach(&ch->evt, channel_header(ch, ION_RING_EVT),
			    ring[ION_RING_EVT].nr_slots);
}

ION_HELPER void channel_unmap(struct channel *ch)
{
	unsigned int i;

	for (i = 0; i < ION_AREAS_MAX; i++) {
		if (ch->area[i])
			munmap(ch->area[i], ch->info.area[i].length);
		ch->area[i] = NULL;
	}
}

ION_HELPER void channel_close(struct channel *ch)
{
	channel_unmap(ch);
	if (ch->fd >= 0)
		close(ch->fd);
	ch->fd = -1;
}

ION_HELPER int channel_map(struct channel *ch)
{
	unsigned int i;
	void *addr;
	int ret;

	ret = ion_get_info(ch->fd, &ch->info);
	if (ret)
		return ret;
	for (i = 0; i < ch->info.nr_areas; i++) {
		const struct ion_area *area = &ch->info.area[i];

		addr = mmap(NULL, area->length, (int)area->prot, MAP_SHARED,
			    ch->fd, (off_t)area->offset);
		if (addr == MAP_FAILED)
			return -errno;
		ch->area[i] = addr;
	}
	channel_attach(ch);
	return 0;
}

/* Open a channel, set it up (NULL: with the defaults), map all of it. */
ION_HELPER int channel_open(struct channel *ch, const struct ion_setup *setup)
{
	struct ion_setup ours;
	int ret;

	memset(ch, 0, sizeof(*ch));
	ch->fd = ion_open(O_RDWR);
	if (ch->fd < 0)
		return ch->fd;

	if (setup)
		ours = *setup;
	else
		ion_setup_init(&ours, "");
	ret = ion_call(ch->fd, ION_IOC_SETUP, &ours);
	if (!ret)
		ret = channel_map(ch);
	if (ret)
		channel_close(ch);
	return ret;
}

/* All rings with the same number of slots. */
ION_HELPER int channel_open_slots(struct channel *ch, __u32 slots,
				  const char *service)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, service);
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = slots;
	return channel_open(ch, &setup);
}

/**
 * struct picture - everything that user space can see of a channel
 * @info_ret: what ION_IOC_INFO returned
 * @stats_ret: what ION_IOC_STATS returned
 * @info: the geometry
 * @stats: the counters
 * @length: of @bytes
 * @bytes: a copy of all that is mapped
 */
struct picture {
	int info_ret;
	int stats_ret;
	struct ion_info info;
	struct ion_stats stats;
	size_t length;
	unsigned char *bytes;
};

ION_HELPER void picture_take(struct picture *pic, const struct channel *ch)
{
	unsigned int i;

	memset(pic, 0, sizeof(*pic));
	pic->info_ret = ion_get_info(ch->fd, &pic->info);
	pic->stats_ret = ion_get_stats(ch->fd, &pic->stats);
	/* Every call counts itself, a refused one too. */
	pic->stats.calls = 0;
	for (i = 0; i < ch->info.nr_areas; i++) {
		size_t more = ch->area[i] ? ch->info.area[i].length : 0;

		pic->bytes = realloc(pic->bytes, pic->length + more + 1);
		if (!pic->bytes)
			abort();
		if (more)
			memcpy(pic->bytes + pic->length, ch->area[i], more);
		pic->length += more;
	}
}

ION_HELPER bool picture_same(const struct picture *a, const struct picture *b)
{
	return a->info_ret == b->info_ret && a->stats_ret == b->stats_ret &&
	       !memcmp(&a->info, &b->info, sizeof(a->info)) &&
	       !memcmp(&a->stats, &b->stats, sizeof(a->stats)) &&
	       a->length == b->length &&
	       (!a->length || !memcmp(a->bytes, b->bytes, a->length));
}

ION_HELPER void picture_drop(struct picture *pic)
{
	free(pic->bytes);
	pic->bytes = NULL;
}

/* What a test is at, for those that go through a table. */
static const char *ion_test_at __attribute__((__unused__)) = "";

/* The call is refused with the error, and nothing that can be seen changed. */
/* clang-format off */
#define EXPECT_REFUSED(ch, error, call)					\
	do {								\
		struct picture __before, __after;			\
									\
		picture_take(&__before, ch);				\
		EXPECT_EQ(-(error), (call))				\
			TH_LOG("at: %s", ion_test_at);			\
		picture_take(&__after, ch);				\
		EXPECT_TRUE(picture_same(&__before, &__after))		\
			TH_LOG("it changed something: %s", ion_test_at);\
		picture_drop(&__before);				\
		picture_drop(&__after);					\
	} while (0)
/* clang-format on */

/* Packets whose every bit depends on their number. */

ION_HELPER __u64 ion_mix(__u64 x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

ION_HELPER struct ion_packet ion_packet_of(__u64 n)
{
	__u64 x = ion_mix(n + 1);

	return (struct ion_packet){
		.data = n,
		.phys = x,
		.len = (__u16)(x >> 7),
		.id = (__u16)(x >> 23),
		.pad = (__u32)~n,
	};
}

ION_HELPER struct ion_cmd_packet ion_cmd_of(__u64 n)
{
	__u64 x = ion_mix(n + 1);

	return (struct ion_cmd_packet){
		.kind = (__u32)n,
		.pad = (__u32)(x >> 9),
		.arg = ~x,
		.id_lo = x,
		.id_hi = ~n,
	};
}

ION_HELPER bool ion_packet_is(const struct ion_packet *packet, __u64 n)
{
	struct ion_packet want = ion_packet_of(n);

	return packet->data == want.data && packet->phys == want.phys &&
	       packet->len == want.len && packet->id == want.id &&
	       packet->pad == want.pad;
}

ION_HELPER bool ion_cmd_is(const struct ion_cmd_packet *cmd, __u64 n)
{
	struct ion_cmd_packet want = ion_cmd_of(n);

	return cmd->kind == want.kind && cmd->pad == want.pad &&
	       cmd->arg == want.arg && cmd->id_lo == want.id_lo &&
	       cmd->id_hi == want.id_hi;
}

/* Push the packets from number @from on; how many went in. */
ION_HELPER __u32 ion_push_from(struct channel *ch, __u64 from, __u32 count)
{
	__u32 n = ion_ring_reserve(&ch->tx, count);
	__u32 i;

	for (i = 0; i < n; i++) {
		struct ion_packet packet = ion_packet_of(from + i);

		ion_slot_write(ion_ring_slot(&ch->tx, i, sizeof(packet)),
			       &packet, sizeof(packet));
	}
	if (n)
		ion_ring_commit(&ch->tx, n);
	return n;
}

/* Pop packets that must be those from number @from on; -1 if they are not. */
ION_HELPER int ion_pop_from(struct channel *ch, __u64 from, __u32 count)
{
	__u32 n = ion_ring_peek(&ch->rx, count);
	__u32 i;

	for (i = 0; i < n; i++) {
		struct ion_packet packet;

		ion_slot_read(&packet,
			      ion_ring_peeked(&ch->rx, i, sizeof(packet)),
			      sizeof(packet));
		if (!ion_packet_is(&packet, from + i))
			return -1;
	}
	if (n)
		ion_ring_release(&ch->rx, n);
	return (int)n;
}

/* Touching memory that may not be there: 0, or the signal that it gave. */

static sigjmp_buf ion_touch_back;

ION_HELPER void ion_touch_signal(int signal)
{
	siglongjmp(ion_touch_back, signal);
}

ION_HELPER int ion_touch(volatile __u32 *word, bool write)
{
	struct sigaction action = { .sa_handler = ion_touch_signal };
	struct sigaction segv, bus;
	int ret;

	sigaction(SIGSEGV, &action, &segv);
	sigaction(SIGBUS, &action, &bus);
	ret = sigsetjmp(ion_touch_back, 1);
	if (!ret) {
		if (write)
			*word = *word;
		else
			(void)*word;
	}
	sigaction(SIGSEGV, &segv, NULL);
	sigaction(SIGBUS, &bus, NULL);
	return ret;
}

/* A child's verdict: its exit status, or 256 and the signal that killed it. */
ION_HELPER int ion_wait_child(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

ION_HELPER int ion_drop_privileges(void)
{
	return setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000)
		       ? -errno
		       : 0;
}

/* A small file of /sys or /proc; the length of its text, or -errno. */
ION_HELPER int ion_read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	close(fd);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return (int)n;
}

ION_HELPER int ion_write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -errno : 0;
}

ION_HELPER long ion_refcount(void)
{
	char text[32];

	if (ion_read_text("/sys/module/ion/refcnt", text, sizeof(text)) < 0)
		return -1;
	return atol(text);
}

/*
 * The kernel log. It is opened at its end before the first test runs; every
 * test's process has the same open file, so that what the last test reads is
 * what was written since.
 */
static int ion_kernel_log = -1;

static void __attribute__((__constructor__)) ion_kernel_log_mark(void)
{
	ion_kernel_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (ion_kernel_log >= 0)
		lseek(ion_kernel_log, 0, SEEK_END);
}

ION_HELPER bool ion_kernel_log_bad(const char *line)
{
	static const char *const words[] = {
		"WARNING",
		"BUG",
		"Oops",
		"cut here",
		"Call Trace",
		"INFO: ",
		"KASAN",
		"UBSAN",
		"kmemleak",
		"refcount_t",
		"circular locking",
		"recursive locking",
		"inconsistent lock",
		"unlock balance",
		"held lock",
		"deadlock",
		"suspicious",
		"scheduling while atomic",
		"sleeping function",
		"Unable to handle",
		"segfault",
		"unhandled signal",
	};
	static bool interrupted;
	unsigned int i;

	if (!strncmp(line, "ion:", 4) || strstr(line, " ion:"))
		return true;
	/*
	 * The kernel has races of its own; one of the module has its name in
	 * it, but not only as what was interrupted.
	 */
	if (line[0] != ' ')
		interrupted = false;
	else if (strstr(line, " asm_"))
		interrupted = true;
	if (strstr(line, "[ion") && !interrupted)
		return true;
	if (strstr(line, "KCSAN: "))
		return false;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

/* The next line since the mark, without its header; false if there is none. */
ION_HELPER bool ion_kernel_log_next(char *line, size_t size)
{
	static char record[8192];
	const char *text;
	ssize_t n;

	do {
		n = read(ion_kernel_log, record, sizeof(record) - 1);
	} while (n < 0 && (errno == EPIPE || errno == EINTR));
	if (n <= 0)
		return false;
	record[n] = '\0';
	record[strcspn(record, "\n")] = '\0';
	text = strchr(record, ';');
	snprintf(line, size, "%.*s", (int)size - 1, text ? text + 1 : record);
	return true;
}

/* Last in every file: nothing that its tests did made the kernel speak. */
/* clang-format off */
#define ION_TEST_KERNEL_LOG()						\
	FIXTURE(kernel_log)						\
	{								\
	};								\
									\
	FIXTURE_SETUP(kernel_log)					\
	{								\
	}								\
									\
	FIXTURE_TEARDOWN(kernel_log)					\
	{								\
	}								\
									\
	TEST_F(kernel_log, clean)					\
	{								\
		char line[512];						\
									\
		if (ion_kernel_log < 0)					\
			SKIP(return, "/dev/kmsg can not be read");	\
		if (!access("/sys/kernel/debug/kcsan", F_OK))		\
			SKIP(return, "the kernel tells of its own races"); \
		while (ion_kernel_log_next(line, sizeof(line))) {	\
			EXPECT_FALSE(ion_kernel_log_bad(line))		\
				TH_LOG("kernel: %s", line);		\
		}							\
	}
/* clang-format on */

/* Without the device there is nothing to test. */
ION_HELPER void ion_test_need_device(void)
{
	int fd = ion_open(O_RDWR);

	if (fd < 0) {
		ksft_print_header();
		ksft_exit_skip(ION_DEVICE ": %s\n", strerror(-fd));
	}
	close(fd);
}

#define ION_TEST_MAIN                                \
	int main(int argc, char **argv)              \
	{                                            \
		ion_test_need_device();              \
		return test_harness_run(argc, argv); \
	}

#endif /* _ION_TEST_H */
