/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The services that come with the module. They are made of <linux/ion.h> and
 * nothing else.
 */
#ifndef _DRIVERS_ION_BUILTIN_H
#define _DRIVERS_ION_BUILTIN_H

#include <linux/gfp.h>
#include <linux/ion.h>

/* If there is no memory the program is told so, and that is all. */
#define ION_SERVICE_GFP \
	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

extern struct ion_service ion_service_echo;
extern struct ion_service ion_service_sink;
extern struct ion_service ion_service_source;
extern struct ion_service ion_service_pair;

void ion_drain_packets(struct ion_ring *tx);
void ion_drain_cmds(struct ion_ring *cmd);
u32 ion_channel_peek_some(struct ion_ring *ring,
			  const struct ion_packet **packets, u32 want,
			  bool *more);

#endif /* _DRIVERS_ION_BUILTIN_H */
