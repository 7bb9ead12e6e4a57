// SPDX-License-Identifier: GPL-2.0-only
/* Packets and commands as text, and the parts that JSON shares. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "packet.h"

/**
 * struct field - a field of a packet or a command
 * @name: its name; NULL ends the array
 * @offset: its offset in the struct
 * @bits: its width; 128 is an id
 */
struct field {
	const char *name;
	size_t offset;
	unsigned int bits;
};

static const struct field fields[][ITEM_FIELDS] = {
	[ITEM_PACKET] = {
		{ "data", offsetof(struct ion_packet, data), 64 },
		{ "phys", offsetof(struct ion_packet, phys), 64 },
		{ "len", offsetof(struct ion_packet, len), 16 },
		{ "id", offsetof(struct ion_packet, id), 16 },
		{ "pad", offsetof(struct ion_packet, pad), 32 },
	},
	[ITEM_COMMAND] = {
		{ "kind", offsetof(struct ion_cmd_packet, kind), 32 },
		{ "arg", offsetof(struct ion_cmd_packet, arg), 64 },
		{ "id", offsetof(struct ion_cmd_packet, id_lo), 128 },
		{ "pad", offsetof(struct ion_cmd_packet, pad), 32 },
	},
};

size_t item_size(enum item_kind kind)
{
	return kind == ITEM_PACKET ? sizeof(struct ion_packet)
				   : sizeof(struct ion_cmd_packet);
}

const char *item_name(enum item_kind kind)
{
	return kind == ITEM_PACKET ? "packet" : "command";
}

bool item_wrong(struct item_building *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(b->why, WHY_MAX, format, args);
	va_end(args);
	return false;
}

const char *item_quoted(const char *text, size_t length, char room[32])
{
	size_t shown = length > 24 ? 24 : length, i;

	for (i = 0; i < shown; i++)
		room[i] = (text[i] < ' ' || text[i] > '~') ? '?' : text[i];
	snprintf(room + shown, 4, "%s", length > shown ? "..." : "");
	return room;
}

/* ---- numbers ----------------------------------------------------------- */

enum number {
	NUMBER_GOOD,
	NUMBER_BAD,
	NUMBER_LARGE
};

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Read a number. A leading 0 is refused: some people take it for octal. */
static enum number number_of(const char *text, size_t length, uint64_t *value)
{
	unsigned int base = 10;
	uint64_t sum = 0;
	size_t i = 0;

	if (length > 2 && text[0] == '0' && digit_of(text[1]) == 99) {
		if (text[1] != 'x' && text[1] != 'X')
			return NUMBER_BAD;
		base = 16;
		i = 2;
	}
	if (i == length || (base == 10 && length > 1 && text[0] == '0'))
		return NUMBER_BAD;
	for (; i < length; i++) {
		unsigned int digit = (unsigned int)digit_of(text[i]);

		if (digit >= base)
			return NUMBER_BAD;
		if (sum > (UINT64_MAX - digit) / base)
			return NUMBER_LARGE;
		sum = sum * base + digit;
	}
	*value = sum;
	return NUMBER_GOOD;
}

/* Read an id: 32 hexadecimal digits, or 0x and up to 32 digits. */
static bool id_of(const char *text, size_t length, uint64_t *low,
		  uint64_t *high)
{
	size_t i;

	if (length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
		text += 2;
		length -= 2;
		if (length > 32)
			return false;
	} else if (length != 32) {
		return false;
	}
	*low = 0;
	*high = 0;
	for (i = 0; i < length; i++) {
		if (digit_of(text[i]) > 15)
			return false;
		*high = *high << 4 | *low >> 60;
		*low = *low << 4 | (uint64_t)digit_of(text[i]);
	}
	return true;
}

/* ---- fields ------------------------------------------------------------ */

static void field_store(union item *item, const struct field *field,
			uint64_t value)
{
	unsigned char *at = (unsigned char *)item + field->offset;
	uint16_t half = (uint16_t)value;
	uint32_t word = (uint32_t)value;

	if (field->bits == 16)
		memcpy(at, &half, sizeof(half));
	else if (field->bits == 32)
		memcpy(at, &word, sizeof(word));
	else
		memcpy(at, &value, sizeof(value));
}

static uint64_t field_load(const union item *item, const struct field *field)
{
	const unsigned char *at = (const unsigned char *)item + field->offset;
	uint64_t value;
	uint16_t half;
	uint32_t word;

	if (field->bits == 16)
		return memcpy(&half, at, sizeof(half)), half;
	if (field->bits == 32)
		return memcpy(&word, at, sizeof(word)), word;
	return memcpy(&value, at, sizeof(value)), value;
}

static uint64_t field_max(const struct field *field)
{
	return UINT64_MAX >> (64 - field->bits);
}

int item_field(struct item_building *b, const char *name, size_t length)
{
	int i;

	for (i = 0; i < ITEM_FIELDS && fields[b->kind][i].name; i++)
		if (strlen(fields[b->kind][i].name) == length &&
		    !memcmp(fields[b->kind][i].name, name, length))
			return i;
	return -1;
}

static bool set_id(struct item_building *b, const char *value, size_t length)
{
	static const char wrong[] =
		"id is \"%s\": give 32 hexadecimal digits, or 0x and fewer";
	uint64_t low, high;
	char room[32];

	if (!id_of(value, length, &low, &high))
		return item_wrong(b, wrong, item_quoted(value, length, room));
	b->item.cmd.id_lo = low;
	b->item.cmd.id_hi = high;
	return true;
}

bool item_set(struct item_building *b, unsigned int number, const char *value,
	      size_t length)
{
	static const char wrong[] =
		"%s is \"%s\": give a number, such as 12 or 0xc";
	const struct field *field = &fields[b->kind][number];
	uint64_t result = 0;
	enum number kind;
	char room[32];

	if (b->given & (1U << number))
		return item_wrong(b, "%s is given twice", field->name);
	b->given |= 1U << number;
	if (field->bits == 128)
		return set_id(b, value, length);
	kind = number_of(value, length, &result);
	item_quoted(value, length, room);
	if (kind == NUMBER_BAD)
		return item_wrong(b, wrong, field->name, room);
	if (kind == NUMBER_LARGE || result > field_max(field))
		return item_wrong(b, "%s is %s; the maximum is %llu",
				  field->name, room,
				  (unsigned long long)field_max(field));
	field_store(&b->item, field, result);
	return true;
}

/* ---- reading text ------------------------------------------------------ */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t skip_blanks(const char *text, size_t at, size_t length)
{
	while (at < length && is_blank(text[at]))
		at++;
	return at;
}

static bool wrong_field(struct item_building *b, const char *name,
			size_t length)
{
	char room[32];

	item_quoted(name, length, room);
	return item_wrong(b, "there is no field \"%s\", only %s", room,
			  b->kind == ITEM_PACKET ? "data, phys, len, id and pad"
						 : "kind, arg, id and pad");
}

/* Read a field, by name, or by its @place if no field before it has a name. */
static bool parse_field(struct item_building *b, unsigned int *place,
			const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);
	size_t name = equals ? (size_t)(equals - text) : 0;
	char room[32];
	int field;

	item_quoted(text, length, room);
	if (!equals) {
		if (*place >= ITEM_FIELDS || !fields[b->kind][*place].name)
			return item_wrong(b,
					  "which field is \"%s\"? give NAME=%s",
					  room, room);
		return item_set(b, (*place)++, text, length);
	}
	*place = ITEM_FIELDS;
	field = item_field(b, text, name);
	if (field < 0)
		return wrong_field(b, text, name);
	return item_set(b, (unsigned int)field, equals + 1, length - name - 1);
}

static bool parse_text(struct item_building *b, const char *text, size_t length)
{
	size_t at = skip_blanks(text, 0, length), end;
	unsigned int place = 0;
	bool comma = false;

	while (at < length) {
		for (end = at;
		     end < length && text[end] != ',' && !is_blank(text[end]);)
			end++;
		if (end == at)
			return item_wrong(b, "a comma has nothing before it");
		if (!parse_field(b, &place, text + at, end - at))
			return false;
		at = skip_blanks(text, end, length);
		comma = at < length && text[at] == ',';
		if (comma)
			at = skip_blanks(text, at + 1, length);
	}
	return !comma || item_wrong(b, "a comma has nothing after it");
}

bool item_parse(enum item_kind kind, union item *item, const char *text,
		size_t length, char why[WHY_MAX])
{
	struct item_building b = { .kind = kind, .why = why };
	size_t at = skip_blanks(text, 0, length);
	bool good;

	if (at < length && text[at] == '{')
		good = item_parse_json(&b, text, length);
	else
		good = parse_text(&b, text, length);
	if (good && !b.given)
		good = item_wrong(&b, "no field is given");
	if (good)
		*item = b.item;
	return good;
}

/* ---- writing ----------------------------------------------------------- */

static int write_field(char *to, bool json, const char *before,
		       const union item *item, const struct field *field)
{
	unsigned long long value = field_load(item, field);
	const char *name = field->name;

	if (field->bits == 128)
		return sprintf(to,
			       json ? "%s\"%s\":\"%016llx%016llx\""
				    : "%s%s=%016llx%016llx",
			       before, name,
			       (unsigned long long)item->cmd.id_hi,
			       (unsigned long long)item->cmd.id_lo);
	if (field->bits == 64)
		return sprintf(to, json ? "%s\"%s\":\"0x%llx\"" : "%s%s=%#llx",
			       before, name, value);
	return sprintf(to, json ? "%s\"%s\":%llu" : "%s%s=%llu", before, name,
		       value);
}

size_t item_write(enum item_kind kind, enum item_format format,
		  const union item *item, char to[ITEM_MAX])
{
	const struct field *field = fields[kind];
	bool json = format == ITEM_JSON;
	const char *before = json ? "{" : "";
	size_t at = 0;
	int i;

	if (format == ITEM_BINARY) {
		memcpy(to, item, item_size(kind));
		return item_size(kind);
	}
	for (i = 0; i < ITEM_FIELDS && field[i].name; i++) {
		at += (size_t)write_field(to + at, json, before, item,
					  &field[i]);
		before = json ? "," : " ";
	}
	return at + (size_t)sprintf(to + at, json ? "}\n" : "\n");
}
