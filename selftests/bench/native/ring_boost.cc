// SPDX-License-Identifier: GPL-2.0-only
/* boost::lockfree::spsc_queue, with a size known at compile time. */
#include <boost/lockfree/spsc_queue.hpp>

#include "packet.h"

struct both {
	boost::lockfree::spsc_queue<
		ion_packet, boost::lockfree::capacity<NATIVE_SLOTS - 1>>
		packet;
	boost::lockfree::spsc_queue<
		ion_cmd_packet, boost::lockfree::capacity<NATIVE_SLOTS - 1>>
		command;
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

#define PUSH_POP(kind, type)                                               \
	static inline bool push_##kind(struct producer *p, const struct type *packet)  \
	{                                                                  \
		return p->ring->kind.push(*packet);                           \
	}                                                                  \
	static inline bool pop_##kind(struct consumer *c, struct type *packet)         \
	{                                                                  \
		return c->ring->kind.pop(*packet);                            \
	}                                                                  \
	static inline size_t push_n(struct producer *p, const struct type *from,       \
				    size_t n)                              \
	{                                                                  \
		return p->ring->kind.push(from, n);                           \
	}                                                                  \
	static inline size_t pop_n(struct consumer *c, struct type *to, size_t n)      \
	{                                                                  \
		return c->ring->kind.pop(to, n);                              \
	}

PUSH_POP(packet, ion_packet)
PUSH_POP(command, ion_cmd_packet)

#define PUSH_N(p, from, n, size) push_n(p, from, n)
#define POP_N(c, to, n, size)	 pop_n(c, to, n)
#include "both.h"

const native_ring native_boost = {
	.name = "boost-spsc",
	.open = open_ring,
	.close = close_ring,
	.packet = LOOPS_packet,
	.command = LOOPS_command,
};
