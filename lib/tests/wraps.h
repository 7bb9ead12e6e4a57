/* SPDX-License-Identifier: MIT */
/* Names that the linker (--wrap) and the thread sanitizer define. */
#ifndef _IONC_WRAPS_H
#define _IONC_WRAPS_H

#include <poll.h>
#include <signal.h>
#include <sys/types.h>

void *__real_mmap64(void *at, size_t length, int prot, int flags, int fd,
		    off_t offset);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_dup3(int from, int to, int flags);
int __wrap_dup3(int from, int to, int flags);
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap64(void *at, size_t length, int prot, int flags, int fd,
		    off_t offset);
int __real_munmap(void *at, size_t length);
int __wrap_munmap(void *at, size_t length);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *left,
		 const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *left,
		 const sigset_t *mask);

void __tsan_read8(void *at);
void __tsan_write8(void *at);

void __tsan_volatile_read1(void *at);
void __tsan_volatile_read2(void *at);
void __tsan_volatile_read4(void *at);
void __tsan_volatile_read8(void *at);
void __tsan_volatile_write1(void *at);
void __tsan_volatile_write2(void *at);
void __tsan_volatile_write4(void *at);
void __tsan_volatile_write8(void *at);

#endif /* _IONC_WRAPS_H */
