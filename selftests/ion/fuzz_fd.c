// SPDX-License-Identifier: GPL-2.0-only
/* The fuzzer copies, sends, changes and closes descriptors. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fuzz.h"

/* It replaces another descriptor, which a thread may use in a call. */
static long step_dup(struct fuzz *f)
{
	struct fuzz_channel *from = fuzz_channel(f), *to = fuzz_channel(f);
	int fd, old = to->fd;

	if (from == to || from->fd < 0)
		return 0;
	if (fuzz_chance(f, 2) && old >= 0) {
		fd = dup2(from->fd, old);
	} else {
		fd = fuzz_chance(f, 2) ? dup(from->fd)
				       : fcntl(from->fd, F_DUPFD_CLOEXEC, 10);
		if (fd >= 0) {
			to->fd = fd;
			if (old >= 0)
				close(old);
		}
	}
	if (fd < 0)
		return -errno;
	to->info = from->info;
	to->ready = from->ready;
	return 0;
}

static long step_fcntl(struct fuzz *f)
{
	int signal = fuzz_chance(f, 2) ? 0 : SIGUSR2;
	int lock = LOCK_NB | (1 + (int)fuzz_below(f, 8));
	int fd = fuzz_fd(f);

	switch (fuzz_below(f, 8)) {
	case 0:
		return fuzz_ret(fcntl(fd, F_SETFL, O_NONBLOCK));
	case 1:
		return fuzz_ret(fcntl(fd, F_SETFL, 0));
	case 2:
		return fuzz_ret(fcntl(fd, F_SETFL, O_ASYNC));
	case 3:
		return fuzz_ret(fcntl(fd, F_SETOWN, getpid()));
	case 4:
		return fuzz_ret(fcntl(fd, F_SETSIG, signal));
	case 5:
		return fuzz_ret(fcntl(fd, F_SETFL, (int)fuzz_random(f)));
	case 6:
		return fuzz_ret(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	default:
		return fuzz_ret(flock(fd, lock));
	}
}

static long step_fioasync(struct fuzz *f)
{
	static const unsigned long requests[] = { FIOASYNC, FIONBIO, FIONREAD,
						  FIOCLEX, FIONCLEX };
	int on = (int)fuzz_below(f, 2);

	return fuzz_ret(ioctl(fuzz_fd(f),
			      requests[fuzz_below(f, FUZZ_ARRAY(requests))],
			      fuzz_chance(f, 10) ? fuzz_pointer(f) : &on));
}

/*
 * Send it to a socket, where it stays until it is received or the socket is
 * closed.
 */
static long step_send(struct fuzz *f)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control = {};
	int fds[3] = { fuzz_fd(f), fuzz_fd(f), fuzz_fd(f) };
	unsigned int count = 1 + fuzz_below(f, 3);
	char byte = 0;
	struct iovec vec = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &vec,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen =
				      CMSG_SPACE(count * sizeof(int)) };

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	return fuzz_ret(sendmsg(fuzz_world.other[5 + fuzz_below(f, 2)], &msg,
				MSG_DONTWAIT | MSG_NOSIGNAL));
}

static void took(struct fuzz *f, int fd)
{
	struct fuzz_channel *ch = fuzz_channel(f);
	int old = __atomic_exchange_n(&ch->fd, fd, __ATOMIC_ACQ_REL);

	ch->ready = false;
	if (old >= 0)
		close(old);
}

static long step_receive(struct fuzz *f)
{
	char room[CMSG_SPACE(3 * sizeof(int))] __attribute__((aligned(16)));
	char byte;
	struct iovec vec = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &vec,
			      .msg_iovlen = 1,
			      .msg_control = room,
			      .msg_controllen = sizeof(room) };
	ssize_t ret = recvmsg(fuzz_world.other[5 + fuzz_below(f, 2)], &msg,
			      MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = ret >= 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	unsigned int i, count;
	int fds[3];

	if (ret < 0)
		return -errno;
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return 0;
	count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	for (i = 0; i < count; i++)
		took(f, fds[i]);
	return count;
}

/* Close a socket with descriptors in it, which closes them. */
static long step_renew(struct fuzz *f)
{
	int pair[2], kind = fuzz_chance(f, 2) ? SOCK_STREAM : SOCK_DGRAM;
	unsigned int i;

	if (socketpair(AF_UNIX, kind, 0, pair))
		return -errno;
	for (i = 0; i < 2; i++) {
		dup2(pair[i], fuzz_world.other[5 + i]);
		close(pair[i]);
	}
	return 0;
}

/* Open an open descriptor again by /proc: a new channel. */
static long step_reopen(struct fuzz *f)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fuzz_fd(f));
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	took(f, fd);
	return 0;
}

static long step_stat(struct fuzz *f)
{
	int kind = (int)fuzz_below(f, 7);
	struct stat stat;
	int fd = fuzz_fd(f);

	switch (fuzz_below(f, 4)) {
	case 0:
		return fuzz_ret(fstat(fd, &stat));
	case 1:
		return fuzz_ret(fsync(fd));
	case 2:
		return -posix_fadvise(fd, 0, 4096, kind);
	default:
		return fuzz_ret(fallocate(fd, kind, 0, 4096));
	}
}

static const struct fuzz_step steps[] = {
	{ "dup", 4, step_dup },
	{ "fcntl", 5, step_fcntl },
	{ "FIOASYNC and the like", 4, step_fioasync },
	{ "SCM_RIGHTS, send", 3, step_send },
	{ "SCM_RIGHTS, receive", 3, step_receive },
	{ "socketpair", 1, step_renew },
	{ "open /proc/self/fd", 2, step_reopen },
	{ "fstat and the like", 2, step_stat },
};

const struct fuzz_steps fuzz_fd_steps = { steps, FUZZ_ARRAY(steps) };
