// SPDX-License-Identifier: GPL-2.0-only
/* The kernel log since the program began. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest.h"
#include "kernel_log.h"

int ion_kernel_log = -1;

static void __attribute__((__constructor__)) ion_kernel_log_mark(void)
{
	ion_kernel_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (ion_kernel_log >= 0)
		lseek(ion_kernel_log, 0, SEEK_END);
}

bool ion_kernel_log_bad(const char *line)
{
	static const char *const words[] = {
		"WARNING",
		"BUG",
		"Oops",
		"cut here",
		"Call Trace",
		"INFO: ",
		"KASAN",
		"UBSAN",
		"kmemleak",
		"refcount_t",
		"circular locking",
		"recursive locking",
		"inconsistent lock",
		"unlock balance",
		"held lock",
		"deadlock",
		"suspicious",
		"scheduling while atomic",
		"sleeping function",
		"Unable to handle",
		"segfault",
		"unhandled signal",
	};
	static bool interrupted;
	unsigned int i;

	if (!strncmp(line, "ion:", 4) || strstr(line, " ion:"))
		return true;
	/*
	 * KCSAN also reports races of the kernel itself. A race of the module
	 * names the module other than as the code that was interrupted.
	 */
	if (line[0] != ' ')
		interrupted = false;
	else if (strstr(line, " asm_"))
		interrupted = true;
	if (strstr(line, "[ion") && !interrupted)
		return true;
	if (strstr(line, "KCSAN: "))
		return false;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

bool ion_kernel_log_next(char *line, size_t size)
{
	static char record[8192];
	const char *text;
	ssize_t n;

	do {
		n = read(ion_kernel_log, record, sizeof(record) - 1);
	} while (n < 0 && (errno == EPIPE || errno == EINTR));
	if (n <= 0)
		return false;
	record[n] = '\0';
	record[strcspn(record, "\n")] = '\0';
	text = strchr(record, ';');
	snprintf(line, size, "%.*s", (int)size - 1, text ? text + 1 : record);
	return true;
}

bool ion_kernel_log_clean(void)
{
	char line[512];
	bool clean = true;

	while (ion_kernel_log >= 0 && ion_kernel_log_next(line, sizeof(line))) {
		if (!ion_kernel_log_bad(line))
			continue;
		ksft_print_msg("kernel: %s\n", line);
		clean = false;
	}
	return clean;
}
