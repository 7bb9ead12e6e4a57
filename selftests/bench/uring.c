// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers that use io_uring: NOPs through a ring that a kernel thread polls, or that
 * is submitted batch by batch. A NOP carries only its number, in user_data.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define ENTRIES 256
#define IDLE_MS 50

static int fd;
static bool polled;
static struct io_uring_params params;
static char *sq_map, *cq_map;
static struct io_uring_sqe *sqes;
static size_t sq_bytes, cq_bytes;
static __u32 sq_tail, cq_head;

static __u32 *sq_word(__u32 offset)
{
	return (__u32 *)(sq_map + offset);
}

static __u32 *cq_word(__u32 offset)
{
	return (__u32 *)(cq_map + offset);
}

static void *map(size_t bytes, off_t offset)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, fd, offset);

	return at == MAP_FAILED ? NULL : at;
}

static bool uring_open(const struct peer *peer)
{
	__u32 i;

	memset(&params, 0, sizeof(params));
	polled = peer->flags & PEER_THREAD;
	if (polled) {
		params.flags = IORING_SETUP_SQPOLL;
		params.sq_thread_idle = IDLE_MS;
	} else {
		/* The fastest flags for one thread that never waits. */
		params.flags = IORING_SETUP_SINGLE_ISSUER |
			       IORING_SETUP_COOP_TASKRUN;
	}
	fd = (int)syscall(__NR_io_uring_setup, ENTRIES, &params);
	if (fd < 0)
		return bench_why("io_uring_setup: %s", strerror(errno));
	sq_bytes = params.sq_off.array + params.sq_entries * sizeof(__u32);
	cq_bytes = params.cq_off.cqes +
		   params.cq_entries * sizeof(struct io_uring_cqe);
	sq_map = map(sq_bytes, IORING_OFF_SQ_RING);
	cq_map = map(cq_bytes, IORING_OFF_CQ_RING);
	sqes = map(params.sq_entries * sizeof(*sqes), IORING_OFF_SQES);
	if (!sq_map || !cq_map || !sqes) {
		close(fd);
		return bench_why("io_uring: %s", strerror(errno));
	}
	memset(sqes, 0, params.sq_entries * sizeof(*sqes));
	for (i = 0; i < params.sq_entries; i++)
		sq_word(params.sq_off.array)[i] = i;
	sq_tail = 0;
	cq_head = 0;
	return true;
}

static void uring_close(void)
{
	munmap(sqes, params.sq_entries * sizeof(*sqes));
	munmap(cq_map, cq_bytes);
	munmap(sq_map, sq_bytes);
	close(fd);
}

static void uring_wake(void)
{
	smp_mb(); /* between the tail and the flag, as io_uring requires */
	if (READ_ONCE(*sq_word(params.sq_off.flags)) & IORING_SQ_NEED_WAKEUP)
		syscall(__NR_io_uring_enter, fd, 0, 0, IORING_ENTER_SQ_WAKEUP,
			NULL, 0);
}

static unsigned int uring_put(__u64 seq, unsigned int n)
{
	unsigned int i;
	__u32 room;

	/* Pairs with the release of the head in the kernel. */
	room = smp_load_acquire(sq_word(params.sq_off.head));
	room = params.sq_entries - (sq_tail - room);
	if (n > room)
		n = room;
	for (i = 0; i < n; i++) {
		struct io_uring_sqe *sqe =
			&sqes[(sq_tail + i) & (params.sq_entries - 1)];

		sqe->opcode = IORING_OP_NOP;
		sqe->user_data = seq + i;
	}
	if (!n)
		return 0;
	sq_tail += n;
	/* Pairs with the acquire of the tail in the kernel. */
	smp_store_release(sq_word(params.sq_off.tail), sq_tail);
	if (polled)
		uring_wake();
	else if (syscall(__NR_io_uring_enter, fd, n, 0, 0, NULL, 0) != (int)n)
		return 0;
	return n;
}

static int uring_get(__u64 seq, unsigned int n)
{
	const struct io_uring_cqe *cqes =
		(const struct io_uring_cqe *)(cq_map + params.cq_off.cqes);
	unsigned int i;
	__u32 ready;

	/* Pairs with the release of the tail in the kernel. */
	ready = smp_load_acquire(cq_word(params.cq_off.tail)) - cq_head;
	if (n > ready)
		n = ready;
	for (i = 0; i < n; i++)
		if (cqes[(cq_head + i) & (params.cq_entries - 1)].user_data !=
		    seq + i)
			return -1;
	if (!n)
		return 0;
	cq_head += n;
	/* Pairs with the acquire of the head in the kernel. */
	smp_store_release(cq_word(params.cq_off.head), cq_head);
	return (int)n;
}

const struct peer uring_sqpoll = {
	.name = "io_uring, SQPOLL, NOP",
	.flags = PEER_THREAD,
	.open = uring_open,
	.close = uring_close,
	.put = uring_put,
	.get = uring_get,
};

const struct peer uring_submit = {
	.name = "io_uring, a submit a batch",
	.open = uring_open,
	.close = uring_close,
	.put = uring_put,
	.get = uring_get,
};
