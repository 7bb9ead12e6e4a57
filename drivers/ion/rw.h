/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_RW_H
#define _DRIVERS_ION_RW_H

#include <linux/types.h>

struct iov_iter;
struct kiocb;

ssize_t ion_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t ion_write_iter(struct kiocb *iocb, struct iov_iter *from);

#endif /* _DRIVERS_ION_RW_H */
