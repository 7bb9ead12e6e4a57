// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets and commands as JSON: one object of strings and whole numbers. It is
 * read here because the usual libraries do not support numbers above 2^63.
 */
#include <string.h>

#include "packet.h"

/* Longer than any valid string; the longest is an id with 0x before it. */
#define STRING_MAX 40

struct json {
	struct item_building *b;
	const char *at;
	const char *end;
};

static void skip_space(struct json *j)
{
	while (j->at < j->end && strchr(" \t\r\n", *j->at) && *j->at)
		j->at++;
}

static bool json_wrong(struct json *j, const char *wanted)
{
	size_t left = (size_t)(j->end - j->at);
	char room[32];

	if (!left)
		return item_wrong(j->b, "expected %s, found no more", wanted);
	return item_wrong(j->b, "expected %s, found \"%s\"", wanted,
			  item_quoted(j->at, left, room));
}

/* Skip a character; return false if it is another one. */
static bool passed(struct json *j, char c)
{
	skip_space(j);
	if (j->at == j->end || *j->at != c)
		return false;
	j->at++;
	return true;
}

/* ---- strings and numbers ----------------------------------------------- */

/* Read the four digits of \u0041. Valid strings have only ASCII. */
static bool take_unicode(struct json *j, char *c)
{
	unsigned int value = 0;
	int i;

	for (i = 0; i < 4; i++) {
		const char *digits = "0123456789abcdefABCDEF", *digit;

		if (j->at == j->end || !*j->at)
			return false;
		digit = strchr(digits, *j->at++);
		if (!digit)
			return false;
		value = value * 16 + (unsigned int)(digit - digits) -
			(digit - digits > 15 ? 6 : 0);
	}
	*c = value && value < 128 ? (char)value : '?';
	return true;
}

static bool take_escape(struct json *j, char *c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *known;

	if (j->at == j->end || !*j->at)
		return false;
	if (*j->at == 'u') {
		j->at++;
		return take_unicode(j, c);
	}
	known = strchr(from, *j->at++);
	if (!known)
		return false;
	*c = to[known - from];
	return true;
}

/* Read a string. One that is too long is cut off: it is not valid anyway. */
static bool take_string(struct json *j, char to[STRING_MAX], size_t *length)
{
	static const char control[] = "a string has a control character in it";
	static const char backslash[] =
		"a string has an escape that JSON does not know";
	char c;

	*length = 0;
	while (j->at < j->end && *j->at != '"') {
		c = *j->at++;
		if ((unsigned char)c < ' ')
			return item_wrong(j->b, "%s", control);
		if (c == '\\' && !take_escape(j, &c))
			return item_wrong(j->b, "%s", backslash);
		if (*length < STRING_MAX)
			to[(*length)++] = c;
	}
	if (j->at == j->end)
		return item_wrong(j->b, "the line ends within a string");
	j->at++;
	return true;
}

/* Read up to the end of a value; item_set() checks whether it is a number. */
static bool take_bare(struct json *j, const char **value, size_t *length)
{
	static const char wrong[] =
		"%s is not a number in JSON: write it as a string";
	char room[32];

	*value = j->at;
	while (j->at < j->end && *j->at && !strchr(" \t\r\n,:{}[]\"", *j->at))
		j->at++;
	*length = (size_t)(j->at - *value);
	if (!*length)
		return json_wrong(j, "a number or a string");
	/* JSON has only decimal numbers; hexadecimal ones are strings. */
	if (*length > 1 && (*value)[0] == '0')
		return item_wrong(j->b, wrong,
				  item_quoted(*value, *length, room));
	return true;
}

/* ---- the object -------------------------------------------------------- */

static bool take_member(struct json *j)
{
	char name[STRING_MAX], string[STRING_MAX], room[32];
	size_t name_length, length;
	const char *value = string;
	int field;

	if (!passed(j, '"'))
		return json_wrong(j, "the name of a field");
	if (!take_string(j, name, &name_length))
		return false;
	field = item_field(j->b, name, name_length);
	if (field < 0)
		return item_wrong(j->b, "a %s has no field \"%s\"",
				  item_name(j->b->kind),
				  item_quoted(name, name_length, room));
	if (!passed(j, ':'))
		return json_wrong(j, "a colon");
	if (passed(j, '"')) {
		if (!take_string(j, string, &length))
			return false;
	} else if (!take_bare(j, &value, &length)) {
		return false;
	}
	return item_set(j->b, (unsigned int)field, value, length);
}

bool item_parse_json(struct item_building *b, const char *text, size_t length)
{
	struct json j = { .b = b, .at = text, .end = text + length };

	if (!passed(&j, '{'))
		return json_wrong(&j, "an object");
	if (!passed(&j, '}')) {
		do {
			if (!take_member(&j))
				return false;
		} while (passed(&j, ','));
		if (!passed(&j, '}'))
			return json_wrong(&j, "a comma or a brace");
	}
	skip_space(&j);
	if (j.at < j.end)
		return json_wrong(&j, "the end of the line");
	return true;
}
