// SPDX-License-Identifier: GPL-2.0-only
/* Peers of ion: the service echo, run by a lent thread or a kick a batch. */
#include <string.h>
#include <sys/resource.h>

#include "ion.h"

#define CHANNELS_MAX 1000

static struct ionc_channel *channels[CHANNELS_MAX];
static unsigned int nr_channels, at;

static bool echo_open(const struct peer *peer)
{
	at = 0;
	nr_channels = 1;
	channels[0] = ion_open(peer, "echo");
	return channels[0];
}

static void echo_close(void)
{
	while (nr_channels)
		ionc_close(channels[--nr_channels]);
}

/* With a lent thread, one check of the wake flags serves both directions. */
static bool filled;

static unsigned int lent_put(__u64 seq, unsigned int n)
{
	n = ion_fill(channels[at], seq, n);
	filled |= n;
	return n;
}

static int lent_get(__u64 seq, unsigned int n)
{
	int got = ion_take(channels[at], seq, n);

	if (got > 0 || filled)
		ionc_kick(channels[at]);
	filled = false;
	return got;
}

/* Put a batch into the next channel; its kick also brings the packets back. */
static unsigned int kicked_put(__u64 seq, unsigned int n)
{
	return ion_put(channels[at], seq, n);
}

static int kicked_get(__u64 seq, unsigned int n)
{
	int got = ion_get(channels[at], seq, n);

	at = at + 1 < nr_channels ? at + 1 : 0;
	return got;
}

const struct peer ion_lent_compact = {
	.name = "ion, lent thread, compact",
	.flags = PEER_ION | PEER_COMPACT | PEER_THREAD,
	.size = 256,
	.open = echo_open,
	.close = echo_close,
	.put = lent_put,
	.get = lent_get,
};

const struct peer ion_lent_split = {
	.name = "ion, lent thread, split",
	.flags = PEER_ION | PEER_THREAD,
	.size = 256,
	.open = echo_open,
	.close = echo_close,
	.put = lent_put,
	.get = lent_get,
};

const struct peer ion_kicked_compact = {
	.name = "ion, kicked, compact",
	.flags = PEER_ION | PEER_COMPACT,
	.size = 256,
	.open = echo_open,
	.close = echo_close,
	.put = kicked_put,
	.get = kicked_get,
};

const struct peer ion_kicked_split = {
	.name = "ion, kicked, split",
	.flags = PEER_ION,
	.size = 256,
	.open = echo_open,
	.close = echo_close,
	.put = kicked_put,
	.get = kicked_get,
};

/* ---- growing rings and numbers of channels ----------------------------- */

#define SLOTS(n)                                 \
	{                                        \
		.name = "rings of " #n " slots", \
		.flags = PEER_ION,               \
		.size = n,                       \
		.open = echo_open,               \
		.close = echo_close,             \
		.put = kicked_put,               \
		.get = kicked_get,               \
	}

const struct peer ion_slots[] = {
	SLOTS(2),    SLOTS(8),	  SLOTS(64),	SLOTS(256),
	SLOTS(1024), SLOTS(8192), SLOTS(65536),
};

static bool channels_open(const struct peer *peer)
{
	struct rlimit files = { 4096, 4096 };
	struct peer one = { .flags = peer->flags, .size = 256 };

	setrlimit(RLIMIT_NOFILE, &files);
	at = 0;
	for (nr_channels = 0; nr_channels < peer->size; nr_channels++) {
		channels[nr_channels] = ion_open(&one, "echo");
		if (!channels[nr_channels]) {
			echo_close();
			return false;
		}
	}
	return true;
}

#define CHANNELS(n, text)              \
	{                              \
		.name = text,          \
		.flags = PEER_ION,     \
		.size = n,             \
		.open = channels_open, \
		.close = echo_close,   \
		.put = kicked_put,     \
		.get = kicked_get,     \
	}

const struct peer ion_channels[] = {
	CHANNELS(1, "1 channel"),
	CHANNELS(10, "10 channels, in turns"),
	CHANNELS(100, "100 channels, in turns"),
	CHANNELS(CHANNELS_MAX, "1000 channels, in turns"),
};
