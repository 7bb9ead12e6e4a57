/* SPDX-License-Identifier: GPL-2.0-only */
/* Describes a frame of a network in a line. */
#ifndef _IONCTL_FRAME_TEXT_H
#define _IONCTL_FRAME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Room for such a line. */
#define FRAME_TEXT_SIZE 256

/* @ethernet: it begins with an Ethernet header, not with that of IP. */
const char *frame_text(char text[FRAME_TEXT_SIZE], bool ethernet,
		       const void *frame, uint32_t len);

#endif /* _IONCTL_FRAME_TEXT_H */
