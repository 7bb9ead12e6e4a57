/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_DIRECT_H
#define _DRIVERS_ION_DIRECT_H

#include "channel.h"

extern const struct ion_service_ops ion_direct_ops;

struct ion_direct_side *ion_direct_take(const struct ion_channel *ch,
					const struct ion_config *config);
void ion_direct_put(struct ion_direct_side *side);
void ion_direct_abandon(struct ion_channel *ch);
void ion_direct_attach(struct ion_channel *ch, struct ion_direct_side *side);

int ion_direct_kick(struct ion_channel *ch);
void ion_direct_ask(struct ion_channel *ch, const u32 *want);
void ion_direct_unask(struct ion_channel *ch, const u32 *want);

#endif /* _DRIVERS_ION_DIRECT_H */
