// SPDX-License-Identifier: GPL-2.0-only
/* The stamps of commands that cross from one channel of a pair to the other. */
#include <linux/array_size.h>
#include <linux/minmax.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/siphash.h>

#include "pair.h"

static u64 ion_pair_hash(u64 origin, u64 number,
			 const struct ion_cmd_packet *cmd)
{
	static siphash_key_t key;

	get_random_once(&key, sizeof(key));
	return siphash_4u64(origin, number, cmd->kind | (u64)cmd->pad << 32,
			    cmd->arg, &key);
}

/**
 * ion_pair_stamped() - check whether the kernel stamped a command
 * @origin: number of the channel that is claimed to have sent it
 * @cmd: the command
 *
 * Return: true if it did.
 */
bool ion_pair_stamped(u64 origin, const struct ion_cmd_packet *cmd)
{
	return cmd->id_hi == ion_pair_hash(origin, cmd->id_lo, cmd);
}

static u32 ion_pair_push_stamped(struct ion_pair_end *from,
				 struct ion_ring *evt,
				 const struct ion_cmd_packet *cmds, u32 count)
{
	struct ion_cmd_packet stamped[8];
	u32 n = min_t(u32, count, ARRAY_SIZE(stamped));
	u64 origin = ion_channel_id(from->ch);
	u32 i;

	for (i = 0; i < n; i++) {
		stamped[i] = cmds[i];
		stamped[i].id_lo = from->sent + i;
		stamped[i].id_hi = ion_pair_hash(origin, from->sent + i,
						 &cmds[i]);
	}
	return ion_cmd_push_n(evt, stamped, n);
}

/**
 * ion_pair_move_stamped() - move commands like ion_cmd_move(), and stamp them
 * @from: the end that sent them, crossing held
 * @to: the receiving end
 * @count: how many at most
 *
 * Return: how many were moved.
 */
u32 ion_pair_move_stamped(struct ion_pair_end *from, struct ion_pair_end *to,
			  u32 count)
{
	struct ion_ring *cmd = from->ring[ION_RING_CMD];
	const struct ion_cmd_packet *cmds;
	u32 n;

	lockdep_assert_held(&from->crossing);

	n = ion_cmd_peek(cmd, &cmds, count);
	n = ion_pair_push_stamped(from, to->ring[ION_RING_EVT], cmds, n);
	return ion_cmd_release(cmd, n);
}
