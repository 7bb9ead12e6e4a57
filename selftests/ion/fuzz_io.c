// SPDX-License-Identifier: GPL-2.0-only
/* The fuzzer moves packets by calls, waits for them, and moves pages. */
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "fuzz.h"

#define PACKET sizeof(struct ion_packet)

static size_t some_bytes(struct fuzz *f)
{
	if (fuzz_chance(f, 8))
		return fuzz_number(f) & 0x7fff;
	return PACKET * (1 + fuzz_below(f, 40));
}

static void *some_buffer(struct fuzz *f, size_t bytes)
{
	return fuzz_chance(f, 6) ? fuzz_pointer(f) : fuzz_memory(f, bytes);
}

static long step_read(struct fuzz *f)
{
	size_t bytes = some_bytes(f);

	return fuzz_ret(read(fuzz_fd(f), some_buffer(f, bytes), bytes));
}

static long step_write(struct fuzz *f)
{
	size_t bytes = some_bytes(f);

	return fuzz_ret(write(fuzz_fd(f), some_buffer(f, bytes), bytes));
}

static int some_vec(struct fuzz *f, struct iovec vec[8])
{
	int i, count = (int)fuzz_below(f, 9);

	for (i = 0; i < count; i++) {
		vec[i].iov_len = some_bytes(f);
		if (fuzz_chance(f, 4))
			vec[i].iov_len = fuzz_below(f, PACKET);
		vec[i].iov_base = some_buffer(f, vec[i].iov_len);
	}
	return count;
}

static long step_vector(struct fuzz *f)
{
	int fd = fuzz_fd(f), flags = (int)fuzz_below(f, 64);
	struct iovec vec[8] = {};
	int count = some_vec(f, vec);

	switch (fuzz_below(f, 8)) {
	case 0:
		return fuzz_ret(preadv(fd, vec, count, 0));
	case 1:
		return fuzz_ret(pwritev(fd, vec, count, 24));
	case 2:
		return fuzz_ret(preadv2(fd, vec, count, -1, flags));
	case 3:
		return fuzz_ret(pwritev2(fd, vec, count, -1, flags));
	case 4:
		return fuzz_ret(preadv2(fd, vec, count, -1, RWF_NOWAIT));
	case 5:
		return fuzz_ret(pwritev2(fd, vec, count, -1, RWF_NOWAIT));
	case 6:
		return fuzz_ret(writev(fd, vec, count));
	default:
		return fuzz_ret(readv(fd, vec, count));
	}
}

static long step_seek(struct fuzz *f)
{
	char *at = fuzz_memory(f, 4096);

	switch (fuzz_below(f, 4)) {
	case 0:
		return fuzz_ret(pread(fuzz_fd(f), at, 48, 0));
	case 1:
		return fuzz_ret(pwrite(fuzz_fd(f), at, 48, 0));
	case 2:
		return fuzz_ret(ftruncate(fuzz_fd(f), 4096));
	default:
		return fuzz_ret(lseek(fuzz_fd(f), (off_t)fuzz_number(f),
				      (int)fuzz_below(f, 6)));
	}
}

/*
 * The number in fuzz_world.other: 0 an eventfd, 1 and 2 epoll, 3 and 4 a pipe,
 * 5 and 6 sockets.
 */
static long step_splice(struct fuzz *f)
{
	int in = fuzz_world.other[3], out = fuzz_world.other[4];
	unsigned int flags = SPLICE_F_NONBLOCK |
			     (unsigned int)fuzz_below(f, 16);
	int fd = fuzz_fd(f), to = fuzz_fd(f);
	size_t bytes = some_bytes(f);
	off_t offset = 0;

	switch (fuzz_below(f, 5)) {
	case 0:
		return fuzz_ret(splice(fd, NULL, out, NULL, bytes, flags));
	case 1:
		return fuzz_ret(splice(in, NULL, fd, NULL, bytes, flags));
	case 2:
		return fuzz_ret(sendfile(fd, to, &offset, bytes));
	case 3:
		return fuzz_ret(copy_file_range(fd, NULL, to, NULL, bytes, 0));
	default:
		return fuzz_ret(tee(in, out, bytes, flags));
	}
}

/* A page of a mapping is in a pipe, and may stay there longer than the ring. */
static long step_vmsplice(struct fuzz *f)
{
	int in = fuzz_world.other[3], out = fuzz_world.other[4];
	struct iovec vec = {
		.iov_base = fuzz_place(fuzz_below(f, FUZZ_PLACES)),
		.iov_len = 1 + fuzz_below(f, 8192),
	};

	if (fuzz_chance(f, 3))
		return fuzz_ret(read(in, fuzz_memory(f, 8192), 8192));
	return fuzz_ret(vmsplice(fuzz_chance(f, 4) ? in : out, &vec, 1,
				 SPLICE_F_NONBLOCK));
}

static long step_poll(struct fuzz *f)
{
	struct pollfd fds[4];
	unsigned int i;

	for (i = 0; i < 4; i++) {
		fds[i].fd = fuzz_fd(f);
		fds[i].events = (short)fuzz_random(f);
	}
	return fuzz_ret(poll(fds, 1 + fuzz_below(f, 4),
			     (int)fuzz_below(f, 5) - fuzz_chance(f, 30)));
}

static long step_select(struct fuzz *f)
{
	struct timeval time = { .tv_usec = (long)fuzz_below(f, 3000) };
	int fd = fuzz_fd(f);
	fd_set in, out, odd;

	if (fd < 0 || fd >= FD_SETSIZE)
		return -EBADF;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&odd);
	FD_SET(fd, &in);
	FD_SET(fd, &odd);
	if (fuzz_chance(f, 2))
		FD_SET(fd, &out);
	return fuzz_ret(select(fd + 1, &in, &out, &odd, &time));
}

static long step_epoll_ctl(struct fuzz *f)
{
	static const __u32 odd[] = { EPOLLET, EPOLLONESHOT, EPOLLEXCLUSIVE,
				     EPOLLWAKEUP };
	struct epoll_event event = { .events = EPOLLIN | EPOLLPRI |
					       EPOLLRDHUP };
	int epoll = fuzz_world.other[1 + fuzz_below(f, 2)];
	int fd = fuzz_chance(f, 8) ? fuzz_other(f) : fuzz_fd(f);
	int op = 1 + (int)fuzz_below(f, 3);

	if (fuzz_chance(f, 2))
		event.events |= EPOLLOUT;
	if (fuzz_chance(f, 2))
		event.events |= odd[fuzz_below(f, FUZZ_ARRAY(odd))];
	return fuzz_ret(epoll_ctl(epoll, op, fd, &event));
}

static long step_epoll_wait(struct fuzz *f)
{
	struct epoll_event events[8];

	return fuzz_ret(epoll_wait(fuzz_world.other[1 + fuzz_below(f, 2)],
				   events, 8, (int)fuzz_below(f, 4)));
}

static long step_event(struct fuzz *f)
{
	__u64 value = 1;

	if (fuzz_chance(f, 2))
		value = fuzz_number(f);
	if (fuzz_chance(f, 2))
		return fuzz_ret(write(fuzz_world.other[0], &value, 8));
	return fuzz_ret(read(fuzz_world.other[0], &value, 8));
}

static const struct fuzz_step steps[] = {
	{ "read", 10, step_read },
	{ "write", 10, step_write },
	{ "readv and writev", 8, step_vector },
	{ "lseek, pread, pwrite", 2, step_seek },
	{ "splice, sendfile", 3, step_splice },
	{ "vmsplice", 3, step_vmsplice },
	{ "poll", 8, step_poll },
	{ "select", 3, step_select },
	{ "epoll_ctl", 5, step_epoll_ctl },
	{ "epoll_wait", 4, step_epoll_wait },
	{ "eventfd", 3, step_event },
};

const struct fuzz_steps fuzz_io_steps = { steps, FUZZ_ARRAY(steps) };
