/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads packets and commands from a file or a pipe, as lines or structs. */
#ifndef _IONCTL_PACKET_READ_H
#define _IONCTL_PACKET_READ_H

#include "packet.h"

/* The longest line, with its newline. */
#define ITEM_LINE_MAX 4096

/**
 * struct item_reader - an input of items
 * @kind: packets or commands
 * @binary: structs, one after the other; else lines of text or JSON
 * @fd: descriptor to read
 * @begin: offset in @buffer of the first byte that was not used yet
 * @end: offset in @buffer after the last byte that was read
 * @wait: called before each read, or NULL; it may wait for input, and returns
 *	false to stop reading
 * @arg: argument of @wait
 * @ended: the input has ended
 * @number: number of lines so far, or of structs
 * @why: reason of a failure, one line
 * @buffer: bytes that were read
 *
 * At first all fields are zero but @kind, @binary, @fd, @wait and @arg.
 */
struct item_reader {
	enum item_kind kind;
	bool binary;
	int fd;
	size_t begin;
	size_t end;
	bool (*wait)(void *arg);
	void *arg;
	bool ended;
	unsigned long long number;
	char why[WHY_MAX + 64];
	char buffer[16 * ITEM_LINE_MAX];
};

/**
 * item_read() - read the next item
 * @r: the input
 * @item: filled in
 *
 * Blank lines are skipped.
 *
 * Return: 1; 0 at the end; -1 if it cannot be read or is wrong; also -1, with an
 * empty @why, if @wait returned false.
 */
int item_read(struct item_reader *r, union item *item);

/**
 * item_ready() - whether item_read() would return without waiting for input
 * @r: the input
 *
 * Return: true if it would.
 */
bool item_ready(struct item_reader *r);

#endif /* _IONCTL_PACKET_READ_H */
