// SPDX-License-Identifier: GPL-2.0-only
/* Messages and exit statuses. */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *fail_command;

/* One write, so that lines of several programs do not mix. */
static void say(const char *format, va_list args, const char *rest)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		return;
	fflush(stdout);
	fprintf(stderr, "ionctl: %s%s%s\n", text, *rest ? ": " : "", rest);
	free(text);
}

int status_of(int error)
{
	switch (-error) {
	case ENODEV:
	case ENXIO:
		return EXIT_NO_DEVICE;
	case EACCES:
	case EPERM:
		return EXIT_DENIED;
	case EPROTO:
		return EXIT_BROKEN;
	default:
		return EXIT_FAILED;
	}
}

int fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args, "");
	va_end(args);
	return EXIT_FAILED;
}

int fail_call(enum ionc_call call, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args, ionc_explain(call, error));
	va_end(args);
	return status_of(error);
}

int fail_errno(int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args, strerror(-error));
	va_end(args);
	return status_of(error);
}

/* Say what to do about a device that cannot be opened. */
static const char *device_advice(int error)
{
	switch (-error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return "there is no device: load the module: modprobe ion";
	case EACCES:
	case EPERM:
		return "no permission: join the group ion or be root";
	case ENOTTY:
	case EISDIR:
		return "not a device of the module ion";
	default:
		return ionc_explain(IONC_OPEN, error);
	}
}

int fail_device(int error)
{
	fail("%s: %s", globals.device, device_advice(error));
	return error == -ENOENT ? EXIT_NO_DEVICE : status_of(error);
}

void fail_usage(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	fprintf(stderr, "ionctl: %s%s%s; see ionctl %s%s--help\n",
		fail_command ? fail_command : "", fail_command ? ": " : "",
		text ? text : "out of memory", fail_command ? fail_command : "",
		fail_command ? " " : "");
	free(text);
	exit(EXIT_USAGE);
}

void fail_memory(void)
{
	fputs("ionctl: out of memory\n", stderr);
	_exit(EXIT_FAILED);
}
