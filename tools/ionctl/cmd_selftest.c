// SPDX-License-Identifier: GPL-2.0-only
/* ionctl selftest: have the driver test itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "json.h"
#include "open.h"
#include "options.h"
#include "table.h"
#include "text.h"

/* Room for the results of the first call. */
#define RESULTS 256

/**
 * struct report - the results of the driver's tests
 * @result: result of each test
 * @count: number of tests
 * @passed: number of tests that passed
 * @failed: number of tests that failed
 * @skipped: number of tests that could not run
 */
struct report {
	struct ion_selftest_result *result;
	size_t count;
	size_t passed;
	size_t failed;
	size_t skipped;
};

static int ask(int fd, struct report *report, uint32_t room)
{
	struct ion_selftest selftest = { .size = sizeof(selftest),
					 .count = room };
	int ret;

	free(report->result);
	report->result = calloc(room, sizeof(*report->result));
	if (!report->result)
		fail_memory();
	selftest.addr = (uintptr_t)report->result;
	ret = device_call(fd, ION_IOC_SELFTEST, &selftest);
	report->count = selftest.count;
	return ret;
}

static int run_tests(int fd, struct report *report)
{
	size_t i;
	int ret;

	ret = ask(fd, report, RESULTS);
	/* A newer driver may have more tests. */
	if (ret >= 0 && report->count > RESULTS)
		ret = ask(fd, report, (uint32_t)report->count);
	if (ret == -EPERM || ret == -EACCES) {
		fail("selftest: no permission: be root (CAP_SYS_ADMIN)");
		return EXIT_DENIED;
	}
	if (ret < 0)
		return fail_call(IONC_ANY, ret, "selftest");
	for (i = 0; i < report->count; i++)
		if (!report->result[i].error)
			report->passed++;
		else if (report->result[i].error == -ECANCELED)
			report->skipped++;
		else
			report->failed++;
	return EXIT_OK;
}

static const char *result_name(const struct ion_selftest_result *result,
			       enum paint *paint)
{
	if (!result->error) {
		*paint = PAINT_GOOD;
		return "passed";
	}
	if (result->error == -ECANCELED) {
		*paint = PAINT_BUSY;
		return "skipped";
	}
	*paint = PAINT_BAD;
	return "failed";
}

static void report_text(const struct report *report)
{
	static const struct column columns[] = { { "TEST", false, false },
						 { "TIME", true, false },
						 { "RESULT", false, false },
						 { "DETAIL", false, true },
						 { NULL, false, false } };
	struct table *table = table_new(columns);
	size_t i;

	for (i = 0; i < report->count; i++) {
		const struct ion_selftest_result *result = &report->result[i];
		char text[ION_SELFTEST_DETAIL_LEN + 1];
		enum paint paint;
		const char *name = result_name(result, &paint);

		text_safe(text, sizeof(text), result->name,
			  sizeof(result->name));
		table_cell(table, PAINT_NONE, "%s", text);
		table_cell(table, PAINT_NONE, "%s",
			   text_time(text, result->ns));
		table_cell(table, paint, "%s", name);
		text_safe(text, sizeof(text), result->detail,
			  sizeof(result->detail));
		if (result->error && !*text)
			snprintf(text, sizeof(text), "%s",
				 strerror(-result->error));
		table_cell(table, PAINT_NONE, "%s", text);
	}
	table_print(table, stdout);
	printf("%zu passed, %zu failed", report->passed, report->failed);
	if (report->skipped)
		printf(", %zu skipped", report->skipped);
	putchar('\n');
}

static void report_json(const struct report *report)
{
	json_t *doc = json_new_object();
	json_t *array = json_new_array();
	enum paint paint;
	size_t i;

	json_put_number(doc, "passed", report->passed);
	json_put_number(doc, "failed", report->failed);
	json_put_number(doc, "skipped", report->skipped);
	for (i = 0; i < report->count; i++) {
		const struct ion_selftest_result *result = &report->result[i];
		json_t *object = json_new_object();

		json_put_text(object, "name", result->name,
			      sizeof(result->name));
		json_put_number(object, "ns", result->ns);
		json_put(object, "result",
			 json_string(result_name(result, &paint)));
		json_put_number(object, "errno", (uint64_t)-result->error);
		json_put_text(object, "detail", result->detail,
			      sizeof(result->detail));
		json_add(array, object);
	}
	json_put(doc, "tests", array);
	json_print(doc);
}

static int run_selftest(int argc, char **argv)
{
	struct report report = { 0 };
	int fd, status;

	no_options(argc, argv, &cmd_selftest);
	want_arguments(argc, argv, 0, 0);
	status = open_driver(&fd, ION_FEATURE_SELFTEST);
	if (status)
		return status;
	status = run_tests(fd, &report);
	close(fd);
	if (!status) {
		if (globals.json)
			report_json(&report);
		else
			report_text(&report);
		status = report.failed ? EXIT_BROKEN : EXIT_OK;
	}
	free(report.result);
	return status;
}

const struct command cmd_selftest = {
	.name = "selftest",
	.summary = "have the driver test itself",
	.run = run_selftest,
	.usage = "[OPTION]...",
	.text = "The driver opens channels of its own, follows the protocol there, and breaks it\n"
		"in each known way. It does not touch other channels. This needs CAP_SYS_ADMIN.\n"
		"A test that cannot run, for example without enough memory, is skipped.\n",
	.json = "passed, failed, skipped: how many; tests: an array of objects:\n"
		"  name                the test: \"poison.tx.range\"\n"
		"  ns                  how long it took, in nanoseconds\n"
		"  result              passed, failed, skipped\n"
		"  errno               0 if it passed\n"
		"  detail              the value that was found and the expected one\n",
	.examples =
		"ionctl selftest\n"
		"ionctl --json selftest | jq -r '.tests[] | select(.result == \"failed\").name'\n",
	.statuses = "5 if a test failed\n",
};
