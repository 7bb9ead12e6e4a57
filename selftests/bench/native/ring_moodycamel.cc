// SPDX-License-Identifier: GPL-2.0-only
/* moodycamel::ReaderWriterQueue, which may not grow here. */
#include <readerwriterqueue/readerwriterqueue.h>

#include "packet.h"

struct both {
	moodycamel::ReaderWriterQueue<ion_packet> packet{ NATIVE_SLOTS - 1 };
	moodycamel::ReaderWriterQueue<ion_cmd_packet> command{ NATIVE_SLOTS -
							       1 };
};

static void *open_ring(size_t)
{
	return new (std::nothrow) both;
}

static void close_ring(void *ring)
{
	delete static_cast<both *>(ring);
}

#define RING both
#include "simple.h"

#define PUSH_POP(kind, type)                                              \
	static inline bool push_##kind(struct producer *p, const struct type *packet) \
	{                                                                 \
		return p->ring->kind.try_enqueue(*packet);                   \
	}                                                                 \
	static inline bool pop_##kind(struct consumer *c, struct type *packet)        \
	{                                                                 \
		return c->ring->kind.try_dequeue(*packet);                   \
	}

PUSH_POP(packet, ion_packet)
PUSH_POP(command, ion_cmd_packet)

#include "both.h"

const native_ring native_readerwriterqueue = {
	.name = "readerwriterqueue",
	.open = open_ring,
	.close = close_ring,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
