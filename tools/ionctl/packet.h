/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats of packets and commands. Each of them carries every bit, and is
 * read back as it was written:
 *
 *   text    data=0x10ad phys=0 len=2 id=7 pad=0
 *           The fields are separated by spaces or commas, may be left out and
 *           are 0 then, and their names too, if they come in this order.
 *   JSON    {"data":"0x10ad","phys":"0x0","len":2,"id":7,"pad":0}
 *           An object a line. What has 64 bits is written as a string, as many
 *           readers of JSON round numbers to 53 bits; both are read for all.
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

/* What one slot of a ring holds. */
union item {
	struct ion_packet packet;
	struct ion_cmd_packet cmd;
};

enum item_format {
	ITEM_TEXT,
	ITEM_JSON,
	ITEM_BINARY,
};

/* Room for one of them as text or as JSON, with its newline and its end. */
#define ITEM_MAX 160

/* Room for what is wrong with one, a sentence without a full stop. */
#define WHY_MAX 160

/* Most fields that a packet or a command has. */
#define ITEM_FIELDS 5

/**
 * item_size() - bytes of one in binary
 * @kind: packet or command
 */
size_t item_size(enum item_kind kind);

/**
 * item_name() - what one is called
 * @kind: packet or command
 */
const char *item_name(enum item_kind kind);

/**
 * item_parse() - read one from text, or from JSON if it begins with a brace
 * @kind: packet or command
 * @item: where it goes; all of it is written if it is good
 * @text: what to read
 * @length: bytes of it
 * @why: what is wrong with it
 *
 * Return: whether it is good.
 */
bool item_parse(enum item_kind kind, union item *item, const char *text,
		size_t length, char why[WHY_MAX]);

/**
 * item_write() - write one
 * @kind: packet or command
 * @format: how
 * @item: the packet, or the command
 * @to: room for ITEM_MAX bytes
 *
 * Text and JSON end with a newline, and with a 0 that does not count.
 *
 * Return: bytes written.
 */
size_t item_write(enum item_kind kind, enum item_format format,
		  const union item *item, char to[ITEM_MAX]);

/* ---- for packet.c and packet_json.c ------------------------------------ */

/**
 * struct item_building - one that is being read
 * @kind: packet or command
 * @item: what it is so far, zeros at first
 * @given: a bit for each field that was given
 * @why: what is wrong with it
 */
struct item_building {
	enum item_kind kind;
	union item item;
	unsigned int given;
	char *why;
};

/**
 * item_field() - the number of a field
 * @b: what is being read
 * @name: its name
 * @length: bytes of it
 *
 * Return: the number; -1 if there is none of that name.
 */
int item_field(struct item_building *b, const char *name, size_t length);

/**
 * item_set() - give a field its value
 * @b: what is being read
 * @field: its number
 * @value: a number, as text
 * @length: bytes of it
 *
 * Return: whether it is one that the field can have.
 */
bool item_set(struct item_building *b, unsigned int field, const char *value,
	      size_t length);

/**
 * item_wrong() - say what is wrong
 * @b: what is being read
 * @format: as of printf()
 *
 * Return: false.
 */
bool item_wrong(struct item_building *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * item_quoted() - some bytes of the input, to be shown in a message
 * @text: the bytes
 * @length: how many
 * @room: what is returned
 *
 * Return: no more than 24 of them, and ? for those that can not be printed.
 */
const char *item_quoted(const char *text, size_t length, char room[32]);

/* Read JSON into @b. */
bool item_parse_json(struct item_building *b, const char *text, size_t length);

#endif /* _IONCTL_PACKET_H */
