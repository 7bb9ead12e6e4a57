// SPDX-License-Identifier: GPL-2.0-only
/*
 * The innocent neighbours of a hostile program, which check every number that
 * they receive.
 */
#include "hostile.h"

static int calm_echo(struct channel *ch, __u64 number, __u32 n)
{
	struct ion_cmd_packet cmd;

	if (ion_send(ch, number, n) != (int)n || !ion_send_cmd(ch, number))
		return -EIO;
	if (!AWAIT(ion_ring_peek(&ch->rx, n) == n &&
		   ion_ring_peek(&ch->evt, 1)))
		return -ETIMEDOUT;
	if (ion_pop_from(ch, number, n + 1) != (int)n)
		return -EBADMSG;
	return ion_ring_pop_cmd(&ch->evt, &cmd) && ion_cmd_is(&cmd, number)
		       ? 0
		       : -EBADMSG;
}

static int calm_pair(struct channel *ch, __u64 number, __u32 n)
{
	if (ion_send(&ch[0], number, n) != (int)n)
		return -EIO;
	return ion_pop_from(&ch[1], number, n + 1) == (int)n ? 0 : -EBADMSG;
}

/* Return whether all packets crossed, and nothing was poisoned or discarded. */
static int calm_counts(struct channel *ch, unsigned int ring, __u64 number)
{
	struct ion_stats stats;
	unsigned int id;
	int ret = stats_read(ch->fd, &stats);

	for (id = 0; !ret && id < ION_RINGS; id++)
		if (stats.ring[id].poison || stats.ring[id].discarded)
			return -EPROTO;
	if (stats.ring[ring].pushed != number ||
	    stats.ring[ring].popped != number)
		return -ERANGE;
	return ret;
}

int hostile_calm(struct task *task)
{
	struct hostile *h = hostile_of(task);
	__u64 seed = task->arg[0], number = 0;
	int ret = 0;

	while (!ret && !READ_ONCE(h->stop)) {
		__u32 n = 1 + random_below(&seed, HOSTILE_SLOTS - 1);

		ret = calm_echo(&h->calm[0], number, n)
			      ?: calm_pair(&h->calm[1], number, n);
		number += n;
	}
	return ret				     ?:
	       calm_counts(&h->calm[0], ION_RING_TX, number) ?:
	       calm_counts(&h->calm[0], ION_RING_RX, number) ?:
	       calm_counts(&h->calm[1], ION_RING_TX, number) ?:
	       calm_counts(&h->calm[2], ION_RING_RX, number);
}

/* Lend this thread to the innocent echo, beside the kicks. */
int hostile_calm_serve(struct task *task)
{
	struct hostile *h = hostile_of(task);
	__u64 seed = task->arg[0];
	int ret = 0;

	while (!READ_ONCE(h->stop) && (!ret || ret == -EINTR)) {
		ret = ion_lend(h->calm[0].fd, 1 + random_below(&seed, 50000),
			       1 + random_below(&seed, MS));
		sleep_ns(random_below(&seed, 3 * MS));
	}
	return ret == -EINTR ? 0 : ret;
}
