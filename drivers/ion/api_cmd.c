// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: what a service does with commands. */
#include <linux/export.h>

#include "api_ring.h"

/**
 * ion_cmd_push() - push a command to evt
 * @ring: evt of a channel
 * @cmd: the command, copied
 *
 * Context: callbacks of the channel; any but NMI if it is async.
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
 * Context: callbacks of the channel; any but NMI if it is async.
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
 * Context: callbacks of the channel; any but NMI if it is async.
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
 * Context: callbacks of the channel; any but NMI if it is async.
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
 * Context: callbacks of the channel; any but NMI if it is async, with one owner
 * of the ring until the commit.
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
 * Context: callbacks of the channel; any but NMI if it is async, with one owner
 * of the ring until the release.
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
 * Context: callbacks of the channel; any but NMI if it is async, with one owner
 * of cmd.
 * Return: how many were moved.
 */
u32 ion_cmd_move(struct ion_ring *cmd, struct ion_ring *evt, u32 count)
{
	return ion_api_move(cmd, evt, count, ION_CMD_SIZE);
}
EXPORT_SYMBOL_GPL(ion_cmd_move);
