/* SPDX-License-Identifier: MIT */
/*
 * libionchannel: the frames of a network interface of ion_net.ko, by the channel.
 *
 * A net is a channel of the service net, which is one queue of an interface. The calls
 * below keep its buffers: some of them lie empty in the kernel, for frames to receive,
 * and the others are for frames to send. No call makes a system call for each frame.
 *
 *	while (!(ret = ionc_net_wait(net, IONC_FOREVER))) {
 *		n = ionc_net_receive(net, frames, 32);
 *		...
 *		ionc_net_free(net, frames, n);
 *	}
 *
 * Threads: one thread at a time may use a net. An interface with several queues has a
 * net for each thread.
 *
 * The channel itself is ionc_net_channel(): calls that wait, kick, lend a thread, show
 * its state or have the ends "none" may be used on it. Its tx, its rx and its buffers
 * belong to the net, and ionc_reset() is not for it: close the net and open another one.
 */
#ifndef _IONCHANNEL_NET_H
#define _IONCHANNEL_NET_H

#include <ionchannel.h>
#include <linux/ion_net.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ionc_net;

/* <linux/virtio_net.h> has it, for programs that use ION_NET_VNET_HDR. */
struct virtio_net_hdr_v1;

/* Bytes of the name of an interface, with the 0 at its end. */
#define IONC_NET_NAME 16

/**
 * struct ionc_net_options - options of a net
 * @size: sizeof(struct ionc_net_options); ionc_net_options_init() sets it
 * @flags: &enum ion_net_flags
 * @device: the device; NULL: /dev/ion
 * @name: the interface, or a pattern with %d; it is made if there is none of that name.
 *	NULL: ion%d
 * @mode: ION_NET_TAP or ION_NET_TUN
 * @buffers: buffers of the channel, at most 65535, of which one less than a power of two
 *	takes the least memory; 0: 511, or 63 if the kernel may send superframes
 * @buffer_size: bytes of each; 0: 2048, or 65536 if the kernel may send superframes
 * @receive: how many buffers lie in the kernel for frames to receive, at most @buffers;
 *	0: half of them
 *
 * Zero in all fields but @size is a good default: an interface for Ethernet frames. The
 * struct may grow at its end.
 */
struct ionc_net_options {
	__u32 size;
	__u32 flags;
	const char *device;
	const char *name;
	__u32 mode;
	__u32 buffers;
	__u32 buffer_size;
	__u32 receive;
};

/**
 * ionc_net_options_init() - set the defaults
 * @options: the options to fill in
 */
static inline void ionc_net_options_init(struct ionc_net_options *options)
{
	memset(options, 0, sizeof(*options));
	options->size = (__u32)sizeof(*options);
}

/**
 * struct ionc_frame - a frame, in a buffer of a net
 * @data: its first byte
 * @len: its bytes
 * @id: number of the buffer; do not change it
 * @reserved: 0
 * @header: with ION_NET_VNET_HDR: its offloads; without: NULL
 */
struct ionc_frame {
	void *data;
	__u32 len;
	__u16 id;
	__u16 reserved;
	struct virtio_net_hdr_v1 *header;
};

/* ---- open and close ---------------------------------------------------- */

/**
 * ionc_net_open() - attach a channel to an interface, and give the kernel empty buffers
 * @net: set to the new net
 * @options: options, or NULL: an interface for Ethernet frames, named ion%d
 *
 * An interface that is made here goes with its last net. It has no address and is down.
 *
 * Return: 0; -EINVAL if an option is out of bounds, or if the interface is of another
 * driver, mode or flags; -EPERM; -EBUSY if no queue of the interface is free; -EMSGSIZE
 * if its MTU is too large for the buffers; -ENOENT if ion_net is not loaded; else as
 * ionc_open().
 */
int ionc_net_open(struct ionc_net **net,
		  const struct ionc_net_options *options);

/**
 * ionc_net_close() - detach from the interface
 * @net: the net, or NULL; it is freed with its channel
 */
void ionc_net_close(struct ionc_net *net);

/**
 * ionc_net_channel() - the channel of a net
 * @net: the net
 *
 * For poll(), an event loop, a lent thread or statistics.
 *
 * Return: the channel, which the net still owns.
 */
struct ionc_channel *ionc_net_channel(const struct ionc_net *net);

/**
 * ionc_net_index() - the index of the interface
 * @net: the net
 *
 * Return: the index that it had when it was opened, for rtnetlink and ioctls.
 */
unsigned int ionc_net_index(const struct ionc_net *net);

/**
 * ionc_net_name() - ask for the name of the interface
 * @net: the net
 * @name: room for IONC_NET_NAME bytes
 *
 * Return: 0; -ENXIO if the interface is deleted, or in another network namespace than
 * the calling thread.
 */
int ionc_net_name(const struct ionc_net *net, char *name);

/* ---- receive ----------------------------------------------------------- */

/**
 * ionc_net_receive() - take frames of the kernel
 * @net: the net
 * @frames: room for @count frames
 * @count: the largest number to take
 *
 * Each frame stays in its buffer until ionc_net_free() or ionc_net_send().
 *
 * Return: how many there are, which may be 0.
 */
__u32 ionc_net_receive(struct ionc_net *net, struct ionc_frame *frames,
		       __u32 count);

/**
 * ionc_net_free() - give back the buffers of frames that are not sent
 * @net: the net
 * @frames: frames from ionc_net_receive() or ionc_net_alloc()
 * @count: how many
 *
 * A buffer that was received goes back to the kernel, empty. Only @id is used.
 *
 * Return: how many were given back; fewer than @count if the program does not have the
 * buffer of the next frame; -EINVAL if that is the first one.
 */
int ionc_net_free(struct ionc_net *net, const struct ionc_frame *frames,
		  __u32 count);

/* ---- send -------------------------------------------------------------- */

/**
 * ionc_net_alloc() - get buffers for frames to send
 * @net: the net
 * @frames: filled in: @len is the room at @data. The header is zero.
 * @count: the largest number to get
 *
 * A buffer of a frame that was sent is free again once the kernel gave it back. If too
 * few are free, this takes those that came back before the next frame of the kernel, and
 * ionc_net_receive() takes the others. @data is where the kernel copies it fastest.
 *
 * Return: how many there are; fewer than @count if no more are free.
 */
__u32 ionc_net_alloc(struct ionc_net *net, struct ionc_frame *frames,
		     __u32 count);

/**
 * ionc_net_send() - hand frames to the kernel
 * @net: the net
 * @frames: frames from ionc_net_alloc() or ionc_net_receive(), with @len and @data set
 * @count: how many
 *
 * Call ionc_net_flush() or ionc_net_wait() after the last frame of a batch. @data may be
 * moved within the buffer; with ION_NET_VNET_HDR 12 bytes before it are for the header.
 * @header may lie anywhere, and NULL is a header of zeros. To answer or forward a frame
 * that was received, send it: another buffer takes its place in the kernel.
 *
 * Return: how many were sent; fewer than @count if the program does not have the buffer
 * of the next frame, or if that is empty or outside its buffer; -EINVAL if that is the
 * first one.
 */
int ionc_net_send(struct ionc_net *net, const struct ionc_frame *frames,
		  __u32 count);

/**
 * ionc_net_flush() - let the kernel see what was sent and freed
 * @net: the net
 *
 * Kicks if the kernel end needs it. Programs that wait by ionc_net_wait() need no flush
 * before it.
 *
 * Return: 0; -EPIPE if a kick was needed, and the interface was deleted; -EPROTO if a ring
 * is poisoned. ionc_net_wait() and poll() always tell of an interface that was deleted.
 */
int ionc_net_flush(struct ionc_net *net);

/**
 * ionc_net_wait() - flush, and wait for a frame, or for a buffer that comes back
 * @net: the net
 * @timeout_ns: how long to wait at most; 0: check once; IONC_FOREVER
 *
 * Return: 0; -EPIPE if the interface was deleted and all its frames were received; else
 * as ionc_wait().
 */
int ionc_net_wait(struct ionc_net *net, __u64 timeout_ns);

#ifdef __cplusplus
}
#endif

#endif /* _IONCHANNEL_NET_H */
