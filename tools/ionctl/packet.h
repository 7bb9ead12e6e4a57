/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats of packets and commands. Each of them carries every bit, and is
 * read back as it was written:
 *
 *   text    data=0x10ad phys=0 len=2 id=7 pad=0
 *           The fields are separated by spaces or commas. Fields that are left
 *           out are 0. Names may be left out if the fields are in this order.
 *   JSON    {"data":"0x10ad","phys":"0x0","len":2,"id":7,"pad":0}
 *           One object a line. Fields of 64 bits are written as strings, as many
 *           readers of JSON round numbers to 53 bits; every field may be read
 *           from a string or a number.
 *   binary  struct ion_packet or struct ion_cmd_packet, one after the other
 *
 * A number is decimal or 0x and hexadecimal. A command has kind, arg, id and
 * pad, and its id is 32 hexadecimal digits, the high half first.
 */
#ifndef _IONCTL_PACKET_H
#define _IONCTL_PACKET_H

#include <linux/ion.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum item_kind {
	ITEM_PACKET,
	ITEM_COMMAND,
};

/* The contents of a slot of a ring. */
union item {
	struct ion_packet packet;
	struct ion_cmd_packet cmd;
};

enum item_format {
	ITEM_TEXT,
	ITEM_JSON,
	ITEM_BINARY,
};

/* Room for an item as text or JSON, with its newline and final 0. */
#define ITEM_MAX 160

/* Room for the reason why an item is wrong, a sentence without a full stop. */
#define WHY_MAX 160

/* The largest number of fields of a packet or a command. */
#define ITEM_FIELDS 5

/**
 * item_size() - bytes of an item in binary
 * @kind: packet or command
 */
size_t item_size(enum item_kind kind);

/**
 * item_name() - the name of the kind, for messages
 * @kind: packet or command
 */
const char *item_name(enum item_kind kind);

/**
 * item_parse() - read an item from text, or from JSON if it begins with a brace
 * @kind: packet or command
 * @item: filled in completely on success
 * @text: the text to read
 * @length: bytes of @text
 * @why: set to the reason of a failure
 *
 * Return: whether the item was read.
 */
bool item_parse(enum item_kind kind, union item *item, const char *text,
		size_t length, char why[WHY_MAX]);

/**
 * item_write() - write an item
 * @kind: packet or command
 * @format: the format
 * @item: the packet, or the command
 * @to: room for ITEM_MAX bytes
 *
 * Text and JSON end with a newline, and a 0 that is not counted.
 *
 * Return: bytes written.
 */
size_t item_write(enum item_kind kind, enum item_format format,
		  const union item *item, char to[ITEM_MAX]);

/* ---- for packet.c and packet_json.c ------------------------------------ */

/**
 * struct item_building - an item that is being read
 * @kind: packet or command
 * @item: the fields so far, zeros at first
 * @given: a bit for each field that was given
 * @why: the reason why it is wrong
 */
struct item_building {
	enum item_kind kind;
	union item item;
	unsigned int given;
	char *why;
};

/**
 * item_field() - find a field
 * @b: the item
 * @name: name of the field
 * @length: bytes of @name
 *
 * Return: the number; -1 if there is none of that name.
 */
int item_field(struct item_building *b, const char *name, size_t length);

/**
 * item_set() - set a field
 * @b: the item
 * @field: number of the field
 * @value: its value, as text
 * @length: bytes of @value
 *
 * Return: whether the field can have this value.
 */
bool item_set(struct item_building *b, unsigned int field, const char *value,
	      size_t length);

/**
 * item_wrong() - set the reason why an item is wrong
 * @b: the item
 * @format: as for printf()
 *
 * Return: false.
 */
bool item_wrong(struct item_building *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * item_quoted() - prepare bytes of the input for a message
 * @text: the bytes
 * @length: how many
 * @room: room for the result
 *
 * Return: @room with at most 24 of the bytes, and ? for those that cannot be
 * printed.
 */
const char *item_quoted(const char *text, size_t length, char room[32]);

/* Read JSON into @b. */
bool item_parse_json(struct item_building *b, const char *text, size_t length);

#endif /* _IONCTL_PACKET_H */
