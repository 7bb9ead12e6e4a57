/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets and commands from a file or a pipe: a line each, or binary. */
#ifndef _IONCTL_PACKET_READ_H
#define _IONCTL_PACKET_READ_H

#include "packet.h"

/* The longest line, with its newline. */
#define ITEM_LINE_MAX 4096

/**
 * struct item_reader - where they are read from
 * @kind: packets or commands
 * @binary: as structs, one after the other; else a line each, text or JSON
 * @fd: what to read
 * @begin: first byte of @buffer that is still to be looked at
 * @end: the byte after the last one of @buffer that was read
 * @wait: called before each read, which it may wait for, or NULL; returns false if
 *	nothing more is to be read
 * @arg: for @wait
 * @ended: there is no more to be read
 * @number: lines so far, or packets or commands in binary
 * @why: what went wrong, one line
 * @buffer: what was read
 *
 * All zero but for @kind, @binary, @fd, @wait and @arg to begin with.
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
 * item_read() - read the next one
 * @r: where from
 * @item: where it goes
 *
 * Lines of nothing but blanks are passed over.
 *
 * Return: 1; 0 at the end; -1 if it can not be read or is not good, or if @wait
 * said no, with no @why then.
 */
int item_read(struct item_reader *r, union item *item);

/**
 * item_ready() - whether item_read() would return without waiting for input
 * @r: where from
 *
 * Return: true if so.
 */
bool item_ready(struct item_reader *r);

#endif /* _IONCTL_PACKET_READ_H */
