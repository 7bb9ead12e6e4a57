// SPDX-License-Identifier: GPL-2.0-only
/* Opens channels with the library. */
#include <time.h>

#include "ion.h"

/* Longer than any wait of a busy peer. */
#define LENT_IDLE_NS 50000000ULL

static struct ionc_channel *open_channel(const struct peer *peer,
					 const char *service, const char *key)
{
	struct ionc_channel *ch;
	struct ionc_options options;
	int ret, id;

	ionc_options_init(&options);
	options.service = service;
	options.key = key;
	if (peer->flags & PEER_COMPACT)
		options.flags |= IONC_COMPACT;
	if (peer->flags & PEER_NO_SPIN)
		options.flags |= IONC_NO_SPIN;
	for (id = 0; id < ION_RINGS; id++)
		options.slots[id] = peer->size;
	ret = ionc_open(&ch, &options);
	if (ret) {
		bench_why("%s", ionc_explain(IONC_OPEN, ret));
		return NULL;
	}
	return ch;
}

/* Wait until the thread serves; the library only checks that it can. */
static bool serves(struct ionc_channel *ch)
{
	const struct timespec time = { .tv_nsec = 1000000 };
	struct ion_stats stats;
	unsigned int tries;

	for (tries = 0; tries < 10000; tries++) {
		if (ionc_stats(ch, &stats))
			return false;
		if (stats.kernel_end == ION_KERNEL_END_LENT ||
		    stats.kernel_end == ION_KERNEL_END_LENT_SLEEPING)
			return true;
		nanosleep(&time, NULL);
	}
	return false;
}

bool ion_lend(struct ionc_channel *ch, __u64 idle_ns)
{
	struct ionc_lend_options lend = {
		.size = sizeof(lend),
		.flags = idle_ns ? 0 : IONC_LEND_NO_SPIN,
		.idle_ns = idle_ns,
	};
	int ret = ionc_lend(ch, &lend);

	if (ret)
		return bench_why("%s", ionc_explain(IONC_LEND, ret));
	return serves(ch) || bench_why("no thread serves");
}

struct ionc_channel *ion_open(const struct peer *peer, const char *service)
{
	struct ionc_channel *ch = open_channel(peer, service, NULL);

	if (!ch || !(peer->flags & PEER_THREAD) || ion_lend(ch, LENT_IDLE_NS))
		return ch;
	ionc_close(ch);
	return NULL;
}

struct ionc_channel *ion_open_pair(const struct peer *peer, const char *key)
{
	const char *service = peer->flags & PEER_DIRECT ? "direct" : "pair";

	return open_channel(peer, service, key);
}
