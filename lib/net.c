// SPDX-License-Identifier: MIT
/*
 * Nets: frames of an interface, and who has which buffer. The rings have room for all
 * buffers, so that no call fails for want of it.
 */
#include <assert.h>
#include <errno.h>
#include <ionchannel_net.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>

#include "internal.h"

/* A ring of a power of two of slots holds one packet less. */
#define IONC_NET_BUFFERS     511
#define IONC_NET_GSO_BUFFERS 63
#define IONC_NET_GSO_SIZE    65536
#define IONC_NET_HEADER	     ((__u32)sizeof(struct virtio_net_hdr_v1))
#define IONC_NET_SECOND	     1000000000ULL

/* The frame of a packet, with its header, has to fit into ion_packet.len. */
#define IONC_NET_LEN_MAX 65535U

/* A frame begins here modulo 8: the kernel copies it to such an address. */
#define IONC_NET_ALIGN 2

/* Bytes of the options of the first version of these calls. */
#define IONC_NET_OPTIONS_FIRST 40

static_assert(sizeof(struct ionc_net_options) >= IONC_NET_OPTIONS_FIRST ||
		      sizeof(void *) < 8,
	      "options never shrink");
static_assert(IONC_NET_NAME == IF_NAMESIZE, "names of interfaces");
static_assert(sizeof(struct virtio_net_hdr_v1) == 12, "the header of a frame");

/**
 * enum ionc_net_owner - who has a buffer
 * @IONC_NET_FREE: it is on the list of free buffers
 * @IONC_NET_KERNEL: the kernel, until it comes back on rx
 * @IONC_NET_RECEIVED: the program, with a frame of the kernel
 * @IONC_NET_ALLOCATED: the program, for a frame to send
 */
enum ionc_net_owner {
	IONC_NET_FREE,
	IONC_NET_KERNEL,
	IONC_NET_RECEIVED,
	IONC_NET_ALLOCATED,
};

/**
 * struct ionc_net - a net
 * @ch: its channel
 * @header: bytes of the header before each frame
 * @begin: where a frame begins in its buffer
 * @index: index of the interface
 * @missing: how many free buffers the kernel gets before any is for sending: frames that
 *	were received were sent in buffers of the kernel
 * @nr_free: how many buffers are free
 * @free: their numbers, the last freed at the end
 * @owner: for each buffer &enum ionc_net_owner
 */
struct ionc_net {
	struct ionc_channel *ch;
	__u32 header;
	__u32 begin;
	unsigned int index;
	__u32 missing;
	__u32 nr_free;
	__u16 *free;
	__u8 *owner;
};

/* ---- buffers ----------------------------------------------------------- */

static unsigned char *ionc_net_buffer(const struct ionc_net *net, __u32 id)
{
	return net->ch->arena + (size_t)id * net->ch->buffer_size;
}

static void ionc_net_put_free(struct ionc_net *net, __u32 id)
{
	net->owner[id] = IONC_NET_FREE;
	net->free[net->nr_free++] = (__u16)id;
}

/* Whether the program has the buffer, with a frame. */
static bool ionc_net_is_held(const struct ionc_net *net, __u32 id)
{
	return id < net->ch->buffers && net->owner[id] >= IONC_NET_RECEIVED;
}

/* Hand free buffers to the kernel, empty, until it has as many as it shall have. */
static void ionc_net_fill_up(struct ionc_net *net)
{
	__u32 count = net->missing, i, id;

	if (count > net->nr_free)
		count = net->nr_free;
	if (!count)
		return;
	count = ionc_reserve(net->ch, count);
	for (i = 0; i < count; i++) {
		id = net->free[--net->nr_free];
		*ionc_slot(net->ch, i) = ionc_packet(net->ch, id, 0);
		net->owner[id] = IONC_NET_KERNEL;
	}
	ionc_commit(net->ch, count);
	net->missing -= count;
}

int ionc_net_free(struct ionc_net *net, const struct ionc_frame *frames,
		  __u32 count)
{
	__u32 room = ionc_reserve(net->ch, count), given = 0, done, id;

	for (done = 0; done < count; done++) {
		id = frames[done].id;
		if (!ionc_net_is_held(net, id))
			break;
		if (net->owner[id] == IONC_NET_ALLOCATED || given == room) {
			net->missing += net->owner[id] == IONC_NET_RECEIVED;
			ionc_net_put_free(net, id);
			continue;
		}
		*ionc_slot(net->ch, given++) = ionc_packet(net->ch, id, 0);
		net->owner[id] = IONC_NET_KERNEL;
	}
	ionc_commit(net->ch, given);
	return done || !count ? (int)done : -EINVAL;
}

/* ---- receive ----------------------------------------------------------- */

/* Fill in the frame of a packet; false if it gives a buffer back. */
static bool ionc_net_take(struct ionc_net *net, const struct ion_packet *packet,
			  struct ionc_frame *frame)
{
	unsigned char *at = ionc_payload(net->ch, packet);

	if (!at || packet->len <= net->header) {
		if (packet->id < net->ch->buffers)
			ionc_net_put_free(net, packet->id);
		return false;
	}
	net->owner[packet->id] = IONC_NET_RECEIVED;
	frame->data = at + net->header;
	frame->len = packet->len - net->header;
	frame->id = packet->id;
	frame->reserved = 0;
	frame->header = net->header ? (void *)at : NULL;
	return true;
}

__u32 ionc_net_receive(struct ionc_net *net, struct ionc_frame *frames,
		       __u32 count)
{
	struct ion_packet packet;
	__u32 done = 0, i, n;

	do {
		n = ionc_peek(net->ch, count - done);
		for (i = 0; i < n; i++) {
			packet = *ionc_peeked(net->ch, i);
			done += ionc_net_take(net, &packet, &frames[done]);
		}
		ionc_release(net->ch, n);
	} while (n);
	return done;
}

/* ---- send -------------------------------------------------------------- */

static void ionc_net_offer(struct ionc_net *net, __u32 id,
			   struct ionc_frame *frame)
{
	unsigned char *at = ionc_net_buffer(net, id) + net->begin;
	__u32 room = net->ch->buffer_size - net->begin;

	if (room > IONC_NET_LEN_MAX - net->header)
		room = IONC_NET_LEN_MAX - net->header;
	net->owner[id] = IONC_NET_ALLOCATED;
	frame->data = at;
	frame->len = room;
	frame->id = (__u16)id;
	frame->reserved = 0;
	frame->header = NULL;
	if (net->header)
		frame->header = memset(at - net->header, 0, net->header);
}

/* Whether the packet gives a buffer back that was sent. */
static bool ionc_net_is_back(const struct ionc_net *net,
			     const struct ion_packet *packet)
{
	return packet->len <= net->header && packet->id < net->ch->buffers;
}

/* Take buffers back that were sent, up to the next frame of the kernel. */
static void ionc_net_reclaim(struct ionc_net *net)
{
	__u32 n = ionc_peek(net->ch, net->ch->buffers), done;
	struct ion_packet packet;

	for (done = 0; done < n; done++) {
		packet = *ionc_peeked(net->ch, done);
		if (!ionc_net_is_back(net, &packet))
			break;
		ionc_net_put_free(net, packet.id);
	}
	ionc_release(net->ch, done);
}

static __u32 ionc_net_left(const struct ionc_net *net)
{
	return net->nr_free > net->missing ? net->nr_free - net->missing : 0;
}

__u32 ionc_net_alloc(struct ionc_net *net, struct ionc_frame *frames,
		     __u32 count)
{
	__u32 left, i;

	if (ionc_net_left(net) < count)
		ionc_net_reclaim(net);
	left = ionc_net_left(net);
	if (count > left)
		count = left;
	for (i = 0; i < count; i++)
		ionc_net_offer(net, net->free[--net->nr_free], &frames[i]);
	return count;
}

/* Fill in the packet of a frame; false if it is not one that can be sent. */
static bool ionc_net_put(struct ionc_net *net, const struct ionc_frame *frame,
			 struct ion_packet *packet)
{
	__u32 size = net->ch->buffer_size, header = net->header;
	size_t at;

	if (!ionc_net_is_held(net, frame->id))
		return false;
	at = (uintptr_t)frame->data -
	     (uintptr_t)ionc_net_buffer(net, frame->id);
	if (at < header || at > size || !frame->len || frame->len > size - at ||
	    frame->len > IONC_NET_LEN_MAX - header)
		return false;
	if (header && frame->header)
		memmove((char *)frame->data - header, frame->header, header);
	else if (header)
		memset((char *)frame->data - header, 0, header);
	*packet = ionc_packet(net->ch, frame->id, (__u16)(header + frame->len));
	packet->data += at - header;
	net->missing += net->owner[frame->id] == IONC_NET_RECEIVED;
	net->owner[frame->id] = IONC_NET_KERNEL;
	return true;
}

int ionc_net_send(struct ionc_net *net, const struct ionc_frame *frames,
		  __u32 count)
{
	__u32 room = ionc_reserve(net->ch, count), done = 0;

	while (done < room &&
	       ionc_net_put(net, &frames[done], ionc_slot(net->ch, done)))
		done++;
	ionc_commit(net->ch, done);
	return done || !room ? (int)done : -EINVAL;
}

int ionc_net_flush(struct ionc_net *net)
{
	ionc_net_fill_up(net);
	return ionc_kick(net->ch);
}

int ionc_net_wait(struct ionc_net *net, __u64 timeout_ns)
{
	int ret;

	ionc_net_fill_up(net);
	/* A call that sleeps kicks. */
	if (!ionc_peek(net->ch, 1))
		return ionc_wait(net->ch, 1, 0, timeout_ns);
	ret = ionc_kick(net->ch);
	return ret == -EPIPE ? 0 : ret;
}

/* ---- open and close ---------------------------------------------------- */

static int ionc_net_get_options(struct ionc_net_options *options,
				const struct ionc_net_options *from)
{
	bool gso;
	int ret;

	ionc_net_options_init(options);
	if (from) {
		ret = ionc_copy_options(options, sizeof(*options), from,
					sizeof(void *) < 8
						? sizeof(*options)
						: IONC_NET_OPTIONS_FIRST);
		if (ret)
			return ret;
	}
	gso = options->flags & (ION_NET_TSO4 | ION_NET_TSO6 | ION_NET_USO);
	if (!options->buffers)
		options->buffers = gso ? IONC_NET_GSO_BUFFERS
				       : IONC_NET_BUFFERS;
	if (!options->buffer_size && gso)
		options->buffer_size = IONC_NET_GSO_SIZE;
	if (!options->receive)
		options->receive = (options->buffers + 1) / 2;
	return options->buffers >= ION_SLOTS_MAX ||
			       options->receive > options->buffers
		       ? -EINVAL
		       : 0;
}

static int ionc_net_open_channel(struct ionc_channel **ch,
				 const struct ionc_net_options *from)
{
	struct ionc_options options;
	__u32 slots = ION_SLOTS_MIN;

	while (slots <= from->buffers)
		slots *= 2;
	ionc_options_init(&options);
	options.device = from->device;
	options.service = "net";
	options.key = from->name;
	options.slots[ION_RING_TX] = slots;
	options.slots[ION_RING_RX] = slots;
	options.buffers = from->buffers;
	options.buffer_size = from->buffer_size;
	options.arg[0] = from->mode;
	options.arg[1] = from->flags;
	return ionc_open(ch, &options);
}

/* Ask which interface it is; the name may have been a pattern. */
static int ionc_net_ask_index(struct ionc_net *net)
{
	struct ion_cmd_packet cmd;
	int ret;

	memset(&cmd, 0, sizeof(cmd));
	cmd.kind = ION_NET_IFINDEX;
	ret = ionc_send_cmd(net->ch, &cmd, 0);
	if (!ret)
		ret = ionc_receive_evt(net->ch, &cmd, IONC_NET_SECOND);
	net->index = (unsigned int)cmd.arg;
	return ret;
}

static int ionc_net_begin(struct ionc_net *net,
			  const struct ionc_net_options *options)
{
	__u32 id = net->ch->buffers;

	net->free = calloc(id, sizeof(*net->free));
	net->owner = calloc(id, sizeof(*net->owner));
	if (!net->free || !net->owner)
		return -ENOMEM;
	/* The channel's own list is empty from now on. */
	while (ionc_buffer_get(net->ch) >= 0)
		;
	while (id-- > 0)
		ionc_net_put_free(net, id);
	net->header = options->flags & ION_NET_VNET_HDR ? IONC_NET_HEADER : 0;
	net->begin = net->header;
	while (net->begin % 8 != IONC_NET_ALIGN)
		net->begin++;
	net->missing = options->receive;
	return ionc_net_ask_index(net);
}

int ionc_net_open(struct ionc_net **net, const struct ionc_net_options *options)
{
	struct ionc_net_options ours;
	struct ionc_net *made;
	int ret;

	*net = NULL;
	ret = ionc_net_get_options(&ours, options);
	if (ret)
		return ret;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	ret = ionc_net_open_channel(&made->ch, &ours);
	if (!ret)
		ret = ionc_net_begin(made, &ours);
	if (!ret)
		ret = ionc_net_flush(made);
	if (ret)
		ionc_net_close(made);
	else
		*net = made;
	return ret;
}

void ionc_net_close(struct ionc_net *net)
{
	if (!net)
		return;
	ionc_close(net->ch);
	free(net->owner);
	free(net->free);
	free(net);
}

struct ionc_channel *ionc_net_channel(const struct ionc_net *net)
{
	return net->ch;
}

unsigned int ionc_net_index(const struct ionc_net *net)
{
	return net->index;
}

int ionc_net_name(const struct ionc_net *net, char *name)
{
	return if_indextoname(net->index, name) ? 0 : -errno;
}
