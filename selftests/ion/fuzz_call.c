// SPDX-License-Identifier: GPL-2.0-only
/* The fuzzer makes ioctls: valid, nearly valid, and random. */
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "fuzz.h"

#define CALL(f, request, arg)               \
	fuzz_ret(ioctl(fuzz_fd(f), request, \
		       fuzz_argument(f, arg, sizeof(*(arg)))))

/* Mostly short, so that the thread makes progress. */
static __u64 some_time(struct fuzz *f)
{
	switch (fuzz_below(f, 8)) {
	case 0:
		return 0;
	case 1:
		return fuzz_number(f);
	case 2:
		return ~0ULL;
	default:
		return fuzz_below(f, 3000000);
	}
}

static long step_query(struct fuzz *f)
{
	struct ion_query query = { .size = sizeof(query) };
	struct ion_totals *totals = fuzz_memory(f, sizeof(*totals));

	if (fuzz_chance(f, 3)) {
		memset(totals, 0, sizeof(*totals));
		totals->size = sizeof(*totals);
		query.totals = (unsigned long)totals;
	} else if (fuzz_chance(f, 3)) {
		query.totals = (unsigned long)fuzz_pointer(f);
	}
	return CALL(f, ION_IOC_QUERY, &query);
}

static long step_info(struct fuzz *f)
{
	struct ion_info info = { .size = sizeof(info) };

	return CALL(f, ION_IOC_INFO, &info);
}

/* The argument of a call that has none: anything but 0 is refused. */
static __u64 no_argument(struct fuzz *f)
{
	return fuzz_chance(f, 16) ? fuzz_random(f) : 0;
}

static long step_kick(struct fuzz *f)
{
	return fuzz_ret(ioctl(fuzz_fd(f), ION_IOC_KICK, no_argument(f)));
}

static long step_reset(struct fuzz *f)
{
	return fuzz_ret(ioctl(fuzz_fd(f), ION_IOC_RESET, no_argument(f)));
}

static void fill(struct fuzz *f, char *packets, __u32 count)
{
	const struct fuzz_channel *ch = fuzz_channel(f);
	__u32 i;

	for (i = 0; i < count && i < 64; i++)
		fuzz_packet(f, ch, packets + i * sizeof(struct ion_packet));
}

static long batch(struct fuzz *f, unsigned long request)
{
	struct ion_batch batch = {
		.size = sizeof(batch),
		.ring = fuzz_below(f, ION_RINGS),
		.count = 1 + fuzz_below(f, fuzz_chance(f, 4) ? 1024 : 32),
	};
	void *at = fuzz_memory(f, batch.count * 32);

	if (request == ION_IOC_PEEK)
		batch.skip = fuzz_below(f, 8);
	if (request == ION_IOC_PUSH) {
		batch.ring &= ~1U;
		fill(f, at, batch.count);
	}
	if (request == ION_IOC_POP)
		batch.ring |= 1;
	if (fuzz_chance(f, 16))
		at = fuzz_pointer(f);
	batch.addr = (unsigned long)at;
	return CALL(f, request, &batch);
}

static long step_push(struct fuzz *f)
{
	return batch(f, ION_IOC_PUSH);
}

static long step_pop(struct fuzz *f)
{
	return batch(f, ION_IOC_POP);
}

static long step_peek(struct fuzz *f)
{
	return batch(f, ION_IOC_PEEK);
}

/* pushed = popped + queued + discarded, whatever was done to the ring. */
static long step_law(struct fuzz *f)
{
	struct ion_stats stats = { .size = sizeof(stats) };
	unsigned int id;
	int fd = fuzz_channel(f)->fd;

	if (ioctl(fd, ION_IOC_STATS, &stats))
		return -errno;
	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_stats *ring = &stats.ring[id];

		if (ring->queued <= ring->capacity &&
		    ring->pushed ==
			    ring->popped + ring->queued + ring->discarded)
			continue;
		fuzz_broken("ring %u: in %llu out %llu queued %u lost %llu", id,
			    (unsigned long long)ring->pushed,
			    (unsigned long long)ring->popped, ring->queued,
			    (unsigned long long)ring->discarded);
	}
	return 0;
}

static long step_stats(struct fuzz *f)
{
	struct ion_stats stats = { .size = sizeof(stats) };

	return CALL(f, ION_IOC_STATS, &stats);
}

static long step_wait(struct fuzz *f)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = fuzz_below(f, 3),
		.evt = fuzz_below(f, 3),
		.timeout_ns = some_time(f),
	};

	return CALL(f, ION_IOC_WAIT, &wait);
}

static long step_serve(struct fuzz *f)
{
	struct ion_serve serve = {
		.size = sizeof(serve),
		.idle_ns = some_time(f),
		.max_ns = fuzz_chance(f, 20) ? 0 : some_time(f) & 0xffffff,
	};

	return CALL(f, ION_IOC_SERVE, &serve);
}

static long step_eventfd(struct fuzz *f)
{
	struct ion_eventfd eventfd = {
		.size = sizeof(eventfd),
		.fd = fuzz_chance(f, 4) ? fuzz_fd(f) : fuzz_world.other[0],
	};

	if (fuzz_chance(f, 4))
		eventfd.fd = -1;
	return CALL(f, ION_IOC_EVENTFD, &eventfd);
}

static long step_verify(struct fuzz *f)
{
	struct ion_verify verify = {
		.size = sizeof(verify),
		.cmd = { .kind = (__u32)fuzz_random(f) },
	};

	verify.cmd.id_lo = fuzz_below(f, 4);
	return CALL(f, ION_IOC_VERIFY, &verify);
}

static long step_buffers(struct fuzz *f)
{
	struct ion_buffers buffers = { .size = sizeof(buffers) };

	if (fuzz_chance(f, 2))
		buffers.addr = (unsigned long)(fuzz_chance(f, 4)
						       ? fuzz_pointer(f)
						       : fuzz_memory(f, 8192));
	return CALL(f, ION_IOC_BUFFERS, &buffers);
}

static long step_list(struct fuzz *f)
{
	struct ion_list list = {
		.size = sizeof(list),
		.count = 1 + fuzz_below(f, 16),
		.after = fuzz_chance(f, 2) ? 0 : fuzz_number(f),
		.entry_size = sizeof(struct ion_list_entry),
	};

	list.addr = (unsigned long)(fuzz_chance(f, 8)
					    ? fuzz_pointer(f)
					    : fuzz_memory(f, 16 * 1024));
	return CALL(f, ION_IOC_LIST, &list);
}

static long step_selftest(struct fuzz *f)
{
	struct ion_selftest selftest = {
		.size = sizeof(selftest),
		.count = fuzz_below(f, 130),
		.addr = (unsigned long)fuzz_memory(f, 130 * 128),
	};

	return CALL(f, ION_IOC_SELFTEST, &selftest);
}

/* Unknown numbers, and those of other drivers. */
static long step_unknown(struct fuzz *f)
{
	unsigned long request = ION_IOC_QUERY + fuzz_below(f, 64);

	if (fuzz_chance(f, 2))
		request = fuzz_number(f);
	if (fuzz_chance(f, 3))
		request = ION_IOC_QUERY | fuzz_random(f) << 16;
	if (fuzz_chance(f, 4))
		request = ION_IOC_QUERY + fuzz_below(f, 17) +
			  (fuzz_random(f) << 32);
	return fuzz_ret(ioctl(fuzz_fd(f), request, fuzz_pointer(f)));
}

/* Any known number, and memory with any contents. */
static long step_garbage(struct fuzz *f)
{
	__u64 *at = fuzz_memory(f, 2048);
	unsigned int i;

	for (i = 0; i < 2048 / 8; i++)
		at[i] = fuzz_chance(f, 4) ? fuzz_number(f) : 0;
	if (fuzz_chance(f, 2))
		*(__u32 *)at = (__u32)fuzz_below(f, 1200);
	i = fuzz_below(f, 17);
	return fuzz_ret(ioctl(fuzz_fd(f), ION_IOC_QUERY + i, at));
}

static const struct fuzz_step steps[] = {
	{ "ION_IOC_QUERY", 2, step_query },
	{ "ION_IOC_INFO", 2, step_info },
	{ "ION_IOC_KICK", 20, step_kick },
	{ "ION_IOC_RESET", 8, step_reset },
	{ "ION_IOC_PUSH", 16, step_push },
	{ "ION_IOC_POP", 10, step_pop },
	{ "ION_IOC_PEEK", 6, step_peek },
	{ "ION_IOC_STATS", 3, step_stats },
	{ "counters", 10, step_law },
	{ "ION_IOC_WAIT", 10, step_wait },
	{ "ION_IOC_SERVE", 10, step_serve },
	{ "ION_IOC_EVENTFD", 5, step_eventfd },
	{ "ION_IOC_VERIFY", 5, step_verify },
	{ "ION_IOC_BUFFERS", 4, step_buffers },
	{ "ION_IOC_LIST", 4, step_list },
	{ "unknown ioctl", 4, step_unknown },
	{ "garbage ioctl", 6, step_garbage },
	{ "ION_IOC_SELFTEST", 1, step_selftest },
};

const struct fuzz_steps fuzz_call_steps = { steps, FUZZ_ARRAY(steps) };
