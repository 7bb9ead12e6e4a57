/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loops for packets and for commands. A ring that copies batches in and out of
 * an array defines PUSH_N(producer, from, n, size) and POP_N(consumer, to, n,
 * size), and this sets and checks the numbers. Another ring that has batches
 * defines its own put_... and get_... and BATCHES.
 */
#ifdef PUSH_N
#define BATCHES

#define NATIVE_PUT_GET(kind, type)                                           \
	static inline unsigned int put_##kind(struct producer *p, __u64 seq, \
					      unsigned int n)                \
	{                                                                    \
		struct type batch[NATIVE_BURST];                             \
		unsigned int i;                                              \
		for (i = 0; i < n; i++)                                      \
			native_##kind##_fill(&batch[i], seq + i);            \
		return (unsigned int)PUSH_N(p, batch, n, sizeof(*batch));    \
	}                                                                    \
	static inline int get_##kind(struct consumer *c, __u64 seq,          \
				     unsigned int n)                         \
	{                                                                    \
		struct type batch[NATIVE_BURST];                             \
		unsigned int i;                                              \
		n = (unsigned int)POP_N(c, batch, n, sizeof(*batch));        \
		for (i = 0; i < n; i++)                                      \
			if (native_##kind##_wrong(&batch[i], seq + i))       \
				return -1;                                   \
		return (int)n;                                               \
	}

NATIVE_PUT_GET(packet, ion_packet)
NATIVE_PUT_GET(command, ion_cmd_packet)
#endif

#define PACKET struct ion_packet
#define KIND   packet
#include "loops.h"
#undef PACKET
#undef KIND

#define PACKET struct ion_cmd_packet
#define KIND   command
#include "loops.h"

#ifdef BATCHES
#define NATIVE_LOOPS(kind)              \
	{                               \
		produce_##kind,         \
		consume_##kind,         \
		ask_##kind,             \
		answer_##kind,          \
		push_all_##kind,        \
		pop_all_##kind,         \
		produce_batches_##kind, \
		consume_batches_##kind, \
		push_batches_##kind,    \
		pop_batches_##kind,     \
	}
#else
#define NATIVE_LOOPS(kind)       \
	{                        \
		produce_##kind,  \
		consume_##kind,  \
		ask_##kind,      \
		answer_##kind,   \
		push_all_##kind, \
		pop_all_##kind,  \
		NULL,            \
		NULL,            \
		NULL,            \
		NULL,            \
	}
#endif

#define LOOPS_packet  NATIVE_LOOPS(packet)
#define LOOPS_command NATIVE_LOOPS(command)
