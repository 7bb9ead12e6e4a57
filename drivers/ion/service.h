/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_SERVICE_H
#define _DRIVERS_ION_SERVICE_H

#include "channel.h"

int ion_services_init(void);
void ion_services_exit(void);

const char *ion_service_known(const char *name);
int ion_service_bind(struct ion_channel *ch, const char *name,
		     const struct ion_bind *how);
void ion_service_unbind(struct ion_channel *ch);
int ion_service_join(struct ion_channel *ch, struct ion_channel *other);
int ion_service_verify(struct ion_channel *ch, struct ion_verify *verify);

#endif /* _DRIVERS_ION_SERVICE_H */
