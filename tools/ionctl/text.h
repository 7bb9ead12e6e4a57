/* SPDX-License-Identifier: GPL-2.0-only */
/* Formats numbers and names for people. */
#ifndef _IONCTL_TEXT_H
#define _IONCTL_TEXT_H

#include "ionctl.h"

/* Room for the texts that these functions write. */
#define TEXT_SIZE 32

/* Length of a bar. */
#define TEXT_BAR 10

/* Bytes: "512 B", "12.1 KiB", "3.0 MiB". */
const char *text_bytes(char text[TEXT_SIZE], uint64_t bytes);

/* A rate a second: "0", "950", "12.1 k", "3.0 M". */
const char *text_rate(char text[TEXT_SIZE], double rate);

/* A time: "780 ns", "1.24 us", "15.0 ms", "2.10 s". */
const char *text_time(char text[TEXT_SIZE], uint64_t ns);

/* A bar, "####------"; it has at least one # unless @part is 0. */
const char *text_bar(char text[TEXT_SIZE], uint64_t part, uint64_t whole);

/*
 * Make a text of up to @size bytes that another program chose safe for a
 * terminal: bytes that are not printable ASCII become '?'.
 */
const char *text_safe(char *to, size_t to_size, const char *from, size_t size);

/*
 * Return how many bytes of a text fit a line of that width, which is not 0. The
 * text is broken at a blank if there is one.
 */
size_t text_line(const char *text, size_t width);

/* The names of numbers of the ABI; "?" for unknown numbers. */
const char *ring_name(unsigned int ring);
const char *layout_name(unsigned int layout);
const char *state_name(unsigned int state);
const char *kernel_end_name(unsigned int kernel_end);
const char *poison_name(unsigned int poison);

#endif /* _IONCTL_TEXT_H */
