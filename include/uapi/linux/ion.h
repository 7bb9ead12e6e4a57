/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/ion: lock-free packet channels in memory shared with the kernel.
 *
 * Every structure here is of fixed width, free of pointers and laid out alike
 * for 32-bit and 64-bit programs; the numbers in it are little-endian.
 */
#ifndef _UAPI_LINUX_ION_H
#define _UAPI_LINUX_ION_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: packets and rings
 *
 * The layout of packets, of commands and of the compact ring is fixed
 * forever. A compact ring begins with &struct ion_ring_header; its slots follow
 * at byte 16.
 *
 * ``head`` is the slot that the producer fills next, ``tail`` the slot that
 * the consumer empties next. Both are kept in the range 0..mask. The ring is
 * empty when ``head == tail`` and full when ``((head + 1) & mask) == tail``:
 * a ring of 256 slots holds 255 packets.
 *
 * To push, load ``tail`` with acquire ordering, fill the slot, and store
 * ``head`` with release ordering. To pop, load ``head`` with acquire ordering,
 * copy the slot, and store ``tail`` with release ordering.
 */

/**
 * struct ion_packet - one slot of tx or rx
 * @data: where the payload begins, in bytes from the start of the arena
 * @phys: physical address of the payload, or 0. Never read by the kernel.
 * @len: bytes of payload; 0 hands over an empty buffer
 * @id: number of the buffer
 * @pad: carried unchanged
 *
 * The fields have these meanings on a channel with an arena, where the kernel
 * checks them. Without an arena the two ends agree on their meaning, and the
 * built-in services carry every bit.
 */
struct ion_packet {
	__aligned_u64 data;
	__aligned_u64 phys;
	__u16 len;
	__u16 id;
	__u32 pad;
};

/**
 * struct ion_cmd_packet - one slot of cmd or evt
 * @kind: the request, or the kind of answer
 * @pad: carried unchanged
 * @arg: argument of @kind
 * @id_lo: low half of the 128-bit id, the provenance of the command
 * @id_hi: high half of the id
 *
 * An answer on evt bears the id of the command that it answers.
 */
struct ion_cmd_packet {
	__u32 kind;
	__u32 pad;
	__aligned_u64 arg;
	__aligned_u64 id_lo;
	__aligned_u64 id_hi;
} __attribute__((aligned(16)));

/**
 * struct ion_ring_header - the first 16 bytes of a compact ring
 * @head: slot that the producer fills next, written by the producer
 * @tail: slot that the consumer empties next, written by the consumer
 * @mask: number of slots less one; the kernel writes it and never reads it
 * @producer_wake: 0 while the producer is awake; n: wake it once n slots are free.
 *	Written by the producer.
 * @consumer_wake: 0 while the consumer is awake; n: wake it once n slots are
 *	filled. Written by the consumer.
 *
 * A number above the capacity of the ring stands for the capacity. poll() reports a
 * ring ready at the same number, and at 1 while the flag is 0. A program that leaves
 * its wake flags at 0 is still served: it polls or kicks. The flag of the kernel end
 * is 0 or 1, and says whether a kick is needed. To rely on it, publish, issue a full
 * barrier, and then read the flag.
 */
struct ion_ring_header {
	__u32 head;
	__u32 tail;
	__u32 mask;
	__u16 producer_wake;
	__u16 consumer_wake;
};

#define ION_SLOTS_MIN		2
#define ION_SLOTS_MAX		65536
#define ION_SLOTS_DEFAULT	256

/**
 * struct ion_packet_ring - tx or rx of a channel with the default rings
 * @header: indices and wake flags
 * @slots: the packets
 */
struct ion_packet_ring {
	struct ion_ring_header header;
	struct ion_packet slots[ION_SLOTS_DEFAULT];
};

/**
 * struct ion_cmd_ring - cmd or evt of a channel with the default rings
 * @header: indices and wake flags
 * @slots: the commands
 */
struct ion_cmd_ring {
	struct ion_ring_header header;
	struct ion_cmd_packet slots[ION_SLOTS_DEFAULT];
};

/**
 * enum ion_ring_id - the rings of a channel
 * @ION_RING_TX: packets, from the user end to the kernel end
 * @ION_RING_RX: packets, from the kernel end to the user end
 * @ION_RING_CMD: commands, from the user end to the kernel end
 * @ION_RING_EVT: answers, from the kernel end to the user end
 * @ION_RINGS: number of rings
 */
enum ion_ring_id {
	ION_RING_TX,
	ION_RING_RX,
	ION_RING_CMD,
	ION_RING_EVT,
	ION_RINGS,
};

/*
 * Elements of the ring and area arrays in the structs of calls. nr_rings and nr_areas
 * say how many are used; the rest are 0.
 */
#define ION_RINGS_MAX		8
#define ION_AREAS_MAX		16

/**
 * DOC: mapping
 *
 * These are the offsets at which mmap() finds the areas of a channel. A mapping
 * starts at one of them, covers the whole area rounded up to pages, and is
 * ``MAP_SHARED``. The first mapping of a channel that was not set up gives it
 * the default rings: compact, 256 slots each, service ``echo``.
 */
#define ION_MMAP_TX		0x00000000ULL
#define ION_MMAP_RX		0x10000000ULL
#define ION_MMAP_CMD		0x20000000ULL
#define ION_MMAP_EVT		0x30000000ULL
#define ION_MMAP_USER		0x40000000ULL
#define ION_MMAP_KERNEL		0x50000000ULL
#define ION_MMAP_ARENA		0x60000000ULL
#define ION_MMAP_PEER_ARENA	0x2000000000ULL

/**
 * enum ion_layout - where the words of a ring lie
 * @ION_LAYOUT_COMPACT: one area for each ring, header and slots together, all
 *	of it writable: &struct ion_ring_header, slots from byte 16
 * @ION_LAYOUT_SPLIT: an area with the words that the user end writes, one with
 *	the words that the kernel end writes, and one for the slots of each
 *	ring. The kernel's words and the slots of rx and evt are read-only to
 *	the program. &struct ion_info gives the offset of each word. For the
 *	service ``direct`` the peer's program replaces the kernel.
 */
enum ion_layout {
	ION_LAYOUT_COMPACT,
	ION_LAYOUT_SPLIT,
};

/**
 * DOC: arena
 *
 * A channel may have an arena: buffers of one size, in one area. Buffer ``i``
 * begins at byte ``i * buffer_size`` of it. A buffer belongs to the user end or
 * to the service; at first all belong to the user end. A push hands the buffer of
 * the packet over to the other end. The kernel discards a packet on tx whose buffer
 * does not exist, was handed over before, or does not contain all of ``data`` and
 * ``len``; see &struct ion_ring_stats.
 *
 * On a channel of the service ``direct`` the arena is the program's own, and that of
 * its peer is mapped read-only at ION_MMAP_PEER_ARENA: a packet on tx names a buffer
 * of the program's arena, a packet on rx one of the peer's. The kernel checks no packet.
 */
#define ION_BUFFERS_MAX		65536
#define ION_BUFFER_SIZE_MIN	256
#define ION_BUFFER_SIZE_MAX	1048576

#define ION_ABI_VERSION		1

/* Bits of ion_query.features. */
#define ION_FEATURE_COMPACT	(1ULL << 0)	/* ION_LAYOUT_COMPACT */
#define ION_FEATURE_SPLIT	(1ULL << 1)	/* ION_LAYOUT_SPLIT */
#define ION_FEATURE_WAIT	(1ULL << 2)	/* read, write, ION_IOC_WAIT, _EVENTFD */
#define ION_FEATURE_SERVE	(1ULL << 3)	/* ION_IOC_SERVE */
#define ION_FEATURE_ARENA	(1ULL << 4)	/* ION_MMAP_ARENA, ION_IOC_BUFFERS */
#define ION_FEATURE_JOIN	(1ULL << 5)	/* ION_IOC_JOIN, ION_IOC_VERIFY */
#define ION_FEATURE_LIST	(1ULL << 6)	/* ION_IOC_LIST */
#define ION_FEATURE_SELFTEST	(1ULL << 7)	/* ION_IOC_SELFTEST */
#define ION_FEATURE_DIRECT	(1ULL << 8)	/* service direct */
#define ION_FEATURE_PORTS	(1ULL << 9)	/* ION_SETUP_LISTEN, ION_IOC_ACCEPT, _PAIR, _PEER */

/**
 * DOC: calls
 *
 * Structures that may grow begin with their size, which the caller sets to
 * the sizeof that it was compiled with. A larger size is accepted if the
 * bytes that this kernel does not know are 0 (else ``E2BIG``); a size below
 * the first published one is ``EINVAL``. Reserved fields and unknown flags
 * must be 0, and so must the argument of a call that takes no struct: pass it,
 * ``ioctl(fd, ION_IOC_KICK, 0)``, because an argument that is left out has whatever
 * value its register holds. The ioctl numbers do not encode the size and do not
 * change.
 */

/**
 * struct ion_query - features and limits of this driver (ION_IOC_QUERY)
 * @size: sizeof(struct ion_query), set by the caller
 * @abi_version: ION_ABI_VERSION of the driver
 * @features: ION_FEATURE_* bits
 * @slots_min: smallest number of slots of a ring
 * @slots_max: largest number of slots of a ring
 * @batch_max: largest number of packets of one ION_IOC_PUSH, _POP or _PEEK
 * @max_channels: limit on the channels that are set up in the system
 * @max_bytes: limit on the memory of all channels together, in bytes
 * @channels: number of channels that are set up now
 * @reserved: 0
 * @bytes: memory that all channels have now, in bytes
 * @max_user_channels: limit on the channels that one user may set up without
 *	CAP_SYS_ADMIN
 * @user_channels: number of channels that are set up now by the user who opened
 *	this one
 * @totals: address of a &struct ion_totals that is written too; 0 for none
 * @reserved2: 0
 */
struct ion_query {
	__u32 size;
	__u32 abi_version;
	__aligned_u64 features;
	__u32 slots_min;
	__u32 slots_max;
	__u32 batch_max;
	__u32 max_channels;
	__aligned_u64 max_bytes;
	__u32 channels;
	__u32 reserved;
	__aligned_u64 bytes;
	__u32 max_user_channels;
	__u32 user_channels;
	__aligned_u64 totals;
	__aligned_u64 reserved2[7];
};

/**
 * struct ion_ring_totals - counters of one ring, summed over all channels
 * @pushed: packets or commands that were pushed
 * @popped: packets or commands that were popped
 * @discarded: packets or commands that were refused, that a reset discarded, or
 *	that were left in a ring when its channel was destroyed
 * @queued: packets or commands that are in a ring now
 * @full: how often the kernel end found no room
 * @bad_id: packets that were refused because no buffer has that id
 * @bad_range: packets that were refused because data and len leave their buffer
 * @bad_owner: packets that were refused because the buffer was not the sender's
 * @reserved: 0
 *
 * @pushed = @popped + @queued + @discarded.
 */
struct ion_ring_totals {
	__aligned_u64 pushed;
	__aligned_u64 popped;
	__aligned_u64 discarded;
	__aligned_u64 queued;
	__aligned_u64 full;
	__aligned_u64 bad_id;
	__aligned_u64 bad_range;
	__aligned_u64 bad_owner;
	__aligned_u64 reserved[4];
};

/**
 * struct ion_totals - counters of all channels since the module was loaded
 * @size: sizeof(struct ion_totals), set by the caller
 * @nr_rings: how many of @ring are used
 * @opened: how many channels were opened
 * @calls: system calls on their descriptors
 * @kicks: how often a kernel end was asked to run
 * @kicks_spurious: how many of those found nothing to do
 * @sleeps: how often a kernel end went to sleep
 * @wakeups: how often a kernel end woke a sleeping user end
 * @signals: how often a kernel end signalled an eventfd
 * @resets: how often the rings of a channel were emptied
 * @held_total: how many payloads a service had to hold; see &struct ion_stats
 * @reserved: 0
 * @ring: the rings, by &enum ion_ring_id
 *
 * The counters include the channels of all users, also those that were destroyed.
 * Only ``queued`` ever decreases.
 */
struct ion_totals {
	__u32 size;
	__u32 nr_rings;
	__aligned_u64 opened;
	__aligned_u64 calls;
	__aligned_u64 kicks;
	__aligned_u64 kicks_spurious;
	__aligned_u64 sleeps;
	__aligned_u64 wakeups;
	__aligned_u64 signals;
	__aligned_u64 resets;
	__aligned_u64 held_total;
	__aligned_u64 reserved[6];
	struct ion_ring_totals ring[ION_RINGS_MAX];
};

/**
 * struct ion_area - one area to map
 * @offset: offset for mmap()
 * @length: length for mmap() in bytes, whole pages
 * @prot: rights that the mapping may have at most: PROT_READ or
 *	PROT_READ|PROT_WRITE
 * @reserved: 0
 */
struct ion_area {
	__aligned_u64 offset;
	__aligned_u64 length;
	__u32 prot;
	__u32 reserved;
};

/**
 * struct ion_ring_info - where the words of one ring are
 * @head: offset of the 32-bit head
 * @tail: offset of the 32-bit tail
 * @mask: offset of the 32-bit mask
 * @producer_wake: offset of the producer's 16-bit wake flag
 * @consumer_wake: offset of the consumer's 16-bit wake flag
 * @slots: offset of the first slot
 * @nr_slots: slots of the ring, which holds one packet less
 * @slot_size: bytes from one slot to the next
 * @producer_wake_kernel: offset of the second half of the producer's wake flag, which
 *	the kernel writes for a program that sleeps in a system call
 * @consumer_wake_kernel: likewise for the consumer
 * @reserved: 0
 *
 * A ring that the kernel has one end of has no second halves: these offsets are those
 * of the flags then. Who wakes the other end checks both.
 *
 * Offsets are in the space of mmap() offsets: subtract the offset of the area
 * that holds the word to get its place in the mapping.
 */
struct ion_ring_info {
	__aligned_u64 head;
	__aligned_u64 tail;
	__aligned_u64 mask;
	__aligned_u64 producer_wake;
	__aligned_u64 consumer_wake;
	__aligned_u64 slots;
	__u32 nr_slots;
	__u32 slot_size;
	__aligned_u64 producer_wake_kernel;
	__aligned_u64 consumer_wake_kernel;
	__aligned_u64 reserved;
};

#define ION_SERVICE_NAME_LEN	32

/**
 * struct ion_info - the geometry of a configured channel (ION_IOC_INFO)
 * @size: sizeof(struct ion_info), set by the caller
 * @layout: &enum ion_layout
 * @channel: number of the channel, never reused while the module is loaded
 * @bytes: memory charged for it, to the process that set it up; 0 for the channel of
 *	``direct`` that came second, as the first one is charged for both
 * @service: name of the service at the kernel end
 * @nr_areas: how many of @area are used
 * @nr_rings: how many of @ring are used
 * @buffers: buffers of the arena, 0 if there is none
 * @buffer_size: bytes of each of them
 * @reserved: 0
 * @ring: the rings, by &enum ion_ring_id
 * @area: the areas to map
 */
struct ion_info {
	__u32 size;
	__u32 layout;
	__aligned_u64 channel;
	__aligned_u64 bytes;
	char service[ION_SERVICE_NAME_LEN];
	__u32 nr_areas;
	__u32 nr_rings;
	__u32 buffers;
	__u32 buffer_size;
	__aligned_u64 reserved[7];
	struct ion_ring_info ring[ION_RINGS_MAX];
	struct ion_area area[ION_AREAS_MAX];
};

/* Bits of ion_setup.flags. */
#define ION_SETUP_DRY_RUN	(1U << 0)	/* fill in info, change nothing */
#define ION_SETUP_STAMP		(1U << 1)	/* service pair: stamp commands */
#define ION_SETUP_PHYS		(1U << 2)	/* write ion_packet.phys on rx */
#define ION_SETUP_LISTEN	(1U << 3)	/* listen on the port named by key */
#define ION_SETUP_CONNECT	(1U << 4)	/* connect to the port named by key */

/* Clients that may wait at a port: ion_setup.arg[1] of ION_SETUP_LISTEN. */
#define ION_BACKLOG_DEFAULT	16
#define ION_BACKLOG_MAX		4096

#define ION_KEY_LEN		32

/**
 * struct ion_setup - configure a channel, once (ION_IOC_SETUP)
 * @size: sizeof(struct ion_setup)
 * @flags: ION_SETUP_* bits
 * @layout: &enum ion_layout
 * @reserved: 0
 * @slots: slots of each ring, a power of two from ION_SLOTS_MIN to
 *	ION_SLOTS_MAX, by &enum ion_ring_id; 0 is ION_SLOTS_DEFAULT, and the
 *	only valid value for a ring that the channel does not have
 * @service: name of the service, padded with zeros; empty is ``echo``
 * @buffers: buffers of the arena, up to ION_BUFFERS_MAX; 0: no arena
 * @buffer_size: bytes of each of them, a power of two from ION_BUFFER_SIZE_MIN
 *	to ION_BUFFER_SIZE_MAX; 0 without an arena
 * @arg: arguments for the service. For ``source``, ``arg[0]`` is the rate in packets
 *	per second, up to 1 million, 0 for as many as there is room for; 0 otherwise.
 *	All rates of a user together are bounded (EDQUOT), and those of all users
 *	(EUSERS).
 * @key: a name for the service, padded with zeros. For ``pair`` it is the name that
 *	two channels join by, or empty; for ``direct`` likewise; otherwise it is empty.
 *	With ION_SETUP_LISTEN or ION_SETUP_CONNECT it is the name of a port.
 * @reserved2: 0
 * @info: written by the kernel: the geometry of the channel. ``info.size``
 *	need not be set.
 *
 * With ION_SETUP_DRY_RUN the channel stays as it was. The kernel checks neither the
 * limits on memory nor the fields for the service, and the channel may be set up
 * already.
 *
 * With ION_SETUP_STAMP the kernel writes the ids of the commands that cross a pair,
 * in both directions; see &struct ion_verify. It is enough if one of the two
 * channels has the flag.
 *
 * A channel of the service ``direct`` shares memory with the channel that the same user
 * set up with the same key. Its layout is split, and its tx has as many slots as the rx
 * of the other, and so on. The first of the two is charged for the memory of both.
 *
 * ION_SETUP_LISTEN makes the channel listen on a port, for connections of the service
 * ``direct`` or ``pair``. It gets no rings, and @info is not written. ``arg[0]`` is the mode
 * of the port, permission bits as of a unix socket: who may write may connect; ``arg[1]``
 * is how many clients may wait, 0 for ION_BACKLOG_DEFAULT. @slots, as the accepted
 * channel will have them, @buffers and @buffer_size are the most that a client may ask
 * for; 0: any number. The layout is 0. A name belongs to the network namespace of the
 * caller.
 *
 * ION_SETUP_CONNECT sets the channel up as a client of a port, whose service it names. It
 * may be used at once, before it is accepted. The client is charged for the memory.
 *
 * ION_SETUP_PHYS needs an arena, and CAP_SYS_RAWIO of the opener of the channel.
 */
struct ion_setup {
	__u32 size;
	__u32 flags;
	__u32 layout;
	__u32 reserved;
	__u32 slots[ION_RINGS_MAX];
	char service[ION_SERVICE_NAME_LEN];
	__u32 buffers;
	__u32 buffer_size;
	__aligned_u64 arg[2];
	char key[ION_KEY_LEN];
	__aligned_u64 reserved2[15];
	struct ion_info info;
};

/* The largest number of packets or commands of one ION_IOC_PUSH, _POP or _PEEK. */
#define ION_BATCH_MAX		1024

/**
 * struct ion_batch - a batch of packets or commands (ION_IOC_PUSH, _POP, _PEEK)
 * @size: sizeof(struct ion_batch)
 * @ring: &enum ion_ring_id; tx or cmd to push, rx or evt to pop, any to peek
 * @count: how many, 1..ION_BATCH_MAX
 * @skip: ION_IOC_PEEK: how many of the oldest to pass over; otherwise 0
 * @addr: address of an array of &struct ion_packet or &struct ion_cmd_packet
 */
struct ion_batch {
	__u32 size;
	__u32 ring;
	__u32 count;
	__u32 skip;
	__aligned_u64 addr;
};

/**
 * enum ion_poison - the reason why the kernel stopped trusting a ring
 * @ION_POISON_NONE: the ring is not poisoned
 * @ION_POISON_RANGE: the index of the user end was outside 0..mask
 * @ION_POISON_ORDER: the index moved back, or past the index of the kernel end
 */
enum ion_poison {
	ION_POISON_NONE,
	ION_POISON_RANGE,
	ION_POISON_ORDER,
};

/**
 * struct ion_ring_stats - counters and state of one ring
 * @pushed: packets that the producer published
 * @popped: packets that the consumer released
 * @discarded: packets that ION_IOC_RESET discarded, or that @bad_id, @bad_range and
 *	@bad_owner count
 * @full: how often the kernel end had something to push and found no room
 * @queued: packets in the ring now
 * @capacity: packets that the ring holds at most
 * @poison: &enum ion_poison
 * @poison_seen: the index that poisoned the ring
 * @poison_first: first index that would have been right
 * @poison_last: last index that would have been right; the right indices run
 *	from @poison_first upwards and continue from 0 after the last slot
 * @head: head as the kernel knows it
 * @tail: tail as the kernel knows it
 * @bad_id: packets on tx whose buffer does not exist
 * @bad_range: packets on tx whose data and len leave their buffer
 * @bad_owner: packets on tx whose buffer was handed over before
 * @waited: how many packets, or on tx and cmd how much room, calls of the program
 *	sleep for: ION_IOC_WAIT, read() and write(). The least, if there are several;
 *	0: none sleeps for this ring.
 * @program_wake: the wake flag that the program set
 * @kernel_wake: the wake flag that the kernel end set; 0 on a direct channel
 * @reserved: 0
 *
 * pushed = popped + queued + discarded, at every snapshot.
 */
struct ion_ring_stats {
	__aligned_u64 pushed;
	__aligned_u64 popped;
	__aligned_u64 discarded;
	__aligned_u64 full;
	__u32 queued;
	__u32 capacity;
	__u32 poison;
	__u32 poison_seen;
	__u32 poison_first;
	__u32 poison_last;
	__u32 head;
	__u32 tail;
	__aligned_u64 bad_id;
	__aligned_u64 bad_range;
	__aligned_u64 bad_owner;
	__u32 waited;
	__u16 program_wake;
	__u16 kernel_wake;
	__aligned_u64 reserved[4];
};

/**
 * enum ion_kernel_end - the state of a channel's kernel end
 * @ION_KERNEL_END_SLEEPING: it does nothing until it is kicked
 * @ION_KERNEL_END_LENT: a lent thread is awake in it; no kick is needed
 * @ION_KERNEL_END_LENT_SLEEPING: a lent thread sleeps in it, until it is kicked
 * @ION_KERNEL_END_GONE: the service hung up: nothing follows what is on rx and evt
 */
enum ion_kernel_end {
	ION_KERNEL_END_SLEEPING,
	ION_KERNEL_END_LENT,
	ION_KERNEL_END_LENT_SLEEPING,
	ION_KERNEL_END_GONE,
};

/**
 * enum ion_hears - how a program wants to hear that something happened
 * @ION_HEARS_POLL: a thread is in poll() or the like, or an epoll watches the channel
 * @ION_HEARS_EVENTFD: an eventfd is set
 * @ION_HEARS_SIGIO: SIGIO is asked for
 */
enum ion_hears {
	ION_HEARS_POLL = 1U << 0,
	ION_HEARS_EVENTFD = 1U << 1,
	ION_HEARS_SIGIO = 1U << 2,
};

/**
 * struct ion_stats - every counter of a channel (ION_IOC_STATS)
 * @size: sizeof(struct ion_stats), set by the caller
 * @kernel_end: &enum ion_kernel_end
 * @channel: number of the channel
 * @calls: system calls on the descriptor, this one included
 * @kicks: how often the kernel end was asked to run: ION_IOC_KICK, _WAIT,
 *	poll(), read() and write()
 * @kicks_spurious: how many of those kicks found nothing to do, or a lent thread
 *	that was awake
 * @sleeps: how often the kernel end went to sleep and asked for a kick
 * @wakeups: how often the kernel end woke a sleeping user end
 * @signals: how often it signalled the eventfd
 * @resets: how often ION_IOC_RESET emptied the rings
 * @nr_rings: how many of @ring are used
 * @reserved: 0
 * @held: payloads that the service has taken from tx and holds now, because the
 *	other end has no empty buffer for them, or no room on rx: service ``pair``
 * @held_total: how many payloads it had to hold so far, including @held
 * @sleepers: how many calls of the program sleep for packets or room: see
 *	&ion_ring_stats.waited. At most ION_SLEEPERS_MAX are counted.
 * @hears: &enum ion_hears, all that apply
 * @reserved2: 0
 * @ring: the rings, by &enum ion_ring_id
 *
 * The counters of each ring are a snapshot. They are one snapshot of all rings if no
 * other thread runs the kernel end at the time of the call. The call never waits for
 * such a thread.
 */
struct ion_stats {
	__u32 size;
	__u32 kernel_end;
	__aligned_u64 channel;
	__aligned_u64 calls;
	__aligned_u64 kicks;
	__aligned_u64 kicks_spurious;
	__aligned_u64 sleeps;
	__aligned_u64 wakeups;
	__aligned_u64 signals;
	__aligned_u64 resets;
	__u32 nr_rings;
	__u32 reserved;
	__aligned_u64 held;
	__aligned_u64 held_total;
	__u32 sleepers;
	__u32 hears;
	__aligned_u64 reserved2[11];
	struct ion_ring_stats ring[ION_RINGS_MAX];
};

/* The largest number of &ion_stats.sleepers. */
#define ION_SLEEPERS_MAX	64

/* No timeout: ion_wait.timeout_ns. */
#define ION_WAIT_FOREVER	(~0ULL)

/**
 * struct ion_wait - kick, then wait (ION_IOC_WAIT)
 * @size: sizeof(struct ion_wait)
 * @flags: 0
 * @rx: wait until this many packets are on rx; 0: do not wait for rx
 * @evt: wait until this many answers are on evt; 0: do not wait for evt
 * @timeout_ns: how long to wait at most, in nanoseconds from now; 0 checks once and
 *	does not sleep; ION_WAIT_FOREVER. When the call ends, the kernel writes
 *	the time that is left, so that a call that a signal interrupted may be made
 *	again with the struct unchanged.
 * @rx_queued: written by the kernel: packets on rx
 * @evt_queued: written by the kernel: answers on evt
 * @min_wait_ns: after this many nanoseconds one packet, or one answer, is enough,
 *	of the ring or rings that are waited for; 0: there is no such time. The
 *	kernel writes the time that is left, 1 when it is over.
 *
 * The call ends as soon as one of the two counts is reached, and the caller is not
 * woken before. At least one of them must not be 0, and neither may be more than the
 * ring holds.
 */
struct ion_wait {
	__u32 size;
	__u32 flags;
	__u32 rx;
	__u32 evt;
	__aligned_u64 timeout_ns;
	__u32 rx_queued;
	__u32 evt_queued;
	__aligned_u64 min_wait_ns;
};

/* ion_serve.idle_ns: sleep as soon as there is nothing to do, or never sleep. */
#define ION_SERVE_NO_SPIN	0ULL
#define ION_SERVE_SPIN		(~0ULL)

/**
 * struct ion_serve - lend this thread to the kernel end (ION_IOC_SERVE)
 * @size: sizeof(struct ion_serve)
 * @flags: 0
 * @idle_ns: how long to check for work without a pause before the kernel end
 *	goes to sleep, in nanoseconds; ION_SERVE_NO_SPIN: it sleeps at once;
 *	ION_SERVE_SPIN: it never sleeps
 * @max_ns: return after this many nanoseconds; 0: no limit. If something interrupts
 *	the call (a signal, a limit of the system, a profiler) and no handler ran,
 *	the kernel writes the time that is left, unless this is 0, and makes the call
 *	again.
 */
struct ion_serve {
	__u32 size;
	__u32 flags;
	__aligned_u64 idle_ns;
	__aligned_u64 max_ns;
};

/**
 * struct ion_eventfd - set the eventfd of a channel (ION_IOC_EVENTFD)
 * @size: sizeof(struct ion_eventfd)
 * @flags: 0
 * @fd: the eventfd; -1 removes it
 * @reserved: 0
 *
 * The kernel signals it when the kernel end moved a ring on, the wake flag of that
 * ring's user end is set, and there are as many slots to use as the flag says. If the
 * wake flag of any ring is set, it also signals when a ring of the channel is found to
 * be poisoned and when the channel is reset. It signals at no other time.
 */
struct ion_eventfd {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

/**
 * struct ion_join - join two channels of the service ``pair`` (ION_IOC_JOIN)
 * @size: sizeof(struct ion_join)
 * @flags: 0
 * @fd: a descriptor of the other channel
 * @reserved: 0
 *
 * Packets and commands that one program pushes to tx and cmd, the other one pops
 * from rx and evt. Both channels have an arena with buffers of the same size, or
 * neither has one. A channel that waits by a key is joined like any other, and its
 * key is free for another channel.
 */
struct ion_join {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

/* Bits of ion_accept.flags. */
#define ION_ACCEPT_NONBLOCK	(1U << 0)	/* O_NONBLOCK on the new descriptor */

/**
 * struct ion_accept - the other side of a channel (ION_IOC_ACCEPT, ION_IOC_PAIR)
 * @size: sizeof(struct ion_accept)
 * @flags: ION_ACCEPT_* bits
 * @fd: written by the kernel: the new descriptor, closed by execve()
 * @pid: written by the kernel: the process that set the client's channel up, as the
 *	caller sees it, 0 if the caller does not see it
 * @uid: written by the kernel: effective user of that process at the set-up
 * @gid: written by the kernel: effective group of it
 * @channel: written by the kernel: number of the client's channel
 * @reserved: 0
 *
 * ION_IOC_ACCEPT, on a channel that listens, takes the oldest client that waits, and
 * sleeps until there is one unless the descriptor has O_NONBLOCK. ION_IOC_PAIR, on a
 * channel of ``direct`` or ``pair`` that has no peer, makes the channel at its other side:
 * as with socketpair(), one program gets both, and can hand either to another. What
 * works on a descriptor of /dev/ion works on the new one.
 */
struct ion_accept {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__s32 pid;
	__u32 uid;
	__u32 gid;
	__aligned_u64 channel;
	__aligned_u64 reserved[2];
};

/**
 * enum ion_peer_state - the state of the channel at the other side
 * @ION_PEER_NONE: there is none yet
 * @ION_PEER_THERE: there is one
 * @ION_PEER_GONE: it has gone
 */
enum ion_peer_state {
	ION_PEER_NONE,
	ION_PEER_THERE,
	ION_PEER_GONE,
};

/**
 * struct ion_peer - who is at the other side (ION_IOC_PEER)
 * @size: sizeof(struct ion_peer)
 * @flags: 0
 * @state: written by the kernel: &enum ion_peer_state
 * @pid: written by the kernel: the process that set the other channel up, as the caller
 *	sees it, 0 if the caller does not see it, or if there was never a peer
 * @uid: written by the kernel: effective user of that process at the set-up
 * @gid: written by the kernel: effective group of it
 * @channel: written by the kernel: number of the other channel; 0: there was none
 * @reserved: 0
 */
struct ion_peer {
	__u32 size;
	__u32 flags;
	__u32 state;
	__s32 pid;
	__u32 uid;
	__u32 gid;
	__aligned_u64 channel;
	__aligned_u64 reserved[2];
};

/**
 * struct ion_verify - verify who sent a command (ION_IOC_VERIFY)
 * @size: sizeof(struct ion_verify)
 * @genuine: written by the kernel: 1 if the channel that this one is joined to
 *	sent @cmd as it stands and the kernel stamped it, otherwise 0
 * @pid: written by the kernel: process that opened that channel, as the caller
 *	sees it, 0 if the caller does not see it. @pid, @uid and @gid are 0 if
 *	@genuine is 0.
 * @uid: written by the kernel: effective user of that process at the open
 * @gid: written by the kernel: effective group of it
 * @flags: 0
 * @reserved: 0
 * @cmd: the command, as it came on evt
 *
 * A stamp consists of @cmd.id_lo, the number of the command among those that the
 * sender sent, from 0, and @cmd.id_hi, a keyed hash of the sending channel, that
 * number, kind, pad and arg.
 */
struct ion_verify {
	__u32 size;
	__u32 genuine;
	__s32 pid;
	__u32 uid;
	__u32 gid;
	__u32 flags;
	__aligned_u64 reserved;
	struct ion_cmd_packet cmd;
};

/**
 * struct ion_buffers - the owners of an arena's buffers (ION_IOC_BUFFERS)
 * @size: sizeof(struct ion_buffers)
 * @flags: 0
 * @buffers: written by the kernel: buffers of the arena
 * @owned: written by the kernel: how many belong to the user end. This includes a
 *	buffer on tx until the service takes the packet, and one on rx at once.
 * @addr: address of an array of u64, one bit for each buffer, the lowest first, with
 *	room for @buffers bits: the bits of buffers that belong to the user end
 *	are set. 0: write no bits.
 */
struct ion_buffers {
	__u32 size;
	__u32 flags;
	__u32 buffers;
	__u32 owned;
	__aligned_u64 addr;
};

/* The largest number of channels of one ION_IOC_LIST. */
#define ION_LIST_MAX		64

#define ION_COMM_LEN		16

/**
 * enum ion_channel_state - the state of a channel
 * @ION_CHANNEL_OPEN: it was opened, and not set up yet
 * @ION_CHANNEL_READY: it was set up
 * @ION_CHANNEL_CLOSED: the program closed it, and a service still keeps it
 * @ION_CHANNEL_LISTENING: it listens on a port
 */
enum ion_channel_state {
	ION_CHANNEL_OPEN,
	ION_CHANNEL_READY,
	ION_CHANNEL_CLOSED,
	ION_CHANNEL_LISTENING,
};

/**
 * struct ion_list_entry - one channel of the system
 * @channel: number of the channel
 * @pid: the process that opened it, by its number in the pid namespace of the
 *	caller; 0 if it has none there
 * @uid: the effective user that opened it, by its number in the user namespace
 *	of the caller
 * @comm: name of that process as it is now, padded with zeros; empty if it has
 *	ended, or @pid is 0
 * @state: &enum ion_channel_state
 * @layout: &enum ion_layout; 0 from here on if the channel was not set up
 * @service: name of the service at the kernel end
 * @bytes: memory charged for it
 * @buffers: buffers of the arena, 0 if there is none
 * @buffer_size: bytes of each of them
 * @buffers_owned: how many of them belong to the user end
 * @clients: how many clients wait at its port to be accepted
 * @key: the key or the port that the program named, padded with zeros
 * @peer: number of the channel at the other side, 0 if there was none
 * @reserved2: 0
 * @stats: counters, as in ION_IOC_STATS
 */
struct ion_list_entry {
	__aligned_u64 channel;
	__u32 pid;
	__u32 uid;
	char comm[ION_COMM_LEN];
	__u32 state;
	__u32 layout;
	char service[ION_SERVICE_NAME_LEN];
	__aligned_u64 bytes;
	__u32 buffers;
	__u32 buffer_size;
	__u32 buffers_owned;
	__u32 clients;
	char key[ION_KEY_LEN];
	__aligned_u64 peer;
	__aligned_u64 reserved2[15];
	struct ion_stats stats;
};

/**
 * struct ion_list - the channels of the system (ION_IOC_LIST)
 * @size: sizeof(struct ion_list)
 * @count: how many entries at most, 1..ION_LIST_MAX
 * @after: only channels of a higher number; 0 for the first call, then the
 *	number of the last entry of the call before
 * @addr: address of an array of &struct ion_list_entry
 * @entry_size: sizeof(struct ion_list_entry); the kernel writes 0 to bytes of a
 *	larger struct that it does not know
 * @flags: 0
 *
 * The list has the channels that the caller's effective user opened, or all channels
 * with CAP_SYS_ADMIN, by rising number. The channel that makes the call need not be
 * set up.
 */
struct ion_list {
	__u32 size;
	__u32 count;
	__aligned_u64 after;
	__aligned_u64 addr;
	__u32 entry_size;
	__u32 flags;
};

#define ION_SELFTEST_NAME_LEN	32
#define ION_SELFTEST_DETAIL_LEN	80

/**
 * struct ion_selftest_result - one test of ION_IOC_SELFTEST
 * @name: name of the test, padded with zeros, for example ``poison.tx.range``
 * @ns: how long it took, in nanoseconds
 * @error: 0 if it passed; -ECANCELED if it could not be run; otherwise another
 *	negative error
 * @reserved: 0
 * @detail: if it did not pass, what was seen and what was expected, padded with
 *	zeros
 */
struct ion_selftest_result {
	char name[ION_SELFTEST_NAME_LEN];
	__aligned_u64 ns;
	__s32 error;
	__u32 reserved;
	char detail[ION_SELFTEST_DETAIL_LEN];
};

/**
 * struct ion_selftest - have the driver test itself (ION_IOC_SELFTEST)
 * @size: sizeof(struct ion_selftest)
 * @count: number of results that there is room for; written by the kernel: number
 *	of tests
 * @failed: written by the kernel: how many of them did not pass
 * @flags: 0
 * @addr: address of an array of &struct ion_selftest_result
 *
 * Needs CAP_SYS_ADMIN. The tests use channels of their own: no other channel is
 * touched, and the channel that makes the call need not be set up.
 */
struct ion_selftest {
	__u32 size;
	__u32 count;
	__u32 failed;
	__u32 flags;
	__aligned_u64 addr;
};

#define ION_IOC_MAGIC		0xEF

#define ION_IOC_QUERY		_IO(ION_IOC_MAGIC, 0x00)
#define ION_IOC_SETUP		_IO(ION_IOC_MAGIC, 0x01)
#define ION_IOC_INFO		_IO(ION_IOC_MAGIC, 0x02)
#define ION_IOC_KICK		_IO(ION_IOC_MAGIC, 0x03)	/* argument 0 */
#define ION_IOC_PUSH		_IO(ION_IOC_MAGIC, 0x04)
#define ION_IOC_POP		_IO(ION_IOC_MAGIC, 0x05)
#define ION_IOC_STATS		_IO(ION_IOC_MAGIC, 0x06)
#define ION_IOC_PEEK		_IO(ION_IOC_MAGIC, 0x07)
#define ION_IOC_RESET		_IO(ION_IOC_MAGIC, 0x08)	/* argument 0 */
#define ION_IOC_WAIT		_IO(ION_IOC_MAGIC, 0x09)
#define ION_IOC_SERVE		_IO(ION_IOC_MAGIC, 0x0a)
#define ION_IOC_EVENTFD		_IO(ION_IOC_MAGIC, 0x0b)
#define ION_IOC_JOIN		_IO(ION_IOC_MAGIC, 0x0c)
#define ION_IOC_VERIFY		_IO(ION_IOC_MAGIC, 0x0d)
#define ION_IOC_BUFFERS		_IO(ION_IOC_MAGIC, 0x0e)
#define ION_IOC_SELFTEST	_IO(ION_IOC_MAGIC, 0x0f)
#define ION_IOC_LIST		_IO(ION_IOC_MAGIC, 0x10)
#define ION_IOC_ACCEPT		_IO(ION_IOC_MAGIC, 0x11)
#define ION_IOC_PAIR		_IO(ION_IOC_MAGIC, 0x12)
#define ION_IOC_PEER		_IO(ION_IOC_MAGIC, 0x13)

#endif /* _UAPI_LINUX_ION_H */
