// SPDX-License-Identifier: GPL-2.0-only
/* Reads lines or structs without waiting for more than is available. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "packet_read.h"

/* Return the bytes of the first line with its newline; 0 if it is incomplete. */
static size_t line_length(const struct item_reader *r)
{
	const char *first = r->buffer + r->begin;
	size_t there = r->end - r->begin;
	const char *newline = memchr(first, '\n', there);

	if (newline)
		return (size_t)(newline - first) + 1;
	return r->ended ? there : 0;
}

static bool is_blank_line(const char *line, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (!line[i] || !strchr(" \t\r\n", line[i]))
			return false;
	return true;
}

static void skip_blank_lines(struct item_reader *r)
{
	size_t length;

	while ((length = line_length(r)) &&
	       is_blank_line(r->buffer + r->begin, length)) {
		r->begin += length;
		r->number++;
	}
}

bool item_ready(struct item_reader *r)
{
	if (r->binary)
		return r->ended || r->end - r->begin >= item_size(r->kind);
	skip_blank_lines(r);
	return r->ended || line_length(r);
}

/* Read once; a signal with a handler does not interrupt it. */
static bool fill(struct item_reader *r)
{
	ssize_t n;

	memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
	r->end -= r->begin;
	r->begin = 0;
	if (r->wait && !r->wait(r->arg))
		return false;
	do {
		n = read(r->fd, r->buffer + r->end, sizeof(r->buffer) - r->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		snprintf(r->why, sizeof(r->why), "cannot read the input: %s",
			 strerror(errno));
		return false;
	}
	r->ended = !n;
	r->end += (size_t)n;
	return true;
}

static int read_binary(struct item_reader *r, union item *item)
{
	size_t size = item_size(r->kind), there = r->end - r->begin;

	if (!there)
		return 0;
	r->number++;
	if (there < size) {
		snprintf(r->why, sizeof(r->why),
			 "the input ends within %s %llu: %zu of %zu bytes",
			 item_name(r->kind), r->number, there, size);
		return -1;
	}
	memcpy(item, r->buffer + r->begin, size);
	r->begin += size;
	return 1;
}

static int read_line(struct item_reader *r, union item *item)
{
	const char *line = r->buffer + r->begin;
	size_t length = line_length(r);
	char why[WHY_MAX];

	if (!length)
		return 0;
	r->begin += length;
	r->number++;
	length -= line[length - 1] == '\n';
	if (length >= ITEM_LINE_MAX)
		snprintf(why, sizeof(why), "it is longer than %d bytes",
			 ITEM_LINE_MAX - 1);
	else if (item_parse(r->kind, item, line, length, why))
		return 1;
	snprintf(r->why, sizeof(r->why), "line %llu: %s", r->number, why);
	return -1;
}

int item_read(struct item_reader *r, union item *item)
{
	/* Stop at a line that is too long, even without its newline. */
	while (!item_ready(r) && r->end - r->begin < ITEM_LINE_MAX)
		if (!fill(r))
			return -1;
	if (r->binary)
		return read_binary(r, item);
	if (!item_ready(r))
		r->ended = true;
	return read_line(r, item);
}
