// SPDX-License-Identifier: GPL-2.0-only
/*
 * <linux/ion.h>: what a service does with a ring.
 *
 * Packets and commands differ in nothing but their size, which is a constant in
 * each of the functions that are exported.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include <linux/ion.h>

#include "channel.h"
#include "notify.h"
#include "stage.h"

/* Whether the ring is of the kind that the call is for. */
static bool ion_api_kind(const struct ion_ring *ring, u32 size, bool pushes)
{
	return !WARN_ONCE(!ring || ring->kind->slot_size != size ||
			  ring->kind->kernel_pushes != pushes,
			  "ion: a service used a ring of the wrong kind\n");
}

/* ion_channel_ring() has none for a number that there is not. */
static bool ion_api_any(const struct ion_ring *ring)
{
	return !WARN_ONCE(!ring, "ion: a service used no ring\n");
}

/* Who may touch the end: anybody, by its lock, or the callback that runs. */
static bool ion_api_context(const struct ion_ring *ring)
{
	if (ring->async)
		return true;
	return !WARN_ONCE(READ_ONCE(ring->ch->runner) != current || !in_task(),
			  "ion: a service used a ring outside its callbacks\n");
}

static __always_inline bool ion_api_ok(const struct ion_ring *ring, u32 size,
				       bool pushes)
{
	return ion_api_kind(ring, size, pushes) && ion_api_context(ring);
}

/**
 * struct ion_api_hold - the end of a ring, owned for one call
 * @flags: of the interrupts
 * @broken: the ring was poisoned before
 */
struct ion_api_hold {
	unsigned long flags;
	bool broken;
};

static __always_inline struct ion_api_hold ion_api_lock(struct ion_ring *ring)
	__acquires(&ring->lock)
{
	struct ion_api_hold hold = { .flags = ion_ring_lock(ring) };

	hold.broken = ring->end.broken;
	return hold;
}

/*
 * A callback has the program told of a poisoned ring when it is over. In any
 * other context who finds it tells at once.
 */
static __always_inline void ion_api_unlock(struct ion_ring *ring,
					   struct ion_api_hold hold)
	__releases(&ring->lock)
{
	bool fresh = ring->async && ring->end.broken && !hold.broken;

	ion_ring_unlock(ring, hold.flags);
	if (unlikely(fresh))
		ion_notify_state(ring->ch);
}

static __always_inline u32 ion_api_push_some(struct ion_ring *ring,
					     const void *from, u32 count,
					     u32 size)
{
	struct ion_api_hold hold = ion_api_lock(ring);
	u32 n = 0;

	if (!ion_channel_error(ring->ch))
		n = ion_stage_push(ring, from, ion_stage_reserve(ring, count),
				   size);
	ion_api_unlock(ring, hold);
	return n;
}

/* With a lock to hold it goes by batches: interrupts are not off for long. */
static __always_inline u32 ion_api_batch(const struct ion_ring *ring, u32 count)
{
	return ring->async ? min_t(u32, count, ION_PEEK_MAX) : count;
}

static __always_inline u32 ion_api_push(struct ion_ring *ring, const void *from,
					u32 count, u32 size)
{
	u32 done = 0, want, n;

	if (!ion_api_ok(ring, size, true))
		return 0;
	while (done < count) {
		want = ion_api_batch(ring, count - done);
		n = ion_api_push_some(ring, from + (size_t)done * size, want,
				      size);
		done += n;
		if (n < want)
			break;
	}
	return done;
}

static __always_inline u32 ion_api_pop_some(struct ion_ring *ring, void *to,
					    u32 count, u32 size, bool *again)
{
	struct ion_api_hold hold = ion_api_lock(ring);
	u32 n = 0;

	*again = false;
	if (!ion_channel_poisoned(ring->ch))
		n = ion_stage_pop(ring, to, count, size, again);
	ion_api_unlock(ring, hold);
	return n;
}

static __always_inline u32 ion_api_pop(struct ion_ring *ring, void *to,
				       u32 count, u32 size)
{
	u32 done = 0, n;
	bool again;

	if (!ion_api_ok(ring, size, false))
		return 0;
	while (done < count) {
		n = ion_api_pop_some(ring, to + (size_t)done * size,
				     ion_api_batch(ring, count - done), size,
				     &again);
		done += n;
		if (!n && !again)
			break;
	}
	return done;
}

static __always_inline u32 ion_api_reserve(struct ion_ring *ring, u32 want,
					   u32 size)
{
	struct ion_api_hold hold;
	u32 n = 0;

	if (!ion_api_ok(ring, size, true))
		return 0;
	want = min_t(u32, want, ION_PEEK_MAX);
	hold = ion_api_lock(ring);
	if (!ion_channel_error(ring->ch))
		n = ion_stage_reserve(ring, want);
	ring->stage->nr = n;
	ion_api_unlock(ring, hold);
	return n;
}

static __always_inline u32 ion_api_commit(struct ion_ring *ring, u32 count,
					  u32 size)
{
	struct ion_api_hold hold;
	u32 n = 0;

	if (!ion_api_ok(ring, size, true))
		return 0;
	hold = ion_api_lock(ring);
	if (!WARN_ONCE(count > ring->stage->nr,
		       "ion: a service committed more than it reserved\n") &&
	    !ion_channel_error(ring->ch))
		n = ion_stage_push(ring, &ring->stage->slots,
				   ion_ring_reserve(&ring->producer, count),
				   size);
	ring->stage->nr = 0;
	ion_api_unlock(ring, hold);
	return n;
}

static __always_inline u32 ion_api_peek_some(struct ion_ring *ring, u32 want,
					     u32 size, bool *again)
{
	struct ion_api_hold hold = ion_api_lock(ring);
	u32 n = 0;

	*again = false;
	if (!ion_channel_poisoned(ring->ch))
		n = ion_stage_peek(ring, want, size, again);
	ion_api_unlock(ring, hold);
	return n;
}

static __always_inline u32 ion_api_peek(struct ion_ring *ring, u32 want,
					u32 size)
{
	bool again;
	u32 n;

	if (!want || !ion_api_ok(ring, size, false))
		return 0;
	do
		n = ion_api_peek_some(ring, want, size, &again);
	while (!n && again);
	return n;
}

static __always_inline u32 ion_api_release(struct ion_ring *ring, u32 count,
					   u32 size)
{
	struct ion_api_hold hold;
	u32 n;

	if (!ion_api_ok(ring, size, false))
		return 0;
	hold = ion_api_lock(ring);
	n = ion_stage_release(ring, count, size);
	ion_api_unlock(ring, hold);
	return n;
}

/* Whether slots can be copied as they are, with nothing between. */
static __always_inline bool ion_api_direct(const struct ion_ring *from,
					   const struct ion_ring *to)
{
	return !from->async && from->ch == to->ch && !from->ch->arena &&
	       !from->stage->nr;
}

static __always_inline u32 ion_api_move(struct ion_ring *from,
					struct ion_ring *to, u32 count,
					u32 size)
{
	u32 done = 0, n, pushed;

	if (!ion_api_ok(from, size, false) || !ion_api_ok(to, size, true))
		return 0;
	count = min_t(u32, count, from->end.mask);
	if (ion_api_direct(from, to))
		return ion_channel_error(from->ch) ? 0 :
			       ion_stage_move(from, to, count, size);

	while (done < count) {
		n = ion_api_peek(from, min(count - done, ION_PEEK_MAX), size);
		if (!n)
			break;
		pushed = ion_api_push(to, &from->stage->slots, n, size);
		done += ion_api_release(from, pushed, size);
		if (pushed < n)
			break;
	}
	return done;
}

/**
 * ion_channel_capacity() - packets or commands that a ring holds
 * @ring: a ring
 *
 * Context: any.
 * Return: one less than it has slots.
 */
u32 ion_channel_capacity(const struct ion_ring *ring)
{
	return ion_api_any(ring) ? ring->end.mask : 0;
}
EXPORT_SYMBOL_GPL(ion_channel_capacity);

/**
 * ion_channel_arm() - have doorbell() called when there is something to do
 * @ring: a ring
 *
 * For a service that uses the ring outside doorbell(), and for a ring of
 * another channel. Rings are armed when a channel is bound and whenever
 * doorbell() returns: tx and cmd always, rx and evt if a push found no room.
 * Armed means that the program kicks when it pushes, or makes room.
 *
 * Orders the arming before the look: either there is something to do, or the
 * program sees that it must kick.
 *
 * Context: as for pushing to it or popping from it.
 * Return: true if there is nothing to do, so that doorbell() will be called;
 * false if there is: look again.
 */
bool ion_channel_arm(struct ion_ring *ring)
{
	struct ion_api_hold hold;
	bool idle;

	if (!ion_api_any(ring) || !ion_api_context(ring))
		return true;
	hold = ion_api_lock(ring);
	idle = ion_ring_arm(ring);
	ion_api_unlock(ring, hold);
	return idle;
}
EXPORT_SYMBOL_GPL(ion_channel_arm);

/**
 * ion_channel_disarm() - have no kicks for a ring
 * @ring: a ring
 *
 * For a service that will look at the ring by itself, until it arms it again:
 * programs that obey the wake flag need no system call meanwhile.
 *
 * Context: as for pushing to it or popping from it.
 */
void ion_channel_disarm(struct ion_ring *ring)
{
	struct ion_api_hold hold;

	if (!ion_api_any(ring) || !ion_api_context(ring))
		return;
	hold = ion_api_lock(ring);
	ring->polled = true;
	ion_ring_awake(ring);
	ion_api_unlock(ring, hold);
}
EXPORT_SYMBOL_GPL(ion_channel_disarm);

/**
 * ion_channel_push() - push a packet to rx
 * @ring: rx of a channel
 * @packet: the packet, copied
 *
 * Context: callbacks of the channel; any if it is async.
 * Return: false, with nothing changed, if the ring is full, or if
 * ion_channel_error() says why.
 */
bool ion_channel_push(struct ion_ring *ring, const struct ion_packet *packet)
{
	return ion_api_push(ring, packet, 1, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_push);

/**
 * ion_channel_pop() - pop a packet from tx
 * @ring: tx of a channel
 * @packet: where to copy it
 *
 * Context: callbacks of the channel; any if it is async.
 * Return: false, with nothing changed, if the ring is empty or poisoned.
 */
bool ion_channel_pop(struct ion_ring *ring, struct ion_packet *packet)
{
	return ion_api_pop(ring, packet, 1, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_pop);

/**
 * ion_channel_push_n() - push packets to rx, with one publication
 * @ring: rx of a channel
 * @packets: array of @count of them, copied
 * @count: how many at the most
 *
 * Of a channel that is async it is ION_PEEK_MAX at a time that are atomic.
 *
 * Context: callbacks of the channel; any if it is async.
 * Return: how many were pushed, the first of the array: all of them, or as
 * many as there was room for; 0 if ion_channel_error() says why.
 */
u32 ion_channel_push_n(struct ion_ring *ring, const struct ion_packet *packets,
		       u32 count)
{
	return ion_api_push(ring, packets, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_push_n);

/**
 * ion_channel_pop_n() - pop packets from tx
 * @ring: tx of a channel
 * @packets: room for @count of them
 * @count: how many at the most
 *
 * Context: callbacks of the channel; any if it is async.
 * Return: how many were popped: all of them, or as many as there were.
 */
u32 ion_channel_pop_n(struct ion_ring *ring, struct ion_packet *packets,
		      u32 count)
{
	return ion_api_pop(ring, packets, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_pop_n);

/**
 * ion_channel_reserve() - get room for packets on rx
 * @ring: rx of a channel
 * @packets: set to an array to fill, not seen by the program, valid until the
 *	next reserve. What it holds at first is not defined.
 * @want: how many at the most; no more than ION_PEEK_MAX are given
 *
 * Nothing need be undone if it is not used, and the next reserve forgets it.
 *
 * Context: callbacks of the channel; any if it is async, with one owner of the
 * ring until the commit.
 * Return: how many may be filled, 0 if ion_channel_error() says why.
 */
u32 ion_channel_reserve(struct ion_ring *ring, struct ion_packet **packets,
			u32 want)
{
	u32 n = ion_api_reserve(ring, want, ION_PACKET_SIZE);

	*packets = n ? ring->stage->slots.packets : NULL;
	return n;
}
EXPORT_SYMBOL_GPL(ion_channel_reserve);

/**
 * ion_channel_commit() - publish what was reserved and filled
 * @ring: rx of a channel
 * @count: how many, from the first one on, no more than were reserved
 *
 * Context: as ion_channel_reserve().
 * Return: how many were pushed: all of them, unless something else pushed to
 * the ring, or ion_channel_error() says why.
 */
u32 ion_channel_commit(struct ion_ring *ring, u32 count)
{
	return ion_api_commit(ring, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_commit);

/**
 * ion_channel_peek() - look at packets on tx before popping them
 * @ring: tx of a channel
 * @packets: set to an array of copies, which the program can not change,
 *	valid until ion_channel_release()
 * @want: how many at the most; no more than ION_PEEK_MAX are given
 *
 * A second peek gives the same ones again, and more; but if the program reset
 * the ring meanwhile it forgets them, and their buffers are the program's again.
 * So a callback peeks again for what the one before it has not released.
 *
 * Context: callbacks of the channel; any if it is async, with one owner of the
 * ring until the release.
 * Return: how many there are to see.
 */
u32 ion_channel_peek(struct ion_ring *ring, const struct ion_packet **packets,
		     u32 want)
{
	u32 n = ion_api_peek(ring, want, ION_PACKET_SIZE);

	*packets = n ? ring->stage->slots.packets : NULL;
	return n;
}
EXPORT_SYMBOL_GPL(ion_channel_peek);

/**
 * ion_channel_release() - pop what was peeked at
 * @ring: tx of a channel
 * @count: how many, from the first one on, no more than were peeked at
 *
 * Context: as ion_channel_peek().
 * Return: @count, or 0 if it was more.
 */
u32 ion_channel_release(struct ion_ring *ring, u32 count)
{
	return ion_api_release(ring, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_release);

/**
 * ion_channel_move() - pop packets from tx and push them to rx as they are
 * @tx: tx of a channel
 * @rx: rx of the same channel, or of another one if both are async
 * @count: how many at the most; never more than tx holds
 *
 * What finds no room stays on tx. With an arena each buffer goes with its
 * packet, which only makes sense on the same channel.
 *
 * Context: callbacks of the channel; any if it is async, with one owner of tx.
 * Return: how many were moved.
 */
u32 ion_channel_move(struct ion_ring *tx, struct ion_ring *rx, u32 count)
{
	return ion_api_move(tx, rx, count, ION_PACKET_SIZE);
}
EXPORT_SYMBOL_GPL(ion_channel_move);

/**
 * ion_cmd_push() - push a command to evt
 * @ring: evt of a channel
 * @cmd: the command, copied
 *
 * Context: callbacks of the channel; any if it is async.
 * Return: false, with nothing changed, if the ring is full, or if
 * ion_channel_error() says why.
 */
bool ion_cmd_push(struct ion_ring *ring, const struct ion_cmd_packet *cmd)
{
	return ion_api_push(ring, cmd, 1, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(ion_cmd_push);

/**
 * ion_cmd_pop() - pop a command from cmd
 * @ring: cmd of a channel
 * @cmd: where to copy it
 *
 * Context: callbacks of the channel; any if it is async.
 * Return: false, with nothing changed, if the ring is empty or poisoned.
 */
bool ion_cmd_pop(struct ion_ring *ring, struct ion_cmd_packet *cmd)
{
	return ion_api_pop(ring, cmd, 1, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(ion_cmd_pop);

/**
 * ion_cmd_push_n() - push commands to evt, with one publication
 * @ring: evt of a channel
 * @cmds: array of @count of them, copied
 * @count: how many at the most
 *
 * Of a channel that is async it is ION_PEEK_MAX at a time that are atomic.
 *
 * Context: callbacks of the channel; any if it is async.
 * Return: how many were pushed, the first of the array: all of them, or as
 * many as there was room for; 0 if ion_channel_error() says why.
 */
u32 ion_cmd_push_n(struct ion_ring *ring, const struct ion_cmd_packet *cmds,
		   u32 count)
{
	return ion_api_push(ring, cmds, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(ion_cmd_push_n);

/**
 * ion_cmd_pop_n() - pop commands from cmd
 * @ring: cmd of a channel
 * @cmds: room for @count of them
 * @count: how many at the most
 *
 * Context: callbacks of the channel; any if it is async.
 * Return: how many were popped: all of them, or as many as there were.
 */
u32 ion_cmd_pop_n(struct ion_ring *ring, struct ion_cmd_packet *cmds,
		  u32 count)
{
	return ion_api_pop(ring, cmds, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(ion_cmd_pop_n);

/**
 * ion_cmd_reserve() - get room for commands on evt
 * @ring: evt of a channel
 * @cmds: set to an array to fill, not seen by the program, valid until the
 *	next reserve. What it holds at first is not defined.
 * @want: how many at the most; no more than ION_PEEK_MAX are given
 *
 * Nothing need be undone if it is not used, and the next reserve forgets it.
 *
 * Context: callbacks of the channel; any if it is async, with one owner of the
 * ring until the commit.
 * Return: how many may be filled, 0 if ion_channel_error() says why.
 */
u32 ion_cmd_reserve(struct ion_ring *ring, struct ion_cmd_packet **cmds,
		    u32 want)
{
	u32 n = ion_api_reserve(ring, want, ION_CMD_SIZE);

	*cmds = n ? ring->stage->slots.cmds : NULL;
	return n;
}
EXPORT_SYMBOL_GPL(ion_cmd_reserve);

/**
 * ion_cmd_commit() - publish what was reserved and filled
 * @ring: evt of a channel
 * @count: how many, from the first one on, no more than were reserved
 *
 * Context: as ion_cmd_reserve().
 * Return: how many were pushed: all of them, unless something else pushed to
 * the ring, or ion_channel_error() says why.
 */
u32 ion_cmd_commit(struct ion_ring *ring, u32 count)
{
	return ion_api_commit(ring, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(ion_cmd_commit);

/**
 * ion_cmd_peek() - look at commands on cmd before popping them
 * @ring: cmd of a channel
 * @cmds: set to an array of copies, which the program can not change,
 *	valid until ion_cmd_release()
 * @want: how many at the most; no more than ION_PEEK_MAX are given
 *
 * A second peek gives the same ones again, and more; but if the program reset
 * the ring meanwhile it forgets them, and their buffers are the program's again.
 * So a callback peeks again for what the one before it has not released.
 *
 * Context: callbacks of the channel; any if it is async, with one owner of the
 * ring until the release.
 * Return: how many there are to see.
 */
u32 ion_cmd_peek(struct ion_ring *ring, const struct ion_cmd_packet **cmds,
		 u32 want)
{
	u32 n = ion_api_peek(ring, want, ION_CMD_SIZE);

	*cmds = n ? ring->stage->slots.cmds : NULL;
	return n;
}
EXPORT_SYMBOL_GPL(ion_cmd_peek);

/**
 * ion_cmd_release() - pop what was peeked at
 * @ring: cmd of a channel
 * @count: how many, from the first one on, no more than were peeked at
 *
 * Context: as ion_cmd_peek().
 * Return: @count, or 0 if it was more.
 */
u32 ion_cmd_release(struct ion_ring *ring, u32 count)
{
	return ion_api_release(ring, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(ion_cmd_release);

/**
 * ion_cmd_move() - pop commands from cmd and push them to evt as they are
 * @cmd: cmd of a channel
 * @evt: evt of the same channel, or of another one if both are async
 * @count: how many at the most; never more than cmd holds
 *
 * What finds no room stays on cmd.
 *
 * Context: callbacks of the channel; any if it is async, with one owner of cmd.
 * Return: how many were moved.
 */
u32 ion_cmd_move(struct ion_ring *cmd, struct ion_ring *evt, u32 count)
{
	return ion_api_move(cmd, evt, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(ion_cmd_move);
