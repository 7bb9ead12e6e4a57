// SPDX-License-Identifier: GPL-2.0-only
/* Writes to stdout: colours, and errors that would lose output. */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"

/*
 * If ionctl is started with stdout closed, the device would be opened as the next
 * free descriptor, which is stdout, and tables would be written to it. So open
 * something unusable first, so that writing fails as it should.
 */
void out_begin(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0)
			_exit(EXIT_FAILED);
}

static bool terminal_has_colours(void)
{
	const char *none = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (none && *none)
		return false;
	if (!term || !*term || !strcmp(term, "dumb"))
		return false;
	return isatty(STDOUT_FILENO);
}

bool out_set_colour(const char *when)
{
	if (!strcmp(when, "auto"))
		globals.colour = terminal_has_colours();
	else if (!strcmp(when, "always"))
		globals.colour = true;
	else if (!strcmp(when, "never"))
		globals.colour = false;
	else
		return false;
	return true;
}

size_t out_width(FILE *to)
{
	struct winsize size = { 0 };

	if (ioctl(fileno(to), TIOCGWINSZ, &size) || !size.ws_col)
		return SIZE_MAX;
	return size.ws_col;
}

const char *paint_start(enum paint paint)
{
	static const char *const starts[] = {
		[PAINT_NONE] = "",	   [PAINT_BOLD] = "\033[1m",
		[PAINT_DIM] = "\033[2m",   [PAINT_GOOD] = "\033[32m",
		[PAINT_BUSY] = "\033[33m", [PAINT_BAD] = "\033[1;31m",
	};

	return globals.colour ? starts[paint] : "";
}

const char *paint_end(enum paint paint)
{
	return globals.colour && paint != PAINT_NONE ? "\033[0m" : "";
}

void out_paint(FILE *to, enum paint paint, const char *text)
{
	fprintf(to, "%s%s%s", paint_start(paint), text, paint_end(paint));
}

/* Report an error, but not a closed pipe: its reader stopped on purpose. */
int out_failed(int error)
{
	if (error == EPIPE)
		return EXIT_FAILED;
	if (error == ENOSPC)
		return fail("stdout: the disk is full: make room");
	return fail("stdout: %s: not all could be written",
		    error ? strerror(error) : "an error before");
}

int out_flush(void)
{
	static bool reported;
	int failed, error;

	errno = 0;
	failed = fflush(stdout);
	error = errno;
	if (!failed && !ferror(stdout))
		return EXIT_OK;
	if (reported)
		return EXIT_FAILED;
	reported = true;
	return out_failed(error);
}

int out_end(int status)
{
	int flushed = out_flush();
	int error;

	if (status != EXIT_OK)
		return status;
	if (flushed != EXIT_OK)
		return flushed;
	/* Some file systems report errors only here. */
	error = close(STDOUT_FILENO) ? errno : 0;
	return error ? out_failed(error) : EXIT_OK;
}
