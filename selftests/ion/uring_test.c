// SPDX-License-Identifier: GPL-2.0-only
/* io_uring by plain system calls, one entry at a time. */
#include "uring_test.h"

int uring_open(struct uring *uring)
{
	size_t bytes;

	memset(uring, 0, sizeof(*uring));
	uring->fd = (int)syscall(SYS_io_uring_setup, 8, &uring->params);
	if (uring->fd < 0)
		return -errno;
	if (!(uring->params.features & IORING_FEAT_SINGLE_MMAP))
		return -EOPNOTSUPP;
	bytes = uring->params.cq_off.cqes +
		uring->params.cq_entries * sizeof(struct io_uring_cqe);
	uring->ring = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			   uring->fd, IORING_OFF_SQ_RING);
	uring->sqes = mmap(NULL, 8 * sizeof(struct io_uring_sqe),
			   PROT_READ | PROT_WRITE, MAP_SHARED, uring->fd,
			   IORING_OFF_SQES);
	return uring->ring == MAP_FAILED || uring->sqes == MAP_FAILED ? -errno
								      : 0;
}

int uring_submit_entry(struct uring *uring, const struct io_uring_sqe *sqe)
{
	__u32 *tail = (__u32 *)(uring->ring + uring->params.sq_off.tail);
	__u32 *array = (__u32 *)(uring->ring + uring->params.sq_off.array);
	__u32 at = *tail & (uring->params.sq_entries - 1);
	int ret;

	uring->sqes[at] = *sqe;
	array[at] = at;
	/* The kernel sees the entry before the tail. */
	smp_store_release(tail, *tail + 1);
	ret = (int)syscall(SYS_io_uring_enter, uring->fd, 1, 0, 0, NULL, 0);
	return ret < 0 ? -errno : ret;
}

int uring_submit(struct uring *uring, int op, int fd, void *addr, size_t bytes)
{
	struct io_uring_sqe sqe = {
		.opcode = op,
		.fd = fd,
		.addr = (__u64)(unsigned long)addr,
		.len = bytes,
		.off = ~0ULL,
	};

	return uring_submit_entry(uring, &sqe);
}

/* Provide group 0 with memory for @count reads of @bytes each. */
int uring_provide(struct uring *uring, void *addr, size_t bytes,
		  unsigned int count)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_PROVIDE_BUFFERS,
		.fd = count,
		.addr = (__u64)(unsigned long)addr,
		.len = bytes,
	};

	return uring_submit_entry(uring, &sqe);
}

/* Read into the provided memory until it is used up. */
int uring_read_multishot(struct uring *uring, int fd)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_READ_MULTISHOT,
		.flags = IOSQE_BUFFER_SELECT,
		.fd = fd,
		.off = ~0ULL,
	};

	return uring_submit_entry(uring, &sqe);
}

/* Take a completion; return whether there was one, and its result. */
bool uring_take(struct uring *uring, int *res)
{
	__u32 *head = (__u32 *)(uring->ring + uring->params.cq_off.head);
	__u32 *tail = (__u32 *)(uring->ring + uring->params.cq_off.tail);
	__u32 mask = uring->params.cq_entries - 1;
	struct io_uring_cqe *cqes;

	syscall(SYS_io_uring_enter, uring->fd, 0, 0, IORING_ENTER_GETEVENTS,
		NULL, 0);
	/* The kernel wrote the entry before the tail. */
	if (smp_load_acquire(tail) == *head)
		return false;
	cqes = (struct io_uring_cqe *)(uring->ring + uring->params.cq_off.cqes);
	*res = cqes[*head & mask].res;
	/* The entry was read before it may be written again. */
	smp_store_release(head, *head + 1);
	return true;
}
