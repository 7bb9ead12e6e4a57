// SPDX-License-Identifier: GPL-2.0-only
/* Every call that may sleep forever. */
#include "fault_block.h"

int block_serve(struct task *task)
{
	return ion_lend(task->ch->fd, SPIN, 0);
}

int block_serve_asleep(struct task *task)
{
	return ion_lend(task->ch->fd, NO_SPIN, 0);
}

int block_wait(struct task *task)
{
	__u64 timeout = ION_WAIT_FOREVER;

	return ion_wait_for(task->ch->fd, 1, 0, &timeout);
}

int block_read(struct task *task)
{
	struct ion_packet packets[4];
	ssize_t n = read(task->ch->fd, packets, sizeof(packets));

	return n < 0 ? -errno : (int)n;
}

int block_write(struct task *task)
{
	struct ion_packet packets[4] = { 0 };
	ssize_t n = write(task->ch->fd, packets, sizeof(packets));

	return n < 0 ? -errno : (int)n;
}

int block_poll(struct task *task)
{
	return ion_poll_for(task->ch->fd, POLLIN, -1);
}

int block_epoll(struct task *task)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = epoll_create1(EPOLL_CLOEXEC), ret;

	ret = epoll_ctl(fd, EPOLL_CTL_ADD, task->ch->fd, &event);
	if (!ret)
		ret = epoll_wait(fd, &event, 1, -1);
	ret = ret < 0 ? -errno : ret;
	close(fd);
	return ret;
}

int block_selftest(struct task *task)
{
	struct ion_selftest selftest = { .size = sizeof(selftest) };

	return ion_call(task->ch->fd, ION_IOC_SELFTEST, &selftest);
}

/* A read by io_uring, which chooses how to wait. */
int block_uring(struct task *task)
{
	struct ion_packet packets[4];
	struct uring uring;
	int ret = uring_open(&uring);

	if (ret)
		return ret;
	ret = uring_submit(&uring, IORING_OP_READ, task->ch->fd, packets,
			   sizeof(packets));
	if (ret == 1)
		ret = (int)syscall(SYS_io_uring_enter, uring.fd, 0, 1,
				   IORING_ENTER_GETEVENTS, NULL, 0);
	ret = ret < 0 ? -errno : ret;
	munmap(uring.sqes, 8 * sizeof(struct io_uring_sqe));
	close(uring.fd);
	return ret;
}
