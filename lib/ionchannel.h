/* SPDX-License-Identifier: MIT */
/*
 * libionchannel: /dev/ion for programs in C and C++.
 *
 * The functions that move packets are inline here and make no system call. The
 * functions that open, wait, kick and diagnose are in the library. A call that
 * succeeds returns 0 or a number; a call that fails returns -errno, which
 * ionc_explain() turns into a sentence. Calls may change errno.
 *
 * Threads: each of the four ends of a channel, tx, rx, cmd and evt, may be used
 * by one thread at a time, and different ends by different threads at once. The
 * comment of a call says which ends it uses. Any thread may make a call of
 * "Ends: none" at any time. The exceptions are ionc_close(), ionc_detach(),
 * ionc_reset() and ionc_reattach(): while one of them runs, no other call may
 * use the channel. Channels are independent of each other.
 *
 * Signal handlers: a handler may call the inline functions, ionc_kick_now(),
 * ionc_buffer_get() and ionc_buffer_put() if the code that it interrupts does
 * not use the same end. A call that sleeps returns -EINTR after a handler ran,
 * or continues (SA_RESTART); nothing is lost, and it may be called again.
 *
 * fork(): the child has no mapping of the rings. The only call that it may make
 * on the channel is ionc_close().
 */
#ifndef _IONCHANNEL_H
#define _IONCHANNEL_H

#include <ion/ring.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Wait without a time limit. */
#define IONC_FOREVER (~0ULL)

/* Events to wait for, one bit each. */
#define IONC_TX	 (1U << ION_RING_TX)  /* room on tx */
#define IONC_RX	 (1U << ION_RING_RX)  /* a packet on rx */
#define IONC_CMD (1U << ION_RING_CMD) /* room on cmd */
#define IONC_EVT (1U << ION_RING_EVT) /* an answer on evt */

/**
 * struct ionc_channel - a channel
 * @tx: the end that pushes packets
 * @rx: the end that pops packets
 * @cmd: the end that pushes commands
 * @evt: the end that pops answers
 * @arena: the first buffer, NULL if there is no arena
 * @buffers: number of buffers in the arena
 * @buffer_size: bytes of each buffer
 * @fd: the descriptor
 * @peer_arena: the first buffer of the peer's arena, read-only; NULL if it is not mapped
 * @asleep: for each ring a word that is not 0 while the other end sleeps: it contains both
 *	halves of its wake flag, and may contain others
 *
 * The library allocates it. Programs use it only through the functions below.
 */
struct ionc_channel {
	/* Each end has cache lines of its own, as its thread writes to it. */
	struct ion_producer tx __attribute__((aligned(128)));
	struct ion_consumer rx __attribute__((aligned(128)));
	struct ion_producer cmd __attribute__((aligned(128)));
	struct ion_consumer evt __attribute__((aligned(128)));
	unsigned char *arena __attribute__((aligned(128)));
	__u32 buffers;
	__u32 buffer_size;
	int fd;
	const unsigned char *peer_arena;
	const __u32 *asleep[ION_RINGS];
};

/* Bits of ionc_options.flags. */
#define IONC_COMPACT (1U << 0) /* the compact layout */
#define IONC_STAMP   (1U << 1) /* ION_SETUP_STAMP */
#define IONC_PHYS    (1U << 2) /* ION_SETUP_PHYS */
#define IONC_NO_SPIN (1U << 3) /* waits sleep at once */

/**
 * struct ionc_options - options of a new channel
 * @size: sizeof(struct ionc_options); ionc_options_init() sets it
 * @flags: IONC_COMPACT, IONC_STAMP, IONC_PHYS, IONC_NO_SPIN
 * @device: the device; NULL: /dev/ion
 * @service: the service; NULL: echo
 * @key: the key of &struct ion_setup, or NULL
 * @slots: slots of each ring, by &enum ion_ring_id; 0: 256
 * @buffers: buffers of the arena; 0: no arena
 * @buffer_size: bytes of each; 0: 2048
 * @arg: the arg of &struct ion_setup
 * @spin_ns: how long a wait polls the rings before it sleeps; 0: 20000, or no
 *	polling on a machine with one processor
 *
 * Most programs set only @size and leave the rest zero. The struct may grow at
 * its end.
 */
struct ionc_options {
	__u32 size;
	__u32 flags;
	const char *device;
	const char *service;
	const char *key;
	__u32 slots[ION_RINGS_MAX];
	__u32 buffers;
	__u32 buffer_size;
	__u64 arg[2];
	__u64 spin_ns;
};

/**
 * ionc_options_init() - set the defaults
 * @options: the options to fill in
 */
static inline void ionc_options_init(struct ionc_options *options)
{
	memset(options, 0, sizeof(*options));
	options->size = (__u32)sizeof(*options);
}

/* ---- open and close ---------------------------------------------------- */

/**
 * ionc_open() - open the device, set the channel up and map it
 * @ch: set to the new channel
 * @options: options, or NULL: split layout, 256 slots, service echo
 *
 * A driver without the split layout gives the compact one.
 *
 * Return: 0; -EPROTONOSUPPORT if the driver has another version of the ABI;
 * -EOPNOTSUPP if it lacks a requested feature; -E2BIG for options that are newer
 * than the library; -errno of open(), ION_IOC_SETUP or mmap().
 */
int ionc_open(struct ionc_channel **ch, const struct ionc_options *options);

/**
 * ionc_attach() - use a channel that is already open and set up
 * @ch: set to the channel
 * @fd: its descriptor, received by SCM_RIGHTS for example. ionc_close() closes
 *	it; if this call fails, it stays open.
 * @options: only @spin_ns and IONC_NO_SPIN of @flags are used; may be NULL
 *
 * Continues at the current position of the rings. The previous user of the ends
 * must no longer use them.
 *
 * Return: 0; -EBADFD if the channel was not set up; -ENOTTY if @fd is not a
 * channel; -EPROTONOSUPPORT; -errno of mmap().
 */
int ionc_attach(struct ionc_channel **ch, int fd,
		const struct ionc_options *options);

/**
 * ionc_detach() - free the channel, but keep its descriptor open
 * @ch: the channel; it is freed
 *
 * Takes a lent thread back first. For programs that hand the descriptor to
 * another program.
 *
 * Return: the descriptor.
 */
int ionc_detach(struct ionc_channel *ch);

/**
 * ionc_close() - free the channel and close its descriptor
 * @ch: the channel, or NULL; it is freed
 *
 * Takes a lent thread back first.
 */
void ionc_close(struct ionc_channel *ch);

/**
 * ionc_info() - the geometry of the channel
 * @ch: the channel
 *
 * Ends: none.
 * Return: the answer of ION_IOC_INFO, which never changes.
 */
const struct ion_info *ionc_info(const struct ionc_channel *ch);

/**
 * ionc_fd() - the descriptor
 * @ch: the channel
 *
 * For poll(), or to be passed to another program. Ends: none.
 *
 * Return: the descriptor, which the channel still owns.
 */
static inline int ionc_fd(const struct ionc_channel *ch)
{
	return ch->fd;
}

/* ---- ports: servers and their clients ---------------------------------- */

/**
 * struct ionc_listen_options - options of a port
 * @size: sizeof(struct ionc_listen_options); ionc_listen_options_init() sets it
 * @flags: 0
 * @device: the device; NULL: /dev/ion
 * @service: the service of the connections, direct or pair; NULL: direct
 * @mode: permission bits, as of a unix socket: who may write may connect; 0: 0600,
 *	only the user who listens
 * @backlog: how many clients may wait; 0: 16
 * @slots: most slots of each ring of a connection, as the server sees them, by
 *	&enum ion_ring_id; 0: any number
 * @buffers: most buffers of the arena of a connection; 0: any number
 * @buffer_size: most bytes of each; 0: any number
 *
 * Zero in all fields but @size is a good default. The struct may grow at its end.
 */
struct ionc_listen_options {
	__u32 size;
	__u32 flags;
	const char *device;
	const char *service;
	__u32 mode;
	__u32 backlog;
	__u32 slots[ION_RINGS_MAX];
	__u32 buffers;
	__u32 buffer_size;
};

/**
 * ionc_listen_options_init() - set the defaults
 * @options: the options to fill in
 */
static inline void ionc_listen_options_init(struct ionc_listen_options *options)
{
	memset(options, 0, sizeof(*options));
	options->size = (__u32)sizeof(*options);
}

/**
 * ionc_listen() - listen on a name
 * @name: the name, 1 to 31 bytes, in the network namespace of the program
 * @options: options, or NULL
 *
 * The descriptor is readable for poll() while a client waits. It does not block.
 * To stop listening, close() it: clients that wait are hung up, and those that were
 * accepted stay connected.
 *
 * Return: the descriptor; -EADDRINUSE if somebody listens on the name; -EOPNOTSUPP for
 * a service that has no connections, or if the driver has no ports; else as
 * ionc_open().
 */
int ionc_listen(const char *name, const struct ionc_listen_options *options);

/**
 * ionc_connect() - open a channel to the program that listens on a name
 * @ch: set to the new channel
 * @name: the name
 * @options: options, or NULL; the service is direct if they name none, and their key is
 *	NULL
 *
 * Does not wait for the server: the program may push at once. The memory of both sides
 * of the connection is charged to this program. If the server closes the port before
 * it accepts the client, the channel is hung up.
 *
 * Return: 0; -ECONNREFUSED if nobody listens; -EACCES if the mode of the port does not
 * permit it; -EAGAIN if too many clients wait; -EPROTOTYPE if the port has another
 * service; -EMSGSIZE if the server allows only fewer slots or smaller buffers; else
 * as ionc_open().
 */
int ionc_connect(struct ionc_channel **ch, const char *name,
		 const struct ionc_options *options);

/**
 * ionc_accept() - take the client that waited longest
 * @ch: set to a channel whose other side is the client
 * @listener: the descriptor of ionc_listen()
 * @options: only @spin_ns and IONC_NO_SPIN of @flags are used; may be NULL
 * @timeout_ns: how long to wait for a client at most; 0: check once; IONC_FOREVER
 *
 * ionc_peer() tells who connected. Several threads may accept from one listener.
 *
 * Return: 0; -ETIME if no client came; -EINTR; -EINVAL if @listener does not listen;
 * -EMFILE; else as ionc_attach().
 */
int ionc_accept(struct ionc_channel **ch, int listener,
		const struct ionc_options *options, __u64 timeout_ns);

/**
 * ionc_pair() - make two channels that are connected to each other
 * @one: set to one of them
 * @other: set to the other one
 * @options: options of @one, or NULL; the service is direct if they name none, and
 *	their key is NULL
 *
 * As with socketpair(), the program hands one of them to another program, by
 * ionc_detach(). The rx of @other has as many slots as the tx of @one, and so on.
 *
 * Return: 0; as ionc_open(), with both NULL.
 */
int ionc_pair(struct ionc_channel **one, struct ionc_channel **other,
	      const struct ionc_options *options);

/* ionc_peer() passes the size that the struct has in the program. */
int ionc_peer_struct(struct ionc_channel *ch, struct ion_peer *peer);

/**
 * ionc_peer() - ask who is at the other side, and whether it is still there
 * @ch: the channel
 * @peer: filled in completely; a service without another side has ION_PEER_NONE
 *
 * Ends: none.
 *
 * Return: 0 or -errno.
 */
static inline int ionc_peer(struct ionc_channel *ch, struct ion_peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	peer->size = (__u32)sizeof(*peer);
	return ionc_peer_struct(ch, peer);
}

/* ---- packets ----------------------------------------------------------- */

/**
 * ionc_push() - push a packet
 * @ch: the channel
 * @packet: the packet, copied
 *
 * Call ionc_kick() after the last packet of a batch. Ends: tx.
 *
 * Return: false, with nothing changed, if there is no room.
 */
static inline bool ionc_push(struct ionc_channel *ch,
			     const struct ion_packet *packet)
{
	return ion_ring_push(&ch->tx, packet);
}

/**
 * ionc_push_n() - push a batch of packets
 * @ch: the channel
 * @packets: array of @count packets
 * @count: the largest number to push
 *
 * Ends: tx.
 *
 * Return: how many were pushed; fewer than @count if the ring is full.
 */
static inline __u32 ionc_push_n(struct ionc_channel *ch,
				const struct ion_packet *packets, __u32 count)
{
	return ion_ring_push_n(&ch->tx, packets, count, sizeof(*packets));
}

/**
 * ionc_reserve() - get free slots of tx to fill in place
 * @ch: the channel
 * @want: the largest number to return
 *
 * Ends: tx.
 *
 * Return: how many there are, at most @want.
 */
static inline __u32 ionc_reserve(struct ionc_channel *ch, __u32 want)
{
	return ion_ring_reserve(&ch->tx, want);
}

/**
 * ionc_slot() - a reserved slot
 * @ch: the channel
 * @i: its number among those reserved, from 0
 *
 * Ends: tx.
 *
 * Return: the slot, with the contents that it had before.
 */
static inline struct ion_packet *ionc_slot(struct ionc_channel *ch, __u32 i)
{
	return (struct ion_packet *)ion_ring_slot(&ch->tx, i,
						  sizeof(struct ion_packet));
}

/**
 * ionc_commit() - push packets that were filled in place
 * @ch: the channel
 * @count: how many, at most as many as were reserved
 *
 * Ends: tx.
 */
static inline void ionc_commit(struct ionc_channel *ch, __u32 count)
{
	ion_ring_commit(&ch->tx, count);
}

/**
 * ionc_pop() - pop a packet
 * @ch: the channel
 * @packet: filled in
 *
 * Ends: rx.
 *
 * Return: false, with nothing changed, if there is none.
 */
static inline bool ionc_pop(struct ionc_channel *ch, struct ion_packet *packet)
{
	return ion_ring_pop(&ch->rx, packet);
}

/**
 * ionc_pop_n() - pop a batch of packets
 * @ch: the channel
 * @packets: room for @count packets
 * @count: the largest number to pop
 *
 * Ends: rx.
 *
 * Return: how many were popped; fewer than @count if the ring is empty.
 */
static inline __u32 ionc_pop_n(struct ionc_channel *ch,
			       struct ion_packet *packets, __u32 count)
{
	return ion_ring_pop_n(&ch->rx, packets, count, sizeof(*packets));
}

/**
 * ionc_peek() - get packets of rx to read in place
 * @ch: the channel
 * @want: the largest number to return
 *
 * Ends: rx.
 *
 * Return: how many there are, at most @want.
 */
static inline __u32 ionc_peek(struct ionc_channel *ch, __u32 want)
{
	return ion_ring_peek(&ch->rx, want);
}

/**
 * ionc_peeked() - a packet in place
 * @ch: the channel
 * @i: its number among those peeked at, from 0
 *
 * Ends: rx.
 *
 * Return: the packet, valid until it is released.
 */
static inline const struct ion_packet *ionc_peeked(struct ionc_channel *ch,
						   __u32 i)
{
	const void *slot =
		ion_ring_peeked(&ch->rx, i, sizeof(struct ion_packet));

	return (const struct ion_packet *)slot;
}

/**
 * ionc_release() - pop packets that were read in place
 * @ch: the channel
 * @count: how many, at most as many as were peeked at
 *
 * Ends: rx.
 */
static inline void ionc_release(struct ionc_channel *ch, __u32 count)
{
	ion_ring_release(&ch->rx, count);
}

/* ---- commands and answers ---------------------------------------------- */

/**
 * ionc_push_cmd() - push a command
 * @ch: the channel
 * @cmd: the command, copied
 *
 * Ends: cmd.
 *
 * Return: false, with nothing changed, if there is no room.
 */
static inline bool ionc_push_cmd(struct ionc_channel *ch,
				 const struct ion_cmd_packet *cmd)
{
	return ion_ring_push_cmd(&ch->cmd, cmd);
}

/**
 * ionc_push_cmd_n() - push a batch of commands
 * @ch: the channel
 * @cmds: array of @count commands
 * @count: the largest number to push
 *
 * Ends: cmd.
 *
 * Return: how many were pushed; fewer than @count if the ring is full.
 */
static inline __u32 ionc_push_cmd_n(struct ionc_channel *ch,
				    const struct ion_cmd_packet *cmds,
				    __u32 count)
{
	return ion_ring_push_n(&ch->cmd, cmds, count, sizeof(*cmds));
}

/**
 * ionc_reserve_cmd() - get free slots of cmd to fill in place
 * @ch: the channel
 * @want: the largest number to return
 *
 * Ends: cmd.
 *
 * Return: how many there are, at most @want.
 */
static inline __u32 ionc_reserve_cmd(struct ionc_channel *ch, __u32 want)
{
	return ion_ring_reserve(&ch->cmd, want);
}

/**
 * ionc_slot_cmd() - a reserved slot of cmd
 * @ch: the channel
 * @i: its number among those reserved, from 0
 *
 * Ends: cmd.
 *
 * Return: the slot, with the contents that it had before.
 */
static inline struct ion_cmd_packet *ionc_slot_cmd(struct ionc_channel *ch,
						   __u32 i)
{
	void *slot = ion_ring_slot(&ch->cmd, i, sizeof(struct ion_cmd_packet));

	return (struct ion_cmd_packet *)slot;
}

/**
 * ionc_commit_cmd() - push commands that were filled in place
 * @ch: the channel
 * @count: how many, at most as many as were reserved
 *
 * Ends: cmd.
 */
static inline void ionc_commit_cmd(struct ionc_channel *ch, __u32 count)
{
	ion_ring_commit(&ch->cmd, count);
}

/**
 * ionc_pop_evt() - pop an answer
 * @ch: the channel
 * @cmd: filled in
 *
 * Ends: evt.
 *
 * Return: false, with nothing changed, if there is none.
 */
static inline bool ionc_pop_evt(struct ionc_channel *ch,
				struct ion_cmd_packet *cmd)
{
	return ion_ring_pop_cmd(&ch->evt, cmd);
}

/**
 * ionc_pop_evt_n() - pop a batch of answers
 * @ch: the channel
 * @cmds: room for @count answers
 * @count: the largest number to pop
 *
 * Ends: evt.
 *
 * Return: how many were popped; fewer than @count if the ring is empty.
 */
static inline __u32 ionc_pop_evt_n(struct ionc_channel *ch,
				   struct ion_cmd_packet *cmds, __u32 count)
{
	return ion_ring_pop_n(&ch->evt, cmds, count, sizeof(*cmds));
}

/**
 * ionc_peek_evt() - get answers to read in place
 * @ch: the channel
 * @want: the largest number to return
 *
 * Ends: evt.
 *
 * Return: how many there are, at most @want.
 */
static inline __u32 ionc_peek_evt(struct ionc_channel *ch, __u32 want)
{
	return ion_ring_peek(&ch->evt, want);
}

/**
 * ionc_peeked_evt() - an answer in place
 * @ch: the channel
 * @i: its number among those peeked at, from 0
 *
 * Ends: evt.
 *
 * Return: the answer, valid until it is released.
 */
static inline const struct ion_cmd_packet *
ionc_peeked_evt(struct ionc_channel *ch, __u32 i)
{
	const void *slot =
		ion_ring_peeked(&ch->evt, i, sizeof(struct ion_cmd_packet));

	return (const struct ion_cmd_packet *)slot;
}

/**
 * ionc_release_evt() - pop answers that were read in place
 * @ch: the channel
 * @count: how many, at most as many as were peeked at
 *
 * Ends: evt.
 */
static inline void ionc_release_evt(struct ionc_channel *ch, __u32 count)
{
	ion_ring_release(&ch->evt, count);
}

/* ---- kick -------------------------------------------------------------- */

/**
 * ionc_kick_now() - kick without checking whether it is needed
 * @ch: the channel
 *
 * Ends: none.
 *
 * Return: 0; -EPROTO if a ring is poisoned; -EPIPE if the service hung up.
 */
int ionc_kick_now(struct ionc_channel *ch);

/* The other end, or another thread, may write these words meanwhile. */
static inline __u32 ionc_queued_shared(const __u32 *head, const __u32 *tail,
				       __u64 mask)
{
	return (__atomic_load_n(head, __ATOMIC_RELAXED) -
		__atomic_load_n(tail, __ATOMIC_RELAXED)) &
	       (__u32)mask;
}

/* Return whether half of a wake flag asks for no more slots than are usable. */
static inline bool ionc_half_asks(const __u16 *half, __u32 usable, __u64 mask)
{
	__u32 want = __atomic_load_n(half, __ATOMIC_RELAXED);

	return want && usable && (want <= usable || usable == mask);
}

/* Return whether the other end sleeps although it has as many slots as it asks for. */
static inline bool ionc_asks(const struct ion_end *end, __u32 usable)
{
	return ionc_half_asks(end->peer_wake, usable, end->mask) ||
	       ionc_half_asks(end->peer_wake_kernel, usable, end->mask);
}

/* Return whether the other end may sleep: one load for both halves of its flag. */
static inline bool ionc_may_sleep(const struct ionc_channel *ch,
				  unsigned int id)
{
	return __atomic_load_n(ch->asleep[id], __ATOMIC_RELAXED);
}

/* Return whether the other end sleeps while enough is queued for it. */
static inline bool ionc_stale_push(const struct ionc_channel *ch,
				   unsigned int id, const struct ion_end *end)
{
	return ionc_may_sleep(ch, id) &&
	       ionc_asks(end, ionc_queued_shared(end->own_index,
						 end->peer_index, end->mask));
}

/* Return whether the other end waits for room while there is enough. */
static inline bool ionc_stale_pop(const struct ionc_channel *ch,
				  unsigned int id, const struct ion_end *end)
{
	return ionc_may_sleep(ch, id) &&
	       ionc_asks(end,
			 (__u32)end->mask - ionc_queued_shared(end->peer_index,
							       end->own_index,
							       end->mask));
}

/**
 * ionc_needs_kick() - whether the kernel end sleeps although it has work
 * @ch: the channel
 *
 * Costs a full barrier, and four loads while the kernel end is awake.
 * Ends: none.
 *
 * Return: true if nothing more happens without a kick.
 */
static inline bool ionc_needs_kick(const struct ionc_channel *ch)
{
	/* Between publishing and checking the flags: (F) of <ion/ring.h>. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return ionc_stale_push(ch, ION_RING_TX, &ch->tx.end) ||
	       ionc_stale_push(ch, ION_RING_CMD, &ch->cmd.end) ||
	       ionc_stale_pop(ch, ION_RING_RX, &ch->rx.end) ||
	       ionc_stale_pop(ch, ION_RING_EVT, &ch->evt.end);
}

/**
 * ionc_kick() - kick if the kernel end needs it
 * @ch: the channel
 *
 * Call it after the last push, or the last pop, of a batch. Without a lent
 * thread the kernel end runs in this call, so its answers are queued when the
 * call returns. Ends: none.
 *
 * Return: 0; -EPROTO if a ring is poisoned; -EPIPE if the service hung up.
 */
static inline int ionc_kick(struct ionc_channel *ch)
{
	return ionc_needs_kick(ch) ? ionc_kick_now(ch) : 0;
}

/* ---- waiting ----------------------------------------------------------- */

/**
 * ionc_wait() - wait for packets or answers
 * @ch: the channel
 * @rx: wait until rx holds this many packets; 0: ignore rx
 * @evt: wait until evt holds this many answers; 0: ignore evt
 * @timeout_ns: how long to wait at most; 0: check once; IONC_FOREVER
 *
 * Kicks, polls the rings for a while, then sleeps. It returns as soon as one of
 * the two counts is reached. Ends: rx and evt, each if its count is not 0.
 *
 * Return: 0; -ETIME; -EINTR; -EPROTO if a ring is poisoned; -EPIPE if the service
 * hung up and the counts cannot be reached; -ESTALE if another program used this
 * end of the ring; -EINVAL if both counts are 0 or one exceeds its ring.
 */
int ionc_wait(struct ionc_channel *ch, __u32 rx, __u32 evt, __u64 timeout_ns);

/**
 * ionc_wait_batch() - wait for many packets or answers, or for few after a time
 * @ch: the channel
 * @rx: wait until rx holds this many packets; 0: ignore rx
 * @evt: wait until evt holds this many answers; 0: ignore evt
 * @min_wait_ns: after this time a single packet or answer is enough; 0: never
 * @timeout_ns: how long to wait at most; 0: check once; IONC_FOREVER
 *
 * The thread keeps sleeping while fewer arrive. Ends: rx and evt, each if its
 * count is not 0.
 *
 * Return: 0 if a count is reached, or after @min_wait_ns if there is at least
 * one packet or answer; else as ionc_wait().
 */
int ionc_wait_batch(struct ionc_channel *ch, __u32 rx, __u32 evt,
		    __u64 min_wait_ns, __u64 timeout_ns);

/**
 * ionc_wait_rx() - wait for packets
 * @ch: the channel
 * @count: wait until rx holds this many packets
 * @timeout_ns: how long to wait at most
 *
 * Ends: rx.
 *
 * Return: as ionc_wait().
 */
static inline int ionc_wait_rx(struct ionc_channel *ch, __u32 count,
			       __u64 timeout_ns)
{
	if (count && ion_ring_peek(&ch->rx, count) == count)
		return 0;
	return ionc_wait(ch, count, 0, timeout_ns);
}

/**
 * ionc_wait_evt() - wait for answers
 * @ch: the channel
 * @count: wait until evt holds this many answers
 * @timeout_ns: how long to wait at most
 *
 * Ends: evt.
 *
 * Return: as ionc_wait().
 */
static inline int ionc_wait_evt(struct ionc_channel *ch, __u32 count,
				__u64 timeout_ns)
{
	if (count && ion_ring_peek(&ch->evt, count) == count)
		return 0;
	return ionc_wait(ch, 0, count, timeout_ns);
}

/**
 * ionc_poll() - wait for any of several events
 * @ch: the channel
 * @events: IONC_TX, IONC_RX, IONC_CMD, IONC_EVT
 * @timeout_ns: how long to wait at most; 0: check once; IONC_FOREVER
 *
 * Ends: those of the @events.
 *
 * Return: the @events that are ready, more than 0; else as ionc_wait().
 */
int ionc_poll(struct ionc_channel *ch, unsigned int events, __u64 timeout_ns);

/**
 * ionc_wait_room() - wait for room to push packets
 * @ch: the channel
 * @timeout_ns: how long to wait at most
 *
 * Ends: tx.
 *
 * Return: 0 if there is a free slot; else as ionc_wait().
 */
static inline int ionc_wait_room(struct ionc_channel *ch, __u64 timeout_ns)
{
	int ret = ionc_poll(ch, IONC_TX, timeout_ns);

	return ret < 0 ? ret : 0;
}

/**
 * ionc_wait_room_cmd() - wait for room to push commands
 * @ch: the channel
 * @timeout_ns: how long to wait at most
 *
 * Ends: cmd.
 *
 * Return: 0 if there is a free slot; else as ionc_wait().
 */
static inline int ionc_wait_room_cmd(struct ionc_channel *ch, __u64 timeout_ns)
{
	int ret = ionc_poll(ch, IONC_CMD, timeout_ns);

	return ret < 0 ? ret : 0;
}

/**
 * ionc_check() - whether the channel still works
 * @ch: the channel
 *
 * Ends: none.
 *
 * Return: 0; -EPROTO if a ring is poisoned; -EPIPE if the service hung up and
 * rx and evt are empty.
 */
int ionc_check(struct ionc_channel *ch);

/* ---- calls that move packets, kick and wait ---------------------------- */

/**
 * ionc_send() - push packets, kick, and wait for room if there is none
 * @ch: the channel
 * @packets: array of @count packets
 * @count: how many
 * @timeout_ns: how long to wait for room at most
 *
 * Ends: tx.
 *
 * Return: how many were pushed, which is less than @count if the time was up or
 * a signal arrived; else as ionc_wait().
 */
int ionc_send(struct ionc_channel *ch, const struct ion_packet *packets,
	      __u32 count, __u64 timeout_ns);

/**
 * ionc_receive() - wait until there are packets, and pop them
 * @ch: the channel
 * @packets: room for @count packets
 * @count: the largest number to pop
 * @timeout_ns: how long to wait for the first one at most
 *
 * Ends: rx.
 *
 * Return: how many were popped, at least one; else as ionc_wait().
 */
int ionc_receive(struct ionc_channel *ch, struct ion_packet *packets,
		 __u32 count, __u64 timeout_ns);

/**
 * ionc_send_cmd() - push a command, kick, and wait for room if there is none
 * @ch: the channel
 * @cmd: the command
 * @timeout_ns: how long to wait for room at most
 *
 * Ends: cmd.
 *
 * Return: 0; else as ionc_wait().
 */
int ionc_send_cmd(struct ionc_channel *ch, const struct ion_cmd_packet *cmd,
		  __u64 timeout_ns);

/**
 * ionc_receive_evt() - wait until there is an answer, and pop it
 * @ch: the channel
 * @cmd: filled in
 * @timeout_ns: how long to wait at most
 *
 * Ends: evt.
 *
 * Return: 0; else as ionc_wait().
 */
int ionc_receive_evt(struct ionc_channel *ch, struct ion_cmd_packet *cmd,
		     __u64 timeout_ns);

/* ---- in an event loop: an eventfd -------------------------------------- */

/**
 * ionc_eventfd() - get the eventfd of the channel
 * @ch: the channel
 *
 * The first call creates it. It does not block, and is closed with the channel.
 * One thread at a time may call this. Ends: none.
 *
 * Return: the eventfd; -errno of eventfd() or ION_IOC_EVENTFD.
 */
int ionc_eventfd(struct ionc_channel *ch);

/**
 * ionc_use_eventfd() - use an eventfd that the program made
 * @ch: the channel
 * @fd: an eventfd that does not block; several channels may share it, and the
 *	program closes it. -1: stop using an eventfd.
 *
 * One thread at a time may call this. Ends: none.
 *
 * Return: 0; -EINVAL if it is not an eventfd; -EBADF.
 */
int ionc_use_eventfd(struct ionc_channel *ch, int fd);

/**
 * ionc_arm() - prepare to sleep on the eventfd
 * @ch: the channel
 * @events: IONC_TX, IONC_RX, IONC_CMD, IONC_EVT
 *
 * Sets the wake flags, kicks, and checks the rings again. Ends: those of the
 * @events.
 *
 * Return: 0: sleep, and call ionc_disarm() afterwards. More than 0: the @events
 * that are ready: do not sleep. -EPROTO, -EPIPE as ionc_wait(). If it is not 0,
 * the wake flags are clear again.
 */
int ionc_arm(struct ionc_channel *ch, unsigned int events);

/**
 * ionc_disarm() - clean up after sleeping on the eventfd
 * @ch: the channel
 * @events: the events that were armed
 *
 * Clears the wake flags and reads the eventfd. If none of the @events is ready,
 * ionc_check() tells why it was signalled. Ends: those of the @events.
 */
void ionc_disarm(struct ionc_channel *ch, unsigned int events);

/* ---- a lent thread ----------------------------------------------------- */

/* Bits of ionc_lend_options.flags. */
#define IONC_LEND_PIN	      (1U << 0) /* run on one processor, @cpu */
#define IONC_LEND_NEVER_SLEEP (1U << 1) /* poll for work, never sleep */
#define IONC_LEND_NO_SPIN     (1U << 2) /* sleep as soon as there is no work */

/**
 * struct ionc_lend_options - options of a lent thread
 * @size: sizeof(struct ionc_lend_options)
 * @flags: IONC_LEND_PIN, IONC_LEND_NEVER_SLEEP, IONC_LEND_NO_SPIN
 * @idle_ns: how long it polls for work before it sleeps; 0: 1 ms
 * @cpu: number of the processor
 * @reserved: 0
 *
 * Zero in all fields but @size is a good default. The struct may grow at its
 * end.
 */
struct ionc_lend_options {
	__u32 size;
	__u32 flags;
	__u64 idle_ns;
	__u32 cpu;
	__u32 reserved;
};

/**
 * ionc_lend() - create a thread and lend it to the kernel end
 * @ch: the channel
 * @options: options, or NULL
 *
 * The thread has all signals blocked. If a ring is poisoned, it stops and
 * continues once the channel is reset. One thread at a time may call this or
 * ionc_take_back(). Ends: none.
 *
 * Return: 0 once the thread has run the kernel end; -EBUSY if a thread is lent
 * already; -EINVAL if there is no such processor; -EPROTO; -EPIPE; -EAGAIN if no
 * thread can be created.
 */
int ionc_lend(struct ionc_channel *ch, const struct ionc_lend_options *options);

/**
 * ionc_take_back() - end the lent thread
 * @ch: the channel
 *
 * The thread has ended when this returns, even if it has hardly run. Ends: none.
 *
 * Return: 0; -ENOENT if none was lent; -EPROTO or -EPIPE if the thread had
 * stopped by itself for that reason.
 */
int ionc_take_back(struct ionc_channel *ch);

/* ---- buffers of the arena ---------------------------------------------- */

/**
 * ionc_buffer_get() - allocate a buffer
 * @ch: the channel
 *
 * No system call and no lock. Ends: none.
 *
 * Return: its number; -ENOBUFS if all are in use.
 */
int ionc_buffer_get(struct ionc_channel *ch);

/**
 * ionc_buffer_put() - free a buffer
 * @ch: the channel
 * @id: its number, from ionc_buffer_get() or a packet that was popped
 *
 * No system call and no lock. Ends: none.
 *
 * Return: 0; -EINVAL if there is no such buffer; -EALREADY if it is free.
 */
int ionc_buffer_put(struct ionc_channel *ch, __u32 id);

/**
 * ionc_buffer() - find a buffer
 * @ch: the channel
 * @id: its number
 *
 * Ends: none.
 *
 * Return: its first byte, or NULL if there is no such buffer.
 */
static inline void *ionc_buffer(const struct ionc_channel *ch, __u32 id)
{
	if (id >= ch->buffers)
		return NULL;
	return ch->arena + (size_t)id * ch->buffer_size;
}

/**
 * ionc_payload() - find the payload of a packet
 * @ch: the channel
 * @packet: the packet
 *
 * Ends: none.
 *
 * Return: its first byte; NULL if it does not lie within the buffer.
 */
static inline void *ionc_payload(const struct ionc_channel *ch,
				 const struct ion_packet *packet)
{
	__u64 begin = (__u64)packet->id * ch->buffer_size;
	__u64 at = packet->data - begin;

	if (packet->id >= ch->buffers || at >= ch->buffer_size ||
	    packet->len > ch->buffer_size - at)
		return NULL;
	return ch->arena + (size_t)packet->data;
}

/**
 * ionc_peer_payload() - find the payload of a packet in the peer's arena
 * @ch: the channel, of the service direct
 * @packet: a packet from rx
 *
 * The peer can write to the payload at any time: read each byte once, or copy what must
 * not change with ionc_peer_copy(). Ends: none.
 *
 * Return: its first byte; NULL if it does not lie within the buffer, or if the peer's
 * arena is not mapped.
 */
static inline const void *ionc_peer_payload(const struct ionc_channel *ch,
					    const struct ion_packet *packet)
{
	__u64 begin = (__u64)packet->id * ch->buffer_size;
	__u64 at = packet->data - begin;

	if (!ch->peer_arena || packet->id >= ch->buffers ||
	    at >= ch->buffer_size || packet->len > ch->buffer_size - at)
		return NULL;
	return ch->peer_arena + (size_t)packet->data;
}

/**
 * ionc_peer_copy() - copy the payload of a packet out of the peer's arena, once
 * @ch: the channel, of the service direct
 * @packet: a packet from rx
 * @to: where to copy it
 * @size: bytes that @to has room for
 *
 * The copy does not change afterwards, whatever the peer does. Ends: none.
 *
 * Return: bytes copied, the length of the payload; -EINVAL if it does not lie within the
 * buffer; -EMSGSIZE if it is longer than @size.
 */
int ionc_peer_copy(const struct ionc_channel *ch,
		   const struct ion_packet *packet, void *to, size_t size);

/**
 * ionc_packet() - make a packet that hands over a buffer
 * @ch: the channel
 * @id: number of the buffer
 * @len: bytes of payload, from the buffer's first byte; 0: an empty buffer
 *
 * Ends: none.
 *
 * Return: the packet, for ionc_push().
 */
static inline struct ion_packet ionc_packet(const struct ionc_channel *ch,
					    __u32 id, __u16 len)
{
	struct ion_packet packet;

	memset(&packet, 0, sizeof(packet));
	packet.data = (__u64)id * ch->buffer_size;
	packet.len = len;
	packet.id = (__u16)id;
	return packet;
}

/**
 * ionc_give() - hand an empty buffer to the service
 * @ch: the channel
 * @id: number of the buffer
 *
 * On a channel of the service direct: give the buffer with this number back to the peer.
 * The peer gets a packet of length 0 and frees the buffer by ionc_buffer_put().
 *
 * Ends: tx.
 *
 * Return: false, with nothing changed, if there is no room.
 */
static inline bool ionc_give(struct ionc_channel *ch, __u32 id)
{
	struct ion_packet packet = ionc_packet(ch, id, 0);

	return ionc_push(ch, &packet);
}

/**
 * ionc_give_free() - hand free buffers to the service, empty
 * @ch: the channel
 * @count: the largest number to hand over
 *
 * For services that fill buffers: source, and pair on the receiving side. Ends:
 * tx.
 *
 * Return: how many were handed over. It is less than @count if tx has no more
 * room or no more buffers are free.
 */
__u32 ionc_give_free(struct ionc_channel *ch, __u32 count);

/**
 * ionc_owners() - find out who owns which buffer
 * @ch: the channel
 * @bits: room for one bit for each buffer, in words of 64 bits, or NULL; the
 *	bits of buffers that belong to the user end are set
 *
 * A buffer that is queued on tx belongs to the user end until the service takes
 * it. Ends: none.
 *
 * Return: how many belong to the user end; -EOPNOTSUPP without an arena.
 */
int ionc_owners(struct ionc_channel *ch, __u64 *bits);

/* ---- diagnostics, and calls of some services only ---------------------- */

/* The inline functions below pass the size that a struct has in the program. */
int ionc_query_struct(struct ionc_channel *ch, struct ion_query *query);
int ionc_stats_struct(struct ionc_channel *ch, struct ion_stats *stats);
int ionc_totals_struct(struct ionc_channel *ch, struct ion_totals *totals);
int ionc_verify_struct(struct ionc_channel *ch, struct ion_verify *verify);

/**
 * ionc_query() - ask what the driver can do
 * @ch: the channel
 * @query: filled in completely
 *
 * Ends: none.
 *
 * Return: 0 or -errno.
 */
static inline int ionc_query(struct ionc_channel *ch, struct ion_query *query)
{
	memset(query, 0, sizeof(*query));
	query->size = (__u32)sizeof(*query);
	return ionc_query_struct(ch, query);
}

/**
 * ionc_stats() - read the counters of the channel
 * @ch: the channel
 * @stats: filled in completely
 *
 * Ends: none.
 *
 * Return: 0 or -errno.
 */
static inline int ionc_stats(struct ionc_channel *ch, struct ion_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = (__u32)sizeof(*stats);
	return ionc_stats_struct(ch, stats);
}

/**
 * ionc_totals() - read the sums of the counters of all channels of the system
 * @ch: any channel
 * @totals: filled in completely
 *
 * They count since the module was loaded and include closed channels. Ends:
 * none.
 *
 * Return: 0; -EBUSY if too many programs ask at the same time; -errno.
 */
static inline int ionc_totals(struct ionc_channel *ch,
			      struct ion_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	totals->size = (__u32)sizeof(*totals);
	return ionc_totals_struct(ch, totals);
}

/**
 * ionc_peek_ring() - copy the queue of any ring, without popping it
 * @ch: the channel
 * @ring: &enum ion_ring_id
 * @skip: how many of the oldest to skip
 * @to: room for @count packets, or commands
 * @count: the largest number to copy, at most ION_BATCH_MAX
 *
 * Ends: none.
 *
 * Return: how many were copied, which may be 0; -errno.
 */
int ionc_peek_ring(struct ionc_channel *ch, __u32 ring, __u32 skip, void *to,
		   __u32 count);

/**
 * ionc_reset() - empty the rings and clear poison
 * @ch: the channel
 *
 * Afterwards every buffer that belongs to the user end is free. Ends: all. No
 * other call may use the channel meanwhile; a lent thread may run.
 *
 * Return: how many packets and commands were discarded; -errno.
 */
int ionc_reset(struct ionc_channel *ch);

/**
 * ionc_reattach() - read the position of the rings again
 * @ch: the channel
 *
 * Call it after another program reset the channel, or used an end of it. Ends:
 * all.
 *
 * Return: 0 or -errno.
 */
int ionc_reattach(struct ionc_channel *ch);

/**
 * ionc_join() - join two channels of the service pair
 * @ch: one channel
 * @fd: a descriptor of the other channel
 *
 * A channel that waits by a key is joined like any other; its key becomes free.
 * Ends: none.
 *
 * Return: 0 or -errno of ION_IOC_JOIN.
 */
int ionc_join(struct ionc_channel *ch, int fd);

/**
 * ionc_verify() - ask the service pair who sent a command
 * @ch: the channel
 * @cmd: the command as it arrived on evt
 * @verify: filled in completely
 *
 * Ends: none.
 *
 * Return: 1 if it is genuine, 0 if not; -errno of ION_IOC_VERIFY.
 */
static inline int ionc_verify(struct ionc_channel *ch,
			      const struct ion_cmd_packet *cmd,
			      struct ion_verify *verify)
{
	memset(verify, 0, sizeof(*verify));
	verify->size = (__u32)sizeof(*verify);
	verify->cmd = *cmd;
	return ionc_verify_struct(ch, verify);
}

/* ---- errors ------------------------------------------------------------ */

/**
 * enum ionc_call - the call that failed, for ionc_explain()
 * @IONC_ANY: any call that is not listed below
 * @IONC_OPEN: ionc_open()
 * @IONC_ATTACH: ionc_attach()
 * @IONC_KICK: ionc_kick(), ionc_kick_now(), ionc_check()
 * @IONC_WAIT: the calls that wait, ionc_poll(), ionc_arm(), send and receive
 * @IONC_EVENTFD: ionc_eventfd(), ionc_use_eventfd()
 * @IONC_LEND: ionc_lend(), ionc_take_back()
 * @IONC_BUFFER: ionc_buffer_get(), ionc_buffer_put(), ionc_owners(), ionc_peer_copy()
 * @IONC_PEEK: ionc_peek_ring()
 * @IONC_JOIN: ionc_join()
 * @IONC_VERIFY: ionc_verify()
 * @IONC_LISTEN: ionc_listen()
 * @IONC_CONNECT: ionc_connect()
 * @IONC_ACCEPT: ionc_accept()
 * @IONC_PAIR: ionc_pair()
 * @IONC_NET_OPEN: ionc_net_open()
 */
enum ionc_call {
	IONC_ANY,
	IONC_OPEN,
	IONC_ATTACH,
	IONC_KICK,
	IONC_WAIT,
	IONC_EVENTFD,
	IONC_LEND,
	IONC_BUFFER,
	IONC_PEEK,
	IONC_JOIN,
	IONC_VERIFY,
	IONC_LISTEN,
	IONC_CONNECT,
	IONC_ACCEPT,
	IONC_PAIR,
	IONC_NET_OPEN,
};

/**
 * ionc_explain() - say what an error means, and what to do
 * @call: the call that failed
 * @error: its result, -errno
 *
 * A signal handler may call it.
 *
 * Return: a sentence without a full stop; never NULL. Do not free it.
 */
const char *ionc_explain(enum ionc_call call, int error);

#ifdef __cplusplus
}
#endif

#endif /* _IONCHANNEL_H */
