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

extern const struct ion_service_ops ion_echo_ops;
extern const struct ion_service_ops ion_sink_ops;
extern const struct ion_service_ops ion_source_ops;
extern const struct ion_service_ops ion_pair_ops;

void ion_drain_packets(struct ion_ring *tx);
void ion_drain_cmds(struct ion_ring *cmd);

#endif /* _DRIVERS_ION_BUILTIN_H */
