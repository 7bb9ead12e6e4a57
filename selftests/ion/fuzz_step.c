// SPDX-License-Identifier: GPL-2.0-only
/*
 * All steps of the fuzzer, the choice of the next, and the counts of their
 * results.
 */
#include <stdarg.h>
#include <stdio.h>

#include "fuzz.h"

static const struct fuzz_steps *const files[] = {
	&fuzz_channel_steps, &fuzz_call_steps,	&fuzz_map_steps,
	&fuzz_touch_steps,   &fuzz_io_steps,	&fuzz_fd_steps,
	&fuzz_uring_steps,   &fuzz_other_steps,
};

unsigned int fuzz_steps_count(void)
{
	unsigned int i, count = 0;

	for (i = 0; i < FUZZ_ARRAY(files); i++)
		count += files[i]->count;
	return count;
}

static const struct fuzz_step *numbered(unsigned int number)
{
	unsigned int i;

	for (i = 0; i < FUZZ_ARRAY(files); i++) {
		if (number < files[i]->count)
			return &files[i]->step[number];
		number -= files[i]->count;
	}
	return NULL;
}

const char *fuzz_step_name(unsigned int number)
{
	return numbered(number)->name;
}

/* Note a fault that a worker saw. The first one is reported. */
void fuzz_broken(const char *format, ...)
{
	char text[sizeof(fuzz_shared->broken)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!fuzz_shared->broken[0])
		memcpy(fuzz_shared->broken, text, sizeof(text));
}

static void counted(unsigned int number, long ret)
{
	struct fuzz_count *count = &fuzz_shared->count[number];
	unsigned long error = ret < 0 && ret > -4096 ? -ret : 0;

	/* Larger errors are internal to the kernel. */
	if (error >= 512)
		fuzz_broken("%s gave errno %lu", fuzz_step_name(number), error);
	if (error >= FUZZ_ERRNOS)
		error = FUZZ_ERRNOS - 1;
	__atomic_add_fetch(&count->done, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&count->error[error], 1, __ATOMIC_RELAXED);
}

static unsigned int total(void)
{
	static unsigned int sum;
	unsigned int i, j, all = 0;

	if (sum)
		return sum;
	for (i = 0; i < FUZZ_ARRAY(files); i++)
		for (j = 0; j < files[i]->count; j++)
			all += files[i]->step[j].weight;
	sum = all;
	return all;
}

void fuzz_step(struct fuzz *f)
{
	unsigned int at = fuzz_below(f, total());
	unsigned int number = 0;

	while (at >= numbered(number)->weight)
		at -= numbered(number++)->weight;
	counted(number, numbered(number)->run(f));
}
