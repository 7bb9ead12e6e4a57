/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets and commands that carry a number in every field.
 */
#ifndef _ION_NATIVE_PACKET_H
#define _ION_NATIVE_PACKET_H

#include "native.h"

static inline void native_packet_fill(struct ion_packet *packet, __u64 seq)
{
	packet->data = seq;
	packet->phys = ~seq;
	packet->len = 64;
	packet->id = (__u16)seq;
	packet->pad = 0;
}

static inline bool native_packet_wrong(const struct ion_packet *packet,
				       __u64 seq)
{
	return packet->data != seq || packet->phys != ~seq ||
	       packet->id != (__u16)seq;
}

static inline void native_command_fill(struct ion_cmd_packet *cmd, __u64 seq)
{
	cmd->kind = 1;
	cmd->pad = 0;
	cmd->arg = seq;
	cmd->id_lo = ~seq;
	cmd->id_hi = seq;
}

static inline bool native_command_wrong(const struct ion_cmd_packet *cmd,
					__u64 seq)
{
	return cmd->kind != 1 || cmd->arg != seq || cmd->id_lo != ~seq ||
	       cmd->id_hi != seq;
}

/* Simulate other work of a program: turns of a loop that nothing can shorten. */
static inline void native_work(unsigned int turns)
{
	while (turns--)
		__asm__ volatile("");
}

static inline void native_pause(void)
{
#if __has_builtin(__builtin_ia32_pause)
	__builtin_ia32_pause();
#else
	__asm__ volatile("" : : : "memory");
#endif
}

/*
 * The thread that reads the clock calls this for each check that finds nothing,
 * which it counts. Return false if a packet does not come at all.
 */
static inline bool native_wait(const struct native_run *run,
			       unsigned int *checks)
{
	return ++*checks & 0xffff || native_now() < run->latest;
}

static inline bool native_stopped(const struct native_run *run)
{
	return __atomic_load_n(&run->stop, __ATOMIC_RELAXED);
}

static inline void native_stop(struct native_run *run)
{
	__atomic_store_n(&run->stop, 1, __ATOMIC_RELAXED);
}

/* End the run at the first wrong packet. */
static inline void native_fail(struct native_run *run, __u64 seq)
{
	run->wrong = seq + 1;
	native_stop(run);
}

#endif /* _ION_NATIVE_PACKET_H */
