/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of /dev/ion: a channel with its rings mapped, calls that
 * return -errno, a picture of a channel to compare, numbered packets, and small
 * files.
 */
#ifndef _ION_CHANNEL_H
#define _ION_CHANNEL_H

#include <errno.h>
#include <fcntl.h>
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
#include "kselftest.h"

#define ION_DEVICE     "/dev/ion"
#define ION_PARAMETERS "/sys/module/ion/parameters/"

/* Where the default layout has each ring in the mmap() space. */
extern const __u64 ion_test_offset[ION_RINGS];

static inline bool ion_ring_is_cmd(unsigned int ring)
{
	return ring == ION_RING_CMD || ring == ION_RING_EVT;
}

static inline bool ion_kernel_pushes(unsigned int ring)
{
	return ring == ION_RING_RX || ring == ION_RING_EVT;
}

static inline __u32 ion_slot_size(unsigned int ring)
{
	return ion_ring_is_cmd(ring) ? sizeof(struct ion_cmd_packet)
				     : sizeof(struct ion_packet);
}

/* These return the result of the call, or -errno. */

static inline int ion_open(int flags)
{
	int fd = open(ION_DEVICE, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static inline int ion_call(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

int ion_batch(int fd, unsigned long request, unsigned int ring, void *packets,
	      __u32 count);
int ion_peek(int fd, unsigned int ring, void *packets, __u32 skip, __u32 count);

static inline int ion_kick(int fd)
{
	return ion_call(fd, ION_IOC_KICK, NULL);
}

static inline int ion_reset(int fd)
{
	return ion_call(fd, ION_IOC_RESET, NULL);
}

static inline int ion_get_info(int fd, struct ion_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return ion_call(fd, ION_IOC_INFO, info);
}

static inline int ion_get_stats(int fd, struct ion_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	return ion_call(fd, ION_IOC_STATS, stats);
}

static inline void ion_setup_name(struct ion_setup *setup, const char *service)
{
	snprintf(setup->service, sizeof(setup->service), "%s", service);
}

static inline void ion_setup_key(struct ion_setup *setup, const char *key)
{
	snprintf(setup->key, sizeof(setup->key), "%s", key);
}

static inline void ion_setup_init(struct ion_setup *setup, const char *service)
{
	memset(setup, 0, sizeof(*setup));
	setup->size = sizeof(*setup);
	ion_setup_name(setup, service);
}

/**
 * struct channel - a channel with everything mapped
 * @fd: the descriptor, -1 after it is closed
 * @info: the geometry
 * @area: the mappings, by their number in @info
 * @tx: the user end of the ring tx
 * @rx: the user end of the ring rx
 * @cmd: the user end of the ring cmd
 * @evt: the user end of the ring evt
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

/* The address at an offset of the mmap() space; abort if nothing is there. */
void *channel_at(const struct channel *ch, __u64 offset);

static inline struct ion_ring_header *channel_header(const struct channel *ch,
						     unsigned int ring)
{
	return (struct ion_ring_header *)channel_at(ch,
						    ch->info.ring[ring].head);
}

static inline void *channel_slot(const struct channel *ch, unsigned int ring,
				 __u32 at)
{
	return (char *)channel_at(ch, ch->info.ring[ring].slots) +
	       (size_t)at * ch->info.ring[ring].slot_size;
}

/* The index of a ring that the user end writes. */
static inline __u32 *channel_user_index(const struct channel *ch,
					unsigned int ring)
{
	struct ion_ring_header *header = channel_header(ch, ring);

	return ion_kernel_pushes(ring) ? &header->tail : &header->head;
}

/* Attach the user ends, in the compact layout. */
void channel_attach(struct channel *ch);
void channel_unmap(struct channel *ch);

static inline void channel_close(struct channel *ch)
{
	channel_unmap(ch);
	if (ch->fd >= 0)
		close(ch->fd);
	ch->fd = -1;
}

int channel_map(struct channel *ch);

/* Open a channel, set it up (NULL: with the defaults), map all of it. */
int channel_open(struct channel *ch, const struct ion_setup *setup);

/* The same, with one number of slots for all rings. */
int channel_open_slots(struct channel *ch, __u32 slots, const char *service);

/**
 * struct picture - everything that user space can see of a channel
 * @info_ret: the result of ION_IOC_INFO
 * @stats_ret: the result of ION_IOC_STATS
 * @info: the geometry
 * @stats: the counters
 * @length: of @bytes
 * @bytes: a copy of everything that is mapped
 */
struct picture {
	int info_ret;
	int stats_ret;
	struct ion_info info;
	struct ion_stats stats;
	size_t length;
	unsigned char *bytes;
};

void picture_take(struct picture *pic, const struct channel *ch);
bool picture_same(const struct picture *a, const struct picture *b);

static inline void picture_drop(struct picture *pic)
{
	free(pic->bytes);
	pic->bytes = NULL;
}

/* The entry of its table that a test is at, for messages. */
extern const char *ion_test_at;

/* Packets whose every bit depends on their number. */

static inline __u64 ion_mix(__u64 x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

struct ion_packet ion_packet_of(__u64 n);
struct ion_cmd_packet ion_cmd_of(__u64 n);

static inline bool ion_packet_is(const struct ion_packet *packet, __u64 n)
{
	struct ion_packet want = ion_packet_of(n);

	return packet->data == want.data && packet->phys == want.phys &&
	       packet->len == want.len && packet->id == want.id &&
	       packet->pad == want.pad;
}

static inline bool ion_cmd_is(const struct ion_cmd_packet *cmd, __u64 n)
{
	struct ion_cmd_packet want = ion_cmd_of(n);

	return cmd->kind == want.kind && cmd->pad == want.pad &&
	       cmd->arg == want.arg && cmd->id_lo == want.id_lo &&
	       cmd->id_hi == want.id_hi;
}

/* Push packets from number @from on: how many fitted. */
__u32 ion_push_from(struct channel *ch, __u64 from, __u32 count);

/* Pop packets, which must be those from number @from on; -1 if they are not. */
int ion_pop_from(struct channel *ch, __u64 from, __u32 count);

/* Touch memory that may be missing; return 0, or the signal that came. */
int ion_touch(volatile __u32 *word, bool write);

/*
 * Wait for a child; return its exit status, or 256 plus the signal that killed
 * it.
 */
int ion_wait_child(pid_t pid);

static inline int ion_drop_privileges(void)
{
	return setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000)
		       ? -errno
		       : 0;
}

/*
 * Read a small file of /sys or /proc; return the length of its text, or -errno.
 */
int ion_read_text(const char *path, char *text, size_t size);
int ion_write_text(const char *path, const char *text);

static inline long ion_refcount(void)
{
	char text[32];

	if (ion_read_text("/sys/module/ion/refcnt", text, sizeof(text)) < 0)
		return -1;
	return atol(text);
}

/* Skip the program if the device is missing. */
void ion_test_need_device(void);

#endif /* _ION_CHANNEL_H */
