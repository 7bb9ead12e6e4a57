/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the kernel end, and of the user end where a program uses system calls.
 * See Documentation/tracing.rst.
 *
 * There is one event for each batch. Hot paths trace through trace_hot.h.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ion

#if !defined(_DRIVERS_ION_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _DRIVERS_ION_TRACE_H

#include <linux/tracepoint.h>

#include "channel.h"
#include "notify.h"
#include "kernel_ring.h"

/* Export the values to programs that read the formats. */
TRACE_DEFINE_ENUM(ION_RING_TX);
TRACE_DEFINE_ENUM(ION_RING_RX);
TRACE_DEFINE_ENUM(ION_RING_CMD);
TRACE_DEFINE_ENUM(ION_RING_EVT);
TRACE_DEFINE_ENUM(ION_LAYOUT_COMPACT);
TRACE_DEFINE_ENUM(ION_LAYOUT_SPLIT);
TRACE_DEFINE_ENUM(ION_POISON_RANGE);
TRACE_DEFINE_ENUM(ION_POISON_ORDER);
TRACE_DEFINE_ENUM(ION_WOKEN_WAITERS);
TRACE_DEFINE_ENUM(ION_WOKEN_EVENTFD);
TRACE_DEFINE_ENUM(ION_WOKEN_SIGIO);
TRACE_DEFINE_ENUM(ION_WOKEN_LENT);

#define ion_trace_ring(ring)						\
	__print_symbolic(ring,						\
			 { ION_RING_TX, "tx" },				\
			 { ION_RING_RX, "rx" },				\
			 { ION_RING_CMD, "cmd" },			\
			 { ION_RING_EVT, "evt" })

#define ion_trace_rings(rings)						\
	__print_flags(rings, "|",					\
		      { 1 << ION_RING_TX, "tx" },			\
		      { 1 << ION_RING_RX, "rx" },			\
		      { 1 << ION_RING_CMD, "cmd" },			\
		      { 1 << ION_RING_EVT, "evt" })

DECLARE_EVENT_CLASS(ion_channel,
	TP_PROTO(const struct ion_channel *ch),
	TP_ARGS(ch),
	TP_STRUCT__entry(
		__field(u64, channel)
	),
	TP_fast_assign(
		__entry->channel = ch->id;
	),
	TP_printk("channel=%llu", __entry->channel)
);

DEFINE_EVENT(ion_channel, ion_open,
	TP_PROTO(const struct ion_channel *ch),
	TP_ARGS(ch)
);

DEFINE_EVENT(ion_channel, ion_close,
	TP_PROTO(const struct ion_channel *ch),
	TP_ARGS(ch)
);

DEFINE_EVENT(ion_channel, ion_kick,
	TP_PROTO(const struct ion_channel *ch),
	TP_ARGS(ch)
);

DEFINE_EVENT(ion_channel, ion_sleep,
	TP_PROTO(const struct ion_channel *ch),
	TP_ARGS(ch)
);

TRACE_EVENT(ion_setup,
	TP_PROTO(const struct ion_channel *ch),
	TP_ARGS(ch),
	TP_STRUCT__entry(
		__field(u64, channel)
		__string(service, ch->info.service)
		__field(u32, layout)
		__field(u32, tx)
		__field(u32, rx)
		__field(u32, cmd)
		__field(u32, evt)
		__field(u32, buffers)
		__field(u32, buffer_size)
		__field(u64, bytes)
	),
	TP_fast_assign(
		__entry->channel = ch->id;
		__assign_str(service);
		__entry->layout = ch->info.layout;
		__entry->tx = ch->info.ring[ION_RING_TX].nr_slots;
		__entry->rx = ch->info.ring[ION_RING_RX].nr_slots;
		__entry->cmd = ch->info.ring[ION_RING_CMD].nr_slots;
		__entry->evt = ch->info.ring[ION_RING_EVT].nr_slots;
		__entry->buffers = ch->info.buffers;
		__entry->buffer_size = ch->info.buffer_size;
		__entry->bytes = ch->info.bytes;
	),
	TP_printk("channel=%llu service=%s layout=%s tx=%u rx=%u cmd=%u evt=%u buffers=%u buffer_size=%u bytes=%llu",
		  __entry->channel, __get_str(service),
		  __print_symbolic(__entry->layout,
				   { ION_LAYOUT_COMPACT, "compact" },
				   { ION_LAYOUT_SPLIT, "split" }),
		  __entry->tx, __entry->rx, __entry->cmd, __entry->evt,
		  __entry->buffers, __entry->buffer_size, __entry->bytes)
);

DECLARE_EVENT_CLASS(ion_batch,
	TP_PROTO(const struct ion_ring *ring, u32 count, u32 queued),
	TP_ARGS(ring, count, queued),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u32, ring)
		__field(u32, count)
		__field(u32, queued)
	),
	TP_fast_assign(
		__entry->channel = ring->ch->id;
		__entry->ring = ion_ring_id(ring);
		__entry->count = count;
		__entry->queued = queued;
	),
	TP_printk("channel=%llu ring=%s count=%u queued=%u",
		  __entry->channel, ion_trace_ring(__entry->ring),
		  __entry->count, __entry->queued)
);

DEFINE_EVENT(ion_batch, ion_push,
	TP_PROTO(const struct ion_ring *ring, u32 count, u32 queued),
	TP_ARGS(ring, count, queued)
);

DEFINE_EVENT(ion_batch, ion_pop,
	TP_PROTO(const struct ion_ring *ring, u32 count, u32 queued),
	TP_ARGS(ring, count, queued)
);

DEFINE_EVENT(ion_batch, ion_discard,
	TP_PROTO(const struct ion_ring *ring, u32 count, u32 queued),
	TP_ARGS(ring, count, queued)
);

TRACE_EVENT(ion_full,
	TP_PROTO(const struct ion_ring *ring),
	TP_ARGS(ring),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u32, ring)
		__field(u32, capacity)
		__field(u32, queued)
	),
	TP_fast_assign(
		__entry->channel = ring->ch->id;
		__entry->ring = ion_ring_id(ring);
		__entry->capacity = ring->end.mask;
		__entry->queued = ion_ring_count(ring);
	),
	TP_printk("channel=%llu ring=%s capacity=%u queued=%u",
		  __entry->channel, ion_trace_ring(__entry->ring),
		  __entry->capacity, __entry->queued)
);

TRACE_EVENT(ion_poison,
	TP_PROTO(const struct ion_ring *ring),
	TP_ARGS(ring),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u32, ring)
		__field(u32, cause)
		__field(u32, seen)
		__field(u32, first)
		__field(u32, last)
	),
	TP_fast_assign(
		__entry->channel = ring->ch->id;
		__entry->ring = ion_ring_id(ring);
		__entry->cause = ring->end.broken;
		__entry->seen = ring->end.seen;
		__entry->first = ion_ring_allowed_first(ring);
		__entry->last = ion_ring_allowed_last(ring);
	),
	TP_printk("channel=%llu ring=%s cause=%s seen=%u allowed=%u..%u",
		  __entry->channel, ion_trace_ring(__entry->ring),
		  __print_symbolic(__entry->cause,
				   { ION_POISON_RANGE, "range" },
				   { ION_POISON_ORDER, "order" }),
		  __entry->seen, __entry->first, __entry->last)
);

TRACE_EVENT(ion_kick_done,
	TP_PROTO(const struct ion_channel *ch, bool lent, u32 moved,
		 bool spurious),
	TP_ARGS(ch, lent, moved, spurious),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u32, moved)
		__field(u8, lent)
		__field(u8, spurious)
	),
	TP_fast_assign(
		__entry->channel = ch->id;
		__entry->moved = moved;
		__entry->lent = lent;
		__entry->spurious = spurious;
	),
	TP_printk("channel=%llu moved=%u lent=%u spurious=%u",
		  __entry->channel, __entry->moved, __entry->lent,
		  __entry->spurious)
);

TRACE_EVENT(ion_wake,
	TP_PROTO(const struct ion_channel *ch, enum ion_woken who, u32 rings),
	TP_ARGS(ch, who, rings),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u32, who)
		__field(u32, rings)
	),
	TP_fast_assign(
		__entry->channel = ch->id;
		__entry->who = who;
		__entry->rings = rings;
	),
	TP_printk("channel=%llu who=%s rings=%s", __entry->channel,
		  __print_symbolic(__entry->who,
				   { ION_WOKEN_WAITERS, "waiters" },
				   { ION_WOKEN_EVENTFD, "eventfd" },
				   { ION_WOKEN_SIGIO, "SIGIO" },
				   { ION_WOKEN_LENT, "lent" }),
		  ion_trace_rings(__entry->rings))
);

#endif /* _DRIVERS_ION_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
