/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies of payload, see payload.c. */
#ifndef _DRIVERS_ION_PAYLOAD_H
#define _DRIVERS_ION_PAYLOAD_H

#include <linux/types.h>

void ion_payload_merge(void *to, const void *from, u32 len);

#endif /* _DRIVERS_ION_PAYLOAD_H */
