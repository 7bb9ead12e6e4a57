/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The services that are built into the module. They use only <linux/ion.h>.
 */
#ifndef _DRIVERS_ION_BUILTIN_H
#define _DRIVERS_ION_BUILTIN_H

#include <linux/gfp.h>
#include <linux/ion.h>

/* A failed allocation only returns an error to the program, without a log message. */
#define ION_SERVICE_GFP \
	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

extern const struct ion_service_ops ion_echo_ops;
extern const struct ion_service_ops ion_sink_ops;
extern const struct ion_service_ops ion_source_ops;
extern const struct ion_service_ops ion_pair_ops;

void ion_drain_packets(struct ion_ring *tx);
void ion_drain_cmds(struct ion_ring *cmd);

#endif /* _DRIVERS_ION_BUILTIN_H */
