// SPDX-License-Identifier: GPL-2.0-only
/* Benchmarks of a channel, by kicks or a lent thread, compact or split. */
#include "bench.h"
#include "fail.h"
#include "open.h"

/* How long to wait for packets that should come back at once. */
#define PATIENCE_NS 10000000000ULL

static struct ionc_channel *ch;

static int open_channel(uint32_t flags, bool lend)
{
	struct ionc_options options;
	int ret;

	ionc_options_init(&options);
	options.flags = flags;
	ret = open_own(&ch, &options);
	if (ret || !lend)
		return ret;
	ret = ionc_lend(ch, NULL);
	if (!ret)
		return EXIT_OK;
	ionc_close(ch);
	return fail_call(IONC_LEND, ret, "lending a thread");
}

static int open_kicked_compact(void)
{
	return open_channel(IONC_COMPACT, false);
}

static int open_kicked_split(void)
{
	return open_channel(0, false);
}

static int open_lent_compact(void)
{
	return open_channel(IONC_COMPACT, true);
}

static int open_lent_split(void)
{
	return open_channel(0, true);
}

static void close_channel(void)
{
	ionc_close(ch);
}

static uint32_t put(uint64_t number, uint32_t count)
{
	uint32_t n = ionc_reserve(ch, count), i;

	for (i = 0; i < n; i++)
		*ionc_slot(ch, i) = bench_packet(number + i);
	if (!n)
		return 0;
	ionc_commit(ch, n);
	ionc_kick(ch);
	return n;
}

static int get(uint64_t number, uint32_t count)
{
	uint32_t n = ionc_peek(ch, count), i;

	for (i = 0; i < n; i++)
		if (!bench_is_packet(ionc_peeked(ch, i), number + i))
			return -1;
	if (!n)
		return 0;
	ionc_release(ch, n);
	ionc_kick(ch);
	return (int)n;
}

static void wait_for_some(void)
{
	ionc_wait_rx(ch, 1, PATIENCE_NS);
}

#define BENCH_ION(variant, title)              \
	const struct bench bench_##variant = { \
		.name = title,                 \
		.open = open_##variant,        \
		.close = close_channel,        \
		.put = put,                    \
		.get = get,                    \
		.wait = wait_for_some,         \
	}

BENCH_ION(kicked_compact, "ion, kicked, compact");
BENCH_ION(kicked_split, "ion, kicked, split");
BENCH_ION(lent_compact, "ion, lent thread, compact");
BENCH_ION(lent_split, "ion, lent thread, split");
