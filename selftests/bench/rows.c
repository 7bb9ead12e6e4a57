// SPDX-License-Identifier: GPL-2.0-only
/* The rows, and the goal of ion in each. */
#include "bench.h"

static const struct peer *const lent[] = {
	&ion_lent_compact,
	&ion_lent_split,
	&uring_sqpoll,
	NULL,
};

static const struct peer *const kicked[] = {
	&ion_kicked_compact,
	&ion_kicked_split,
	&uring_submit,
	NULL,
};

static const struct peer *const source[] = {
	&ion_source_lent,
	&ion_source_kicked,
	&bpf_ringbuf_thread,
	&bpf_ringbuf,
	&bpf_perf_thread,
	&bpf_perf,
	NULL,
};

static const struct peer *const sink[] = {
	&ion_sink_lent, &ion_sink_kicked, &bpf_user_thread,
	&bpf_user,	&pipe_sink,	  &null_sink,
	NULL,
};

static const struct peer *const pair[] = {
	&ion_direct, &ion_pair, &pipe_pair, &seqpacket_pair, &shared_pair, NULL,
};

static const struct peer *const wake[] = {
	&ion_direct_wait, &ion_direct_poll, &ion_wake_wait,
	&ion_wake_poll,	  &ion_wake_lent,   &eventfd_wake,
	&pipe_wake,	  &futex_wake,	    NULL,
};

#define MESSAGE_PEERS(i)                                             \
	{                                                            \
		&ion_direct_message[i], &ion_direct_copy_message[i], \
		&ion_pair_message[i],	&pipe_message[i],            \
		&seqpacket_message[i],	NULL,                        \
	}

static const struct peer *const small[] = MESSAGE_PEERS(0);
static const struct peer *const middle[] = MESSAGE_PEERS(1);
static const struct peer *const large[] = MESSAGE_PEERS(2);

static const struct peer *const slots[] = {
	&ion_slots[0], &ion_slots[1], &ion_slots[2], &ion_slots[3],
	&ion_slots[4], &ion_slots[5], &ion_slots[6], NULL,
};

static const struct peer *const channels[] = {
	&ion_channels[0],
	&ion_channels[1],
	&ion_channels[2],
	&ion_channels[3],
	NULL,
};

const struct row rows[] = {
	{
		.id = "lent",
		.title = "user to kernel to user, no system calls",
		.peers = lent,
		.batches = { 1, 8, 32, 128 },
		.goal = 10,
	},
	{
		.id = "kicked",
		.title = "user to kernel to user, one call a batch",
		.peers = kicked,
		.batches = { 1, 32, 128 },
		.batch = 32,
		.goal = 2,
	},
	{
		.id = "source",
		.title = "kernel to user",
		.peers = source,
		.batches = { 1, 32, 128 },
		.goal = 2,
	},
	{
		.id = "sink",
		.title = "user to kernel",
		.peers = sink,
		.batches = { 1, 32, 128 },
		.goal = 2,
	},
	{
		.id = "pair",
		.title = "process to process",
		.peers = pair,
		.batches = { 1, 8, 32, 128 },
		.goal = 2,
	},
	{
		.id = "wake",
		.title = "there and back, both asleep in between",
		.unit = UNIT_TIME,
		.peers = wake,
		.batches = { 1 },
		.goal = 1.1,
	},
	{
		.id = "small",
		.title = "process to process, messages of 64 bytes",
		.peers = small,
		.batches = { 1, 8 },
	},
	{
		.id = "middle",
		.title = "process to process, messages of 2 KiB",
		.peers = middle,
		.batches = { 1, 8 },
	},
	{
		.id = "large",
		.title = "process to process, messages of 65528 bytes",
		.peers = large,
		.batches = { 1 },
	},
	{
		.id = "slots",
		.title = "as rings grow: one call a batch",
		.peers = slots,
		.batches = { 1, 32 },
	},
	{
		.id = "channels",
		.title = "as channels grow in number: one call a batch",
		.peers = channels,
		.batches = { 32 },
	},
};

const unsigned int nr_rows = sizeof(rows) / sizeof(*rows);
