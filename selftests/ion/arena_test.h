/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of arenas share: channels that have one, packets that name a
 * buffer, and whose the buffers are.
 */
#ifndef _ION_ARENA_TEST_H
#define _ION_ARENA_TEST_H

#include <sys/socket.h>

#include "ion_live.h"

ION_HELPER void arena_wants(struct ion_setup *setup, __u32 layout,
			    const char *service, __u32 slots, __u32 buffers,
			    __u32 buffer_size)
{
	unsigned int id;

	ion_setup_init(setup, service);
	setup->layout = layout;
	setup->buffers = buffers;
	setup->buffer_size = buffer_size;
	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] = slots;
}

ION_HELPER int arena_open(struct channel *ch, __u32 layout, const char *service,
			  __u32 slots, __u32 buffers, __u32 buffer_size)
{
	struct ion_setup setup;

	arena_wants(&setup, layout, service, slots, buffers, buffer_size);
	return channel_open_live(ch, &setup);
}

ION_HELPER unsigned char *arena_at(const struct channel *ch, __u64 data)
{
	return channel_at(ch, ION_MMAP_ARENA + data);
}

/* @len bytes from byte @skip of buffer @id on. */
ION_HELPER struct ion_packet arena_packet(const struct channel *ch, __u32 id,
					  __u32 skip, __u16 len)
{
	return (struct ion_packet){
		.data = (__u64)id * ch->info.buffer_size + skip,
		.len = len,
		.id = (__u16)id,
		.pad = (__u32)ion_mix(id + 1),
	};
}

/* Bytes that depend on a number and on where they are. */
ION_HELPER void arena_fill(const struct channel *ch, const struct ion_packet *p,
			   __u64 number)
{
	unsigned char *at = arena_at(ch, p->data);
	unsigned int i;

	for (i = 0; i < p->len; i++)
		at[i] = (unsigned char)(ion_mix(number) >> (i % 8 * 8)) + i / 8;
}

ION_HELPER bool arena_holds(const struct channel *ch,
			    const struct ion_packet *p, __u64 number)
{
	const unsigned char *at = arena_at(ch, p->data);
	__u64 x = ion_mix(number);
	unsigned int i;

	for (i = 0; i < p->len; i++)
		if (at[i] != (unsigned char)((x >> (i % 8 * 8)) + i / 8))
			return false;
	return true;
}

/* Whether a packet from rx names a whole part of a buffer that there is. */
ION_HELPER bool arena_packet_sane(const struct channel *ch,
				  const struct ion_packet *p)
{
	__u64 size = ch->info.buffer_size, base = p->id * size;

	return p->id < ch->info.buffers && p->data >= base &&
	       p->data - base <= size && p->len <= size - (p->data - base);
}

#define ARENA_WORDS (ION_BUFFERS_MAX / 64)

/* How many buffers are the program's; @bits, if wanted, has a bit for each. */
ION_HELPER int arena_owned(int fd, __u64 *bits)
{
	struct ion_buffers buffers = {
		.size = sizeof(buffers),
		.addr = (__u64)(unsigned long)bits,
	};
	int ret = ion_call(fd, ION_IOC_BUFFERS, &buffers);

	return ret ? ret : (int)buffers.owned;
}

/* Whether a buffer is the program's. */
ION_HELPER bool arena_owns(int fd, __u32 id)
{
	static __u64 bits[ARENA_WORDS];

	return arena_owned(fd, bits) >= 0 && (bits[id / 64] >> (id % 64) & 1);
}

ION_HELPER bool arena_push(struct channel *ch, struct ion_packet packet)
{
	return ion_ring_push(&ch->tx, &packet);
}

/* Push one packet and kick. */
ION_HELPER bool arena_send(struct channel *ch, struct ion_packet packet)
{
	return arena_push(ch, packet) && !ion_kick(ch->fd);
}

/* The next packet from rx, all ones if there is none. */
ION_HELPER struct ion_packet arena_pop(struct channel *ch)
{
	struct ion_packet packet;

	memset(&packet, 0xff, sizeof(packet));
	ion_ring_pop(&ch->rx, &packet);
	return packet;
}

ION_HELPER bool arena_rx_empty(struct channel *ch)
{
	return !ion_ring_peek(&ch->rx, 1);
}

/* All of it but phys, which is not the program's to say. */
ION_HELPER bool arena_same(const struct ion_packet *a,
			   const struct ion_packet *b)
{
	return a->data == b->data && a->len == b->len && a->id == b->id &&
	       a->pad == b->pad;
}

/* pushed = popped + queued + discarded in every ring, or -ERANGE. */
ION_HELPER int arena_stats(int fd, struct ion_stats *stats)
{
	int ret = ion_get_stats(fd, stats);
	unsigned int id;

	for (id = 0; !ret && id < ION_RINGS; id++) {
		const struct ion_ring_stats *ring = &stats->ring[id];

		if (ring->queued > ring->capacity ||
		    ring->pushed !=
			    ring->popped + ring->queued + ring->discarded)
			return -ERANGE;
	}
	return ret;
}

/* What there is of channels and bytes in the system. */
ION_HELPER struct ion_query arena_usage(void)
{
	struct ion_query query = { .size = sizeof(query) };
	int fd = ion_open(O_RDWR);

	ion_call(fd, ION_IOC_QUERY, &query);
	close(fd);
	return query;
}

/* What was closed is gone, at the latest a moment later. */
ION_HELPER bool arena_usage_is(const struct ion_query *before)
{
	struct ion_query now;

	return AWAIT((now = arena_usage(), now.channels == before->channels &&
						   now.bytes == before->bytes));
}

/* Random numbers that can be had again: ION_TEST_SEED in the environment. */

ION_HELPER __u64 arena_seed(void)
{
	const char *given = getenv("ION_TEST_SEED");
	__u64 seed = given ? strtoull(given, NULL, 0) : now_ns();

	ksft_print_msg("seed %llu\n", (unsigned long long)seed);
	return seed;
}

ION_HELPER __u64 arena_random(__u64 *seed)
{
	*seed = ion_mix(*seed + 0x9e3779b97f4a7c15ULL);
	return *seed;
}

ION_HELPER __u32 arena_below(__u64 *seed, __u32 n)
{
	return (__u32)(arena_random(seed) >> 32) % n;
}

/* A descriptor for another process. */

ION_HELPER void ion_send_fd(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	if (sendmsg(socket, &msg, 0) != 1)
		abort();
}

ION_HELPER int ion_receive_fd(int socket)
{
	int fd = -1;
	char control[CMSG_SPACE(sizeof(fd))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	if (recvmsg(socket, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

#endif /* _ION_ARENA_TEST_H */
