// SPDX-License-Identifier: GPL-2.0-only
/* Writes JSON with the library jansson. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"

static json_t *made(json_t *value)
{
	if (!value)
		fail_memory();
	return value;
}

json_t *json_new_object(void)
{
	return made(json_object());
}

json_t *json_new_array(void)
{
	return made(json_array());
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, made(value)))
		fail_memory();
}

json_t *json_number(uint64_t number)
{
	return made(json_integer((json_int_t)number));
}

void json_put_number(json_t *object, const char *key, uint64_t number)
{
	json_put(object, key, json_number(number));
}

void json_put_real(json_t *object, const char *key, double number)
{
	json_put(object, key, json_real(number));
}

void json_put_bool(json_t *object, const char *key, bool truth)
{
	json_put(object, key, json_boolean(truth));
}

void json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, made(value)))
		fail_memory();
}

/* Return the bytes of the UTF-8 character at @text; 0 if it is not valid. */
static size_t character(const char *text, size_t size)
{
	size_t length;

	for (length = 1; length <= 4 && length <= size; length++) {
		json_t *value = json_stringn(text, length);

		if (value) {
			json_decref(value);
			return length;
		}
	}
	return 0;
}

void json_put_text(json_t *object, const char *key, const char *text,
		   size_t size)
{
	static const char unknown[] = "\xef\xbf\xbd";
	char clean[3 * 128 + 1];
	size_t i = 0, to = 0, length = strnlen(text, size);

	while (i < length && to + 4 < sizeof(clean)) {
		size_t bytes = character(text + i, length - i);

		memcpy(clean + to, bytes ? text + i : unknown,
		       bytes ? bytes : 3);
		to += bytes ? bytes : 3;
		i += bytes ? bytes : 1;
	}
	json_put(object, key, json_stringn(clean, to));
}

/* Measurements are not more precise than this. */
#define DIGITS JSON_REAL_PRECISION(12)

/* Return the end of the string, with its quotes, that begins at @text. */
static const char *string_end(const char *text)
{
	for (text++; *text != '"'; text++)
		text += *text == '\\';
	return text + 1;
}

/*
 * Print a document with unsigned integers. Those of jansson are signed and have
 * 64 bits too, so a minus outside strings and exponents begins a number above
 * the largest signed one.
 */
static void print_unsigned(const char *text)
{
	const char *at = text;
	char *end;

	while (*at) {
		if (*at == '"') {
			at = string_end(at);
		} else if (*at != '-' || at[-1] == 'e') {
			at++;
		} else {
			fwrite(text, 1, (size_t)(at - text), stdout);
			printf("%llu",
			       (unsigned long long)strtoll(at, &end, 10));
			at = end;
			text = end;
		}
	}
	fputs(text, stdout);
}

static void print(json_t *document, size_t flags)
{
	char *text = json_dumps(document, flags);

	if (!text)
		fail_memory();
	print_unsigned(text);
	free(text);
	json_decref(document);
	/* After an error the next write fails too, and sets errno. */
	clearerr(stdout);
	putchar('\n');
}

void json_print(json_t *document)
{
	print(document, JSON_INDENT(2) | DIGITS);
}

void json_print_line(json_t *document)
{
	print(document, JSON_COMPACT | DIGITS);
}
