// SPDX-License-Identifier: GPL-2.0-only
/*
 * The crossing of packets and commands from one channel of a pair to the other.
 *
 * Calls of both programs make them cross, and take @crossing of the sending end, a
 * spinlock, for a batch at a time. So no call waits for a preempted thread, and each
 * makes as many passes as there are packets for.
 *
 * Packets that find no room stay where they are, and the full ring is armed: a kick of
 * its program continues. Nothing crosses to an end that has gone: packets and commands
 * stay on tx and cmd, as they do after a hang-up.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "builtin.h"
#include "pair.h"

/* Packets or commands that cross while the lock is held. */
#define ION_PAIR_BATCH	2048U

/**
 * ion_pair_room() - arm a full ring, or find that it has room again
 * @to: the receiving end
 * @ring: its rx or evt
 *
 * Return: true if there is room now; false if a kick will come, or if nothing
 * can be pushed.
 */
bool ion_pair_room(struct ion_pair_end *to, struct ion_ring *ring)
{
	return !ion_channel_error(to->ch) && !ion_channel_arm(ring);
}

/*
 * Check whether to try once more. A poisoned end gives nothing, however much room there
 * is. With room the next try moves something. Only a program that breaks and resets its
 * ring over and over can make it fail, and @tries limits how often.
 */
static bool ion_pair_again(struct ion_pair_end *from, struct ion_pair_end *to,
			   struct ion_ring *ring, u32 *tries)
{
	if (!*tries)
		return false;
	--*tries;
	return ion_channel_error(from->ch) != -EPROTO && ion_pair_room(to, ring);
}

static void ion_pair_cross_packets(struct ion_pair_end *from,
				   struct ion_pair_end *to)
{
	struct ion_ring *tx = from->ring[ION_RING_TX];
	struct ion_ring *rx = to->ring[ION_RING_RX];
	u32 left = ion_channel_capacity(tx), tries = left + 1, done;

	for (;;) {
		spin_lock(&from->crossing);
		done = ion_channel_move(tx, rx, min(left, ION_PAIR_BATCH));
		spin_unlock(&from->crossing);
		left -= done;
		if (!left || ion_channel_empty(tx))
			return;
		if (!done && !ion_pair_again(from, to, rx, &tries))
			return;
		cond_resched();
	}
}

static u32 ion_pair_move_cmds(struct ion_pair_end *from,
			      struct ion_pair_end *to, u32 count)
{
	u32 done;

	spin_lock(&from->crossing);
	done = from->stamp ? ion_pair_move_stamped(from, to, count) :
			     ion_cmd_move(from->ring[ION_RING_CMD],
					  to->ring[ION_RING_EVT], count);
	from->sent += done;
	spin_unlock(&from->crossing);
	return done;
}

static void ion_pair_cross_cmds(struct ion_pair_end *from,
				struct ion_pair_end *to)
{
	struct ion_ring *cmd = from->ring[ION_RING_CMD];
	struct ion_ring *evt = to->ring[ION_RING_EVT];
	u32 left = ion_channel_capacity(cmd), tries = left + 1, done;

	for (;;) {
		done = ion_pair_move_cmds(from, to, min(left, ION_PAIR_BATCH));
		left -= done;
		if (!left || ion_channel_empty(cmd))
			return;
		if (!done && !ion_pair_again(from, to, evt, &tries))
			return;
		cond_resched();
	}
}

static void ion_pair_cross(struct ion_pair_end *from, struct ion_pair_end *to)
{
	if (READ_ONCE(to->gone))
		return;
	if (!ion_pair_has_buffers(from) &&
	    !ion_channel_empty(from->ring[ION_RING_TX]))
		ion_pair_cross_packets(from, to);
	if (!ion_channel_empty(from->ring[ION_RING_CMD]))
		ion_pair_cross_cmds(from, to);
}

/**
 * ion_pair_exchange() - take over what both ends have sent, as far as possible
 * @a: an end
 * @b: the other one
 *
 * Takes over at most what the rings hold, and the payloads that wait.
 *
 * Context: may sleep, and waits for nobody.
 */
void ion_pair_exchange(struct ion_pair_end *a, struct ion_pair_end *b)
{
	if (ion_pair_has_buffers(a)) {
		ion_pair_exchange_buffers(a, b);
		ion_pair_count_held(a);
		ion_pair_count_held(b);
	}
	ion_pair_cross(a, b);
	ion_pair_cross(b, a);
}

/**
 * ion_pair_drained() - check whether everything that one end sent has crossed
 * @from: the end
 *
 * Context: any in which a spinlock may be taken.
 * Return: true if nothing is left that could cross.
 */
bool ion_pair_drained(struct ion_pair_end *from)
{
	const struct ion_packet *packets;
	const struct ion_cmd_packet *cmds;
	bool drained, more;

	spin_lock(&from->crossing);
	drained = !from->nr &&
		  !ion_channel_peek_step(from->ring[ION_RING_TX], &packets, 1,
					 &more) && !more &&
		  !ion_cmd_peek(from->ring[ION_RING_CMD], &cmds, 1);
	spin_unlock(&from->crossing);
	return drained;
}

/**
 * ion_pair_unsent() - check whether something stays behind that nobody will get
 * @end: an end whose peer has gone
 *
 * Takes no lock: it may or may not see what the program pushes at the same time.
 *
 * Return: true if there is something on tx or cmd. Buffers do not stay on tx.
 */
bool ion_pair_unsent(const struct ion_pair_end *end)
{
	return !ion_channel_empty(end->ring[ION_RING_CMD]) ||
	       (!ion_pair_has_buffers(end) &&
		!ion_channel_empty(end->ring[ION_RING_TX]));
}
