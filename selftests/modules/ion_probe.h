/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/ion_probe: the calls that a test makes on the module ion_probe.
 *
 * ion_probe is a kernel module that uses <linux/ion.h> and nothing else of ion.
 * It registers the services "probe" and "probe-plain". A test sets up a channel
 * with one of them, attaches to it here by its number, and lets the module make
 * calls on it, in the context of its choice.
 */
#ifndef _ION_PROBE_H
#define _ION_PROBE_H

#include <linux/ioctl.h>
#include <linux/ion.h>

/* ion_setup.arg[0] of the service "probe". */
#define PROBE_ASYNC  (1U << 0) /* ion_channel_set_async() */
#define PROBE_REFUSE (1U << 1) /* bind() returns arg[1] */
#define PROBE_ECHO   (1U << 2) /* doorbell() returns the packets */
#define PROBE_SLEEPY (1U << 3) /* bind() and doorbell() take arg[1] us more */
#define PROBE_KEEP   (1U << 4) /* unbind() does not end the flood */
#define PROBE_FLAGS  0x1fU

/* ion_setup.arg[0] of the service "probe-device"; activate() takes arg[1] ms more. */
#define PROBE_DEVICE_REFUSE (1U << 0) /* activate() fails */
#define PROBE_DEVICE_FLAGS  0x1U

/* Commands to "probe-device", answered with the same kind, and its own events. */
enum probe_device_kind {
	PROBE_DEVICE_WANT = 1, /* arg: empty buffers; answer: whether there are */
	PROBE_DEVICE_RECEIVE,  /* arg: packets; answer: how many were pushed */
	PROBE_DEVICE_WHO,      /* answer: uid of the opener, and net namespace */
	PROBE_DEVICE_ACTIVE,   /* event: activate() ran; arg: devices */
	PROBE_DEVICE_READY,    /* event: there are as many buffers as arg */
	PROBE_DEVICE_WAS_RESET, /* event: reset() ran; arg: buffers in the pool */
};

/* The context of a call. */
enum probe_context {
	PROBE_IN_CALLER,   /* the calling thread */
	PROBE_IN_IRQS_OFF, /* the calling thread, interrupts off */
	PROBE_IN_WORK,	   /* a kernel thread */
	PROBE_IN_SOFTIRQ,
	PROBE_IN_HARDIRQ,
	PROBE_IN_DOORBELL, /* the next doorbell(): see PROBE_IOC_RESULT */
	PROBE_CONTEXTS,
};

/* The calls: the functions of <linux/ion.h>. */
enum probe_call {
	PROBE_PUSH,
	PROBE_POP,
	PROBE_PUSH_N,
	PROBE_POP_N,
	PROBE_RESERVE, /* and fill */
	PROBE_COMMIT,
	PROBE_PEEK,
	PROBE_RELEASE,
	PROBE_CMD_PUSH,
	PROBE_CMD_POP,
	PROBE_CMD_PUSH_N,
	PROBE_CMD_POP_N,
	PROBE_CMD_RESERVE,
	PROBE_CMD_COMMIT,
	PROBE_CMD_PEEK,
	PROBE_CMD_RELEASE,
	PROBE_MOVE, /* to rx */
	PROBE_CMD_MOVE, /* to evt */
	PROBE_CAPACITY,
	PROBE_EMPTY,
	PROBE_ARM,
	PROBE_DISARM,
	PROBE_NOTIFY,
	PROBE_HANGUP,
	PROBE_ERROR,
	PROBE_ID,
	PROBE_OPENER, /* words: pid, uid, gid */
	PROBE_SET_ASYNC,
	PROBE_PRIVATE, /* 1 if it is the value that bind() set */
	PROBE_PUT,     /* the reference of the module, in a context that may sleep */
	PROBE_BUFFERS, /* words: the size of one */
	PROBE_BUFFER,  /* of packets[0]; words[3]: its size */
	PROBE_READ,    /* the payload of packets[0], to bytes */
	PROBE_WRITE,   /* of packets[0], from bytes */
	PROBE_CALLS,
};

/* No ring, instead of enum ion_ring_id. */
#define PROBE_NO_RING 0xffU

/* ION_PEEK_MAX, and a few more. */
#define PROBE_PEEK_MAX 32
#define PROBE_MAX      40

/* The most bytes that "probe-read" and "probe-write" copy. */
#define PROBE_COPY_MAX 1520

/**
 * struct probe_run - one call (PROBE_IOC_RUN)
 * @call: &enum probe_call
 * @context: &enum probe_context
 * @ring: the ring, for calls that take one
 * @count: how many, for calls that take a number
 * @result: written: the result of the call
 * @where: written: the context that the module ran in
 * @reserved: 0
 * @packets: in or out
 * @cmds: in or out
 * @words: in or out
 * @bytes: in or out; @packets[0] comes before them
 */
struct probe_run {
	__u32 call;
	__u32 context;
	__u32 ring;
	__u32 count;
	__s64 result;
	__u32 where;
	__u32 reserved;
	union {
		struct ion_packet packets[PROBE_MAX];
		struct ion_cmd_packet cmds[PROBE_MAX];
		__u64 words[4];
		struct {
			struct ion_packet packet;
			__u32 room;
			unsigned char bytes[1024];
		};
	};
};

/*
 * The sources of a flood: a thread; contexts on another processor, if there is
 * one; and one that interrupts the thread.
 */
enum probe_flood_source {
	PROBE_FROM_THREAD,
	PROBE_FROM_SOFTIRQ, /* of either processor */
	PROBE_FROM_HARDIRQ, /* of the other processor */
	PROBE_FROM_INTERRUPT, /* of the thread's processor */
	PROBE_SOURCES,
};

/**
 * struct probe_flood - calls without end (PROBE_IOC_FLOOD)
 * @push: sources that push to rx, a bit each. &ion_packet.id is the source,
 *	&ion_packet.data counts from 0
 * @pop: sources that pop from tx
 * @peek: the source that peeks and releases on cmd, a bit
 * @reserve: the source that reserves and commits on evt, a bit
 * @echo: sources that push to rx what they pop from tx
 * @interval_us: how long the thread makes calls, and how long it pauses
 *
 * With no bit set the flood ends.
 */
struct probe_flood {
	__u32 push;
	__u32 pop;
	__u32 peek;
	__u32 reserve;
	__u32 echo;
	__u32 interval_us;
};

/**
 * struct probe_counts - of one channel (PROBE_IOC_COUNTS)
 * @doorbells: calls of doorbell()
 * @unbound: calls of unbind()
 * @pushed: packets of the flood, by source
 * @popped: packets of the flood, by source
 * @sum: of &ion_packet.data of all packets that were popped
 * @released: commands that were peeked and released
 * @committed: answers that were reserved and committed
 * @cut: how often a release or commit did less than it was asked for, or an
 *	echo found no room
 */
struct probe_counts {
	__u64 doorbells;
	__u64 unbound;
	__u64 pushed[PROBE_SOURCES];
	__u64 popped[PROBE_SOURCES];
	__u64 sum;
	__u64 released;
	__u64 committed;
	__u64 cut;
};

/* A service that is registered, and unregistered at once if that succeeds. */
enum probe_try {
	PROBE_TRY_GOOD,
	PROBE_TRY_LONGEST_NAME,
	PROBE_TRY_NAME_TOO_LONG,
	PROBE_TRY_EMPTY_NAME,
	PROBE_TRY_NO_NAME,
	PROBE_TRY_NO_DOORBELL,
	PROBE_TRY_NAME_OF_OURS,
	PROBE_TRY_NAME_OF_BUILTIN,
	PROBE_TRIES,
};

/**
 * struct probe_totals - of the module (PROBE_IOC_TOTALS)
 * @bound: channels between bind() and unbind()
 * @held: channels that the module has a reference to
 * @late: callbacks for a channel after its unbind(), or before its bind()
 * @overlaps: callbacks for a channel while another one ran
 * @misplaced: callbacks that were not in process context
 */
struct probe_totals {
	__u64 bound;
	__u64 held;
	__u64 late;
	__u64 overlaps;
	__u64 misplaced;
};

#define PROBE_IOC_ATTACH     _IOW('P', 0x00, __u64) /* ion_info.channel */
#define PROBE_IOC_RUN	     _IOWR('P', 0x01, struct probe_run)
#define PROBE_IOC_RESULT     _IOR('P', 0x02, struct probe_run)
#define PROBE_IOC_FLOOD	     _IOW('P', 0x03, struct probe_flood)
#define PROBE_IOC_COUNTS     _IOR('P', 0x04, struct probe_counts)
#define PROBE_IOC_TOTALS     _IOR('P', 0x05, struct probe_totals)
#define PROBE_IOC_REGISTER   _IO('P', 0x06) /* both services */
#define PROBE_IOC_UNREGISTER _IO('P', 0x07)
#define PROBE_IOC_TRY	     _IO('P', 0x08) /* register enum probe_try */

#endif /* _ION_PROBE_H */
