// SPDX-License-Identifier: GPL-2.0-only
/* Opens the device and own channels. */
#include "open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"

int device_call(int fd, __u16 request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

int open_device(int *fd, struct ion_query *query)
{
	int ret;

	*fd = open(globals.device, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0)
		return fail_device(-errno);
	memset(query, 0, sizeof(*query));
	query->size = sizeof(*query);
	ret = device_call(*fd, ION_IOC_QUERY, query);
	if (!ret && query->abi_version != ION_ABI_VERSION)
		ret = -EPROTONOSUPPORT;
	if (!ret)
		return EXIT_OK;
	close(*fd);
	return fail_device(ret);
}

int open_driver(int *fd, uint64_t feature)
{
	struct ion_query query = { 0 };
	int status;

	status = open_device(fd, &query);
	if (status || query.features & feature)
		return status;
	close(*fd);
	return fail("%s: that needs a newer driver", globals.device);
}

static const char other_buffers[] =
	"has buffers of another size, or one of the two has none: give both the same --buffers and --buffer-size";

int fail_set_up(int error, const struct ionc_options *options)
{
	if (error == -ENOENT)
		return fail("there is no service '%s': load its module",
			    options->service);
	if (error == -EINVAL && options->key)
		return fail("the other program of --key %s %s", options->key,
			    other_buffers);
	return fail_call(IONC_OPEN, error, "%s", globals.device);
}

int open_own(struct ionc_channel **ch, struct ionc_options *options)
{
	int ret;

	options->device = globals.device;
	ret = ionc_open(ch, options);
	if (!ret)
		return EXIT_OK;
	if (ret == -ENOENT && !access(globals.device, F_OK))
		return fail_set_up(ret, options);
	if (ret == -ENOENT || ret == -EACCES || ret == -ENOTTY ||
	    ret == -ENODEV || ret == -ENXIO || ret == -EISDIR)
		return fail_device(ret);
	return fail_set_up(ret, options);
}
