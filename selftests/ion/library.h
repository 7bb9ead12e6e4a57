/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that the linker gives: the ioctls of the library come by the test. */
#ifndef _ION_LIBRARY_H
#define _ION_LIBRARY_H

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, void *arg);

#endif /* _ION_LIBRARY_H */
