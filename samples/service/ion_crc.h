/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What programs and the service "crc32" agree upon. */
#ifndef _ION_CRC_H
#define _ION_CRC_H

/* The kind of a command: how many bytes were summed up? It comes back in arg. */
#define ION_CRC_BYTES 1

/* The kind of the answer to a command of any other kind. */
#define ION_CRC_UNKNOWN 0

#endif /* _ION_CRC_H */
