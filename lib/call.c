// SPDX-License-Identifier: MIT
/* System calls that return -errno, time, and structs that grow. */
#include <errno.h>
#include <sys/ioctl.h>
#include <time.h>

#include "internal.h"

#define IONC_SECOND 1000000000ULL

int ionc_ioctl(int fd, __u16 request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

__u64 ionc_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * IONC_SECOND + (__u64)now.tv_nsec;
}

__u64 ionc_deadline(__u64 timeout_ns)
{
	__u64 now;

	if (timeout_ns == IONC_FOREVER)
		return IONC_FOREVER;
	now = ionc_now();
	return timeout_ns > IONC_FOREVER - now ? IONC_FOREVER
					       : now + timeout_ns;
}

__u64 ionc_left(__u64 deadline)
{
	__u64 now;

	if (deadline == IONC_FOREVER)
		return IONC_FOREVER;
	now = ionc_now();
	return now < deadline ? deadline - now : 0;
}

int ionc_copy_options(void *to, __u32 size, const void *from, __u32 first)
{
	const unsigned char *bytes = from;
	__u32 given, i;

	memcpy(&given, from, sizeof(given));
	if (given < first)
		return -EINVAL;
	for (i = size; i < given; i++)
		if (bytes[i])
			return -E2BIG;
	memcpy(to, from, given < size ? given : size);
	return 0;
}
