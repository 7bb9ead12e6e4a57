/* SPDX-License-Identifier: GPL-2.0-only */
/* io_uring by plain system calls, one entry at a time. */
#ifndef _ION_URING_TEST_H
#define _ION_URING_TEST_H

#include <linux/io_uring.h>

#include "ion_live.h"

struct uring {
	int fd;
	char *ring;
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
};

int uring_open(struct uring *uring);
int uring_submit_entry(struct uring *uring, const struct io_uring_sqe *sqe);
int uring_submit(struct uring *uring, int op, int fd, void *addr, size_t bytes);
int uring_provide(struct uring *uring, void *addr, size_t bytes,
		  unsigned int count);
int uring_read_multishot(struct uring *uring, int fd);
bool uring_take(struct uring *uring, int *res);

#endif /* _ION_URING_TEST_H */
