// SPDX-License-Identifier: GPL-2.0-only
/* The main() of the tests that run for a time, at random. */
#include <stdio.h>
#include <unistd.h>

#include "channel.h"
#include "kernel_log.h"
#include "long_test.h"

#define TEXT_SIZE 256

void long_test_result(bool good, const char *format, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ksft_test_result(good, "%s\n", text);
}

void long_test_skip(const char *format, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ksft_test_result_skip("%s\n", text);
}

void long_test_stop(const char *format, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ksft_test_result_fail("%s\n", text);
	ksft_print_cnts();
	fflush(stdout);
	_exit(KSFT_FAIL);
}

int main(int argc, char **argv)
{
	test_options_parse(&long_test.options, &argc, argv);
	ion_test_need_device();
	ksft_print_header();
	if (long_test.begin)
		long_test.begin();
	ksft_set_plan(long_test.results() + 1);
	ksft_print_msg("seed %llu\n", long_test.options.seed);
	fflush(stdout);

	long_test.run();
	if (ion_kernel_log < 0)
		ksft_test_result_skip("/dev/kmsg cannot be read\n");
	else
		ksft_test_result(long_test.log_clean(),
				 "the kernel reported nothing\n");
	ksft_finished();
}
