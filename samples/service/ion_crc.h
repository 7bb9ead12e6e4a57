/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The commands of the service "crc32". */
#ifndef _ION_CRC_H
#define _ION_CRC_H

/* Kind of a command that asks how many bytes were summed up; arg has the answer. */
#define ION_CRC_BYTES 1

/* Kind of the answer to a command of any other kind. */
#define ION_CRC_UNKNOWN 0

#endif /* _ION_CRC_H */
