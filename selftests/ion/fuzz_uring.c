// SPDX-License-Identifier: GPL-2.0-only
/* The fuzzer uses io_uring, by plain system calls. */
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "fuzz.h"

#define ENTRIES 16

/*
 * One for all threads: they take turns, and a thread that finds it taken does
 * not wait.
 */
static struct uring {
	int fd;
	char *ring;
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
	int taken;
	pid_t pid;
} uring = { .fd = -1 };

static bool uring_take(void)
{
	return !__atomic_exchange_n(&uring.taken, 1, __ATOMIC_ACQUIRE);
}

static void uring_give(void)
{
	__atomic_store_n(&uring.taken, 0, __ATOMIC_RELEASE);
}

static long uring_open(struct fuzz *f)
{
	static const __u32 flags[] = { 0,
				       0,
				       0,
				       IORING_SETUP_CLAMP,
				       IORING_SETUP_COOP_TASKRUN,
				       IORING_SETUP_SQPOLL };
	size_t bytes;
	void *at;

	memset(&uring.params, 0, sizeof(uring.params));
	uring.params.flags = flags[fuzz_below(f, FUZZ_ARRAY(flags))];
	uring.params.sq_thread_idle = 1;
	uring.fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &uring.params);
	if (uring.fd < 0)
		return -errno;
	bytes = uring.params.cq_off.cqes +
		uring.params.cq_entries * sizeof(struct io_uring_cqe);
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, uring.fd,
		  IORING_OFF_SQ_RING);
	uring.ring = at == MAP_FAILED ? NULL : at;
	at = mmap(NULL, ENTRIES * sizeof(struct io_uring_sqe),
		  PROT_READ | PROT_WRITE, MAP_SHARED, uring.fd,
		  IORING_OFF_SQES);
	uring.sqes = at == MAP_FAILED ? NULL : at;
	uring.pid = getpid();
	return uring.ring && uring.sqes ? 0 : -ENOMEM;
}

static void uring_close(void)
{
	if (uring.ring)
		munmap(uring.ring, uring.params.cq_off.cqes +
					   uring.params.cq_entries *
						   sizeof(struct io_uring_cqe));
	if (uring.sqes)
		munmap(uring.sqes, ENTRIES * sizeof(struct io_uring_sqe));
	if (uring.fd >= 0)
		close(uring.fd);
	uring.ring = NULL;
	uring.sqes = NULL;
	uring.fd = -1;
}

/* The fields of requests other than read and write. */
static void fit_entry(struct fuzz *f, struct io_uring_sqe *sqe)
{
	switch (sqe->opcode) {
	case IORING_OP_POLL_ADD:
		sqe->off = 0;
		sqe->addr = 0;
		sqe->poll32_events = POLLIN | (__u32)fuzz_below(f, 64);
		sqe->len = (__u32)fuzz_below(f, 4);
		break;
	case IORING_OP_POLL_REMOVE:
	case IORING_OP_ASYNC_CANCEL:
		sqe->off = 0;
		sqe->len = 0;
		sqe->addr = fuzz_below(f, 4);
		sqe->cancel_flags = (__u32)fuzz_below(f, 16);
		break;
	case IORING_OP_READV:
	case IORING_OP_WRITEV:
		sqe->len = 1;
		break;
	case IORING_OP_CLOSE:
		/* Only an own descriptor. */
		sqe->fd = fuzz_channel(f)->fd;
		sqe->addr = 0;
		sqe->off = 0;
		sqe->len = 0;
		break;
	default:
		break;
	}
}

static void some_entry(struct fuzz *f, struct io_uring_sqe *sqe)
{
	static const __u8 ops[] = {
		IORING_OP_READ,		IORING_OP_WRITE,
		IORING_OP_READ,		IORING_OP_WRITE,
		IORING_OP_READ_FIXED,	IORING_OP_WRITE_FIXED,
		IORING_OP_POLL_ADD,	IORING_OP_POLL_ADD,
		IORING_OP_POLL_REMOVE,	IORING_OP_ASYNC_CANCEL,
		IORING_OP_ASYNC_CANCEL, IORING_OP_READV,
		IORING_OP_WRITEV,	IORING_OP_SPLICE,
		IORING_OP_CLOSE,	IORING_OP_LINK_TIMEOUT,
		IORING_OP_URING_CMD,	IORING_OP_FSYNC,
		IORING_OP_FADVISE,	IORING_OP_MADVISE,
	};
	static const __u8 odd[] = { IOSQE_FIXED_FILE, IOSQE_IO_DRAIN,
				    IOSQE_IO_LINK,    IOSQE_IO_HARDLINK,
				    IOSQE_ASYNC,      IOSQE_CQE_SKIP_SUCCESS };
	void *at = fuzz_chance(f, 6) ? fuzz_pointer(f) : fuzz_memory(f, 1024);

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = ops[fuzz_below(f, FUZZ_ARRAY(ops))];
	sqe->fd = fuzz_fd(f);
	sqe->addr = (unsigned long)at;
	sqe->len = 24 * (1 + (__u32)fuzz_below(f, 40));
	sqe->off = fuzz_chance(f, 4) ? fuzz_number(f) : ~0ULL;
	sqe->user_data = fuzz_below(f, 4);
	while (fuzz_chance(f, 4))
		sqe->flags |= odd[fuzz_below(f, FUZZ_ARRAY(odd))];
	if (sqe->flags & IOSQE_FIXED_FILE)
		sqe->fd = (int)fuzz_below(f, 4);
	fit_entry(f, sqe);
}

static long submit(struct fuzz *f)
{
	unsigned int *tail, *array, i, at, count = 1 + fuzz_below(f, 4);
	unsigned int flags = IORING_ENTER_SQ_WAKEUP;

	tail = (unsigned int *)(uring.ring + uring.params.sq_off.tail);
	array = (unsigned int *)(uring.ring + uring.params.sq_off.array);
	for (i = 0; i < count; i++) {
		at = *tail & (uring.params.sq_entries - 1);
		some_entry(f, &uring.sqes[at]);
		array[at] = at;
		/* The kernel sees the entry before the tail. */
		smp_store_release(tail, *tail + 1);
	}
	if (!(uring.params.flags & IORING_SETUP_SQPOLL))
		flags = 0;
	return fuzz_ret(syscall(SYS_io_uring_enter, uring.fd, count, 0, flags,
				NULL, 0));
}

static long take_all(void)
{
	unsigned int *head, *tail, mask = uring.params.cq_entries - 1;
	struct io_uring_cqe *cqes;
	long taken = 0;

	syscall(SYS_io_uring_enter, uring.fd, 0, 0, IORING_ENTER_GETEVENTS,
		NULL, 0);
	head = (unsigned int *)(uring.ring + uring.params.cq_off.head);
	tail = (unsigned int *)(uring.ring + uring.params.cq_off.tail);
	cqes = (struct io_uring_cqe *)(uring.ring + uring.params.cq_off.cqes);
	/* The kernel wrote the entry before the tail. */
	while (smp_load_acquire(tail) != *head) {
		int res = cqes[*head & mask].res;

		if (res <= -512 && res > -4096)
			fuzz_broken("io_uring gave errno %d", -res);
		/* The entry was read before it may be written again. */
		smp_store_release(head, *head + 1);
		taken++;
	}
	return taken;
}

/* Register descriptors and memory with the ring. */
static long registers(struct fuzz *f)
{
	unsigned int op = fuzz_below(f, 4), count = 1 + fuzz_below(f, 4), i;
	struct iovec vec[4];
	__s32 fds[4];

	for (i = 0; i < 4; i++) {
		unsigned int place = fuzz_below(f, FUZZ_PLACES);

		fds[i] = fuzz_fd(f);
		vec[i].iov_base = fuzz_place(place);
		vec[i].iov_len = fuzz_world.length[place];
	}
	switch (op) {
	case 0:
		return fuzz_ret(syscall(SYS_io_uring_register, uring.fd,
					IORING_REGISTER_FILES, fds, count));
	case 1:
		return fuzz_ret(syscall(SYS_io_uring_register, uring.fd,
					IORING_UNREGISTER_FILES, NULL, 0));
	case 2:
		return fuzz_ret(syscall(SYS_io_uring_register, uring.fd,
					IORING_REGISTER_BUFFERS, vec, count));
	default:
		return fuzz_ret(syscall(SYS_io_uring_register, uring.fd,
					IORING_UNREGISTER_BUFFERS, NULL, 0));
	}
}

/* A child has the ring of its parent, and must not use it. */
static long with_uring(struct fuzz *f, long (*what)(struct fuzz *f))
{
	long ret = -EBUSY;

	if (!uring_take())
		return ret;
	if (uring.pid != getpid())
		uring_close();
	ret = uring.fd < 0 ? uring_open(f) : 0;
	if (!ret)
		ret = what(f);
	else
		uring_close();
	uring_give();
	return ret;
}

static long step_submit(struct fuzz *f)
{
	return with_uring(f, submit);
}

static long reap(struct fuzz *f)
{
	(void)f;
	return take_all();
}

static long step_complete(struct fuzz *f)
{
	return with_uring(f, reap);
}

static long step_register(struct fuzz *f)
{
	return with_uring(f, registers);
}

static long shut(struct fuzz *f)
{
	(void)f;
	uring_close();
	return 0;
}

static long step_shut(struct fuzz *f)
{
	return with_uring(f, shut);
}

static const struct fuzz_step steps[] = {
	{ "io_uring, submit", 8, step_submit },
	{ "io_uring, complete", 4, step_complete },
	{ "io_uring, register", 2, step_register },
	{ "io_uring, close", 1, step_shut },
};

const struct fuzz_steps fuzz_uring_steps = { steps, FUZZ_ARRAY(steps) };
