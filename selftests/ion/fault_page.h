/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of the program that is not there until it is given. */
#ifndef _ION_FAULT_PAGE_H
#define _ION_FAULT_PAGE_H

#include <linux/userfaultfd.h>

#include "ion_live.h"

/* Faults in @page wait for what is read from the descriptor. */
ION_HELPER int fault_open(void *page)
{
	struct uffdio_register range = {
		.range = { .start = (unsigned long)page, .len = page_size() },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_api api = { .api = UFFD_API };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range)) {
		close(fd);
		return -EIO;
	}
	return fd;
}

ION_HELPER bool fault_waits(int fd)
{
	struct pollfd fds = { .fd = fd, .events = POLLIN };

	return poll(&fds, 1, LONG_MS) == 1;
}

ION_HELPER int fault_end(int fd, void *page)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (unsigned long)page, .len = page_size() },
	};

	return ioctl(fd, UFFDIO_ZEROPAGE, &zero);
}

/* As fault_end(), with what is to be there. */
ION_HELPER int fault_fill(int fd, void *page, const void *from)
{
	struct uffdio_copy copy = {
		.dst = (unsigned long)page,
		.src = (unsigned long)from,
		.len = page_size(),
	};

	return ioctl(fd, UFFDIO_COPY, &copy);
}

#endif /* _ION_FAULT_PAGE_H */
