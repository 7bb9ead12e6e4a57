// SPDX-License-Identifier: GPL-2.0-only
/*
 * Not a ring, but the limit of two processors: they hand a number over in one
 * cache line, and back in another.
 */
#include "packet.h"

struct line {
	__u64 seq;
} __attribute__((aligned(256)));

static void *open_line(size_t size)
{
	(void)size;
	return native_alloc(sizeof(struct line));
}

static void ask(struct native_run *run)
{
	struct line *there = run->ring[0], *back = run->ring[1];
	unsigned int checks = 0;
	__u64 seq = 0, end;

	do {
		for (end = seq + run->chunk; seq != end;) {
			seq++;
			__atomic_store_n(&there->seq, seq, __ATOMIC_RELEASE);
			while (__atomic_load_n(&back->seq, __ATOMIC_ACQUIRE) !=
			       seq)
				if (!native_wait(run, &checks))
					return native_stop(run);
		}
	} while (native_chunk(run, run->chunk));
	native_stop(run);
}

static void answer(struct native_run *run)
{
	struct line *there = run->ring[0], *back = run->ring[1];
	__u64 seq = 0;

	while (!native_stopped(run)) {
		if (__atomic_load_n(&there->seq, __ATOMIC_ACQUIRE) == seq)
			continue;
		seq++;
		__atomic_store_n(&back->seq, seq, __ATOMIC_RELEASE);
	}
}

const struct native_ring native_line = {
	.name = "line",
	.open = open_line,
	.close = native_free,
	.packet = { .ask = ask, .answer = answer },
};
