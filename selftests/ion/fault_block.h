/* SPDX-License-Identifier: GPL-2.0-only */
/* Every call that may sleep forever, as the function of a thread. */
#ifndef _ION_FAULT_BLOCK_H
#define _ION_FAULT_BLOCK_H

#include "fault_test.h"
#include "uring_test.h"

int block_serve(struct task *task);
int block_serve_asleep(struct task *task);
int block_wait(struct task *task);
int block_read(struct task *task);
int block_write(struct task *task);
int block_poll(struct task *task);
int block_epoll(struct task *task);
int block_selftest(struct task *task);
int block_uring(struct task *task);

#endif /* _ION_FAULT_BLOCK_H */
