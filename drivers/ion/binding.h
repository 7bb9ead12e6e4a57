/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_BINDING_H
#define _DRIVERS_ION_BINDING_H

#include "channel.h"

int ion_binding_add_service(struct ion_service *service);
struct ion_service *ion_binding_remove_service(const struct ion_service_ops *ops);
struct ion_channel *ion_binding_first_channel(struct ion_service *service);
const char *ion_binding_service_name(const char *name);
bool ion_binding_connects(const char *name);

int ion_binding_bind(struct ion_channel *ch, const char *name,
		     const struct ion_bind *how);
int ion_binding_activate(struct ion_channel *ch, const struct ion_bind *how);
void ion_binding_unbind(struct ion_channel *ch, bool hangup);
int ion_binding_join(struct ion_channel *ch, struct ion_channel *other);
int ion_binding_verify(struct ion_channel *ch, struct ion_verify *verify);

#endif /* _DRIVERS_ION_BINDING_H */
