// SPDX-License-Identifier: GPL-2.0-only
/* Tests of printed JSON: numbers of 64 bits, and texts that look like numbers. */
#include "../json.h"

#include <string.h>

#include "../fail.h"
#include "check.h"

void fail_memory(void)
{
	abort();
}

/* Return the printed document, to be freed. */
static char *printed(json_t *document, void (*print)(json_t *document))
{
	FILE *was = stdout;
	char *text = NULL;
	size_t size;

	stdout = open_memstream(&text, &size);
	if (!stdout)
		abort();
	print(document);
	fclose(stdout);
	stdout = was;
	return text;
}

static void check_line(json_t *document, const char *want)
{
	char *text = printed(document, json_print_line);

	if (strcmp(text, want))
		printf("# %s# is not %s", text, want);
	CHECK(!strcmp(text, want));
	free(text);
}

static void all_bits(void)
{
	static const char want[] =
		"{\"a\":0,\"b\":9223372036854775808,\"c\":18446744073709551615}\n";
	json_t *object = json_new_object();

	json_put_number(object, "a", 0);
	json_put_number(object, "b", INT64_MAX + 1ULL);
	json_put_number(object, "c", UINT64_MAX);
	check_line(object, want);
}

static void in_an_array(void)
{
	json_t *array = json_new_array();

	json_add(array, json_number(UINT64_MAX));
	json_add(array, json_number(UINT64_MAX - 1));
	check_line(array, "[18446744073709551615,18446744073709551614]\n");
}

static void over_lines(void)
{
	json_t *object = json_new_object();
	char *text;

	json_put_number(object, "a", UINT64_MAX);
	text = printed(object, json_print);
	CHECK(!strcmp(text, "{\n  \"a\": 18446744073709551615\n}\n"));
	free(text);
}

static void texts(void)
{
	static const char want[] =
		"{\"-1\":\"-1\",\"q\":\"\\\"-2\\\\\",\"n\":18446744073709551615}\n";
	json_t *object = json_new_object();

	json_put_text(object, "-1", "-1", 9);
	json_put_text(object, "q", "\"-2\\", 9);
	json_put_number(object, "n", UINT64_MAX);
	check_line(object, want);
}

static void fractions(void)
{
	json_t *object = json_new_object();

	json_put_real(object, "r", 1 / 1e9);
	json_put_number(object, "n", UINT64_MAX);
	check_line(object, "{\"r\":1e-9,\"n\":18446744073709551615}\n");
}

int main(void)
{
	static const struct check checks[] = {
		{ "numbers of 64 bits are unsigned", all_bits },
		{ "numbers in an array are unsigned", in_an_array },
		{ "numbers are unsigned over several lines", over_lines },
		{ "texts are left as they are", texts },
		{ "fractions are left as they are", fractions },
		{ NULL, NULL },
	};

	return check_all(checks);
}
