// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF's ring buffer, from the kernel to the program: reserve, fill and submit,
 * without a wake-up, since nobody sleeps. The read position is published once a
 * batch; libbpf publishes it for each packet.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf.h"

/* Packets of one call if a thread calls the program. */
#define THREAD_BATCH 1024

/* The instruction at which the second function begins. */
#define CALLBACK 7

static int count = -1, ring = -1, program = -1;
static bool threaded;
static size_t page;
static char *consumer = MAP_FAILED, *producer = MAP_FAILED;

/* Load the program, which makes the given number of packets. */
static int load(void)
{
	const struct bpf_insn insns[] = {
		BPF_LOAD(BPF_REG_1, BPF_REG_1, 0),
		BPF_CALLBACK(BPF_REG_2, 5),
		BPF_SET(BPF_REG_3, 0),
		BPF_SET(BPF_REG_4, 0),
		BPF_HELPER(BPF_FUNC_loop),
		BPF_RETURN,
		/* the callback: one packet */
		BPF_VALUE(BPF_REG_6, count),
		BPF_MAP(BPF_REG_1, ring),
		BPF_SET(BPF_REG_2, sizeof(struct ion_packet)),
		BPF_SET(BPF_REG_3, 0),
		BPF_HELPER(BPF_FUNC_ringbuf_reserve),
		BPF_IF_NUMBER(BPF_JEQ, BPF_REG_0, 0, 13),
		BPF_LOAD(BPF_REG_1, BPF_REG_6, 0),
		BPF_STORE(BPF_REG_0, 0, BPF_REG_1),
		BPF_COPY(BPF_REG_2, BPF_REG_1),
		BPF_INVERT(BPF_REG_2),
		BPF_STORE(BPF_REG_0, 8, BPF_REG_2),
		BPF_STORE_NUMBER(BPF_REG_0, 16, 16),
		BPF_PLUS(BPF_REG_1, 1),
		BPF_STORE(BPF_REG_6, 0, BPF_REG_1),
		BPF_COPY(BPF_REG_1, BPF_REG_0),
		BPF_SET(BPF_REG_2, BPF_RB_NO_WAKEUP),
		BPF_HELPER(BPF_FUNC_ringbuf_submit),
		BPF_SET(BPF_REG_0, 0),
		BPF_RETURN,
		/* there is no room: end the loop */
		BPF_SET(BPF_REG_0, 1),
		BPF_RETURN,
	};

	return bpf_load(insns, sizeof(insns) / sizeof(*insns), CALLBACK);
}

static void ringbuf_close(void)
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

static bool ringbuf_map(void)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	consumer =
		mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
	/* The buffer is mapped twice, so that no record wraps. */
	producer = mmap(NULL, page + 2 * BPF_BUFFER_BYTES, PROT_READ,
			MAP_SHARED, ring, (off_t)page);
	return (consumer != MAP_FAILED && producer != MAP_FAILED) ||
	       bench_why("BPF ringbuf: mmap: %s", strerror(errno));
}

static bool ringbuf_open(const struct peer *peer)
{
	count = bpf_new_count();
	ring = bpf_new_map(BPF_MAP_TYPE_RINGBUF, 0, 0, BPF_BUFFER_BYTES);
	if (count >= 0 && ring >= 0)
		program = load();
	if (program < 0 || !ringbuf_map()) {
		ringbuf_close();
		return false;
	}
	threaded = peer->flags & PEER_THREAD &&
		   bpf_thread_start(program, THREAD_BATCH, -1);
	return true;
}

/* Take up to @n packets; stop at one that is not filled yet. */
static int ringbuf_get(__u64 seq, unsigned int n)
{
	unsigned long *read_to = (unsigned long *)consumer;
	const unsigned long *written_to = (const unsigned long *)producer;
	const char *data = producer + page;
	unsigned long at = *read_to, end;
	unsigned int i;

	if (!threaded && !bpf_run(program, n))
		return -1;
	/* Pairs with the release in the kernel. */
	end = smp_load_acquire(written_to);
	for (i = 0; i < n && at < end; i++) {
		const char *record = data + (at & (BPF_BUFFER_BYTES - 1));
		/* Pairs with the exchange at the submit. */
		__u32 length = smp_load_acquire((const __u32 *)record);

		if (length & BPF_RINGBUF_BUSY_BIT)
			break;
		if (length != sizeof(struct ion_packet) ||
		    !bench_is((const void *)(record + BPF_RINGBUF_HDR_SZ),
			      seq + i))
			return -1;
		at += BPF_RINGBUF_HDR_SZ + sizeof(struct ion_packet);
	}
	/* Pairs with the acquire in the kernel. */
	smp_store_release(read_to, at);
	return (int)i;
}

const struct peer bpf_ringbuf = {
	.name = "BPF ringbuf, a call a batch",
	.open = ringbuf_open,
	.close = ringbuf_close,
	.get = ringbuf_get,
};

const struct peer bpf_ringbuf_thread = {
	.name = "BPF ringbuf, a thread",
	.flags = PEER_THREAD,
	.open = ringbuf_open,
	.close = ringbuf_close,
	.get = ringbuf_get,
};
