// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF's user ring buffer, from the program to the kernel: a BPF program drains
 * it, and checks the number of every packet. The write position is published
 * once a batch.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf.h"

/* The instruction at which the second function begins. */
#define CALLBACK 8

static int count = -1, ring = -1, program = -1;
static bool threaded;
static size_t page;
static char *consumer = MAP_FAILED, *producer = MAP_FAILED;
static unsigned long written;

/* Load the program, which takes all packets. */
static int load(void)
{
	const struct bpf_insn insns[] = {
		BPF_MAP(BPF_REG_1, ring),
		BPF_CALLBACK(BPF_REG_2, 5),
		BPF_SET(BPF_REG_3, 0),
		BPF_SET(BPF_REG_4, BPF_RB_NO_WAKEUP),
		BPF_HELPER(BPF_FUNC_user_ringbuf_drain),
		BPF_RETURN,
		/* the callback: one packet */
		BPF_COPY(BPF_REG_3, BPF_REG_1),
		BPF_COPY(BPF_REG_1, BPF_REG_10),
		BPF_PLUS(BPF_REG_1, -24),
		BPF_SET(BPF_REG_2, sizeof(struct ion_packet)),
		BPF_SET(BPF_REG_4, 0),
		BPF_SET(BPF_REG_5, 0),
		BPF_HELPER(BPF_FUNC_dynptr_read),
		BPF_VALUE(BPF_REG_6, count),
		BPF_LOAD(BPF_REG_1, BPF_REG_6, 0),
		BPF_LOAD(BPF_REG_2, BPF_REG_10, -24),
		BPF_IF(BPF_JEQ, BPF_REG_1, BPF_REG_2, 3),
		BPF_LOAD(BPF_REG_3, BPF_REG_6, 8),
		BPF_PLUS(BPF_REG_3, 1),
		BPF_STORE(BPF_REG_6, 8, BPF_REG_3),
		BPF_PLUS(BPF_REG_1, 1),
		BPF_STORE(BPF_REG_6, 0, BPF_REG_1),
		BPF_SET(BPF_REG_0, 0),
		BPF_RETURN,
	};

	return bpf_load(insns, sizeof(insns) / sizeof(*insns), CALLBACK);
}

static void user_close(void)
{
	if (threaded)
		bpf_thread_stop();
	if (consumer != MAP_FAILED)
		munmap(consumer, page);
	if (producer != MAP_FAILED)
		munmap(producer, page + 2 * BPF_BUFFER_BYTES);
	close(program);
	close(ring);
	close(count);
	consumer = MAP_FAILED;
	producer = MAP_FAILED;
	program = -1;
	ring = -1;
	count = -1;
	threaded = false;
}

static bool user_map(void)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	consumer = mmap(NULL, page, PROT_READ, MAP_SHARED, ring, 0);
	producer = mmap(NULL, page + 2 * BPF_BUFFER_BYTES,
			PROT_READ | PROT_WRITE, MAP_SHARED, ring, (off_t)page);
	return (consumer != MAP_FAILED && producer != MAP_FAILED) ||
	       bench_why("BPF user ringbuf: mmap: %s", strerror(errno));
}

static bool user_open(const struct peer *peer)
{
	written = 0;
	count = bpf_new_count();
	ring = bpf_new_map(BPF_MAP_TYPE_USER_RINGBUF, 0, 0, BPF_BUFFER_BYTES);
	if (count >= 0 && ring >= 0)
		program = load();
	if (program < 0 || !user_map()) {
		user_close();
		return false;
	}
	threaded = peer->flags & PEER_THREAD &&
		   bpf_thread_start(program, 0, -1);
	return true;
}

static unsigned int user_put(__u64 seq, unsigned int n)
{
	const size_t step = BPF_RINGBUF_HDR_SZ + sizeof(struct ion_packet);
	unsigned long read_to, room;
	unsigned int i;

	/* Pairs with the release in the kernel. */
	read_to = smp_load_acquire((unsigned long *)consumer);
	room = (BPF_BUFFER_BYTES - (written - read_to)) / step;
	if (n > room)
		n = (unsigned int)room;
	for (i = 0; i < n; i++) {
		char *record =
			producer + page + (written & (BPF_BUFFER_BYTES - 1));

		*(__u64 *)record = sizeof(struct ion_packet);
		bench_write((struct ion_packet *)(record + BPF_RINGBUF_HDR_SZ),
			    seq + i);
		written += step;
	}
	/* Pairs with the acquire in the kernel. */
	smp_store_release((unsigned long *)producer, written);
	if (n && !threaded && !bpf_run(program, 0))
		return 0;
	return n;
}

static bool user_arrived(__u64 total)
{
	double until = bench_now() + 1e9;
	struct bpf_count seen;

	do {
		if (!bpf_run(program, 0) || !bpf_get_count(count, &seen))
			return false;
	} while (seen.next < total && bench_now() < until);
	return seen.next == total && !seen.wrong;
}

const struct peer bpf_user = {
	.name = "BPF user ringbuf, a call a batch",
	.open = user_open,
	.close = user_close,
	.put = user_put,
	.arrived = user_arrived,
};

const struct peer bpf_user_thread = {
	.name = "BPF user ringbuf, a thread",
	.flags = PEER_THREAD,
	.open = user_open,
	.close = user_close,
	.put = user_put,
	.arrived = user_arrived,
};
