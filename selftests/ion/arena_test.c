// SPDX-License-Identifier: GPL-2.0-only
/* Channels with an arena, packets that name a buffer, owners of buffers. */
#include "arena_test.h"

void arena_wants(struct ion_setup *setup, __u32 layout, const char *service,
		 __u32 slots, __u32 buffers, __u32 buffer_size)
{
	unsigned int id;

	ion_setup_init(setup, service);
	setup->layout = layout;
	setup->buffers = buffers;
	setup->buffer_size = buffer_size;
	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] = slots;
}

int arena_open(struct channel *ch, __u32 layout, const char *service,
	       __u32 slots, __u32 buffers, __u32 buffer_size)
{
	struct ion_setup setup;

	arena_wants(&setup, layout, service, slots, buffers, buffer_size);
	return channel_open_live(ch, &setup);
}

unsigned char *arena_at(const struct channel *ch, __u64 data)
{
	return channel_at(ch, ION_MMAP_ARENA + data);
}

/* A packet for @len bytes of buffer @id, after @skip bytes. */
struct ion_packet arena_packet(const struct channel *ch, __u32 id, __u32 skip,
			       __u16 len)
{
	return (struct ion_packet){
		.data = (__u64)id * ch->info.buffer_size + skip,
		.len = len,
		.id = (__u16)id,
		.pad = (__u32)ion_mix(id + 1),
	};
}

/* Write bytes that depend on a number and on their place. */
void arena_fill(const struct channel *ch, const struct ion_packet *p,
		__u64 number)
{
	unsigned char *at = arena_at(ch, p->data);
	unsigned int i;

	for (i = 0; i < p->len; i++)
		at[i] = (unsigned char)(ion_mix(number) >> (i % 8 * 8)) + i / 8;
}

bool arena_holds(const struct channel *ch, const struct ion_packet *p,
		 __u64 number)
{
	const unsigned char *at = arena_at(ch, p->data);
	__u64 x = ion_mix(number);
	unsigned int i;

	for (i = 0; i < p->len; i++)
		if (at[i] != (unsigned char)((x >> (i % 8 * 8)) + i / 8))
			return false;
	return true;
}

/* Return whether a packet from rx names a part of one existing buffer. */
bool arena_packet_sane(const struct channel *ch, const struct ion_packet *p)
{
	__u64 size = ch->info.buffer_size, base = p->id * size;

	return p->id < ch->info.buffers && p->data >= base &&
	       p->data - base <= size && p->len <= size - (p->data - base);
}

/*
 * Return how many buffers the program owns; @bits, unless NULL, gets a bit for
 * each.
 */
int arena_owned(int fd, __u64 *bits)
{
	struct ion_buffers buffers = {
		.size = sizeof(buffers),
		.addr = (__u64)(unsigned long)bits,
	};
	int ret = ion_call(fd, ION_IOC_BUFFERS, &buffers);

	return ret ? ret : (int)buffers.owned;
}

/* Return whether the program owns a buffer. */
bool arena_owns(int fd, __u32 id)
{
	static __u64 bits[ARENA_WORDS];

	return arena_owned(fd, bits) >= 0 && (bits[id / 64] >> (id % 64) & 1);
}

bool arena_push(struct channel *ch, struct ion_packet packet)
{
	return ion_ring_push(&ch->tx, &packet);
}

/* Push one packet and kick. */
bool arena_send(struct channel *ch, struct ion_packet packet)
{
	return arena_push(ch, packet) && !ion_kick(ch->fd);
}

/* The next packet from rx; all bits are set if rx is empty. */
struct ion_packet arena_pop(struct channel *ch)
{
	struct ion_packet packet;

	memset(&packet, 0xff, sizeof(packet));
	ion_ring_pop(&ch->rx, &packet);
	return packet;
}

bool arena_rx_empty(struct channel *ch)
{
	return !ion_ring_peek(&ch->rx, 1);
}

/* Return whether two packets are equal, except phys, which the kernel writes. */
bool arena_same(const struct ion_packet *a, const struct ion_packet *b)
{
	return a->data == b->data && a->len == b->len && a->id == b->id &&
	       a->pad == b->pad;
}

void ion_send_fd(int socket, int fd)
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

int ion_receive_fd(int socket)
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
