/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What went wrong, in one line on stderr that begins with "ionctl: " and ends
 * with what to do. Each returns the exit status that belongs to it.
 */
#ifndef _IONCTL_FAIL_H
#define _IONCTL_FAIL_H

#include "ionctl.h"

/* Tell it. Returns EXIT_FAILED. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * fail_call() - a call of the library, or of the driver, failed
 * @call: which, for ionc_explain()
 * @error: what it returned, -errno
 * @format: what was to be done, and with what: "channel 7"
 *
 * Return: the exit status for that error.
 */
int fail_call(enum ionc_call call, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * fail_errno() - a call of the system failed
 * @error: -errno
 * @format: what was to be done, and with what: "read input.bin"
 *
 * Return: the exit status for that error.
 */
int fail_errno(int error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The device can not be opened, or is none. @error is -errno. */
int fail_device(int error);

/* The command line is wrong: nothing was done. Ends the program. */
void fail_usage(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* There is no memory. Ends the program. */
NORETURN void fail_memory(void);

/* The exit status for an error of the driver or of the system, -errno. */
int status_of(int error);

/* The command that runs, for messages; NULL before there is one. */
extern const char *fail_command;

#endif /* _IONCTL_FAIL_H */
