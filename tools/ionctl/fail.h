/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Error messages: one line on stderr, which begins with "ionctl: " and ends with
 * what to do. Each function returns the exit status for the error.
 */
#ifndef _IONCTL_FAIL_H
#define _IONCTL_FAIL_H

#include "ionctl.h"

/* Print the message; return EXIT_FAILED. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * fail_call() - report that a call of the library, or of the driver, failed
 * @call: the call, for ionc_explain()
 * @error: its result, -errno
 * @format: the action and its object: "channel 7"
 *
 * Return: the exit status for that error.
 */
int fail_call(enum ionc_call call, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * fail_errno() - report that a system call failed
 * @error: -errno
 * @format: the action and its object: "read input.bin"
 *
 * Return: the exit status for that error.
 */
int fail_errno(int error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Report that the device cannot be opened, or is not ion. @error is -errno. */
int fail_device(int error);

/* Report a wrong command line, before anything is done. Ends the program. */
void fail_usage(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Report that memory ran out. Ends the program. */
NORETURN void fail_memory(void);

/* Return the exit status for an error of the driver or the system, -errno. */
int status_of(int error);

/* Name of the running command, for messages; NULL before it is known. */
extern const char *fail_command;

#endif /* _IONCTL_FAIL_H */
