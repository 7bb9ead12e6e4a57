/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls of <sys/pidfd.h>, for C libraries that do not have it. */
#ifndef _IONCTL_PIDFD_H
#define _IONCTL_PIDFD_H

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static inline int process_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Copy a descriptor of that process. */
static inline int process_getfd(int pidfd, int fd)
{
	return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

#endif /* _IONCTL_PIDFD_H */
