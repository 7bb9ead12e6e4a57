// SPDX-License-Identifier: GPL-2.0-only
/* atomic_queue::AtomicQueue2 for one producer and one consumer. */
#include <atomic_queue/atomic_queue.h>

#include "packet.h"

/* Parameters for the highest throughput; slots are used in their order. */
template <typename T>
using queue = atomic_queue::AtomicQueue2<T, NATIVE_SLOTS, false, true, false,
					 true>;

struct both {
	queue<ion_packet> packet;
	queue<ion_cmd_packet> command;
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
		return p->ring->kind.try_push(*packet);                   \
	}                                                                 \
	static inline bool pop_##kind(struct consumer *c, struct type *packet)        \
	{                                                                 \
		return c->ring->kind.try_pop(*packet);                   \
	}

PUSH_POP(packet, ion_packet)
PUSH_POP(command, ion_cmd_packet)

#include "both.h"

const native_ring native_atomic_queue = {
	.name = "atomic_queue",
	.open = open_ring,
	.close = close_ring,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
