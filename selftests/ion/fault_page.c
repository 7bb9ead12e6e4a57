// SPDX-License-Identifier: GPL-2.0-only
/* A page whose faults wait, by userfaultfd. */
#include "fault_page.h"

/* Make faults of @page wait: a descriptor that reports them, or -errno. */
int fault_open(void *page)
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

/* Return whether a fault waits. */
bool fault_waits(int fd)
{
	struct pollfd fds = { .fd = fd, .events = POLLIN };

	return poll(&fds, 1, LONG_MS) == 1;
}

/* End the fault with a page of zeros. */
int fault_end(int fd, void *page)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (unsigned long)page, .len = page_size() },
	};

	return ioctl(fd, UFFDIO_ZEROPAGE, &zero);
}

/* End the fault with a copy of the page @from. */
int fault_fill(int fd, void *page, const void *from)
{
	struct uffdio_copy copy = {
		.dst = (unsigned long)page,
		.src = (unsigned long)from,
		.len = page_size(),
	};

	return ioctl(fd, UFFDIO_COPY, &copy);
}
