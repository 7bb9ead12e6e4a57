// SPDX-License-Identifier: GPL-2.0-only
/* Channels, pictures of them, numbered packets, and small files. */
#include <setjmp.h>
#include <signal.h>

#include "channel.h"

const __u64 ion_test_offset[ION_RINGS] = {
	[ION_RING_TX] = ION_MMAP_TX,
	[ION_RING_RX] = ION_MMAP_RX,
	[ION_RING_CMD] = ION_MMAP_CMD,
	[ION_RING_EVT] = ION_MMAP_EVT,
};

const char *ion_test_at = "";

int ion_batch(int fd, unsigned long request, unsigned int ring, void *packets,
	      __u32 count)
{
	struct ion_batch batch = {
		.size = sizeof(batch),
		.ring = ring,
		.count = count,
		.addr = (__u64)(unsigned long)packets,
	};

	return ion_call(fd, request, &batch);
}

int ion_peek(int fd, unsigned int ring, void *packets, __u32 skip, __u32 count)
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

void *channel_at(const struct channel *ch, __u64 offset)
{
	const struct ion_info *info = &ch->info;
	unsigned int i;

	for (i = 0; i < info->nr_areas; i++)
		if (offset - info->area[i].offset < info->area[i].length)
			return (char *)ch->area[i] +
			       (offset - info->area[i].offset);
	abort();
}

void channel_attach(struct channel *ch)
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

void channel_unmap(struct channel *ch)
{
	unsigned int i;

	for (i = 0; i < ION_AREAS_MAX; i++) {
		if (ch->area[i])
			munmap(ch->area[i], ch->info.area[i].length);
		ch->area[i] = NULL;
	}
}

int channel_map(struct channel *ch)
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

int channel_open(struct channel *ch, const struct ion_setup *setup)
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

int channel_open_slots(struct channel *ch, __u32 slots, const char *service)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, service);
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = slots;
	return channel_open(ch, &setup);
}

void picture_take(struct picture *pic, const struct channel *ch)
{
	unsigned int i;

	memset(pic, 0, sizeof(*pic));
	pic->info_ret = ion_get_info(ch->fd, &pic->info);
	pic->stats_ret = ion_get_stats(ch->fd, &pic->stats);
	/* Every call counts itself, a refused one too. */
	pic->stats.calls = 0;
	for (i = 0; i < ch->info.nr_areas; i++) {
		size_t more = ch->area[i] ? ch->info.area[i].length : 0;

		unsigned char *bytes =
			realloc(pic->bytes, pic->length + more + 1);

		if (!bytes)
			abort();
		pic->bytes = bytes;
		if (more)
			memcpy(pic->bytes + pic->length, ch->area[i], more);
		pic->length += more;
	}
}

bool picture_same(const struct picture *a, const struct picture *b)
{
	return a->info_ret == b->info_ret && a->stats_ret == b->stats_ret &&
	       !memcmp(&a->info, &b->info, sizeof(a->info)) &&
	       !memcmp(&a->stats, &b->stats, sizeof(a->stats)) &&
	       a->length == b->length &&
	       (!a->length || !memcmp(a->bytes, b->bytes, a->length));
}

struct ion_packet ion_packet_of(__u64 n)
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

struct ion_cmd_packet ion_cmd_of(__u64 n)
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

__u32 ion_push_from(struct channel *ch, __u64 from, __u32 count)
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

int ion_pop_from(struct channel *ch, __u64 from, __u32 count)
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

static sigjmp_buf ion_touch_back;

static void ion_touch_signal(int signal)
{
	siglongjmp(ion_touch_back, signal);
}

int ion_touch(volatile __u32 *word, bool write)
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

int ion_wait_child(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

int ion_read_text(const char *path, char *text, size_t size)
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

int ion_write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -errno : 0;
}

void ion_test_need_device(void)
{
	int fd = ion_open(O_RDWR);

	if (fd < 0) {
		ksft_print_header();
		ksft_exit_skip(ION_DEVICE ": %s\n", strerror(-fd));
	}
	close(fd);
}
